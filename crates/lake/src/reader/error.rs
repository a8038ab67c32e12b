//! Why a question got no answer, with what to do about it.

use datafusion::common::utils::datafusion_strsim::levenshtein;
use datafusion::common::{DataFusionError, SchemaError};
use ledger::{LedgerError, MissingRight};
use vocab::Locale;

use super::Reader;
use super::aside::Full;
use crate::delta::TableError;
use crate::storage::{self, StorageError};

/// Why a question got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The permit does not reach so far.
    #[error("{}", .0.say(Locale::En))]
    Refused(MissingRight),
    /// The text is something else than a question.
    #[error("only questions (`select`, `with`) are answered, not {found}")]
    NotAQuestion {
        /// What it begins with.
        found: String,
    },
    /// The text holds several statements.
    #[error("one question at a time: this text holds {found} statements")]
    SeveralStatements {
        /// How many.
        found: usize,
    },
    /// The text cannot be read as SQL.
    #[error("the question cannot be read: {message}")]
    Syntax {
        /// What the parser said.
        message: String,
    },
    /// No such table.
    #[error("there is no table {name:?}; {}", near_en(near))]
    UnknownTable {
        /// The name asked for.
        name: String,
        /// Names like it, or all.
        near: Vec<String>,
    },
    /// No such column.
    #[error("there is no column {name:?}; {}", near_en(near))]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// Names like it, or all.
        near: Vec<String>,
    },
    /// The answer has too many rows.
    #[error("the answer has more than {rows_max} rows: add a limit, or raise lake.query_rows_max")]
    TooManyRows {
        /// The limit.
        rows_max: usize,
    },
    /// The answer takes too long.
    #[error("no answer within {seconds_max} s: ask for less, or raise lake.query_seconds_max")]
    TooSlow {
        /// The limit.
        seconds_max: u64,
    },
    /// The answer takes too much memory.
    #[error(
        "the question needs more than {bytes_max} bytes of memory: ask for less, or raise lake.query_memory_bytes_max"
    )]
    TooMuchMemory {
        /// The limit.
        bytes_max: usize,
    },
    /// The question lays too much aside.
    #[error(
        "the question needs more than {bytes_max} bytes of disk beside its memory: ask for less, or raise lake.query_disk_bytes_max"
    )]
    TooMuchDisk {
        /// The limit.
        bytes_max: u64,
    },
    /// The ledger could not be asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A table could not be opened.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The bucket in which the tables are would not give them.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A cohort definition has no answer.
    #[error(transparent)]
    Cohort(#[from] cohort::eval::Refused),
    /// A person has more events than can be held.
    #[error("somebody has more than {events_max} events: no definition can be asked of them")]
    TooManyEvents {
        /// The limit.
        events_max: usize,
    },
    /// A definition that asks about several people together, of too many.
    #[error(
        "the definition samples or matches, so that all people are held at once, and there are more          than {people_max}: take `sample` or `matched` out, and draw from the answer"
    )]
    TooManyTogether {
        /// The limit.
        people_max: usize,
    },
    /// The index was asked for, and is not there or not of this snapshot.
    #[error("the index is not up to date for this snapshot: run `aoba index`, or ask the tables")]
    NoIndex,
    /// The index was asked for, and cannot answer this definition.
    #[error("the index cannot answer this definition: ask the tables")]
    NotInIndex,
    /// SQL was asked for, and has no words for this definition.
    #[error(transparent)]
    NotInSql(cohort::sql::NotSaid),
    /// An explanation under a permit that is not for one person.
    #[error("an explanation is of one person: ask under a permit for that person")]
    NotOfOnePerson,
    /// The question cannot be answered as it stands.
    #[error("the question cannot be answered: {message}")]
    Failed {
        /// What the engine said.
        message: String,
    },
}

fn near_en(near: &[String]) -> String {
    format!("near it: {}", near.join(", "))
}

