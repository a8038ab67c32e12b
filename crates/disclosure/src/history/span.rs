//! Which rows of ones and zeros are combinations of others, exactly.
//!
//! Calculated with remainders by the prime 2^61 − 1. What is a combination in fractions is one in
//! remainders, and the other way round unless the prime divides a determinant of ones and zeros: up to
//! 36 sets none is so large (Hadamard), and beyond nobody can aim at one.

/// 2^61 − 1.
const PRIME: u64 = (1 << 61) - 1;

/// All combinations of the rows added, as a basis in which each row has a column that no other has.
#[derive(Clone, Debug)]
pub(super) struct Span {
    columns: usize,
    /// For each column the basis row that alone has it.
    rows: Vec<Option<Vec<u64>>>,
    rank: usize,
}

impl Span {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, rows: vec![None; columns], rank: 0 }
    }

    /// Whether every row is a combination.
    pub(super) fn is_whole(&self) -> bool {
        self.rank == self.columns
    }

    /// Whether a row is a combination; its bits are its columns.
    pub(super) fn has(&self, row: u64) -> bool {
        (0..self.columns).all(|column| self.rest(row, column) == 0)
    }

    /// What the basis leaves of a row in a column.
    fn rest(&self, row: u64, column: usize) -> u64 {
        if self.rows.get(column).is_none_or(Option::is_some) {
            return 0;
        }
        let mut taken = 0_u64;
        for (own, basis) in self.rows.iter().enumerate() {
            if let Some(basis) = basis.as_ref().filter(|_| row >> own & 1 == 1) {
                taken = plus(taken, basis.get(column).copied().unwrap_or_default());
            }
        }
        plus(row >> column & 1, PRIME - taken)
    }

    /// Adds a row, unless it is a combination already.
    pub(super) fn add(&mut self, row: u64) {
        let rest: Vec<u64> = (0..self.columns).map(|column| self.rest(row, column)).collect();
        let Some(own) = rest.iter().position(|rest| *rest != 0) else { return };
        let factor = inverse(rest.get(own).copied().unwrap_or(1));
        let basis: Vec<u64> = rest.iter().map(|rest| times(*rest, factor)).collect();
        for other in self.rows.iter_mut().flatten() {
            let much = other.get(own).copied().unwrap_or_default();
            if much != 0 {
                for (value, taken) in other.iter_mut().zip(&basis) {
                    *value = plus(*value, PRIME - times(much, *taken));
                }
            }
        }
        if let Some(place) = self.rows.get_mut(own) {
            *place = Some(basis);
            self.rank += 1;
        }
    }
}

fn plus(one: u64, other: u64) -> u64 {
    (one + other) % PRIME
}

fn times(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other) % u128::from(PRIME);
    u64::try_from(product).unwrap_or_default()
}

/// What times the number leaves one: its power by the prime less two.
fn inverse(number: u64) -> u64 {
    let (mut power, mut result, mut left) = (number, 1, PRIME - 2);
    while left > 0 {
        if left & 1 == 1 {
            result = times(result, power);
        }
        power = times(power, power);
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_and_a_difference_are_combinations() {
        let mut span = Span::new(4);
        for row in [0b0011, 0b0110, 0b0111] {
            span.add(row);
        }
        assert!(span.has(0b0001) && span.has(0b0100) && span.has(0b0010) && span.has(0));
        assert!(!span.has(0b1000) && !span.has(0b1111) && !span.is_whole());
        span.add(0b1111);
        assert!(span.has(0b1000) && span.is_whole());
    }

    #[test]
    fn halves_are_combinations_too() {
        // The three pairs of three: each single one is half of a sum and a difference.
        let mut span = Span::new(3);
        [0b011, 0b101].into_iter().for_each(|row| span.add(row));
        assert!(!span.has(0b001));
        span.add(0b110);
        assert!(span.has(0b001) && span.has(0b111));
    }

    #[test]
    fn an_inverse_times_its_number_is_one() {
        assert_eq!(
            [1, 2, 3, PRIME - 1, 1 << 60].map(|number| times(number, inverse(number))),
            [1; 5]
        );
    }
}
