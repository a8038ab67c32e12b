//! A table's log without the person's number: where a file's bounds were it, they move to the next
//! person's.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::tables::PATIENT_ID;

/// The bounds a data file has without the person; none where nobody is left in it.
pub(super) type Bounds = HashMap<String, Option<(i64, i64)>>;

/// A commit of a log with other bounds; nothing where it tells of nobody.
pub(super) fn rewritten(commit: &str, people: &BTreeSet<i64>, bounds: &Bounds) -> Option<String> {
    let mut changed = false;
    let lines = commit.split_inclusive('\n').map(|line| {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        match other(line, people, bounds) {
            None => line.to_owned(),
            Some(other) => {
                changed = true;
                format!("{other}{end}")
            }
        }
    });
    let text: String = lines.collect();
    changed.then_some(text)
}

fn other(line: &str, people: &BTreeSet<i64>, bounds: &Bounds) -> Option<String> {
    let mut action: Value = serde_json::from_str(line).ok()?;
    let add = action.get_mut("add")?;
    let new = *bounds.get(add.get("path")?.as_str()?)?;
    let mut stats: Value = serde_json::from_str(add.get("stats")?.as_str()?).ok()?;
    let mut changed = false;
    let (min, max) = new.unzip();
    for (which, new) in [("minValues", min), ("maxValues", max)] {
        let Some(values) = stats.get_mut(which).and_then(Value::as_object_mut) else { continue };
        let is_theirs = |value: &Value| value.as_i64().is_some_and(|id| people.contains(&id));
        if !values.get(PATIENT_ID).is_some_and(is_theirs) {
            continue;
        }
        changed = true;
        match new {
            Some(new) => values.insert(PATIENT_ID.to_owned(), new.into()),
            None => values.remove(PATIENT_ID),
        };
    }
    if !changed {
        return None;
    }
    add.as_object_mut()?.insert("stats".to_owned(), stats.to_string().into());
    Some(action.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(path: &str, min: i64, max: i64) -> String {
        let stats = format!(
            r#"{{"numRecords":3,"minValues":{{"patient_id":{min}}},"maxValues":{{"patient_id":{max}}}}}"#
        );
        let stats = Value::from(stats);
        format!(r#"{{"add":{{"path":"{path}","size":7,"stats":{stats}}}}}"#)
    }

    fn bounds_of(line: &str) -> (Option<i64>, Option<i64>) {
        let action: Value = serde_json::from_str(line).unwrap();
        let stats: Value = serde_json::from_str(action["add"]["stats"].as_str().unwrap()).unwrap();
        assert_eq!((&stats["numRecords"], &action["add"]["size"]), (&3.into(), &7.into()));
        (stats["minValues"]["patient_id"].as_i64(), stats["maxValues"]["patient_id"].as_i64())
    }

    #[test]
    fn bounds_that_are_the_persons_number_move_and_nothing_else_changes() {
        let people = BTreeSet::from([7]);
        let bounds: Bounds = HashMap::from([
            ("a".to_owned(), Some((3, 5))),
            ("b".to_owned(), None),
            ("c".to_owned(), Some((1, 9))),
        ]);
        let other = r#"{"commitInfo":{"aoba":"load"}}"#;
        let lines =
            [other.to_owned(), add("a", 3, 7), add("b", 7, 7), add("c", 1, 9), add("d", 7, 7)];
        let done = rewritten(&lines.join("\n"), &people, &bounds).unwrap();
        let done: Vec<&str> = done.lines().collect();
        assert_eq!((done[0], done[3], done[4]), (other, &*lines[3], &*lines[4]));
        assert_eq!(bounds_of(done[1]), (Some(3), Some(5)));
        assert_eq!(bounds_of(done[2]), (None, None));
        assert_eq!(rewritten(&add("c", 1, 9), &people, &bounds), None);
    }
}
