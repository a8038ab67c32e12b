//! A hospital that is not received but made: its recipe is kept in the landing, and from it the
//! same patients can be made again on any day.
//!
//! The resources of a made hospital go straight into the tables. Their texts are not kept, since
//! the recipe says more in a hundred bytes, and they are not listed in the table `resource`.

use std::sync::atomic::{AtomicU64, Ordering};

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
pub(super) const KIND: &str = "recipe";

/// Patients made at a time: some ten thousand resources.
const PATIENTS_PER_PIECE: u64 = 50;

/// Numbers for the lines of one piece; many times what a piece can have.
const LINES_PER_PIECE: u64 = 100_000_000;

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
    pub(super) fn read(landing: &Landing, id: LandingId) -> anyhow::Result<Self> {
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
            let next = AtomicU64::new(0);
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| self.make_pieces((&source, recipe), &next, &send));
                }
            });
        });
        receive
    }

    fn make_pieces(
        &self,
        (source, recipe): (&Source, Recipe),
        next: &AtomicU64,
        send: &mpsc::Sender<Brought>,
    ) {
        let hospital = Hospital { seed: recipe.seed, patients: recipe.patients };
        let shared = self.shared();
        let mut harvester = Harvester::making(&shared);
        harvester.begin(source);
        let mut pages = Pages::default();
        while !self.stop.load(Ordering::Relaxed) {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            let first = piece.saturating_mul(PATIENTS_PER_PIECE);
            let end = recipe.patients.min(first.saturating_add(PATIENTS_PER_PIECE));
            if first >= end {
                return;
            }
            (first..end).for_each(|number| fhir::write(&hospital.life(number), &mut pages));
            let mut line = piece.saturating_mul(LINES_PER_PIECE) + 1;
            for kind in Kind::ALL {
                let lines = pages.bytes(kind);
                harvester.lines(lines, line);
                line += memchr::memchr_iter(b'\n', lines).count() as u64;
            }
            pages.clear();
            self.bar.inc(end - first);
            let brought = harvester.take().map(|harvest| (source.clone(), harvest));
            let failed = brought.is_err();
            if send.blocking_send(brought).is_err() || failed {
                return;
            }
        }
    }
}
