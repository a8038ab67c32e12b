//! What the lake's files and logs were when they were written.
//!
//! The lake is computed and may be made anew on any day; until then nothing in it is believed that
//! is not what was written. The hashes stand here and not beside the files, so that one damaged
//! disk block cannot change both.

use crate::error::{Doing, LedgerError, counted, stored};
use crate::home::Ledger;
use crate::lease::WriterLease;
use crate::store::{Row, Tx, ask, insert_all};

/// A file of a table as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeFile {
    /// The table.
    pub table: String,
    /// Where, from the table's root.
    pub path: String,
    /// How large it is.
    pub size_bytes: u64,
    /// A hash of each of its blocks; how they are cut is the lake's to say.
    pub blocks: Vec<u64>,
}

/// A table's version as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeVersion {
    /// The table.
    pub table: String,
    /// The version.
    pub version: u64,
    /// A digest of what it says.
    pub digest: String,
}

/// What is written down of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing, nor of any version before it: the table is older than this book.
    Nothing,
    /// Something of an earlier version, and nothing of this one.
    NotThis,
    /// This digest.
    Digest(String),
}

/// Writes down and tells what the lake's files were.
#[derive(Clone)]
pub struct LakeFiles {
    ledger: Ledger,
}

impl LakeFiles {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Writes down what was written. Of tables that were made anew everything older is forgotten.
    ///
    /// Done before a commit, it tells of what lies there whether the commit comes or not.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn record(
        &self,
        lease: &WriterLease,
        anew: &[String],
        (files, versions): (&[LakeFile], &[LakeVersion]),
    ) -> Result<(), LedgerError> {
        if anew.is_empty() && files.is_empty() && versions.is_empty() {
            return Ok(());
        }
        let mut file_rows = Vec::with_capacity(files.len());
        for file in files {
            let bytes: Vec<u8> = file.blocks.iter().flat_map(|hash| hash.to_le_bytes()).collect();
            file_rows.push((file, stored("a file's size", file.size_bytes)?, bytes));
        }
        let mut version_rows = Vec::with_capacity(versions.len());
        for version in versions {
            version_rows.push((version, stored("a version", version.version)?));
        }
        let rows = (file_rows.as_slice(), version_rows.as_slice());
        // Written twice it says the same.
        self.ledger
            .pool()
            .write(|mut tx| async move {
                lease.check(&mut tx).await?;
                put(&mut tx, anew, rows).await?;
                Ok((tx, ()))
            })
            .await
    }

    /// Forgets files that were removed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn forget(
        &self,
        lease: &WriterLease,
        table: &str,
        paths: &[String],
    ) -> Result<(), LedgerError> {
        self.forget_in(lease, &[], (table, paths)).await
    }

    /// Forgets files that will be other ones under the same names, and with them the table's log
    /// and what its versions say: until they are written down anew they are read as they lie.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn forget_changing(
        &self,
        lease: &WriterLease,
        table: &str,
        paths: &[String],
    ) -> Result<(), LedgerError> {
        let log = [
            include_str!("../sql/lake/forget_log.sql"),
            include_str!("../sql/lake/forget_versions.sql"),
        ];
        self.forget_in(lease, &log, (table, paths)).await
    }

    /// Forgets files of a table, and what these questions name of it.
    async fn forget_in(
        &self,
        lease: &WriterLease,
        of_table: &[&'static str],
        (table, paths): (&str, &[String]),
    ) -> Result<(), LedgerError> {
        self.ledger
            .pool()
            .write(|mut tx| async move {
                lease.check(&mut tx).await?;
                for sql in of_table.iter().copied() {
                    ask(sql).bind(table).done(&mut tx).await.doing("forget a table's log")?;
                }
                for path in paths {
                    ask(include_str!("../sql/lake/forget_file.sql"))
                        .bind(table)
                        .bind(path)
                        .done(&mut tx)
                        .await
                        .doing("forget a file")?;
                }
                Ok((tx, ()))
            })
            .await
    }

    /// Every file of a table that is written down, by its path.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn of_table(&self, table: &str) -> Result<Vec<LakeFile>, LedgerError> {
        let rows = ask(include_str!("../sql/lake/files_of_table.sql"))
            .bind(table)
            .rows(self.ledger.pool())
            .await
            .doing("read the lake's files")?;
        rows.iter().map(|row| read_file(table, row)).collect()
    }

    /// What is written down of a table's version.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn version(&self, table: &str, version: u64) -> Result<Written, LedgerError> {
        let asked = stored("a version", version)?;
        let row = ask(include_str!("../sql/lake/version.sql"))
            .bind(table)
            .bind(asked)
            .row(self.ledger.pool())
            .await
            .doing("read the lake's versions")?;
        let Some(row) = row else { return Ok(Written::Nothing) };
        let (found, digest): (i64, String) =
            (|| Ok((row.try_get(0)?, row.try_get(1)?)))().doing("read the lake's versions")?;
        Ok(if found == asked { Written::Digest(digest) } else { Written::NotThis })
    }
}

/// A file to be written down, its size and the hashes of its blocks as they are stored.
type FileRow<'a> = (&'a LakeFile, i64, Vec<u8>);

/// A version to be written down, and its number as it is stored.
type VersionRow<'a> = (&'a LakeVersion, i64);

async fn put(
    tx: &mut Tx,
    anew: &[String],
    (files, versions): (&[FileRow<'_>], &[VersionRow<'_>]),
) -> Result<(), LedgerError> {
    for table in anew {
        for sql in [
            include_str!("../sql/lake/forget_files.sql"),
            include_str!("../sql/lake/forget_versions.sql"),
        ] {
            ask(sql).bind(table).done(&mut *tx).await.doing("forget a table's files")?;
        }
    }
    let sql = include_str!("../sql/lake/put_files.sql");
    insert_all(tx, sql, 4, files, |values, (file, size_bytes, blocks)| {
        values.push(&file.table).push(&file.path).push(*size_bytes).push(blocks.clone());
    })
    .await?;
    let sql = include_str!("../sql/lake/put_versions.sql");
    insert_all(tx, sql, 3, versions, |values, (version, number)| {
        values.push(&version.table).push(*number).push(&version.digest);
    })
    .await?;
    Ok(())
}

fn read_file(table: &str, row: &Row) -> Result<LakeFile, LedgerError> {
    let (path, size_bytes, blocks): (String, i64, Vec<u8>) =
        (|| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))()
            .doing("read the lake's files")?;
    let (hashes, rest) = blocks.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(LedgerError::Damaged { what: "hashes of a file of the lake", found: path });
    }
    Ok(LakeFile {
        table: table.to_owned(),
        size_bytes: counted("a file's size", size_bytes)?,
        blocks: hashes.iter().map(|hash| u64::from_le_bytes(*hash)).collect(),
        path,
    })
}
