//! `aoba bench cohort`: the published phenotypes asked of an invented hospital, held against what is
//! really so of its patients, and against DuckDB over the same files.
//!
//! What DuckDB is asked is written by hand (`questions/`), as somebody would who knows SQL and these
//! tables: who is found, without attrition. "ours" and "theirs" are people whom one of both finds
//! alone. Of ours the middle of several runs counts, of DuckDB's the fastest.
//!
//! A phenotype finds what was written down; the truth is what the patient had. Precision and recall
//! are of people: a patient found is right where they have the disease on any day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use cohort::library;
use lake::Reader;
use serde::Deserialize;
use vocab::{Locale, PurposeOfUse};

use super::peers::{Found, Peers};
use super::runs::{median, to_f64};
use super::synth::{this_program, timed};
use super::{in_folder, index, print_processor};
use crate::cli::BenchCohortArgs;
use crate::cohort::Asked;
use crate::house::House;

/// Phenotypes of the library and the truths by which they can be judged: any of them. Where the
/// phenotype asks for more than the disease, such as new users of a drug, its recall is low by design.
const TRUTHS: &[(&str, &[&str])] = &[
    ("t2dm_incident", &["type_2_diabetes"]),
    ("t2dm_phekb", &["type_2_diabetes"]),
    ("metformin_hba1c", &["type_2_diabetes"]),
    ("hypertension_new_users", &["hypertension"]),
    ("ckd_g3plus", &["chronic_kidney_disease"]),
    ("hf_hosp", &["heart_failure"]),
    ("af_anticoagulant_new_users", &["atrial_fibrillation"]),
    ("ischaemic_stroke_hospital", &["stroke", "stroke_admission"]),
    ("ami_hospital", &["coronary_disease"]),
    ("copd_exacerbation_treated", &["copd_exacerbation"]),
    ("rheumatoid_arthritis_treated", &["rheumatoid_arthritis"]),
    ("lung_cancer_by_stage", &["lung_cancer"]),
    ("gastric_cancer_by_stage", &["gastric_cancer"]),
    ("breast_cancer_by_stage", &["breast_cancer"]),
    ("colorectal_cancer_by_stage", &["colon_cancer", "rectal_cancer"]),
    ("liver_cancer_by_stage", &["liver_cancer"]),
    ("pancreatic_cancer_by_stage", &["pancreatic_cancer"]),
    ("pregnancy_episodes", &["pregnancy"]),
    ("febrile_neutropenia", &["febrile_neutropenia"]),
    ("sepsis_adult_event", &["sepsis"]),
];

/// A line of `patients.truth`, as far as it is read here.
#[derive(Deserialize)]
struct Line {
    patient: String,
    truths: Vec<Planted>,
}

/// Something planted.
#[derive(Deserialize)]
struct Planted {
    has: Option<String>,
    happened: Option<String>,
}

/// The keys of those of whom each truth holds.
type Truths = BTreeMap<String, BTreeSet<String>>;

/// What one phenotype came to.
struct Answer {
    name: &'static str,
    /// Seconds of each run.
    times: Vec<f64>,
    /// Those found, by their numbers, and by the keys of their records.
    people: BTreeSet<i64>,
    keys: BTreeSet<String>,
}

impl Answer {
    /// The middle of its times.
    fn seconds(&self) -> f64 {
        median(self.times.iter().copied())
    }
}

pub(super) fn run(args: &BenchCohortArgs) -> anyhow::Result<()> {
    print_processor();
    in_folder("cohort", args.folder.as_ref(), |folder| judge(args, folder))
}

fn judge(args: &BenchCohortArgs, folder: &Path) -> anyhow::Result<()> {
    let peers = match args.alone {
        true => None,
        false => Some(Peers::find_duckdb(args.python.as_deref(), folder)?),
    };
    let (home, truths) = match &args.made {
        Some(home) => (home.clone(), None),
        None => {
            let home = folder.join("home");
            (home.clone(), Some(made(args, folder, &home)?))
        }
    };
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let asked = threads.block_on(ask(&home, args.runs))?;
    let written = match peers.filter(|peers| peers.duckdb) {
        Some(peers) => Some(peers.run_questions(&home.join("lake"), args.runs)?),
        None => None,
    };
    println!(
        "{:>8}  {:>8}  {:>6}  {:>7}  {:>6}  {:>6}  {:>7}  {:>6}  {:>9}  {:>6}  phenotype",
        "ms",
        "DuckDB s",
        "times",
        "people",
        "ours",
        "theirs",
        "planted",
        "right",
        "precision",
        "recall"
    );
    let (mut total, mut their_total) = (0.0, 0.0);
    for answer in &asked {
        let theirs = written.as_ref().and_then(|written| written.questions.get(answer.name));
        let planted = truths.as_ref().and_then(|truths| planted(answer.name, truths));
        print(answer, theirs, planted.as_ref());
        if let Some(theirs) = theirs {
            total += answer.seconds();
            their_total += theirs.seconds;
        }
    }
    if let Some(written) = &written {
        println!(
            "in total {:.2} s, DuckDB {} {:.1} s ({:.0} MB at most): {:.0} times as fast",
            total,
            written.version,
            their_total,
            to_f64(written.peak_rss_bytes) / 1e6,
            their_total / total
        );
    }
    Ok(())
}

