//! Which files a path means.

use std::io;
use std::path::{Path, PathBuf};

use vocab::Locale;

/// What was found under the paths a person named.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files to read: those of patients first, then by name, so that loads are repeatable.
    pub(crate) files: Vec<PathBuf>,
    /// Files in a folder that do not look like FHIR by their name; told, never read.
    pub(crate) passed_over: Vec<PathBuf>,
}

impl Found {
    /// Tells which files were not read.
    pub(crate) fn tell_passed_over(&self, locale: Locale) {
        for path in &self.passed_over {
            let path = path.display();
            match locale {
                Locale::En => eprintln!("passed over: {path} (not named like FHIR)"),
                Locale::Ja => eprintln!("対象外: {path}(FHIRのファイル名ではありません)"),
            }
        }
    }
}

/// Why a path could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}")]
pub(crate) struct FindError {
    path: String,
    source: io::Error,
}

/// Walks the paths. A file named by hand is always taken; inside a folder, files are taken by
/// their ending and hidden ones are left alone.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Found, FindError> {
    let mut found = Found::default();
    for path in paths {
        let error = |source| FindError { path: path.display().to_string(), source };
        if std::fs::metadata(path).map_err(error)?.is_dir() {
            walk(path, &mut found)?;
        } else {
            found.files.push(path.clone());
        }
    }
    found.files.sort_by_cached_key(|path| (!is_about_patients(path), path.clone()));
    found.files.dedup();
    Ok(found)
}

fn walk(folder: &Path, found: &mut Found) -> Result<(), FindError> {
    let error = |source| FindError { path: folder.display().to_string(), source };
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if std::fs::metadata(&path).map_err(error)?.is_dir() {
            walk(&path, found)?;
        } else if looks_like_fhir(&path) {
            found.files.push(path);
        } else {
            found.passed_over.push(path);
        }
    }
    Ok(())
}

/// What `aoba synth` knows of a hospital it made; the records are to be read without it.
pub(crate) const TRUTH: &str = "truth.json";

fn looks_like_fhir(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name = name.unwrap_or_default();
    if name == TRUTH {
        return false;
    }
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    [".ndjson", ".jsonl", ".json", ".fhir"].iter().any(|ending| name.ends_with(ending))
}

/// Patients come first so that references by identifier find them.
fn is_about_patients(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Patient"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_fhir_files_patients_first_and_tells_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.json.gz",
            "Patient.ndjson",
            "a.ndjson.zst",
            "readme.txt",
            "truth.json",
            "patients.truth.zst",
            ".hidden.json",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = find(&[folder.path().to_owned()]).unwrap();
        let names: Vec<_> =
            found.files.iter().map(|p| p.file_name().unwrap().to_string_lossy()).collect();
        assert_eq!(names, ["Patient.ndjson", "a.ndjson.zst", "b.json.gz"]);
        assert_eq!(found.passed_over.len(), 3);
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let error = find(&[PathBuf::from("/no/such/folder")]).unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"));
    }
}
