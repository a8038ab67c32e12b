//! Conditions, and codes as far as conditions ask of them.

use cohort::ast::{
    Code, Condition, Limit, Number, NumberField, OneOf, Real, Same, Scalar, Unit, Value,
};
use cohort::eval::Truth;

use super::names::{At, Planner};
use super::{Ask, ColumnSpec, Pick};

/// What is asked of a code.
#[derive(Clone, Copy)]
enum Test<'t> {
    OneOf(&'t OneOf),
    Known,
}

impl Planner<'_> {
    /// A condition.
    pub(super) fn condition(&mut self, at: &At, condition: &Condition) -> Option<Ask> {
        self.part(|planner| planner.ask(at, condition))
    }

    fn boxed(&mut self, at: &At, condition: &Condition) -> Option<Box<Ask>> {
        self.condition(at, condition).map(Box::new)
    }

    fn ask(&mut self, at: &At, condition: &Condition) -> Option<Ask> {
        Some(match condition {
            Condition::Truth(truth) => Ask::Truth(Truth::from(*truth)),
            Condition::Named(name) => match self.named(at, name)? {
                (Value::Condition(_, condition), at) => self.condition(&at, condition)?,
                _ => return None,
            },
            Condition::Found(event) => Ask::Found(self.pick(at, event)?),
            Condition::Has { count, counted, of, spanning } => Ask::Has {
                count: *count,
                counted: counted.clone(),
                column: self.counted(counted),
                of: self.set(at, of)?,
                spanning: *spanning,
            },
            Condition::Compare { left, is, right } => self.compare(at, left, *is, right)?,
            Condition::Within { number, low, high } => {
                let limits: (&Limit, &Limit) = (low, high);
                self.within(at, number, limits)?
            }
            Condition::Order { left, is, right } => {
                let fine = left.is_fine() || right.is_fine();
                Ask::Order(self.instant(at, left)?, *is, self.instant(at, right)?, fine)
            }
            Condition::Code { code, one_of } => self.code(at, code, Test::OneOf(one_of))?,
            Condition::Same { what, left, right } => {
                let column = match what {
                    Same::Ward => Some(self.column(ColumnSpec::Ward)),
                    Same::Department => Some(self.column(ColumnSpec::Department)),
                    Same::Order => Some(self.column(ColumnSpec::Order)),
                    Same::Visit | Same::Event => None,
                };
                Ask::Same(*what, self.pick(at, left)?, self.pick(at, right)?, column)
            }
            Condition::Observed { kinds, from, to } => {
                Ask::Observed(kinds.clone(), self.side(at, from)?, self.side(at, to)?)
            }
            Condition::Known(scalar) => self.known(at, scalar)?,
            Condition::Else(left, right) => {
                Ask::Else(self.boxed(at, left)?, self.boxed(at, right)?)
            }
            Condition::Of { share, conditions } => {
                let parts = conditions.iter().map(|condition| self.condition(at, condition));
                Ask::Of(*share, parts.collect::<Option<_>>()?)
            }
            Condition::Not(condition) => Ask::Not(self.boxed(at, condition)?),
        })
    }

    fn known(&mut self, at: &At, scalar: &Scalar) -> Option<Ask> {
        Some(match scalar {
            // Of a number read in no unit, whether it is recorded.
            Scalar::Number(Number::Field { of, field: NumberField::Members, unit: None }) => {
                Ask::KnownNumber(super::Amount::Members(self.pick(at, of)?))
            }
            Scalar::Number(Number::Field { of, field, unit: None }) => {
                let column = self.column(ColumnSpec::Recorded(field.clone()));
                Ask::KnownNumber(super::Amount::Field(self.pick(at, of)?, column))
            }
            Scalar::Number(number) => Ask::KnownNumber(self.number(at, number)?),
            Scalar::Moment(moment) => Ask::KnownMoment(self.instant(at, moment)?),
            Scalar::Code(code) => self.code(at, code, Test::Known)?,
            Scalar::Condition(condition) => Ask::Known(self.boxed(at, condition)?),
        })
    }

    /// What a test says of a code.
    fn code(&mut self, at: &At, code: &Code, test: Test<'_>) -> Option<Ask> {
        if let Test::OneOf(OneOf::Codes(names)) = test
            && !names.iter().all(|name| self.holds(name))
        {
            return None;
        }
        let of_word = |word: &str| match test {
            Test::Known => Truth::True,
            Test::OneOf(OneOf::Words(words)) => Truth::from(words.iter().any(|of| of == word)),
            // A word is in no code system.
            Test::OneOf(OneOf::Codes(_)) => Truth::False,
        };
        let nothing = match test {
            Test::Known => Truth::False,
            Test::OneOf(_) => Truth::Unknown,
        };
        self.part(|planner| {
            Some(match code {
                Code::Word(word) => Ask::Truth(of_word(word)),
                Code::Named(name) => match planner.named(at, name)? {
                    (Value::Code(_, code), at) => planner.code(&at, code, test)?,
                    _ => return None,
                },
                Code::Sex => {
                    Ask::Sex([nothing, of_word("male"), of_word("female"), of_word("other")])
                }
                Code::Field { of, field } => {
                    let of = planner.pick(at, of)?;
                    let column = planner.column(match test {
                        Test::Known => ColumnSpec::HasCode(field.clone()),
                        Test::OneOf(one_of) => ColumnSpec::Is(field.clone(), one_of.clone()),
                    });
                    // Of an event that is not there, whether it is known is known.
                    match test {
                        Test::Known => or_false(of, column),
                        Test::OneOf(_) => Ask::Is(of, column),
                    }
                }
                Code::Band { of, cuts, unit } => {
                    planner.band(at, (of, cuts, unit.as_ref()), &of_word, nothing)?
                }
                Code::Case { branches, otherwise } => {
                    let branches = branches.iter().map(|branch| {
                        let when = planner.condition(at, &branch.when)?;
                        Some((when, planner.code(at, &branch.then, test)?))
                    });
                    let branches = branches.collect::<Option<_>>()?;
                    let otherwise = match otherwise {
                        Some(otherwise) => planner.code(at, otherwise, test)?,
                        None => Ask::Truth(nothing),
                    };
                    Ask::Case(branches, Box::new(otherwise))
                }
            })
        })
    }

    fn band(
        &mut self,
        at: &At,
        (of, cuts, unit): (&Number, &[Real], Option<&Unit>),
        of_word: &dyn Fn(&str) -> Truth,
        nothing: Truth,
    ) -> Option<Ask> {
        // Bands in another order have no words of their own.
        if !cuts.is_sorted_by(|a, b| a.get() <= b.get()) {
            return None;
        }
        let mut says = Vec::new();
        for place in 0..=cuts.len() {
            let (below, above) =
                (place.checked_sub(1).and_then(|at| cuts.get(at)), cuts.get(place));
            says.push(match (below, above) {
                (None, Some(above)) => of_word(&format!("<{above}")),
                (Some(below), Some(above)) => of_word(&format!("{below}-<{above}")),
                (Some(below), None) => of_word(&format!(">={below}")),
                (None, None) => nothing,
            });
        }
        let number = self.number_in(at, of, unit.map(Unit::as_str))?;
        let band = Ask::Band(number, cuts.iter().map(|cut| cut.get()).collect(), says);
        Some(if nothing == Truth::False {
            Ask::Else(Box::new(band), Box::new(Ask::Truth(Truth::False)))
        } else {
            band
        })
    }
}

fn or_false(of: Pick, column: usize) -> Ask {
    let is = Ask::Is(of, column);
    Ask::Else(Box::new(is), Box::new(Ask::Truth(Truth::False)))
}