/// Makes a hospital, and tells what is so of its patients.
fn made(args: &BenchCohortArgs, folder: &Path, home: &Path) -> anyhow::Result<Truths> {
    let files = folder.join("files");
    let (patients, seed) = (args.patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--out"]).arg(&files);
    timed(&mut make)?;
    let mut load = this_program()?;
    timed(load.args(["ingest", "--quiet", "--home"]).arg(home).arg(files.join("fhir")))?;
    let mut index = this_program()?;
    timed(index.args(["index", "--quiet", "--home"]).arg(home))?;
    truths(&files)
}

fn truths(files: &Path) -> anyhow::Result<Truths> {
    let path = files.join("patients.truth");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut truths = Truths::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line)
            .with_context(|| format!("cannot read a line of {}", path.display()))?;
        let names = line.truths.into_iter().flat_map(|one| [one.has, one.happened]);
        for name in names.flatten() {
            truths.entry(name).or_default().insert(line.patient.clone());
        }
    }
    Ok(truths)
}

/// Asks each definition of the library: who it is, then so often, as a page does, how many there are
/// and where the others are lost. Nothing is remembered from one run to the next.
async fn ask(home: &Path, runs: usize) -> anyhow::Result<Vec<Answer>> {
    let house = House::existing(home, Locale::En).await?;
    let purpose = PurposeOfUse::QualityImprovement;
    let permit = house.ledger.permit(&house.actor, purpose, None, "bench-cohort", "").await?;
    let reader = house.lake.reader(permit, None).await?;
    let keys = keys(&reader).await?;
    let (mut questions, mut answers) = (Vec::new(), Vec::new());
    for (name, text) in library::DEFINITIONS {
        let question = match Asked::of_library((name, text), &house.config.cohort) {
            Ok(asked) => asked.question,
            Err(error) => {
                println!("{name} was not asked: {error:#}");
                continue;
            }
        };
        let covered = reader.covered(&question.config).await?;
        let told = reader.cohort_people(&question, &covered).await?;
        let people: BTreeSet<i64> = told.iter().map(|one| one.get()).collect();
        let keys = people.iter().filter_map(|id| keys.get(id)).flatten().cloned().collect();
        questions.push(question);
        answers.push(Answer { name, times: Vec::new(), people, keys });
    }
    for _ in 0..runs {
        let house = House::existing(home, Locale::En).await?;
        for (answer, question) in answers.iter_mut().zip(&questions) {
            answer.times.push(index::ask(&house, question).await?.as_secs_f64());
        }
    }
    Ok(answers)
}

/// Of a phenotype that can be judged: those of whom one of its truths holds.
fn planted<'a>(name: &str, truths: &'a Truths) -> Option<BTreeSet<&'a String>> {
    let (_, judges) = TRUTHS.iter().find(|(phenotype, _)| *phenotype == name)?;
    Some(judges.iter().flat_map(|judge| truths.get(*judge).into_iter().flatten()).collect())
}

fn print(answer: &Answer, theirs: Option<&Found>, planted: Option<&BTreeSet<&String>>) {
    let count = |count: Option<usize>| count.map_or("-".to_owned(), |count| count.to_string());
    let ours_only = theirs.map(|theirs| answer.people.difference(&theirs.patients).count());
    let theirs_only = theirs.map(|theirs| theirs.patients.difference(&answer.people).count());
    let right =
        planted.map(|planted| answer.keys.iter().filter(|key| planted.contains(key)).count());
    let share = |of: Option<usize>| match right.zip(of) {
        #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
        Some((right, of)) if of > 0 => format!("{:.3}", right as f64 / of as f64),
        _ => "-".to_owned(),
    };
    println!(
        "{:>8.1}  {:>8}  {:>6}  {:>7}  {:>6}  {:>6}  {:>7}  {:>6}  {:>9}  {:>6}  {}",
        answer.seconds() * 1_000.0,
        theirs.map_or("-".to_owned(), |theirs| format!("{:.2}", theirs.seconds)),
        theirs.map_or("-".to_owned(), |theirs| format!("{:.0}", theirs.seconds / answer.seconds())),
        answer.people.len(),
        count(ours_only),
        count(theirs_only),
        count(planted.map(BTreeSet::len)),
        count(right),
        share(Some(answer.keys.len())),
        share(planted.map(BTreeSet::len)),
        answer.name
    );
}

/// The keys of each person's records.
async fn keys(reader: &Reader) -> anyhow::Result<BTreeMap<i64, BTreeSet<String>>> {
    let question = "select patient_id, resource_key from patient";
    let answer = reader.ask(question, &[]).await?;
    let mut keys: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for row in answer.rows() {
        if let Some((number, key)) = row.whole("patient_id").zip(row.text("resource_key")) {
            keys.entry(number).or_default().insert(key.to_owned());
        }
    }
    Ok(keys)
}
