//! Who changed with a load: a list beside the index, so that only these people are read again.
//!
//! It is written before the load is committed and named after it. Where it is missing or not what
//! was written, the index is made anew: it is never a reason to believe an old one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use roaring::RoaringTreemap;
use vocab::LoadId;
use xxhash_rust::xxh3::xxh3_64;

use crate::house::{Lake, LakeError};

/// The folder of the lists, in that of the index.
const FOLDER: &str = "changed";

fn path_of(index: &Path, load: LoadId) -> PathBuf {
    index.join(FOLDER).join(format!("load-{:012}", load.0))
}

/// Writes down whose rows a load adds, changes or takes away, by their numbers: of each table the
/// people of each file that comes, and those who lose rows.
pub(crate) fn note<'a>(
    lake: &Lake,
    load: LoadId,
    tables: impl Iterator<Item = (&'a [Vec<i64>], &'a BTreeSet<i64>)>,
) -> Result<(), LakeError> {
    let index = lake.index_folder();
    let people = tables.flat_map(|(come, lose)| come.iter().flatten().chain(lose));
    let people = people.filter_map(|number| u64::try_from(*number).ok()).collect();
    put(&index, load, &people).map_err(|source| {
        let error = timeline::Error::Io { path: index.clone(), source };
        LakeError::Stopped(error.to_string())
    })
}

/// Nothing is written where there is no index.
fn put(index: &Path, load: LoadId, people: &RoaringTreemap) -> std::io::Result<()> {
    if !index.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(index.join(FOLDER))?;
    let mut bytes = Vec::with_capacity(people.serialized_size() + 8);
    people.serialize_into(&mut bytes)?;
    let hash = xxh3_64(&bytes);
    bytes.extend_from_slice(&hash.to_le_bytes());
    let path = path_of(index, load);
    let aside = path.with_extension("aside");
    let mut file = fs::File::create(&aside)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&aside, &path)
}

/// The people of a load; none where that is not known.
pub(super) fn get(index: &Path, load: LoadId) -> Option<RoaringTreemap> {
    let bytes = fs::read(path_of(index, load)).ok()?;
    let (people, hash) = bytes.split_last_chunk::<8>()?;
    if xxh3_64(people) != u64::from_le_bytes(*hash) {
        return None;
    }
    RoaringTreemap::deserialize_from(people).ok()
}

/// Removes the lists of a load and of those before it: the index holds them. One that stays is no
/// harm.
pub(super) fn forget(index: &Path, until: LoadId) {
    let last = path_of(index, until);
    let Ok(entries) = fs::read_dir(index.join(FOLDER)) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path <= last {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_or_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let people: RoaringTreemap = [3, 7, u64::MAX >> 1].into_iter().collect();
        put(&folder.path().join("none"), LoadId(1), &people).unwrap();
        assert!(!folder.path().join("none").exists());
        put(folder.path(), LoadId(9), &people).unwrap();
        put(folder.path(), LoadId(10), &people).unwrap();
        assert_eq!(get(folder.path(), LoadId(9)), Some(people.clone()));
        assert_eq!(get(folder.path(), LoadId(8)), None);
        let path = path_of(folder.path(), LoadId(9));
        let mut bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(get(folder.path(), LoadId(9)), None, "byte {at}");
            bytes[at] ^= 1;
        }
        fs::write(&path, &bytes[..4]).unwrap();
        assert_eq!(get(folder.path(), LoadId(9)), None);
        forget(folder.path(), LoadId(9));
        assert_eq!(get(folder.path(), LoadId(10)), Some(people));
        assert!(!path.exists());
    }
}
