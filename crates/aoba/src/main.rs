//! The one program. See `ARCHITECTURE.md` for the map.
//!
//! Exit codes: 0 done; 1 failed, and standard error says what, where and what to do; 2 the command
//! line has a mistake; 3 done, but lines were quarantined and `--strict` was given; 4 refused, for
//! want of a permit.

mod asking;
mod audit;
mod backup;
mod bench;
mod cli;
mod cohort;
mod config;
mod consent;
mod demo;
mod digest;
mod doctor;
mod erase;
mod faults;
mod house;
mod index;
mod ingest;
mod ledgers;
mod output;
mod people;
mod permits;
mod progress;
mod pull;
mod report;
mod roles;
mod stats;
mod synth;
mod upkeep;
mod view;

use std::process::ExitCode;

use clap::Parser as _;
use lake::landing::LandingError;
use lake::storage::StorageError;
use lake::{IndexError, LakeError, ReaderError};
use ledger::LedgerError;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use vocab::Locale;

use crate::audit::checkpoints::{self, Made};
use crate::backup::BackupError;
use crate::cli::{AuditCommand, Cli, Command};
use crate::cohort::CohortError;
use crate::consent::Wish;
use crate::house::House;
use crate::pull::{AskError, PullError};
use crate::synth::SynthError;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FAILED: u8 = 1;
const QUARANTINED: u8 = 3;
const REFUSED: u8 = 4;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let locale = cli.lang.unwrap_or_else(of_the_machine);
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(told(std::env::var("AOBA_LOG").ok().as_deref()))
        .init();
    let ended = run(&cli, locale).and_then(|code| match output::failed() {
        Some(error) => Err(anyhow::Error::new(error).context("cannot print")),
        None => Ok(code),
    });
    match ended {
        Ok(code) => ExitCode::from(code),
        // Whoever reads the output has read enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aoba: {}", say(&error, locale));
            let refused = error.chain().any(|cause| {
                let cause = cause.downcast_ref::<LedgerError>();
                cause.is_some_and(|cause| matches!(cause, LedgerError::Refused { .. }))
            });
            ExitCode::from(if refused { REFUSED } else { FAILED })
        }
    }
}

/// What is logged: as asked for, else warnings, and each time that a request to an object store is
/// made again, which may go on for minutes.
fn told(asked: Option<&str>) -> Targets {
    match asked.and_then(|level| level.parse::<tracing::Level>().ok()) {
        Some(level) => Targets::new().with_default(level),
        None => Targets::new()
            .with_default(tracing::Level::WARN)
            .with_target("object_store::client::retry", tracing::Level::INFO)
            .with_target("lake::storage::careful", tracing::Level::INFO),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// The error in the reader's language, where it speaks both; what was being done comes first.
fn say(error: &anyhow::Error, locale: Locale) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        let ledger = cause.downcast_ref::<LedgerError>().map(|cause| cause.say(locale));
        let storage = cause.downcast_ref::<StorageError>().map(|cause| cause.say(locale));
        let synth = cause.downcast_ref::<SynthError>().map(|cause| cause.say(locale));
        let pull = cause.downcast_ref::<PullError>().map(|cause| cause.say(locale));
        let asked = cause.downcast_ref::<AskError>().map(|cause| cause.say(locale));
        let backup = cause.downcast_ref::<BackupError>().map(|cause| cause.say(locale));
        let lake = cause.downcast_ref::<LakeError>().and_then(|cause| cause.say(locale));
        let landing = cause.downcast_ref::<LandingError>().and_then(|cause| match cause {
            LandingError::Storage(cause) => Some(cause.say(locale)),
            _ => None,
        });
        let cohort = cause.downcast_ref::<CohortError>().map(|cause| cause.say(locale));
        let reader = cause.downcast_ref::<ReaderError>().map(|cause| cause.say(locale));
        let index = cause.downcast_ref::<IndexError>().map(|cause| cause.say(locale));
        let others = synth
            .or(cohort)
            .or(index)
            .or(reader)
            .or(pull)
            .or(asked)
            .or(backup)
            .or(lake)
            .or(landing);
        if let Some(spoken) = ledger.or(storage).or(others) {
            words.push(spoken);
            return words.join(": ");
        }
        words.push(cause.to_string());
    }
    format!("{error:#}")
}

/// The language of the machine's settings; English where they name neither.
fn of_the_machine() -> Locale {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let told = names.iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    told.and_then(|value| value.parse().ok()).unwrap_or_default()
}

