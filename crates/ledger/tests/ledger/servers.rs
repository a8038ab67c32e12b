//! A ledger on a PostgreSQL server: whose database it is, who may write, what is told of it.
//!
//! These tests start a server of their own whatever the other tests' ledgers are kept in.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use ledger::{
    AddressFault, Check, Ledger, LedgerConfig, LedgerError, PullEnding, PullOutcome, Unfit,
};
use sqlx::Connection as _;
use vocab::{Locale, PurposeOfUse};

use crate::house::{House, config, maker, open, settle, ticking};
use crate::restart::{restart, start};
use crate::server::{Databases, Server, unprivileged};
use crate::wire::Wire;
use crate::{loads, pulls};

fn config_of(databases: &Databases) -> LedgerConfig {
    LedgerConfig {
        url: Some(databases.url.clone()),
        identity_url: Some(databases.identity_url.clone()),
        password_file: Some(databases.password_file.clone()),
        ..LedgerConfig::default()
    }
}

fn database_of(databases: &Databases) -> String {
    let place = databases.url.split('?').next().unwrap();
    place.rsplit('/').next().unwrap().to_owned()
}

/// Gives the server a certificate of an authority of its own and lets it listen on the machine;
/// tells whether that can be done here.
fn certify(server: &Server) -> bool {
    let openssl = |words: &str| {
        let mut openssl = unprivileged(Path::new("openssl"));
        openssl.args(words.split_whitespace()).current_dir(&server.folder);
        openssl.output().is_ok_and(|output| output.status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    fs::write(
        server.folder.join("san"),
        "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n",
    )
    .unwrap();
    let made =
        openssl(&format!("req -x509 {key} -days 2 -subj /CN=test -keyout ca.key -out ca.crt"))
            && openssl(&format!(
                "req {key} -subj /CN=localhost -keyout server.key -out server.csr"
            ))
            && openssl(
                "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -set_serial 1 -days 2 \
             -extfile san -out server.crt",
            );
    if made {
        let folder = server.folder.display();
        let path = server.folder.join("data/postgresql.conf");
        let mut settings = fs::OpenOptions::new().append(true).open(path).unwrap();
        writeln!(settings, "listen_addresses = '127.0.0.1'\nssl = on").unwrap();
        writeln!(settings, "ssl_cert_file = '{folder}/server.crt'").unwrap();
        writeln!(settings, "ssl_key_file = '{folder}/server.key'").unwrap();
        restart(server);
    }
    made
}

async fn open_in(home: &Path, config: &LedgerConfig) -> Result<Ledger, LedgerError> {
    Ledger::open_in(home, config, ticking(), &maker()).await
}

/// The home as it would lie on another machine, with the same settings.
fn copied(house: &House, folder: &Path) -> std::path::PathBuf {
    let home = folder.join("home");
    fs::create_dir_all(home.join("keys")).unwrap();
    for name in ["keys/home.key", "keys/identity.key", "audit.head"] {
        fs::copy(house.path(name), home.join(name)).unwrap();
    }
    fs::copy(house.home().with_file_name("settings"), folder.join("settings")).unwrap();
    home
}

#[tokio::test]
async fn a_database_takes_in_one_home_only() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let other = tempfile::tempdir().unwrap();
    let config = config(&house.home());
    let refused = open_in(&other.path().join("home"), &config).await.err().unwrap();
    assert!(matches!(refused, LedgerError::AnotherHomes { .. }), "{refused}");
    assert!(!Ledger::stands_in(&other.path().join("home")));
    // Nor does it take in one that was made elsewhere.
    let elsewhere = House::at(ticking(), Some(server.databases())).await;
    let refused = open_in(&elsewhere.home(), &config).await.err().unwrap();
    assert!(matches!(refused, LedgerError::AnotherHomes { .. }), "{refused}");
    assert!(refused.say(Locale::Ja).contains("別のデータフォルダ"));
    let rows = house.ledger.audit().verify().await.unwrap().rows;
    open(&house.home()).await.unwrap();
    assert_eq!(house.ledger.audit().verify().await.unwrap().rows, rows);
}

#[tokio::test]
async fn a_home_is_not_begun_anew_in_a_database_that_holds_nothing_of_it() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let home = house.home();
    let right = config(&home);
    let empty = server.databases();
    let refused = open_in(&home, &config_of(&empty)).await.err().unwrap();
    assert!(matches!(refused, LedgerError::NothingOfThisHome { .. }), "{refused}");
    // The identities alone may be elsewhere by mistake; nothing is made there.
    let mixed = LedgerConfig { identity_url: Some(empty.identity_url), ..right.clone() };
    for _ in 0..2 {
        let refused = open_in(&home, &mixed).await.err().unwrap();
        assert!(matches!(refused, LedgerError::NothingOfThisHome { .. }), "{refused}");
    }
    let renewed = LedgerConfig { renew_identities: true, ..mixed.clone() };
    open_in(&home, &renewed).await.unwrap();
    open_in(&home, &mixed).await.unwrap();
    // Without settings the ledger would be in a file, and there is none.
    let refused = open_in(&home, &LedgerConfig::default()).await.err().unwrap();
    assert!(matches!(refused, LedgerError::NothingOfThisHome { .. }), "{refused}");
    assert!(!home.join("ledger.db").exists());
    open_in(&home, &right).await.unwrap();
}

