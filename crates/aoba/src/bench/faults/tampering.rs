//! The audit changed on purpose, in six ways, and whether it is seen; proofs that others published;
//! and what a line costs.
//!
//! Whoever tampers here knows how the audit is made, and in half of the cases mends what can be
//! mended: numbers, the hash of the row itself. Only who makes the whole chain anew, with the head
//! beside it, has to be caught by a checkpoint that left the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use ledger::{
    Against, AuditFilter, AuditHead, AuditRow, ExportForm, PublicKey, TreeHash, TreeHead,
    audit_cost, is_consistent, is_included, verify_export, verify_rows,
};
use serde_json::Value;
use synth::dice::Dice;
use vocab::{Locale, PurposeOfUse};

use super::hospital::Source;
use super::kept::Home;
use super::{runtime, verdict};
use crate::bench::runs::to_f64;
use crate::cli::BenchFaultsArgs;
use crate::house::House;

/// So many looks are in the audit that is tampered with, half of them under a checkpoint that left.
const LOOKS: u32 = 400;
/// How many commits of each kind are timed.
const COMMITS: u64 = 2_000;

/// What is done to rows.
type Tampering = (&'static str, fn(&mut Audited, &mut Dice));

const TAMPERINGS: [Tampering; 6] = [
    ("change", change),
    ("delete", delete),
    ("insert", insert),
    ("reorder", reorder),
    ("truncate", truncate),
    ("rewrite the whole chain", rewrite),
];

/// An audit, and the head that is kept beside it.
#[derive(Clone)]
struct Audited {
    rows: Vec<AuditRow>,
    head: AuditHead,
}

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let home = Source::new(args.patients, args.seed, folder).home(folder.join("home"))?;
    let (audited, key, outside, export) = runtime()?.block_on(prepare(&home.path))?;
    let mut well = tamper(args, &audited, (&key, &outside));
    well &= tamper_exports(args, &export, &key)?;
    well &= vectors(args.vectors.as_deref())?;
    let (lines, load_seconds) = a_load(args, &home, folder)?;
    let cost = runtime()?.block_on(audit_cost(&folder.join("cost"), COMMITS))?;
    let each = |time: std::time::Duration| time.as_secs_f64() * 1_000.0 / to_f64(cost.commits);
    let [all, line, bare] = [cost.with_line, cost.without_head, cost.without_line].map(each);
    println!(
        "cost of a line: a commit of one small row takes {bare:.3} ms, with its line {line:.3} ms \
         ({:+.0} %), with the head kept outside too {all:.3} ms; a checkpoint over {} lines {:.1} ms",
        100.0 * (line / bare - 1.0),
        2 * cost.commits,
        cost.checkpoints.as_secs_f64() * 1_000.0
    );
    println!(
        "a load of two patients leaves {lines} lines in {load_seconds:.2} s: {:.1} % of it, the head \
         among it",
        100.0 * to_f64(lines) * (all - bare) / 1_000.0 / load_seconds
    );
    Ok(well)
}

/// How many lines a load leaves, and how long it takes.
fn a_load(args: &BenchFaultsArgs, home: &Home, folder: &Path) -> anyhow::Result<(u64, f64)> {
    let act = Source::new(args.patients, args.seed, folder).load(1)?;
    let lines = async || {
        let house = House::existing(&home.path, Locale::En).await?;
        anyhow::Ok(house.ledger.audit().newest().await?.seq.unsigned_abs())
    };
    let before = runtime()?.block_on(lines())?;
    let start = Instant::now();
    let ended = home.attempt(&act.arguments(home))?;
    let seconds = start.elapsed().as_secs_f64();
    if !ended.success() {
        bail!("the load failed: {}{}", ended.out, ended.err);
    }
    Ok((runtime()?.block_on(lines())? - before, seconds))
}

/// An audit with a checkpoint in the middle that an auditor took away, and an export of it all.
async fn prepare(home: &Path) -> anyhow::Result<(Audited, PublicKey, [String; 1], Vec<u8>)> {
    let house = House::existing(home, Locale::En).await?;
    let look = async || {
        let purpose = PurposeOfUse::QualityImprovement;
        house.ledger.permit(&house.actor, purpose, None, "bench-audit", "").await
    };
    for _ in 0..LOOKS / 2 {
        look().await?;
    }
    let checkpoints = house.ledger.checkpoints();
    let taken = checkpoints.make().await?.context("no row is new")?;
    for _ in 0..LOOKS / 2 {
        look().await?;
    }
    let (audit, mut export) = (house.ledger.audit(), Vec::new());
    let filter = AuditFilter::default();
    audit.export((&filter, ExportForm::Ndjson), &[], &house.actor, &mut export).await?;
    let (rows, head) = (audit.rows(&filter).await?, audit.newest().await?);
    Ok((Audited { rows, head }, checkpoints.key()?, [taken.note], export))
}