fn run(cli: &Cli, locale: Locale) -> anyhow::Result<u8> {
    match &cli.command {
        Command::View { command } => {
            return Ok(if view::command(command, locale)? { 0 } else { FAILED });
        }
        Command::Cohort { command } if !command.asks() => {
            return Ok(if cohort::command(command, locale)? { 0 } else { FAILED });
        }
        Command::Audit { command: AuditCommand::Verify(args) } if args.offline.is_some() => {
            audit::verify_offline(args, locale)?;
            return Ok(0);
        }
        Command::Bench { command } => {
            return Ok(if bench::run(command, &cli.home, locale)? { 0 } else { FAILED });
        }
        _ => {}
    }
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    threads.block_on(act(cli, locale))
}

async fn act(cli: &Cli, locale: Locale) -> anyhow::Result<u8> {
    let home = cli.home.as_path();
    match &cli.command {
        Command::Demo(args) => demo::demo(home, args, locale).await?,
        Command::Serve(args) => demo::serve(home, args, locale).await?,
        Command::Synth(args) => return synth::command(args, locale).await,
        Command::Backup(args) => {
            return Ok(if backup::command(home, args, locale).await? { 0 } else { FAILED });
        }
        Command::Restore(args) => {
            return Ok(if backup::restore(home, args, locale).await? { 0 } else { FAILED });
        }
        Command::Doctor { deep } => {
            return Ok(if doctor::command(home, *deep, locale).await? { 0 } else { FAILED });
        }
        Command::Ingest(args) => {
            let house = House::open(home, locale).await?;
            let quarantined = ingest::command(&house, args).await?;
            checkpoints::after_command(&house, Made::Always).await;
            return Ok(if quarantined > 0 && args.strict { QUARANTINED } else { 0 });
        }
        Command::Pull(args) if !args.status => {
            let house = House::open(home, locale).await?;
            let code = pull::command(&house, args).await;
            checkpoints::after_command(&house, Made::Always).await;
            return code;
        }
        Command::Rebuild(args) if args.renew_identities => {
            let house = House::without_identities(home, locale).await?;
            ingest::rebuild(&house, args.quiet).await?;
            checkpoints::after_command(&house, Made::Always).await;
        }
        other => {
            let house = House::existing(home, locale).await?;
            let code = in_house(&house, other).await?;
            if let Some(made) = ends_with_checkpoint(other) {
                checkpoints::after_command(&house, made).await;
            }
            return Ok(code);
        }
    }
    Ok(0)
}

/// Whether a command ends with a checkpoint. What reads the audit adds none of itself, and after a
/// move this value of the ledger is closed.
fn ends_with_checkpoint(command: &Command) -> Option<Made> {
    match command {
        Command::Audit { .. } | Command::Ledger { .. } | Command::Report { .. } => None,
        Command::Rebuild(_) | Command::Erase(_) => Some(Made::Always),
        _ => Some(Made::WhereMany),
    }
}

async fn in_house(house: &House, command: &Command) -> anyhow::Result<u8> {
    match command {
        Command::Sql(args) => asking::sql(house, args).await?,
        Command::Tables(args) => asking::tables(house, args).await?,
        Command::Snapshots { command, format } => {
            upkeep::snapshots(house, command.as_ref(), *format).await?;
        }
        Command::Optimize(args) => upkeep::optimize(house, args).await?,
        Command::Index(args) => index::command(house, args).await?,
        Command::Study { command } => upkeep::study(house, command).await?,
        Command::Report { load, format } => ingest::report(house, *load, *format).await?,
        Command::OptOut(args) => consent::run(house, args, Wish::Out).await?,
        Command::OptIn(args) => consent::run(house, args, Wish::In).await?,
        Command::Erase(args) => erase::run(house, args).await?,
        Command::Erasures(args) => erase::list(house, args).await?,
        Command::Permit { command } => permits::run(house, command).await?,
        Command::People { command } => people::run(house, command).await?,
        Command::Audit { command } => audit::run(house, command).await?,
        Command::Ledger { command } => ledgers::run(house, command).await?,
        Command::Rebuild(args) => ingest::rebuild(house, args.quiet).await?,
        Command::Pull(args) => return pull::command(house, args).await,
        Command::Cohort { command } => cohort::ask(house, command).await?,
        Command::Demo(_)
        | Command::Serve(_)
        | Command::Ingest(_)
        | Command::Synth(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Doctor { .. }
        | Command::View { .. }
        | Command::Bench { .. } => {}
    }
    Ok(0)
}
