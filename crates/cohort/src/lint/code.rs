//! What can be found.

use serde::{Deserialize, Serialize};
use vocab::Text;

use crate::problem::spoken;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The definition has no answer until it is changed.
    Error,
    /// The answer may deceive.
    Warning,
    /// Something to think of.
    Advice,
}

macro_rules! lints {
    ($($(#[$doc:meta])* $kind:ident, $level:ident, $what_en:literal, $what_ja:literal, $do_en:literal, $do_ja:literal;)*) => {
        spoken! {
            /// What was found, in one word for programs.
            LintCode;
            $($(#[$doc])* $kind, $what_en, $what_ja, $do_en, $do_ja;)*
        }

        impl LintCode {
            /// How much it matters.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(Self::$kind => Level::$level,)* }
            }
        }
    };
}

lints! {
    /// A set in a rule or output without a window.
    WindowMissing, Error, "it is not said when", "いつのことか書かれていません",
    "write `in [from, to]`, or `ever` if that is meant", "`in [始点, 終点]`か、全期間なら`ever`と書いてください";
    /// A number asked for in no unit.
    UnitMissing, Error, "it cannot be told in which unit a number is", "数の単位が決まりません",
    "write the unit: `>= 6.5 %`, `value as mg/dL`, or `{score}` for a plain number", "`>= 6.5 %`や`value as mg/dL`、単位のない数なら`{score}`と書いてください";
    /// Units that do not convert.
    UnitsDiffer, Error, "these units cannot be converted into one another", "互いに換算できない単位です",
    "use units of one quantity", "同じ量の単位を使ってください";
    /// A unit that is not known.
    UnknownUnit, Error, "a unit that is not known", "未知の単位です",
    "write its UCUM code, case-sensitive: mg/dL, 10*9/L, mm[Hg], %", "UCUMコードで大文字小文字を区別して書いてください(mg/dL、10*9/L、mm[Hg]、%)";
    /// A concept set that holds nothing.
    EmptyCodes, Error, "a concept set holds no code", "コード群に該当するコードがありません",
    "correct its codes, its branches or its vocabulary's release", "コード、枝の指定、語彙の版を確かめてください";
    /// A concept set with codes that its vocabulary has retired.
    RetiredCodes, Warning, "a concept set holds retired codes", "コード群に廃止されたコードがあります",
    "keep them for old records and add what replaced them", "過去の記録のために残し、後継のコードを加えてください";
    /// Something declared and not used.
    UseIdle, Advice, "this is declared and not used", "宣言されていますが使われていません",
    "remove the line", "行を削除してください";
    /// A rule about what is not yet known at the index.
    LooksAhead, Warning, "this decides by what happens after the index: who lives to show it is favoured (immortal time)", "基準日より後の出来事で選んでいます。それまで生存・通院した人に偏ります(不死時間バイアス)",
    "end its window at the index, or move the index to when it is known", "期間を基準日までにするか、判明した時点を基準日にしてください";
    /// A "none" rule without coverage.
    NoneUnobserved, Warning, "\"none\" may only mean \"not seen\": nothing requires that it could have been seen", "「なし」は「見えていない」だけかもしれません。観察できたことを求めていません",
    "add `require \"observed\" observed KIND in [index - 365d, index]`", "`require \"観察可能\" observed 種類 in [index - 365d, index]`を加えてください";
    /// Coverage that is not declared.
    CoverageUndeclared, Warning, "the coverage of this kind is not declared, so the rule is unknown for everybody", "この種類の観察可能期間が宣言されていないため、全員で不明になります",
    "declare since when such records are complete", "この種類の記録がいつから揃っているかを宣言してください";
    /// A rule that repeats another.
    RuleIdle, Advice, "this rule drops nobody: an earlier one says the same, or it always holds", "この規則では誰も除かれません。前の規則と同じか、常に成り立ちます",
    "remove it", "削除してください";
    /// Nobody can be left.
    NobodyLeft, Error, "nobody can be left: this rule contradicts an earlier one or itself", "誰も残りません。前の規則か、それ自身と矛盾しています",
    "change one of the two", "どちらかを変えてください";
    /// No exit.
    ExitMissing, Warning, "it is not said when follow-up ends", "追跡がいつ終わるか書かれていません",
    "write `exit at coverage.end`, or what ends it", "`exit at coverage.end`か、終了の条件を書いてください";
    /// A title in one language.
    TitleOneLanguage, Advice, "this has a title in one language only", "表題が一方の言語だけです",
    "write both: `\"…\" ja \"…\"`", "`\"…\" ja \"…\"`のように両方書いてください";
    /// Prevalent users.
    PrevalentUsers, Warning, "people may have used the drug before: prevalent users have survived its early effects", "以前から使用していた人が混じります。継続使用者は初期の影響を乗り越えた人に偏ります",
    "enter with `first in life`, or write `washout 365d`", "`first in life`で組み入れるか、`washout 365d`と書いてください";
    /// An outcome that may have been there before.
    OutcomeBefore, Warning, "people who had the outcome before the index are not excluded", "基準日より前にアウトカムのあった人を除いていません",
    "add `exclude \"outcome before\" any … in [ever, index]`", "`exclude \"既往\" any … in [ever, index]`を加えてください";
    /// Arms that are not made alike.
    Asymmetric, Warning, "target and comparator are not chosen by the same rules", "対象群と比較群の選び方が揃っていません",
    "ask the same of both: one cohort for both arms, differing in the exposure only", "両群に同じ条件を求め、曝露だけが異なるようにしてください";
    /// Covariates from after the index.
    CovariatesAhead, Error, "covariates are taken from after the index", "共変量を基準日より後から取っています",
    "end their window at the index", "期間を基準日までにしてください";
    /// Arms that overlap.
    ArmsAlike, Error, "target and comparator are the same", "対象群と比較群が同じです",
    "let them differ in the exposure: `where entry.code in …`", "`where entry.code in …`などで曝露を分けてください";
}
