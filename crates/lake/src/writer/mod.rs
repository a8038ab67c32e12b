//! Writing: one process at a time, one load at a time, a snapshot whole or not at all.
//!
//! Files are written first, then each table's log, then the ledger: the ledger's transaction is
//! the commit. What a load that died left behind is put right when the next writer opens.

mod book;
mod encode;
mod erase;
mod expire;
mod heal;
mod held;
mod load;
mod optimize;
mod pages;
mod part;
mod publish;
mod rewrite;
mod supersede;

use std::fmt;
use std::sync::Arc;

use ledger::WriterLease;
use vocab::LoadId;

pub use erase::{
    Certificate, Erasing, FileChange, FileErasure, Hole, LinesOf, LookedFor, LookedThrough,
    Mention, MentionEnd, Recall, Removed, RowsAgain, Speaks,
};
pub(crate) use erase::{Notice, notice};
pub use expire::Freed;
use heal::Damaged;
pub use heal::Healed;
pub use held::{HeldContent, HeldIndex, HeldResource, HeldResources};
pub use load::{Load, ReportParts};
pub use optimize::{Compacted, Compaction};
pub use supersede::{OldPlace, OldRow};

use crate::house::{Lake, LakeError};
use crate::tables::TableSpec;

/// What becomes of the rows that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadMode {
    /// They stay; the load adds to them.
    Add,
    /// They go: every table is made anew from the landing.
    Replace,
}

/// Called with the name of each step before it is taken; an error stops the load there.
#[derive(Clone, Default)]
pub struct FaultPoint(Option<Arc<Hook>>);

type Hook = dyn Fn(&str) -> Result<(), LakeError> + Send + Sync;

impl FaultPoint {
    /// Calls this function at each step: for tests that stop or kill a load there.
    #[must_use]
    pub fn new(hook: impl Fn(&str) -> Result<(), LakeError> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(crate) fn step(&self, name: &str) -> Result<(), LakeError> {
        self.0.as_ref().map_or(Ok(()), |hook| hook(name))
    }
}

impl fmt::Debug for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "FaultPoint(set)" } else { "FaultPoint(none)" })
    }
}

/// The right to write to the lake, and a lake that is as the ledger says.
#[derive(Debug)]
pub struct Writer {
    lake: Lake,
    lease: WriterLease,
    faults: FaultPoint,
    healed: Healed,
}

impl Lake {
    /// Takes the right to write, puts right what an interrupted load left behind, and carries out
    /// an erasure that was interrupted.
    ///
    /// # Errors
    /// When another writes, the lake or the ledger cannot be reached, or a bucket does not keep what
    /// is there from being written over.
    pub async fn writer(&self, purpose: &str) -> Result<Writer, LakeError> {
        self.writer_with(purpose, self.inner.faults.clone()).await
    }

    /// The same, to make every table anew: one whose log is damaged is set aside instead of
    /// refused.
    ///
    /// # Errors
    /// As [`Lake::writer`].
    pub async fn writer_for_rebuild(&self, purpose: &str) -> Result<Writer, LakeError> {
        self.opened(purpose, self.inner.faults.clone(), Damaged::SetAside).await
    }

    /// The same, with a hook at each step.
    ///
    /// # Errors
    /// As [`Lake::writer`].
    pub async fn writer_with(
        &self,
        purpose: &str,
        faults: FaultPoint,
    ) -> Result<Writer, LakeError> {
        self.opened(purpose, faults, Damaged::Refused).await
    }

    async fn opened(
        &self,
        purpose: &str,
        faults: FaultPoint,
        damaged: Damaged,
    ) -> Result<Writer, LakeError> {
        let lease = self.inner.ledger.writer_lease(purpose).await?;
        if let Some(bucket) = &self.inner.tables.bucket {
            bucket.probe().await?;
        }
        self.notice_erasures();
        let healed = heal::heal(self, &lease, damaged).await?;
        let writer = Writer { lake: self.clone(), lease, faults, healed };
        erase::resume(&writer).await?;
        Ok(writer)
    }
}

impl Writer {
    /// The lease, for the ledger's own writes.
    #[must_use]
    pub fn lease(&self) -> &WriterLease {
        &self.lease
    }

    /// What had to be put right when this writer opened.
    #[must_use]
    pub fn healed(&self) -> &Healed {
        &self.healed
    }

    /// Begins to fill tables for a load that the ledger has begun.
    ///
    /// # Errors
    /// When the tables cannot be opened.
    pub async fn begin(
        &mut self,
        load: LoadId,
        mode: LoadMode,
        specs: &[TableSpec],
    ) -> Result<Load<'_>, LakeError> {
        self.faults.step("begin")?;
        Load::begin(self, load, mode, specs).await
    }

    /// Every resource and every deletion of the newest snapshot, by where its rows came from.
    ///
    /// # Errors
    /// When the table `resource` or `deletion` cannot be opened.
    pub async fn held_resources(&self) -> Result<HeldResources, LakeError> {
        held::open(&self.lake, &[held::RESOURCE, held::DELETION]).await
    }

    /// Every deletion of the newest snapshot.
    ///
    /// # Errors
    /// When the table `deletion` cannot be opened.
    pub async fn held_deletions(&self) -> Result<HeldResources, LakeError> {
        held::open(&self.lake, &[held::DELETION]).await
    }

    /// A way to look a few resources of the newest snapshot up.
    ///
    /// # Errors
    /// When the table `resource` cannot be opened.
    pub async fn held_index(&self) -> Result<HeldIndex, LakeError> {
        held::index(&self.lake).await
    }
}