#[tokio::test]
async fn a_schema_that_cannot_hold_a_ledger_is_refused_before_anything_is_made() {
    let Some(server) = start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let databases = server.databases();
    let name = database_of(&databases);
    let at = |schema: &str| {
        let url = format!("{}&schema={schema}", databases.url);
        LedgerConfig { identity_url: Some(url), ..config_of(&databases) }
    };
    let refused = open_in(&home, &at("nowhere")).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Unfit { by: Unfit::NoSchema, .. }), "{refused}");
    server.sql(&name, "create table x (y text)");
    let refused = open_in(&home, &at("names")).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Unfit { by: Unfit::OtherTables, .. }), "{refused}");
    server.sql(
        "postgres",
        "create database old encoding 'EUC_JP' template template0
        lc_collate 'C' lc_ctype 'C'",
    );
    let old = databases.url.replace(&name, "old");
    let config = LedgerConfig { url: Some(old), ..at("names") };
    let refused = open_in(&home, &config).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Unfit { by: Unfit::Encoding, .. }), "{refused}");
    assert!(!Ledger::stands_in(&home));
}

#[tokio::test]
async fn a_server_too_old_and_a_database_that_is_not_there_are_told() {
    let Some(server) = start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let databases = server.databases();
    let nowhere = databases.url.replace(&database_of(&databases), "nowhere");
    let config = LedgerConfig { url: Some(nowhere), ..config_of(&databases) };
    let refused = open_in(&home, &config).await.err().unwrap();
    assert!(matches!(refused, LedgerError::Unreachable { .. }), "{refused}");
    assert!(refused.say(Locale::En).contains("createdb"), "{}", refused.say(Locale::En));
    assert!(refused.say(Locale::Ja).contains("createdb"), "{}", refused.say(Locale::Ja));

    let number = server.sql("postgres", "show server_version_num");
    let old = format!("12{}", &number[2..]);
    let wire = Wire::lying(&server, (number, old));
    let url = Some(wire.url(&databases));
    let refused = open_in(&home, &LedgerConfig { url, ..config_of(&databases) }).await;
    let refused = refused.err().unwrap();
    assert!(matches!(refused, LedgerError::Unfit { by: Unfit::TooOld(12), .. }), "{refused}");
    assert!(refused.say(Locale::En).contains("PostgreSQL 12"), "{}", refused.say(Locale::En));
    assert!(refused.say(Locale::Ja).contains("13以降"), "{}", refused.say(Locale::Ja));
    assert!(!Ledger::stands_in(&home));
}

#[tokio::test]
async fn identities_are_kept_apart_whatever_the_schema_is_called() {
    let Some(server) = start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let databases = server.databases();
    // The schema that the ledger is in when it names none.
    let url = format!("{}&schema=public", databases.url);
    let config = LedgerConfig { identity_url: Some(url), ..config_of(&databases) };
    let refused = open_in(&folder.path().join("home"), &config).await.err().unwrap();
    let same = AddressFault::SameAsLedger;
    assert!(matches!(&refused, LedgerError::Address { fault, .. } if *fault == same), "{refused}");
}

