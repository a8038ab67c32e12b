//! Conditions.

use crate::ast::Event;
use crate::ast::{
    Comparison, Condition, Count, Counted, Limit, OneOf, Same, Share, TimeOrder, UseKind,
};
use crate::problem::{Position, ProblemCode};
use crate::text::token::Word;

use super::expression::Expression as E;
use super::{Parser, Stop, Taken};

impl Parser<'_> {
    pub(super) fn comparison(&mut self) -> Taken<E> {
        let at = self.place();
        let left = self.sum()?;
        if let Some(is) = self.comparison_sign() {
            self.at += 1;
            let left = Box::new(self.as_number(left, at)?);
            let right = Box::new(self.number()?);
            return Ok(E::Condition(Condition::Compare { left, is, right }));
        }
        if self.is_name("within") && !matches!(left, E::Moment(_) | E::Event(_)) {
            self.at += 1;
            let number = Box::new(self.as_number(left, at)?);
            return self.range(number).map(E::Condition);
        }
        if let Some((is, words)) = self.time_order() {
            self.at += words;
            let left = Box::new(self.as_moment(left, at)?);
            let right = Box::new(self.moment()?);
            return Ok(E::Condition(Condition::Order { left, is, right }));
        }
        match left {
            E::Code(code) if self.takes("is") => {
                let words = self.piped(Self::must_quoted)?;
                let (code, one_of) = (Box::new(code), OneOf::Words(words));
                Ok(E::Condition(Condition::Code { code, one_of }))
            }
            E::Code(code) if self.takes("in") => {
                let names = self.piped(|parser| parser.used(UseKind::Codes))?;
                let (code, one_of) = (Box::new(code), OneOf::Codes(names));
                Ok(E::Condition(Condition::Code { code, one_of }))
            }
            left => Ok(left),
        }
    }

    fn comparison_sign(&self) -> Option<Comparison> {
        let Word::Sign(sign) = self.word() else { return None };
        Some(match *sign {
            "<" => Comparison::Less,
            "<=" => Comparison::AtMost,
            "=" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            ">=" => Comparison::AtLeast,
            ">" => Comparison::Greater,
            _ => return None,
        })
    }

    fn time_order(&self) -> Option<(TimeOrder, usize)> {
        let Word::Name(word) = self.word() else { return None };
        match word.as_str() {
            "before" => Some((TimeOrder::Before, 1)),
            "after" => Some((TimeOrder::After, 1)),
            "same" if self.is_name_ahead(1, "as") => Some((TimeOrder::Same, 2)),
            "not" if self.is_name_ahead(1, "before") => Some((TimeOrder::NotBefore, 2)),
            "not" if self.is_name_ahead(1, "after") => Some((TimeOrder::NotAfter, 2)),
            _ => None,
        }
    }

    fn range(&mut self, number: Box<crate::ast::Number>) -> Taken<Condition> {
        let low_is_open = self.takes_sign("(");
        if !low_is_open {
            self.must_sign("[")?;
        }
        let low = self.number()?;
        self.must_sign(",")?;
        let high = self.number()?;
        let high_is_open = self.takes_sign(")");
        if !high_is_open {
            self.must_sign("]")?;
        }
        let limit = |is_open, number| {
            Box::new(if is_open { Limit::Open(number) } else { Limit::Closed(number) })
        };
        let (low, high) = (limit(low_is_open, low), limit(high_is_open, high));
        Ok(Condition::Within { number, low, high })
    }

    /// A condition that begins with a word of its own.
    pub(super) fn condition_word(&mut self, word: &str) -> Taken<Option<Condition>> {
        let start = self.at;
        self.at += 1;
        let condition = match word {
            "true" => Condition::Truth(true),
            "false" => Condition::Truth(false),
            "any" if self.takes("of") => self.share(Share::Any)?,
            "any" => self.has(Count::AtLeast(1))?,
            "all" => {
                self.must("of")?;
                self.share(Share::All)?
            }
            "none" => {
                self.must("of")?;
                self.share(Share::None)?
            }
            "no" => self.has(Count::Exactly(0))?,
            "at" | "exactly" => self.counted(word)?,
            "found" => Condition::Found(self.event_argument()?),
            "known" => {
                self.must_sign("(")?;
                let scalar = self.scalar()?;
                self.must_sign(")")?;
                Condition::Known(scalar)
            }
            "same" => self.same()?,
            "observed" => {
                let kinds = self.piped(Self::kind)?;
                self.must("in")?;
                let (from, to) = self.bounds()?;
                Condition::Observed { kinds, from, to }
            }
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(condition))
    }

    fn share(&mut self, share: Share) -> Taken<Condition> {
        self.must_sign("(")?;
        let conditions = self.listed(Self::condition)?;
        self.must_sign(")")?;
        Ok(Condition::Of { share, conditions })
    }

    fn has(&mut self, count: Count) -> Taken<Condition> {
        let of = Box::new(self.set()?);
        Ok(Condition::Has { count, counted: Counted::Events, of, spanning: None })
    }

    fn counted(&mut self, word: &str) -> Taken<Condition> {
        let is_least = word == "at" && self.takes("least");
        let is_most = word == "at" && !is_least;
        if is_most {
            self.must("most")?;
        }
        let number = self.count()?;
        if self.is_name("of") && self.is_sign_ahead(1, "(") {
            self.at += 1;
            return self.share(match (is_least, is_most) {
                (true, _) => Share::AtLeast(number),
                (_, true) => Share::AtMost(number),
                _ => Share::Exactly(number),
            });
        }
        let counted = self.different()?;
        let at = self.place();
        let spanning = if self.takes("spanning") { Some(self.span()?) } else { None };
        if spanning.is_some() && !is_least {
            self.tell(at, ProblemCode::Meaningless, "spanning → at least");
        }
        if counted != Counted::Events || spanning.is_some() {
            self.must("of")?;
        }
        let count = match (is_least, is_most) {
            (true, _) => Count::AtLeast(number),
            (_, true) => Count::AtMost(number),
            _ => Count::Exactly(number),
        };
        Ok(Condition::Has { count, counted, of: Box::new(self.set()?), spanning })
    }

    /// `different days`, `different code`, or nothing.
    pub(super) fn different(&mut self) -> Taken<Counted> {
        if !self.takes("different") {
            return Ok(Counted::Events);
        }
        if self.takes("days") {
            return Ok(Counted::Days);
        }
        if self.takes("visits") {
            return Ok(Counted::Visits);
        }
        match self.code_field()? {
            Some(field) => Ok(Counted::Distinct(field)),
            None => self.unexpected("days, visits, code, department, attribute NAME …"),
        }
    }

    fn same(&mut self) -> Taken<Condition> {
        let what = match self.word() {
            Word::Name(word) => match word.as_str() {
                "visit" => Some(Same::Visit),
                "ward" => Some(Same::Ward),
                "department" => Some(Same::Department),
                "order" => Some(Same::Order),
                "event" => Some(Same::Event),
                _ => None,
            },
            _ => None,
        };
        let Some(what) = what else {
            return self.unexpected("visit, ward, department, order, event");
        };
        self.at += 1;
        let at = self.place();
        if self.takes("as") {
            self.needs_this(at);
            let (left, right) = (Box::new(Event::This), Box::new(self.event_argument()?));
            return Ok(Condition::Same { what, left, right });
        }
        self.must_sign("(")?;
        let left = Box::new(self.event_argument()?);
        self.must_sign(",")?;
        let right = Box::new(self.event_argument()?);
        self.must_sign(")")?;
        Ok(Condition::Same { what, left, right })
    }

    /// An event inside an expression.
    pub(super) fn event_argument(&mut self) -> Taken<Event> {
        let at: Position = self.place();
        let expression = if self.is_sign("(") {
            self.at += 1;
            let inner = self.expression()?;
            self.must_sign(")")?;
            inner
        } else {
            let Word::Name(word) = self.word() else { return self.unexpected("EVENT") };
            let word = word.clone();
            match self.event_word(&word)? {
                Some(event) => return Ok(event),
                None if self.is_free_name(0) => {
                    let (name, kind) = self.bound()?;
                    if kind == super::Type::Event {
                        return Ok(Event::Named(name));
                    }
                    return self.wrong_type(at, "EVENT");
                }
                None => return self.unexpected("EVENT"),
            }
        };
        match expression {
            E::Event(event) => Ok(event),
            _ => {
                self.tell(at, ProblemCode::WrongType, "→ EVENT");
                Err(Stop)
            }
        }
    }
}
