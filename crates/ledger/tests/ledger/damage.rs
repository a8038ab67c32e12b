//! A changed byte of a database is found, a damaged row decides nothing, and a copy made beside
//! writers is one moment of the house.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use ledger::{
    AuditFilter, HoldFor, LakeFile, LakeVersion, Ledger, LedgerError, LoadCommit, SnapshotKind,
    Written, contents, look_at,
};
use vocab::{Locale, PurposeOfUse};

use crate::house::{House, maker, open, ticking};
use crate::loads;

/// A house with something of everything in it, its ledger in files: a server looks after its own.
async fn in_files() -> House {
    lived_in(House::at(ticking(), None).await).await
}

/// Lets a house see something of everything.
async fn lived_in(house: House) -> House {
    let keys = house.ledger.patient_keys().await.unwrap();
    let patients: Vec<_> = (0..40)
        .map(|n| keys.learn("hospital", &n.to_string(), [("urn:x", n.to_string().as_str())]))
        .collect();
    let records: Vec<_> =
        patients.iter().map(|patient| crate::identities::hanako(*patient)).collect();
    house.ledger.identity().put_many(&records).await.unwrap();
    loads::commit(&house, keys, (1..=30).map(loads::quarantined).collect()).await;
    house.opt_out(patients[3]).await;
    for _ in 0..10 {
        house.permit(PurposeOfUse::Research).await.unwrap();
    }
    house
}

