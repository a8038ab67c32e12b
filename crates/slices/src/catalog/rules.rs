//! What may be looked at in a column, and in which bins its numbers are drawn.

use disclosure::{Bins, Policy};
use lake::{ColumnLook, Look, Numbers, Tally};

use crate::dictionary::{ColumnEntry, TableEntry};

/// Endings of text columns that hold words of a list and not of a person.
const LISTED_TEXTS: [&str; 4] = ["_display", "_unit", "_codes", "_labels"];

/// Endings of columns that lead to one record or one person, whatever their type.
const KEYS: [&str; 4] = ["_key", "_identifier", "_number", "_url"];

/// How each column of a table may be looked at: `columns` are its names and types in the lake.
pub(crate) fn looks(entry: &TableEntry, columns: &[(String, String)]) -> Vec<ColumnLook> {
    let look = |(name, kind): &(String, String)| ColumnLook {
        name: name.clone(),
        look: look(entry, name, kind),
    };
    columns.iter().map(look).collect()
}

fn look(entry: &TableEntry, name: &str, kind: &str) -> Look {
    if kind == "Date32" {
        return Look::Years;
    }
    if let Some(column) = entry.columns.iter().find(|column| column.name == name) {
        return declared(column, kind);
    }
    let of_a_date = |column: &ColumnEntry| {
        column.companions().contains(&"_precision")
            && name.strip_prefix(&column.name) == Some("_precision")
    };
    match name {
        "source" | "resource_type" | "value_type" => Look::Values,
        _ if kind == "Boolean" || entry.columns.iter().any(of_a_date) => Look::Values,
        _ => Look::Filled,
    }
}

/// A column that its table declares: codes, answers and words of a list are listed, numbers are
/// drawn, and everything else is only counted.
fn declared(column: &ColumnEntry, kind: &str) -> Look {
    let ends = |endings: &[&str]| endings.iter().any(|ending| column.name.ends_with(ending));
    if column.collection || kind.starts_with("List") || ends(&KEYS) {
        return Look::Filled;
    }
    match column.r#type.as_str() {
        "code" | "uri" | "canonical" | "boolean" => Look::Values,
        "integer" | "positiveInt" | "unsignedInt" | "integer64" => Look::Numbers { unit: None },
        "decimal" => Look::Numbers { unit: unit_column(column) },
        "string" if ends(&LISTED_TEXTS) => Look::Values,
        _ => Look::Filled,
    }
}

/// The column that holds the unit of a number, where its declaration names one.
fn unit_column(column: &ColumnEntry) -> Option<String> {
    column.unit.as_ref()?.strip_prefix("column ").map(str::to_owned)
}

/// The share of numbers at each end that the edges need not reach.
const OUTSIDE: f64 = 0.01;

/// Bins with round edges and open ends; none where all together hold too few people.
pub(crate) fn bins(numbers: &Numbers, policy: &Policy) -> Option<Bins<Tally>> {
    let spread = numbers.spread(OUTSIDE)?;
    let binned = |edges: &[f64]| numbers.binned(edges);
    disclosure::bins((spread, numbers.least_gap()), policy, binned, |tally| tally.people)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary;

    fn check(table: &str, column: &str, kind: &str, expect: &Look) {
        let entry = dictionary::bundled().get(table).unwrap();
        assert_eq!(&look(entry, column, kind), expect, "{table}.{column}");
    }

    #[test]
    fn codes_are_listed_and_free_text_and_keys_never() {
        check("observation", "status", "Utf8", &Look::Values);
        check("observation", "code_display", "Utf8", &Look::Values);
        check("observation", "has_member", "Boolean", &Look::Values);
        check("observation", "effective_at_precision", "Utf8", &Look::Values);
        for name in ["value_string", "code_text", "encounter_key", "effective_at", "patient_id"] {
            check("observation", name, "Utf8", &Look::Filled);
        }
        check("encounter", "instance_identifier", "Utf8", &Look::Filled);
        check("immunization", "lot_number", "Utf8", &Look::Filled);
        check("immunization", "note_text", "Utf8", &Look::Filled);
    }

    #[test]
    fn no_column_of_free_text_in_any_table_is_listed() {
        for (table, entry) in dictionary::bundled() {
            for column in entry.columns.iter().filter(|column| column.r#type == "string") {
                let listed = declared(column, "Utf8") == Look::Values;
                let harmless = LISTED_TEXTS.iter().any(|ending| column.name.ends_with(ending));
                assert!(!listed || harmless, "{table}.{}", column.name);
            }
        }
    }

    #[test]
    fn numbers_are_drawn_by_the_unit_their_table_names() {
        let unit = Some("value_unit".to_owned());
        check("observation", "value_quantity", "Float64", &Look::Numbers { unit });
        check("observation", "value_integer", "Int32", &Look::Numbers { unit: None });
        check("observation", "effective_at_day", "Date32", &Look::Years);
    }

    /// However numbers lie, the open ends hold ten people and no number is lost.
    #[test]
    fn the_ends_of_a_distribution_are_nobody_s_value() {
        let mut seed = 7_u64;
        let mut dice = |sides: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(12_345);
            u32::try_from(seed >> 33).unwrap() % sides
        };
        let mut drawn = 0;
        for _ in 0..200 {
            let (count, people, scale) = (dice(400), dice(60) + 1, f64::from(dice(7)) / 3.0 + 0.01);
            let numbers: Numbers = (0..count)
                .map(|_| {
                    let [a, b] = [dice(1_000), dice(1_000)].map(f64::from);
                    (a * b / 1_000.0 * scale, dice(people))
                })
                .collect();
            let Some(bins) = bins(&numbers, &Policy::default()) else {
                assert!(numbers.whole().people.get() < 10);
                continue;
            };
            let rows: u64 = bins.bins.iter().map(|tally| tally.rows.get()).sum();
            assert_eq!(rows, u64::from(count));
            assert_eq!(bins.bins.len(), bins.edges.len() + 1);
            if !bins.edges.is_empty() {
                let ends = [bins.bins.first().unwrap(), bins.bins.last().unwrap()];
                assert!(ends.iter().all(|tally| tally.people.get() >= 10), "{bins:?}");
                drawn += 1;
            }
        }
        assert!(drawn > 50, "{drawn} were drawn");
    }
}
