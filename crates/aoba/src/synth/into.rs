//! A hospital straight into the tables of a home: what a load does, without files of records.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use synth::hospital::{Hospital, fhir};
use vocab::Locale;

use super::before::{self, Asked};
use super::people;
use super::trouble::SynthError;
use crate::cli::{IngestArgs, ReportFormat};
use crate::demo::INVENTED;
use crate::house::House;
use crate::ingest;
use crate::ingest::recipe::{self, Recipe};

/// About what a patient takes in the tables and the identity store, measured with 20,000.
const BYTES_PER_PATIENT: u64 = 20_000;

/// Makes the hospital; gives the exit code.
pub(super) async fn make(
    asked: &Asked,
    home: &Path,
    quiet: bool,
    locale: Locale,
) -> anyhow::Result<u8> {
    match before::check_folder(home) {
        Err(SynthError::NotEmpty(home) | SynthError::Remains(home)) => {
            return Err(SynthError::HomeInUse(home).into());
        }
        other => other?,
    }
    before::check_room(home, asked.patients.saturating_mul(BYTES_PER_PATIENT))?;
    let house = House::open(home, locale).await?;
    let hospital = Hospital { seed: asked.seed, patients: asked.patients };
    let folder = home.join("incoming");
    let paths = write(&folder, hospital)?;
    let load = IngestArgs {
        paths,
        source: INVENTED.to_owned(),
        format: ReportFormat::Text,
        strict: false,
        delete_missing: false,
        delete_at_most: 0,
        quiet,
    };
    ingest::named(&house, &load).await?;
    Ok(0)
}

/// Writes what is loaded: the twelve people, the hospital's own resources and the recipe.
fn write(folder: &Path, hospital: Hospital) -> anyhow::Result<Vec<PathBuf>> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    files.extend(people::files().map(|(name, bytes)| (format!("people/{name}"), bytes.to_vec())));
    files.extend(fhir::house().into_iter().map(|(name, lines)| (name.to_owned(), lines.into())));
    let recipe = Recipe::of(hospital).to_text()?;
    files.push((format!("hospital{}", recipe::ENDING), recipe.into()));
    let mut paths = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder {}", parent.display()))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        paths.push(path);
    }
    Ok(paths)
}
