//! Is a file that was fetched whole? The connection tells where it broke; a server that itself
//! wrote only half tells nothing, and then the lines do.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::de::IgnoredAny;

pub(super) use super::body::Packing;
use super::error::{PullError, WholeFault};
use crate::ingest::blocks::{Blocks, Next};

/// How much is read at a time.
const BLOCK_BYTES: usize = 4 << 20;

/// A file that was fetched.
#[derive(Clone, Debug)]
pub(super) struct Fetched<'a> {
    /// Where it lies.
    pub(super) path: &'a Path,
    /// What it is called.
    pub(super) name: &'a str,
    /// How it is packed.
    pub(super) packing: Packing,
    /// How many resources it has, as the server says.
    pub(super) count: Option<u64>,
}

/// What is at the end of a file.
#[derive(Default)]
struct End {
    lines: u64,
    /// The last line with something in it; none where it was too long to be kept.
    last: Option<Vec<u8>>,
    is_object: bool,
}

/// How a file is packed, by the name it was given here.
pub(super) fn packing_of(name: &str) -> Packing {
    if name.ends_with(".gz") { Packing::Gzip } else { Packing::Plain }
}

/// Opens a file for reading what is packed in it.
pub(super) fn open(path: &Path, packing: Packing) -> io::Result<Box<dyn Read + Send>> {
    let file = File::open(path)?;
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => Box::new(MultiGzDecoder::new(io::BufReader::new(file))),
    })
}

/// Reads a file of lines to its end and tells how many there are.
///
/// # Errors
/// [`PullError::NotWhole`] when it is not NDJSON, or some of it is missing.
pub(super) fn check(fetched: &Fetched<'_>, line_bytes_max: usize) -> Result<u64, PullError> {
    let not_whole = |fault| PullError::NotWhole { name: fetched.name.to_owned(), fault };
    let content = open(fetched.path, fetched.packing)
        .map_err(|error| PullError::disk(fetched.path, error))?;
    let end = match read(content, line_bytes_max) {
        Ok(end) => end,
        Err(_) if fetched.packing == Packing::Gzip => return Err(not_whole(WholeFault::Packing)),
        Err(error) => return Err(PullError::disk(fetched.path, error)),
    };
    if end.lines > 0 && !end.is_object {
        return Err(not_whole(WholeFault::NotLines));
    }
    let is_cut = |line: Vec<u8>| serde_json::from_slice::<IgnoredAny>(&line).is_err();
    if end.last.is_some_and(is_cut) {
        return Err(not_whole(WholeFault::LastLine));
    }
    match fetched.count {
        Some(told) if end.lines < told => {
            Err(not_whole(WholeFault::Count { told, found: end.lines }))
        }
        _ => Ok(end.lines),
    }
}

fn read(content: impl Read, line_bytes_max: usize) -> io::Result<End> {
    let mut blocks = Blocks::new(content, BLOCK_BYTES, line_bytes_max);
    let mut end = End::default();
    loop {
        match blocks.next()? {
            Next::End => return Ok(end),
            Next::TooLong { .. } => {
                end.is_object |= end.lines == 0;
                end.lines += 1;
                end.last = None;
            }
            Next::Block(block) => {
                let bytes = block.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&block.bytes);
                let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
                let mut last: &[u8] = b"";
                for line in lines.filter(|line| !line.is_empty()) {
                    end.is_object |= end.lines == 0 && line.starts_with(b"{");
                    end.lines += 1;
                    last = line;
                }
                if !last.is_empty() {
                    end.last = Some(last.to_vec());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn checked(bytes: &[u8], packing: Packing, count: Option<u64>) -> Result<u64, WholeFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        let fetched = Fetched { path: &path, name: "x", packing, count };
        check(&fetched, 1_000).map_err(|error| match error {
            PullError::NotWhole { fault, .. } => fault,
            other => panic!("{other}"),
        })
    }

    fn plain(text: &str, count: Option<u64>) -> Result<u64, WholeFault> {
        checked(text.as_bytes(), Packing::Plain, count)
    }

    #[test]
    fn a_whole_file_is_whole_however_it_is_written() {
        assert_eq!(plain("", Some(0)), Ok(0));
        assert_eq!(plain("{\"a\":1}\n{\"b\":2}\n", Some(2)), Ok(2));
        assert_eq!(plain("\u{feff}{\"a\":1}\r\n\r\n{\"b\":2}", Some(2)), Ok(2));
        // More than was said is no loss, and a line too long is the load's to quarantine.
        assert_eq!(plain("{\"a\":1}\n{\"b\":2}\n", Some(1)), Ok(2));
        assert_eq!(plain(&format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(5_000)), Some(2)), Ok(2));
    }

    #[test]
    fn what_is_missing_is_told() {
        assert_eq!(plain("{\"a\":1}\n{\"b\":", None), Err(WholeFault::LastLine));
        let told = WholeFault::Count { told: 3, found: 2 };
        assert_eq!(plain("{\"a\":1}\n{\"b\":2}\n", Some(3)), Err(told));
        assert_eq!(plain("<html><body>sign in</body></html>", None), Err(WholeFault::NotLines));
    }

    #[test]
    fn a_packed_file_is_looked_into() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        for n in 0..1_000 {
            writeln!(packed, "{{\"id\":\"{n}\"}}").unwrap();
        }
        let packed = packed.finish().unwrap();
        assert_eq!(checked(&packed, Packing::Gzip, Some(1_000)), Ok(1_000));
        let cut = &packed[..packed.len() / 2];
        assert_eq!(checked(cut, Packing::Gzip, None), Err(WholeFault::Packing));
    }
}
