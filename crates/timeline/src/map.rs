//! The one place where a file is mapped into memory.

use std::fs::File;
use std::path::Path;

use memmap2::{Mmap, UncheckedAdvice};

use crate::Error;

/// Maps a whole file to be read.
#[expect(unsafe_code, reason = "a memory map is how the index is read without holding it")]
pub(crate) fn read_only(path: &Path) -> Result<Mmap, Error> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    // SAFETY: bytes under a map must not change. Segments are written aside, put in place by a
    // rename, and never opened for writing again; a removed one keeps its bytes until the map goes.
    // Who truncates one by hand ends the process, and can do no other harm: every byte is checked.
    unsafe { Mmap::map(&file) }.map_err(|source| Error::io(path, source))
}

/// Lets the system take the memory of a map back; what is read later comes from the file again.
#[expect(unsafe_code, reason = "the one use of a map beside reading it")]
pub(crate) fn let_go(map: &Mmap) {
    // SAFETY: nothing was ever written to the map, so its pages and the file's are the same.
    let advised = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
    // A system that will not is none the worse for it.
    drop(advised);
}
