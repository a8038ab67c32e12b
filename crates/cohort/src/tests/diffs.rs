//! A change is one line.

use proptest::prelude::*;
use vocab::Locale;

use crate::diff::{Change, changes};
use crate::text::{format, parse};
use crate::words::Titles;

fn told(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (parse(old).unwrap().definition, parse(new).unwrap().definition);
    let changes = changes(&old, &new, Locale::En, &Titles::new());
    changes.iter().map(|change| change.say(Locale::En)).collect()
}

const OLD: &str = "cohort c version 1
  entry first diagnosis
  require \"adult\" age at index >= 18
  exclude \"dead\" any death in [ever, index]
  exit at coverage.end
";

#[test]
fn each_change_is_one_line() {
    assert_eq!(told(OLD, OLD), Vec::<String>::new());
    assert_eq!(
        told(OLD, &OLD.replace("18", "20")),
        ["changed: Inclusion \"adult\": the age at the index date is at least 18. → \
         Inclusion \"adult\": the age at the index date is at least 20."]
    );
    let removed = OLD.replace("  exclude \"dead\" any death in [ever, index]\n", "");
    assert_eq!(
        told(OLD, &removed),
        ["removed: Exclusion \"dead\": at least one death (up to and including the index date)."]
    );
    assert_eq!(told(&removed, OLD).len(), 1);
    assert_eq!(
        told(OLD, &OLD.replace("  exit", "  # why\n  exit")),
        ["comments changed, and nothing else"]
    );
    let two = OLD.replace("18", "20").replace("coverage.end", "index + 1y");
    assert_eq!(told(OLD, &two).len(), 2);
}

#[test]
fn a_rule_moved_among_ten_thousand_is_found() {
    let many = |from: usize| {
        let rules: String = (from..10_000).map(|n| format!("  require \"{n}\" true\n")).collect();
        format!("cohort big version 1\n  entry first death\n{rules}")
    };
    assert_eq!(told(&many(0), &many(1)), ["removed: Inclusion \"0\": always true."]);
    let reversed: String = (0..10_000).rev().map(|n| format!("  require \"{n}\" true\n")).collect();
    let reversed = format!("cohort big version 1\n  entry first death\n{reversed}");
    // Compared as heaps: nothing is new.
    assert_eq!(told(&many(0), &reversed), ["the order of the parts changed"]);
}

proptest! {
    #[test]
    fn nothing_changed_where_and_only_where_the_texts_are_equal(
        bytes in super::bytes(),
        at in any::<prop::sample::Index>(),
        other in any::<u8>(),
    ) {
        let changed = super::with_another(&bytes, at, other);
        let (old, new) = (super::definition(&bytes), super::definition(&changed));
        let told = changes(&old, &new, Locale::Ja, &Titles::new());
        prop_assert_eq!(told.is_empty(), format(&old) == format(&new));
        prop_assert!(told.len() == 1 || !told.contains(&Change::Comments));
    }
}