impl ReaderError {
    /// The message in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        if locale == Locale::En {
            return self.to_string();
        }
        match self {
            Self::Refused(missing) => missing.say(locale),
            Self::NotAQuestion { found } => {
                format!("照会(select、with)だけを受け付けます。{found}は実行できません")
            }
            Self::SeveralStatements { found } => {
                format!("照会は一度に1つだけです({found}個の文があります)")
            }
            Self::Syntax { message } => format!("SQLとして読めません: {message}"),
            Self::UnknownTable { name, near } => {
                format!("表「{name}」はありません。近い名前: {}", near.join("、"))
            }
            Self::UnknownColumn { name, near } => {
                format!("列「{name}」はありません。近い名前: {}", near.join("、"))
            }
            Self::TooManyRows { rows_max } => format!(
                "結果が{rows_max}行を超えます。limitを付けるかlake.query_rows_maxを上げてください"
            ),
            Self::TooSlow { seconds_max } => format!(
                "{seconds_max}秒以内に終わりません。範囲を絞るかlake.query_seconds_maxを上げてください"
            ),
            Self::TooMuchMemory { bytes_max } => format!(
                "メモリが{bytes_max}バイトを超えます。範囲を絞るかlake.query_memory_bytes_maxを上げてください"
            ),
            Self::TooMuchDisk { bytes_max } => format!(
                "メモリに加えてディスクが{bytes_max}バイトを超えます。範囲を絞るかlake.query_disk_bytes_maxを上げてください"
            ),
            Self::Ledger(error) => error.say(locale),
            Self::Storage(error) | Self::Table(TableError::Storage(error)) => error.say(locale),
            Self::Cohort(refused) => refused.say(locale),
            Self::TooManyEvents { events_max } => {
                format!("1人の事象が{events_max}件を超えるため、定義を照会できません")
            }
            Self::TooManyTogether { people_max } => format!(
                "標本抽出・マッチングを含む定義は全員を同時に読みますが、{people_max}人を超えています。sampleまたはmatchedを外し、結果から抽出してください"
            ),
            Self::NoIndex => {
                "索引がこのスナップショットに対応していません。`aoba index`を実行するか、表に照会してください".to_owned()
            }
            Self::NotInIndex => {
                "索引ではこの定義に答えられません。表に照会してください".to_owned()
            }
            Self::NotInSql(not) => not.say(locale),
            Self::NotOfOnePerson => {
                "説明は1人についてのものです。その患者についての許可で照会してください".to_owned()
            }
            Self::Table(error) => format!("表を開けません: {error}"),
            Self::Failed { message } => format!("この照会には答えられません: {message}"),
        }
    }

    /// A thread that ended before its work.
    pub(crate) fn died(died: tokio::task::JoinError) -> Self {
        Self::from(DataFusionError::External(Box::new(died)))
    }

    pub(super) fn syntax(error: &DataFusionError) -> Self {
        Self::Syntax { message: first_line(&error.strip_backtrace()) }
    }

    /// Finds what a person can act on in what the engine said.
    pub(super) fn explained(error: DataFusionError, reader: &Reader) -> Self {
        if let DataFusionError::Plan(message) = error.find_root()
            && let Some(name) = missing_table(message)
        {
            let names: Vec<_> = reader.scans.tables.names().map(str::to_owned).collect();
            return Self::UnknownTable { near: nearest(&name, &names), name };
        }
        Self::within(error, reader.scans.limits.memory_bytes_max)
    }

    /// What an error says of a question that may hold so much in memory.
    pub(super) fn within(error: DataFusionError, bytes_max: usize) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::TooMuchMemory { bytes_max },
            _ => Self::from(error),
        }
    }
}

impl From<DataFusionError> for ReaderError {
    fn from(error: DataFusionError) -> Self {
        if let Some(told) = storage::told(&error) {
            return Self::Storage(told);
        }
        if let Some(Full { bytes_max }) = Full::in_error(&error) {
            return Self::TooMuchDisk { bytes_max };
        }
        let error = match opening(error) {
            Ok(table) => return Self::Table(table),
            Err(error) => error,
        };
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
                SchemaError::FieldNotFound { field, valid_fields } => {
                    let mut names: Vec<_> =
                        valid_fields.iter().map(|field| field.name.clone()).collect();
                    names.sort_unstable();
                    names.dedup();
                    let name = field.name.clone();
                    Self::UnknownColumn { near: nearest(&name, &names), name }
                }
                other => Self::Failed { message: first_line(&other.to_string()) },
            },
            DataFusionError::ResourcesExhausted(message) => {
                Self::Failed { message: first_line(message) }
            }
            other => Self::Failed { message: first_line(&other.strip_backtrace()) },
        }
    }
}

/// What kept a table from being opened, where that is what the engine hands on.
fn opening(error: DataFusionError) -> Result<TableError, DataFusionError> {
    match error {
        DataFusionError::External(cause) => match cause.downcast::<TableError>() {
            Ok(table) => Ok(*table),
            Err(other) => Err(DataFusionError::External(other)),
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            opening(*inner)
        }
        other => Err(other),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The engine's words for a missing table: `table 'aoba.fhir.name' not found`.
fn missing_table(message: &str) -> Option<String> {
    let name = message.strip_prefix("table '")?.split('\'').next()?;
    let name = name.strip_prefix("aoba.").unwrap_or(name);
    Some(name.strip_prefix("fhir.").unwrap_or(name).to_owned())
}

/// How many names are offered.
const NEAR_MAX: usize = 5;

/// The names most like this one, the nearest first.
fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let mut ranked: Vec<_> =
        known.iter().map(|other| (levenshtein(&name.to_lowercase(), other), other)).collect();
    ranked.sort();
    ranked.into_iter().take(NEAR_MAX).map(|(_, other)| other.clone()).collect()
}