/// Tampers with the rows of a ledger; true when each case was seen and the untouched rows are whole.
fn tamper(
    args: &BenchFaultsArgs,
    audited: &Audited,
    (key, outside): (&PublicKey, &[String]),
) -> bool {
    let is_seen = |audited: &Audited, outside: &[String]| {
        let Audited { rows, head } = audited;
        verify_rows(rows, head, Against { key, outside }).first_broken.is_some()
    };
    let mut well = !is_seen(audited, outside);
    let mut dice = Dice::new(args.seed, 60);
    for (name, act) in TAMPERINGS {
        let (mut seen, mut inside) = (0, 0);
        for _ in 0..args.tamperings {
            let mut other = audited.clone();
            act(&mut other, &mut dice);
            seen += u64::from(is_seen(&other, outside));
            inside += u64::from(is_seen(&other, &[]));
        }
        well &= seen == args.tamperings;
        println!(
            "audit, {name}: {seen} of {} seen ({inside} without a checkpoint from outside): {}",
            args.tamperings,
            verdict(seen == args.tamperings)
        );
    }
    well
}

/// A row, not one of the first two, so that something stands before it.
fn some(audited: &Audited, dice: &mut Dice) -> usize {
    let rows = u32::try_from(audited.rows.len()).unwrap_or(u32::MAX);
    2 + dice.below(rows.saturating_sub(2)) as usize
}

/// The row's own hash made to fit again.
fn mend(row: &mut AuditRow) {
    row.hash = row.computed_hash();
}

fn change(audited: &mut Audited, dice: &mut Dice) {
    let (at, field, mends) = (some(audited, dice), dice.below(5), dice.chance(0.5));
    let Some(row) = audited.rows.get_mut(at) else { return };
    match field {
        0 => row.actor.push('x'),
        1 => row.act = if row.act == "permit" { "refuse" } else { "permit" }.to_owned(),
        2 => row.object.push_str("/1"),
        3 => row.purpose = row.purpose.take().xor(Some("treatment".to_owned())),
        _ => row.detail.push(' '),
    }
    if mends {
        mend(row);
    }
}

fn delete(audited: &mut Audited, dice: &mut Dice) {
    let (at, closes_up) = (some(audited, dice), dice.chance(0.5));
    audited.rows.remove(at);
    for row in audited.rows.iter_mut().skip(at).filter(|_| closes_up) {
        row.seq -= 1;
        mend(row);
    }
}

fn insert(audited: &mut Audited, dice: &mut Dice) {
    let (at, makes_room) = (some(audited, dice), dice.chance(0.5));
    let (Some(before), Some(row)) = (audited.rows.get(at - 1), audited.rows.get(at)) else {
        return;
    };
    let mut new = AuditRow { prev_hash: before.hash.clone(), ..row.clone() };
    new.actor.push('x');
    mend(&mut new);
    audited.rows.insert(at, new);
    for row in audited.rows.iter_mut().skip(at + 1).filter(|_| makes_room) {
        row.seq += 1;
        mend(row);
    }
}

fn reorder(audited: &mut Audited, dice: &mut Dice) {
    let (one, mut other, renumbers) = (some(audited, dice), some(audited, dice), dice.chance(0.5));
    if one == other {
        other = if one > 2 { one - 1 } else { one + 1 };
    }
    audited.rows.swap(one, other);
    for at in [one, other].into_iter().filter(|_| renumbers) {
        let seq = i64::try_from(at).unwrap_or(i64::MAX) + 1;
        if let Some(row) = audited.rows.get_mut(at) {
            row.seq = seq;
            mend(row);
        }
    }
}

fn truncate(audited: &mut Audited, dice: &mut Dice) {
    let at = some(audited, dice);
    audited.rows.truncate(at);
}

