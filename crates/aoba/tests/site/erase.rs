//! Somebody is erased: no byte of the home tells of them, nobody else lost anything, and they come
//! back only when somebody says so.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::house::{House, files_below, people};

/// What tells of Hanako: her mark, keys, name in two scripts, number, address, telephone, full URL
/// and birthday, as they stand in her record.
const TELLS: [&str; 10] = [
    "hanakomark",
    "hanako",
    "花子",
    "ハナコ",
    "022-000-0001",
    "架空町2-2",
    "980-0001",
    "4de92f7a-8879-5ab0-a8e7-949364ef8e9c",
    "1961-02-28",
    "青葉 太郎",
];

/// Where one of these stands in the home: in a file as it lies, in what a kept file unpacks to, and
/// in every page of every data file.
fn found(house: &House, tells: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_below(&house.home()) {
        let bytes = std::fs::read(&path).unwrap();
        for text in texts(&bytes) {
            for tell in tells {
                if text.contains(tell) {
                    found.push(format!("{tell} in {}", path.display()));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Bytes as text in lower case, and whatever in them can be unpacked.
fn texts(bytes: &[u8]) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase();
    let mut texts = vec![text(bytes)];
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut content = Vec::new();
        // What comes before an end that is broken counts too.
        let _ = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut content);
        texts.push(text(&content));
    }
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    for at in 0..bytes.len().saturating_sub(4) {
        if bytes[at..at + 4] == magic {
            let mut content = Vec::new();
            if let Ok(mut frame) = zstd::Decoder::new(&bytes[at..]) {
                let _ = frame.read_to_end(&mut content);
            }
            texts.push(text(&content));
        }
    }
    texts
}

fn erase(house: &House, who: &str) -> Value {
    house.json(&["erase", who, "--reason", "request 12", "--quiet", "--format", "json"])
}

/// The people without Hanako, in a folder of their own.
fn others(house: &House) -> std::path::PathBuf {
    let folder = house.input().join("others");
    for path in files_below(&people()) {
        let name = path.strip_prefix(people()).unwrap();
        if !name.starts_with("hanako") {
            let to = folder.join(name);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&path, to).unwrap();
        }
    }
    folder
}

#[test]
fn nothing_tells_of_somebody_erased_and_nobody_else_lost_anything() {
    let house = House::with_people();
    let whole = house.content();
    assert!(found(&house, &TELLS).len() >= TELLS.len(), "the search itself works");
    house.run(&["study", "record", "S1", "--title-ja", "研究", "--title-en", "A study"]);
    house.run(&["snapshots", "pin", "1", "--study", "S1"]);
    house.run(&["opt-out", "hospital/hanako", "--purpose", "education"]);
    let answer = house.write("answer.csv", "");
    let answer = answer.to_str().unwrap();
    house.run(&["sql", "select count(*) from patient", "--format", "csv", "--output", answer]);
    let patients = house.number("select count(*) from patient");

    let dry = house.json(&["erase", "hanako", "--dry-run", "--quiet", "--format", "json"]);
    assert_eq!(dry["removed"]["resources"], 30, "{dry}");
    assert_eq!(house.content(), whole, "nothing was changed");
    let certificate = erase(&house, "hanako");
    assert_eq!(certificate["removed"]["resources"], 30, "{certificate}");
    assert!(certificate["removed"]["rows"]["patient"].as_u64() >= Some(1));
    assert_eq!(certificate["holes"][0]["snapshot"], 1);
    let recall = certificate["recall"].to_string();
    for part in ["\"S1\"", "\"to_files\":true", "local:"] {
        assert!(recall.contains(part), "{recall}");
    }
    assert!(found(&house, &TELLS).is_empty(), "{:#?}", found(&house, &TELLS));
    let shown = house.run(&["erasures", "1"]);
    assert!(shown.contains("Certificate of erasure 1") && !shown.contains("hanako"));
    let japanese = house.run(&["--lang", "ja", "erasures", "1"]);
    assert!(japanese.contains("消去証明書"), "{japanese}");
    let listed = house.json(&["erasures", "--format", "json"]);
    assert_eq!(
        (listed[0]["reason"].as_str(), listed.as_array().unwrap().len()),
        (Some("request 12"), 1)
    );

    // The tables are those of a house that never had her, and a rebuild gives the same.
    let without = House::new();
    without.ingest(&[&others(&without)]);
    let expect = without.content();
    assert!(house.content() == expect, "the tables are not as if she had never been there");
    house.run(&["rebuild", "--quiet"]);
    assert!(house.content() == expect, "a rebuild gives other tables");
    let pinned = ["sql", "--snapshot", "1", "--format", "json", "select count(*) n from patient"];
    assert_eq!(house.json(&pinned)[0]["n"], patients - 1, "others are in the snapshot as before");
    let rows = ["sql", "--snapshot", "1", "--format", "json", "select * from condition"];
    assert!(house.run(&rows).contains("takeshi"));
    house.run(&["doctor", "--deep"]);
    house.run(&["audit", "verify"]);
    house.run(&["opt-out", "hospital/jiro"]);
    assert!(house.refuse(&["opt-out", "hospital/hanako"]).contains("no patient is known"));
    house.run(&["opt-in", "hospital/jiro"]);
    assert!(found(&house, &TELLS).is_empty());

    // The same bytes are known again, and bring nobody back.
    let again = house.ingest(&[&people()]);
    assert_eq!(again["counts"]["written"], 0, "{again}");
    assert!(house.content() == expect);
    house.run(&["rebuild", "--quiet"]);
    assert!(house.content() == expect, "nor does a rebuild");
    house.run(&["doctor", "--deep"]);
}

#[test]
fn somebody_erased_comes_back_when_it_is_lifted_and_what_was_refused_holds() {
    let house = House::with_people();
    let whole = house.content();
    house.run(&["opt-out", "hospital/hanako", "--purpose", "education"]);
    erase(&house, "hanako");
    house.refuse(&["erase", "--lift", "hospital/jiro"]);
    let told = house.run(&["erase", "--lift", "hospital/hanako"]);
    assert!(told.contains("erasure 1 is lifted"), "{told}");
    house.ingest(&[&people()]);
    house.run(&["rebuild", "--quiet"]);
    assert!(house.content() == whole, "she is back as she was");
    let query = "select count(*) n from patient where birth_date like '1961%'";
    let education = house.json(&["sql", "--purpose", "education", "--format", "json", query]);
    assert_eq!(education[0]["n"], 0, "she had refused this");
    assert_eq!(house.number(query), 1);
    house.run(&["doctor", "--deep"]);
    house.run(&["audit", "verify"]);
    // And can be erased again.
    let certificate = erase(&house, "hanako");
    assert_eq!(certificate["erasure"], 2);
    assert!(found(&house, &TELLS).is_empty(), "{:#?}", found(&house, &TELLS));
}

/// What a later export says of her: under her key, her number, and in a deletion.
const LATER: &str = r#"{"resourceType":"Patient","id":"hanako","name":[{"text":"花子 LATERMARK"}]}
{"resourceType":"Patient","id":"other-key","identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.10410000001","value":"HANAKOMARK-0001"}]}
{"resourceType":"Observation","id":"late-1","status":"final","code":{"text":"LATERMARK"},"subject":{"reference":"Patient/hanako"}}
{"resourceType":"Observation","id":"late-2","status":"final","code":{"text":"LATERMARK"},"subject":{"identifier":{"system":"urn:oid:1.2.392.100495.20.3.51.10410000001","value":"HANAKOMARK-0001"}}}
{"resourceType":"Observation","id":"hanako-hb","status":"final","code":{"text":"LATERMARK"},"subject":{"reference":"Patient/nobody-known"}}
{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/hanako-hb"}}]}
{"resourceType":"Patient","id":"newcomer","gender":"male"}
"#;

#[test]
fn what_comes_later_of_somebody_erased_is_quarantined_and_can_be_emptied_too() {
    let house = House::with_people();
    erase(&house, "hanako");
    let before = house.content();
    let report = house.ingest(&[&house.write("later.ndjson", LATER)]);
    assert_eq!(report["counts"]["written"], 1, "{report}");
    assert_eq!(report["counts"]["quarantined"], 6, "{report}");
    let codes = report["quarantine"].as_array().unwrap().iter();
    assert!(codes.clone().all(|row| row["code"] == "erased"), "{report}");
    let now = house.content();
    assert_eq!(now.len(), before.len() + 4, "the newcomer, in two tables, each listed twice");
    let certificate = erase(&house, "hospital/hanako");
    assert_eq!(certificate["removed"]["resources"], 6, "{certificate}");
    assert!(
        found(&house, &["latermark", "hanako"]).is_empty(),
        "{:#?}",
        found(&house, &["latermark", "hanako"])
    );
    assert!(house.content() == now, "nobody else lost anything");
    house.run(&["rebuild", "--quiet"]);
    assert!(house.content() == now);
    house.run(&["doctor", "--deep"]);
}

/// Records of others that speak of somebody (緑川 みどり, `mid`), and of somebody of the same name.
fn mentions() -> Vec<String> {
    let patient = |id: &str, name: &str, more: &str| {
        format!(
            r#"{{"resourceType":"Patient","id":"{id}","name":[{{"text":"{name}"}}],"identifier":[{{"system":"urn:mrn","value":"mrn-{id}"}}]{more}}}"#
        )
    };
    [
        patient("mid", "緑川 みどり", r#","telecom":[{"value":"022-999-0042"}]"#).as_str(),
        &patient("same", "緑川 みどり", ""),
        &patient("kin", "緑川 一郎", r#","contact":[{"name":{"text":"緑川 みどり"}},{"name":{"text":"緑川 三郎"}}]"#),
        r#"{"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/mid"}},{"entity":{"reference":"Patient/kin"}}]}"#,
        r#"{"resourceType":"FamilyMemberHistory","id":"f","status":"completed","patient":{"reference":"Patient/kin"},"relationship":{"text":"sister"},"note":[{"text":"妹は緑川みどり。KEPTNOTMARK"},{"text":"KEPTMARK"}]}"#,
        r#"{"resourceType":"Observation","id":"o-same","status":"final","code":{"text":"緑川 みどり SAMEMARK"},"subject":{"reference":"Patient/same"}}"#,
        r#"{"resourceType":"Observation","id":"o-mid","status":"final","code":{"text":"x"},"subject":{"identifier":{"system":"urn:mrn","value":"mrn-mid"}}}"#,
        r#"{"resourceType":"Observation","id":"o-unknown","status":"final","code":{"text":"GONEMARK"},"subject":{"display":"緑川 みどり"}}"#,
        r#"{"resourceType":"DocumentReference","id":"d-mid","status":"current","subject":{"reference":"Patient/mid"},"content":[{"attachment":{"url":"Binary/b-mid"}},{"attachment":{"url":"Binary/b-both"}}]}"#,
        r#"{"resourceType":"DocumentReference","id":"d-kin","status":"current","subject":{"reference":"Patient/kin"},"content":[{"attachment":{"url":"Binary/b-both"}}]}"#,
        r#"{"resourceType":"Binary","id":"b-mid","contentType":"text/plain","data":"R09ORU1BUks="}"#,
        r#"{"resourceType":"Binary","id":"b-both","contentType":"text/plain","data":"S0VQVE1BUks="}"#,
        r#"{"resourceType":"Observation","id":"broken","note":"緑川 みどり 022-999-0042"#,
        r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition","id":"c-mid","subject":{"reference":"Patient/mid"},"code":{"text":"GONEMARK"}}},{"resource":{"resourceType":"Condition","id":"c-kin","subject":{"reference":"Patient/kin"},"code":{"text":"KEPTMARK"}}}]}"#,
        r#"{"resourceType":"Provenance","id":"p","target":[{"reference":"Observation/o-mid"},{"reference":"Observation/o-same"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}"#,
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn records_of_others_lose_what_they_say_of_somebody_erased_and_nothing_else() {
    let house = House::new();
    let text = mentions().join("\n");
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    house.ingest(&[&house.write("all.ndjson.gz", packed.finish().unwrap())]);
    let certificate = erase(&house, "urn:mrn|mrn-mid");
    let ends = certificate["mentions"].as_array().unwrap().iter().map(|mention| {
        let part = |name: &str| mention[name].as_str().unwrap().to_owned();
        (mention["line"].as_u64().unwrap(), part("resource_type"), part("end"))
    });
    let ends: Vec<(u64, String, String)> = ends.collect();
    let expect = [
        (2, "Patient", "same-name"),
        (3, "Patient", "cut"),
        (4, "Group", "cut"),
        (5, "FamilyMemberHistory", "cut"),
        (6, "Observation", "same-name"),
        (15, "Provenance", "cut"),
    ]
    .map(|(line, kind, end)| (line, kind.to_owned(), end.to_owned()));
    assert_eq!(ends, expect, "{certificate}");
    assert_eq!(certificate["removed"]["unreadable"], 1);
    let tells = [
        "patient/mid",
        "mrn-mid",
        "022-999-0042",
        "gonemark",
        "keptnotmark",
        "b-mid",
        "o-mid",
        "r09oru1buks=",
    ];
    assert!(found(&house, &tells).is_empty(), "{:#?}", found(&house, &tells));
    for kept in ["samemark", "keptmark", "緑川 三郎", "patient/kin", "s0vqve1buks="] {
        assert!(!found(&house, &[kept]).is_empty(), "{kept} is somebody else's");
    }
    let now = house.content();
    assert_eq!(house.number("select count(*) from family_member_history"), 1);
    assert_eq!(house.number("select count(*) from condition"), 1);
    assert_eq!(house.number("select count(*) from patient"), 2);
    house.run(&["rebuild", "--quiet"]);
    assert_eq!(house.content(), now, "a rebuild makes the same of what is left");
    house.run(&["doctor", "--deep"]);
    // Who bears the same name is found by it still.
    house.run(&["opt-out", "緑川 みどり"]);
    assert_eq!(house.number("select count(*) from patient"), 1);
}

#[test]
fn a_person_with_several_records_is_erased_under_all_of_them() {
    let house = House::with_people();
    let before = house.number("select count(distinct patient_id) from patient");
    erase(&house, "hospital/ken");
    let after = house.number("select count(distinct patient_id) from patient");
    assert_eq!(after, before - 1, "Ken has two numbers and is one person");
    assert!(found(&house, &["patient/ken", "宮城 健", "宮城健"]).is_empty());
    house.run(&["doctor", "--deep"]);
}

#[test]
fn who_is_not_known_invented_or_named_in_the_reason_is_not_erased() {
    let house = House::with_people();
    let before = house.content();
    assert!(house.refuse(&["erase", "nobody", "--reason", "x"]).contains("nobody"));
    let named = house.refuse(&["erase", "hanako", "--reason", "青葉 HANAKOMARK 花子 HANAKOMARK"]);
    assert!(named.contains("the reason names the person"), "{named}");
    house.refuse(&["erase", "hanako"]);
    assert_eq!(house.content(), before);
    let made = House::new();
    let home = made.home();
    made.run(&["synth", "--quiet", "--patients", "3", "--into", home.to_str().unwrap()]);
    let said = made.refuse(&["erase", "p-0000001", "--reason", "x"]);
    assert!(said.contains("invented"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "the moment of the kill is the point")]
#[test]
fn killed_at_any_moment_an_erasure_is_carried_out_by_the_next_writer() {
    let measured = House::with_people();
    let start = Instant::now();
    erase(&measured, "hanako");
    let length = start.elapsed();
    let expect = measured.content();
    let mut kills = 0;
    for step in 0..6_u32 {
        let house = House::with_people();
        let mut child = house
            .command(&["erase", "hanako", "--reason", "request 12", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(length * (step + 1) / 7);
        kills += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever was reached, others are there, and the house can be asked.
        assert!(
            house.run(&["sql", "--format", "json", "select * from condition"]).contains("takeshi")
        );
        let under_way = Path::new(&house.home()).join("erasing.json").exists();
        house.run(&["optimize", "--quiet"]);
        let known = house.attempt(&["opt-out", "hospital/hanako"]).status.success();
        assert!(!(under_way && known), "what was begun is ended");
        if known {
            erase(&house, "hanako");
        }
        assert!(house.content() == expect, "after a kill at step {step}");
        assert!(found(&house, &TELLS).is_empty(), "{step}: {:#?}", found(&house, &TELLS));
        house.run(&["doctor", "--deep"]);
        house.run(&["audit", "verify"]);
    }
    assert!(kills > 0, "no erasure was still running when it was killed");
}
