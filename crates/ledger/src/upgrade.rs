//! A database file of an earlier form is copied before it is changed.
//!
//! The steps that bring it to today's shape run in one transaction and lose nothing; but whoever
//! must go back to an earlier program needs the file that program knew. A server's databases are
//! copied by whoever keeps the server.

use std::path::{Path, PathBuf};

use crate::copy;
use crate::error::{Doing, LedgerError};
use crate::files;
use crate::migrate::{self, Step};
use crate::store::{Pool, ask};

/// The folder of copies of databases of earlier forms, in a home.
pub const KEPT_COPIES: &str = "before-upgrade";

/// Copies a database that lacks steps, as it is, and gives where; none where it lacks none, is new,
/// or is no file.
///
/// # Errors
/// [`LedgerError::NotWhole`] when it is damaged: then nothing is changed.
///
/// # Cost
/// One question where nothing is lacking; else the database is read twice.
pub(crate) async fn keep_copy(
    (file, home): (&'static str, &Path),
    pool: &Pool,
    steps: &[Step],
) -> Result<Option<PathBuf>, LedgerError> {
    let applied = match pool.file() {
        Some(_) => applied(pool).await?,
        None => Vec::new(),
    };
    let Some(last) = applied.last().filter(|_| migrate::lacks(&applied, steps)) else {
        return Ok(None);
    };
    let folder = home.join(KEPT_COPIES);
    // A copy that was cut short must not be taken for one: it is made aside.
    let aside = folder.join("unfinished");
    files::make_folder(&aside)?;
    copy::copy(file, pool, &aside).await?;
    let (from, to) = (aside.join(file), folder.join(format!("step-{last:04}-{file}")));
    std::fs::rename(&from, &to).map_err(files::failed("write", &to))?;
    std::fs::remove_dir(&aside).map_err(files::failed("remove", &aside))?;
    files::sync_folder(&folder)?;
    tracing::info!(file, from = last, kept = %to.display(), "kept a copy before the upgrade");
    Ok(Some(to))
}

/// The numbers of the steps that were applied; none in a new database.
async fn applied(pool: &Pool) -> Result<Vec<i64>, LedgerError> {
    let there: Option<i64> = ask(include_str!("../sql/sqlite/has_migrations.sql"))
        .value_if_any(pool)
        .await
        .doing("look at its parts")?;
    if there.is_none() {
        return Ok(Vec::new());
    }
    ask(include_str!("../sql/store/steps_applied.sql"))
        .values(pool)
        .await
        .doing("read its migrations")
}
