//! Somebody whose every part is told by words that nobody else has, received in each packing, with
//! changes, deletions, damage, and mentions in what others have; then erased while the pages are
//! served. No byte of the home tells of them, however it is coded, and others have what they had.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use arrow::util::display::array_value_to_string;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::house::{House, files_below};
use crate::store;
use crate::web::Server;

/// What tells of the person: keys, number, names old and new, telephone, address, birthday, texts,
/// codes and values; one word for each place.
const TELLS: [&str; 19] = [
    "zqkey-patient",
    "zqkey-o1",
    "zqkey-o2",
    "zqnum-778899",
    "零久 斗子",
    "零久斗子",
    "零久 改子",
    "090-7788-9900",
    "架空市零久町",
    "980-7788",
    "1907-07-07",
    "zqnote",
    "zqrare",
    "zqvalue",
    "zqdeleted",
    "zqletter",
    "zqbroken",
    "zqbytes",
    "zqurn",
];

fn first() -> Vec<u8> {
    let letter = STANDARD.encode("ZQLETTER 零久 斗子 様");
    let mention = STANDARD.encode("付き添いは姉の零久斗子さん");
    let lines = [
        r#"{"resourceType":"Patient","id":"zqkey-patient","meta":{"versionId":"1"},"identifier":[{"system":"urn:karte","value":"ZQNUM-778899"}],"name":[{"text":"零久 斗子"}],"telecom":[{"value":"090-7788-9900"}],"address":[{"text":"架空市零久町77-88","postalCode":"980-7788"}],"birthDate":"1907-07-07"}"#.to_owned(),
        r#"{"resourceType":"Patient","id":"kin","identifier":[{"system":"urn:karte","value":"KIN-112233"}],"name":[{"text":"東山 近子"}],"birthDate":"1970-01-01"}"#.to_owned(),
        r#"{"resourceType":"Observation","id":"zqkey-o1","status":"final","code":{"coding":[{"system":"urn:zqurn","code":"ZQRARE"}],"text":"ZQRARE"},"subject":{"reference":"Patient/zqkey-patient"},"valueString":"ZQVALUE","note":[{"text":"ZQNOTE"}]}"#.to_owned(),
        r#"{"resourceType":"Observation","id":"zqkey-o2","status":"final","code":{"text":"ZQDELETED"},"subject":{"reference":"Patient/zqkey-patient"}}"#.to_owned(),
        r#"{"resourceType":"Observation","id":"kin-o1","status":"final","code":{"coding":[{"system":"urn:codes","code":"HB"}],"text":"HB"},"subject":{"reference":"Patient/kin"},"valueQuantity":{"value":12.50}}"#.to_owned(),
        format!(r#"{{"resourceType":"DocumentReference","id":"zqkey-d1","status":"current","subject":{{"reference":"Patient/zqkey-patient"}},"content":[{{"attachment":{{"contentType":"text/plain","data":"{letter}"}}}}]}}"#),
        format!(r#"{{"resourceType":"DocumentReference","id":"cut-d1","status":"current","subject":{{"reference":"Patient/kin"}},"content":[{{"attachment":{{"contentType":"text/plain","data":"{mention}"}}}},{{"attachment":{{"contentType":"text/plain","data":"S0VQVE1BUks="}}}}]}}"#),
        r#"{"resourceType":"Observation","id":"cut-o1","status":"final","code":{"text":"KEPTCODE"},"subject":{"reference":"Patient/kin"},"note":[{"text":"\u96f6\u4e45 \u6597\u5b50 came along"},{"text":"see https://fhir.example.jp/Observation?subject=Patient%2Fzqkey-patient"},{"text":"KEPTNOTE"}]}"#.to_owned(),
        r#"{"resourceType":"Observation","id":"zqkey-cut","subject":{"reference":"Patient/zqkey-patient"},"note":[{"text":"ZQBROKEN"#.to_owned(),
    ];
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend_from_slice(b"\n\xff\xfe ZQBYTES of ZQNUM-778899\n");
    bytes
}

/// A Bundle with a newer record under another name, and somebody else's.
const SECOND: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000zqurn0","resource":{"resourceType":"Patient","id":"zqkey-patient","meta":{"versionId":"2"},"identifier":[{"system":"urn:karte","value":"ZQNUM-778899"}],"name":[{"text":"零久 改子"},{"use":"old","text":"零久 斗子"}],"birthDate":"1907-07-07"}},
{"resource":{"resourceType":"Condition","id":"kin-c1","subject":{"reference":"Patient/kin"},"code":{"text":"KINCODE"}}},
{"resource":{"resourceType":"Condition","id":"zqkey-c1","subject":{"reference":"Patient/zqkey-patient"},"code":{"text":"ZQRARE"}}}]}"#;

const THIRD: &str = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/zqkey-o2"}},{"request":{"method":"DELETE","url":"Observation/kin-o1"}}]}
{"resourceType":"Observation","id":"kin-o2","status":"final","code":{"text":"HB"},"subject":{"reference":"Patient/kin"}}
"#;

