//! The words of the command line.

mod audit;
mod backup;
mod bench;
mod cohort;
mod erase;
mod people;
mod pull;
mod upkeep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use vocab::{Actor, Locale, PurposeOfUse, StudyId};

pub(crate) use self::cohort::{
    CohortAskArgs, CohortCommand, CohortEngine, CohortExplainArgs, CohortFormatArgs,
    CohortImportArgs, CohortLibraryArgs, CohortLookArgs, CohortMembersArgs, CohortOverlapArgs,
    CohortSqlArgs, MembersFormat,
};
pub(crate) use audit::{
    AuditCommand, AuditExportArgs, AuditExportFormat, AuditShowArgs, AuditVerifyArgs,
};
pub(crate) use backup::{BackupArgs, BackupCommand, BackupVerifyArgs, RestoreArgs};
pub(crate) use bench::{
    BenchArgs, BenchChangeArgs, BenchCohortArgs, BenchCommand, BenchCommitsArgs,
    BenchDisclosureArgs, BenchFaultsArgs, BenchFuzzArgs, BenchIndexArgs, BenchSearchArgs,
    BenchSqlArgs, BenchSynthArgs, FaultPart,
};
pub(crate) use erase::{EraseArgs, ErasuresArgs};
pub(crate) use people::{InviteArgs, PeopleCommand};
pub(crate) use pull::{AskArgs, By, PullArgs};
pub(crate) use upkeep::{
    ExpireArgs, IndexArgs, LedgerCommand, MoveArgs, OptimizeArgs, RebuildArgs, SnapshotsCommand,
    StudyCommand,
};

