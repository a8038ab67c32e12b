//! Words for what no ViewDefinition declares: the columns every table begins with, and the tables
//! of the house itself.

use vocab::Text;

/// What is said of a table that the people of a house declared themselves.
pub(crate) const ADDED: Text =
    Text { ja: "この施設が加えた表です。", en: "A table this house has added." };

/// The tables of the house itself: name, title, meaning.
const TABLES: [(&str, Text, Text); 3] = [
    (
        "resource",
        Text { ja: "すべてのリソース", en: "Every resource" },
        Text {
            ja: "現在有効なFHIRリソースごとに1行。どの表の列にもならなかったものも、ここから元のファイルの行へたどれます。",
            en: "One row per FHIR resource that stands now. Whatever no column took can be found from here in the file it came from.",
        },
    ),
    (
        "extension",
        Text { ja: "列のない拡張", en: "Extensions without a column" },
        Text {
            ja: "どの列にもならなかったFHIR拡張ごとに1行。本人を特定しうる拡張の値は入りません（`withheld`が真）。",
            en: "One row per FHIR extension that no column takes. The value of one that names the person is left out (`withheld` is true).",
        },
    ),
    (
        "deletion",
        Text { ja: "削除されたリソース", en: "Deleted resources" },
        Text {
            ja: "出力元にもうないリソースごとに1行。そのリソースの行はほかのどの表にもありません。誰のものかは、Patientリソースの削除でだけわかります。",
            en: "One row per resource that its source has no longer. Its rows are in no other table. Whose it was is known only where a Patient was deleted.",
        },
    ),
];

/// The columns that the house adds: in which tables (where none is named, in all), name, meaning.
const COLUMNS: [(&[&str], &str, Text); 20] = [
    (
        &[],
        "patient_id",
        Text {
            ja: "この行が述べる人の番号（この施設の中だけで通じます）。空の行は誰にも表示されません。",
            en: "The person the row is about, as a number of this house. A row without one is shown to nobody.",
        },
    ),
    (
        &[],
        "resource_key",
        Text {
            ja: "元のリソースのid。内包されたリソースは`親の型/親のid#id`です。",
            en: "The resource's id at its source; a contained resource has `ParentType/parentId#id`.",
        },
    ),
    (
        &[],
        "source",
        Text {
            ja: "送ってきたシステムの名前。", en: "The system that sent the record."
        },
    ),
    (
        &[],
        "version",
        Text {
            ja: "受け取ったままの`meta.versionId`。", en: "`meta.versionId` as received."
        },
    ),
    (
        &[],
        "last_updated",
        Text {
            ja: "`meta.lastUpdated`（UTC）。診療の日時ではありません。",
            en: "`meta.lastUpdated`, UTC. Not when the care took place.",
        },
    ),
    (
        &[],
        "load",
        Text {
            ja: "この行をもたらした取り込みの番号。", en: "The load that brought the row."
        },
    ),
    (&[], "file", Text { ja: "元のファイルのSHA-256。", en: "SHA-256 of the file it came from." }),
    (
        &[],
        "line",
        Text {
            ja: "そのファイルの行番号（Bundleでは何番目のエントリか）。1から数えます。",
            en: "The line in that file, or the entry in that Bundle, from 1.",
        },
    ),
    (
        &["resource", "extension", "deletion"],
        "resource_type",
        Text { ja: "FHIRのリソース型。", en: "The FHIR resource type." },
    ),
    (
        &["resource"],
        "content_hash",
        Text {
            ja: "内容のXXH3-128（16進）。同じ内容なら同じ値です。",
            en: "XXH3-128 of the content, in hexadecimal: the same content, the same value.",
        },
    ),
    (
        &["resource"],
        "size_bytes",
        Text {
            ja: "受け取ったリソースの大きさ（バイト）。",
            en: "Size of the resource as received, in bytes.",
        },
    ),
    (
        &["resource"],
        "contained_in",
        Text {
            ja: "内包されている場合、親の`型/id`。",
            en: "The parent's `Type/id`, where the resource is contained.",
        },
    ),
    (
        &["extension"],
        "path",
        Text {
            ja: "拡張が付いていた要素の場所。", en: "The element that carries the extension."
        },
    ),
    (
        &["extension"],
        "url",
        Text {
            ja: "拡張の意味を定めるURL。", en: "The URL that says what the extension means."
        },
    ),
    (
        &["extension"],
        "value_type",
        Text { ja: "値のFHIRの型。", en: "The FHIR type of the value." },
    ),
    (
        &["extension"],
        "value",
        Text {
            ja: "受け取ったままの値（JSON）。本人を特定しうる拡張では空です。",
            en: "The value as received, as JSON. Empty where the extension names the person.",
        },
    ),
    (
        &["extension"],
        "withheld",
        Text {
            ja: "値を本人情報保管庫だけに置いたかどうか。",
            en: "Whether the value is kept in the identity store alone.",
        },
    ),
    (
        &["deletion"],
        "dated",
        Text {
            ja: "出力元が削除の日時を伝えたとき真。そのとき`last_updated`は削除の日時、そうでなければ削除された版の日時です。",
            en: "True where the source told when; then `last_updated` is that moment, otherwise that of the version deleted.",
        },
    ),
    (
        &["deletion"],
        "missing",
        Text {
            ja: "削除の指示によらず、全件の取り込み（`--delete-missing`）になかったために削除したとき真。",
            en: "True where nobody asked for it: a full load (`--delete-missing`) did not hold the resource.",
        },
    ),
    (
        &["deletion"],
        "found",
        Text {
            ja: "削除するものがあったとき真。指示より前から持っていなければ偽。",
            en: "True where the resource was held; false where there was nothing to delete.",
        },
    ),
];

/// What a column means that the house adds, by table and name.
pub(crate) fn column(table: &str, column: &str) -> Option<Text> {
    let of = |(tables, name, _): &&(&[&str], &str, Text)| {
        *name == column && (tables.is_empty() || tables.contains(&table))
    };
    COLUMNS.iter().find(of).map(|(.., text)| *text)
}

/// Title and meaning of a table of the house itself.
pub(crate) fn table(name: &str) -> Option<(Text, Text)> {
    TABLES.iter().find(|(known, ..)| *known == name).map(|(_, title, about)| (*title, *about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_table_begins_with_has_words_in_any_table() {
        for field in lake::tables::system_fields() {
            assert!(column("a_table_of_the_house", field.name()).is_some(), "{field}");
        }
        assert!(column("observation", "content_hash").is_none());
        assert!(column("resource", "content_hash").is_some());
    }
}
