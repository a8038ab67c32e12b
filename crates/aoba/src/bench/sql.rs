//! `aoba bench sql`: questions in SQL asked of the lake through permit and gate, and of DuckDB over
//! the same files.
//!
//! The questions are those of a file, written for five flat views (`patient`, `condition`,
//! `observation`, `encounter`, `medicationrequest`): the views are made of the lake's own tables, here
//! as common table expressions, there as views. Both are asked in a process that stands. Ours opens a
//! reader for each question: permit, line in the audit, gate and people are in its time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};
use lake::file::{Effort, Format, TableFile};
use serde_json::{Map, Value};
use vocab::{Locale, PurposeOfUse};

use super::peers::{Peers, Rows};
use super::runs::{median, to_f64};
use super::synth::{this_program, timed};
use super::{in_folder, print_processor};
use crate::cli::BenchSqlArgs;
use crate::house::House;

/// The five views over tables of the lake.
const VIEWS: &[(&str, (&str, &str))] = &[
    (
        "patient",
        (
            "patient",
            "select patient_id as id, gender, birth_date, deceased_at as deceased from {table}",
        ),
    ),
    ("condition", ("condition", "select patient_id, code, onset_at as onset from {table}")),
    (
        "observation",
        (
            "observation",
            "select resource_key as id, patient_id, code, value_quantity as value, \
             effective_at as effective from {table}",
        ),
    ),
    (
        "encounter",
        (
            "encounter",
            "select patient_id, class_code as class, period_start as \"start\" from {table}",
        ),
    ),
    (
        "medicationrequest",
        (
            "medication_request",
            "select patient_id, authored_on, medication_display as code_display from {table}",
        ),
    ),
];

/// The types whose resources the views are made of.
const TYPES: [&str; 5] = ["Patient", "Condition", "Observation", "Encounter", "MedicationRequest"];

pub(super) fn run(args: &BenchSqlArgs) -> anyhow::Result<()> {
    print_processor();
    in_folder("sql", args.folder.as_ref(), |folder| measured(args, folder))
}

fn measured(args: &BenchSqlArgs, folder: &Path) -> anyhow::Result<()> {
    let questions = questions(&args.queries)?;
    let peers = match args.alone {
        true => None,
        false => Some(Peers::find_duckdb(args.python.as_deref(), folder)?),
    };
    let peers = peers.filter(|peers| peers.duckdb);
    for copies in &args.copies {
        let (files, home) = (folder.join("files"), folder.join("home"));
        std::fs::create_dir_all(&files)?;
        for resource_type in TYPES {
            copy(&args.data, &files, resource_type, *copies)?;
        }
        let mut load = this_program()?;
        let run = timed(load.args(["ingest", "--quiet", "--home"]).arg(&home).arg(&files))?;
        std::fs::remove_dir_all(&files)?;
        println!("\n{copies} copies, loaded in {:.1} s", run.wall_seconds);
        let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let ours = threads.block_on(ask(&home, &questions, args.runs))?;
        compare(args, peers.as_ref(), (&home, &questions), &ours)?;
        std::fs::remove_dir_all(&home)?;
    }
    Ok(())
}

/// Tells the times of both, and whether their answers are the same.
fn compare(
    args: &BenchSqlArgs,
    peers: Option<&Peers>,
    (home, questions): (&Path, &BTreeMap<String, String>),
    ours: &BTreeMap<String, Rows>,
) -> anyhow::Result<()> {
    let theirs = match peers {
        Some(peers) => {
            let views = VIEWS.iter().copied().collect();
            Some(peers.run_sql(&home.join("lake"), &views, questions, args.runs)?)
        }
        None => None,
    };
    let (mut total, mut their_total) = (0.0, 0.0);
    for (name, our) in ours {
        total += our.seconds;
        let Some(their) = theirs.as_ref().and_then(|theirs| theirs.questions.get(name)) else {
            println!("{name}: {:8.1} ms, {} rows", our.seconds * 1e3, our.rows.len());
            continue;
        };
        their_total += their.seconds;
        let same = if in_order(&our.rows) == in_order(&their.rows) { "same" } else { "OTHER" };
        println!(
            "{name}: {:8.1} ms, DuckDB {:8.1} ms: {:5.2} of its time; {} rows, {same} answers",
            our.seconds * 1e3,
            their.seconds * 1e3,
            our.seconds / their.seconds,
            our.rows.len()
        );
    }
    if let Some(theirs) = theirs {
        println!(
            "in total {:.1} ms, DuckDB {} {:.1} ms ({:.0} MB at most): {:.2} of its time",
            total * 1e3,
            theirs.version,
            their_total * 1e3,
            to_f64(theirs.peak_rss_bytes) / 1e6,
            total / their_total
        );
    }
    Ok(())
}

/// The questions of a file, by the names in the comments before them: `-- Q1: …`.
fn questions(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut questions: BTreeMap<String, String> = BTreeMap::new();
    let mut of = None;
    for line in text.lines() {
        match line.strip_prefix("-- ") {
            Some(comment) => {
                of = comment.split_once(": ").map(|(name, _)| name.to_owned());
                of = of.filter(|name| name.starts_with('Q'));
            }
            None => {
                if let Some(name) = &of {
                    let text = questions.entry(name.clone()).or_default();
                    text.push_str(line.trim_end_matches(';'));
                    text.push('\n');
                }
            }
        }
    }
    if questions.is_empty() {
        bail!("{} has no question: each begins with a line `-- Q1: …`", file.display());
    }
    Ok(questions)
}

