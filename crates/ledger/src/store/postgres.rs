//! A database as a schema of a PostgreSQL server.
//!
//! A transaction that writes takes a lock with its first statement, which SQLite does by itself:
//! the lock is of the schema, so that ledger and identities do not wait for one another. Under it
//! each statement sees all that was committed before, so that nothing has to be done again because
//! another was quicker.

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Postgres, Row as _, Transaction};

use super::again::{Tries, is_busy};
use super::place::Server;
use super::{CONNECTIONS_MAX, WAIT};
use crate::error::{LedgerError, Unfit};
use crate::lease::Work;

/// The oldest version whose words our questions use: `regcollation` came with it.
pub(crate) const VERSION_MIN: u32 = 13;

/// What a server says of itself and of our schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// Its version, such as `15.14`.
    pub(crate) version: String,
    /// The schema we are in.
    pub(crate) schema: String,
    /// Settings under which a power cut would take what was acknowledged.
    pub(crate) unsafe_settings: Vec<String>,
    /// Whether a ledger's steps have been applied here.
    pub(crate) made: bool,
}

/// Opens the connections.
pub(super) async fn open(server: &Server) -> Result<PgPool, LedgerError> {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(WAIT)
        .after_connect(|conn, _| {
            Box::pin(async move {
                let durable = sqlx::query(include_str!("../../sql/postgres/durable.sql"));
                durable.execute(conn).await.map(drop)
            })
        })
        .connect_with(server.options.clone())
        .await
        .map_err(|source| out_of_reach(server, source))
}

pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut tx = pool.begin_with(include_str!("../../sql/postgres/begin_write.sql")).await?;
    // A statement of its own: were it part of the first, a wait that is cut short would leave the
    // connection in a transaction that nobody knows of.
    sqlx::query(include_str!("../../sql/postgres/lock.sql")).execute(&mut *tx).await?;
    Ok(tx)
}

pub(super) async fn begin_read(
    pool: &PgPool,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with(include_str!("../../sql/postgres/begin_read.sql")).await
}

/// Asks a server what it is and what our schema holds, before anything is written there.
///
/// By one connection of its own: a pool would wait for half a minute and then not say for what.
pub(crate) async fn look(server: &Server) -> Result<ServerFacts, LedgerError> {
    let mut tries = Tries::few();
    let told = loop {
        match told(server).await {
            Err(error) if tries.after(&error).await => {}
            told => break told,
        }
    };
    let told = told.map_err(|source| out_of_reach(server, source))?;
    let unfit = |by: Unfit| Err(LedgerError::Unfit { place: server.to_string(), by });
    let Told { facts, major, encoding, tables } = told;
    if major < VERSION_MIN {
        return unfit(Unfit::TooOld(major));
    }
    if encoding != "UTF8" {
        return unfit(Unfit::Encoding);
    }
    if facts.schema.is_empty() {
        return unfit(Unfit::NoSchema);
    }
    if !facts.made && tables > 0 {
        return unfit(Unfit::OtherTables);
    }
    Ok(facts)
}

/// All that a server is asked.
struct Told {
    facts: ServerFacts,
    /// The first part of its version.
    major: u32,
    encoding: String,
    /// How many tables our schema has.
    tables: i64,
}

async fn told(server: &Server) -> Result<Told, sqlx::Error> {
    let mut conn = PgConnection::connect_with(&server.options).await?;
    let row = sqlx::query(include_str!("../../sql/postgres/server.sql")).fetch_one(&mut conn);
    let row = row.await?;
    let schema: Option<String> = row.try_get(0)?;
    let mut unsafe_settings = Vec::new();
    for (column, name) in [(3, "fsync"), (4, "full_page_writes")] {
        if row.try_get::<String, _>(column)? == "off" {
            unsafe_settings.push(format!("{name} = off"));
        }
    }
    let (version, encoding) = (row.try_get(1)?, row.try_get(2)?);
    // Such as 150014; before 10 the second part of a version meant what the first one means now.
    let number: String = row.try_get(5)?;
    let major = number.parse().unwrap_or(0) / 10_000;
    let row = sqlx::query(include_str!("../../sql/postgres/holds.sql")).fetch_one(&mut conn);
    let row = row.await?;
    let (made, tables) = (row.try_get(0)?, row.try_get(1)?);
    conn.close().await?;
    let schema = schema.unwrap_or_default();
    let facts = ServerFacts { version, schema, unsafe_settings, made };
    Ok(Told { facts, major, encoding, tables })
}

fn out_of_reach(server: &Server, source: sqlx::Error) -> LedgerError {
    LedgerError::Unreachable { place: server.to_string(), source }
}

/// A lock on being the one who does some work, held by a connection of its own for as long as that lives.
#[derive(Debug)]
pub(crate) struct Held {
    _conn: PgConnection,
}

impl Held {
    /// Takes the lock; gives nothing when another has it. A holder that has just ended may
    /// still be on its way out, so it is waited for a moment.
    pub(crate) async fn take(server: &Server, work: Work) -> Result<Option<Self>, LedgerError> {
        let mut tries = Tries::default();
        loop {
            match Self::attempt(server, work).await {
                Ok(held) => return Ok(Some(held)),
                Err(error) if is_busy(&error) => return Ok(None),
                Err(error) if tries.after(&error).await => {}
                Err(source) => return Err(out_of_reach(server, source)),
            }
        }
    }

    async fn attempt(server: &Server, work: Work) -> Result<Self, sqlx::Error> {
        let options = server.options.clone().options([("lock_timeout", "3s")]);
        let mut conn = PgConnection::connect_with(&options).await?;
        let lock = sqlx::query(include_str!("../../sql/postgres/take_lease.sql"));
        lock.bind(work.lock_number()).execute(&mut conn).await?;
        Ok(Self { _conn: conn })
    }
}
