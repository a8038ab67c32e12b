//! A hospital made straight into a home is the hospital that its files would have given.

use crate::house::House;

/// How many rows each table has and from which resources they come, the house's own two left out.
pub(crate) fn rows(house: &House) -> Vec<String> {
    let tables = house.tables().into_iter().filter(|t| t != "resource" && t != "extension");
    let each = tables.map(|table| {
        format!(
            "select '{table}' as t, resource_key, count(*) as n, min(last_updated) as u from \
             {table} group by resource_key"
        )
    });
    let query = each.collect::<Vec<_>>().join(" union all ");
    let query = format!("select * from ({query}) order by t, resource_key");
    house.sql(&query).as_array().unwrap().iter().map(ToString::to_string).collect()
}

pub(crate) fn values(house: &House) -> String {
    let query = "select code, count(value_quantity) n, min(value_quantity) l, \
                 max(value_quantity) h, min(effective_at) a, max(effective_at) b from observation \
                 group by code order by code";
    house.sql(query).to_string()
}

#[test]
fn straight_into_a_home_comes_what_the_files_would_have_brought() {
    let by_files = House::new();
    let out = by_files.input().join("hospital");
    let asked = ["synth", "--quiet", "--patients", "25", "--seed", "3"];
    by_files.run(&[&asked[..], &["--out", out.to_str().unwrap()]].concat());
    by_files.run(&["ingest", "--quiet", out.join("fhir").to_str().unwrap()]);

    let straight = House::new();
    straight.run(&[&asked[..], &["--into", straight.home().to_str().unwrap()]].concat());
    let made = rows(&straight);
    assert!(made.len() > 2_000, "{}", made.len());
    assert_eq!(made, rows(&by_files));
    assert_eq!(values(&straight), values(&by_files));

    // The recipe in the landing is enough to make all of it again.
    let before = straight.content();
    straight.run(&["rebuild", "--quiet"]);
    assert_eq!(straight.content(), before);
    straight.run(&["doctor", "--deep"]);
}

#[test]
fn a_home_that_holds_something_is_left_alone() {
    let house = House::with_people();
    let before = house.content();
    let home = house.home();
    let said = house.refuse(&["synth", "--patients", "5", "--into", home.to_str().unwrap()]);
    assert!(said.contains("not empty") && said.contains("--into"), "{said}");
    assert_eq!(house.content(), before);
}
