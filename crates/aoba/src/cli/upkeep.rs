//! What `aoba snapshots`, `aoba optimize` and `aoba study` are told.

use clap::{Args, Subcommand};
use vocab::StudyId;

use super::{ListFormat, ReportFormat};

/// What to do with snapshots.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotsCommand {
    /// Let old snapshots go and free what only they named. The newest stays, and what a study keeps.
    Expire(ExpireArgs),
    /// Let a study keep a snapshot for as long as it needs it.
    Pin {
        /// The snapshot's number.
        snapshot: i64,
        /// The study.
        #[arg(long)]
        study: StudyId,
    },
    /// Take a study's pin away.
    Unpin {
        /// The snapshot's number.
        snapshot: i64,
        /// The study.
        #[arg(long)]
        study: StudyId,
    },
}

/// Arguments of `snapshots expire`.
#[derive(Debug, Args)]
pub(crate) struct ExpireArgs {
    /// How many of the newest stay whatever their age.
    #[arg(long, default_value_t = 30, value_name = "N")]
    pub(crate) keep: usize,
    /// Only snapshots older than this go.
    #[arg(long, default_value_t = 30, value_name = "DAYS")]
    pub(crate) older_than_days: u32,
    /// Tell what would go, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Arguments of `optimize`.
#[derive(Debug, Args)]
pub(crate) struct OptimizeArgs {
    /// Full files too, until no two files of a table hold the same patient.
    #[arg(long)]
    pub(crate) whole: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What to do with studies.
#[derive(Debug, Subcommand)]
pub(crate) enum StudyCommand {
    /// Record a study, or give a known one a new title.
    Record {
        /// Its id.
        study: StudyId,
        /// What it is called in Japanese.
        #[arg(long)]
        title_ja: String,
        /// What it is called in English; as in Japanese if not given.
        #[arg(long)]
        title_en: Option<String>,
    },
    /// List the studies.
    List {
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
}