/// A home whose lake lies in a bucket, and the folder of its objects; none where there is no server.
fn in_a_bucket() -> Option<(House, PathBuf)> {
    let server = store::Server::get()?;
    let house = House::new();
    house.set(&format!(
        "[lake]\nurl = \"s3://site-bytes/site\"\n[lake.store]\nendpoint = \"{}\"\nallow_http = true\n\
         credentials_file = \"../key\"\n",
        server.endpoint()
    ));
    let (key, secret) = (store::KEY_ID, store::SECRET);
    let text = format!("[default]\naws_access_key_id={key}\naws_secret_access_key={secret}\n");
    let path = house.home().join("../key");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    Some((house, server.make_bucket("site-bytes").join("site")))
}

/// Fills a home with all of it, a study that keeps the first snapshot, and what died processes left.
fn fill(house: &House, objects: Option<&Path>) {
    house.ingest(&[&house.write("first.ndjson", first())]);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(SECOND.as_bytes()).unwrap();
    house.ingest(&[&house.write("second.json.gz", packed.finish().unwrap())]);
    let packed = zstd::encode_all(THIRD.as_bytes(), 3).unwrap();
    house.ingest(&[&house.write("third.ndjson.zst", packed)]);
    house.run(&["study", "record", "S1", "--title-ja", "研究", "--title-en", "A study"]);
    house.run(&["snapshots", "pin", "1", "--study", "S1"]);
    left_behind(house, objects);
}

/// A file kept by a load that died before it said so, half a data file, half a pull, and a file of
/// somebody's own.
fn left_behind(house: &House, objects: Option<&Path>) {
    let home = house.home();
    let other = House::new();
    let line = r#"{"resourceType":"Observation","id":"zqkey-o9","status":"final","code":{"text":"ZQNOTE"},"subject":{"reference":"Patient/zqkey-patient"}}"#;
    other.ingest(&[&other.write("unsaid.ndjson", line)]);
    for path in files_below(&other.home().join("landing")) {
        let landing = objects.map_or_else(|| home.join("landing"), |of| of.join("_landing"));
        let to = landing.join(path.strip_prefix(other.home().join("landing")).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(path, to).unwrap();
    }
    if objects.is_none() {
        std::fs::write(home.join("lake/observation/part-x.parquet#1"), "PAR1 ZQVALUE").unwrap();
    }
    let pull = home.join("pulls/0011223344556677");
    std::fs::create_dir_all(&pull).unwrap();
    std::fs::write(pull.join("Patient-000001.part"), "{\"id\":\"zqkey-patient\"").unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all("see Patient/zqkey-patient".as_bytes()).unwrap();
    std::fs::create_dir_all(home.join("views")).unwrap();
    std::fs::write(home.join("views/zqkey-patient.txt.gz"), packed.finish().unwrap()).unwrap();
}

/// The ways in which a word may stand in bytes, all but base64 in lower case.
fn coded(tell: &str) -> (Vec<String>, Vec<String>) {
    let mut plain = vec![tell.to_owned()];
    if !tell.is_ascii() {
        let (mut address, mut escaped) = (String::new(), String::new());
        tell.bytes().for_each(|byte| write!(address, "%{byte:02x}").unwrap());
        tell.encode_utf16().for_each(|unit| write!(escaped, "\\u{unit:04x}").unwrap());
        plain.extend([address, escaped]);
    }
    let mut base64 = Vec::new();
    for text in [tell.to_owned(), tell.to_uppercase()] {
        for before in 0..3 {
            let bytes = [&vec![0; before], text.as_bytes()].concat();
            let letters = STANDARD_NO_PAD.encode(&bytes);
            base64.push(letters[(before * 8).div_ceil(6)..bytes.len() * 8 / 6].to_owned());
        }
    }
    (plain, base64)
}

/// Everything a file says: as it lies, and unpacked wherever something packed begins in it.
fn contents(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let mut all = Vec::new();
    for at in 0..bytes.len().saturating_sub(4) {
        let (mut content, rest) = (Vec::new(), &bytes[at..]);
        // What comes before a broken end counts too.
        if rest.starts_with(&[0x1f, 0x8b, 8]) {
            let _ = flate2::read::MultiGzDecoder::new(rest).read_to_end(&mut content);
        } else if rest.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let _ = zstd::Decoder::new(rest).and_then(|mut frame| frame.read_to_end(&mut content));
        }
        all.push(content);
    }
    all.retain(|content| !content.is_empty());
    if path.extension().is_some_and(|ending| ending == "parquet") {
        all.push(cells(path).into_bytes());
    }
    all.push(bytes);
    all
}

/// Every cell of a data file.
fn cells(path: &Path) -> String {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut said = String::new();
    for batch in reader.build().unwrap().map(Result::unwrap) {
        for column in batch.columns() {
            for row in 0..batch.num_rows() {
                writeln!(said, "{}", array_value_to_string(column, row).unwrap()).unwrap();
            }
        }
    }
    said
}

