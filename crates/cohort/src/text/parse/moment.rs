//! Moments and windows.

use crate::ast::{Anchor, Bound, Moment, Offset, Relation, TimeUnit, Window};
use crate::problem::{Position, ProblemCode};
use crate::text::token::Word;

use super::{Parser, Phase, Taken};

impl Parser<'_> {
    /// A moment that begins with a word of its own.
    pub(super) fn moment_word(&mut self, word: &str) -> Taken<Option<Moment>> {
        let at = self.place();
        let anchor = match word {
            "index" => {
                self.needs_phase(Phase::AfterEntry);
                Anchor::Index
            }
            "exit" => {
                self.needs_phase(Phase::AfterEntry);
                self.saw_exit = true;
                Anchor::Exit
            }
            "birth" => Anchor::Birth,
            "death" => Anchor::Death,
            "study" | "coverage" | "interval" => {
                self.at += 1;
                self.must_sign(".")?;
                return self.side_of(word, at).map(|anchor| Some(Moment::at(anchor)));
            }
            "start" => {
                self.at += 1;
                self.must("of")?;
                return Ok(Some(Moment::at(Anchor::Start(self.event_argument()?))));
            }
            "earliest" | "latest" => {
                self.at += 1;
                self.must("of")?;
                self.must_sign("(")?;
                let moments = self.listed(Self::moment)?;
                self.must_sign(")")?;
                let is_earliest = word == "earliest";
                let anchor =
                    if is_earliest { Anchor::Earliest(moments) } else { Anchor::Latest(moments) };
                return Ok(Some(Moment::at(anchor)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(Moment::at(anchor)))
    }

    fn side_of(&mut self, word: &str, at: Position) -> Taken<Anchor> {
        let is_start = self.takes("start");
        if !is_start {
            self.must("end")?;
        }
        match word {
            "study" => {
                if !self.has_calendar {
                    self.tell(at, ProblemCode::NoCalendar, "");
                }
                Ok(if is_start { Anchor::StudyStart } else { Anchor::StudyEnd })
            }
            "coverage" if self.takes("of") => {
                let event = self.event_argument()?;
                Ok(if is_start {
                    Anchor::CoverageStartOf(event)
                } else {
                    Anchor::CoverageEndOf(event)
                })
            }
            "coverage" => {
                if self.phase < Phase::AfterEntry {
                    self.tell(at, ProblemCode::NotYet, word);
                }
                Ok(if is_start { Anchor::CoverageStart } else { Anchor::CoverageEnd })
            }
            _ => {
                if !self.in_measure {
                    self.tell(at, ProblemCode::NoInterval, "");
                }
                Ok(if is_start { Anchor::IntervalStart } else { Anchor::IntervalEnd })
            }
        }
    }

    /// The window of a set, if one is written.
    pub(super) fn window(&mut self) -> Taken<Option<Window>> {
        let Word::Name(word) = self.word() else { return Ok(None) };
        let relation = match word.as_str() {
            "ever" => {
                self.at += 1;
                return Ok(Some(Window::ever()));
            }
            "in" if self.is_sign_ahead(1, "[") || self.is_sign_ahead(1, "(") => Relation::Starts,
            "ending" => {
                self.at += 1;
                Relation::Ends
            }
            "wholly" => {
                self.at += 1;
                Relation::Wholly
            }
            "overlapping" => Relation::Overlaps,
            "before" | "after" | "during" | "within" | "same" => {
                return self.short_window().map(Some);
            }
            _ => return Ok(None),
        };
        if relation == Relation::Overlaps {
            self.at += 1;
        } else {
            self.must("in")?;
        }
        let (from, to) = self.bounds()?;
        Ok(Some(Window { relation, from, to }))
    }

    /// Short ways to write windows: `before m`, `after m`, `during a`, `within 48h of m`,
    /// `same day as m`. They are written out by the formatter.
    fn short_window(&mut self) -> Taken<Window> {
        let relation = Relation::Starts;
        if self.takes("before") {
            return Ok(Window { relation, from: Bound::Ever, to: Bound::Open(self.moment()?) });
        }
        if self.takes("after") {
            return Ok(Window { relation, from: Bound::Open(self.moment()?), to: Bound::Ever });
        }
        if self.takes("during") {
            let event = self.event_argument()?;
            let side = |anchor| Bound::Closed(Moment::at(anchor));
            let (from, to) = (side(Anchor::Start(event.clone())), side(Anchor::End(event)));
            return Ok(Window { relation, from, to });
        }
        if self.takes("within") {
            let span = self.span()?;
            self.must("of")?;
            let at = self.place();
            let moment = self.moment()?;
            if moment.offset.is_some() {
                return self.wrong_type(at, "in [m - 48h, m + 48h]");
            }
            let count = i32::try_from(span.count).unwrap_or(i32::MAX);
            let side = |count| {
                let offset = Some(Offset { count, unit: span.unit });
                Bound::Closed(Moment { anchor: moment.anchor.clone(), offset })
            };
            return Ok(Window { relation, from: side(-count), to: side(count) });
        }
        self.must("same")?;
        if !self.is_name("day") {
            return self.unexpected("day");
        }
        self.at += 1;
        self.must("as")?;
        let bound = Bound::Closed(self.moment()?);
        Ok(Window { relation, from: bound.clone(), to: bound })
    }

    /// `[a, b)`
    pub(super) fn bounds(&mut self) -> Taken<(Bound, Bound)> {
        let at = self.place();
        let from_is_open = self.takes_sign("(");
        if !from_is_open {
            self.must_sign("[")?;
        }
        let from = self.lower_bound(from_is_open)?;
        self.must_sign(",")?;
        let to = if self.takes("ever") { None } else { Some(self.moment()?) };
        let to_is_open = self.takes_sign(")");
        if !to_is_open {
            self.must_sign("]")?;
        }
        let to = match to {
            None => Bound::Ever,
            Some(moment) if to_is_open => Bound::Open(moment),
            Some(moment) => Bound::Closed(moment),
        };
        if is_impossible(&from, &to) {
            self.tell(at, ProblemCode::ImpossibleWindow, "");
        }
        Ok((from, to))
    }

    fn lower_bound(&mut self, is_open: bool) -> Taken<Bound> {
        if self.takes("ever") {
            return Ok(Bound::Ever);
        }
        let moment = self.moment()?;
        Ok(if is_open { Bound::Open(moment) } else { Bound::Closed(moment) })
    }
}

/// Whether a window can hold nothing, as far as its text tells: both bounds hang on one anchor, or
/// are dates, and the later one is written first.
fn is_impossible(from: &Bound, to: &Bound) -> bool {
    let (Some(low), Some(high)) = (from.moment(), to.moment()) else { return false };
    let is_closed = matches!((from, to), (Bound::Closed(_), Bound::Closed(_)));
    let (low_s, high_s) = (reach_s(low), reach_s(high));
    // A month is taken for 28 to 31 days: what may be possible is not refused.
    let is_reversed = low_s.0 > high_s.1 || (low_s == high_s && !is_closed && low_s.0 == low_s.1);
    match (&low.anchor, &high.anchor) {
        (Anchor::Date(low_day), Anchor::Date(high_day)) => {
            let (low_day, high_day) = (i64::from(low_day.days()), i64::from(high_day.days()));
            let low_first = low_day * 86_400 + low_s.0;
            let high_last = high_day * 86_400 + high_s.1;
            low_first > high_last || (low_first == high_last && !is_closed && low_s == high_s)
        }
        (low_anchor, high_anchor) => low_anchor == high_anchor && is_reversed,
    }
}

/// How far an offset reaches at least and at most, in seconds.
fn reach_s(moment: &Moment) -> (i64, i64) {
    let Some(Offset { count, unit }) = moment.offset else { return (0, 0) };
    let (least, most) = match unit {
        TimeUnit::Second => (1, 1),
        TimeUnit::Minute => (60, 60),
        TimeUnit::Hour => (3_600, 3_600),
        TimeUnit::Day => (86_400, 86_400),
        TimeUnit::Week => (604_800, 604_800),
        TimeUnit::Month => (28 * 86_400, 31 * 86_400),
        TimeUnit::Year => (365 * 86_400, 366 * 86_400),
    };
    let (one, other) = (i64::from(count) * least, i64::from(count) * most);
    (one.min(other), one.max(other))
}
