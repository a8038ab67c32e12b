//! What has been done of a pull that has not come to its end, so that a later one goes on from
//! there: a folder in the home, with the files fetched and a note of what is still to do.
//!
//! Nothing in it is needed once the pull has ended, and losing it costs only time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ledger::PullWay;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ask::Ask;
use super::error::PullError;

/// Where pulls lie in a home.
const FOLDER: &str = "pulls";
/// The note.
const NOTE: &str = "pull.json";
/// Where an answer that refuses is put.
const REFUSAL: &str = "refusal";

/// How many pulls have fetched what is not yet loaded.
pub(crate) fn waiting(home: &Path) -> Result<u64, PullError> {
    let folder = home.join(FOLDER);
    match fs::read_dir(&folder) {
        Ok(entries) => Ok(entries.count() as u64),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(PullError::disk(&folder, error)),
    }
}

/// Gives up everything that pulls have fetched and not yet loaded: it may be half a file, which
/// cannot be read through. Their next runs begin anew.
pub(crate) fn give_up(home: &Path) -> Result<(), PullError> {
    let folder = home.join(FOLDER);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(PullError::disk(&folder, error))
        }
        _ => Ok(()),
    }
}

/// A pull on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    /// Only what changed since then was asked for.
    pub(super) since: Option<String>,
    /// What was done.
    pub(super) work: Work,
}

/// What was done, by the way the records are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Work {
    /// A bulk export.
    Export(ExportWork),
    /// Searches.
    Search(SearchWork),
}

/// A bulk export on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExportWork {
    /// Where the server tells how far it is.
    pub(super) status_url: String,
    /// What it gives; none while it prepares.
    pub(super) given: Option<Given>,
}

/// What a server gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Given {
    /// The moment for which it holds.
    pub(super) server_time: String,
    /// The files.
    pub(super) files: Vec<ExportFile>,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExportFile {
    /// Where it lies.
    pub(super) url: String,
    /// What it holds.
    pub(super) kind: FileKind,
    /// Its name here, without an ending.
    pub(super) name: String,
    /// How many resources it holds, as the server says.
    pub(super) count: Option<u64>,
    /// Whether the token is shown.
    pub(super) shows_token: bool,
}

/// What a file of an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileKind {
    /// Resources.
    Output,
    /// Bundles of what was deleted.
    Deleted,
    /// What the server says besides.
    Error,
}

/// Searches on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SearchWork {
    /// The moment for which the answer holds, by the server's clock.
    pub(super) server_time: String,
    /// Type by type.
    pub(super) types: Vec<TypePages>,
}

/// The pages of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TypePages {
    /// The type.
    pub(super) resource_type: String,
    /// The next page; none when all are there.
    pub(super) next: Option<String>,
    /// How many pages are in the folder, not counting those that held nothing.
    pub(super) pages: u32,
}

impl TypePages {
    /// What the nth page is called in the folder, from 0, without an ending.
    pub(super) fn name(&self, page: u32) -> String {
        format!("{}-{:06}", self.resource_type, page.saturating_add(1))
    }
}

impl Work {
    /// The way the records are asked for.
    pub(super) fn way(&self) -> PullWay {
        match self {
            Self::Export(_) => PullWay::Export,
            Self::Search(_) => PullWay::Search,
        }
    }
}

/// The folder of a pull.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    /// What has been done; none where nothing has begun.
    pub(super) job: Option<Job>,
}

