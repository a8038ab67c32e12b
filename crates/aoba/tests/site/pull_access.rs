//! Who one is at a server: tokens that are given and got, renewed, and shown to nobody else.

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fhir_server::FhirServer;
use crate::house::House;
use crate::pull::{house, pull, refused};

/// Puts a new key into a file, and lets the server know its public half.
fn registered(house: &House, server: &FhirServer) -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let text = STANDARD.encode(pair.to_pkcs8v1().unwrap());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    server.world().trusted = Some(pair.public_key().as_ref().to_vec());
    server.order(|faults| faults.locked = true);
    house.write("key.pem", pem).to_str().unwrap().to_owned()
}

fn with_key(key: &str) -> [&str; 6] {
    ["--client-id", "aoba", "--key", key, "--key-id", "test-key"]
}

/// Lets a token open the server.
fn let_in(server: &FhirServer, token: &str) {
    server.order(|faults| faults.locked = true);
    server.world().tokens.insert(token.to_owned(), u32::MAX);
}

#[test]
fn a_registered_program_gets_its_tokens_and_renews_them() {
    let (house, server) = (house(), FhirServer::with_people());
    let key = registered(&house, &server);
    server.order(|faults| faults.token_uses = Some(2));
    let base = server.base();
    let mut arguments = vec!["pull", base.as_str(), "--quiet"];
    arguments.extend(with_key(&key));
    let output = house.attempt(&arguments);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{said}");
    assert_eq!(house.number("select count(*) from observation"), 6);
    // The order, two looks, three files and the goodbye are seven questions, two for each token.
    let tokens = server.world().tokens.len();
    assert_eq!((tokens, server.exports()), (4, (1, 1)));
    let asked = server.asked("/token");
    assert!(asked.iter().all(|asked| asked.body.contains("scope=system%2F*.rs")));
    // Neither the token nor the key is told or kept.
    assert!(!said.contains("s3cret") && !house.holds("s3cret"));
    let secret = std::fs::read_to_string(&key).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(!said.contains(secret) && !house.holds(secret));
}

#[test]
fn a_key_the_server_does_not_know_is_told() {
    let (house, server) = (house(), FhirServer::with_people());
    let key = registered(&house, &server);
    server.world().trusted = Some(vec![4; 97]);
    let said = refused(&house, &server.base(), &with_key(&key));
    assert!(said.contains("no token") && said.contains("invalid_client"), "{said}");
    let said = refused(&house, &server.base(), &["--client-id", "aoba", "--key", &key]);
    assert!(said.contains("--key-id"), "{said}");
    let said = refused(&house, &server.base(), &with_key("no-such-file.pem"));
    assert!(said.contains("no-such-file.pem"), "{said}");
}

#[test]
fn without_a_token_or_with_a_wrong_one_the_door_stays_shut_and_says_so() {
    let (house, server) = (house(), FhirServer::with_people());
    let_in(&server, "s3cret-right");
    let said = refused(&house, &server.base(), &[]);
    assert!(said.contains("401") && said.contains("--token-file"), "{said}");
    let wrong = house.write("wrong", "s3cret-wrong\n");
    let said = refused(&house, &server.base(), &["--token-file", wrong.to_str().unwrap()]);
    assert!(said.contains("401") && said.contains("expired"), "{said}");
    assert!(!said.contains("s3cret") && !house.holds("s3cret"), "{said}");
}

#[test]
fn a_token_comes_from_a_file_or_the_environment() {
    let (house, server) = (house(), FhirServer::with_people());
    let_in(&server, "s3cret-right");
    let file = house.write("token", "s3cret-right\n");
    pull(&house, &server, &["--token-file", file.to_str().unwrap()]);
    let base = server.base();
    let mut command = house.command(&["pull", &base, "--quiet", "--token-env", "FHIR_TOKEN"]);
    assert!(command.env("FHIR_TOKEN", "s3cret-right").output().unwrap().status.success());
    let said = refused(&house, &base, &["--token-env", "FHIR_TOKEN"]);
    assert!(said.contains("$FHIR_TOKEN"), "{said}");
    assert!(!house.holds("s3cret"));
}

#[test]
fn files_at_another_server_are_fetched_without_the_token() {
    let (house, server, other) = (house(), FhirServer::with_people(), FhirServer::start());
    let_in(&server, "s3cret-right");
    let token = house.write("token", "s3cret-right");
    let token = ["--token-file", token.to_str().unwrap()];
    let store = format!("http://{}/stored", other.world().address);
    server.order(|faults| faults.files_at = Some((store.clone(), true)));
    let said = refused(&house, &server.base(), &token);
    assert!(said.contains("asks for the token there") && said.contains("not sent"), "{said}");
    assert!(other.asked_below("/").is_empty());

    // The other server has what this one lists.
    server.order(|faults| faults.files_at = Some((store, false)));
    let exports = server.world().exports.clone();
    assert_eq!(exports.len(), 1);
    other.world().exports = exports;
    pull(&house, &server, &token);
    assert_eq!(house.number("select count(*) from observation"), 6);
    let asked = other.asked_below("/stored/");
    assert!(asked.len() == 3 && asked.iter().all(|one| one.header("authorization").is_empty()));
}

#[test]
fn sent_on_to_another_server_the_token_stays_behind() {
    let (house, server, other) = (house(), FhirServer::with_people(), FhirServer::with_people());
    let_in(&server, "s3cret-right");
    let token = house.write("token", "s3cret-right");
    let token = ["--token-file", token.to_str().unwrap(), "--type", "Patient"];
    pull(&house, &other, &["--source", "other", "--type", "Patient"]);
    let address = other.world().address;
    server.order(|faults| faults.files_sent_on_to = Some(format!("http://{address}")));
    pull(&house, &server, &token);
    let asked = other.asked_below("/stored/");
    assert!(asked.len() == 1 && asked[0].header("authorization").is_empty(), "{asked:?}");
    let shown = server.asked_below("/fhir/files/");
    assert!(shown.iter().all(|one| one.header("authorization") == "Bearer s3cret-right"));
}

#[test]
fn a_token_is_not_sent_where_others_can_read_along() {
    let house = house();
    let token = house.write("token", "s3cret");
    let options = ["--token-file", token.to_str().unwrap()];
    let said = refused(&house, "http://fhir.example.jp/r4", &options);
    assert!(said.contains("without TLS") && !said.contains("s3cret"), "{said}");
}
