//! Sets of events.

use crate::ast::{
    Certainty, Episodes, Era, EventSet, Kind, Rank, Records, Source, Supply, Take, TakeFrom,
    UseKind,
};
use crate::text::token::Word;

use super::{Binding, Parser, Taken, Type};

impl Parser<'_> {
    pub(super) fn set(&mut self) -> Taken<EventSet> {
        self.deeper(Self::set_here)
    }

    fn set_here(&mut self) -> Taken<EventSet> {
        let at = self.place();
        let name = if self.is_free_name(0) && self.is_sign_ahead(1, ":") {
            let name = self.name()?;
            self.at += 1;
            Some(name)
        } else {
            None
        };
        let from = self.source()?;
        let window = self.window()?;
        let mut with = None;
        if self.takes("with") {
            if let Some(name) = &name {
                self.bind(name, at, Type::Event, false);
            }
            self.with_depth += 1;
            let with_at = self.place();
            let taken = self.negation();
            self.with_depth -= 1;
            if let Some(name) = &name {
                self.names.remove(name);
            }
            with = Some(Box::new(self.as_condition(taken?, with_at)?));
        }
        Ok(EventSet { name, from, with, window })
    }

    fn source(&mut self) -> Taken<Source> {
        if self.takes_sign("(") {
            let mut sets = vec![self.set()?];
            while self.takes("or") {
                sets.push(self.set()?);
            }
            self.must_sign(")")?;
            return Ok(Source::AnyOf(sets));
        }
        let Word::Name(word) = self.word() else { return self.unexpected("EVENTS") };
        match word.as_str() {
            "cohort" => {
                self.at += 1;
                Ok(Source::Cohort(self.used(UseKind::Cohort)?))
            }
            "list" => {
                self.at += 1;
                Ok(Source::List(self.used(UseKind::List)?))
            }
            "first" | "last" => self.take().map(Source::Take),
            "episodes" => {
                self.at += 1;
                self.must("gap")?;
                let gap = self.span()?;
                let of = self.of_set()?;
                Ok(Source::Episodes(Episodes { of, gap }))
            }
            "era" => self.era().map(Source::Era),
            _ if self.is_free_name(0) => {
                let at = self.place();
                let (name, kind) = self.bound()?;
                if matches!(kind, Type::Events | Type::Event) {
                    Ok(Source::Named(name))
                } else {
                    self.wrong_type(at, "EVENTS")
                }
            }
            _ => self.records().map(Source::Records),
        }
    }

    /// `of (…)`
    pub(super) fn of_set(&mut self) -> Taken<Box<EventSet>> {
        self.must("of")?;
        self.must_sign("(")?;
        let set = self.set()?;
        self.must_sign(")")?;
        Ok(Box::new(set))
    }

    fn take(&mut self) -> Taken<Take> {
        let from = if self.takes("first") { TakeFrom::First } else { TakeFrom::Last };
        self.at += usize::from(from == TakeFrom::Last);
        let count = self.ordinal()?;
        Ok(Take { from, count, of: self.of_set()? })
    }

    fn era(&mut self) -> Taken<Era> {
        self.must("era")?;
        self.must("gap")?;
        let at = self.place();
        let gap = self.span()?;
        if gap.unit.is_finer_than_a_day() {
            return self.wrong_type(at, "30d");
        }
        let (supply, carry) = self.supply()?;
        Ok(Era { of: self.of_set()?, gap, supply, carry })
    }

    /// `supply recorded else 30d carry`
    pub(super) fn supply(&mut self) -> Taken<(Supply, bool)> {
        self.must("supply")?;
        let supply = if self.takes("recorded") {
            if self.takes("else") { Supply::RecordedElse(self.span()?) } else { Supply::Recorded }
        } else {
            Supply::Fixed(self.span()?)
        };
        Ok((supply, self.takes("carry")))
    }

    fn records(&mut self) -> Taken<Records> {
        let kind = self.kind()?;
        let certainty = if self.takes("suspected") {
            Certainty::Suspected
        } else if self.takes("confirmed") {
            if self.is_name("or") && self.is_name_ahead(1, "suspected") {
                self.at += 2;
                Certainty::Either
            } else {
                Certainty::Confirmed
            }
        } else {
            Certainty::Confirmed
        };
        let rank = if self.takes("main") {
            Some(Rank::Main)
        } else if self.takes("other") {
            Some(Rank::Other)
        } else {
            None
        };
        let has_codes = self.is_name("in") && matches!(self.ahead(1), Word::Name(_));
        let codes = if has_codes {
            self.at += 1;
            self.piped(|parser| parser.used(UseKind::Codes))?
        } else {
            Vec::new()
        };
        Ok(Records { kind, certainty, rank, codes })
    }

    pub(super) fn kind(&mut self) -> Taken<Kind> {
        let Word::Name(word) = self.word() else {
            return self.unexpected("diagnosis, drug, lab …");
        };
        if let Some(kind) = crate::text::print::kind_named(word) {
            self.at += 1;
            return Ok(kind);
        }
        if self.takes("event") {
            return Ok(Kind::Other(self.name()?));
        }
        self.unexpected("diagnosis, drug, lab, visit … event NAME")
    }

    /// Binds the name of a way in.
    pub(super) fn bind_alternative(&mut self, set: &EventSet, at: crate::problem::Position) {
        let Some(name) = &set.name else { return };
        if self.names.contains_key(name) {
            self.tell(at, crate::problem::ProblemCode::NameTwice, name.as_str());
        }
        self.names.insert(name.clone(), Binding { kind: Type::Event, of_exit: false });
    }
}
