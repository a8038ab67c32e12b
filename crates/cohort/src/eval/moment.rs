//! Moments, and whether an event lies in a window.

use crate::ast::{Anchor, Bound, Event, Kind, Moment, Relation, Value, Window};

use super::calendar::{Grain, Range};
use super::exit;
use super::patient::{Days, stretch_of};
use super::scope::{Chosen, Exit, Let, Scope};
use super::{PatientEvent, Refused, Stretch, Truth};

/// A moment that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In this stretch.
    At(Stretch),
    /// There is no such event.
    Absent,
    /// There is one, and its time is not recorded; or it cannot be told whether there is one.
    Unknown,
}

impl When {
    /// The stretch, where there is one.
    #[must_use]
    pub fn known(self) -> Option<Stretch> {
        match self {
            Self::At(stretch) => Some(stretch),
            Self::Absent | Self::Unknown => None,
        }
    }

    fn of(recorded: Option<Stretch>) -> Self {
        recorded.map_or(Self::Unknown, Self::At)
    }
}

/// One side of a window, as far as it is known.
enum Side {
    Ever,
    At { range: Range, closed: bool },
    Unknown,
}

impl Side {
    /// Whether a time is not before this lower side.
    fn admits_from(&self, time: Option<Range>) -> Truth {
        match (self, time) {
            (Self::Ever, _) => Truth::True,
            (Self::At { range, closed: true }, Some(time)) => range.not_after(time),
            (Self::At { range, closed: false }, Some(time)) => range.before(time),
            _ => Truth::Unknown,
        }
    }

    /// Whether a time is not after this upper side.
    fn admits_until(&self, time: Option<Range>) -> Truth {
        match (self, time) {
            (Self::Ever, _) => Truth::True,
            (Self::At { range, closed: true }, Some(time)) => time.not_after(*range),
            (Self::At { range, closed: false }, Some(time)) => time.before(*range),
            _ => Truth::Unknown,
        }
    }
}

