//! The words of `aoba audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use vocab::Actor;

use super::ListFormat;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute every hash, hold the rows against each checkpoint and the head kept outside.
    Verify(AuditVerifyArgs),
    /// Print the newest lines.
    Show(AuditShowArgs),
    /// Print the public key that checks the checkpoints: give it to whoever audits the house.
    Key,
    /// Make a checkpoint of all lines, send it to the places of the settings, and print it.
    Checkpoint,
    /// Write lines into a file, each with its proof, for an auditor to verify elsewhere.
    Export(AuditExportArgs),
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
pub(crate) struct AuditVerifyArgs {
    /// Verify this export instead, without a data folder.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) offline: Option<PathBuf>,
    /// The house's public key, or a file that holds it.
    #[arg(long, value_name = "KEY", requires = "offline")]
    pub(crate) key: Option<String>,
    /// Checkpoints kept elsewhere: a file of notes or of lines of a log, or a folder of such files.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
}

/// Arguments of `audit show`.
#[derive(Debug, Args)]
pub(crate) struct AuditShowArgs {
    /// How many.
    #[arg(long, default_value_t = 50)]
    pub(crate) last: u32,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

/// Arguments of `audit export`.
#[derive(Debug, Args)]
pub(crate) struct AuditExportArgs {
    /// The file to write; it must not be there yet.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Only from this day on.
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Date>,
    /// Only up to this day, itself among them.
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Date>,
    /// Only what this person did.
    #[arg(long)]
    pub(crate) actor: Option<Actor>,
    /// Only what was done to this patient, named as for opt-out.
    #[arg(long)]
    pub(crate) patient: Option<String>,
    /// Checkpoints that the auditor holds: a choice of lines then proves that it goes on from them.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// How to write: only `ndjson` can be verified.
    #[arg(long, value_enum, default_value_t = AuditExportFormat::Ndjson)]
    pub(crate) format: AuditExportFormat,
}

/// Formats of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditExportFormat {
    /// A JSON object a line, with proofs and a seal.
    Ndjson,
    /// Comma-separated, to be read.
    Csv,
}
