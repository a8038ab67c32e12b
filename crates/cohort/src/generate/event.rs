//! Sets, events, windows and moments by chance.

use crate::ast::{
    Anchor, Bound as Side, Certainty, Code, CodeField, Episodes, Era, Event, EventSet, Kind,
    Moment, Name, Offset, Rank, Records, Relation, Selection, Source, Supply, Take, TakeFrom,
    TimeUnit, UseKind, Window,
};

use super::definition::{Bound, Making, date};

/// Kinds with the concept sets whose codes they have.
pub(super) const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Diagnosis, &["dm", "heart"]),
    (Kind::Lab, &["glu", "a1c", "crea", "alt"]),
    (Kind::Drug, &["met"]),
    (Kind::DrugOrder, &["met"]),
    (Kind::Visit, &[]),
    (Kind::Vital, &["body"]),
    (Kind::Procedure, &[]),
];

impl Making<'_> {
    pub(super) fn records(&mut self) -> Records {
        let simplest: (Kind, &[&str]) = (Kind::Diagnosis, &["dm", "heart"]);
        let (kind, codes) = self.choices.pick(simplest, KINDS);
        let mut names = Vec::new();
        if let Some((first, others)) = codes.split_first()
            && !self.one_in(5)
        {
            names.push(self.choices.pick(*first, others));
            if self.one_in(6) && !names.contains(first) {
                names.push(*first);
            }
        }
        let certainty = if self.one_in(5) { Certainty::Either } else { Certainty::Confirmed };
        let certainty = if self.one_in(9) { Certainty::Suspected } else { certainty };
        let rank = self.one_in(8).then_some(Rank::Main);
        self.records_of(kind, certainty, rank, &names)
    }

    pub(super) fn records_of(
        &mut self,
        kind: Kind,
        certainty: Certainty,
        rank: Option<Rank>,
        names: &[&str],
    ) -> Records {
        let codes = names.iter().map(|name| self.used(UseKind::Codes, name)).collect();
        Records { kind, certainty, rank, codes }
    }

    fn source(&mut self) -> Source {
        if self.is_deep() {
            return Source::Records(self.records());
        }
        match self.below(14) {
            6 => Source::Cohort(self.used(UseKind::Cohort, "earlier")),
            7 => Source::List(self.used(UseKind::List, "trial")),
            8 => match self.named(Bound::Events) {
                Some(name) => Source::Named(name),
                None => Source::Records(self.records()),
            },
            9 => match self.named(Bound::Event) {
                Some(name) => Source::Named(name),
                None => Source::Records(self.records()),
            },
            10 => self.deeper(|making| Source::AnyOf(vec![making.set(), making.set()])),
            11 => self.deeper(|making| {
                let from = making.choices.pick(TakeFrom::First, &[TakeFrom::Last]);
                let (count, of) = (making.below(3) + 1, Box::new(making.set()));
                Source::Take(Take { from, count, of })
            }),
            12 => self.deeper(|making| {
                let (of, gap) = (Box::new(making.set()), making.span());
                Source::Episodes(Episodes { of, gap })
            }),
            13 => self.deeper(|making| {
                let (of, gap) = (Box::new(making.set()), making.day_span());
                let (supply, carry) = (making.supply(), making.one_in(2));
                Source::Era(Era { of, gap, supply, carry })
            }),
            _ => Source::Records(self.records()),
        }
    }

    pub(super) fn supply(&mut self) -> Supply {
        let span = self.day_span();
        self.choices.pick(Supply::Recorded, &[Supply::RecordedElse(span), Supply::Fixed(span)])
    }

    pub(super) fn set(&mut self) -> EventSet {
        let from = self.source();
        self.set_from(from)
    }

    /// A set from a source, with a window and perhaps a filter.
    pub(super) fn set_from(&mut self, from: Source) -> EventSet {
        let window = Some(if self.one_in(3) { Window::ever() } else { self.window() });
        let mut set = EventSet { name: None, from, with: None, window };
        if self.is_deep() || !self.one_in(3) {
            return set;
        }
        set.name = self.one_in(3).then(|| self.fresh());
        self.with += 1;
        if let Some(name) = &set.name {
            self.names.push((name.clone(), Bound::Event));
        }
        let with = self.deeper(Self::condition);
        if set.name.is_some() {
            self.names.pop();
        }
        self.with -= 1;
        set.with = Some(Box::new(with));
        set
    }

    /// An event that is chosen of a set.
    pub(super) fn chosen(&mut self) -> Event {
        let set = self.deeper(Self::set);
        Event::Select(self.selection(), Box::new(set))
    }

    pub(super) fn event(&mut self) -> Event {
        match self.below(4) {
            1 if self.with > 0 => Event::This,
            2 if self.has_entry => Event::Entry,
            3 => match self.named(Bound::Event) {
                Some(name) => Event::Named(name),
                None => self.chosen(),
            },
            _ if self.is_deep() && self.with > 0 => Event::This,
            _ => self.chosen(),
        }
    }

    pub(super) fn selection(&mut self) -> Selection {
        match self.below(9) {
            1 | 2 => Selection::Last,
            3 => Selection::Nth(self.below(3) + 1),
            4 => Selection::FirstInLife,
            5 => Selection::Highest,
            6 => Selection::Lowest,
            7 => Selection::Nearest(Box::new(self.moment())),
            _ => Selection::First,
        }
    }

    pub(super) fn code_field(&mut self) -> Code {
        let fields = [
            CodeField::VisitKind,
            CodeField::Route,
            CodeField::Department,
            CodeField::Ward,
            CodeField::CodedValue,
            CodeField::Unit,
            CodeField::Attribute(Name("answer".to_owned())),
        ];
        let field = self.choices.pick(CodeField::Code, &fields);
        Code::Field { of: self.event(), field }
    }

    // -- windows and moments

    pub(super) fn window(&mut self) -> Window {
        let relation = if self.one_in(4) {
            self.choices.pick(Relation::Overlaps, &[Relation::Ends, Relation::Wholly])
        } else {
            Relation::Starts
        };
        let (from, to) = self.bounds();
        Window { relation, from, to }
    }

    /// Two bounds that can hold something: on one anchor, the earlier one first.
    pub(super) fn bounds(&mut self) -> (Side, Side) {
        let anchor = self.anchor();
        let unit = if self.one_in(5) {
            TimeUnit::Hour
        } else {
            self.choices.pick(TimeUnit::Day, &[TimeUnit::Day, TimeUnit::Month])
        };
        let number = |making: &mut Self| i32::try_from(making.below(40)).unwrap_or(0);
        let first = -number(self);
        let last = first + 1 + number(self);
        let moment = |count: i32| Moment {
            anchor: anchor.clone(),
            offset: (count != 0).then_some(Offset { count, unit }),
        };
        let from = if self.one_in(4) { Side::Ever } else { self.side(moment(first)) };
        let to = match self.below(6) {
            0 => Side::Ever,
            1 if !matches!(anchor, Anchor::Date(_)) => {
                let moment = self.moment();
                if moment.anchor == anchor || matches!(moment.anchor, Anchor::Date(_)) {
                    Side::Ever
                } else {
                    self.side(moment)
                }
            }
            _ => self.side(moment(last)),
        };
        (from, to)
    }

    fn side(&mut self, moment: Moment) -> Side {
        if self.one_in(4) { Side::Open(moment) } else { Side::Closed(moment) }
    }

    pub(super) fn moment(&mut self) -> Moment {
        Moment { anchor: self.anchor(), offset: self.offset() }
    }

    fn anchor(&mut self) -> Anchor {
        let day = date(18_262 + i32::try_from(self.below(120)).unwrap_or(0));
        match self.below(24) {
            1..=4 if self.has_index => Anchor::Index,
            5 if self.has_exit => Anchor::Exit,
            6 if self.with > 0 => Anchor::Start(Event::This),
            7 if self.with > 0 => Anchor::End(Event::This),
            8 if !self.is_deep() => Anchor::End(self.deeper(Self::event)),
            9 => Anchor::Death,
            10 if self.has_calendar => self.choices.pick(Anchor::StudyStart, &[Anchor::StudyEnd]),
            11 if self.has_index => {
                self.choices.pick(Anchor::CoverageEnd, &[Anchor::CoverageStart])
            }
            12 if self.in_measure => {
                self.choices.pick(Anchor::IntervalStart, &[Anchor::IntervalEnd])
            }
            13 => match self.named(Bound::Moment) {
                Some(name) => Anchor::Named(name),
                None => Anchor::Birth,
            },
            16 if !self.is_deep() => self.deeper(|making| {
                let event = making.event();
                if making.one_in(2) {
                    Anchor::CoverageEndOf(event)
                } else {
                    Anchor::CoverageStartOf(event)
                }
            }),
            17 if !self.is_deep() => self.deeper(|making| {
                let (known, other) = (making.moment(), making.moment());
                Anchor::Else(Box::new(known), Box::new(other))
            }),
            14 if !self.is_deep() => self.deeper(|making| {
                let moments = vec![making.moment(), making.moment()];
                if making.one_in(2) { Anchor::Latest(moments) } else { Anchor::Earliest(moments) }
            }),
            15 if !self.is_deep() => Anchor::Start(self.deeper(Self::event)),
            _ if self.has_index => Anchor::Index,
            _ => Anchor::Date(day),
        }
    }
}
