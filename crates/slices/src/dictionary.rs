//! What each table and column means, in both languages, as its ViewDefinition says.
//!
//! The English words are the view's own `title` and `description`; the Japanese stand in
//! extensions of the view and in tags of its columns.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use vocab::{Locale, Text};

use crate::own_words;
use crate::records::tables::{About, TABLES};

const TITLE_JA: &str = "https://aoba.example/StructureDefinition/title-ja";
const DESCRIPTION_JA: &str = "https://aoba.example/StructureDefinition/description-ja";

/// A sentence in both languages; where one is missing, the other stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Both {
    ja: String,
    en: String,
}

impl Both {
    /// The sentence for this reader.
    pub(crate) fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja if !self.ja.is_empty() => &self.ja,
            Locale::En if self.en.is_empty() => &self.ja,
            _ => &self.en,
        }
    }
}

/// One table.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableEntry {
    /// What it is called.
    pub(crate) title: Both,
    /// What one row is.
    pub(crate) about: Both,
    /// The resource type its rows are made from.
    pub(crate) resource: String,
    /// Its columns, in order.
    pub(crate) columns: Vec<ColumnEntry>,
}

/// One declared column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnEntry {
    /// Its name.
    pub(crate) name: String,
    /// Its FHIR type as declared.
    pub(crate) r#type: String,
    /// The type of SQL it asks to lie in, where it names one.
    pub(crate) sql_type: Option<String>,
    /// Whether it holds a list.
    pub(crate) collection: bool,
    /// What it means and how it misleads.
    pub(crate) meaning: Both,
    /// The FHIRPath expression that fills it.
    pub(crate) path: String,
    /// Its unit.
    pub(crate) unit: Option<String>,
    /// The system its codes come from.
    pub(crate) code_system: Option<String>,
}

impl ColumnEntry {
    /// The columns that stand beside this one in the lake, by what follows its name.
    pub(crate) fn companions(&self) -> &'static [&'static str] {
        match self.r#type.as_str() {
            "decimal" => &["_text"],
            // Its local day alone.
            "date" | "dateTime" | "instant" if self.sql_type.as_deref() == Some("DATE") => &[],
            "date" | "dateTime" | "instant" => &["_precision", "_low", "_high", "_day"],
            _ => &[],
        }
    }
}

/// The words of the tables that come with the program.
pub(crate) fn bundled() -> &'static BTreeMap<String, TableEntry> {
    static BUNDLED: LazyLock<BTreeMap<String, TableEntry>> =
        LazyLock::new(|| read(TABLES.iter().map(|table| (table.name, table.view_json))));
    &BUNDLED
}

/// What a table is called: its title, or its name where it has none.
pub(crate) fn title(table: &str, locale: Locale) -> String {
    let of_house = own_words::table(table).map(|(title, _)| title.get(locale));
    let told = bundled().get(table).map(|entry| entry.title.get(locale));
    of_house.or(told).unwrap_or(table).to_owned()
}

/// What one row of a table is, and how it misleads.
pub(crate) fn about(table: &str, locale: Locale) -> String {
    let of_house = own_words::table(table).map(|(_, about)| about.get(locale));
    let told = bundled().get(table).map(|entry| entry.about.get(locale));
    of_house.or(told).unwrap_or_else(|| own_words::ADDED.get(locale)).to_owned()
}

/// The words of a column that the house adds to tables.
pub(crate) fn of_house(table: &str, column: &str) -> Option<Text> {
    own_words::column(table, column)
}

/// Where a table stands in the manual; tables it does not know come last.
pub(crate) fn place(table: &str) -> usize {
    TABLES.iter().position(|known| known.name == table).unwrap_or(TABLES.len())
}

/// Whether each row of a table is about one patient, as its declaration says.
pub(crate) fn is_about_patients(table: &str) -> bool {
    let known = TABLES.iter().find(|known| known.name == table);
    known.is_none_or(|known| known.about == About::Patient)
}

/// The FHIR word for a type of the lake, where there is one.
pub(crate) fn lake_kind(lake_type: &str) -> &str {
    match lake_type {
        "Utf8" => "string",
        "Int64" => "integer64",
        "Int32" => "integer",
        "Float64" => "decimal",
        "Boolean" => "boolean",
        "Date32" => "date",
        other if other.starts_with("Timestamp") => "instant",
        other => other,
    }
}

/// What stands before the end of the first sentence, and that end.
pub(crate) fn first_sentence(text: &str) -> &str {
    let end = |mark: &str, kept: usize| text.find(mark).map(|at| at + kept);
    let ends = [end("。", "。".len()), end(". ", 1)];
    ends.into_iter().flatten().min().and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Reads the words of these views, by the name of their table.
pub(crate) fn read<'a>(
    views: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<String, TableEntry> {
    let entry = |(name, json): (&str, &str)| {
        let (view, _) = fhir::view::read(json.as_bytes());
        let words: Value = serde_json::from_str(json).unwrap_or_default();
        (name.to_owned(), table(&words, view.as_ref()))
    };
    views.into_iter().map(entry).collect()
}

fn table(words: &Value, view: Option<&fhir::view::View>) -> TableEntry {
    let text = |key: &str| words.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    TableEntry {
        title: Both { ja: extension(words, TITLE_JA), en: text("title") },
        about: Both { ja: extension(words, DESCRIPTION_JA), en: text("description") },
        resource: text("resource"),
        columns: view
            .map(|view| view.columns().into_iter().map(column).collect())
            .unwrap_or_default(),
    }
}

fn column(column: &fhir::view::Column) -> ColumnEntry {
    let tag = |name: &str| column.tag(name).map(str::to_owned);
    ColumnEntry {
        name: column.name.clone(),
        r#type: column.r#type.clone().unwrap_or_default(),
        sql_type: tag("ansi/type"),
        collection: column.collection,
        meaning: Both {
            ja: tag("aoba/description-ja").unwrap_or_default(),
            en: column.description.clone().unwrap_or_default(),
        },
        path: column.path_text.clone(),
        unit: tag("aoba/unit"),
        code_system: tag("aoba/code-system"),
    }
}

fn extension(words: &Value, url: &str) -> String {
    let extensions = words.get("extension").and_then(Value::as_array);
    let found = extensions
        .into_iter()
        .flatten()
        .find(|extension| extension.get("url").and_then(Value::as_str) == Some(url));
    let value = found.and_then(|extension| extension.get("valueString")).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: &str = r#"{
        "resourceType": "ViewDefinition", "name": "height", "title": "Height", "status": "active",
        "description": "One row per height.", "resource": "Observation",
        "extension": [{ "url": "https://aoba.example/StructureDefinition/title-ja", "valueString": "身長" }],
        "select": [{ "column": [{ "name": "value", "path": "value.ofType(Quantity).value",
            "type": "decimal", "description": "The height.",
            "tag": [{ "name": "aoba/description-ja", "value": "身長。" },
                    { "name": "aoba/unit", "value": "cm" }] }] }]
    }"#;

    #[test]
    fn a_view_tells_its_words_in_both_languages() {
        let entries = read([("height", VIEW)]);
        let entry = entries.get("height").unwrap();
        assert_eq!(entry.title.get(Locale::Ja), "身長");
        assert_eq!(entry.title.get(Locale::En), "Height");
        assert_eq!(entry.about.get(Locale::Ja), "One row per height.");
        let column = entry.columns.first().unwrap();
        assert_eq!(
            (column.meaning.get(Locale::Ja), column.unit.as_deref()),
            ("身長。", Some("cm"))
        );
        assert_eq!(column.companions(), ["_text"]);
    }
}
