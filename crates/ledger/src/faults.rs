//! Stopping a write at one of its steps, to see what it leaves behind.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::error::LedgerError;
use crate::files;
use crate::home::Ledger;

type Hook = dyn Fn(&str) -> io::Result<()> + Send + Sync;

/// Called with the name of each step before it is taken; nothing where nobody asked for it.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<OnceLock<Box<Hook>>>);

impl Faults {
    /// Takes a step, or fails as if the disk had.
    pub(crate) fn step(&self, name: &str, home: &Path) -> Result<(), LedgerError> {
        match self.0.get() {
            Some(hook) => hook(name).map_err(files::failed("write", &home.join("ledger.db"))),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Faults(set)" } else { "Faults(none)" })
    }
}

impl Ledger {
    /// Calls this function before each step of each act of this ledger: for tests that fail or end
    /// the process there. The first call counts.
    pub fn at_each_step(&self, hook: impl Fn(&str) -> io::Result<()> + Send + Sync + 'static) {
        // A second hook is not taken: a test sets one.
        self.faults().0.set(Box::new(hook)).ok();
    }
}
