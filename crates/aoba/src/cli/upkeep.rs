//! What `aoba snapshots`, `aoba optimize`, `aoba study`, `aoba rebuild` and `aoba ledger` are told.

use std::path::PathBuf;

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

/// Arguments of `index`.
#[derive(Debug, Args)]
pub(crate) struct IndexArgs {
    /// Read everybody again, whatever there is.
    #[arg(long)]
    pub(crate) anew: bool,
    /// Change nothing: read every byte again and compare it with what was written.
    #[arg(long, conflicts_with = "anew")]
    pub(crate) check: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
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

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    /// The identity store on a server was lost: fill an empty one from the landing.
    #[arg(long)]
    pub(crate) renew_identities: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What to do with the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Tell where ledger and identity store are, and how many lines the audit log has.
    Show {
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Copy the ledger out of its files into empty PostgreSQL schemas, verify the copy, and close the
    /// files. Passwords: a file, or AOBA_LEDGER_PASSWORD and AOBA_IDENTITY_PASSWORD.
    Move(MoveArgs),
}

/// Arguments of `ledger move`.
#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// Where the ledger goes, such as postgres://aoba@db.example/aoba; no password.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Where the identity store goes: another database, or another ?schema=.
    #[arg(long, value_name = "URL")]
    pub(crate) identity_to: String,
    /// A file with the password.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// A file with the password for the identity store, where it is another one.
    #[arg(long, value_name = "FILE")]
    pub(crate) identity_password_file: Option<PathBuf>,
}
