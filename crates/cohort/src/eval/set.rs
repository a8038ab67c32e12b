//! Sets of events, and choosing one event of a set.

use std::sync::Arc;

use crate::ast::{
    Certainty, Event, EventSet, Moment, Name, Output, Rank, Records, Selection, Source, Take,
    TakeFrom, UseKind, Value, Window,
};

use super::calendar::Grain;
use super::patient::is_of_kind;
use super::scope::{Chosen, Let, Member, Scope};
use super::{PatientEvent, Refused, Truth, episode};

impl Scope<'_> {
    /// The members of a set, certain and uncertain, in order.
    pub(crate) fn members(&self, set: &EventSet) -> Result<Vec<Member>, Refused> {
        self.members_in(set, set.window.as_ref())
    }

    /// The certain members of a set, in order.
    pub(crate) fn certain(&self, set: &EventSet) -> Result<Vec<Member>, Refused> {
        let mut members = self.members(set)?;
        members.retain(|member| member.certain);
        Ok(members)
    }

    /// The members of a set with another window than its own.
    pub(crate) fn members_in(
        &self,
        set: &EventSet,
        window: Option<&Window>,
    ) -> Result<Vec<Member>, Refused> {
        let mut members = Vec::new();
        for member in self.source(&set.from)? {
            let (lies, holds) = self.asked(set, window, &member)?;
            let source = if member.certain { Truth::True } else { Truth::Unknown };
            let belongs = source.and(lies).and(holds);
            if belongs != Truth::False {
                members.push(Member { certain: belongs == Truth::True, ..member });
            }
        }
        members.sort_by(|a, b| a.event.place().cmp(&b.event.place()));
        Ok(members)
    }

    /// Whether an event of the source is in the window, and whether `with` holds for it.
    pub(crate) fn asked(
        &self,
        set: &EventSet,
        window: Option<&Window>,
        member: &Member,
    ) -> Result<(Truth, Truth), Refused> {
        let lies = match window {
            Some(window) => self.lies_in(&member.event, window)?,
            None => Truth::True,
        };
        let Some(with) = &set.with else { return Ok((lies, Truth::True)) };
        let named = self.naming(set.name.as_ref(), member);
        let enclosing = named.as_ref().or(self.enclosing());
        let inside = self.with_enclosing(enclosing).with_this(member);
        Ok((lies, inside.condition(with)?))
    }

    /// The events that a set looks at, before its window and `with`.
    pub(crate) fn source(&self, source: &Source) -> Result<Vec<Member>, Refused> {
        match source {
            Source::Records(records) => self.records(records),
            Source::Cohort(name) => {
                let cohort = self.about.others.get(name);
                let cohort = cohort.ok_or_else(|| Refused::not_held(UseKind::Cohort, name))?;
                Ok(plain(cohort.get(&self.patient().id).cloned().unwrap_or_default()))
            }
            Source::List(name) => self.list(name),
            Source::Named(name) => self.set_named(name),
            Source::AnyOf(sets) => self.any_of(sets),
            Source::Take(take) => self.take(take),
            Source::Episodes(episodes) => {
                episode::episodes(self.certain(&episodes.of)?, episodes.gap)
            }
            Source::Era(era) => Ok(episode::eras(self.certain(&era.of)?, era)),
        }
    }

    fn records(&self, records: &Records) -> Result<Vec<Member>, Refused> {
        let mut members = Vec::new();
        for event in &self.patient().events {
            let certainty = match records.certainty {
                Certainty::Confirmed => !event.suspected,
                Certainty::Suspected => event.suspected,
                Certainty::Either => true,
            };
            let rank = event.rank.unwrap_or(Rank::Other);
            let ranked = records.rank.is_none_or(|asked| asked == rank);
            if !certainty || !ranked || !is_of_kind(&event.kind, &records.kind) {
                continue;
            }
            let mut found_by = Vec::new();
            for name in &records.codes {
                if self.holds(name, event)? {
                    found_by.push(name.clone());
                }
            }
            if records.codes.is_empty() || !found_by.is_empty() {
                members.push(Member { event: Arc::clone(event), found_by, certain: true });
            }
        }
        Ok(members)
    }

    /// Whether a concept set holds any of an event's codes.
    fn holds(&self, name: &Name, event: &PatientEvent) -> Result<bool, Refused> {
        let codes = self.codes(name)?;
        Ok(event.codes.iter().any(|code| {
            code.system.as_deref().is_some_and(|system| codes.line(system, &code.code).is_some())
        }))
    }

    fn list(&self, name: &Name) -> Result<Vec<Member>, Refused> {
        let list = self.about.world.lists.get(name);
        let list = list.ok_or_else(|| Refused::not_held(UseKind::List, name))?;
        let rows = list.iter().filter(|row| row.patient == self.patient().id).enumerate();
        let events = rows.map(|(place, row)| {
            let kind = crate::ast::Kind::Other(Name("list".to_owned()));
            let event = PatientEvent::new(kind, &format!("{name}:{place:06}"));
            Arc::new(match row.day {
                Some(day) => event.at(day),
                None => event,
            })
        });
        Ok(plain(events.collect()))
    }

    fn set_named(&self, name: &Name) -> Result<Vec<Member>, Refused> {
        if let Some(chosen) = self.event_named(name) {
            return Ok(of_one(chosen));
        }
        match self.named(name)? {
            (Let::Value(Value::Events(_, set)), scope) => scope.members(set),
            (Let::Value(Value::Event(_, event)), scope) => match (scope.event(event)?, event) {
                // Where it cannot be told which, any of them may be it.
                (Chosen::Unknown, Event::Select(_, set)) => {
                    let members = scope.members(set)?;
                    Ok(members.into_iter().map(uncertain).collect())
                }
                (chosen, _) => Ok(of_one(chosen)),
            },
            (Let::Output(Output::Outcome { select, of, .. }), scope) => {
                match scope.select(select, of)? {
                    Chosen::Unknown => Ok(scope.members(of)?.into_iter().map(uncertain).collect()),
                    chosen => Ok(of_one(chosen)),
                }
            }
            _ => Err(Refused::unbound(name)),
        }
    }

    fn any_of(&self, sets: &[EventSet]) -> Result<Vec<Member>, Refused> {
        let mut all: Vec<Member> = Vec::new();
        for set in sets {
            for member in self.members(set)? {
                let same = all.iter_mut().find(|other| other.event.place() == member.event.place());
                match same {
                    Some(other) => other.certain |= member.certain,
                    None => all.push(member),
                }
            }
        }
        Ok(all)
    }

    fn take(&self, take: &Take) -> Result<Vec<Member>, Refused> {
        let members = self.certain(&take.of)?;
        let count = usize::try_from(take.count).unwrap_or(usize::MAX);
        Ok(match take.from {
            TakeFrom::First => members.into_iter().take(count).collect(),
            TakeFrom::Last => {
                let skipped = members.len().saturating_sub(count);
                members.into_iter().skip(skipped).collect()
            }
        })
    }

    /// The event that is asked for.
    pub(crate) fn event(&self, event: &Event) -> Result<Chosen, Refused> {
        match event {
            Event::This => Ok(Chosen::Found(self.this()?.clone())),
            Event::Entry => Ok(Chosen::Found(self.way()?.entry.clone())),
            Event::Named(name) => {
                if let Some(chosen) = self.event_named(name) {
                    return Ok(chosen);
                }
                match self.named(name)? {
                    (Let::Value(Value::Event(_, event)), scope) => scope.event(event),
                    (Let::Output(Output::Outcome { select, of, .. }), scope) => {
                        scope.select(select, of)
                    }
                    _ => Err(Refused::unbound(name)),
                }
            }
            Event::Select(selection, set) => self.select(selection, set),
        }
    }

    /// One certain member of a set. Absent where there is none; unknown where there are uncertain
    /// members only.
    pub(crate) fn select(&self, select: &Selection, set: &EventSet) -> Result<Chosen, Refused> {
        if *select == Selection::FirstInLife {
            return self.first_in_life(set);
        }
        let members = self.members(set)?;
        let only_uncertain = !members.is_empty() && members.iter().all(|member| !member.certain);
        let certain: Vec<Member> = members.into_iter().filter(|member| member.certain).collect();
        let chosen = match select {
            Selection::First | Selection::FirstInLife => certain.into_iter().next(),
            Selection::Last => certain.into_iter().next_back(),
            Selection::Nth(nth) => {
                let place = usize::try_from(*nth).unwrap_or(usize::MAX).checked_sub(1);
                place.and_then(|place| certain.into_iter().nth(place))
            }
            Selection::Highest => self.extreme(certain, |value, best| value > best)?,
            Selection::Lowest => self.extreme(certain, |value, best| value < best)?,
            Selection::Nearest(moment) => self.nearest(certain, moment)?,
        };
        Ok(match chosen {
            Some(member) => Chosen::Found(member),
            None if only_uncertain => Chosen::Unknown,
            None => Chosen::Absent,
        })
    }

    /// The first of the set without its window, where that one lies in the window.
    fn first_in_life(&self, set: &EventSet) -> Result<Chosen, Refused> {
        let members = self.members_in(set, None)?;
        let first = members.iter().find(|member| member.certain);
        let Some(first) = first else {
            return Ok(if members.is_empty() { Chosen::Absent } else { Chosen::Unknown });
        };
        let lies = match &set.window {
            Some(window) => self.lies_in(&first.event, window)?,
            None => Truth::True,
        };
        Ok(match lies {
            Truth::True => Chosen::Found(first.clone()),
            Truth::Unknown => Chosen::Unknown,
            Truth::False => Chosen::Absent,
        })
    }

    /// The first of those with the best value.
    fn extreme(
        &self,
        members: Vec<Member>,
        is_better: fn(f64, f64) -> bool,
    ) -> Result<Option<Member>, Refused> {
        let mut best: Option<(f64, Member)> = None;
        for member in members {
            let Some(value) = self.normal_value(&member)? else { continue };
            if best.as_ref().is_none_or(|(best, _)| is_better(value, *best)) {
                best = Some((value, member));
            }
        }
        Ok(best.map(|(_, member)| member))
    }

    /// The first of those that start nearest to a moment.
    fn nearest(&self, members: Vec<Member>, moment: &Moment) -> Result<Option<Member>, Refused> {
        let Some(moment_at) = self.moment(moment)?.known() else { return Ok(None) };
        let grain = Grain::of(moment.is_fine());
        let to = moment_at.in_grain(grain).low;
        let distance = |member: &Member| {
            let start = member.event.start.map(|start| start.in_grain(grain).low);
            start.map(|start| start.saturating_sub(to).saturating_abs())
        };
        let timed = members.into_iter().filter(|member| member.event.start.is_some());
        Ok(timed.min_by_key(distance))
    }
}

fn plain(events: Vec<Arc<PatientEvent>>) -> Vec<Member> {
    let member = |event| Member { event, found_by: Vec::new(), certain: true };
    events.into_iter().map(member).collect()
}

fn uncertain(member: Member) -> Member {
    Member { certain: false, ..member }
}

fn of_one(chosen: Chosen) -> Vec<Member> {
    match chosen {
        Chosen::Found(member) => vec![Member { certain: true, ..member }],
        Chosen::Absent | Chosen::Unknown => Vec::new(),
    }
}
