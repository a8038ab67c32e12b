//! What is wrong with a definition: where, what, and what to do, in both languages.

use std::fmt;

use serde::{Deserialize, Serialize};
use vocab::{Locale, Text};

/// A place in a text, counted from 1 in lines and characters.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where, if it came from a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
    /// What, in one word for programs.
    pub code: ProblemCode,
    /// The words of the text that it is about, or what was expected; in no language.
    pub detail: String,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(at: Position, code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { at: Some(at), code, detail: detail.into() }
    }

    /// A problem of a tree that has no text.
    #[must_use]
    pub fn anywhere(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { at: None, code, detail: detail.into() }
    }

    /// The whole sentence: where, what, and what to do.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        sentence(self.at, (self.code.what(), &self.detail, self.code.remedy()), locale)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::En))
    }
}

/// A list of codes for programs, each with what it says and what to do in both languages.
macro_rules! spoken {
    ($(#[$about:meta])* $name:ident; $($(#[$doc:meta])* $kind:ident, $what_en:literal, $what_ja:literal, $do_en:literal, $do_ja:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$doc])* $kind,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// What is wrong.
            #[must_use]
            pub fn what(self) -> Text {
                match self { $(Self::$kind => Text { en: $what_en, ja: $what_ja },)* }
            }

            /// What to do.
            #[must_use]
            pub fn remedy(self) -> Text {
                match self { $(Self::$kind => Text { en: $do_en, ja: $do_ja },)* }
            }
        }
    };
}
pub(crate) use spoken;

/// Where, what, and what to do, as one sentence.
pub(crate) fn sentence(
    at: Option<Position>,
    (what, detail, remedy): (Text, &str, Text),
    locale: Locale,
) -> String {
    let at = at.map(|at| format!("{at}: ")).unwrap_or_default();
    let (what, remedy) = (what.get(locale), remedy.get(locale));
    let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    match locale {
        Locale::Ja => format!("{at}{what}{detail}（{remedy}）"),
        Locale::En => format!("{at}{what}{detail} ({remedy})"),
    }
}

