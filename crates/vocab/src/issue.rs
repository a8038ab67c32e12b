//! What is wrong with data, said so that the reader can act: where, what, what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Locale, Text};

/// Where an issue is: a file as it was named, a line counted from 1, a path inside the content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the person named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, from 1; in a Bundle, the entry's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The path inside the object, such as `select[0].column[3].path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Place {
    /// A place inside one object, in a file not yet known.
    #[must_use]
    pub fn at_path(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::default() }
    }

    /// A line whose file is added by the caller.
    #[must_use]
    pub fn at_line(line: u64) -> Self {
        Self { line: Some(line), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.file.clone());
        parts.extend(self.line.map(|line| line.to_string()));
        parts.extend(self.path.clone());
        f.write_str(&parts.join(":"))
    }
}

/// How much an issue matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Taken, with something worth a look.
    Warning,
    /// Not taken: the line is quarantined, or the definition cannot run.
    Error,
}

/// One thing wrong with data or a definition.
///
/// `detail` holds facts only (a name, a type, a byte offset), never a patient's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Which situation it is.
    pub code: IssueCode,
    /// Where.
    pub place: Place,
    /// The facts of this case.
    pub detail: String,
}

impl Issue {
    /// Makes an issue.
    #[must_use]
    pub fn new(code: IssueCode, place: Place, detail: impl Into<String>) -> Self {
        Self { code, place, detail: detail.into() }
    }

    /// The same issue, known to be in this file.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.place.file = Some(file.to_owned());
        self
    }

    /// Whether the content was taken all the same.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub fn what(&self, locale: Locale) -> String {
        let what = self.code.what().get(locale);
        if self.detail.is_empty() { what.to_owned() } else { format!("{what}: {}", self.detail) }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self, locale: Locale) -> &'static str {
        self.code.remedy().get(locale)
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        let gap = if place.is_empty() { "" } else { ": " };
        write!(f, "{place}{gap}{} ({})", self.what(Locale::En), self.remedy(Locale::En))
    }
}

macro_rules! issue_codes {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $severity:ident,
       $what_en:literal, $what_ja:literal, $do_en:literal, $do_ja:literal;)*) => {
        /// Every situation an issue can tell of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum IssueCode {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl IssueCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word under which it is stored and reported.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Whether the content is taken all the same.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What is wrong.
            #[must_use]
            pub fn what(self) -> Text {
                match self { $(Self::$name => Text { en: $what_en, ja: $what_ja },)* }
            }

            /// What to do about it.
            #[must_use]
            pub fn remedy(self) -> Text {
                match self { $(Self::$name => Text { en: $do_en, ja: $do_ja },)* }
            }
        }
    };
}

