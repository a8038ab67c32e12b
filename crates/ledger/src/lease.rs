//! One writer at a time, and one who fetches records from servers.
//!
//! On one machine a lease is a lock of the operating system on `writer.lock` or `pull.lock`, so it
//! ends with the process that holds it, however that process ends. The file's text tells others who
//! holds it.
//!
//! A ledger on a server can be reached from other machines. There the holder also has a lock of the
//! database, and a number that each new holder makes larger: whoever lost the lock with its
//! connection, and was followed by another, finds the number changed and can no longer commit.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::{Doing, LedgerError};
use crate::file_lock::FileLock;
use crate::files;
use crate::store::{Held, Place, Pool, Server, Tx, ask};

/// The right to write to a home; gives itself back when dropped or when the process dies.
#[derive(Debug)]
pub struct WriterLease {
    lock: Lock,
}

/// The right to fetch records for a home from a server; gives itself back as the other does.
///
/// It is not the right to write: a pull takes hours at a slow server, and loads go on meanwhile.
#[derive(Debug)]
pub struct PullLease {
    lock: Lock,
}

/// What one process at a time does in a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Changing landing, tables and snapshots.
    Writing,
    /// Fetching records from servers.
    Pulling,
}

impl Work {
    fn path(self, home: &Path) -> PathBuf {
        home.join(match self {
            Self::Writing => "writer.lock",
            Self::Pulling => "pull.lock",
        })
    }

    /// The fact that names who does it, or did it last; on a server only.
    fn fact(self) -> &'static str {
        match self {
            Self::Writing => "writer",
            Self::Pulling => "puller",
        }
    }

    /// The lock of the database: `aobw` and `aobp` as numbers. Once given, they stay.
    pub(crate) fn lock_number(self) -> i64 {
        match self {
            Self::Writing => 1_634_689_655,
            Self::Pulling => 1_634_689_648,
        }
    }

    /// What is told to who comes second. Nobody is named where the holder died between locking and
    /// writing who it is, or the disk is full.
    fn second(self, holder: Option<Holder>, clock: &Clock) -> LedgerError {
        let (holder, since) = match holder {
            Some(h) => (h.says(), h.since),
            None => ("a process that did not say who it is".to_owned(), clock.now().to_string()),
        };
        match self {
            Self::Writing => LedgerError::SecondWriter { holder, since },
            Self::Pulling => LedgerError::SecondPull { holder, since },
        }
    }
}

/// A locked file, and the lock on the server.
#[derive(Debug)]
struct Lock {
    file: FileLock,
    on_server: Option<OnServer>,
}

/// The same where the ledger is on a server.
#[derive(Debug)]
struct OnServer {
    _held: Held,
    work: Work,
    number: u64,
}

/// What the holder wrote about itself.
#[derive(Clone, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    purpose: String,
    since: String,
    /// On which machine; on a server only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    machine: String,
    /// How many holders there were up to this one; on a server only.
    #[serde(default, skip_serializing_if = "is_zero")]
    number: u64,
}

/// By reference, as serde hands it over.
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Holder {
    fn new(purpose: &str, clock: &Clock) -> Self {
        Self {
            pid: std::process::id(),
            purpose: purpose.to_owned(),
            since: clock.now().to_string(),
            machine: String::new(),
            number: 0,
        }
    }

    fn says(&self) -> String {
        let machine =
            if self.machine.is_empty() { String::new() } else { format!(" on {}", self.machine) };
        format!("{} (process {}{machine})", self.purpose, self.pid)
    }
}

/// Takes the right to write or tells who has it.
pub(crate) async fn take(
    home: &Path,
    purpose: &str,
    clock: &Clock,
    database: (&Place, &Pool),
) -> Result<WriterLease, LedgerError> {
    let lock = Lock::take(Work::Writing, home, Holder::new(purpose, clock), (clock, database));
    Ok(WriterLease { lock: lock.await? })
}

/// Takes the right to pull or tells who has it.
pub(crate) async fn take_pull(
    home: &Path,
    purpose: &str,
    clock: &Clock,
    database: (&Place, &Pool),
) -> Result<PullLease, LedgerError> {
    let lock = Lock::take(Work::Pulling, home, Holder::new(purpose, clock), (clock, database));
    Ok(PullLease { lock: lock.await? })
}

impl WriterLease {
    /// Whether the right to write is still this lease's own, as of a transaction that writes.
    pub(crate) async fn check(&self, tx: &mut Tx) -> Result<(), LedgerError> {
        self.lock.check(tx).await
    }
}