/// A row under the checkpoint is changed, and everything after it is made to fit.
fn rewrite(audited: &mut Audited, dice: &mut Dice) {
    let at = 2 + dice.below(LOOKS / 2) as usize;
    if let Some(row) = audited.rows.get_mut(at) {
        row.actor.push('x');
    }
    let mut prev = audited.rows.get(at.saturating_sub(1)).map(|row| row.hash.clone());
    for row in audited.rows.iter_mut().skip(at) {
        row.prev_hash = prev.take().unwrap_or_default();
        mend(row);
        prev = Some(row.hash.clone());
    }
    if let Some(hash) = prev {
        audited.head.hash = hash;
    }
}

/// Tampers with the lines of an export, without the house's key.
fn tamper_exports(args: &BenchFaultsArgs, export: &[u8], key: &PublicKey) -> anyhow::Result<bool> {
    let text = std::str::from_utf8(export)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut dice = Dice::new(args.seed, 61);
    let rows = u32::try_from(lines.len().saturating_sub(2))?;
    let is_seen = |lines: &[String]| -> anyhow::Result<bool> {
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        Ok(verify_export(text.as_bytes(), key, &[])?.is_err())
    };
    let whole: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    if is_seen(&whole)? {
        bail!("the export is not what was written before anybody touched it");
    }
    let mut seen = 0;
    for number in 0..args.tamperings {
        // Neither the first line nor the seal.
        let at = 1 + dice.below(rows) as usize;
        let mut lines = whole.clone();
        match number % 5 {
            0 => lines = changed(lines, at),
            1 => drop(lines.remove(at)),
            2 => lines.insert(at, lines.get(at).cloned().unwrap_or_default()),
            3 if at > 1 => lines.swap(at - 1, at),
            3 => lines.swap(at, at + 1),
            _ => lines.truncate(at),
        }
        seen += u64::from(is_seen(&lines)?);
    }
    let well = seen == args.tamperings;
    println!(
        "exports of the audit, changed, deleted, inserted, reordered, cut: {seen} of {} seen: {}",
        args.tamperings,
        verdict(well)
    );
    Ok(well)
}

/// One letter of a line's actor changed.
fn changed(mut lines: Vec<String>, at: usize) -> Vec<String> {
    if let Some(line) = lines.get_mut(at) {
        *line = line.replacen("\"actor\":\"", "\"actor\":\"x", 1);
    }
    lines
}

/// The published proofs in a folder: good ones must be accepted, bad ones refused.
fn vectors(folder: Option<&Path>) -> anyhow::Result<bool> {
    let Some(folder) = folder else {
        println!("published proofs: SKIPPED, no --vectors FOLDER was given");
        return Ok(true);
    };
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    let (mut passed, mut good) = (0, 0);
    for file in &files {
        let vector: Value = serde_json::from_slice(&fs::read(file)?)?;
        let expected = !vector["wantErr"].as_bool().context("a vector without wantErr")?;
        good += u64::from(expected);
        match holds(&vector).unwrap_or(false) == expected {
            true => passed += 1,
            false => println!("  {}: {}", file.display(), vector["desc"]),
        }
    }
    let well = passed == files.len() && passed > 0;
    println!(
        "published proofs: {passed} of {} passed, {good} of them good: {}",
        files.len(),
        verdict(well)
    );
    Ok(well)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("--vectors {}", folder.display()))? {
        let path = entry?.path();
        match path.is_dir() {
            true => gather(&path, files)?,
            false if path.extension().is_some_and(|ending| ending == "json") => files.push(path),
            false => {}
        }
    }
    Ok(())
}

/// Whether a published proof holds; none where its hashes are none.
fn holds(vector: &Value) -> Option<bool> {
    let path = vector["proof"].as_array().map_or(&[][..], Vec::as_slice);
    let path = path.iter().map(|hash| TreeHash::from_base64(hash.as_str()?));
    let path: Vec<TreeHash> = path.collect::<Option<_>>()?;
    let head = |size: &str, root: &str| {
        Some(TreeHead { size: vector[size].as_u64()?, root: stood_for(vector[root].as_str()?) })
    };
    if vector["leafIdx"].is_null() {
        return Some(is_consistent(head("size1", "root1")?, head("size2", "root2")?, &path));
    }
    let leaf = TreeHash::from_base64(vector["leafHash"].as_str()?)?;
    Some(is_included(leaf, vector["leafIdx"].as_u64()?, &path, head("treeSize", "root")?))
}

/// A root; one of another length, which no tree of ours has, is stood for by its own letters, so
/// that equal ones stay equal.
fn stood_for(text: &str) -> TreeHash {
    TreeHash::from_base64(text).unwrap_or_else(|| {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        TreeHash(bytes)
    })
}
