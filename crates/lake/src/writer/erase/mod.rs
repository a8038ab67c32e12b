//! One person's bytes taken out of the landing, of every table and every version of it, and of the
//! ledger; everybody else's stay where they are.
//!
//! Everything that changes is written aside first. Then a journal says what takes whose place, and
//! from then on the erasure is carried out to its end, by this process or by the next that writes:
//! each step can be taken again. A data file keeps its name, its size and the places of its rows, so
//! every version of a table, and every snapshot a study keeps, stays readable at every step.

mod apply;
mod certificate;
mod empty;
mod hashes;
mod journal;
mod logs;
mod prepare;
mod recall;
mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use ledger::{HoldFor, IdentityOwner, NewErasure, Scrub};
use vocab::{LandingId, LoadId, PatientId};

pub use certificate::{
    Certificate, FileChange, Hole, LookedFor, LookedThrough, Mention, MentionEnd, Removed,
};
pub(crate) use journal::{Notice, notice};
pub use recall::Recall;

use self::journal::Journal;
use super::Writer;
use crate::house::LakeError;
use crate::landing::NewContent;
use crate::tables::TableSpec;

/// Stands in `patient_id` of an emptied row: no patient has it, and the gate shows it to nobody.
pub(crate) const ERASED_PATIENT: i64 = -1;

/// Lines, by file and number; entries of Bundles are numbered as in the column `line`.
pub type LinesOf = BTreeMap<LandingId, BTreeSet<u64>>;

/// Tells whether a text speaks of the person.
#[derive(Clone)]
pub struct Speaks(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Speaks {
    /// Asks this function.
    #[must_use]
    pub fn new(of: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(of))
    }

    fn of(&self, text: &str) -> bool {
        (self.0)(text)
    }
}

impl fmt::Debug for Speaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Speaks(..)")
    }
}

/// Rows of a line that was cut, made again from what is left of it.
#[derive(Debug)]
pub struct RowsAgain {
    /// Their table.
    pub table: String,
    /// The rows, as a load pushes them.
    pub batch: RecordBatch,
    /// The file of the line.
    pub file: LandingId,
    /// Who sent it.
    pub source: Arc<str>,
}

/// What becomes of one kept file.
#[derive(Debug)]
pub struct FileErasure {
    /// The file.
    pub file: LandingId,
    /// What stands in it from then on.
    pub content: NewContent,
    /// The lines or entries that are emptied or cut, for the record beside it.
    pub lines: Vec<u64>,
}

/// Everything an erasure does.
#[derive(Debug)]
pub struct Erasing {
    /// Who erases, why, and whom.
    pub begun: NewErasure,
    /// Whom the identity store forgets.
    pub owners: Vec<IdentityOwner>,
    /// What goes from the ledger's texts.
    pub scrub: Scrub,
    /// What becomes of the kept files.
    pub landing: Vec<FileErasure>,
    /// Lines whose rows go, whosever they are said to be.
    pub gone: LinesOf,
    /// Lines of others that spoke of the person: cells that did are emptied in old files, and where
    /// the line stands, its rows are made again.
    pub cut: LinesOf,
    /// The rows of cut lines that stand.
    pub again: Vec<RowsAgain>,
    /// The tables of those rows.
    pub specs: Vec<TableSpec>,
    /// Whether a cell speaks of the person.
    pub speaks: Speaks,
    /// What is certified, as far as it is known before.
    pub certificate: Certificate,
}

impl Writer {
    /// The lines from which rows of these people came, in any version of any table.
    ///
    /// # Errors
    /// When a data file cannot be read.
    ///
    /// # Cost
    /// Reads four columns of every data file.
    pub async fn lines_of(&self, patients: &[PatientId]) -> Result<LinesOf, LakeError> {
        survey::lines_of(&self.lake, patients).await
    }

    /// Which of these lines stand in the newest snapshot, and who sent each.
    ///
    /// # Errors
    /// When the table `resource` cannot be read.
    pub async fn standing(
        &self,
        lines: &LinesOf,
    ) -> Result<BTreeMap<LandingId, BTreeSet<(String, u64)>>, LakeError> {
        let mut standing: BTreeMap<LandingId, BTreeSet<(String, u64)>> = BTreeMap::new();
        if lines.is_empty() {
            return Ok(standing);
        }
        let mut held = super::held::open(&self.lake, &[super::held::RESOURCE]).await?;
        while let Some(resources) = held.next().await? {
            for resource in resources {
                let line = resource.line.unsigned_abs();
                if lines.get(&resource.file).is_some_and(|lines| lines.contains(&line)) {
                    let of_file = standing.entry(resource.file).or_default();
                    of_file.insert((resource.source, line));
                }
            }
        }
        Ok(standing)
    }

    /// Erases, under a load that the ledger has begun, and gives the certificate. Before the journal
    /// is written nothing changes; from then on it is carried out, if need be by the next writer.
    ///
    /// # Errors
    /// When the lake lies in a bucket that keeps older versions, a file cannot be read or written, or the
    /// ledger not be reached.
    ///
    /// # Cost
    /// Writes anew every kept file and every data file that holds something of the person, each once
    /// aside and once in its place, and both databases.
    pub async fn erase(
        &mut self,
        load: LoadId,
        erasing: Erasing,
    ) -> Result<Certificate, LakeError> {
        // A backup that is being made copies files under names that will be other ones.
        let _hold = self.lake.inner.ledger.hold_files(HoldFor::Removing)?;
        let journal = match self.prepared(load, erasing).await {
            Ok(journal) => journal,
            Err(error) => {
                // A disk that is full has room again; what cannot be removed goes with the next try.
                let _ = journal::drop_aside(&self.lake);
                return Err(error);
            }
        };
        self.faults.step("journal")?;
        journal::write(&self.lake, &journal)?;
        apply::carry_out((&self.lake, &self.lease), &self.faults, journal).await
    }

    async fn prepared(&self, load: LoadId, erasing: Erasing) -> Result<Journal, LakeError> {
        self.lake.may_erase().await?;
        self.faults.step("prepare")?;
        prepare::prepare(&self.lake, load, erasing).await
    }

    /// What an erasure would certify, with every file it would change; nothing of the home changes.
    ///
    /// # Errors
    /// As [`Writer::erase`]: what cannot be prepared is found out here.
    ///
    /// # Cost
    /// Writes aside what would change, and removes it.
    pub async fn would_erase(&self, erasing: Erasing) -> Result<Certificate, LakeError> {
        let prepared = self.prepared(LoadId(0), erasing).await;
        journal::drop_aside(&self.lake)?;
        Ok(Certificate { erasure: 0, ..prepared?.certificate })
    }
}

/// Carries out what another process began and did not end.
pub(super) async fn resume(writer: &Writer) -> Result<(), LakeError> {
    if writer.lake.is_erasing() {
        // Begun elsewhere, and the lake was brought to a bucket since.
        writer.lake.may_erase().await?;
    }
    let Some(journal) = journal::read(&writer.lake)? else {
        // An erasure that died before its journal was written has changed nothing.
        return Ok(journal::drop_aside(&writer.lake)?);
    };
    let _hold = writer.lake.inner.ledger.hold_files(HoldFor::Removing)?;
    tracing::warn!("an erasure was interrupted: it is carried out now");
    apply::carry_out((&writer.lake, &writer.lease), &writer.faults, journal).await.map(drop)
}