spoken! {
    /// What is wrong, in one word for programs.
    ProblemCode;
    /// The text is larger than the limit.
    TooLong, "the text is too long", "テキストが長すぎます",
    "split it: move code lists to concept sets and parts to cohorts of their own", "コード一覧はコード群へ、部分は別のコホートへ分けてください";
    /// Too many rules.
    TooManyRules, "there are more rules than a definition may have", "規則の数が上限を超えています",
    "join rules with `or`, or split the definition with `cohort NAME`", "`or`でまとめるか、`cohort 名前`で定義を分けてください";
    /// Too many codes.
    TooManyCodes, "there are more codes than a concept set may have", "コードの数が上限を超えています",
    "name a branch instead of its codes: `E11*` or `descendants`", "コードを並べる代わりに`E11*`か`descendants`で枝を指定してください";
    /// Nested too deeply.
    TooDeep, "the expression is nested too deeply", "式の入れ子が深すぎます",
    "name a part of it with `let` and use the name", "一部に`let`で名前を付けて、その名前を使ってください";
    /// Something else was expected.
    Unexpected, "this was not expected here", "ここに書けない語です",
    "write what is expected after the arrow", "矢印の後に示した語を書いてください";
    /// A character no definition has.
    BadCharacter, "a character that has no meaning here", "ここで意味を持たない文字です",
    "remove it, or put words in double quotes", "削除するか、文字列なら二重引用符で囲んでください";
    /// A text in quotes that does not end.
    OpenString, "a text in quotes does not end on its line", "引用符の文字列が行内で閉じていません",
    "close it with a double quote; write \\n for a new line", "二重引用符で閉じてください。改行は\\nと書きます";
    /// A backslash with nothing known after it.
    BadEscape, "an unknown escape in a text in quotes", "文字列の中に不明なエスケープがあります",
    "write \\\\, \\\", \\n, \\t or \\u{3042}", "\\\\、\\\"、\\n、\\t、\\u{3042}のいずれかを書いてください";
    /// Not a name.
    BadName, "not a name", "名前として使えません",
    "lower-case letters, digits and _, starting with a letter, at most 64, and no word of the language", "英小文字で始まる英小文字・数字・_で64字まで。言語の語は使えません";
    /// Not a version.
    BadVersion, "not a version", "版として使えません",
    "write 1 or 2.1.0", "1や2.1.0のように書いてください";
    /// Not a hash.
    BadHash, "not a hash", "ハッシュではありません",
    "write sha256: and 64 hexadecimal digits, as `aoba cohort check` prints them", "sha256:に続けて16進64桁を書いてください";
    /// Not a number that can be written.
    BadNumber, "not a number that can be used", "使えない数です",
    "a number is below 10^15 with at most 12 decimals; counts are whole, at most 1000000", "数は10^15未満、小数は12桁まで。個数は1000000以下の整数です";
    /// Not a unit.
    BadUnit, "not a unit", "単位ではありません",
    "write its UCUM code after a space, such as 6.5 %, 0.3 mg/dL or 48 mmol/mol", "数の後に空白を入れてUCUMコードで書いてください(6.5 %、0.3 mg/dLなど)";
    /// Not a length of time.
    BadSpan, "not a length of time", "期間ではありません",
    "write a whole number and s, min, h, d, w, mo or y without a space: 90d, 48h", "整数の直後にs、min、h、d、w、mo、yを付けてください(90d、48h)";
    /// Not a day.
    BadDate, "not a day of the calendar", "暦にない日付です",
    "write 2024-05-17", "2024-05-17の形で書いてください";
    /// A name is used that was not bound before.
    UnknownName, "this name is not bound before it is used", "この名前は、ここより前で定義されていません",
    "bind it with `let NAME = …` above, or correct the spelling", "上で`let 名前 = …`と定義するか、綴りを直してください";
    /// A name is bound twice.
    NameTwice, "this name is bound twice", "この名前は二度定義されています",
    "give one of the two another name", "どちらかの名前を変えてください";
    /// An expression of another type was needed.
    WrongType, "this is not the kind of expression needed here", "ここに必要な種類の式ではありません",
    "see after the arrow what is needed", "矢印の後に必要な種類を示しています";
    /// `this` where there is no event at hand.
    NoThis, "there is no event at hand here", "ここには対象となるイベントがありません",
    "`this` and its fields stand inside `with`; elsewhere name the event", "`this`とその項目は`with`の中で使います。他では名前を付けたイベントを使ってください";
    /// Something that belongs to the entry, before the entry.
    NotYet, "this is not known before the entry", "組み入れより前では決まりません",
    "move it below the entry", "`entry`より下に移してください";
    /// The exit depends on itself.
    ExitOfItself, "the exit would depend on itself", "終了時点が自分自身に依存しています",
    "do not use `exit` in `exit`, `censor` or in what they name", "`exit`や`censor`、そこで使う名前の定義に`exit`を使わないでください";
    /// An interval outside a measure.
    NoInterval, "an interval is known only in a measure", "区間は指標の中でしか使えません",
    "use it in `measure`, or write a moment", "`measure`の中で使うか、時点を書いてください";
    /// The calendar's ends without a calendar.
    NoCalendar, "the study's dates are not given", "研究の期間が示されていません",
    "write `calendar [2015-01-01, 2024-12-31]` above the entry", "`entry`の前に`calendar [2015-01-01, 2024-12-31]`を書いてください";
    /// The window can hold nothing.
    ImpossibleWindow, "nothing can lie in this window", "この期間には何も入りません",
    "write the earlier bound first", "早い方を先に書いてください";
    /// A window is not written.
    WindowMissing, "it is not said when", "いつのことか書かれていません",
    "write `in [from, to]`, or `ever` if that is meant", "`in [始点, 終点]`か、全期間なら`ever`と書いてください";
    /// A concept set, cohort or list is not declared.
    UseMissing, "this is used and not declared", "宣言されずに使われています",
    "add `uses codes|cohort|list NAME version V` at the top", "冒頭に`uses codes|cohort|list 名前 version 版`を加えてください";
    /// A declared file is not used.
    UseIdle, "this is declared and not used", "宣言されていますが使われていません",
    "remove the line", "行を削除してください";
    /// A cohort refers to itself.
    CohortCycle, "cohorts refer to one another in a circle", "コホートが循環して参照しています",
    "take one of the references out", "参照のどれかを外してください";
    /// A part of a definition stands twice.
    ClauseTwice, "this part of a definition stands twice", "この節は二度書かれています",
    "keep one of them", "どちらか一つにしてください";
    /// A part of a definition stands in the wrong place.
    ClauseOrder, "this part stands too late", "この節の位置が後ろすぎます",
    "move it up: every definition has its parts in one order", "上に移してください。節の順序はどの定義でも同じです";
    /// A required part is missing.
    ClauseMissing, "a part of the definition is missing", "必要な節がありません",
    "add it", "節を加えてください";
    /// A title is missing.
    TitleMissing, "a rule has no title", "規則に表題がありません",
    "write what the row of the attrition table is called: `require \"…\" ja \"…\"`", "減少表の行の名前を`require \"…\" ja \"…\"`の形で書いてください";
    /// A unit cannot be told.
    UnitMissing, "it cannot be told in which unit this number is", "この数の単位が決まりません",
    "write the unit: `value as mg/dL`, or `>= 6.5 %`", "`value as mg/dL`や`>= 6.5 %`のように単位を書いてください";
    /// Units that do not convert.
    UnitsDiffer, "these units cannot be converted into one another", "互いに換算できない単位です",
    "use units of one quantity, and `quantity` in the concept set where mass and moles meet", "同じ量の単位を使い、質量と物質量の換算にはコード群に`quantity`を書いてください";
    /// A unit UCUM does not have.
    UnknownUnit, "a unit that is not known", "未知の単位です",
    "write its UCUM code, case-sensitive: mg/dL, 10*9/L, mm[Hg], %", "UCUMコードで大文字小文字を区別して書いてください(mg/dL、10*9/L、mm[Hg]、%)";
    /// A number or an empty list that has no meaning.
    Meaningless, "this has no meaning", "意味を持たない指定です",
    "counts that choose or divide begin at 1, and lists have at least one part", "選択や分割の数は1以上、並びは1つ以上必要です";
    /// A code system that is not known.
    UnknownSystem, "a code system that is not known", "未知のコード体系です",
    "use a short name (icd10_jp, yj, hot9, jlac10, atc, loinc, k_code …) or a URI", "略称(icd10_jp、yj、hot9、jlac10、atc、loinc、k_codeなど)かURIを使ってください";
    /// JSON that is not of the published form.
    BadJson, "the JSON is not a definition", "JSONが定義の形ではありません",
    "compare it with the published JSON Schema", "公開しているJSON Schemaと照らし合わせてください";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_speaks_both_languages_and_says_what_to_do() {
        for code in ProblemCode::ALL {
            for text in [code.what(), code.remedy()] {
                assert!(!text.ja.is_ascii(), "{code:?} has no Japanese");
                assert!(text.en.chars().all(|c| c.is_ascii() || c == '…'), "{code:?}");
            }
        }
        let problem = Problem::at(Position { line: 3, column: 7 }, ProblemCode::BadSpan, "90");
        assert!(problem.say(Locale::En).starts_with("3:7: not a length of time: 90 ("));
    }
}