impl PullLease {
    /// The same for the right to pull.
    pub(crate) async fn check(&self, tx: &mut Tx) -> Result<(), LedgerError> {
        self.lock.check(tx).await
    }
}

impl Lock {
    async fn take(
        work: Work,
        home: &Path,
        holder: Holder,
        (clock, (place, pool)): (&Clock, (&Place, &Pool)),
    ) -> Result<Self, LedgerError> {
        let file = take_file(work, home, &holder, clock)?;
        let on_server = match place {
            Place::File(_) => None,
            Place::Server(server) => {
                Some(OnServer::take(work, server, holder, (clock, pool)).await?)
            }
        };
        Ok(Self { file, on_server })
    }

    async fn check(&self, tx: &mut Tx) -> Result<(), LedgerError> {
        let Some(own) = &self.on_server else { return Ok(()) };
        match newest(own.work, tx).await? {
            Some(newest) if newest.number == own.number => Ok(()),
            Some(newest) => Err(LedgerError::LeaseLost { holder: newest.says() }),
            None => Err(LedgerError::LeaseLost { holder: "nobody".to_owned() }),
        }
    }
}

fn take_file(
    work: Work,
    home: &Path,
    holder: &Holder,
    clock: &Clock,
) -> Result<FileLock, LedgerError> {
    let path = work.path(home);
    let _door = at_the_door(home)?;
    let taken = FileLock::alone(files::open_private(&path)?);
    match taken.map_err(files::failed("lock", &path))? {
        Ok(mut lock) => {
            write_holder(lock.file(), holder).map_err(files::failed("write", &path))?;
            Ok(lock)
        }
        Err(mut file) => Err(work.second(read_holder(&mut file), clock)),
    }
}

impl OnServer {
    async fn take(
        work: Work,
        server: &Server,
        mut holder: Holder,
        (clock, pool): (&Clock, &Pool),
    ) -> Result<Self, LedgerError> {
        let Some(held) = Held::take(server, work).await? else {
            let newest = pool.read(|mut tx| async move { newest(work, &mut tx).await }).await?;
            return Err(work.second(newest, clock));
        };
        let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        machine.trim().clone_into(&mut holder.machine);
        let holder = &holder;
        let number = pool
            .write(|mut tx| async move {
                let number = newest(work, &mut tx).await?.map_or(0, |newest| newest.number) + 1;
                let mine = Holder { number, ..holder.clone() };
                let text = serde_json::to_string(&mine).unwrap_or_default();
                ask(include_str!("../sql/store/set_fact.sql"))
                    .bind(work.fact())
                    .bind(text)
                    .done(&mut tx)
                    .await
                    .doing("note who has the lease")?;
                Ok((tx, number))
            })
            .await?;
        Ok(Self { _held: held, work, number })
    }
}

/// Who does this work, or did it last.
async fn newest(work: Work, tx: &mut Tx) -> Result<Option<Holder>, LedgerError> {
    let text: Option<String> = ask(include_str!("../sql/store/fact.sql"))
        .bind(work.fact())
        .value_if_any(tx)
        .await
        .doing("read who has the lease")?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Whether somebody does this work now.
pub(crate) async fn is_held(home: &Path, pool: &Pool, work: Work) -> Result<bool, LedgerError> {
    if file_is_held(home, work)? {
        return Ok(true);
    }
    if !pool.is_server() {
        return Ok(false);
    }
    ask(include_str!("../sql/postgres/lease_is_held.sql"))
        .bind(work.lock_number())
        .value(pool)
        .await
        .doing("ask who has the lease")
}

fn file_is_held(home: &Path, work: Work) -> Result<bool, LedgerError> {
    let path = work.path(home);
    let _door = at_the_door(home)?;
    let taken = FileLock::alone(files::open_private(&path)?);
    Ok(taken.map_err(files::failed("lock", &path))?.is_err())
}

/// Waits until no other process is opening this home or looking at its leases: who only asks whether
/// one is held holds it for a moment, which must not look like a writer to one who wants it.
pub(crate) fn at_the_door(home: &Path) -> Result<FileLock, LedgerError> {
    let door = File::open(home).map_err(files::failed("open", home))?;
    FileLock::wait_alone(door).map_err(files::failed("lock", home))
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write_holder(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_string(holder)?;
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The lock ends with the file; an empty file only spares the next reader an old name.
        let _emptied = self.file.file().set_len(0);
    }
}