#[tokio::test]
async fn a_password_is_never_told() {
    let Some(server) = start() else { return };
    let databases = server.databases();
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("password");
    fs::write(&wrong, "Kein-Geheimnis-doch\n").unwrap();
    let config = LedgerConfig { password_file: Some(wrong), ..config_of(&databases) };
    let refused = open_in(&folder.path().join("home"), &config).await.err().unwrap();
    for said in [
        refused.to_string(),
        format!("{refused:?} {config:?}"),
        refused.say(Locale::En),
        refused.say(Locale::Ja),
    ] {
        assert!(!said.contains("Kein-Geheimnis"), "{said}");
    }
    let en = refused.say(Locale::En);
    assert!(en.contains("password authentication failed") && en.contains("AOBA_LEDGER_PASSWORD"));
    assert!(refused.say(Locale::Ja).contains("接続を拒否されました"));
    let house = House::at(ticking(), Some(databases)).await;
    let told = house.ledger.doctor().await.unwrap();
    let told: Vec<String> = told.iter().map(|found| found.say(Locale::En)).collect();
    assert!(told[0].contains("postgres://") && told[0].contains("PostgreSQL"), "{}", told[0]);
    assert!(!told.join(" ").contains("Kein-Geheimnis"));
}

#[tokio::test]
async fn the_doctor_sees_a_server_that_does_not_write_through() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    assert!(house.ledger.doctor().await.unwrap().iter().all(|found| found.well));
    server.sql("postgres", "alter system set fsync = off");
    server.sql("postgres", "select pg_reload_conf()");
    // A server reads its settings when it is told to, but not at once: ask until it has.
    while server.sql("postgres", "show fsync") == "on" {}
    let told = house.ledger.doctor().await.unwrap();
    let ill: Vec<_> = told.into_iter().filter(|found| !found.well).collect();
    assert!(ill.iter().all(|found| matches!(found.check, Check::Durable { .. })), "{ill:?}");
    assert_eq!(ill.len(), 2);
    assert!(ill[0].say(Locale::En).contains("fsync = off"));
}

/// Cuts the one connection that holds a lease.
async fn cut_leases(house: &House) {
    let mut conn = house.connected().await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity
        where query like '%select pg_advisory_lock(%' and pid <> pg_backend_pid()";
    let cut = sqlx::query(cut).fetch_all(&mut conn).await.unwrap();
    assert_eq!(cut.len(), 1);
    conn.close().await.unwrap();
}

#[tokio::test]
async fn a_writer_on_another_machine_is_seen_and_one_that_was_followed_writes_no_more() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let folder = tempfile::tempdir().unwrap();
    let other = open(&copied(&house, folder.path())).await.unwrap();
    let lease = house.ledger.writer_lease("ingest").await.unwrap();
    let loads = house.ledger.loads();
    let load = loads.begin(&lease, loads::new_load()).await.unwrap();
    let refused = other.writer_lease("rebuild").await.err().unwrap();
    let LedgerError::SecondWriter { holder, .. } = &refused else { panic!("{refused}") };
    assert!(holder.starts_with(&format!("ingest (process {}", std::process::id())), "{holder}");
    assert_eq!(other.loads().list(1).await.unwrap()[0].outcome.word(), "running");

    // The writer's own connection is cut, as by a server that restarts: it goes on writing while
    // nobody else has taken its place.
    cut_leases(&house).await;
    loads.fail(&lease, load, "a test").await.unwrap();
    let load = loads.begin(&lease, loads::new_load()).await.unwrap();

    let followed = other.writer_lease("rebuild").await.unwrap();
    let refused = loads.fail(&lease, load, "a test").await.err().unwrap();
    let LedgerError::LeaseLost { holder } = &refused else { panic!("{refused}") };
    assert!(holder.starts_with("rebuild"), "{holder}");
    let refused = loads.begin(&lease, loads::new_load()).await.err().unwrap();
    assert!(matches!(refused, LedgerError::LeaseLost { .. }), "{refused}");
    other.loads().begin(&followed, loads::new_load()).await.unwrap();
}

