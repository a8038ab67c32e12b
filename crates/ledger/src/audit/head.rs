//! The head of the audit, kept outside the database in `audit.head`.
//!
//! Written after each commit. Behind the database it means a crash between the two, which the
//! next act mends; ahead of it, that rows are gone. It is never moved on over such a gap, and
//! never made anew beside rows, so the trace of a cut does not vanish with the next act.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{AuditHead, GENESIS};
use crate::error::{Doing, LedgerError};
use crate::file_lock::FileLock;
use crate::files;
use crate::store::{On, Pool, ask};

/// The file that keeps the head.
#[derive(Clone, Debug)]
pub(crate) struct HeadFile {
    path: PathBuf,
    lock: PathBuf,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeptHead {
    Missing,
    Unreadable,
    At(AuditHead),
}

impl HeadFile {
    pub(crate) fn of(home: &Path) -> Self {
        Self { path: home.join("audit.head"), lock: home.join("audit.head.lock") }
    }

    /// Writes the head of an audit without rows: only where the house is being made.
    pub(crate) fn found(&self) -> Result<(), LedgerError> {
        self.write(&AuditHead { seq: 0, hash: GENESIS.to_owned() })
    }

    pub(crate) fn read(&self) -> Result<KeptHead, LedgerError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(KeptHead::Missing),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Ok(KeptHead::Unreadable);
            }
            Err(error) => return Err(files::failed("read", &self.path)(error)),
        };
        Ok(parse(&text).map_or(KeptHead::Unreadable, KeptHead::At))
    }

    /// Moves the kept head on to a row just committed.
    ///
    /// Leaves it where it is, and says so in the log, when the row it names is not in the audit.
    pub(crate) async fn advance(&self, pool: &Pool, to: AuditHead) -> Result<(), LedgerError> {
        let KeptHead::At(kept) = self.read()? else {
            tracing::error!("audit.head is gone or unreadable; run aoba audit verify");
            return Ok(());
        };
        if kept.seq >= to.seq {
            return Ok(());
        }
        if !stands(pool, &kept).await? {
            tracing::error!(
                "the audit does not hold the row audit.head names; run aoba audit verify"
            );
            return Ok(());
        }
        let head = self.clone();
        let moved = tokio::task::spawn_blocking(move || head.write_if_newer(&to)).await;
        moved.unwrap_or_else(|join| Err(files::failed("write", &self.path)(io::Error::other(join))))
    }

    /// Writes unless another process has written a later head meanwhile.
    fn write_if_newer(&self, to: &AuditHead) -> Result<(), LedgerError> {
        let lock = FileLock::wait_alone(files::open_private(&self.lock)?);
        let _lock = lock.map_err(files::failed("lock", &self.lock))?;
        match self.read()? {
            KeptHead::At(kept) if kept.seq < to.seq => self.write(to),
            _ => Ok(()),
        }
    }

    fn write(&self, head: &AuditHead) -> Result<(), LedgerError> {
        files::replace(&self.path, written(head).as_bytes())
    }
}

/// Whether the audit holds the row that a head names.
pub(crate) async fn stands(on: impl Into<On<'_>>, head: &AuditHead) -> Result<bool, LedgerError> {
    if head.seq == 0 {
        return Ok(head.hash == GENESIS);
    }
    let hash: Option<String> = ask(include_str!("../../sql/audit/hash_at.sql"))
        .bind(head.seq)
        .value_if_any(on)
        .await
        .doing("read the audit")?;
    Ok(hash.as_deref() == Some(&head.hash))
}

fn parse(text: &str) -> Option<AuditHead> {
    let (seq, hash) = text.trim_end().split_once(' ')?;
    let seq = seq.parse().ok().filter(|seq| *seq >= 0)?;
    let well_formed = hash.len() == GENESIS.len() && hash.bytes().all(|b| b.is_ascii_hexdigit());
    let head = AuditHead { seq, hash: hash.to_owned() };
    // A changed byte is a changed byte, also where it means the same.
    (well_formed && text == written(&head)).then_some(head)
}

fn written(head: &AuditHead) -> String {
    format!("{} {}\n", head.seq, head.hash)
}
