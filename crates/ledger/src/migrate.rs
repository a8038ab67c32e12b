//! Steps that bring a database to today's shape: numbered, forward only, never edited.
//!
//! All missing steps run in one transaction. The checksum of each applied step is kept, so a step
//! that was changed after its release is refused instead of quietly meaning something else. A step
//! is written once, in what SQLite and PostgreSQL both take: `bigint`, `text`, `boolean`, `bytea`.

use sha2::{Digest, Sha256};

use crate::error::{Doing, LedgerError};
use crate::store::{AddressFault, Pool, Tx, ask};

/// One step.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// The ledger's steps.
pub(crate) const LEDGER: &[Step] = &[
    Step { number: 1, name: "ledger", sql: include_str!("../migrations/ledger/0001_ledger.sql") },
    Step {
        number: 2,
        name: "patient fingerprint",
        sql: include_str!("../migrations/ledger/0002_patient_fingerprint.sql"),
    },
    Step {
        number: 3,
        name: "studies and sessions",
        sql: include_str!("../migrations/ledger/0003_studies_and_sessions.sql"),
    },
    Step {
        number: 4,
        name: "deletions",
        sql: include_str!("../migrations/ledger/0004_deletions.sql"),
    },
    Step {
        number: 5,
        name: "snapshots expire",
        sql: include_str!("../migrations/ledger/0005_snapshots_expire.sql"),
    },
    Step { number: 6, name: "pulls", sql: include_str!("../migrations/ledger/0006_pulls.sql") },
    Step {
        number: 7,
        name: "erasures",
        sql: include_str!("../migrations/ledger/0007_erasures.sql"),
    },
    Step {
        number: 8,
        name: "lake files",
        sql: include_str!("../migrations/ledger/0008_lake_files.sql"),
    },
    Step {
        number: 9,
        name: "accounts",
        sql: include_str!("../migrations/ledger/0009_accounts.sql"),
    },
    Step {
        number: 10,
        name: "checkpoints",
        sql: include_str!("../migrations/ledger/0010_checkpoints.sql"),
    },
    Step {
        number: 11,
        name: "cohorts",
        sql: include_str!("../migrations/ledger/0011_cohorts.sql"),
    },
];

/// The identity store's steps.
pub(crate) const IDENTITY: &[Step] = &[
    Step {
        number: 1,
        name: "identity",
        sql: include_str!("../migrations/identity/0001_identity.sql"),
    },
    Step { number: 2, name: "house", sql: include_str!("../migrations/identity/0002_house.sql") },
];

/// Applies the steps that are missing.
pub(crate) async fn run(pool: &Pool, steps: &[Step], now_us: i64) -> Result<(), LedgerError> {
    pool.write(|mut tx| async move {
        let known = applied(&mut tx, steps).await?;
        let mut changed = false;
        for step in missing(&known, steps) {
            tx.run(step.sql).await?;
            ask(include_str!("../sql/store/record_migration.sql"))
                .bind(step.number)
                .bind(step.name)
                .bind(checksum_of(step.sql))
                .bind(now_us)
                .done(&mut tx)
                .await
                .doing("record a migration")?;
            changed = true;
        }
        if changed {
            tx.align().await?;
        }
        Ok((tx, ()))
    })
    .await
}

/// The numbers of the steps that were applied.
async fn applied(tx: &mut Tx, steps: &[Step]) -> Result<Vec<i64>, LedgerError> {
    ask(include_str!("../sql/store/prepare_migrations.sql"))
        .done(&mut *tx)
        .await
        .doing("prepare its migrations")?;
    let applied = ask(include_str!("../sql/store/migrations_applied.sql"))
        .rows(tx)
        .await
        .doing("read its migrations")?;
    let mut known = Vec::with_capacity(applied.len());
    for row in applied {
        let (number, name, checksum): (i64, String, String) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
                .doing("read its migrations")?;
        let Some(step) = steps.iter().find(|step| step.number == number) else {
            return Err(LedgerError::MigrationUnknown { number, name });
        };
        if step.name != name {
            // The ledger's steps where the identities' should be, or the other way round.
            let (setting, fault) = ("ledger.identity_url", AddressFault::SameAsLedger);
            return Err(LedgerError::Address { setting, fault });
        }
        if checksum_of(step.sql) != checksum {
            return Err(LedgerError::MigrationChanged { number, name });
        }
        known.push(number);
    }
    Ok(known)
}

/// The steps that are not among those applied, in order.
fn missing<'a>(applied: &'a [i64], steps: &'a [Step]) -> impl Iterator<Item = &'a Step> {
    steps.iter().filter(|step| !applied.contains(&step.number))
}

/// Whether a database that has had these steps is not of today's shape.
pub(crate) fn lacks(applied: &[i64], steps: &[Step]) -> bool {
    missing(applied, steps).next().is_some()
}

fn checksum_of(sql: &str) -> String {
    Sha256::digest(sql).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Place;

    const FIRST: Step = Step { number: 1, name: "first", sql: "create table a (x bigint)" };

    async fn open() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&Place::File(folder.path().join("some.db"))).await.unwrap();
        (folder, pool)
    }

    #[tokio::test]
    async fn steps_are_applied_once_and_in_order() {
        let (_folder, pool) = open().await;
        let second = Step { number: 2, name: "second", sql: "alter table a add y bigint" };
        run(&pool, &[FIRST], 1).await.unwrap();
        run(&pool, &[FIRST, second], 2).await.unwrap();
        ask("select x, y from a").rows(&pool).await.unwrap();
    }

    #[tokio::test]
    async fn an_edited_step_is_refused() {
        let (_folder, pool) = open().await;
        run(&pool, &[FIRST], 1).await.unwrap();
        let edited = Step { sql: "create table a (z bigint)", ..FIRST };
        let refused = run(&pool, &[edited], 2).await;
        assert!(matches!(refused, Err(LedgerError::MigrationChanged { number: 1, .. })));
    }

    #[tokio::test]
    async fn a_ledger_from_a_newer_program_is_refused() {
        let (_folder, pool) = open().await;
        run(&pool, &[FIRST], 1).await.unwrap();
        assert!(matches!(run(&pool, &[], 2).await, Err(LedgerError::MigrationUnknown { .. })));
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing_of_itself_or_its_neighbours() {
        let (_folder, pool) = open().await;
        let wrong = Step { number: 2, name: "wrong", sql: "create table b (x bigint); create" };
        assert!(run(&pool, &[FIRST, wrong], 1).await.is_err());
        assert!(ask("select x from a").rows(&pool).await.is_err());
        assert!(ask("select x from b").rows(&pool).await.is_err());
    }
}
