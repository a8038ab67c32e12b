//! Does every sealed record open?

use super::Identity;
use super::seal::{RecordPlace, Sealed};
use crate::error::{Doing, LedgerError};
use crate::store::{Row, ask};

/// How many records are read at a time.
const PAGE_ROWS: i64 = 5_000;

impl Identity {
    /// Opens every record and looks at none: how many there are, and how many do not open.
    ///
    /// # Errors
    /// When the records cannot be read; one that does not open is counted.
    pub(crate) async fn open_all(&self) -> Result<(u64, u64), LedgerError> {
        let (mut records, mut broken) = (0, 0);
        let mut last = RecordPlace { kind: String::new(), owner: i64::MIN };
        loop {
            let rows = ask(include_str!("../../sql/identity/sealed_page.sql"))
                .bind(&last.kind)
                .bind(last.owner)
                .bind(PAGE_ROWS)
                .rows(self.ledger.identities())
                .await
                .doing("read the identities")?;
            let before = last.clone();
            for row in &rows {
                let (place, version, sealed) = read(row).doing("read the identities")?;
                records += 1;
                broken += u64::from(self.sealer.open(&place, version, &sealed).is_err());
                last = last.max(place);
            }
            // The end; or rows that come again, because a changed number stands among them.
            if last == before {
                return Ok((records, broken));
            }
        }
    }
}

fn read(row: &Row) -> Result<(RecordPlace, i64, Sealed), sqlx::Error> {
    let place = RecordPlace { kind: row.try_get(0)?, owner: row.try_get(1)? };
    Ok((place, row.try_get(2)?, Sealed { nonce: row.try_get(3)?, bytes: row.try_get(4)? }))
}
