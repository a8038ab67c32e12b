//! Why a command on definitions ended, with what to do.

use cohort::ast::LocalDate;
use cohort::circe::{Feature, NotRead};
use cohort::lint::Finding;
use cohort::problem::Problem;
use cohort::sql::NotSaid;
use cohort::uses::{MissingUse, NotUsable};
use vocab::Locale;

/// Why a command on definitions ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CohortError {
    /// Not text at all.
    #[error("{}", self.say(Locale::En))]
    NotText {
        /// The file.
        file: String,
    },
    /// The file cannot be read as what it should be.
    #[error("{}", self.say(Locale::En))]
    Wrong {
        /// The file.
        file: String,
        /// All that is wrong.
        problems: Vec<Problem>,
    },
    /// A concept set where a definition is needed.
    #[error("{}", self.say(Locale::En))]
    NotADefinition {
        /// The file.
        file: String,
    },
    /// Files that a definition uses are not there, or are others.
    #[error("{}", self.say(Locale::En))]
    Uses {
        /// What is missing or another.
        missing: Vec<MissingUse>,
    },
    /// Not an expression of Circe.
    #[error("{}", self.say(Locale::En))]
    NotCirce {
        /// The file.
        file: String,
        /// Where, and what.
        what: NotRead,
    },
    /// JSON that cannot be read.
    #[error("{}", self.say(Locale::En))]
    NotJson {
        /// The file.
        file: String,
        /// What the reader said.
        message: String,
    },
    /// What one of the two languages cannot say.
    #[error("{}", self.say(Locale::En))]
    CannotSay {
        /// The file.
        file: String,
        /// Where, and what.
        features: Vec<Feature>,
        /// Whether Circe cannot say it; otherwise our language.
        in_circe: bool,
    },
    /// A name that a definition cannot have.
    #[error("{}", self.say(Locale::En))]
    BadName {
        /// The name.
        name: String,
    },
    /// A definition that has no answer until it is changed.
    #[error("{}", self.say(Locale::En))]
    Findings {
        /// The file.
        file: String,
        /// What is wrong.
        findings: Vec<Finding>,
    },
    /// A study where a cohort is needed.
    #[error("{}", self.say(Locale::En))]
    NotACohort {
        /// The file.
        file: String,
    },
    /// A rule that is not there.
    #[error("{}", self.say(Locale::En))]
    NoRule {
        /// Its number.
        number: u32,
        /// How many there are.
        rules: usize,
    },
    /// No such phenotype.
    #[error("{}", self.say(Locale::En))]
    NotInLibrary {
        /// The name.
        name: String,
    },
    /// What has no SQL.
    #[error("{}", self.say(Locale::En))]
    NotInSql {
        /// The file.
        file: String,
        /// Why.
        why: NotSaid,
    },
    /// Data that end before they begin.
    #[error("{}", self.say(Locale::En))]
    NoDays {
        /// The first day.
        first: LocalDate,
        /// The last day.
        last: LocalDate,
    },
    /// A file that would be written over with something else.
    #[error("{}", self.say(Locale::En))]
    Exists {
        /// The file.
        file: String,
    },
}

impl CohortError {
    /// The message in the reader's language.
    #[expect(clippy::too_many_lines, reason = "two sentences for each thing that goes wrong")]
    pub(crate) fn say(&self, locale: Locale) -> String {
        let (en, ja) = match self {
            Self::Wrong { file, problems } => {
                return lines(file, problems.iter().map(|problem| problem.say(locale)));
            }
            Self::Findings { file, findings } => {
                return lines(file, findings.iter().map(|found| found.say(locale)));
            }
            Self::Uses { missing } => {
                let lines = missing.iter().map(|missing| missing.with_place(locale));
                return lines.collect::<Vec<_>>().join("\n");
            }
            Self::CannotSay { file, features, in_circe } => {
                let lines = features.iter().map(|feature| format!("\n  {feature}"));
                let head = cannot_say(*in_circe, locale);
                return format!("{file}: {head}:{}", lines.collect::<String>());
            }
            Self::NotInSql { file, why } => return format!("{file}: {}", why.say(locale)),
            Self::NotText { file } => (
                format!("{file}: not a text in UTF-8: save it as UTF-8"),
                format!("{file}: UTF-8のテキストではありません。UTF-8で保存してください"),
            ),
            Self::NotADefinition { file } => (
                format!("{file}: a concept set; name the file of a cohort or study"),
                format!("{file}: コード群です。コホートまたは研究の定義ファイルを指定してください"),
            ),
            Self::NotCirce { file, what } => (
                format!("{file}: not an expression of Circe: {what}; export it from ATLAS as JSON"),
                format!(
                    "{file}: Circeの式として読めません: {what}。ATLASからJSONで出力し直してください"
                ),
            ),
            Self::NotJson { file, message } => (
                format!("{file}: not JSON: {message}"),
                format!("{file}: JSONとして読めません: {message}"),
            ),
            Self::NotACohort { file } => (
                format!("{file}: a study; name the file of one of its cohorts"),
                format!("{file}: 研究の定義です。コホートの定義ファイルを指定してください"),
            ),
            Self::BadName { name } => (
                format!(
                    "{name:?} cannot be a name: give one with --name, of lower-case letters, digits and _"
                ),
                format!(
                    "{name:?}は名前に使えません。英小文字・数字・_の名前を--nameで指定してください"
                ),
            ),
            Self::NoRule { number, rules } => (
                format!("there is no rule {number}: the definition has {rules}"),
                format!("規則{number}はありません。この定義の規則は{rules}個です"),
            ),
            Self::NoDays { first, last } => (
                format!(
                    "the data end on {last}, before they begin on {first}: turn the days round"
                ),
                format!("データの最終日{last}が初日{first}より前です。日付を入れ替えてください"),
            ),
            Self::NotInLibrary { name } => (
                format!(
                    "no phenotype named {name:?} comes with the program; `aoba cohort library` lists them"
                ),
                format!(
                    "{name:?}という表現型は同梱されていません。一覧は`aoba cohort library`で表示できます"
                ),
            ),
            Self::Exists { file } => (
                format!(
                    "{file} is there already with another content: name another folder, or move it away"
                ),
                format!(
                    "{file}は別の内容ですでに存在します。別のフォルダーを指定するか、移してください"
                ),
            ),
        };
        if locale == Locale::En { en } else { ja }
    }
}

/// What was found in a file, a line for each.
fn lines(file: &str, said: impl Iterator<Item = String>) -> String {
    said.map(|line| format!("{file}:{line}")).collect::<Vec<_>>().join("\n")
}

fn cannot_say(in_circe: bool, locale: Locale) -> &'static str {
    match (in_circe, locale) {
        (true, Locale::En) => "Circe cannot say this; nothing was written",
        (true, Locale::Ja) => "Circeでは表せません。何も書き出していません",
        (false, Locale::En) => "our language cannot say this; nothing was written",
        (false, Locale::Ja) => "Aobaの定義言語では表せません。何も書き出していません",
    }
}

impl From<NotUsable> for CohortError {
    fn from(why: NotUsable) -> Self {
        match why {
            NotUsable::NotText { file } => Self::NotText { file },
            NotUsable::Wrong { file, problems } => Self::Wrong { file, problems },
            NotUsable::Missing(missing) => Self::Uses { missing },
        }
    }
}
