//! The name a person probably meant.

/// Words longer than this are not compared: nobody types them.
const LENGTH_MAX: usize = 64;

/// The candidate nearest to a word, if it is near enough to be a slip of the finger.
///
/// # Order
/// Of equally near candidates, the first.
///
/// ```
/// let names = ["family", "given", "prefix"];
/// assert_eq!(fhir::model::nearest("fmaily", names.into_iter()), Some("family"));
/// assert_eq!(fhir::model::nearest("telecom", names.into_iter()), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = distance(word, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters to insert, drop, replace or swap with their neighbour; letter case counts as nothing.
fn distance(left: &str, right: &str) -> usize {
    let letters = |word: &str| word.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (left, right) = (letters(left), letters(right));
    if left.len().max(right.len()) > LENGTH_MAX {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&row, j) + usize::from(a != b))
                .min(at(&row, j + 1).saturating_add(1))
                .min(at(&next, j).saturating_add(1));
            let previous =
                |letters: &[char], i: usize| i.checked_sub(1).map(|i| letters.get(i).copied());
            if previous(&left, i) == Some(Some(*b)) && previous(&right, j) == Some(Some(*a)) {
                cost = cost.min(at(&before, j.saturating_sub(1)).saturating_add(1));
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
