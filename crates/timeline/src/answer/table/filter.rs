//! What a table asks of each of its rows alone, column by column.

use cohort::ast::{Operator, Share};
use cohort::eval::{Truth, compare, holds, share_count};

use super::columns::{Data, Of};
use crate::answer::plan::{Amount, Ask, ColumnId, ColumnSpec};
use crate::format::Damage;

/// Numbers of rows.
enum Numbers<'a> {
    Same(f64),
    Each(&'a [f64]),
    /// A number times those of a column.
    Times(f64, &'a [f64]),
}

impl Numbers<'_> {
    /// The number of a row, where it is known.
    fn get(&self, row: usize) -> Option<f64> {
        let of = |of: &[f64]| of.get(row).copied().filter(|value| value.is_finite());
        match self {
            Self::Same(value) => Some(*value),
            Self::Each(values) => of(values),
            Self::Times(factor, values) => of(values).map(|value| factor * value),
        }
    }
}

/// Leaves of each row's state what is known of it as well.
pub(super) fn leave(states: &mut [Truth], truths: Vec<Truth>) {
    for (state, truth) in states.iter_mut().zip(truths) {
        *state = state.and(truth);
    }
}

/// Columns that a table's filters ask of.
#[derive(Default)]
pub(super) struct Filter {
    columns: Vec<(ColumnId, Data)>,
}

impl Filter {
    /// Reads what an ask needs.
    pub(super) fn gather(
        &mut self,
        ask: &Ask,
        of: &Of<'_>,
        specs: &[ColumnSpec],
    ) -> Result<(), Damage> {
        let mut needed = Vec::new();
        crate::answer::uses::columns_of_filter(ask, &mut needed);
        for id in needed {
            if self.columns.iter().all(|(held, _)| *held != id)
                && let Some(spec) = specs.get(id)
            {
                self.columns.push((id, of.read(spec)?));
            }
        }
        Ok(())
    }

    /// Leaves of each row's state what an ask says as well.
    pub(super) fn narrow(&self, ask: &Ask, states: &mut [Truth]) {
        if let Ask::Compare(left, is, right) = ask
            && let (Some(left), Some(right)) = (self.numbers(left), self.numbers(right))
        {
            for (row, state) in states.iter_mut().enumerate() {
                *state = state.and(compare(left.get(row), *is, right.get(row)));
            }
            return;
        }
        for (row, state) in states.iter_mut().enumerate() {
            *state = state.and(self.ask(ask, row));
        }
    }

    /// The numbers of all rows, where they lie in a column or are all the same.
    fn numbers(&self, amount: &Amount) -> Option<Numbers<'_>> {
        match amount {
            Amount::Literal(value) => Some(Numbers::Same(*value)),
            Amount::Field(_, column) => match self.column(*column)? {
                Data::Numbers(of) => Some(Numbers::Each(of)),
                _ => None,
            },
            Amount::Arithmetic(Operator::Multiply, left, right) => {
                match (self.numbers(left)?, self.numbers(right)?) {
                    (Numbers::Same(factor), Numbers::Each(of)) => Some(Numbers::Times(factor, of)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn column(&self, column: ColumnId) -> Option<&Data> {
        self.columns.iter().find(|(id, _)| *id == column).map(|(_, data)| data)
    }

    fn ask(&self, ask: &Ask, row: usize) -> Truth {
        match ask {
            Ask::Truth(truth) => *truth,
            Ask::Is(_, column) => match self.column(*column) {
                Some(Data::Truths(of)) => of.get(row).copied().unwrap_or(Truth::Unknown),
                _ => Truth::Unknown,
            },
            Ask::Compare(left, is, right) => {
                compare(self.number(left, row), *is, self.number(right, row))
            }
            Ask::KnownNumber(number) => Truth::from(self.number(number, row).is_some()),
            Ask::Known(inner) => Truth::from(self.ask(inner, row).is_known()),
            Ask::Not(inner) => self.ask(inner, row).not(),
            Ask::Else(left, right) => match self.ask(left, row) {
                Truth::Unknown => self.ask(right, row),
                known => known,
            },
            Ask::Of(share, parts) => self.share(*share, parts, row),
            // Nothing else is a filter.
            _ => Truth::Unknown,
        }
    }

    fn share(&self, share: Share, parts: &[Ask], row: usize) -> Truth {
        let (mut low, mut high) = (0, 0);
        for part in parts {
            let truth = self.ask(part, row);
            low += usize::from(truth == Truth::True);
            high += usize::from(truth != Truth::False);
        }
        let all = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        holds(share_count(share, all), low, high)
    }

    fn number(&self, amount: &Amount, row: usize) -> Option<f64> {
        match amount {
            Amount::Literal(value) => Some(*value),
            Amount::Field(_, column) => match self.column(*column)? {
                Data::Numbers(of) => of.get(row).copied().filter(|value| value.is_finite()),
                _ => None,
            },
            Amount::Arithmetic(operator, left, right) => {
                let (left, right) = (self.number(left, row)?, self.number(right, row)?);
                Some(match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                })
            }
            Amount::Else(left, right) => self.number(left, row).or_else(|| self.number(right, row)),
            Amount::Converted(inner, conversion) => {
                let number = self.number(inner, row).filter(|number| number.is_finite())?;
                Some(conversion.apply(number)).filter(|number| number.is_finite())
            }
            _ => None,
        }
    }
}
