//! What `aoba cohort` is told.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use cohort::ast::LocalDate;

use vocab::{PurposeOfUse, StudyId};

use super::{ListFormat, PermitArgs, ReportFormat};

/// What to do with cohort definitions.
#[derive(Debug, Subcommand)]
pub(crate) enum CohortCommand {
    /// Say what is wrong with definitions and concept sets, and what in them may deceive.
    Check {
        /// Definitions (.cohort), concept sets (.codes), or either as JSON.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
        /// Fail for what may deceive, too.
        #[arg(long)]
        strict: bool,
    },
    /// Print definitions and concept sets in the one canonical way, as text or as JSON.
    Format(CohortFormatArgs),
    /// Say a definition in sentences.
    Words {
        /// The definition.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
    /// Say what changed from one definition to another, a line for each change.
    Diff {
        /// The definition as it was.
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The definition as it is now.
        #[arg(value_name = "NEW")]
        new: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
    /// Bring a cohort of OHDSI Circe (JSON) into our language, with its concept sets.
    Import(CohortImportArgs),
    /// Bring a definition and its concept sets to OHDSI Circe (JSON).
    Export {
        /// The definition; its concept sets stand beside it, or come with the program.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where to write; standard output if not given.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print a definition as steps of SQL over the events of patients.
    Sql(CohortSqlArgs),
    /// List the published phenotypes that come with the program, or copy one into a folder.
    Library(CohortLibraryArgs),
    /// Count the people in a cohort, through a permit and the gate.
    Count(CohortAskArgs),
    /// Tell where candidates of a cohort are lost, rule by rule.
    Attrition {
        /// What is asked.
        #[command(flatten)]
        ask: CohortAskArgs,
        /// Rules that are switched off, by their numbers in the table.
        #[arg(long, value_name = "RULE", num_args = 1.., value_parser = clap::value_parser!(u32).range(1..))]
        off: Vec<u32>,
    },
    /// Tell why one patient is in a cohort, or out, under a permit for that patient.
    Explain(CohortExplainArgs),
    /// Tell what a cohort is like: ages and sexes, months of indexes, follow-up, values of outputs.
    Results(CohortAskArgs),
    /// Tell how many people several cohorts have in common.
    Overlap(CohortOverlapArgs),
    /// Write who is in a cohort and when, by the numbers of `patient_id`; needs a right to rows.
    Members(CohortMembersArgs),
    /// Print the JSON Schema of definitions, or of concept sets.
    Schema {
        /// That of concept sets.
        #[arg(long)]
        codes: bool,
    },
}

/// A look at the people whom a permit lets through.
#[derive(Debug, Args)]
pub(crate) struct CohortLookArgs {
    /// The snapshot to ask; the newest if not given.
    #[arg(long)]
    pub(crate) snapshot: Option<i64>,
    /// What is to answer: the index where it can, or one of the three alone, to compare them.
    #[arg(long, value_enum, default_value_t = CohortEngine::Any)]
    pub(crate) engine: CohortEngine,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
    /// The permit.
    #[command(flatten)]
    pub(crate) permit: PermitArgs,
}

/// Arguments of `cohort count`, `cohort attrition` and `cohort results`.
#[derive(Debug, Args)]
pub(crate) struct CohortAskArgs {
    /// The definition; what it uses stands beside it, or comes with the program.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// The look.
    #[command(flatten)]
    pub(crate) look: CohortLookArgs,
}

/// What answers a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CohortEngine {
    /// The index of events where it can, else the evaluator.
    Any,
    /// The index of events.
    Index,
    /// The evaluator, person by person.
    Evaluator,
    /// The SQL that the definition becomes; slower, and all but matching.
    Sql,
}

/// Arguments of `cohort overlap`.
#[derive(Debug, Args)]
pub(crate) struct CohortOverlapArgs {
    /// The definitions, from two to six; what they use stands beside them, or comes with the
    /// program.
    #[arg(value_name = "FILE", num_args = 2..=6, required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// The look.
    #[command(flatten)]
    pub(crate) look: CohortLookArgs,
}

/// Arguments of `cohort members`.
#[derive(Debug, Args)]
pub(crate) struct CohortMembersArgs {
    /// The definition; what it uses stands beside it, or comes with the program.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// As what to write them.
    #[arg(long, value_enum, default_value_t = MembersFormat::Csv)]
    pub(crate) format: MembersFormat,
    /// Where to write; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The look.
    #[command(flatten)]
    pub(crate) look: CohortLookArgs,
}

/// As what the members of a cohort are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MembersFormat {
    /// Comma-separated: a line for each period, with its outputs.
    Csv,
    /// JSON: the same, with what the answer is of.
    Json,
    /// A Group of FHIR R4: a member for each period, without outputs.
    Group,
}

/// Arguments of `cohort explain`.
#[derive(Debug, Args)]
pub(crate) struct CohortExplainArgs {
    /// The definition; what it uses stands beside it, or comes with the program.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The patient: an identifier's value, `system|value`, the record's id, `source/id`, or the
    /// number in `patient_id`.
    #[arg(long, value_name = "ID")]
    pub(crate) patient: String,
    /// The snapshot to ask; the newest if not given.
    #[arg(long)]
    pub(crate) snapshot: Option<i64>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Why you look: treatment, or another purpose for which you may see rows.
    #[arg(long, default_value = "treatment")]
    pub(crate) purpose: PurposeOfUse,
    /// For which study.
    #[arg(long)]
    pub(crate) study: Option<StudyId>,
}

impl CohortCommand {
    /// Whether it asks about people; the others need no data folder.
    pub(crate) fn asks(&self) -> bool {
        match self {
            Self::Count(_)
            | Self::Attrition { .. }
            | Self::Explain(_)
            | Self::Results(_)
            | Self::Overlap(_)
            | Self::Members(_) => true,
            Self::Check { .. }
            | Self::Format(_)
            | Self::Words { .. }
            | Self::Diff { .. }
            | Self::Import(_)
            | Self::Export { .. }
            | Self::Sql(_)
            | Self::Library(_)
            | Self::Schema { .. } => false,
        }
    }
}

/// Arguments of `cohort format`.
#[derive(Debug, Args)]
pub(crate) struct CohortFormatArgs {
    /// Definitions or concept sets, as text or as JSON.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Which face: the text, or JSON.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Write each file anew instead of printing it.
    #[arg(long, conflicts_with = "check")]
    pub(crate) write: bool,
    /// Change nothing, and fail if a file is not written in the canonical way.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Arguments of `cohort sql`.
#[derive(Debug, Args)]
pub(crate) struct CohortSqlArgs {
    /// The definition; what it uses stands beside it, or comes with the program.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The first day of the data.
    #[arg(long, value_name = "DAY", default_value = "1900-01-01", value_parser = day)]
    pub(crate) from: LocalDate,
    /// The last day of the data.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) until: LocalDate,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
}

fn day(text: &str) -> Result<LocalDate, String> {
    LocalDate::parse(text).map_err(|_| "a day is written as 2024-05-17".to_owned())
}

/// Arguments of `cohort import`.
#[derive(Debug, Args)]
pub(crate) struct CohortImportArgs {
    /// The expression, as ATLAS exports it.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Its name in our language; made from the file's name if not given.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What people call it.
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: Option<String>,
    /// Where it was published.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: Option<String>,
    /// A folder for the definition and its concept sets; the definition is printed, and no file is
    /// written, if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Arguments of `cohort library`.
#[derive(Debug, Args)]
pub(crate) struct CohortLibraryArgs {
    /// The phenotype to copy; lists all if not given.
    #[arg(requires = "out", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Where to: the definition and everything that it uses.
    #[arg(long, requires = "name", value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}
