//! What can be wrong with a bucket from the start: each is told apart, with what to do.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use ledger::{NewErasure, Scrub};
use vocab::{ErasureId, LoadId, Locale, PatientId, PurposeOfUse};

use super::store::{KEY_ID, SECRET, Server};
use super::{BUCKET, Place, ROWS, let_in};
use crate::doctor::{Check, Depth};
use crate::storage::{Credentials, StoreConfig, Trouble};
use crate::writer::{Certificate, Erasing, LinesOf, Speaks};
use crate::{Lake, LakeConfig, LakeError, ReaderError, TableError};

type House = super::House<BUCKET>;

/// A house in this bucket, which may be none; nothing where there is no object store.
async fn house(bucket: &str, change: impl FnOnce(&mut StoreConfig)) -> Option<House> {
    let mut store = let_in(Server::get()?.endpoint());
    store.retries_max = 1;
    change(&mut store);
    let url = Some(format!("s3://{bucket}/a/b"));
    let place = Place { url, store, tables: PathBuf::new(), landing: PathBuf::new() };
    let folder = tempfile::tempdir().unwrap();
    Some(House::at(folder, place, LakeConfig::default()).await)
}

async fn looks(house: &House) -> Option<Trouble> {
    let research = PurposeOfUse::Research;
    let permit = house.ledger.permit(&house.actor, research, None, "sql", "00").await.unwrap();
    match house.lake.reader(permit, None).await {
        Ok(_) => None,
        Err(ReaderError::Storage(told)) => Some(told.trouble),
        Err(other) => panic!("{other:?}"),
    }
}

async fn writes(house: &House) -> Option<Trouble> {
    match house.lake.writer("test").await {
        Ok(_) => None,
        Err(LakeError::Storage(told)) => Some(told.trouble),
        Err(other) => panic!("{other:?}"),
    }
}