#[tokio::test]
async fn a_pull_on_another_machine_is_seen_and_one_that_was_followed_is_not_noted() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let folder = tempfile::tempdir().unwrap();
    let other = open(&copied(&house, folder.path())).await.unwrap();
    let lease = house.ledger.pull_lease("pull of night").await.unwrap();
    let pulls = house.ledger.pulls();
    let id = pulls.begin(&lease, &pulls::new_pull("$export", None)).await.unwrap();
    let refused = other.pull_lease("pull").await.err().unwrap();
    let LedgerError::SecondPull { holder, .. } = &refused else { panic!("{refused}") };
    assert!(holder.starts_with("pull of night (process "), "{holder}");
    assert_eq!(other.pulls().list(1).await.unwrap()[0].outcome, PullOutcome::Running);

    cut_leases(&house).await;
    let _followed = other.pull_lease("pull").await.unwrap();
    let refused = pulls.end(&lease, id, &PullEnding::of(PullOutcome::Completed)).await;
    let refused = refused.err().unwrap();
    assert!(matches!(refused, LedgerError::LeaseLost { .. }), "{refused}");
    // Writing is another right.
    other.writer_lease("ingest").await.unwrap();
}

#[tokio::test]
async fn two_machines_write_one_unbroken_audit() {
    let Some(server) = start() else { return };
    let house = House::at(ticking(), Some(server.databases())).await;
    let folder = tempfile::tempdir().unwrap();
    let other = open(&copied(&house, folder.path())).await.unwrap();
    let looks = |ledger: Ledger| async move {
        for _ in 0..40 {
            let purpose = PurposeOfUse::Research;
            ledger.permit(&maker(), purpose, None, "sql", "q").await.unwrap();
        }
    };
    tokio::join!(looks(house.ledger.clone()), looks(other.clone()), looks(other.clone()));
    let verdict = house.ledger.audit().verify().await.unwrap();
    assert_eq!((verdict.rows, verdict.first_broken), (125, None));
    assert_eq!(other.audit().verify().await.unwrap().first_broken, None);
}

#[tokio::test]
async fn a_connection_is_encrypted_and_the_server_is_who_it_says() {
    let Some(server) = start() else { return };
    let folder = tempfile::tempdir().unwrap();
    if !certify(&server) {
        println!("SKIPPED: no openssl to make a certificate with");
        return;
    }
    let databases = server.databases();
    let (name, port) = (database_of(&databases), server.port);
    let at = |host: &str, more: &str| {
        let url = format!("postgres://aoba@{host}:{port}/{name}?sslmode=verify-full{more}");
        LedgerConfig {
            identity_url: Some(format!("{url}&schema=names")),
            url: Some(url),
            ..config_of(&databases)
        }
    };
    let home = folder.path().join("home");
    let trusted = format!("&sslrootcert={}", server.folder.join("ca.crt").display());
    for (host, more) in [("localhost", ""), ("127.0.0.1", &*trusted)] {
        let refused = open_in(&home, &at(host, more)).await.err().unwrap();
        assert!(matches!(refused, LedgerError::Unreachable { .. }), "{host}: {refused}");
    }
    let ledger = open_in(&home, &at("localhost", &trusted)).await.unwrap();
    ledger.permit(&maker(), PurposeOfUse::Research, None, "sql", "q").await.unwrap();
    let encrypted = server.sql(
        &name,
        "select bool_and(ssl) from pg_stat_ssl
        join pg_stat_activity using (pid) where application_name = 'aoba'",
    );
    assert_eq!(encrypted, "t");
}

#[tokio::test]
async fn a_home_is_settled_where_its_settings_say() {
    let Some(server) = start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    settle(&home, &server.databases());
    let ledger = open(&home).await.unwrap();
    assert!(ledger.place().starts_with("postgres://") && !ledger.place().contains("aoba@"));
    assert!(ledger.identity_place().ends_with("?schema=names"));
    assert!(Ledger::stands_in(&home) && !home.join("ledger.db").exists());
}
