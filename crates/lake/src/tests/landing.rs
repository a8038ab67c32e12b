//! What is kept is what was received, or it says so.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::landing_in;
use crate::landing::{ErasedIn, Landing, LandingError, NewContent, Packing};
use crate::storage::Trouble;

pub(super) fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn text(lines: usize) -> Vec<u8> {
    (0..lines).flat_map(|n| format!("{{\"id\":\"{n}\",\"n\":{}}}\n", n * n).into_bytes()).collect()
}

pub(super) fn read(landing: &Landing, id: vocab::LandingId) -> (Vec<u8>, Result<(), LandingError>) {
    let mut content = Vec::new();
    let result = landing.read(id).unwrap().read_to_end(&mut content);
    (content, result.map(drop).map_err(|error| LandingError::from_read(error).unwrap()))
}

#[test]
fn every_packing_reads_back_as_its_content_and_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, _) = landing_in(folder.path());
    let content = text(50_000);
    let two_members = [gz(&content[..1000]), gz(&content[1000..])].concat();
    let cases = [
        (content.clone(), Packing::Plain),
        (two_members, Packing::Gzip),
        (zstd::encode_all(content.as_slice(), 3).unwrap(), Packing::Zstd),
    ];
    for (received, kind) in cases {
        let first = landing.keep(&mut received.as_slice(), "x").unwrap();
        assert_eq!((first.kind, first.already_held), (kind, false));
        assert_eq!(first.size_bytes, received.len() as u64);
        let (back, whole) = read(&landing, first.id);
        assert!(whole.is_ok() && back == content, "{kind:?}");
        let second = landing.keep(&mut received.as_slice(), "x").unwrap();
        assert!(second.already_held && second.id == first.id);
        landing.verify(first.id).unwrap();
    }
    assert_eq!(landing.ids().unwrap().len(), 3);
    assert!(landing.ids().unwrap().iter().all(|id| landing.holds(*id).unwrap()));
    assert!(!landing.holds(vocab::LandingId([7; 32])).unwrap());
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn an_empty_file_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, _) = landing_in(folder.path());
    let kept = landing.keep(&mut io::empty(), "empty").unwrap();
    assert_eq!(kept.size_bytes, 0);
    let (back, whole) = read(&landing, kept.id);
    assert!(back.is_empty() && whole.is_ok());
}

#[test]
fn a_cut_gz_gives_what_is_readable_and_then_says_it_was_received_so() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, _) = landing_in(folder.path());
    let content = text(50_000);
    let whole = gz(&content);
    let kept = landing.keep(&mut &whole[..whole.len() / 2], "cut.gz").unwrap();
    let (back, result) = read(&landing, kept.id);
    assert!(back.len() > 1000 && content.starts_with(&back));
    assert!(matches!(result, Err(LandingError::BrokenArchive { .. })));
    landing.verify(kept.id).unwrap();
}