impl Kept {
    /// Opens the folder of what is asked, and reads its note.
    pub(super) fn open(home: &Path, ask: &Ask) -> Result<Self, PullError> {
        let asked = format!("{}\n{}\n{}", ask.source, ask.base_text(), ask.asked());
        let name: String =
            Sha256::digest(asked).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let folder = home.join(FOLDER).join(name);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| PullError::disk(&folder, error))?;
        // A note that cannot be read is as good as none.
        let note = fs::read(folder.join(NOTE)).ok();
        let job = note.and_then(|note| serde_json::from_slice(&note).ok());
        Ok(Self { folder, job })
    }

    /// Where its files lie.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of a file that is there as a whole: it gets its ending only then.
    pub(super) fn whole(&self, name: &str, endings: [&str; 2]) -> Option<String> {
        let names = endings.map(|ending| format!("{name}.{ending}"));
        names.into_iter().find(|name| self.folder.join(name).is_file())
    }

    /// Where an answer that refuses is put.
    pub(super) fn refusal(&self) -> PathBuf {
        self.folder.join(REFUSAL)
    }

    /// Notes what has been done, so that after a crash the old or the new note is there.
    pub(super) fn note(&self) -> Result<(), PullError> {
        let path = self.folder.join(NOTE);
        let new = self.folder.join("pull.json.new");
        let write = || -> io::Result<()> {
            let text = serde_json::to_vec(&self.job)?;
            let mut options = OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| PullError::disk(&path, error))
    }

    /// Takes a job and notes it.
    pub(super) fn begin(&mut self, job: Job) -> Result<(), PullError> {
        self.job = Some(job);
        self.note()
    }

    /// Forgets what has been done, and removes what was fetched; an answer that refused stays for
    /// people to read.
    pub(super) fn clear(&mut self) -> Result<(), PullError> {
        self.job = None;
        let clear = || -> io::Result<()> {
            // The note first: files without it are only in the way.
            for only_note in [true, false] {
                for entry in fs::read_dir(&self.folder)? {
                    let entry = entry?;
                    let name = entry.file_name();
                    if name != REFUSAL && (name == NOTE) == only_note {
                        fs::remove_file(entry.path())?;
                    }
                }
            }
            Ok(())
        };
        clear().map_err(|error| PullError::disk(&self.folder, error))
    }

    /// Removes the folder: the pull has come to its end.
    pub(super) fn remove(mut self) -> Result<(), PullError> {
        self.clear()?;
        fs::remove_dir_all(&self.folder).map_err(|error| PullError::disk(&self.folder, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::AskArgs;

    fn ask(address: &str) -> Ask {
        Ask::of(None, address, &AskArgs::default()).unwrap()
    }

    fn job() -> Job {
        let work = ExportWork { status_url: "https://h/status/1".to_owned(), given: None };
        Job { since: Some("2026-11-01T00:00:00Z".to_owned()), work: Work::Export(work) }
    }

    #[test]
    fn what_was_noted_is_there_for_the_same_question_only() {
        let home = tempfile::tempdir().unwrap();
        let mut kept = Kept::open(home.path(), &ask("https://h/r4")).unwrap();
        assert_eq!(kept.job, None);
        kept.begin(job()).unwrap();
        let again = Kept::open(home.path(), &ask("https://h/r4/")).unwrap();
        assert_eq!(again.job, Some(job()));
        let other = Kept::open(home.path(), &ask("https://h/r5")).unwrap();
        assert_eq!(other.job, None);
    }

    #[test]
    fn a_note_that_cannot_be_read_is_as_good_as_none() {
        let home = tempfile::tempdir().unwrap();
        let mut kept = Kept::open(home.path(), &ask("https://h/r4")).unwrap();
        kept.begin(job()).unwrap();
        fs::write(kept.folder().join(NOTE), "{\"since\":").unwrap();
        assert_eq!(Kept::open(home.path(), &ask("https://h/r4")).unwrap().job, None);
    }

    #[test]
    fn what_is_given_up_is_gone_to_the_last_file() {
        let home = tempfile::tempdir().unwrap();
        give_up(home.path()).unwrap();
        assert_eq!(waiting(home.path()).unwrap(), 0);
        let mut kept = Kept::open(home.path(), &ask("https://h/r4")).unwrap();
        kept.begin(job()).unwrap();
        fs::write(kept.folder().join("Patient-0001.part"), "half").unwrap();
        assert_eq!(waiting(home.path()).unwrap(), 1);
        give_up(home.path()).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        assert_eq!(Kept::open(home.path(), &ask("https://h/r4")).unwrap().job, None);
    }

    #[test]
    fn clearing_leaves_the_refusal_and_removing_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let mut kept = Kept::open(home.path(), &ask("https://h/r4")).unwrap();
        kept.begin(job()).unwrap();
        fs::write(kept.folder().join("Patient-0001.ndjson"), "").unwrap();
        fs::write(kept.refusal(), "no").unwrap();
        kept.clear().unwrap();
        let left: Vec<_> = fs::read_dir(kept.folder()).unwrap().collect();
        assert_eq!(left.len(), 1);
        let folder = kept.folder().to_owned();
        kept.remove().unwrap();
        assert!(!folder.exists());
    }
}
