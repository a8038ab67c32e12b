//! `aoba backup verify DIR`: every byte is read, every digest compared.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use vocab::Locale;

use super::copying::{Copying, Taken};
use super::manifest::{Entry, FILES, LIST, LIST_DIGEST, Manifest};
use super::place::{Place, Use, files_below};
use super::trouble::BackupError;
use crate::cli::BackupVerifyArgs;
use crate::output::tell;
use crate::progress;
use crate::synth::{grouped, size, until_stopped};

/// Checks one generation, or all; false when something is not what was written.
pub(super) async fn verify(args: &BackupVerifyArgs, locale: Locale) -> anyhow::Result<bool> {
    let place = Place::open(&args.folder, Use::Read)?;
    let numbers = match args.generation {
        Some(number) => vec![place.chosen(Some(number))?],
        None => place.numbers()?,
    };
    if numbers.is_empty() {
        return Err(BackupError::Empty(place.folder().to_owned()).into());
    }
    let mut well = true;
    if let Some(fault) = place.sign_fault() {
        tell!("FAIL {fault}");
        well = false;
    }
    let folders: Vec<(u64, PathBuf)> =
        numbers.into_iter().map(|number| (number, place.generation(number))).collect();
    let quiet = args.quiet;
    let found = until_stopped(move |stop| check_all(folders, stop, quiet)).await??;
    for checked in found {
        well &= checked.faults.is_empty();
        checked.say(locale);
    }
    Ok(well)
}

/// What was found in one generation.
struct Checked {
    number: u64,
    files: u64,
    size_bytes: u64,
    faults: Vec<String>,
    /// What was wrong with the home when it was copied.
    of_the_home: Vec<String>,
}

impl Checked {
    fn say(&self, locale: Locale) {
        let (number, files, bytes) = (self.number, grouped(self.files), size(self.size_bytes));
        for fault in &self.faults {
            tell!("FAIL {fault}");
        }
        if self.faults.is_empty() {
            match locale {
                Locale::En => {
                    tell!("ok   generation {number}: {files} files, {bytes}, as written");
                }
                Locale::Ja => {
                    tell!("ok   世代{number}: ファイル{files}個、{bytes}。書いたときのままです");
                }
            }
        }
        for fault in &self.of_the_home {
            match locale {
                Locale::En => tell!("     the home was not whole when it was copied: {fault}"),
                Locale::Ja => {
                    tell!("     コピーした時点でデータフォルダーが壊れていました: {fault}");
                }
            }
        }
    }
}

fn check_all(
    folders: Vec<(u64, PathBuf)>,
    stop: &Arc<AtomicBool>,
    quiet: bool,
) -> Result<Vec<Checked>, BackupError> {
    let lists: Vec<_> = folders
        .into_iter()
        .map(|(number, folder)| (number, Manifest::read(&folder), folder))
        .collect();
    let all = lists.iter().filter_map(|(_, list, _)| list.as_ref().ok());
    let bar = progress::bytes(all.map(Manifest::size_bytes).sum(), "verifying", quiet);
    let copying = Copying { bar: bar.clone(), stop: Arc::clone(stop) };
    let mut reading = Reading { copying, known: HashMap::new() };
    let mut found = Vec::new();
    for (number, list, folder) in lists {
        found.push(match list {
            Ok(manifest) => reading.generation(&manifest, &folder)?,
            // Without its list nothing of it can be compared.
            Err(error) => Checked {
                number,
                files: 0,
                size_bytes: 0,
                faults: vec![error.to_string()],
                of_the_home: Vec::new(),
            },
        });
    }
    bar.finish_and_clear();
    Ok(found)
}

/// Reads files, each once however many generations it stands in.
struct Reading {
    copying: Copying,
    /// By device and number.
    known: HashMap<(u64, u64), Taken>,
}

impl Reading {
    fn generation(&mut self, manifest: &Manifest, folder: &Path) -> Result<Checked, BackupError> {
        let files = folder.join(FILES);
        let mut faults = Vec::new();
        for entry in &manifest.files {
            let fault = self.fault(entry, &files.join(&entry.path))?;
            let of = manifest.generation;
            faults.extend(fault.map(|what| format!("generation {of}: {}: {what}", entry.path)));
        }
        let named: BTreeSet<PathBuf> =
            manifest.files.iter().map(|entry| files.join(&entry.path)).collect();
        let lists = [folder.join(LIST), folder.join(LIST_DIGEST)];
        for path in files_below(folder)? {
            if !named.contains(&path) && !lists.contains(&path) {
                let (of, inner) = (manifest.generation, path.strip_prefix(folder).unwrap_or(&path));
                faults.push(format!("generation {of}: {}: not in the list", inner.display()));
            }
        }
        Ok(Checked {
            number: manifest.generation,
            files: manifest.files.len() as u64,
            size_bytes: manifest.size_bytes(),
            faults,
            of_the_home: manifest.faults.clone(),
        })
    }

    /// What is wrong with a file; an error only when somebody said stop.
    fn fault(&mut self, entry: &Entry, path: &Path) -> Result<Option<String>, BackupError> {
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if found.len() != entry.size_bytes {
            let (is, was) = (found.len(), entry.size_bytes);
            return Ok(Some(format!("{is} bytes, not {was}")));
        }
        let place = (found.dev(), found.ino());
        let taken = match self.known.get(&place) {
            Some(taken) => {
                self.copying.bar.inc(taken.size_bytes);
                taken.clone()
            }
            None => match self.copying.digest(path) {
                Ok(taken) => taken,
                Err(BackupError::Stopped) => return Err(BackupError::Stopped),
                Err(error) => return Ok(Some(error.to_string())),
            },
        };
        let same = taken.sha256 == entry.sha256;
        self.known.insert(place, taken);
        Ok((!same).then(|| "not the bytes that were written".to_owned()))
    }
}
