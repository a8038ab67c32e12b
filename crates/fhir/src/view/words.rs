//! Words near one that is not known, for messages that help.

/// The word of the list nearest to this one, where one is near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|other| (distance(word, other), other))
        .filter(|(far, _)| *far <= most)
        .min_by_key(|(far, _)| *far)
        .map(|(_, other)| other)
}

/// `name; did you mean other?`, or only the name where nothing is near.
pub(crate) fn with_nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let shown: String = word.chars().take(60).collect();
    match nearest(&shown, known) {
        Some(other) => format!("{shown}; did you mean {other}?"),
        None => shown,
    }
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour; letters
/// that differ in case only count nothing.
fn distance(left: &str, right: &str) -> usize {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (left, right) = (fold(left), fold(right));
    if left.len().abs_diff(right.len()) > 3 {
        return usize::MAX;
    }
    let mut older: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let at =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX);
            let changed = at(&above, column) + usize::from(a != b);
            let moved = at(&above, column + 1).min(at(&line, column)) + 1;
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(b)
                && right.get(column - 1) == Some(a);
            let swapped = if swapped { at(&older, column - 1) + 1 } else { usize::MAX };
            line.push(changed.min(moved).min(swapped));
        }
        older = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_recognised() {
        let known = ["forEach", "forEachOrNull", "column", "unionAll"];
        assert_eq!(nearest("foreach", known), Some("forEach"));
        assert_eq!(nearest("colunm", known), Some("column"));
        assert_eq!(nearest("columns", known), Some("column"));
        assert_eq!(nearest("orderBy", known), None);
        assert_eq!(with_nearest("unionall", known), "unionall; did you mean unionAll?");
    }
}