issue_codes! {
    /// The line or file is not JSON.
    BrokenJson, "broken-json", Error,
    "not valid JSON", "JSONとして読めません",
    "export the resource again; the rest of the file was taken", "この行を再出力してください。残りの行は取り込み済みです";
    /// The bytes are not UTF-8.
    InvalidUtf8, "invalid-utf8", Error,
    "not valid UTF-8", "UTF-8として読めません",
    "export as UTF-8; Shift_JIS text must be converted first", "UTF-8で出力してください。Shift_JISは変換が必要です";
    /// The compressed file ends or breaks before its end.
    BrokenArchive, "broken-archive", Error,
    "the compressed file is damaged or cut short", "圧縮ファイルが壊れているか途中で切れています",
    "copy the file again; the lines before the damage were taken", "ファイルを転送し直してください。壊れる前の行は取り込み済みです";
    /// Objects nested deeper than the limit.
    TooDeep, "too-deep", Error,
    "nested too deeply", "入れ子が深すぎます",
    "a FHIR resource never nests this deeply; check the exporter", "FHIRリソースはここまで深くなりません。出力元を確認してください";
    /// A line longer than the limit.
    TooLong, "too-long", Error,
    "the line is too long", "行が長すぎます",
    "raise ingest.line_bytes_max in aoba.toml or export the attachment by URL", "aoba.tomlのingest.line_bytes_maxを上げるか、添付をURLで出力してください";
    /// No resourceType.
    NoResourceType, "no-resource-type", Error,
    "no resourceType", "resourceTypeがありません",
    "each line must be one FHIR resource", "1行に1つのFHIRリソースを置いてください";
    /// A resourceType FHIR R4 does not have.
    UnknownResourceType, "unknown-resource-type", Error,
    "not a FHIR R4 resource type", "FHIR R4にないリソース型です",
    "check the spelling and the FHIR version of the export", "綴りと出力のFHIRバージョンを確認してください";
    /// No id where one is needed.
    NoId, "no-id", Error,
    "the resource has no id", "リソースにidがありません",
    "export with ids, or in a Bundle with fullUrl", "id付きで、またはfullUrlのあるBundleで出力してください";
    /// An element has another JSON type than FHIR says.
    WrongType, "wrong-type", Error,
    "an element has the wrong type", "要素の型が違います",
    "correct the element in the source system", "出力元でこの要素を直してください";
    /// A date that is not in the calendar or not a FHIR date.
    InvalidDate, "invalid-date", Error,
    "not a FHIR date", "FHIRの日付ではありません",
    "correct the date in the source system", "出力元で日付を直してください";
    /// A number that FHIR decimals do not allow.
    InvalidNumber, "invalid-number", Error,
    "not a number FHIR allows", "FHIRで使えない数値です",
    "correct the number in the source system", "出力元で数値を直してください";
    /// A key stands twice in one object.
    DuplicateKey, "duplicate-key", Error,
    "a key stands twice in one object", "同じキーが1つのオブジェクトに2回あります",
    "correct the exporter: which value is right cannot be told", "出力元を直してください。どちらの値が正しいか判断できません";
    /// Two different resources carry one id and nothing tells which is newer.
    TwoWithOneId, "two-with-one-id", Error,
    "two different resources have one id, and no version tells them apart", "同じidの異なるリソースが2つあり、版で区別できません",
    "give each resource its own id, or set meta.lastUpdated", "idを分けるか、meta.lastUpdatedを付けてください";
    /// Several values where a column takes one.
    SeveralValues, "several-values", Error,
    "a column that holds one value got several", "1つの値の列に複数の値があります",
    "use first(), forEach or collection: true in the view", "ビューでfirst()、forEach、collection: trueを使ってください";
    /// The expression failed on this resource.
    PathFailed, "path-failed", Error,
    "the expression failed on this resource", "この式はこのリソースで評価できませんでした",
    "look at the resource and the expression together", "リソースと式を見比べてください";
    /// The resource's type and the folder's view do not fit.
    OtherResource, "other-resource", Warning,
    "resources of other types were passed over", "他の型のリソースは対象外としました",
    "nothing, if that was meant", "意図どおりなら対応は不要です";
    /// A reference that points outside what is held.
    ForeignReference, "foreign-reference", Warning,
    "a reference points outside this source", "参照先がこの出力元の外にあります",
    "nothing; the key is left empty", "対応は不要です。キーは空になります";
    /// A reference whose target cannot be told.
    UnresolvedReference, "unresolved-reference", Warning,
    "a reference cannot be resolved to a resource", "参照先のリソースを特定できません",
    "load the resource it points to in the same export", "参照先のリソースも同じ出力に含めてください";
    /// A resource that should name a patient and does not.
    NoPatient, "no-patient", Warning,
    "no patient can be told, so nobody will see the row", "患者を特定できないため、この行は誰にも表示されません",
    "give the resource a subject that resolves", "解決できるsubjectを付けてください";
    /// A deletion that an earlier version of this program kept and did not apply.
    DeletionNotApplied, "deletion-not-applied", Warning,
    "a deletion was kept but not applied", "削除の指示を保管しましたが適用していません",
    "run `aoba rebuild`: it applies the deletions kept", "`aoba rebuild`を実行してください。保管した削除の指示を適用します";
    /// A deletion that does not say which resource.
    DeletionUnclear, "deletion-unclear", Error,
    "a deletion does not name one resource", "削除の指示がどのリソースか特定できません",
    "give request.url as Type/id; conditional deletions are not applied", "request.urlをType/idの形で指定してください。条件付き削除は適用されません";
    /// A deletion and the resource itself in one load, and nothing tells which is later.
    DeletionAndResource, "deletion-and-resource", Error,
    "a deletion and the resource itself came in one load, and nothing tells which is later", "削除の指示とそのリソースが同じ取り込みにあり、どちらが後か判断できません",
    "the resource stands; give response.lastModified and meta.lastUpdated, or load the deletion afterwards", "リソースを残しました。response.lastModifiedとmeta.lastUpdatedを付けるか、削除を後から取り込んでください";
    /// A full load was to delete what is missing, but not every line could be read.
    MissingUnknown, "missing-unknown", Warning,
    "what is missing was not deleted: a line could not be read, so it cannot be told what is missing", "読めない行があるため、不足しているリソースを判定できず、削除していません",
    "correct the quarantined lines and load all files again with --delete-missing", "隔離された行を直し、--delete-missingで全ファイルを取り込み直してください";
    /// The ViewDefinition is not JSON or not a ViewDefinition.
    NotAView, "not-a-view", Error,
    "not a ViewDefinition", "ViewDefinitionではありません",
    "see the SQL-on-FHIR specification for the required elements", "SQL-on-FHIRの仕様で必須要素を確認してください";
    /// A required element is missing from the view.
    ViewElementMissing, "view-element-missing", Error,
    "a required element is missing", "必須の要素がありません",
    "add the element", "要素を追加してください";
    /// An element of the view has a value that is not allowed.
    ViewElementInvalid, "view-element-invalid", Error,
    "an element is not allowed here", "ここでは使えない要素です",
    "correct or remove the element", "要素を直すか削除してください";
    /// An element that ViewDefinition does not have.
    UnknownKey, "unknown-key", Error,
    "an element ViewDefinition does not have", "ViewDefinitionにない要素です",
    "correct the spelling or remove it", "綴りを直すか削除してください";
    /// A required element is missing that running the view does not need.
    ViewElementAdvised, "view-element-advised", Warning,
    "an element every ViewDefinition should have is missing", "ViewDefinitionにあるべき要素がありません",
    "add the element before sharing the view; it runs without it", "共有する前に追加してください。なくても実行できます";
    /// `%name` without a constant of that name.
    UnknownConstant, "unknown-constant", Error,
    "the expression uses a constant that is not defined", "定義されていない定数を使っています",
    "define it under constant, or correct the spelling", "constantに定義するか、綴りを直してください";
    /// An expression cannot be read.
    PathSyntax, "path-syntax", Error,
    "the expression cannot be read", "式を読めません",
    "correct the expression at the place shown", "示された位置で式を直してください";
    /// An expression names what FHIR does not have.
    UnknownElement, "unknown-element", Error,
    "the expression names an element FHIR R4 does not have here", "FHIR R4のここにない要素を参照しています",
    "check the spelling against the resource's definition", "リソースの定義で綴りを確認してください";
    /// A path that may be written and never gives anything.
    PathLeadsNowhere, "path-leads-nowhere", Warning,
    "a path leads nowhere in FHIR R4", "このパスに当たるものはFHIR R4にありません",
    "check the spelling and the type; the path never gives anything", "綴りと型を確認してください。このパスからは何も得られません";
    /// A function or an operator on what it can never be asked of.
    PathMeaningless, "path-meaningless", Error,
    "a part of the expression can never be answered", "式の中に、答えの出ることのない部分があります",
    "ask it of an element of another type, as told", "示されたとおり、別の型の要素に対して使ってください";
    /// A function that is not known.
    UnknownFunction, "unknown-function", Error,
    "the expression calls an unknown function", "未知の関数を呼んでいます",
    "use a function of FHIRPath or SQL-on-FHIR", "FHIRPathかSQL-on-FHIRの関数を使ってください";
    /// Two columns of one view have one name.
    TwoColumnsOneName, "two-columns-one-name", Error,
    "two columns have one name", "2つの列の名前が同じです",
    "rename one of them", "どちらかの名前を変えてください";
    /// Branches of unionAll differ.
    UnionMismatch, "union-mismatch", Error,
    "the branches of unionAll have different columns", "unionAllの枝の列が一致していません",
    "give every branch the same columns in the same order", "すべての枝で同じ列を同じ順に並べてください";
    /// A column of the user's view would carry what says who a person is into a table.
    Identifying, "identifying", Error,
    "names, addresses and numbers of persons stay in the identity store", "氏名・住所・番号は識別情報ストアだけに置きます",
    "remove the column; use patient_id to tell people apart", "この列を削除してください。個人の区別にはpatient_idを使います";
    /// The same version came twice with different content.
    SameVersionChanged, "same-version-changed", Warning,
    "a resource changed without a new version; the later load was believed", "版が変わらないまま内容が変わったため、後の取り込みを採用しました",
    "let the exporter write meta.versionId or meta.lastUpdated", "meta.versionIdかmeta.lastUpdatedを出力してください";
    /// The resource is about a person whose records were erased.
    Erased, "erased", Error,
    "the records of this person were erased, and are not taken in again", "記録を消去した人のため、取り込みません",
    "nothing, if the erasure stands: run `aoba erase` again to empty this line; `aoba erase --lift` lets the person in again", "消去が有効なら、`aoba erase`をもう一度実行するとこの行も空になります。再び取り込むには`aoba erase --lift`を実行してください";
    /// A name that is not a legal column or view name.
    BadName, "bad-name", Error,
    "not a name a table can use", "表で使えない名前です",
    "use letters, digits and underscores, starting with a letter", "英字で始め、英数字と下線だけを使ってください";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issue_speaks_both_languages_and_says_what_to_do() {
        for code in IssueCode::ALL {
            for text in [code.what(), code.remedy()] {
                assert!(!text.ja.is_empty() && !text.en.is_empty(), "{code:?}");
                assert!(!text.ja.is_ascii(), "{code:?} has no Japanese");
                assert!(text.en.is_ascii(), "{code:?} has Japanese in English");
            }
        }
    }

    #[test]
    fn an_issue_says_where_what_and_what_to_do() {
        let issue = Issue::new(IssueCode::NoId, Place::at_line(7), "").in_file("Patient.ndjson");
        assert_eq!(
            issue.to_string(),
            "Patient.ndjson:7: the resource has no id (export with ids, or in a Bundle with fullUrl)"
        );
    }
}
