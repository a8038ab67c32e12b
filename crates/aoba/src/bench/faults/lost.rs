//! What a disk holds when the power has gone away: all that was synced, and of the rest nothing, or
//! whatever the system happened to have written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use synth::dice::Dice;

/// What is left of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing: neither bytes nor names.
    Synced,
    /// All names, and of each file some of its pages, in no order.
    Some,
}

/// What the system writes at a time.
const PAGE_BYTES: usize = 4096;

/// Puts together what the disk under a watched folder holds.
pub(super) fn assemble(
    (live, disk): (&Path, &Path),
    to: &Path,
    (left, dice): (Left, &mut Dice),
) -> anyhow::Result<()> {
    match left {
        Left::Synced => {
            let root = fs::read_to_string(disk.join("root")).context("the layer left no root")?;
            fs::create_dir(to)?;
            synced(disk, root.trim(), to)
        }
        Left::Some => some(live, disk, to, dice),
    }
}

/// A folder as it was when it was last synced, with what it then held.
fn synced(disk: &Path, key: &str, to: &Path) -> anyhow::Result<()> {
    let list = disk.join(format!("d-{key}"));
    // A new folder that was never synced holds nothing.
    let list = if list.exists() { fs::read_to_string(list)? } else { String::new() };
    for line in list.lines() {
        let mut parts = line.splitn(4, ' ');
        let mut part = || parts.next().context("the layer wrote half a line");
        let (kind, mode, key, name) = (part()?, part()?, part()?, part()?);
        let to = to.join(name);
        if kind == "d" {
            fs::create_dir(&to)?;
            synced(disk, key, &to)?;
        } else {
            let bytes = disk.join(format!("f-{key}"));
            fs::write(&to, if bytes.exists() { fs::read(bytes)? } else { Vec::new() })?;
        }
        fs::set_permissions(&to, Permissions::from_mode(u32::from_str_radix(mode, 8)?))?;
    }
    Ok(())
}

/// A folder as it is, each file half new and half old.
fn some(live: &Path, disk: &Path, to: &Path, dice: &mut Dice) -> anyhow::Result<()> {
    let meta = fs::metadata(live)?;
    if meta.is_dir() {
        fs::create_dir(to)?;
        let mut names: Vec<_> = fs::read_dir(live)?
            .map(|entry| Ok(entry?.file_name()))
            .collect::<anyhow::Result<_>>()?;
        // Whatever order the system lists them in, chance is the same.
        names.sort();
        for name in names {
            some(&live.join(&name), disk, &to.join(&name), dice)?;
        }
    } else {
        let made = meta.created().context("this file system does not tell when files were made")?;
        let made = made.duration_since(UNIX_EPOCH)?;
        let key = format!("{}-{}-{}", meta.ino(), made.as_secs(), made.subsec_nanos());
        let then = disk.join(format!("f-{key}"));
        let then = if then.exists() { fs::read(then)? } else { Vec::new() };
        fs::write(to, mixed(&fs::read(live)?, &then, dice))?;
    }
    Ok(fs::set_permissions(to, meta.permissions())?)
}

/// Some pages of what was written, the others as they were synced; what never was is zeros.
fn mixed(now: &[u8], then: &[u8], dice: &mut Dice) -> Vec<u8> {
    if now == then {
        return now.to_vec();
    }
    let length = if dice.below(2) == 0 { now.len() } else { then.len() };
    let mut bytes = vec![0; length];
    for (number, page) in bytes.chunks_mut(PAGE_BYTES).enumerate() {
        let source = if dice.below(2) == 0 { now } else { then };
        let rest = source.get(number * PAGE_BYTES..).unwrap_or_default();
        for (byte, written) in page.iter_mut().zip(rest) {
            *byte = *written;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_is_there_and_the_rest_is_in_pages() {
        let (then, now) = (vec![1; 3 * PAGE_BYTES], vec![2; 5 * PAGE_BYTES]);
        let mut dice = Dice::new(1, 1);
        assert_eq!(mixed(&then, &then, &mut dice), then);
        let mut seen = [false; 3];
        for _ in 0..20 {
            let mixed = mixed(&now, &then, &mut dice);
            assert!(mixed.len() == then.len() || mixed.len() == now.len());
            for page in mixed.chunks(PAGE_BYTES) {
                assert!(page.iter().all(|byte| *byte == page[0]), "a page is whole");
                seen[usize::from(page[0])] = true;
            }
        }
        assert_eq!(seen, [true; 3], "zeros, what was synced, and what was not");
    }

    #[test]
    fn names_and_bytes_that_were_not_synced_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (disk, to) = (folder.path().join("disk"), folder.path().join("to"));
        fs::create_dir(&disk).unwrap();
        for (name, text) in [
            ("root", "1-1-1"),
            ("d-1-1-1", "f 600 2-1-1 a b\nd 700 3-1-1 new\nf 644 4-1-1 c\n"),
            ("f-2-1-1", "text"),
        ] {
            fs::write(disk.join(name), text).unwrap();
        }
        assemble((folder.path(), &disk), &to, (Left::Synced, &mut Dice::new(1, 1))).unwrap();
        assert_eq!(fs::read_to_string(to.join("a b")).unwrap(), "text");
        assert_eq!(fs::read(to.join("c")).unwrap(), b"");
        assert_eq!(fs::read_dir(to.join("new")).unwrap().count(), 0);
        assert_eq!(fs::metadata(to.join("a b")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
