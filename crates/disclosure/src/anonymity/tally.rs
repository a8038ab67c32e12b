//! How many rows of a class have a code: sorted, and brought up to date some million rows at a time.

/// So many rows wait at most, or as many as there are counts.
const WAITING_MAX: usize = 1 << 20;

/// Counts of rows by class and code.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// By class, then by code.
    counted: Vec<((usize, u32), u64)>,
    waiting: Vec<(usize, u32)>,
}

impl Tally {
    pub(super) fn add(&mut self, class: usize, code: u32) {
        self.waiting.push((class, code));
        if self.waiting.len() >= WAITING_MAX.max(self.counted.len()) {
            self.counted = self.counted();
            self.waiting.clear();
        }
    }

    /// All counts, by class, then by code.
    pub(super) fn counted(&self) -> Vec<((usize, u32), u64)> {
        let mut waiting = self.waiting.clone();
        waiting.sort_unstable();
        let mut new = waiting
            .chunk_by(|one, other| one == other)
            .filter_map(|same| Some((*same.first()?, same.len() as u64)))
            .peekable();
        let mut old = self.counted.iter().copied().peekable();
        let mut all: Vec<((usize, u32), u64)> = Vec::with_capacity(self.counted.len());
        loop {
            let next = match (old.peek(), new.peek()) {
                (Some((one, _)), Some((other, _))) if one <= other => old.next(),
                (_, Some(_)) => new.next(),
                (_, None) => old.next(),
            };
            let Some((key, rows)) = next else { return all };
            match all.last_mut() {
                Some((last, sum)) if *last == key => *sum += rows,
                _ => all.push((key, rows)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_same_however_often_they_were_brought_up_to_date() {
        let mut tally = Tally::default();
        let rows = WAITING_MAX as u64 + 1_000;
        (0..rows).for_each(|row| tally.add((row % 7) as usize, (row % 3) as u32));
        assert!(tally.waiting.len() == 1_000 && tally.counted.len() == 21);
        let counted = tally.counted();
        assert!(counted.is_sorted() && counted.len() == 21);
        for ((class, code), sum) in counted {
            let same =
                (0..rows).filter(|row| row % 7 == class as u64 && row % 3 == u64::from(code));
            assert_eq!(sum, same.count() as u64);
        }
    }
}
