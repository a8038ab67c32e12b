//! Conditions by chance.

use crate::ast::{
    Code, CodeField, Comparison, Condition, Count, Counted, Kind, Limit, OneOf, Same, Scalar,
    Share, TimeOrder, UseKind,
};

use super::definition::{Bound, Making};

const COMPARISONS: &[Comparison] = &[
    Comparison::Less,
    Comparison::AtMost,
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Greater,
];
const WORDS: &[&str] = &["female", "male", "oral", "iv", "inpatient", "outpatient", "a", "b", "d1"];

impl Making<'_> {
    /// A condition: which expressions could yield one?
    pub(super) fn condition(&mut self) -> Condition {
        if self.is_deep() {
            return self.shallow();
        }
        self.deeper(|making| match making.below(26) {
            0..=4 | 20..=25 => making.has(),
            5..=8 => making.comparison(),
            9 => making.within(),
            10 | 11 => {
                let orders =
                    [TimeOrder::NotAfter, TimeOrder::Same, TimeOrder::NotBefore, TimeOrder::After];
                let is = making.choices.pick(TimeOrder::Before, &orders);
                let (left, right) = (Box::new(making.moment()), Box::new(making.moment()));
                Condition::Order { left, is, right }
            }
            12 => making.is_one_of(),
            13 => {
                let whats = [Same::Ward, Same::Department, Same::Order, Same::Event];
                let what = making.choices.pick(Same::Visit, &whats);
                let (left, right) = (Box::new(making.event()), Box::new(making.event()));
                Condition::Same { what, left, right }
            }
            14 => {
                let kinds = [Kind::Drug, Kind::Visit, Kind::Diagnosis];
                let kinds = vec![making.choices.pick(Kind::Lab, &kinds)];
                let (from, to) = making.bounds();
                Condition::Observed { kinds, from, to }
            }
            15 => Condition::Known(making.scalar()),
            16 => {
                let (left, right) = (Box::new(making.condition()), Box::new(making.condition()));
                Condition::Else(left, right)
            }
            17 => making.share(),
            18 => Condition::Not(Box::new(making.condition())),
            _ => Condition::Found(making.event()),
        })
    }

    /// A condition without parts.
    fn shallow(&mut self) -> Condition {
        match self.below(4) {
            1 => match self.named(Bound::Condition) {
                Some(name) => Condition::Named(name),
                None => self.truth(),
            },
            2 if self.with > 0 => self.comparison(),
            3 => Condition::Code {
                code: Box::new(Code::Sex),
                one_of: OneOf::Words(vec!["female".to_owned()]),
            },
            _ => self.truth(),
        }
    }

    fn has(&mut self) -> Condition {
        let number = self.below(3);
        let count = match self.below(4) {
            1 => Count::Exactly(number),
            2 => Count::AtMost(number),
            3 => Count::AtLeast(number + 1),
            _ => Count::AtLeast(1),
        };
        let counted = self.counted();
        let is_least = matches!(count, Count::AtLeast(_));
        let spanning = (self.one_in(6) && is_least).then(|| self.span());
        Condition::Has { count, counted, of: Box::new(self.set()), spanning }
    }

    pub(super) fn counted(&mut self) -> Counted {
        let others = [
            Counted::Events,
            Counted::Events,
            Counted::Days,
            Counted::Visits,
            Counted::Distinct(CodeField::Code),
            Counted::Distinct(CodeField::Department),
        ];
        self.choices.pick(Counted::Events, &others)
    }

    fn comparison(&mut self) -> Condition {
        let class = self.class();
        let is = self.choices.pick(Comparison::AtLeast, COMPARISONS);
        let (left, right) = (Box::new(self.number(class)), Box::new(self.literal(class)));
        Condition::Compare { left, is, right }
    }

    fn within(&mut self) -> Condition {
        let class = self.class();
        let number = Box::new(self.number(class));
        let (low, high) = (self.literal(class), self.literal(class));
        let low = if self.one_in(3) { Limit::Open(low) } else { Limit::Closed(low) };
        let high = if self.one_in(3) { Limit::Open(high) } else { Limit::Closed(high) };
        Condition::Within { number, low: Box::new(low), high: Box::new(high) }
    }

    fn is_one_of(&mut self) -> Condition {
        let code = Box::new(self.code());
        let one_of = if self.one_in(3) {
            let name = self.choices.pick("dm", &["heart", "met", "glu"]);
            OneOf::Codes(vec![self.used(UseKind::Codes, name)])
        } else {
            let words = [self.choices.pick("female", WORDS), self.choices.pick("oral", WORDS)];
            OneOf::Words(words.map(str::to_owned).to_vec())
        };
        Condition::Code { code, one_of }
    }

    fn scalar(&mut self) -> Scalar {
        match self.below(4) {
            1 => Scalar::Moment(self.moment()),
            2 => Scalar::Code(self.code()),
            3 => Scalar::Condition(Box::new(self.condition())),
            _ => {
                let class = self.class();
                Scalar::Number(self.number_alone(class))
            }
        }
    }

    fn share(&mut self) -> Condition {
        let count = self.below(3);
        let conditions: Vec<Condition> = (0..=count + 1).map(|_| self.condition()).collect();
        let number = self.below(3);
        let shares = [
            Share::Any,
            Share::None,
            Share::AtLeast(number),
            Share::AtMost(number),
            Share::Exactly(number),
        ];
        Condition::Of { share: self.choices.pick(Share::All, &shares), conditions }
    }
}
