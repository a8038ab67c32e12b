//! Everything inside a clause.

use crate::ast::*;

use super::{Generator, Kinds, name};

impl Generator<'_> {
    // -- events

    pub(crate) fn kind(&mut self) -> Kind {
        use Kind::*;
        let all = [
            Diagnosis,
            Lab,
            Visit,
            Drug,
            DrugOrder,
            DrugAdmin,
            Dispensing,
            Procedure,
            Vital,
            Death,
            Observation,
            NoteTerm,
            Specimen,
            Variant,
            Pgs,
            Form,
            Device,
            Immunization,
            Allergy,
            Consent,
            Other(name("tube")),
        ];
        self.pick(&all)
    }

    pub(super) fn records(&mut self) -> Records {
        use Certainty::*;
        Records {
            kind: self.kind(),
            certainty: self.pick(&[Confirmed, Suspected, Either]),
            rank: self.pick(&[None, Some(Rank::Main), Some(Rank::Other)]),
            codes: self.many(2, Self::codes),
        }
    }

    pub(super) fn source(&mut self) -> Source {
        if self.deep() {
            return Source::Records(self.records());
        }
        match self.below(10) {
            1 => Source::Cohort(name("other_cohort")),
            2 => Source::List(name("trial")),
            3 => match self.bound(Kinds::Events) {
                Some(name) => Source::Named(name),
                None => Source::Records(self.records()),
            },
            4 => match self.bound(Kinds::Event) {
                Some(name) => Source::Named(name),
                None => Source::Records(self.records()),
            },
            5 => Source::AnyOf(self.some(1, Self::set)),
            6 => Source::Take(Take {
                from: self.pick(&[TakeFrom::First, TakeFrom::Last]),
                count: self.pick(&[3, 1]),
                of: Box::new(self.set()),
            }),
            7 => Source::Episodes(Episodes { of: Box::new(self.set()), gap: self.span() }),
            8 => Source::Era(Era {
                of: Box::new(self.set()),
                gap: self.day_span(),
                supply: self.supply(),
                carry: self.yes(),
            }),
            _ => Source::Records(self.records()),
        }
    }

    pub(super) fn supply(&mut self) -> Supply {
        let span = self.span();
        self.pick(&[Supply::Recorded, Supply::RecordedElse(span), Supply::Fixed(span)])
    }

    pub(super) fn set(&mut self) -> EventSet {
        self.nested(|made| {
            let from = made.source();
            let window = made.maybe(Self::window);
            let name = made.maybe(Self::fresh);
            made.with_depth += 1;
            if let Some(name) = &name {
                made.names.push((name.clone(), Kinds::Event));
            }
            let with = made.maybe(|made| Box::new(made.condition()));
            if name.is_some() {
                made.names.pop();
            }
            made.with_depth -= 1;
            EventSet { name, from, with, window }
        })
    }

    pub(super) fn event(&mut self) -> Event {
        match self.below(4) {
            1 if self.with_depth > 0 => Event::This,
            2 if self.at_index => Event::Entry,
            3 if !self.deep() => Event::Select(self.selection(), Box::new(self.set())),
            _ => match self.bound(Kinds::Event) {
                Some(name) => Event::Named(name),
                None if self.with_depth > 0 => Event::This,
                None => Event::Select(Selection::First, Box::new(self.plain_set())),
            },
        }
    }

    pub(super) fn plain_set(&mut self) -> EventSet {
        let from = Source::Records(self.records());
        EventSet { name: None, from, with: None, window: None }
    }

    pub(super) fn selection(&mut self) -> Selection {
        match self.below(7) {
            0 => Selection::First,
            1 => Selection::Last,
            2 => Selection::Nth(self.pick(&[2, 1])),
            3 => Selection::FirstInLife,
            4 => Selection::Highest,
            5 => Selection::Lowest,
            _ => Selection::Nearest(Box::new(self.moment())),
        }
    }

    // -- moments

    pub(super) fn window(&mut self) -> Window {
        use Relation::*;
        let relation = self.pick(&[Starts, Ends, Wholly, Overlaps]);
        let (from, to) = self.bounds();
        Window { relation, from, to }
    }

    pub(super) fn bounds(&mut self) -> (Bound, Bound) {
        let from = self.maybe(Self::moment).map_or(Bound::Ever, Bound::Closed);
        let to = self.maybe(Self::moment);
        let is_open = self.yes();
        let to = match to {
            None => Bound::Ever,
            // A window that holds nothing is refused.
            Some(moment) if from.moment().is_some_and(|m| m.anchor == moment.anchor) => {
                Bound::Closed(Moment { offset: from.moment().unwrap().offset, ..moment })
            }
            Some(Moment { anchor: Anchor::Date(_), .. }) => Bound::Ever,
            Some(moment) if is_open => Bound::Open(moment),
            Some(moment) => Bound::Closed(moment),
        };
        let is_open = self.yes() && to == Bound::Ever;
        match from {
            Bound::Closed(moment) if is_open => (Bound::Open(moment), to),
            from => (from, to),
        }
    }

    pub(super) fn moment(&mut self) -> Moment {
        self.nested(|made| {
            let anchor = made.anchor();
            let offset = made.maybe(|made| Offset {
                count: made.pick(&[-365, 90, 0, -1]),
                unit: made.time_unit(),
            });
            Moment { anchor, offset }
        })
    }

    pub(super) fn anchor(&mut self) -> Anchor {
        match self.below(17) {
            1 if self.after_entry && self.exit_allowed => Anchor::Exit,
            2 => Anchor::Start(self.event()),
            3 => Anchor::End(self.event()),
            4 => Anchor::Death,
            5 if self.has_calendar => Anchor::StudyStart,
            6 if self.has_calendar => Anchor::StudyEnd,
            7 if self.after_entry => Anchor::CoverageStart,
            8 if self.after_entry => Anchor::CoverageEnd,
            9 if self.in_measure => self.pick(&[Anchor::IntervalStart, Anchor::IntervalEnd]),
            10 => Anchor::Date(self.date()),
            11 => self.bound(Kinds::Moment).map_or(Anchor::Birth, Anchor::Named),
            12 if !self.deep() => Anchor::Earliest(self.some(1, Self::moment)),
            13 if !self.deep() => Anchor::Latest(self.some(1, Self::moment)),
            14 => Anchor::CoverageStartOf(self.event()),
            15 => Anchor::CoverageEndOf(self.event()),
            16 if !self.deep() => Anchor::Else(Box::new(self.moment()), Box::new(self.moment())),
            _ if self.after_entry => Anchor::Index,
            _ => Anchor::Birth,
        }
    }

    // -- numbers

    pub(super) fn number(&mut self) -> Number {
        self.nested(Self::number_here)
    }

    pub(super) fn number_here(&mut self) -> Number {
        let literal =
            |made: &mut Self| Number::Literal { value: made.real(), unit: made.maybe(Self::unit) };
        if self.deep() {
            return literal(self);
        }
        match self.below(16) {
            15 => Number::Year { of: self.moment() },
            1 => Number::Field {
                of: self.event(),
                field: self.number_field(),
                unit: self.maybe(Self::unit),
            },
            2 => Number::Count { counted: self.counted(), of: Box::new(self.set()) },
            3 => Number::Statistic {
                statistic: self.statistic(),
                field: self.number_field(),
                unit: self.maybe(Self::unit),
                of: Box::new(self.set()),
            },
            4 => Number::Covered {
                of: Box::new(self.set()),
                supply: self.supply(),
                carry: self.yes(),
                window: Window { relation: Relation::Starts, ..self.window() },
            },
            5 => {
                use TimeUnit::*;
                Number::Age { at: self.moment(), unit: self.pick(&[Year, Month, Week, Day]) }
            }
            6 => Number::Between { from: self.moment(), to: self.moment(), unit: self.time_unit() },
            7 => {
                use Equation::*;
                let equation = self.pick(&[Jp, CkdEpi2009, CkdEpi2021]);
                Number::Egfr { equation, creatinine: self.event() }
            }
            8 => Number::Bmi { weight: self.event(), height: self.event() },
            9 | 10 => {
                use Operator::*;
                Number::Arithmetic {
                    operator: self.pick(&[Add, Subtract, Multiply, Divide]),
                    left: Box::new(self.number()),
                    right: Box::new(self.number()),
                }
            }
            11 => Number::Least(self.some(1, Self::number)),
            12 => Number::Greatest(self.some(1, Self::number)),
            13 => Number::Else(Box::new(self.number()), Box::new(self.number())),
            14 => Number::Case {
                branches: self
                    .some(1, |made| NumberBranch { when: made.condition(), then: made.number() }),
                otherwise: self.maybe(|made| Box::new(made.number())),
            },
            _ => match self.bound(Kinds::Number) {
                Some(name) if self.yes() => Number::Named(name),
                _ => literal(self),
            },
        }
    }

    pub(super) fn number_field(&mut self) -> NumberField {
        use NumberField::*;
        self.pick(&[
            Value,
            UpperLimit,
            LowerLimit,
            Dose,
            DaysSupply,
            Members,
            Attribute(name("af")),
        ])
    }

    pub(super) fn statistic(&mut self) -> Statistic {
        use Statistic::*;
        let unit = self.time_unit();
        self.pick(&[Mean, Median, Sum, Highest, Lowest, Change, Ratio, Slope(unit)])
    }

    pub(super) fn counted(&mut self) -> Counted {
        match self.below(4) {
            1 => Counted::Days,
            2 => Counted::Visits,
            3 => Counted::Distinct(self.code_field()),
            _ => Counted::Events,
        }
    }

    // -- codes

    pub(super) fn code_field(&mut self) -> CodeField {
        use CodeField::*;
        self.pick(&[
            Code,
            CodedValue,
            Route,
            Department,
            Ward,
            Unit,
            VisitKind,
            Attribute(name("zygosity")),
        ])
    }

    pub(super) fn code(&mut self) -> Code {
        self.nested(|made| match made.below(6) {
            1 => Code::Field { of: made.event(), field: made.code_field() },
            2 => Code::Sex,
            3 if !made.deep() => Code::Band {
                of: Box::new(made.number()),
                cuts: vec![Real::new(40.0).unwrap(), Real::new(65.5).unwrap()],
                unit: made.maybe(Self::unit),
            },
            4 if !made.deep() => Code::Case {
                branches: made
                    .some(1, |made| CodeBranch { when: made.condition(), then: made.code() }),
                otherwise: made.maybe(|made| Box::new(made.code())),
            },
            5 => made.bound(Kinds::Code).map_or(Code::Sex, Code::Named),
            _ => Code::Word(made.words()),
        })
    }

    // -- conditions

    pub(super) fn condition(&mut self) -> Condition {
        self.nested(Self::condition_here)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of condition")]
    pub(super) fn condition_here(&mut self) -> Condition {
        if self.deep() {
            return Condition::Truth(self.yes());
        }
        match self.below(16) {
            1 | 2 => {
                let counted = self.counted();
                let number = self.pick(&[1, 0, 2, 1_000_000]);
                let count = self.pick(&[
                    Count::AtLeast(number),
                    Count::AtMost(number),
                    Count::Exactly(number),
                ]);
                let spanning = match count {
                    Count::AtLeast(_) => self.maybe(Self::span),
                    _ => None,
                };
                Condition::Has { count, counted, of: Box::new(self.set()), spanning }
            }
            3 => Condition::Found(self.event()),
            4 => {
                use Comparison::*;
                Condition::Compare {
                    left: Box::new(self.number()),
                    is: self.pick(&[Less, AtMost, Equal, NotEqual, AtLeast, Greater]),
                    right: Box::new(self.number()),
                }
            }
            5 => Condition::Within {
                number: Box::new(self.number()),
                low: Box::new(self.limit()),
                high: Box::new(self.limit()),
            },
            6 => {
                use TimeOrder::*;
                Condition::Order {
                    left: Box::new(self.moment()),
                    is: self.pick(&[Before, NotAfter, Same, NotBefore, After]),
                    right: Box::new(self.moment()),
                }
            }
            7 => Condition::Code {
                code: Box::new(self.code()),
                one_of: if self.yes() {
                    OneOf::Codes(self.some(1, Self::codes))
                } else {
                    OneOf::Words(self.some(1, Self::words))
                },
            },
            8 => {
                use Same::*;
                Condition::Same {
                    what: self.pick(&[Visit, Ward, Department, Order, Event]),
                    left: Box::new(self.event()),
                    right: Box::new(self.event()),
                }
            }
            9 => {
                let (from, to) = self.bounds();
                Condition::Observed { kinds: self.some(1, Self::kind), from, to }
            }
            10 => Condition::Known(match self.below(4) {
                1 => Scalar::Moment(self.moment()),
                2 => Scalar::Code(self.code()),
                3 => Scalar::Condition(Box::new(self.condition())),
                _ => Scalar::Number(self.number()),
            }),
            11 => Condition::Else(Box::new(self.condition()), Box::new(self.condition())),
            12 | 13 => {
                let share = match self.below(6) {
                    0 => Share::All,
                    1 => Share::Any,
                    2 => Share::None,
                    3 => Share::AtLeast(2),
                    4 => Share::AtMost(1),
                    _ => Share::Exactly(0),
                };
                Condition::Of { share, conditions: self.some(1, Self::condition) }
            }
            14 => Condition::Not(Box::new(self.condition())),
            15 => match self.bound(Kinds::Condition) {
                Some(name) => Condition::Named(name),
                None => Condition::Truth(true),
            },
            _ => Condition::Truth(false),
        }
    }

    pub(super) fn limit(&mut self) -> Limit {
        let number = self.number();
        if self.yes() { Limit::Open(number) } else { Limit::Closed(number) }
    }
}
