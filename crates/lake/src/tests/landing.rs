//! What is kept is what was received, or it says so.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::landing::{ErasedIn, Landing, LandingError, NewContent, Packing};
use crate::storage::Trouble;

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn text(lines: usize) -> Vec<u8> {
    (0..lines).flat_map(|n| format!("{{\"id\":\"{n}\",\"n\":{}}}\n", n * n).into_bytes()).collect()
}

fn read(landing: &Landing, id: vocab::LandingId) -> (Vec<u8>, Result<(), LandingError>) {
    let mut content = Vec::new();
    let result = landing.read(id).unwrap().read_to_end(&mut content);
    (content, result.map(drop).map_err(|error| LandingError::from_read(error).unwrap()))
}

#[test]
fn every_packing_reads_back_as_its_content_and_is_kept_once() {
    let folder = tempfile::tempdir().unwrap();
    let landing = Landing::open(folder.path()).unwrap();
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
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn an_empty_file_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let landing = Landing::open(folder.path()).unwrap();
    let kept = landing.keep(&mut io::empty(), "empty").unwrap();
    assert_eq!(kept.size_bytes, 0);
    let (back, whole) = read(&landing, kept.id);
    assert!(back.is_empty() && whole.is_ok());
}

#[test]
fn a_cut_gz_gives_what_is_readable_and_then_says_it_was_received_so() {
    let folder = tempfile::tempdir().unwrap();
    let landing = Landing::open(folder.path()).unwrap();
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
        let landing = Landing::open(folder.path()).unwrap();
        let kept = landing.keep(&mut received.as_slice(), "x").unwrap();
        let name = kept.id.to_string();
        let stored = std::fs::read_dir(folder.path().join("landing").join(&name[..2]));
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
    let landing = Landing::open(&small).unwrap();
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

/// Erases line 2 of a kept file, as the steps of an erasure do, and looks at the file after each.
fn without_second_line(landing: &Landing, id: vocab::LandingId, aside: &std::path::Path) {
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
fn a_line_is_erased_in_every_packing_and_the_others_keep_their_numbers() {
    let content = text(50_000);
    let whole = gz(&content);
    let cases = [
        content.clone(),
        whole.clone(),
        zstd::encode_all(content.as_slice(), 3).unwrap(),
        whole[..whole.len() / 2].to_vec(),
    ];
    for received in cases {
        let folder = tempfile::tempdir().unwrap();
        let landing = Landing::open(folder.path()).unwrap();
        let id = landing.keep(&mut received.as_slice(), "x").unwrap().id;
        let (before, was_whole) = read(&landing, id);
        without_second_line(&landing, id, &folder.path().join("aside"));
        let (after, is_whole) = read(&landing, id);
        assert_eq!(was_whole.is_ok(), is_whole.is_ok(), "what was received broken stays so");
        let lines =
            |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut before, after) = (lines(&before), lines(&after));
        before[1] = b"{}".to_vec();
        if is_whole.is_err() {
            // The line that was cut off goes.
            before.pop();
            before.push(Vec::new());
        }
        assert!(before == after);
        // What was received is known again, and does not take the place of what is left.
        let again = landing.keep(&mut received.as_slice(), "x").unwrap();
        assert!(again.already_held && again.id == id);
        assert!(read(&landing, id).0.split(|b| *b == b'\n').nth(1) == Some(b"{}"));
    }
}

#[test]
fn a_file_whose_lines_were_erased_is_held_against_what_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let landing = Landing::open(folder.path()).unwrap();
    let content = text(2_000);
    let id = landing.keep(&mut content.as_slice(), "x").unwrap().id;
    let name = id.to_string();
    let path = folder.path().join("landing").join(&name[..2]).join(format!("{name}.zst"));
    let original = std::fs::read(&path).unwrap();
    without_second_line(&landing, id, &folder.path().join("aside"));
    // A backup put back brings the line back: that is told.
    std::fs::write(&path, original).unwrap();
    assert!(matches!(landing.verify(id), Err(LandingError::Corrupted { .. })));
}
