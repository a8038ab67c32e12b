//! Two processes commit small facts into one ledger at the same time: none is lost, each is there
//! once, and the audit is one chain.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};
use ledger::{OptIn, OptOut};
use vocab::{Locale, PatientId, PurposeOfUse};

use super::hospital::Source;
use super::kept::Home;
use super::{runtime, verdict};
use crate::bench::runs::to_f64;
use crate::cli::{BenchCommitsArgs, BenchFaultsArgs};
use crate::demo::INVENTED;
use crate::house::House;

/// Whose decisions the writers record.
const PATIENT: &str = "p-0000002";

/// How many processes write.
const WRITERS: u32 = 2;

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let home = Source::new(args.patients, args.seed, folder).home(folder.join("home"))?;
    home.on_server(args)?;
    let before = runtime()?.block_on(look(&home.path))?;
    let (start, count) = (Instant::now(), args.commits.to_string());
    let mut children = Vec::new();
    for writer in 1..=WRITERS {
        let writer = writer.to_string();
        let commits = ["bench", "commits", "--count", &count, "--writer", &writer];
        children.push(home.command(&commits)?.spawn()?);
    }
    let mut failed = 0;
    for mut child in children {
        failed += u64::from(!child.wait()?.success());
    }
    let seconds = start.elapsed().as_secs_f64();
    let after = runtime()?.block_on(look(&home.path))?;
    let made = args.commits * u64::from(WRITERS);
    let all: BTreeSet<String> = (1..=WRITERS)
        .flat_map(|writer| (1..=args.commits).map(move |number| reason(writer, number)))
        .collect();
    let there: BTreeSet<&String> = after.reasons.iter().collect();
    let lost = all.iter().filter(|reason| !there.contains(reason)).count();
    let doubled = after.reasons.len() - there.len();
    let well = failed == 0
        && lost == 0
        && doubled == 0
        && after.epoch == before.epoch + made
        && after.audit_rows == before.audit_rows + made
        && after.audit_is_whole
        && doctor_is_well(&home)?;
    println!(
        "two writers: {made} commits by two processes in {seconds:.1} s, {:.0} a second: {}",
        to_f64(made) / seconds,
        verdict(well)
    );
    println!(
        "  lost {lost}, doubled {doubled}; the count that each raised by one went from {} to {}; \
         audit rows {} to {}",
        before.epoch, after.epoch, before.audit_rows, after.audit_rows
    );
    Ok(well)
}

fn doctor_is_well(home: &Home) -> anyhow::Result<bool> {
    Ok(home.attempt(&["doctor", "--deep"])?.success())
}

/// What the ledger holds of the patient whose decisions are recorded.
struct Seen {
    epoch: u64,
    audit_rows: u64,
    audit_is_whole: bool,
    reasons: Vec<String>,
}

async fn look(home: &Path) -> anyhow::Result<Seen> {
    let house = House::existing(home, Locale::En).await?;
    let consents = house.ledger.consents();
    let verdict = house.ledger.audit().verify().await?;
    let decisions = consents.decisions(patient(&house).await?).await?;
    Ok(Seen {
        epoch: consents.epoch().await?,
        audit_rows: verdict.rows,
        audit_is_whole: verdict.first_broken.is_none(),
        reasons: decisions.into_iter().map(|decision| decision.reason).collect(),
    })
}

async fn patient(house: &House) -> anyhow::Result<PatientId> {
    let found = house.ledger.identity().find(&format!("{INVENTED}/{PATIENT}")).await?;
    found.first().copied().context("the hospital has no such patient")
}

fn reason(writer: u32, number: u64) -> String {
    format!("writer {writer}, commit {number}")
}

/// Commits as one of the writers: out and in again, each reading the count it raises.
pub(super) fn commit(args: &BenchCommitsArgs, home: &Path, locale: Locale) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let house = House::existing(home, locale).await?;
        let (patient, consents) = (patient(&house).await?, house.ledger.consents());
        let mut last = consents.epoch().await?;
        for number in 1..=args.count {
            let (purposes, by) = (vec![PurposeOfUse::Research], house.actor.clone());
            let reason = reason(args.writer, number);
            let recorded = match number % 2 {
                1 => consents.opt_out(OptOut { patient, purposes, reason, by }).await?,
                _ => consents.opt_in(OptIn { patient, purposes, reason, by }).await?,
            };
            if recorded.epoch <= last {
                bail!("a commit got the number {} after {last}", recorded.epoch);
            }
            last = recorded.epoch;
        }
        Ok(())
    })
}
