//! What may be looked at in a column, and in which bins its numbers are drawn.

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

/// So many bins at most, before the small ones at the ends are merged.
const BINS_MAX: f64 = 16.0;

/// The share of numbers at each end that the edges need not reach.
const OUTSIDE: f64 = 0.01;

/// Numbers in bins with round edges.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bins {
    /// The width of a bin.
    pub(crate) step: f64,
    /// The edges between them, ascending.
    pub(crate) edges: Vec<f64>,
    /// The bins: below the first edge, between edges, from the last edge on.
    pub(crate) tallies: Vec<Tally>,
}

/// Bins with round edges in which the first and the last hold so many people at least; none where
/// all together do not. A bin in between may hold fewer: the page hides it.
///
/// The first bin is open below and the last above, so neither the lowest nor the highest number is
/// told.
pub(crate) fn bins(numbers: &Numbers, people_min: u64) -> Option<Bins> {
    let least = people_min.max(1);
    if numbers.whole().people.get() < least {
        return None;
    }
    let (step, mut edges) = round_edges(numbers.spread(OUTSIDE)?, numbers.least_gap());
    loop {
        let tallies = numbers.binned(&edges);
        let small = |tally: Option<&Tally>| tally.is_some_and(|tally| tally.people.get() < least);
        if edges.len() > 1 && small(tallies.first()) {
            edges.remove(0);
        } else if edges.len() > 1 && small(tallies.last()) {
            edges.pop();
        } else if edges.len() == 1 && (small(tallies.first()) || small(tallies.last())) {
            edges.clear();
        } else {
            return Some(Bins { step, edges, tallies });
        }
    }
}

/// A round width and the edges that it gives between two numbers: no narrower than the least gap
/// between numbers, or a bin would be empty only because numbers are whole.
fn round_edges((low, high): (f64, f64), least_gap: f64) -> (f64, Vec<f64>) {
    let span = (high - low).max(high.abs() * 1e-3).max(1e-6);
    let step = round_up((span / BINS_MAX).max(least_gap));
    let first = (low / step).floor();
    let count = ((high - first * step) / step).floor() + 1.0;
    let mut edges = Vec::new();
    let mut at = 0.0;
    while at <= count.min(2.0 * BINS_MAX) {
        edges.push(tidy((first + at) * step, step));
        at += 1.0;
    }
    (step, edges)
}

/// The next number of the form 1, 2 or 5 times a power of ten.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= number * 0.999_999);
    tidy(times.unwrap_or(10.0) * power, power)
}

/// A number without what arithmetic left behind its last digit.
fn tidy(number: f64, step: f64) -> f64 {
    format!("{number:.*}", digits(step)).parse().unwrap_or(number)
}

/// How many digits after the point a step of this width needs.
pub(crate) fn digits(step: f64) -> usize {
    let mut digits = 0;
    let mut scaled = step;
    while digits < 9 && (scaled - scaled.round()).abs() > 1e-6 {
        scaled *= 10.0;
        digits += 1;
    }
    digits
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
            let Some(bins) = bins(&numbers, 10) else {
                assert!(numbers.whole().people.get() < 10);
                continue;
            };
            let rows: u64 = bins.tallies.iter().map(|tally| tally.rows.get()).sum();
            assert_eq!(rows, u64::from(count));
            assert_eq!(bins.tallies.len(), bins.edges.len() + 1);
            if !bins.edges.is_empty() {
                let ends = [bins.tallies.first().unwrap(), bins.tallies.last().unwrap()];
                assert!(ends.iter().all(|tally| tally.people.get() >= 10), "{bins:?}");
                drawn += 1;
            }
        }
        assert!(drawn > 50, "{drawn} were drawn");
    }

    #[test]
    fn edges_are_round_and_reach_around_the_numbers() {
        let (step, edges) = round_edges((4.8, 8.79), 0.1);
        assert_eq!((step, edges.first(), edges.last()), (0.5, Some(&4.5), Some(&9.0)));
        let (step, edges) = round_edges((-3.0, 140.0), 1.0);
        assert_eq!((step, edges.first(), edges.last()), (10.0, Some(&-10.0), Some(&150.0)));
        assert_eq!(round_edges((7.0, 7.0), 0.0).1.len(), 2);
        let (step, edges) = round_edges((1.0, 3.0), 1.0);
        assert_eq!((step, edges.first(), edges.last()), (1.0, Some(&1.0), Some(&4.0)));
        assert_eq!([0.5, 10.0, 0.02, 0.001].map(digits), [1, 0, 2, 3]);
    }
}
