//! What a line of the audit costs: the same small act written with it and without, for
//! `aoba bench faults`. Nothing else writes without a line, and this only into a ledger of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use vocab::Actor;

use super::{Act, append};
use crate::clock::Clock;
use crate::error::{Doing, LedgerError};
use crate::home::Ledger;
use crate::store::{Tx, ask};

/// How long so many commits took.
#[derive(Clone, Copy, Debug)]
pub struct AuditCost {
    /// How many commits each took.
    pub commits: u64,
    /// Each with its line and the head kept outside, as every act is.
    pub with_line: Duration,
    /// Each with its line alone.
    pub without_head: Duration,
    /// Each without.
    pub without_line: Duration,
    /// Checkpoints over all these lines.
    pub checkpoints: Duration,
}

/// So many commits of one kind are made before the next kind's turn, so that a slow moment of the
/// disk meets all alike.
const TURN_COMMITS: u64 = 50;

/// Measures in a new home, which must be empty.
///
/// # Errors
/// When the home cannot be made or written.
pub async fn audit_cost(home: &Path, commits: u64) -> Result<AuditCost, LedgerError> {
    let by = &Actor::new("local:bench").map_err(|_| LedgerError::NoRandomness)?;
    let ledger = &Ledger::open(home, Clock::of_the_machine(), by).await?;
    let none = Duration::ZERO;
    let mut cost = AuditCost {
        commits,
        with_line: none,
        without_head: none,
        without_line: none,
        checkpoints: none,
    };
    let mut first = 0;
    while first < commits {
        let turn = first..(first + TURN_COMMITS).min(commits);
        let start = Instant::now();
        for number in turn.clone() {
            as_every_act(ledger, number, by).await?;
        }
        cost.with_line += start.elapsed();
        let start = Instant::now();
        for number in turn.clone() {
            alone(ledger, ("line", number), by, Line::Written).await?;
        }
        cost.without_head += start.elapsed();
        let start = Instant::now();
        for number in turn.clone() {
            alone(ledger, ("without", number), by, Line::None).await?;
        }
        cost.without_line += start.elapsed();
        first = turn.end;
    }
    let start = Instant::now();
    ledger.checkpoints().make().await?;
    cost.checkpoints = start.elapsed();
    Ok(cost)
}

/// Whether a commit has its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Written,
    None,
}

async fn as_every_act(ledger: &Ledger, number: u64, by: &Actor) -> Result<(), LedgerError> {
    let (act, now_us) = (&Act::new(by, "study", "study/bench"), ledger.now_us());
    ledger
        .act(|mut tx| async move {
            put(&mut tx, ("with", number), by).await?;
            let line = append(&mut tx, now_us, act).await?;
            Ok((tx, Some(line), ()))
        })
        .await
}

async fn alone(
    ledger: &Ledger,
    (kind, number): (&str, u64),
    by: &Actor,
    line: Line,
) -> Result<(), LedgerError> {
    let (act, now_us) = (&Act::new(by, "study", "study/bench"), ledger.now_us());
    ledger
        .pool()
        .write(|mut tx| async move {
            put(&mut tx, (kind, number), by).await?;
            if line == Line::Written {
                append(&mut tx, now_us, act).await?;
            }
            Ok((tx, ()))
        })
        .await
}

async fn put(tx: &mut Tx, (kind, number): (&str, u64), by: &Actor) -> Result<(), LedgerError> {
    ask(include_str!("../../sql/study/put.sql"))
        .bind(format!("{kind}-{number}"))
        .bind("計測")
        .bind("measured")
        .bind(by.as_str())
        .bind(0_i64)
        .done(tx)
        .await
        .doing("write a small act")
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_way_is_measured_and_the_lines_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        let cost = audit_cost(folder.path(), 3).await.unwrap();
        assert_eq!(cost.commits, 3);
        assert!(cost.without_line > Duration::ZERO && cost.with_line > Duration::ZERO);
        let by = Actor::new("local:bench").unwrap();
        let again = Ledger::open(folder.path(), Clock::of_the_machine(), &by).await.unwrap();
        let verdict = again.audit().verify().await.unwrap();
        assert_eq!((verdict.first_broken, verdict.checkpoints), (None, 1));
        assert_eq!(verdict.rows, 5 + 2 * cost.commits);
    }
}
