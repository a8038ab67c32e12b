//! What `aoba backup` and `aoba restore` are told.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ListFormat;

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct BackupArgs {
    /// What to do instead of making a backup.
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    /// Where to: a backup's folder, or one that is empty or not there yet; best on another disk.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// How many generations stay: the oldest go once a new one is finished.
    #[arg(long, default_value_t = 7, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: u32,
    /// Leave the keys out; whoever restores must have them from elsewhere.
    #[arg(long)]
    pub(crate) without_keys: bool,
    /// Copy every file again, taking none from the generation before.
    #[arg(long)]
    pub(crate) afresh: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What to do with a backup.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Read every byte of a backup and compare it with what was written.
    Verify(BackupVerifyArgs),
    /// List the generations.
    List {
        /// The backup's folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
}

/// Arguments of `backup verify`.
#[derive(Debug, Args)]
pub(crate) struct BackupVerifyArgs {
    /// The backup's folder.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Only this generation.
    #[arg(long, value_name = "N")]
    pub(crate) generation: Option<u64>,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup's folder. The new home is named with --home: empty, or not there yet.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Which generation; the newest if not given.
    #[arg(long, value_name = "N")]
    pub(crate) generation: Option<u64>,
    /// Where home.key and identity.key lie, for a backup without keys.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}