#[test]
fn a_changed_byte_is_found_in_every_packing() {
    let content = text(20_000);
    for received in [content.clone(), gz(&content)] {
        let folder = tempfile::tempdir().unwrap();
        let (landing, files) = landing_in(folder.path());
        let kept = landing.keep(&mut received.as_slice(), "x").unwrap();
        let name = kept.id.to_string();
        let stored = std::fs::read_dir(files.join(&name[..2]));
        let path = stored.unwrap().next().unwrap().unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        for at in [10, whole.len() / 3, whole.len() / 2, whole.len() - 6] {
            let mut changed = whole.clone();
            changed[at] ^= 0x20;
            std::fs::write(&path, &changed).unwrap();
            assert!(
                matches!(landing.verify(kept.id), Err(LandingError::Corrupted { .. })),
                "byte {at}"
            );
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(matches!(landing.verify(kept.id), Err(LandingError::Corrupted { .. })));
        // Receiving the same bytes again puts the good copy back.
        let again = landing.keep(&mut received.as_slice(), "x").unwrap();
        assert!(!again.already_held);
        landing.verify(kept.id).unwrap();
    }
}

#[test]
fn a_full_disk_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&small)
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("SKIPPED: a small file system cannot be mounted here, so no disk can be full");
        return;
    }
    let (landing, _) = landing_in(&small);
    // Every byte is different, so packing does not make it fit.
    let noise: Vec<u8> =
        (0_u32..1_000_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let full = landing.keep(&mut noise.as_slice(), "noise");
    let left = std::fs::read_dir(small.join("tmp")).unwrap().count();
    let after = landing.keep(&mut &b"small"[..], "small");
    std::process::Command::new("umount").arg(&small).status().unwrap();
    match full.unwrap_err() {
        LandingError::Storage(error) => {
            assert_eq!(error.trouble, Trouble::DiskFull);
            assert!(error.to_string().contains("free some space"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(left, 0, "what did not fit is removed");
    assert!(after.is_ok(), "and there is room again: {after:?}");
}

#[test]
fn however_many_files_are_held_each_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, files) = landing_in(folder.path());
    // More than a bucket lists at once.
    let names = (0..1_100_u16).map(|number| {
        let [high, low] = number.to_be_bytes();
        vocab::LandingId(std::array::from_fn(|at| if at % 2 == 0 { low } else { high }))
    });
    let mut ids: Vec<_> = names.collect();
    ids.sort_unstable();
    for id in &ids {
        let name = id.to_string();
        std::fs::create_dir_all(files.join(&name[..2])).unwrap();
        std::fs::write(files.join(&name[..2]).join(format!("{name}.zst")), "").unwrap();
    }
    assert_eq!(landing.ids().unwrap(), ids);
}

#[test]
fn a_large_file_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (landing, _) = landing_in(folder.path());
    // Every byte is different, so that it is as large where it is kept.
    let noise: Vec<u8> =
        (0_u32..5_000_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let kept = landing.keep(&mut noise.as_slice(), "noise").unwrap();
    assert!(kept.stored_bytes > 16 << 20, "{kept:?}");
    let (back, whole) = read(&landing, kept.id);
    assert!(whole.is_ok() && back == noise);
    assert!(landing.keep(&mut noise.as_slice(), "again").unwrap().already_held);
}

/// Erases line 2 of a kept file, as the steps of an erasure do, and looks at the file after each.
pub(super) fn without_second_line(
    landing: &Landing,
    id: vocab::LandingId,
    aside: &std::path::Path,
) {
    let lines = BTreeMap::from([(2, b"{}".to_vec())]);
    let erased = ErasedIn { erasure: vocab::ErasureId(1), lines: vec![2], lifted: false };
    let content = NewContent::Lines(lines);
    let written = landing.rewrite(id, (&content, erased), aside).unwrap();
    assert_eq!(written.before, id.to_string());
    landing.verify(id).unwrap();
    landing.put_record(id, &written.record).unwrap();
    landing.verify(id).unwrap();
    landing.put_written(id, &written).unwrap();
    landing.verify(id).unwrap();
    landing.put_written(id, &written).unwrap();
    landing.put_record(id, &written.record.clone().done()).unwrap();
    landing.verify(id).unwrap();
}

#[test]
fn a_landing_that_is_moved_is_read_against_what_an_erasure_left_of_it() {
    let home = tempfile::tempdir().unwrap();
    let before = Landing::open(home.path()).unwrap();
    let content = text(50_000);
    let whole = gz(&content);
    let half = whole[..whole.len() / 2].to_vec();
    for received in [content, whole, half] {
        let id = before.keep(&mut received.as_slice(), "x").unwrap().id;
        without_second_line(&before, id, &home.path().join("aside"));
        let (left, whole) = read(&before, id);
        let moved_to = tempfile::tempdir().unwrap();
        let (landing, files) = landing_in(moved_to.path());
        let place = id.to_string()[..2].to_owned();
        std::fs::create_dir_all(files.join(&place)).unwrap();
        for entry in std::fs::read_dir(home.path().join("landing").join(&place)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, files.join(&place).join(path.file_name().unwrap())).unwrap();
        }
        landing.verify(id).unwrap();
        let (back, is_whole) = read(&landing, id);
        assert!(back == left && is_whole.is_ok() == whole.is_ok());
        assert!(landing.ids().unwrap().contains(&id));
        // What was received is known again, and does not take the place of what is left.
        assert!(landing.keep(&mut received.as_slice(), "x").unwrap().already_held);
        assert!(read(&landing, id).0 == left);
    }
}

#[test]
fn an_original_takes_its_place_where_the_landing_was_moved_to_once_all_is_lifted() {
    let home = tempfile::tempdir().unwrap();
    let before = Landing::open(home.path()).unwrap();
    let content = text(2_000);
    let id = before.keep(&mut content.as_slice(), "x").unwrap().id;
    without_second_line(&before, id, &home.path().join("aside"));
    before.lift(&[vocab::ErasureId(1)]).unwrap();
    let moved_to = tempfile::tempdir().unwrap();
    let (landing, files) = landing_in(moved_to.path());
    let name = id.to_string();
    let (from, to) = (home.path().join("landing").join(&name[..2]), files.join(&name[..2]));
    std::fs::create_dir_all(&to).unwrap();
    for ending in ["zst", "erased"] {
        let file = format!("{name}.{ending}");
        std::fs::copy(from.join(&file), to.join(&file)).unwrap();
    }
    assert!(!landing.keep(&mut content.as_slice(), "x").unwrap().already_held);
    assert!(read(&landing, id).0 == content);
    landing.verify(id).unwrap();
    assert_eq!(landing.ids().unwrap(), [id]);
}
