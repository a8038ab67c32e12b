//! Every column of a bundled ViewDefinition says what it means.
//!
//! The tables' documentation is these descriptions and nothing else; a column without one is a
//! column that will be misread. The file is named after its table, so that it is found.

use serde_json::Value;

use super::tree::{Finding, Source, Tree};

/// Finds columns, and views, without a description, and files not named after their view.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let bundled = tree.ending(".view.json").filter(|file| file.path.starts_with("crates/"));
    bundled.flat_map(view).collect()
}

fn view(file: &Source) -> Vec<Finding> {
    let finding = |say: String| Finding { path: file.path.clone(), line: 0, say };
    let Ok(view) = serde_json::from_str::<Value>(&file.text) else {
        return vec![finding("not JSON".to_owned())];
    };
    let mut findings = Vec::new();
    let stem = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".view.json");
    let name = view["name"].as_str().unwrap_or_default();
    if name != stem {
        findings.push(finding(format!("its view is named {name:?}; name file and view alike")));
    }
    if is_empty(&view["description"]) {
        findings.push(finding("has no description; say what one row is".to_owned()));
    }
    for word in ["title-ja", "description-ja"] {
        if !extensions(&view).any(|(url, text)| url.ends_with(word) && !text.trim().is_empty()) {
            findings.push(finding(format!("has no extension {word}; say it in Japanese too")));
        }
    }
    let mut columns = Vec::new();
    collect(&view["select"], &mut columns);
    if columns.is_empty() {
        findings.push(finding("has no columns".to_owned()));
    }
    for column in columns {
        let name = column["name"].as_str().unwrap_or("(unnamed)");
        if is_empty(&column["description"]) {
            findings.push(finding(format!(
                "column {name} has no description; say what it means, its unit or code system, \
                 and how it misleads"
            )));
        }
        if !in_japanese(column) {
            findings.push(finding(format!(
                "column {name} has no tag aoba/description-ja; say the same in Japanese"
            )));
        }
    }
    findings
}

/// Whether a column's tags say in Japanese what it means.
fn in_japanese(column: &Value) -> bool {
    let mut tags = column["tag"].as_array().into_iter().flatten();
    tags.any(|tag| tag["name"] == "aoba/description-ja" && !is_empty(&tag["value"]))
}

/// Address and text of a view's extensions.
fn extensions(view: &Value) -> impl Iterator<Item = (&str, &str)> {
    let all = view["extension"].as_array().into_iter().flatten();
    all.filter_map(|each| each["url"].as_str().zip(each["valueString"].as_str()))
}

fn is_empty(text: &Value) -> bool {
    text.as_str().unwrap_or_default().trim().is_empty()
}

/// Columns stand in selects, which nest.
fn collect<'a>(selects: &'a Value, columns: &mut Vec<&'a Value>) {
    for select in selects.as_array().into_iter().flatten() {
        columns.extend(select["column"].as_array().into_iter().flatten());
        collect(&select["select"], columns);
        // The branches of a union have the same columns: the first one tells them.
        if let Some(first) = select["unionAll"].as_array().and_then(|branches| branches.first()) {
            columns.extend(first["column"].as_array().into_iter().flatten());
            collect(&first["select"], columns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::says;
    use super::*;

    fn check_view(json: &str, expect: &[&str]) {
        let tree = Tree::of(&[("crates/slices/src/records/tables/sample.view.json", json)]);
        assert_eq!(says(&check(&tree)), expect);
    }

    const WORDS: &str = r#""description": "one row per sample", "extension": [
        {"url": "x/title-ja", "valueString": "検体"},
        {"url": "x/description-ja", "valueString": "検体ごとに1行"}]"#;

    #[test]
    fn a_view_that_tells_all_has_no_finding() {
        let ja = r#""tag": [{"name": "aoba/description-ja", "value": "意味"}]"#;
        check_view(
            &format!(
                r#"{{"name": "sample", {WORDS}, "select": [
                    {{"column": [{{"name": "a", "description": "x", {ja}}}],
                      "unionAll": [{{"column": [{{"name": "b", "description": "y", {ja}}}]}}]}}]}}"#
            ),
            &[],
        );
    }

    #[test]
    fn silent_columns_and_views_and_wrong_names_are_found() {
        let at = "crates/slices/src/records/tables/sample.view.json";
        check_view(
            r#"{"name": "samples", "select": [{"select": [{"column": [{"name": "a"}]}]}]}"#,
            &[
                &format!("{at}: its view is named \"samples\"; name file and view alike"),
                &format!("{at}: has no description; say what one row is"),
                &format!("{at}: has no extension title-ja; say it in Japanese too"),
                &format!("{at}: has no extension description-ja; say it in Japanese too"),
                &format!(
                    "{at}: column a has no description; say what it means, its unit or code \
                     system, and how it misleads"
                ),
                &format!("{at}: column a has no tag aoba/description-ja; say the same in Japanese"),
            ],
        );
        check_view("no", &[&format!("{at}: not JSON")]);
    }
}
