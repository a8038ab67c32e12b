//! Nobody who may not be seen is seen, whatever is asked.

use vocab::PurposeOfUse;

use super::{House, ROWS, Row, answer, spec};
use crate::tables::About;

#[tokio::test(flavor = "multi_thread")]
async fn someone_who_refused_is_in_no_answer_of_any_shape() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    let questions = [
        ("select count(*) from observation", "3"),
        ("select count(1) from fhir.observation", "3"),
        ("select max(value) from observation", "12.5"),
        ("select min(value), max(effective_day) from observation", "6.1,2024-10-07"),
        ("select count(distinct patient_id) from observation", "2"),
        ("select count(*) from (select * from observation limit 5)", "3"),
        ("select count(*) from observation where code = 'only-hanako'", "0"),
        ("select count(*) from observation where patient_id = 7", "0"),
        ("select count(*) from observation where value > 50", "0"),
        (
            "select count(*) from organization where exists (select 1 from observation where value = 99)",
            "0",
        ),
        ("select count(*) from observation a join observation b on a.code = b.code", "5"),
        (
            "select count(*) from observation a where a.value = (select max(value) from observation)",
            "1",
        ),
        ("select count(*) from observation where patient_id is null", "0"),
        (
            "select count(*) from observation left join organization on true \
             where observation.patient_id is null",
            "0",
        ),
        ("with o as (select * from observation) select max(line) from o", "3"),
        ("select approx_distinct(code) from observation", "2"),
        ("select sum(n) from (select count(*) as n from observation union all select 0)", "3"),
    ];
    let reader = house.reader(PurposeOfUse::Research).await;
    for (question, expect) in questions {
        assert_eq!(answer(&reader, question).await, [expect], "{question}");
    }
    let groups =
        answer(&reader, "select code, count(*) from observation group by code order by code").await;
    assert_eq!(groups, ["4548-4,1", "718-7,2"]);
    for row in answer(&reader, "select * from observation limit 100").await {
        assert!(!row.contains("hanako") && !row.contains("nobody"), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_research_is_still_there_for_other_purposes() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    let reader = house.reader(PurposeOfUse::QualityImprovement).await;
    assert_eq!(answer(&reader, "select count(*) from observation").await, ["5"]);
    assert_eq!(house.ask("select count(*) from observation").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_reaches_into_old_snapshots() {
    let house = House::new().await;
    let first = house.load(1, &ROWS).await.unwrap();
    house.load(2, &[Row(Some(9), "z", 1, "718-7", 3.0)]).await.unwrap();
    house.opt_out(7).await;
    let reader = house.reader_at(PurposeOfUse::Research, Some(first)).await.unwrap();
    assert_eq!(answer(&reader, "select count(*) from observation").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_about_nobody_show_only_in_tables_that_are_not_about_people() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    assert_eq!(house.ask("select count(*) from observation").await, ["5"]);
    assert_eq!(house.ask("select resource_key from organization").await, ["clinic"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_tables_go_through_the_gate() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    house.opt_out(7).await;
    let counts = house.reader(PurposeOfUse::Research).await.table_counts().await.unwrap();
    let told: Vec<_> = counts
        .iter()
        .map(|t| (t.name.as_str(), t.rows.get(), t.resources.get(), t.patients.get()))
        .collect();
    assert_eq!(told, [("observation", 3, 3, 2), ("organization", 1, 1, 0)]);
    let days = counts.first().map(|table| (table.first_day, table.last_day)).unwrap();
    let day = |text: &str| Some(text.parse::<jiff::civil::Date>().unwrap());
    assert_eq!(days, (day("2024-10-05"), day("2024-10-07")));
}

#[test]
fn a_table_that_declares_nothing_has_no_words_to_open_with() {
    assert_eq!(About::from_words(""), None);
    assert_eq!(About::from_words("not-about-people: "), None);
    for about in [spec("a", About::PatientKey).about, super::organization().about] {
        assert_eq!(About::from_words(&about.to_words()), Some(about));
    }
}