fn copy(from: &Path, to: &Path) {
    // As private as a home is, else the doctor always finds something.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to.join("keys")).unwrap();
    for name in ["ledger.db", "identity.db", "audit.head", "keys/home.key", "keys/identity.key"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

/// Whether the doctor, or already the opening, finds something.
async fn is_found(home: &Path) -> bool {
    let Ok(ledger) = open(home).await else { return true };
    let well = async {
        let quick = ledger.doctor().await?;
        let deep = ledger.doctor_deep().await?;
        let wrong: Vec<_> = quick.into_iter().chain(deep).filter(|found| !found.well).collect();
        println!("{wrong:?}");
        Ok::<_, LedgerError>(wrong.is_empty())
    };
    let found = !well.await.unwrap_or(false);
    ledger.close().await;
    found
}

/// Changes bytes here and there in one file of a house at rest.
async fn check_file(name: &str, count: usize) {
    let house = in_files().await;
    house.ledger.close().await;
    let right = contents(&house.home()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(house.path(name)).unwrap();
    let mut found = 0;
    for number in 0..count {
        let work = folder.path().join(number.to_string());
        copy(&house.home(), &work);
        // Odd steps, so that every kind of page and every place in a page is met.
        let at = number * (whole.len() / count) + number * 37 % 101;
        let mut changed = whole.clone();
        changed[at] ^= 1 << (number % 8);
        fs::write(work.join(name), changed).unwrap();
        if is_found(&work).await {
            found += 1;
        } else {
            assert_eq!(contents(&work).await.unwrap(), right, "{name}, byte {at} was missed");
        }
        fs::remove_dir_all(&work).unwrap();
    }
    // Most of a small database is empty pages.
    assert!(found >= 5, "{found} of {count}");
}

#[tokio::test]
async fn a_changed_byte_of_the_ledger_is_found_or_read_by_nobody() {
    check_file("ledger.db", 120).await;
}

#[tokio::test]
async fn a_changed_byte_of_the_identities_is_found_or_read_by_nobody() {
    check_file("identity.db", 60).await;
}

/// A kill before the first checkpoint leaves everything in the write-ahead logs.
#[tokio::test]
async fn a_home_killed_before_its_first_checkpoint_is_whole_and_damage_to_it_is_found() {
    let house = House::at(ticking(), None).await;
    house.permit(PurposeOfUse::Research).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (at, expected) in [(None, false), (Some(47), true), (Some(59), true), (Some(21), true)] {
        let work = folder.path().join("work");
        copy(&house.home(), &work);
        for file in ["ledger.db", "identity.db"] {
            let wal = format!("{file}-wal");
            fs::copy(house.path(&wal), work.join(&wal)).unwrap();
            let mut bytes = fs::read(work.join(file)).unwrap();
            assert_eq!(bytes[40..92], [0; 52], "{file} was written back already");
            if let Some(at) = at {
                bytes[at] ^= 4;
            }
            fs::write(work.join(file), bytes).unwrap();
        }
        let found = if expected {
            !look_at(&work).await.into_iter().all(|found| found.well)
        } else {
            is_found(&work).await
        };
        assert_eq!(found, expected, "byte {at:?}");
        fs::remove_dir_all(&work).unwrap();
    }
}

#[tokio::test]
async fn every_byte_of_the_head_and_the_keys_counts() {
    let house = in_files().await;
    house.ledger.close().await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["audit.head", "keys/home.key", "keys/identity.key"] {
        let whole = fs::read(house.path(name)).unwrap();
        for at in 0..whole.len() {
            let work = folder.path().join("work");
            copy(&house.home(), &work);
            let mut changed = whole.clone();
            changed[at] ^= 0x20;
            fs::write(work.join(name), changed).unwrap();
            assert!(is_found(&work).await, "{name}, byte {at}");
            fs::remove_dir_all(&work).unwrap();
        }
    }
}

#[tokio::test]
async fn a_home_that_does_not_open_is_looked_at_file_by_file() {
    let house = in_files().await;
    house.ledger.close().await;
    let path = house.path("identity.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[1] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = open(&house.home()).await.err().unwrap();
    assert!(refused.say(Locale::En).contains("identity.db"), "{}", refused.say(Locale::En));
    assert!(refused.say(Locale::Ja).contains("identity.db"));
    let ill: Vec<String> = look_at(&house.home())
        .await
        .into_iter()
        .filter(|found| !found.well)
        .map(|found| found.say(Locale::En))
        .collect();
    assert_eq!(ill.len(), 1, "{ill:?}");
    assert!(ill[0].starts_with("identity.db is damaged"), "{ill:?}");
}

#[tokio::test]
async fn a_decision_whose_bytes_changed_lets_no_ledger_open() {
    let house = in_files().await;
    house.ledger.close().await;
    let path = house.path("ledger.db");
    let whole = fs::read(&path).unwrap();
    // As the row stands in its table, and as it stands in the index that covers it.
    for (text, place) in [("researchoutletter", 8), ("outletterlocal", 0)] {
        let found = whole.windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
        let mut changed = whole.clone();
        changed[found + place] ^= 1;
        fs::write(&path, changed).unwrap();
        let refused = open(&house.home()).await.err().unwrap();
        assert!(matches!(refused, LedgerError::NotWhole { file: "ledger.db", .. }), "{refused}");
        assert!(refused.say(Locale::Ja).contains("aoba restore"));
    }
    fs::write(&path, whole).unwrap();
    open(&house.home()).await.unwrap();
}

#[tokio::test]
async fn a_snapshot_whose_rows_changed_is_not_shown() {
    let house = lived_in(House::new().await).await;
    house.ledger.snapshots().latest().await.unwrap().unwrap();
    house.tamper("update snapshot_table set delta_version = 2").await;
    let refused = house.ledger.snapshots().latest().await.err().unwrap();
    assert!(matches!(refused, LedgerError::Damaged { what: "a snapshot", .. }), "{refused}");
    house.tamper("update snapshot_table set delta_version = 3").await;
    house.ledger.snapshots().latest().await.unwrap().unwrap();
}

#[tokio::test]
async fn tables_made_anew_end_earlier_snapshots_in_the_same_transaction() {
    let house = lived_in(House::new().await).await;
    let snapshots = house.ledger.snapshots();
    let first = snapshots.latest().await.unwrap().unwrap();
    let lease = house.ledger.writer_lease("rebuild").await.unwrap();
    let load = house.ledger.loads().begin(&lease, loads::new_load()).await.unwrap();
    let commit = LoadCommit {
        load,
        kind: SnapshotKind::Rebuild,
        tables: first.tables.clone(),
        files: vec![],
        quarantine: vec![],
        warnings: vec![],
        keys: house.ledger.patient_keys_unread(),
        anew: true,
    };
    let second = house.ledger.loads().commit(&lease, commit).await.unwrap();
    let readable: Vec<_> = snapshots.readable().await.unwrap().iter().map(|s| s.id).collect();
    assert_eq!(readable, [second]);
    assert!(snapshots.get(first.id).await.unwrap().expired.is_some());
}

#[tokio::test]
async fn a_copy_made_beside_writers_is_one_moment_of_the_house() {
    let house = in_files().await;
    let writing = tokio::spawn({
        let ledger = house.ledger.clone();
        async move {
            for _ in 0..60 {
                let purpose = PurposeOfUse::Research;
                ledger.permit(&maker(), purpose, None, "sql", "q").await.unwrap();
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    let copy = house.ledger.copy_into(&new).await.unwrap();
    writing.await.unwrap();
    let (there, here) = (copy.audit().verify().await.unwrap(), house.ledger.audit().verify().await);
    let here = here.unwrap();
    assert_eq!(there.first_broken, None);
    assert!(there.rows <= here.rows, "{} {}", there.rows, here.rows);
    // Row by row what the house holds, and nothing else.
    let rows =
        |ledger: Ledger| async move { ledger.audit().rows(&AuditFilter::default()).await.unwrap() };
    let (copied, all) = (rows(copy.clone()).await, rows(house.ledger.clone()).await);
    assert_eq!(copied, all[..copied.len()]);
    assert_eq!(
        copy.snapshots().latest().await.unwrap(),
        house.ledger.snapshots().latest().await.unwrap()
    );
    copy.close().await;
    // With its keys it is a house.
    fs::DirBuilder::new().mode(0o700).create(new.join("keys")).unwrap();
    for name in ["keys/home.key", "keys/identity.key"] {
        fs::copy(house.path(name), new.join(name)).unwrap();
    }
    assert!(!is_found(&new).await);
}

#[tokio::test]
async fn a_damaged_database_is_not_copied() {
    let house = in_files().await;
    house.tamper("pragma writable_schema = on; update sqlite_schema set rootpage = 2 where name = 'load'").await;
    let folder = tempfile::tempdir().unwrap();
    let again = open(&house.home()).await;
    let refused = match again {
        Ok(ledger) => ledger.copy_into(folder.path()).await.map(drop),
        Err(error) => Err(error),
    };
    assert!(refused.is_err());
    assert!(!folder.path().join("ledger.db").exists());
}

#[tokio::test]
async fn files_are_not_removed_while_somebody_copies_them() {
    let house = House::new().await;
    let copying = house.ledger.hold_files(HoldFor::Copying).unwrap();
    let other = house.ledger.hold_files(HoldFor::Copying).unwrap();
    let refused = house.ledger.hold_files(HoldFor::Removing).err().unwrap();
    assert!(matches!(refused, LedgerError::FilesHeld));
    assert!(refused.say(Locale::Ja).contains("バックアップ"));
    drop((copying, other));
    house.ledger.hold_files(HoldFor::Removing).unwrap();
}

#[tokio::test]
async fn what_the_lakes_files_were_is_told_as_it_was_written_down() {
    let house = House::new().await;
    let (lease, book) =
        (house.ledger.writer_lease("ingest").await.unwrap(), house.ledger.lake_files());
    let file = |path: &str, blocks: Vec<u64>| LakeFile {
        table: "patient".to_owned(),
        path: path.to_owned(),
        size_bytes: 70_000,
        blocks,
    };
    let version = |version, digest: &str| LakeVersion {
        table: "patient".to_owned(),
        version,
        digest: digest.to_owned(),
    };
    assert_eq!(book.version("patient", 4).await.unwrap(), Written::Nothing);
    let files = [file("a.parquet", vec![1, u64::MAX]), file("b.parquet", vec![2, 3])];
    book.record(&lease, &[], (&files, &[version(3, "x")])).await.unwrap();
    assert_eq!(book.of_table("patient").await.unwrap(), files);
    assert_eq!(book.of_table("other").await.unwrap(), []);
    assert_eq!(book.version("patient", 2).await.unwrap(), Written::Nothing);
    assert_eq!(book.version("patient", 3).await.unwrap(), Written::Digest("x".to_owned()));
    assert_eq!(book.version("patient", 4).await.unwrap(), Written::NotThis);
    // Written again, it is as it was written last.
    book.record(&lease, &[], (&[file("a.parquet", vec![9, 9])], &[])).await.unwrap();
    assert_eq!(book.of_table("patient").await.unwrap()[0].blocks, [9, 9]);
    book.forget(&lease, "patient", &["a.parquet".to_owned()]).await.unwrap();
    assert_eq!(book.of_table("patient").await.unwrap(), files[1..]);
    // Made anew, nothing older is known.
    let anew = ["patient".to_owned()];
    book.record(&lease, &anew, (&files[..1], &[version(0, "y")])).await.unwrap();
    assert_eq!(book.of_table("patient").await.unwrap(), files[..1]);
    assert_eq!(book.version("patient", 3).await.unwrap(), Written::NotThis);
}
