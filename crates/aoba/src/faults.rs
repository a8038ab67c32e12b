//! Faults on purpose, in builds made for tests only: debug builds, and those with the feature
//! `faults`. A released program does not know the variable.
//!
//! `AOBA_FAULT=7:full` lets the seventh step of whatever is written fail as a full disk does; `io`
//! as a broken one does, `abort` ends the process there. `AOBA_FAULT=list:FILE` writes the names of
//! all steps into a file and lets them be.

use lake::FaultPoint;
use ledger::Ledger;

/// Whether this program can be made to fail.
pub(crate) const POSSIBLE: bool = cfg!(any(debug_assertions, feature = "faults"));

/// The variable's name.
pub(crate) const VARIABLE: &str = "AOBA_FAULT";

#[cfg(not(any(debug_assertions, feature = "faults")))]
pub(crate) fn install(_ledger: &Ledger) -> anyhow::Result<FaultPoint> {
    Ok(FaultPoint::default())
}

#[cfg(any(debug_assertions, feature = "faults"))]
pub(crate) fn install(ledger: &Ledger) -> anyhow::Result<FaultPoint> {
    on_purpose::install(ledger)
}

#[cfg(any(debug_assertions, feature = "faults"))]
mod on_purpose {
    use std::io::{self, Write as _};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use anyhow::{Context as _, bail};
    use lake::storage::StorageError;
    use lake::{FaultPoint, LakeError};
    use ledger::Ledger;
    use rustix::io::Errno;

    use super::VARIABLE;

    /// What is asked for.
    enum Fault {
        /// Write down the names of the steps.
        List(PathBuf),
        /// Let one step fail.
        At { number: u64, how: How, seen: AtomicU64 },
    }

    enum How {
        Broken,
        Full,
        Abort,
    }

    /// Has the steps of the ledger and the lake counted together.
    pub(super) fn install(ledger: &Ledger) -> anyhow::Result<FaultPoint> {
        let Ok(asked) = std::env::var(VARIABLE) else { return Ok(FaultPoint::default()) };
        let fault = Arc::new(read(&asked)?);
        let of_ledger = Arc::clone(&fault);
        ledger.at_each_step(move |name| of_ledger.step(name));
        Ok(FaultPoint::new(move |name| {
            let failed =
                |error| LakeError::from(StorageError::new("write", Path::new(name), error));
            fault.step(name).map_err(failed)
        }))
    }

    fn read(asked: &str) -> anyhow::Result<Fault> {
        let (what, how) = asked.split_once(':').context("AOBA_FAULT is NUMBER:HOW or list:FILE")?;
        if what == "list" {
            return Ok(Fault::List(how.into()));
        }
        let how = match how {
            "io" => How::Broken,
            "full" => How::Full,
            "abort" => How::Abort,
            _ => bail!("AOBA_FAULT: {how:?} is none of io, full, abort"),
        };
        Ok(Fault::At { number: what.parse()?, how, seen: AtomicU64::new(0) })
    }

    impl Fault {
        fn step(&self, name: &str) -> io::Result<()> {
            match self {
                Self::List(path) => {
                    let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
                    file.and_then(|mut file| writeln!(file, "{name}"))
                }
                Self::At { number, how, seen } => {
                    if seen.fetch_add(1, Ordering::SeqCst) + 1 != *number {
                        return Ok(());
                    }
                    match how {
                        How::Broken => Err(Errno::IO.into()),
                        How::Full => Err(Errno::NOSPC.into()),
                        How::Abort => std::process::abort(),
                    }
                }
            }
        }
    }
}
