//! What is loaded and changed: a synthetic hospital, more of it, and its days.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use synth::hospital::Hospital;

use super::acts::Act;
use super::kept::Home;
use crate::bench::change;
use crate::bench::synth::{this_program, timed};
use crate::demo::INVENTED;

/// The hospital, and where its files are made.
pub(super) struct Source {
    pub(super) hospital: Hospital,
    pub(super) folder: PathBuf,
}

impl Source {
    pub(super) fn new(patients: u64, seed: u64, folder: &Path) -> Self {
        Self { hospital: Hospital { seed, patients }, folder: folder.to_owned() }
    }

    /// A home that holds the hospital as it begins.
    pub(super) fn home(&self, path: PathBuf) -> anyhow::Result<Home> {
        let home = Home::at(path);
        home.ingest(INVENTED, &self.files(self.hospital.patients, self.hospital.seed)?)?;
        Ok(home)
    }

    /// A day: values corrected, and new ones.
    pub(super) fn change(&self, number: u64) -> anyhow::Result<Act> {
        let (changes, _) = self.day(number)?;
        self.taken_in("change", number, &changes)
    }

    /// What is deleted on a day: values from the beginning, and some that came the day before.
    pub(super) fn deletion(&self, number: u64) -> anyhow::Result<Act> {
        let (_, mut deletions) = self.day(number)?;
        let (before, _) = self.day(number.saturating_sub(1))?;
        let last = before.iter().rev().take(DELETED);
        for line in last {
            let value: Value = serde_json::from_str(line)?;
            let id = value["id"].as_str().unwrap_or_default();
            let request = json!({ "method": "DELETE", "url": format!("Observation/{id}") });
            let entry = json!([{ "request": request }]);
            let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entry });
            deletions.push(bundle.to_string());
        }
        self.taken_in("deletion", number, &deletions)
    }

    /// Patients of another hospital.
    pub(super) fn load(&self, number: u64) -> anyhow::Result<Act> {
        let files = self.files(2, self.hospital.seed + number)?;
        Ok(ingest("load", &format!("hospital-{number}"), &files))
    }

    /// What a day brings, and what it deletes, a line for each.
    fn day(&self, number: u64) -> anyhow::Result<(Vec<String>, Vec<String>)> {
        let changed = (self.hospital.patients / 4).max(1);
        let day = change::day(&self.hospital, number, changed, &self.folder)?;
        let text = fs::read_to_string(&day.file)?;
        let is_change = |line: &String| !line.contains("\"DELETE\"");
        Ok(text.lines().map(str::to_owned).partition(is_change))
    }

    fn taken_in(&self, name: &'static str, number: u64, lines: &[String]) -> anyhow::Result<Act> {
        let file = self.folder.join(format!("{name}-{number}.ndjson"));
        fs::write(&file, lines.join("\n") + "\n")?;
        Ok(ingest(name, INVENTED, &file))
    }

    fn files(&self, patients: u64, seed: u64) -> anyhow::Result<PathBuf> {
        let out = self.folder.join(format!("hospital-{patients}-{seed}"));
        if !out.exists() {
            let (patients, seed) = (patients.to_string(), seed.to_string());
            let mut make = this_program()?;
            make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--out"]);
            timed(make.arg(&out))?;
        }
        Ok(out.join("fhir"))
    }
}

/// So many values of the day before are deleted.
const DELETED: usize = 5;

fn ingest(name: &'static str, source: &str, file: &Path) -> Act {
    let file = file.to_string_lossy().into_owned();
    Act::new(name, &["ingest", "--quiet", "--source", source, &file])
}
