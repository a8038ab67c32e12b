//! A hospital that is not received but made: its recipe is kept in the landing, and from it the
//! same patients can be made again on any day.
//!
//! The resources of a made hospital go straight into the tables. Their texts are not kept, since
//! the recipe says more in a hundred bytes, and they are not listed in the table `resource`: where
//! a later load changes one, its patient is made again to see what stands.

use std::slice::Chunks;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail};
use lake::landing::Landing;
use serde::{Deserialize, Serialize};
use synth::hospital::Hospital;
use synth::hospital::fhir::{self, Kind, Pages};
use tokio::sync::mpsc;
use vocab::LandingId;

use super::harvest::Harvester;
use super::pieces::Source;
use super::read::{Brought, Reading, WAITING_MAX};

/// How a recipe's file name ends.
pub(crate) const ENDING: &str = ".recipe";

/// How a recipe is called among the kinds of kept files.
pub(crate) const KIND: &str = "recipe";

/// Patients made at a time: some ten thousand resources.
const PATIENTS_PER_PIECE: usize = 50;

/// Numbers for the lines of one patient; many times what a patient can have.
const LINES_PER_PATIENT: u64 = 1_000_000;

/// Longer than any recipe.
const BYTES_MAX: u64 = 4_096;

/// What a hospital is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// The maker's version: another one makes other patients.
    pub(crate) generator: u32,
    /// Where chance begins.
    pub(crate) seed: u64,
    /// How many patients.
    pub(crate) patients: u64,
}

impl Recipe {
    /// The recipe of a hospital as this program makes it.
    pub(crate) fn of(hospital: Hospital) -> Self {
        let Hospital { seed, patients } = hospital;
        Self { generator: synth::hospital::GENERATOR, seed, patients }
    }

    /// The file it is kept as.
    pub(crate) fn to_text(self) -> anyhow::Result<String> {
        Ok(format!("{}\n", serde_json::to_string(&self)?))
    }

    /// Reads a kept recipe.
    pub(crate) fn read(landing: &Landing, id: LandingId) -> anyhow::Result<Self> {
        use std::io::Read as _;
        let mut text = String::new();
        landing.read(id)?.take(BYTES_MAX).read_to_string(&mut text)?;
        let recipe: Self = serde_json::from_str(&text)
            .with_context(|| format!("the landing's file {id} is not a recipe"))?;
        if recipe.generator != synth::hospital::GENERATOR {
            bail!(
                "the synthetic hospital in this home was made by version {} of its maker, and this \
                 program has version {}: make it anew in an empty home with `aoba synth --into`",
                recipe.generator,
                synth::hospital::GENERATOR
            );
        }
        Ok(recipe)
    }
}

impl Reading {
    /// Starts to make a hospital's patients; the channel ends when all have been made.
    pub(super) fn make(self, source: Source, recipe: Recipe) -> mpsc::Receiver<Brought> {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        std::thread::spawn(move || {
            let order = self.in_order(&source, recipe.patients);
            let pieces = Mutex::new(order.chunks(PATIENTS_PER_PIECE));
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| self.make_pieces((&source, recipe), &pieces, &send));
                }
            });
        });
        receive
    }

    /// The patients as their rows lie in the tables, so that each file holds its own people.
    fn in_order(&self, source: &Source, patients: u64) -> Vec<u64> {
        let mut order: Vec<u64> = (0..patients).collect();
        order.sort_by_cached_key(|number| self.keys.patient_id(&source.source.1, &id_of(*number)));
        order
    }

    fn make_pieces(
        &self,
        (source, recipe): (&Source, Recipe),
        pieces: &Mutex<Chunks<'_, u64>>,
        send: &mpsc::Sender<Brought>,
    ) {
        let hospital = Hospital { seed: recipe.seed, patients: recipe.patients };
        let shared = self.shared();
        let mut harvester = Harvester::making(&shared);
        harvester.begin(source);
        let mut pages = Pages::default();
        while !self.stop.load(Ordering::Relaxed) {
            let piece = pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(piece) = piece else { return };
            for number in piece {
                lines(&hospital, *number, &mut pages, |text, line| harvester.line(text, line));
            }
            self.bar.inc(piece.len() as u64);
            let brought = harvester.take().map(|harvest| (source.clone(), harvest));
            let failed = brought.is_err();
            if send.blocking_send(brought).is_err() || failed {
                return;
            }
        }
    }
}

/// Makes one patient, and gives each line with its number.
pub(super) fn lines(
    hospital: &Hospital,
    number: u64,
    pages: &mut Pages,
    mut take: impl FnMut(&str, u64),
) {
    fhir::write(&hospital.life(number), pages);
    let mut line = number.saturating_mul(LINES_PER_PATIENT);
    for kind in Kind::ALL {
        // What is made is text.
        for text in str::from_utf8(pages.bytes(kind)).unwrap_or_default().lines() {
            line += 1;
            take(text, line);
        }
    }
    pages.clear();
}

/// The id of a made patient.
pub(super) fn id_of(number: u64) -> String {
    format!("p-{number:07}")
}

/// Whose a made resource is, by its id: a letter, the patient's number, and its own.
pub(crate) fn patient_of(id: &str) -> Option<u64> {
    let mut parts = id.split('-');
    let (kind, number) = (parts.next()?, parts.next()?);
    (kind.len() == 1 && number.len() >= 7).then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_made_resource_tells_whose_it_is() {
        let hospital = Hospital { seed: 3, patients: 20 };
        let mut pages = Pages::default();
        let (mut seen, mut last) = (0, 0);
        lines(&hospital, 7, &mut pages, |text, line| {
            let resource: serde_json::Value = serde_json::from_str(text).unwrap();
            let id = resource["id"].as_str().unwrap();
            assert_eq!(patient_of(id), Some(7), "{id}");
            if resource["resourceType"] == "Patient" {
                assert_eq!(id, id_of(7));
            }
            assert!(line > last && line / LINES_PER_PATIENT == 7, "{line}");
            (seen, last) = (seen + 1, line);
        });
        assert!(seen > 10);
        assert_eq!(pages.bytes(Kind::Patient), b"");
        for other in ["", "p", "12", "p-12", "pp-0000007", "p-000000x", "aoba-hospital"] {
            assert_eq!(patient_of(other), None, "{other}");
        }
    }
}