async fn doctor_says(house: &House) -> Option<Trouble> {
    let found = house.lake.doctor(Depth::Quick, &[]).await.unwrap();
    let told = found.into_iter().find_map(|finding| match &finding.check {
        Check::Store { trouble, .. } => {
            let (en, ja) = (finding.say(Locale::En), finding.say(Locale::Ja));
            assert!(en.contains("s3://") && ja.contains("s3://") && en != ja, "{en} {ja}");
            assert_eq!(finding.well, trouble.is_none());
            Some(*trouble)
        }
        _ => None,
    });
    told.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_told() {
    let Some(house) = house("nowhere", |_| {}).await else { return };
    assert_eq!(looks(&house).await, Some(Trouble::NoBucket));
    assert_eq!(writes(&house).await, Some(Trouble::NoBucket));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_and_never_repeated() {
    let Some(server) = Server::get() else { return };
    server.make_bucket("locked");
    let key = |id: &str, secret: &str| {
        let (key_id, secret) = (id.to_owned(), secret.to_owned());
        move |store: &mut StoreConfig| {
            store.credentials = Some(Credentials { key_id, secret, token: None });
        }
    };
    for change in [key("AKIANOBODY", SECRET), key(KEY_ID, "wrong-secret")] {
        let house = house("locked", change).await.unwrap();
        assert_eq!(looks(&house).await, Some(Trouble::KeyRefused));
        let error = house.lake.writer("test").await.unwrap_err();
        let said =
            format!("{error} {error:?} {:?} {}", house.place.store, error.say(Locale::Ja).unwrap());
        for secret in ["AKIA", SECRET, "wrong-secret"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_may_only_be_read_can_be_read() {
    let Some(server) = Server::get() else { return };
    let written = House::new().await;
    written.load(1, &ROWS).await.unwrap();
    // The same objects under a key that may not write.
    let from = written.place.tables.ancestors().nth(2).unwrap();
    let to = server.make_bucket("read-only-1");
    std::fs::remove_dir(&to).unwrap();
    std::os::unix::fs::symlink(from, &to).unwrap();
    let url = Some("s3://read-only-1/hospital/lake".to_owned());
    let config = LakeConfig { url, store: written.place.store.clone(), ..LakeConfig::default() };
    let lake = Lake::open(written.folder.path(), config, written.ledger.clone()).unwrap();
    let research = PurposeOfUse::Research;
    let permit = written.ledger.permit(&written.actor, research, None, "sql", "00").await.unwrap();
    let reader = lake.reader(permit, None).await.unwrap();
    assert_eq!(super::answer(&reader, "select count(*) from observation").await, ["5"]);
    let error = lake.writer("test").await.unwrap_err();
    assert!(
        matches!(&error, LakeError::Storage(told) if told.trouble == Trouble::MayNotWrite),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_writes_over_what_is_there_is_not_written_to() {
    let Some(server) = Server::get() else { return };
    let folder = server.make_bucket("unconditional-1");
    let house = house("unconditional-1", |_| {}).await.unwrap();
    assert_eq!(looks(&house).await, None);
    assert_eq!(writes(&house).await, Some(Trouble::NotConditional));
    assert_eq!(doctor_says(&house).await, Some(Trouble::NotConditional));
    let left = std::fs::read_dir(folder.join("a/b/_probe")).unwrap().count();
    assert_eq!(left, 0, "what was tried is taken away again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_well_is_told_to_be() {
    let Some(server) = Server::get() else { return };
    server.make_bucket("well");
    let house = house("well", |_| {}).await.unwrap();
    assert_eq!((looks(&house).await, writes(&house).await), (None, None));
    assert_eq!(doctor_says(&house).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_from_a_file_that_only_its_owner_can_read() {
    let Some(server) = Server::get() else { return };
    server.make_bucket("from-file");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let text =
        format!("[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let by_file = |store: &mut StoreConfig| {
        store.credentials_file = Some(path.clone());
        // It goes before what the environment says.
        let (key_id, secret) = ("other".to_owned(), "other".to_owned());
        store.credentials = Some(Credentials { key_id, secret, token: None });
    };
    let house = house("from-file", by_file).await.unwrap();
    assert_eq!(writes(&house).await, None);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(refused(&house, |_| {}), Trouble::KeyExposed);
    assert_eq!(
        refused(&house, |store| store.credentials_file = Some("/no/such".into())),
        Trouble::Other
    );
    let nothing =
        |store: &mut StoreConfig| (store.credentials, store.credentials_file) = (None, None);
    assert_eq!(refused(&house, nothing), Trouble::NoKey);
    let plain = |store: &mut StoreConfig| {
        nothing(store);
        store.allow_http = false;
    };
    assert_eq!(refused(&house, plain), Trouble::PlainHttp);
    let server = |endpoint: &str| {
        let endpoint = Some(endpoint.to_owned());
        move |store: &mut StoreConfig| store.endpoint = endpoint
    };
    for endpoint in ["s3.example.jp", "s3.example.jp:9000", "ftp://s3.example.jp", ""] {
        assert_eq!(refused(&house, server(endpoint)), Trouble::NotAServer, "{endpoint}");
    }
}

/// Why a lake with these settings does not open.
fn refused(house: &House, change: impl FnOnce(&mut StoreConfig)) -> Trouble {
    let mut config = house.place.config(&LakeConfig::default());
    change(&mut config.store);
    match Lake::open(house.folder.path(), config, house.ledger.clone()).unwrap_err() {
        LakeError::Table(TableError::Storage(told)) => told.trouble,
        other => panic!("{other:?}"),
    }
}

/// What erases patient 7, and nothing else.
fn erasing(house: &House) -> Erasing {
    Erasing {
        begun: NewErasure {
            id: ErasureId(1),
            by: house.actor.clone(),
            reason: "request 1".to_owned(),
            patients: vec![PatientId::from_stored(7).unwrap()],
            tombstones: Vec::new(),
        },
        owners: Vec::new(),
        scrub: Scrub::default(),
        landing: Vec::new(),
        gone: LinesOf::new(),
        cut: LinesOf::new(),
        again: Vec::new(),
        specs: Vec::new(),
        speaks: Speaks::new(|_| false),
        certificate: Certificate::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_erased_where_the_bucket_keeps_older_versions_and_it_is_said_why() {
    let Some(server) = Server::get() else { return };
    let objects = server.make_bucket("versions-1");
    let house = house("versions-1", |_| {}).await.unwrap();
    house.load(1, &ROWS).await.unwrap();
    let everything = "select count(*), count(distinct patient_id) from observation";
    let before = house.ask(everything).await;
    let mut writer = house.lake.writer("erase").await.unwrap();
    let refused = [
        house.lake.may_erase().await.unwrap_err(),
        writer.would_erase(erasing(&house)).await.unwrap_err(),
        writer.erase(LoadId(9), erasing(&house)).await.unwrap_err(),
    ];
    drop(writer);
    for error in refused {
        assert!(matches!(&error, LakeError::BucketKeepsVersions { .. }), "{error:?}");
        let (en, ja) = (error.say(Locale::En).unwrap(), error.say(Locale::Ja).unwrap());
        assert!(en.contains("s3://") && ja.contains("s3://") && en != ja, "{en} {ja}");
    }
    assert!(!house.lake.is_erasing());
    assert_eq!(house.ask(everything).await, before);
    let left = std::fs::read_dir(objects.join("a/b/_probe")).unwrap().count();
    assert_eq!(left, 0, "what was tried is taken away again");
    // One that was begun elsewhere waits until the lake lies where it can be ended.
    std::fs::write(house.folder.path().join("erasing.json"), "{}").unwrap();
    let error = house.lake.writer("test").await.unwrap_err();
    assert!(matches!(&error, LakeError::BucketKeepsVersions { .. }), "{error:?}");
    assert!(house.lake.is_erasing());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_kind_is_refused() {
    let house = super::House::<{ super::FOLDER }>::new().await;
    for url in ["gs://bucket/lake", "https://bucket.example.jp/lake", "mailto:lake", "s3:///lake"] {
        let config = LakeConfig { url: Some(url.to_owned()), ..LakeConfig::default() };
        let opened = Lake::open(house.folder.path(), config, house.ledger.clone());
        let error = opened.unwrap_err();
        assert!(matches!(&error, LakeError::Table(TableError::Address { .. })), "{url}: {error}");
        let ja = error.say(Locale::Ja).unwrap();
        assert!(error.to_string().contains(url) && ja.contains(url), "{error} {ja}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_an_address_is_refused_and_not_repeated() {
    let house = super::House::<{ super::FOLDER }>::new().await;
    let (bucket, server) = ("s3://bucket/lake", "https://s3.example.jp");
    for (url, endpoint) in [
        ("s3://AKIA1:Xq7@bucket/lake", server),
        ("s3://AKIA1@bucket/lake", server),
        // Not an address any more, because of what stands in the key.
        ("s3://AKIA1:Xq/7@bucket/lake", server),
        (bucket, "https://AKIA1:Xq7@s3.example.jp"),
        (bucket, "http://AKIA1:Xq/7@s3.example.jp"),
    ] {
        let store = let_in(endpoint.to_owned());
        let config = LakeConfig { url: Some(url.to_owned()), store, ..LakeConfig::default() };
        let opened = Lake::open(house.folder.path(), config, house.ledger.clone());
        let error = opened.unwrap_err();
        let said = format!("{error} {error:?} {}", error.say(Locale::Ja).unwrap());
        assert!(!said.contains("AKIA") && !said.contains("Xq"), "{said}");
    }
}
