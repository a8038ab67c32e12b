//! What columns and codes hold, counted through the gate.

use vocab::PurposeOfUse;

use super::{House, ROWS, Row};
use crate::{CodeLook, Codings, ColumnLook, Look, PersonLook, Reader, TableProfile, Tally};

fn looks() -> Vec<ColumnLook> {
    let look = |name: &str, look| ColumnLook { name: name.to_owned(), look };
    vec![
        look("code", Look::Values),
        look("value", Look::Numbers { unit: Some("code".to_owned()) }),
        look("effective_day", Look::Years),
        look("version", Look::Filled),
        look("tags", Look::Filled),
        look("no_such_column", Look::Values),
    ]
}

async fn profile(reader: &Reader) -> TableProfile {
    reader.profile("observation", &looks()).await.unwrap()
}

fn of(tally: Tally) -> (u64, u64) {
    (tally.rows.get(), tally.people.get())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_counted_by_rows_people_years_and_values() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.load(2, &[Row(Some(3), "g", 400, "718-7", 11.5)]).await.unwrap();
    let told = profile(&house.reader(PurposeOfUse::Research).await).await;
    assert_eq!(of(told.whole), (6, 3), "the row about nobody is seen by nobody");
    let years: Vec<_> = told.years.iter().map(|(year, tally)| (*year, of(*tally))).collect();
    assert_eq!(years, [(2024, (5, 3)), (2025, (1, 1))]);
    let [code, value, day, version, tags] = told.columns.as_slice() else { panic!("{told:?}") };
    let values: Vec<_> = code.values.iter().map(|(v, t)| (v.as_str(), of(*t))).collect();
    assert_eq!(values, [("718-7", (3, 1)), ("4548-4", (2, 2)), ("only-hanako", (1, 1))]);
    assert_eq!((of(code.filled), code.by_year.len(), of(code.by_year[1])), ((6, 3), 2, (1, 1)));
    let units: Vec<_> =
        value.numbers.iter().map(|(unit, n)| (unit.as_str(), of(n.whole()))).collect();
    assert_eq!(units, [("718-7", (3, 1)), ("4548-4", (2, 2)), ("only-hanako", (1, 1))]);
    assert_eq!(day.days.len(), 2);
    assert_eq!((of(version.filled), version.values.len()), ((6, 3), 0));
    assert_eq!(of(tags.filled), (6, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_is_in_no_count_of_columns_or_codes() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    let reader = house.reader(PurposeOfUse::Research).await;
    let told = profile(&reader).await;
    assert_eq!(of(told.whole), (3, 2));
    assert!(!format!("{told:?}").contains("only-hanako"));
    let codes = reader.codes(&[codings()]).await.unwrap();
    assert!(!format!("{codes:?}").contains("only-hanako"));
    let gone = reader.code(&look("4548-4"), &people()).await.unwrap();
    assert_eq!(of(gone.whole), (1, 1));
    let (low, high) = gone.numbers[0].1.spread(0.0).unwrap();
    assert!(low < 7.0 && high < 7.0, "her 99 is the highest of all: {high}");
}

fn codings() -> Codings {
    let [table, code, system, display] =
        ["observation", "code", "version", "code"].map(str::to_owned);
    Codings { table, code, system, display, of_one_record: true }
}

fn look(code: &str) -> CodeLook {
    CodeLook {
        place: codings(),
        system: "1".to_owned(),
        code: code.to_owned(),
        main: "observation".to_owned(),
        number: Some(("value".to_owned(), "version".to_owned())),
        words: vec!["code".to_owned()],
    }
}

fn people() -> PersonLook {
    let [table, birth, sex] = ["observation", "resource_key", "version"].map(str::to_owned);
    PersonLook { table, birth, sex }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_counted_with_names_and_with_what_stands_beside_them() {
    let house = House::new().await;
    let rows = [
        Row(Some(3), "a", 1, "718-7", 12.5),
        Row(Some(3), "a", 2, "hb", 12.5),
        Row(Some(5), "c", 3, "718-7", 11.0),
        Row(Some(5), "c", 4, "hb", 11.0),
        Row(Some(5), "d", 5, "4548-4", 6.1),
    ];
    house.load(1, &rows).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    let codes = reader.codes(&[codings()]).await.unwrap();
    let told: Vec<_> = codes.iter().map(|c| (c.code.as_str(), of(c.tally))).collect();
    assert_eq!(told, [("718-7", (2, 2)), ("hb", (2, 2)), ("4548-4", (1, 1))]);
    assert_eq!(codes[0].names[0].0, "718-7");
    assert_eq!((codes[0].beside[0].0, of(codes[0].beside[0].1)), (1, (2, 2)));
    assert!(codes[2].beside.is_empty());
    let one = reader.code(&look("718-7"), &people()).await.unwrap();
    assert_eq!((of(one.whole), one.years.len()), ((2, 2), 1));
    assert_eq!((one.numbers[0].0.as_str(), of(one.numbers[0].1.whole())), ("1", (2, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_there_is_told_apart() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    assert!(reader.profile("nothing", &looks()).await.is_err());
    let nowhere = Codings { table: "nothing".to_owned(), ..codings() };
    assert!(reader.codes(&[nowhere]).await.unwrap().is_empty());
}