impl Scope<'_> {
    /// A moment, in seconds; in days it is the local day of these.
    pub(crate) fn moment(&self, moment: &Moment) -> Result<When, Refused> {
        let anchor = self.anchor(&moment.anchor)?;
        Ok(match (anchor, moment.offset) {
            (When::At(stretch), Some(offset)) => When::At(stretch.shifted(offset)),
            _ => anchor,
        })
    }

    fn anchor(&self, anchor: &Anchor) -> Result<When, Refused> {
        Ok(match anchor {
            Anchor::Index => {
                let index = self.way()?.index;
                When::At(index.ok_or(Refused::NotHere("index"))?)
            }
            Anchor::Exit => When::At(Stretch::second(match self.exit() {
                Exit::Known(second) => second,
                Exit::Asked => exit::of(self)?.second,
                Exit::None => return Err(Refused::NotHere("exit")),
            })),
            Anchor::Start(event) => match self.event(event)? {
                Chosen::Found(member) => When::of(member.event.start),
                Chosen::Absent => When::Absent,
                Chosen::Unknown => When::Unknown,
            },
            Anchor::End(event) => match self.event(event)? {
                Chosen::Found(member) => When::of(member.event.last),
                Chosen::Absent => When::Absent,
                Chosen::Unknown => When::Unknown,
            },
            Anchor::Birth => When::of(self.patient().birth),
            Anchor::Death => self.death(),
            Anchor::StudyStart => When::At(Stretch::day(self.calendar()?.0)),
            Anchor::StudyEnd => When::At(Stretch::day(self.calendar()?.1)),
            Anchor::CoverageStart => self.coverage()?.map_or(When::Absent, |days| at_day(days.0)),
            Anchor::CoverageEnd => self.coverage()?.map_or(When::Absent, |days| at_day(days.1)),
            Anchor::CoverageStartOf(event) => self.coverage_of(event, |days| days.0)?,
            Anchor::CoverageEndOf(event) => self.coverage_of(event, |days| days.1)?,
            Anchor::IntervalStart => at_day(self.measured()?.0),
            Anchor::IntervalEnd => at_day(self.measured()?.1),
            Anchor::Date(date) => When::At(stretch_of(*date)),
            Anchor::Named(name) => match self.named(name)? {
                (Let::Value(Value::Moment(_, moment)), scope) => scope.moment(moment)?,
                _ => return Err(Refused::unbound(name)),
            },
            Anchor::Earliest(moments) => self.outermost(moments, i64::min)?,
            Anchor::Latest(moments) => self.outermost(moments, i64::max)?,
            Anchor::Else(known, other) => match self.moment(known)? {
                When::At(at) if at.known_day().is_some() => When::At(at),
                _ => self.moment(other)?,
            },
        })
    }

    /// The earliest or latest of those that are there. Each may be anywhere in its stretch, so both
    /// ends of the answer are the earliest (latest) of the ends.
    fn outermost(&self, moments: &[Moment], of: fn(i64, i64) -> i64) -> Result<When, Refused> {
        let mut answer = When::Absent;
        for moment in moments {
            answer = match (answer, self.moment(moment)?) {
                (When::At(a), When::At(b)) => {
                    let first = of(a.first_second(), b.first_second());
                    When::of(Stretch::new(first, of(a.last_second(), b.last_second())))
                }
                (When::At(_), _) => answer,
                (_, found @ When::At(_)) => found,
                (When::Unknown, _) | (_, When::Unknown) => When::Unknown,
                (When::Absent, When::Absent) => When::Absent,
            };
        }
        Ok(answer)
    }

    pub(crate) fn death(&self) -> When {
        let deaths = self.patient().events.iter().filter(|event| event.kind == Kind::Death);
        let first =
            deaths.filter(|event| !event.suspected).min_by(|a, b| a.place().cmp(&b.place()));
        first.map_or(When::Absent, |event| When::of(event.start))
    }

    pub(crate) fn calendar(&self) -> Result<Days, Refused> {
        let clause = self.about.definition.calendar.as_ref().ok_or(Refused::NotHere("study"))?;
        Ok((i64::from(clause.says.0.days()), i64::from(clause.says.1.days())))
    }

    fn measured(&self) -> Result<Days, Refused> {
        self.interval().ok_or(Refused::NotHere("interval"))
    }

    /// The stretch of coverage that holds the index; that of the data where visits have no
    /// declared coverage.
    pub(crate) fn coverage(&self) -> Result<Option<Days>, Refused> {
        let index = self.way()?.index.ok_or(Refused::NotHere("coverage"))?.first_day();
        Ok(self.stretches().into_iter().find(|(first, last)| *first <= index && index <= *last))
    }

    fn stretches(&self) -> Vec<Days> {
        let declared = self.patient().covered(&Kind::Visit);
        declared.unwrap_or_else(|| vec![self.about.world.data])
    }

    /// A side of the stretch of coverage that holds the start of an event.
    fn coverage_of(&self, event: &Event, side: fn(Days) -> i64) -> Result<When, Refused> {
        let start = match self.anchor(&Anchor::Start(event.clone()))? {
            When::At(start) => start,
            missing => return Ok(missing),
        };
        let (first, last) = (start.first_day(), start.last_day());
        let mut touched =
            self.stretches().into_iter().filter(|(from, to)| first <= *to && *from <= last);
        Ok(match touched.next() {
            None => When::Absent,
            Some((from, to)) if from <= first && last <= to => at_day(side((from, to))),
            Some(_) => When::Unknown,
        })
    }

    fn side(&self, bound: &Bound, grain: Grain) -> Result<Side, Refused> {
        let (moment, closed) = match bound {
            Bound::Ever => return Ok(Side::Ever),
            Bound::Closed(moment) => (moment, true),
            Bound::Open(moment) => (moment, false),
        };
        Ok(match self.moment(moment)?.known() {
            Some(stretch) => Side::At { range: stretch.in_grain(grain), closed },
            None => Side::Unknown,
        })
    }

    /// Whether an event lies in a window.
    pub(crate) fn lies_in(&self, event: &PatientEvent, window: &Window) -> Result<Truth, Refused> {
        let grain = Grain::of(window.counts_seconds());
        let from = self.side(&window.from, grain)?;
        let until = self.side(&window.to, grain)?;
        let start = event.start.map(|start| start.in_grain(grain));
        let last = event.last.map(|last| last.in_grain(grain));
        let within = |time| from.admits_from(time).and(until.admits_until(time));
        Ok(match window.relation {
            Relation::Starts => within(start),
            Relation::Ends => within(last),
            Relation::Wholly => within(start).and(within(last)),
            Relation::Overlaps => {
                // What is going on goes on for ever; of what has no time at all, nothing is known.
                let goes_on = start.is_some() && last.is_none();
                let reaches = if goes_on { known_side(&from) } else { from.admits_from(last) };
                reaches.and(until.admits_until(start))
            }
        })
    }
}

/// What goes on for ever reaches every side that is known.
fn known_side(side: &Side) -> Truth {
    match side {
        Side::Unknown => Truth::Unknown,
        Side::Ever | Side::At { .. } => Truth::True,
    }
}

fn at_day(day: i64) -> When {
    When::At(Stretch::day(day))
}
