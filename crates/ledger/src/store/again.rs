//! Asking again: which failures say that the connection or the server went away, and how often
//! and how long the ledger waits for it to come back.
//!
//! Only what was certainly not committed is done again. A file never goes away, so none of this
//! happens with SQLite.

use std::time::Duration;

use crate::error::LedgerError;

/// How often something is tried again.
const TRIES_MAX: u32 = 14;
/// How long the first wait is; each next one is twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(50);
/// How long the longest wait is: with the others, half a minute in all.
const WAIT_MAX: Duration = Duration::from_secs(4);

/// How often something may still be tried.
#[derive(Debug)]
pub(crate) struct Tries {
    left: u32,
    wait: Duration,
}

impl Default for Tries {
    fn default() -> Self {
        Self { left: TRIES_MAX, wait: WAIT_FIRST }
    }
}

impl Tries {
    /// A few, for somebody who waits at the door: three seconds in all.
    pub(crate) fn few() -> Self {
        Self { left: 6, ..Self::default() }
    }

    /// Whether to do it once more, after a wait.
    pub(crate) async fn again(&mut self, error: &LedgerError) -> bool {
        match error {
            LedgerError::Store { source, .. } => self.after(source).await,
            _ => false,
        }
    }

    /// The same for what the database said.
    pub(crate) async fn after(&mut self, error: &sqlx::Error) -> bool {
        if self.left == 0 || !(is_lost(error) || is_clash(error)) {
            return false;
        }
        self.left -= 1;
        tracing::info!(%error, "the ledger's database is asked again");
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        true
    }
}

/// Whether the connection or the server went away.
///
/// # Source
/// SQLSTATE classes of PostgreSQL, appendix A: 08 connection exceptions; 57P01 to 57P03 the server
/// ends, has crashed, or is starting; 25P03 it cut a transaction that was idle for too long; 53300
/// it has no connection left.
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Io(_) = error {
        return true;
    }
    let gone = |code: &str| matches!(code, "57P01" | "57P02" | "57P03" | "25P03" | "53300");
    code(error).is_some_and(|code| code.starts_with("08") || gone(&code))
}

/// Whether two transactions were in each other's way, so that one of them must be done again:
/// 40001 serialization failure, 40P01 deadlock.
fn is_clash(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "40001" || code == "40P01")
}

/// Whether another held a lock for too long (55P03; `SQLITE_BUSY`).
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "55P03" || code == "5")
}

/// Whether the role may not do this (42501).
pub(crate) fn is_denied(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "42501")
}

/// Whether the server lets nobody in by this name and password (class 28), so that asking again or
/// waiting is of no use.
pub(crate) fn is_turned_away(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code.starts_with("28"))
}

/// Whether the server has no database of this name (3D000).
pub(crate) fn is_nowhere(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "3D000")
}

/// Whether the database failed for want of space: it says so (`SQLITE_FULL`; 53100), or could not
/// make its shared memory as large as it must be (`SQLITE_IOERR_SHMSIZE`).
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| matches!(&*code, "13" | "4874" | "53100"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> LedgerError {
        let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        LedgerError::Store { doing: "read", source: sqlx::Error::Io(cut) }
    }

    #[tokio::test]
    async fn what_was_lost_is_tried_again_and_not_for_ever() {
        let mut tries = Tries { left: 3, wait: Duration::ZERO };
        for _ in 0..3 {
            assert!(tries.again(&lost()).await);
        }
        assert!(!tries.again(&lost()).await);
    }

    #[tokio::test]
    async fn what_was_answered_is_not_asked_again() {
        let mut tries = Tries::default();
        let refused = LedgerError::Store { doing: "read", source: sqlx::Error::RowNotFound };
        assert!(!tries.again(&refused).await);
        assert!(!tries.again(&LedgerError::NoRandomness).await);
    }
}