/// Aoba: a hospital's records in, lawful research-ready tables out.
#[derive(Debug, Parser)]
#[command(name = "aoba", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// The data folder.
    #[arg(
        long,
        global = true,
        env = "AOBA_HOME",
        default_value = "./aoba-home",
        value_name = "DIR"
    )]
    pub(crate) home: PathBuf,
    /// The language of reports: ja or en.
    #[arg(long, global = true, env = "AOBA_LANG", value_name = "LANG")]
    pub(crate) lang: Option<Locale>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What `aoba` does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load an invented hospital (or a folder of real FHIR) and show it in the browser.
    Demo(DemoArgs),
    /// Take FHIR files into the tables.
    Ingest(IngestArgs),
    /// Fetch records from a FHIR server into the tables: a bulk export, or searches.
    Pull(Box<PullArgs>),
    /// Show the portal in the browser, and run the pulls of the settings when they are due.
    Serve(ServeArgs),
    /// Run or check ViewDefinitions on their own, without a data folder.
    View {
        /// What to do with the views.
        #[command(subcommand)]
        command: ViewCommand,
    },
    /// Check, read, compare, import, export and answer definitions of cohorts.
    Cohort {
        /// What to do with definitions.
        #[command(subcommand)]
        command: CohortCommand,
    },
    /// Ask one question in SQL, through a permit and the gate.
    Sql(SqlArgs),
    /// List the tables.
    Tables(TablesArgs),
    /// List the snapshots, let studies keep them, or let old ones go.
    #[command(args_conflicts_with_subcommands = true)]
    Snapshots {
        /// What to do instead of listing.
        #[command(subcommand)]
        command: Option<SnapshotsCommand>,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Put the small files that many loads leave behind together; the rows stay the same.
    Optimize(OptimizeArgs),
    /// Bring the index of events up to date, by which cohorts are counted at once.
    Index(IndexArgs),
    /// Record or list the studies under which data are used.
    Study {
        /// What to do with studies.
        #[command(subcommand)]
        command: StudyCommand,
    },
    /// Show the report of a load (the last one if none is named).
    Report {
        /// The load's number.
        load: Option<i64>,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
    /// Record that a patient refuses secondary use; it takes effect at the next reading.
    OptOut(ConsentArgs),
    /// Record that a patient allows secondary use again.
    OptIn(ConsentArgs),
    /// Take one person's records out of everything, for ever, and print the certificate.
    Erase(EraseArgs),
    /// List the erasures, or show the certificate of one.
    Erasures(ErasuresArgs),
    /// List, grant or revoke the permits under which people look.
    Permit {
        /// What to do with permits.
        #[command(subcommand)]
        command: PermitCommand,
    },
    /// List, invite, close and reset the people who sign in.
    People {
        /// What to do with accounts.
        #[command(subcommand)]
        command: PeopleCommand,
    },
    /// Build every table again from the landing, with the views as they are now.
    Rebuild(RebuildArgs),
    /// Show where the ledger is, or move it to PostgreSQL.
    Ledger {
        /// What to do with the ledger.
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Check that everything is whole.
    Doctor {
        /// Read every byte of every file that matters, and compare it with what was written.
        #[arg(long)]
        deep: bool,
    },
    /// Copy the data folder while it is used; keeps several generations.
    Backup(BackupArgs),
    /// Make a data folder from a backup.
    Restore(RestoreArgs),
    /// Read, verify or export the audit log, and let its checkpoints out.
    Audit {
        /// What to do with the log.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Make a hospital whose patients never lived and whose truths are known, as FHIR files.
    Synth(SynthArgs),
    /// Measure this program, with other engines beside it.
    Bench {
        /// What to measure.
        #[command(subcommand)]
        command: BenchCommand,
    },
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// A folder of FHIR R4 files to show instead of the invented hospital.
    #[arg(conflicts_with_all = ["patients", "seed", "threads"])]
    pub(crate) folder: Option<PathBuf>,
    /// The invented hospital.
    #[command(flatten)]
    pub(crate) hospital: HospitalArgs,
    /// Where to listen; only loopback addresses are taken.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: String,
}

/// Which invented hospital.
#[derive(Clone, Debug, Args)]
pub(crate) struct HospitalArgs {
    /// How many patients, 1 to 5,000,000; the twelve named people come besides.
    #[arg(long, default_value_t = 2_000, value_name = "N", allow_negative_numbers = true)]
    pub(crate) patients: i128,
    /// What chance begins with: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1, value_name = "S", allow_negative_numbers = true)]
    pub(crate) seed: i128,
    /// How many threads work; one for each processor if not given.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) threads: Option<i128>,
}

/// Arguments of `synth`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct SynthArgs {
    /// What to do instead of making files.
    #[command(subcommand)]
    pub(crate) command: Option<SynthCommand>,
    /// Which hospital.
    #[command(flatten)]
    pub(crate) hospital: HospitalArgs,
    /// Where to write: a folder that is empty or not there yet.
    #[arg(long, required_unless_present = "into", value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// A data folder that is empty or not there yet: the patients go straight into its tables, and
    /// no file of records is written.
    #[arg(long, conflicts_with_all = ["out", "format", "gzip", "zstd"], value_name = "HOME")]
    pub(crate) into: Option<PathBuf>,
    /// The format of the records.
    #[arg(long, value_enum, default_value_t = SynthFormat::Ndjson)]
    pub(crate) format: SynthFormat,
    /// Pack the files with gzip.
    #[arg(long, conflicts_with = "zstd")]
    pub(crate) gzip: bool,
    /// Pack the files with Zstandard.
    #[arg(long)]
    pub(crate) zstd: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What to do with an invented hospital.
#[derive(Debug, Subcommand)]
pub(crate) enum SynthCommand {
    /// Estimate every planted truth from the records, and hold them against published figures.
    Check(SynthCheckArgs),
}

/// Arguments of `synth check`.
#[derive(Debug, Args)]
pub(crate) struct SynthCheckArgs {
    /// A folder that `aoba synth` made; if not given, a hospital is made and checked in passing.
    #[arg(conflicts_with_all = ["patients", "seed"])]
    pub(crate) folder: Option<PathBuf>,
    /// Which hospital.
    #[command(flatten)]
    pub(crate) hospital: HospitalArgs,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Formats of an invented hospital's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SynthFormat {
    /// FHIR R4, one resource a line, one file for each type.
    Ndjson,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; only loopback addresses are taken.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: String,
    /// Let whoever reaches this machine's loopback address in as its person, without signing in,
    /// even where people have accounts.
    #[arg(long)]
    pub(crate) open: bool,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Files or folders: NDJSON, Bundles or single resources, plain, .gz or .zst.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The name of the system that sent them.
    #[arg(long, default_value = "hospital", value_name = "NAME")]
    pub(crate) source: String,
    /// These files are everything the system holds: delete what is held of it, is of a type that
    /// these files have, and is not in them.
    #[arg(long)]
    pub(crate) delete_missing: bool,
    /// Delete nothing, and fail, when more than this share of what is held is missing.
    #[arg(long, default_value_t = 10, value_name = "PERCENT", requires = "delete_missing",
        value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) delete_at_most: u8,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// End with exit code 3 when any line was quarantined.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show no progress bar.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What to do with views.
#[derive(Debug, Subcommand)]
pub(crate) enum ViewCommand {
    /// Flatten files with views: `aoba view run VIEW.json… INPUT…`.
    Run(ViewRunArgs),
    /// Check views and say what is wrong, by path.
    Check {
        /// The views.
        #[arg(required = true, value_name = "VIEW")]
        views: Vec<PathBuf>,
        /// How to print.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
}

/// Arguments of `view run`.
#[derive(Debug, Args)]
pub(crate) struct ViewRunArgs {
    /// One or more ViewDefinitions, then files or folders of FHIR.
    #[arg(required = true, value_name = "VIEW… INPUT")]
    pub(crate) paths: Vec<PathBuf>,
    /// The format of the result.
    #[arg(long, value_enum, default_value_t = ViewFormat::Ndjson)]
    pub(crate) format: ViewFormat,
    /// Where to write: a file for one view, a folder for several; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say which parts run compiled and which on the general evaluator, and why; run nothing.
    #[arg(long)]
    pub(crate) explain: bool,
    /// End at the first line that cannot be taken, instead of reporting it and going on.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How many threads work; one for each processor if not given.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print seconds, processor seconds and peak memory at the end, as JSON on standard error.
    #[arg(long)]
    pub(crate) stats: bool,
}

/// Under which permit a command looks.
#[derive(Debug, Args)]
pub(crate) struct PermitArgs {
    /// Why you look: research, quality-improvement, operations, education or treatment.
    /// Compliance opens the audit log and no record.
    #[arg(long, default_value = "research")]
    pub(crate) purpose: PurposeOfUse,
    /// For which study.
    #[arg(long)]
    pub(crate) study: Option<StudyId>,
}

/// Arguments of `sql`.
#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// The question; `-` reads it from standard input.
    pub(crate) query: String,
    /// The snapshot to ask; the newest if not given.
    #[arg(long)]
    pub(crate) snapshot: Option<i64>,
    /// The format of the answer.
    #[arg(long, value_enum, default_value_t = SqlFormat::Table)]
    pub(crate) format: SqlFormat,
    /// Where to write the answer; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The permit.
    #[command(flatten)]
    pub(crate) permit: PermitArgs,
}

/// Arguments of `tables`.
#[derive(Debug, Args)]
pub(crate) struct TablesArgs {
    /// How to print.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
    /// The snapshot to count in; the newest if not given.
    #[arg(long)]
    pub(crate) snapshot: Option<i64>,
    /// A digest of each table's rows too, whatever their order and without the column `load`:
    /// equal where two homes of one key hold the same. Reads everything.
    #[arg(long)]
    pub(crate) digest: bool,
    /// The permit.
    #[command(flatten)]
    pub(crate) permit: PermitArgs,
}

/// Arguments of `opt-out` and `opt-in`.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// The patient: an identifier's value, `system|value`, the record's id, `source/id`, or the
    /// number in `patient_id`.
    pub(crate) patient: String,
    /// Which secondary uses; all of them if not given.
    #[arg(long = "purpose", value_name = "PURPOSE")]
    pub(crate) purposes: Vec<PurposeOfUse>,
    /// Why, for the audit log; no names.
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
}

/// What to do with permits.
#[derive(Debug, Subcommand)]
pub(crate) enum PermitCommand {
    /// List the grants in force.
    List {
        /// How to print.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Let somebody look.
    Grant {
        /// Who.
        #[arg(long)]
        to: Actor,
        /// Why they may look.
        #[arg(long)]
        purpose: PurposeOfUse,
        /// For which study only.
        #[arg(long)]
        study: Option<StudyId>,
    },
    /// Take a grant back.
    Revoke {
        /// The grant's number in `aoba permit list`.
        grant: i64,
    },
}

/// Formats of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For reading.
    Text,
    /// For programs.
    Json,
}

/// Formats of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For reading.
    Table,
    /// Comma-separated.
    Csv,
    /// An array of objects.
    Json,
}

/// Formats of a view's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewFormat {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, with a header.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file.
    Arrow,
}

/// Formats of an answer to SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SqlFormat {
    /// For reading.
    Table,
    /// Comma-separated, with a header.
    Csv,
    /// An array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC file.
    Arrow,
}
