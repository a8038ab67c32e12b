//! The house with its lake in a bucket of an object store, as its people meet it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::house::{House, people};
use crate::store::{Fault, KEY_ID, Line, SECRET, Server};

/// A house whose settings name this bucket, and the folder in which the bucket's objects lie.
fn house(server: &Server, endpoint: &str, bucket: &str, more: &str) -> (House, PathBuf) {
    let house = House::new();
    house.set(&format!(
        "[lake]\nurl = \"s3://{bucket}/site\"\n[lake.store]\nendpoint = \"{endpoint}\"\n\
         allow_http = true\nretries_max = 2\n{more}"
    ));
    (house, server.make_bucket(bucket).join("site"))
}

/// The command with the key in its environment.
fn with_key(house: &House, arguments: &[&str]) -> Command {
    let mut command = house.command(arguments);
    command.env("AWS_ACCESS_KEY_ID", KEY_ID).env("AWS_SECRET_ACCESS_KEY", SECRET);
    command
}

/// What a command prints, or says when it fails; and whether it succeeded.
fn said(mut command: Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn done(command: Command) -> String {
    let (succeeded, text) = said(command);
    assert!(succeeded, "{text}");
    text
}

#[test]
fn records_are_loaded_asked_for_and_checked_in_a_bucket() {
    let Some(server) = Server::get() else { return };
    let (house, objects) = house(server, &server.endpoint(), "site-whole", "");
    let here = House::with_people();
    let people = people();
    let ingest = ["ingest", "--quiet", people.to_str().unwrap()];
    done(with_key(&house, &ingest));
    for query in [
        "select count(*) as n, count(distinct patient_id) as p from observation",
        "select gender, count(*) as n from patient group by gender order by gender",
        "select resource_type, count(*) as n from resource group by 1 order by 1",
    ] {
        let ask = ["sql", "--format", "json", query];
        assert_eq!(done(with_key(&house, &ask)), here.run(&ask), "{query}");
    }
    // Nothing of the lake lies in the home, and the bucket has what the home would have.
    assert!(!house.home().join("lake").exists() && !house.home().join("landing").exists());
    assert!(objects.join("patient/_delta_log/00000000000000000000.json").exists());
    assert!(objects.join("_landing").read_dir().unwrap().next().is_some());
    // The same again changes nothing; the tables are made again from what the bucket keeps.
    let again = done(with_key(&house, &["ingest", "--format", "json", people.to_str().unwrap()]));
    assert!(again.contains("already_held"), "{again}");
    done(with_key(&house, &["rebuild"]));
    let ask = ["sql", "--format", "json", "select count(*) as n from observation"];
    assert_eq!(done(with_key(&house, &ask)), here.run(&ask));
    let doctor = done(with_key(&house, &["doctor", "--deep"]));
    assert!(doctor.contains("object store s3://site-whole/site"), "{doctor}");
    // A refusal holds here as everywhere.
    let everybody = "select count(distinct patient_id) as n from patient";
    let before = done(with_key(&house, &["sql", "--format", "json", everybody]));
    let row = here.sql("select source, resource_key from patient order by 2 limit 1");
    let [source, key] = ["source", "resource_key"].map(|column| row[0][column].as_str().unwrap());
    let key = format!("{source}/{key}");
    done(with_key(&house, &["opt-out", &key, "--reason", "form"]));
    assert_ne!(done(with_key(&house, &["sql", "--format", "json", everybody])), before);
}

#[test]
fn a_backup_holds_what_was_received_into_a_bucket_that_is_lost_later() {
    let Some(server) = Server::get() else { return };
    let (house, objects) = house(server, &server.endpoint(), "site-backup", "");
    let (people, shelf) = (people(), tempfile::tempdir().unwrap());
    done(with_key(&house, &["ingest", "--quiet", people.to_str().unwrap()]));
    let answers = ["tables", "--digest", "--format", "json"];
    let before = done(with_key(&house, &answers));
    let (backup, new) = (shelf.path().join("backup"), shelf.path().join("new"));
    let (backup, home) = (backup.to_str().unwrap(), new.to_str().unwrap());
    for _ in 0..2 {
        let told = done(with_key(&house, &["backup", backup, "--quiet"]));
        assert!(told.contains("s3://site-backup/site"), "{told}");
    }
    done(with_key(&house, &["backup", "verify", backup, "--quiet"]));
    let restored = done(with_key(&house, &["restore", backup, "--quiet", "--home", home]));
    assert!(restored.contains("object store s3://site-backup/site"), "{restored}");
    assert_eq!(done(with_key(&house, &[&answers[..], &["--home", home]].concat())), before);
    // The bucket is gone; what was received is in the new folder, and the tables are made of it.
    std::fs::remove_dir_all(objects).unwrap();
    std::fs::write(new.join("aoba.toml"), "").unwrap();
    house.run(&["rebuild", "--home", home]);
    assert_eq!(house.run(&[&answers[..], &["--home", home]].concat()), before);
    house.run(&["doctor", "--deep", "--home", home]);
}

#[test]
fn nobody_is_erased_where_a_bucket_keeps_versions_and_it_is_told_in_both_languages() {
    let Some(server) = Server::get() else { return };
    let (house, _) = house(server, &server.endpoint(), "versions-site", "");
    let people = people();
    done(with_key(&house, &["ingest", "--quiet", people.to_str().unwrap()]));
    let ask = ["sql", "--format", "json", "select count(*) as n from observation"];
    let before = done(with_key(&house, &ask));
    let dry = ["erase", "4de92f7a-8879-5ab0-a8e7-949364ef8e9c", "--dry-run", "--quiet"];
    let lift = ["erase", "hospital/hanako", "--lift", "--quiet"];
    let erase = ["erase", "1", "--reason", "request 12", "--quiet"];
    for arguments in [&dry[..], &lift[..], &erase[..]] {
        let (succeeded, en) = said(with_key(&house, arguments));
        assert!(!succeeded && en.contains("docs/manual/erase.md"), "{en}");
        let mut japanese = with_key(&house, arguments);
        japanese.env("AOBA_LANG", "ja");
        let (succeeded, ja) = said(japanese);
        assert!(!succeeded && ja.contains("docs/manual/erase.ja.md"), "{ja}");
    }
    assert_eq!(done(with_key(&house, &ask)), before);
    // An erasure that was never made keeps nobody from reading the list of those that were.
    done(with_key(&house, &["erasures"]));
}

#[test]
fn a_key_comes_from_a_file_and_is_told_nowhere() {
    let Some(server) = Server::get() else { return };
    let more = "credentials_file = \"../key\"\n";
    let (house, _) = house(server, &server.endpoint(), "site-file", more);
    let key = house.home().join("../key");
    let write = |secret: &str, mode: u32| {
        let text =
            format!("[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={secret}\n");
        std::fs::write(&key, text).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let people = people();
    let ingest = ["ingest", "--quiet", people.to_str().unwrap()];
    write(SECRET, 0o644);
    assert!(house.refuse(&ingest).contains("chmod 600"));
    write("not-the-key", 0o600);
    let refused = house.refuse(&ingest);
    assert!(refused.contains("does not accept the key"), "{refused}");
    write(SECRET, 0o600);
    let mut loud = house.command(&ingest);
    loud.env("AOBA_LOG", "trace");
    let (succeeded, log) = said(loud);
    assert!(succeeded && log.contains("TRACE"), "{log}");
    for text in [refused, log] {
        for secret in [KEY_ID, SECRET, "not-the-key"] {
            assert!(!text.contains(secret), "{secret} stands in {text}");
        }
    }
}

#[test]
fn a_store_that_is_away_is_told_in_both_languages_and_only_where_it_is_needed() {
    let Some(server) = Server::get() else { return };
    let line = Line::to(&server.address);
    let (house, _) = house(server, &line.endpoint(), "site-away", "");
    let people = people();
    let ingest = ["ingest", "--quiet", people.to_str().unwrap()];
    line.break_on(("PUT", "_delta_log"), Fault::Reset, usize::MAX);
    let (succeeded, en) = said(with_key(&house, &ingest));
    assert!(!succeeded && en.contains("s3://site-away/") && en.contains("nothing is lost"), "{en}");
    let mut japanese = with_key(&house, &ingest);
    japanese.env("AOBA_LANG", "ja");
    let (_, ja) = said(japanese);
    assert!(ja.contains("応答がありません") && ja.contains("もう一度実行してください"), "{ja}");
    line.heal();
    // What breaks for a moment is not even noticed.
    let before = line.met();
    line.break_on(("PUT", "patient/_delta_log"), Fault::LoseAnswer, 1);
    line.break_on(("PUT", ".parquet"), Fault::Reset, 1);
    line.break_on(("GET", "_landing"), Fault::Cut { after_bytes: 500 }, 1);
    line.break_on(("GET", "list-type"), Fault::Delay(Duration::from_millis(20)), 1);
    done(with_key(&house, &ingest));
    assert_eq!(line.met(), before + 4);
    line.break_on(("", ""), Fault::Reset, usize::MAX);
    let ask = ["sql", "select count(*) as n from observation"];
    let (succeeded, en) = said(with_key(&house, &ask));
    assert!(!succeeded && en.contains("does not answer"), "{en}");
    assert!(en.contains("backing off") || en.contains("trying again"), "waiting is told: {en}");
    // What people decided does not wait for the store.
    done(with_key(&house, &["audit", "verify"]));
    done(with_key(&house, &["permit", "list"]));
    // Without a key nothing is asked of anybody.
    let mut keyless = house.command(&ask);
    keyless.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let (succeeded, en) = said(keyless);
    assert!(!succeeded && en.contains("AWS_ACCESS_KEY_ID"), "{en}");
}

#[test]
fn a_store_that_cannot_be_written_safely_is_found_by_the_doctor() {
    let Some(server) = Server::get() else { return };
    for (bucket, words) in
        [("read-only-site", "may not write"), ("unconditional-site", "writes over what is there")]
    {
        let (house, _) = house(server, &server.endpoint(), bucket, "");
        let people = people();
        let (succeeded, said_by_ingest) =
            said(with_key(&house, &["ingest", "--quiet", people.to_str().unwrap()]));
        assert!(!succeeded && said_by_ingest.contains(words), "{said_by_ingest}");
        let (succeeded, said_by_doctor) = said(with_key(&house, &["doctor"]));
        assert!(!succeeded && said_by_doctor.contains(words), "{said_by_doctor}");
    }
}