/// Where in the home and in a bucket these words stand, in any code.
fn found(house: &House, objects: Option<&Path>, tells: &[&str]) -> Vec<String> {
    let words: Vec<_> = tells.iter().map(|tell| (tell, coded(tell))).collect();
    let mut found = Vec::new();
    let far = objects.map(files_below).unwrap_or_default();
    for path in files_below(&house.home()).into_iter().chain(far) {
        if path.starts_with(house.home().join("views")) {
            continue;
        }
        for content in contents(&path) {
            let text = String::from_utf8_lossy(&content);
            let low = text.to_lowercase();
            for (tell, (plain, base64)) in &words {
                let is_in = plain.iter().any(|word| low.contains(word))
                    || base64.iter().any(|letters| text.contains(letters));
                if is_in {
                    found.push(format!("{tell} in {}", path.display()));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Every row of every table that neither tells of the person nor is cut.
fn of_others(house: &House) -> Vec<String> {
    let mut rows = house.content();
    rows.retain(|row| {
        let low = row.to_lowercase();
        !low.contains("cut-")
            && !low.contains("zqkey")
            && !TELLS.iter().any(|tell| low.contains(tell))
    });
    rows
}

fn assert_same(now: &[String], before: &[String]) {
    let missing: Vec<_> = before.iter().filter(|row| !now.contains(row)).collect();
    let new: Vec<_> = now.iter().filter(|row| !before.contains(row)).collect();
    assert!(now == before, "{} and {}: {missing:#?} {new:#?}", before.len(), now.len());
}

#[test]
fn no_byte_in_any_code_tells_of_somebody_erased_and_others_have_what_they_had() {
    let house = House::new();
    fill(&house, None);
    whoever_is_erased_is_nowhere(&house, None);
}

#[test]
fn no_byte_of_a_bucket_tells_of_somebody_erased_either() {
    let Some((house, objects)) = in_a_bucket() else { return };
    fill(&house, Some(&objects));
    whoever_is_erased_is_nowhere(&house, Some(&objects));
}

fn whoever_is_erased_is_nowhere(house: &House, objects: Option<&Path>) {
    // The server makes the index beside its pages: it is to be there before anything is compared.
    house.run(&["index", "--quiet"]);
    let found = |tells: &[&str]| found(house, objects, tells);
    let told = found(&TELLS);
    for tell in TELLS {
        assert!(told.iter().any(|one| one.starts_with(tell)), "the search finds {tell}: {told:#?}");
    }
    let (before, answer) = (of_others(house), "select count(*) from observation");
    let kept = ["sql", "--snapshot", "1", "--format", "json", "select count(*) n from observation"];
    let pinned = house.json(&kept)[0]["n"].as_i64().unwrap();
    let counted = house.number(answer);
    let server = Server::start(house);
    let pages = server.crawl();
    assert!(pages.len() > 10);

    let dry = house.run(&["erase", "urn:karte|ZQNUM-778899", "--dry-run", "--quiet"]);
    assert!(dry.contains("Nothing was changed") && dry.contains("- observation: "), "{dry}");
    assert_eq!(found(&TELLS), told, "a dry run changes nothing");
    assert!(!house.home().join("tmp/erase").exists());

    let erase = ["erase", "urn:karte|ZQNUM-778899", "--reason", "request 7", "--quiet"];
    let certificate = house.json(&[&erase[..], &["--format", "json"]].concat());
    let still = found(&TELLS);
    assert!(still.is_empty(), "{still:#?}");
    assert_eq!(certificate["removed"]["pulls"], 1);
    assert_eq!(certificate["removed"]["unreadable"], 2);
    // What is not the program's to change is listed, and not by the person's name.
    let recall = certificate["recall"].to_string();
    assert_eq!(recall.contains("s3://site-bytes/site"), objects.is_some(), "{recall}");
    assert!(recall.contains("views/*") && !certificate.to_string().contains("zqkey"), "{recall}");
    for kept in ["kept", "keptnote", "keptcode", "kincode", "東山 近子"] {
        assert!(!found(&[kept]).is_empty(), "{kept} is somebody else's");
    }

    // Who was looking before the erasure, and goes on, sees what is there now.
    let after = server.crawl();
    assert!(after.len() > 10);
    for (path, page) in &after {
        let low = page.to_lowercase();
        assert!(!TELLS.iter().any(|tell| low.contains(tell)), "{path}");
    }
    drop(server);
    assert_same(&of_others(house), &before);
    assert_eq!(house.number(answer), counted - 1);
    assert_eq!(house.json(&kept)[0]["n"], pinned - 2, "hers, and the one deleted since");
    house.run(&["rebuild", "--quiet"]);
    assert_same(&of_others(house), &before);
    house.run(&["doctor", "--deep"]);
    house.run(&["audit", "verify"]);
    let still = found(&TELLS);
    assert!(still.is_empty(), "{still:#?}");
}