/// A question with the views that it is written for.
fn over_views(question: &str) -> String {
    let views: Vec<String> = VIEWS
        .iter()
        .map(|(name, (table, query))| format!("{name} as ({})", query.replace("{table}", table)))
        .collect();
    let views = views.join(", ");
    match question.trim_start().strip_prefix("with ") {
        Some(rest) => format!("with {views}, {rest}"),
        None => format!("with {views} {question}"),
    }
}

/// Asks each question once to bring the files into memory, then so often.
async fn ask(
    home: &Path,
    questions: &BTreeMap<String, String>,
    runs: usize,
) -> anyhow::Result<BTreeMap<String, Rows>> {
    let house = House::existing(home, Locale::En).await?;
    let mut told = BTreeMap::new();
    for (name, question) in questions {
        let question = over_views(question);
        let (mut times, mut rows) = (Vec::new(), Vec::new());
        for run in 0..=runs {
            let began = Instant::now();
            let purpose = PurposeOfUse::QualityImprovement;
            let permit = house.ledger.permit(&house.actor, purpose, None, "bench-sql", "").await?;
            let reader = house.lake.reader(permit, None).await?;
            let mut stream = reader
                .stream(&question)
                .await
                .map_err(|error| anyhow::anyhow!("{name}: {}", error.say(Locale::En)))?;
            let mut file =
                TableFile::create(Vec::new(), Format::Json, Effort::Small, &stream.schema())?;
            while let Some(batch) = stream.next().await? {
                file.write(&batch)?;
            }
            let answer = file.finish()?;
            if run > 0 {
                times.push(began.elapsed().as_secs_f64());
            }
            rows = serde_json::from_slice(&answer)?;
        }
        told.insert(name.clone(), Rows { seconds: median(times.into_iter()), rows });
    }
    Ok(told)
}

/// Rows in an order of their own, numbers to nine digits, without what is null.
fn in_order(rows: &[Map<String, Value>]) -> Vec<String> {
    let cell = |(name, value): (&String, &Value)| match value {
        Value::Null => None,
        Value::Number(number) => {
            Some(format!("{name}={:.8e}", number.as_f64().unwrap_or(f64::NAN)))
        }
        Value::String(text) => Some(format!("{name}={}", text.trim_end_matches("T00:00:00"))),
        other => Some(format!("{name}={other}")),
    };
    let row = |row: &Map<String, Value>| {
        let mut cells: Vec<String> = row.iter().filter_map(cell).collect();
        cells.sort_unstable();
        cells.join(" ")
    };
    let mut rows: Vec<String> = rows.iter().map(row).collect();
    rows.sort_unstable();
    rows
}

/// Copies the resources of a type so many times: those of each copy have other ids, and name each
/// other by them. Ids are those of Synthea, version 4 UUIDs.
fn copy(from: &Path, to: &Path, resource_type: &str, copies: u32) -> anyhow::Result<()> {
    let plain = from.join(resource_type).with_extension("ndjson");
    let packed = from.join(format!("{resource_type}.ndjson.gz"));
    let mut text = Vec::new();
    if plain.exists() {
        text = std::fs::read(&plain)?;
    } else {
        let file = File::open(&packed)
            .with_context(|| format!("cannot read {} or its .gz", plain.display()))?;
        let mut lines = BufReader::new(flate2::read::MultiGzDecoder::new(file));
        while lines.read_until(b'\n', &mut text)? > 0 {}
    }
    let out = File::create(to.join(resource_type).with_extension("ndjson"))?;
    let mut out = BufWriter::new(out);
    for copy in 0..copies {
        let mut written = 0;
        let mut at = 0;
        while let Some(dash) = text.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'-'))
        {
            let begins = (at + dash).checked_sub(UUID_DASHES[0]);
            let id = begins.and_then(|begins| text.get(begins..begins + UUID_BYTES));
            at += dash + 1;
            let Some((id, begins)) = id.zip(begins).filter(|(id, _)| is_uuid(id)) else { continue };
            at = begins + id.len();
            out.write_all(text.get(written..at).unwrap_or_default())?;
            write!(out, "-{copy}")?;
            written = at;
        }
        out.write_all(text.get(written..).unwrap_or_default())?;
    }
    out.flush()?;
    Ok(())
}

const UUID_BYTES: usize = 36;
const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];

fn is_uuid(text: &[u8]) -> bool {
    text.len() == UUID_BYTES
        && text.iter().enumerate().all(|(at, byte)| match UUID_DASHES.contains(&at) {
            true => *byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_has_ids_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let id = "018f428e-34f6-4707-8009-5ad742f901e7";
        let line = format!("{{\"id\":\"{id}\",\"day\":\"1991-06-07\",\"of\":\"Patient/{id}\"}}\n");
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        std::fs::create_dir(&from).unwrap();
        std::fs::create_dir(&to).unwrap();
        std::fs::write(from.join("Patient.ndjson"), &line).unwrap();
        copy(&from, &to, "Patient", 2).unwrap();
        let copied = std::fs::read_to_string(to.join("Patient.ndjson")).unwrap();
        let [first, second] = [0, 1].map(|copy| line.replace(id, &format!("{id}-{copy}")));
        assert_eq!(copied, first + &second);
    }

    #[test]
    fn questions_stand_by_their_names_over_the_views() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("questions.sql");
        std::fs::write(&file, "-- About.\n\n-- Q1: one\nwith a as (select 1)\nselect 2;\n")
            .unwrap();
        let questions = questions(&file).unwrap();
        let text = over_views(questions.get("Q1").unwrap());
        assert!(text.starts_with("with patient as (select patient_id as id"), "{text}");
        assert!(text.trim_end().ends_with(", a as (select 1)\nselect 2"), "{text}");
    }
}
