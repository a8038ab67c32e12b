//! What is looked at before work starts: the numbers, the folder, the room on the disk.

use std::path::{Path, PathBuf};

use super::trouble::SynthError;

/// The most patients of one hospital.
pub(crate) const PATIENTS_MAX: u64 = 5_000_000;

/// The largest seed: every reader of JSON holds it exactly (2^53 - 1).
pub(crate) const SEED_MAX: u64 = 9_007_199_254_740_991;

/// The most threads.
const THREADS_MAX: u64 = 256;

/// Which hospital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The seed.
    pub(crate) seed: u64,
    /// How many patients.
    pub(crate) patients: u64,
    /// How many threads make them.
    pub(crate) threads: usize,
}

impl Asked {
    /// Takes what was asked for, if it can be done.
    pub(crate) fn new(
        seed: i128,
        patients: i128,
        threads: Option<i128>,
    ) -> Result<Self, SynthError> {
        let threads = match threads {
            Some(given) => within("--threads", given, (1, THREADS_MAX))?,
            None => std::thread::available_parallelism().map_or(1, usize::from) as u64,
        };
        Ok(Self {
            seed: within("--seed", seed, (0, SEED_MAX))?,
            patients: within("--patients", patients, (1, PATIENTS_MAX))?,
            threads: usize::try_from(threads).unwrap_or(1),
        })
    }
}

fn within(option: &'static str, given: i128, range: (u64, u64)) -> Result<u64, SynthError> {
    let number = u64::try_from(given).ok().filter(|n| (range.0..=range.1).contains(n));
    number.ok_or(SynthError::OutOfRange { option, given, range })
}

/// Whether an output folder is empty, or not there, and can be written to. It is left as it was.
pub(crate) fn check_folder(folder: &Path) -> Result<(), SynthError> {
    let failed = |error| SynthError::disk(folder, error);
    if !folder.exists() {
        // Making it shows that it can be made; a file in the way of it is told as such.
        let above = existing(folder);
        let probe = tempfile_in(&above).map_err(|error| SynthError::disk(&above, error))?;
        return std::fs::remove_file(probe).map_err(failed);
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.path());
    }
    if !names.is_empty() {
        let remains = names.iter().all(|path| holds_only_parts(path));
        let folder = folder.to_owned();
        return Err(if remains { SynthError::Remains } else { SynthError::NotEmpty }(folder));
    }
    let probe = tempfile_in(folder).map_err(failed)?;
    std::fs::remove_file(probe).map_err(failed)
}

/// Whether the disk has room for this much; a tenth more is asked for than is expected.
pub(crate) fn check_room(folder: &Path, expected_bytes: u64) -> Result<(), SynthError> {
    let above = existing(folder);
    let told =
        rustix::fs::statvfs(&above).map_err(|error| SynthError::disk(&above, error.into()))?;
    let free_bytes = told.f_bavail.saturating_mul(told.f_frsize);
    let needed_bytes = expected_bytes.saturating_add(expected_bytes / 10);
    if free_bytes < needed_bytes {
        let path = folder.to_owned();
        return Err(SynthError::LittleRoom { path, needed_bytes, free_bytes });
    }
    Ok(())
}

/// The nearest folder above that is there.
fn existing(folder: &Path) -> PathBuf {
    let mut above = folder.ancestors();
    let found = above.find(|path| !path.as_os_str().is_empty() && path.exists());
    found.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Makes an empty file, to see whether one can be made.
fn tempfile_in(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join(format!(".aoba-{}.part", std::process::id()));
    std::fs::File::create(&path)?;
    Ok(path)
}

fn holds_only_parts(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.all(|entry| entry.is_ok_and(|e| holds_only_parts(&e.path()))),
        Err(_) => path.extension().is_some_and(|ending| ending == "part"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_told_with_their_range() {
        let refused = |seed, patients, threads| Asked::new(seed, patients, threads).unwrap_err();
        assert!(refused(1, 0, None).to_string().contains("--patients 0"));
        assert!(refused(1, -5, None).to_string().contains("--patients -5"));
        assert!(refused(1, 5_000_001, None).to_string().contains("--patients"));
        assert!(refused(-1, 10, None).to_string().contains("--seed -1"));
        assert!(refused(1 << 53, 10, None).to_string().contains("--seed"));
        assert!(refused(1, 10, Some(0)).to_string().contains("--threads 0"));
        let taken = Asked::new(0, 5_000_000, Some(3)).unwrap();
        assert_eq!(taken, Asked { seed: 0, patients: 5_000_000, threads: 3 });
    }

    #[test]
    fn a_folder_must_be_empty_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        check_folder(folder.path()).unwrap();
        check_folder(&folder.path().join("not/there/yet")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it is left as it was");
        let inside = folder.path().join("fhir");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("Patient.ndjson.part"), "").unwrap();
        assert!(matches!(check_folder(folder.path()), Err(SynthError::Remains(_))));
        std::fs::write(inside.join("Patient.ndjson"), "").unwrap();
        assert!(matches!(check_folder(folder.path()), Err(SynthError::NotEmpty(_))));
        let file = inside.join("Patient.ndjson");
        assert!(matches!(check_folder(&file), Err(SynthError::Unwritable { .. })));
        let below = file.join("below");
        assert!(matches!(check_folder(&below), Err(SynthError::Unwritable { .. })));
    }

    #[test]
    fn a_disk_with_too_little_room_is_told_before_work_starts() {
        let folder = tempfile::tempdir().unwrap();
        check_room(folder.path(), 1_000).unwrap();
        let told = check_room(&folder.path().join("new"), u64::MAX / 2);
        assert!(matches!(told, Err(SynthError::LittleRoom { .. })));
    }
}
