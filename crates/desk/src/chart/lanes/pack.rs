//! Puts bars that would overlap on rows of their own.

/// For each stretch of the axis the row it goes to: the first that is free.
///
/// # Order
/// Rows as the stretches are given; sort by start to use the fewest rows.
pub(super) fn rows(stretches: &[(f64, f64)]) -> Vec<usize> {
    let mut free_from: Vec<f64> = Vec::new();
    let mut out = Vec::with_capacity(stretches.len());
    for (start, end) in stretches {
        let free = free_from.iter().position(|from| from <= start);
        let row = free.unwrap_or(free_from.len());
        match free_from.get_mut(row) {
            Some(from) => *from = *end,
            None => free_from.push(*end),
        }
        out.push(row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_is_moved_down_and_what_does_not_stays() {
        assert_eq!(rows(&[(0.0, 5.0), (2.0, 3.0), (3.0, 9.0), (5.0, 6.0)]), [0, 1, 1, 0]);
        assert_eq!(rows(&[]), [0_usize; 0]);
    }
}
