//! `aoba bench cohort`: the published phenotypes asked of an invented hospital, held against what is
//! really so of its patients.
//!
//! A phenotype finds what was written down; the truth is what the patient had. Precision and recall
//! are of people: a patient found is right where they have the disease on any day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use cohort::library;
use lake::Reader;
use lake::events::CohortConfig;
use serde::Deserialize;
use vocab::{Locale, PurposeOfUse};

use super::print_processor;
use super::synth::{this_program, timed};
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

pub(super) fn run(args: &BenchCohortArgs) -> anyhow::Result<()> {
    print_processor();
    let parent = args.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = parent.join(format!("aoba-bench-cohort-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let told = judge(args, &folder);
    std::fs::remove_dir_all(&folder).context("cannot remove the benchmark's folder")?;
    told
}

fn judge(args: &BenchCohortArgs, folder: &Path) -> anyhow::Result<()> {
    let (files, home) = (folder.join("files"), folder.join("home"));
    let (patients, seed) = (args.patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--out"]).arg(&files);
    timed(&mut make)?;
    let mut load = this_program()?;
    timed(load.args(["ingest", "--quiet", "--home"]).arg(&home).arg(files.join("fhir")))?;
    let mut index = this_program()?;
    timed(index.args(["index", "--quiet", "--home"]).arg(&home))?;
    let truths = truths(&files)?;
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    threads.block_on(ask(&home, &truths))
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

async fn ask(home: &Path, truths: &Truths) -> anyhow::Result<()> {
    let house = House::open(home, Locale::En).await?;
    let purpose = PurposeOfUse::QualityImprovement;
    let permit = house.ledger.permit(&house.actor, purpose, None, "bench-cohort", "").await?;
    let reader = house.lake.reader(permit, None).await?;
    let keys = keys(&reader).await?;
    let began = Instant::now();
    let covered = reader.covered(&CohortConfig::default()).await?;
    println!("days of all kinds: {:.1} s", began.elapsed().as_secs_f64());
    println!(
        "{:>7}  {:>7}  {:>6}  {:>6}  {:>9}  {:>6}  phenotype",
        "seconds", "people", "planted", "right", "precision", "recall"
    );
    for (name, text) in library::DEFINITIONS {
        let asked = match Asked::of_library((name, text), &CohortConfig::default()) {
            Ok(asked) => asked,
            Err(error) => {
                println!("{name} was not asked: {error:#}");
                continue;
            }
        };
        let began = Instant::now();
        let answer = reader.cohort_members(&asked.question, &covered, |_, _| {}).await?;
        let seconds = began.elapsed().as_secs_f64();
        let mut found = BTreeSet::new();
        for patient in &answer.patients {
            found.extend(keys.get(&patient.id.get()).into_iter().flatten().cloned());
        }
        print(name, seconds, &found, truths)?;
    }
    Ok(())
}

fn print(
    name: &str,
    seconds: f64,
    found: &BTreeSet<String>,
    truths: &Truths,
) -> anyhow::Result<()> {
    let people = found.len();
    let Some((_, judges)) = TRUTHS.iter().find(|(phenotype, _)| *phenotype == name) else {
        println!("{seconds:>7.1}  {people:>7}  {:>6}  {:>6}  {:>9}  {:>6}  {name}", "", "", "", "");
        return Ok(());
    };
    let mut planted = BTreeSet::new();
    for judge in *judges {
        planted.extend(truths.get(*judge).into_iter().flatten());
    }
    let right = found.iter().filter(|key| planted.contains(key)).count();
    let share = |of: usize| match of {
        0 => "-".to_owned(),
        of => {
            #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
            let share = right as f64 / of as f64;
            format!("{share:.3}")
        }
    };
    println!(
        "{seconds:>7.1}  {people:>7}  {:>6}  {right:>6}  {:>9}  {:>6}  {name}",
        planted.len(),
        share(people),
        share(planted.len())
    );
    Ok(())
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
