//! People over the wire and at the command line: from the first link to the leaver.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::house::House;
use crate::web::Server;

const PASSWORD: &str = "fjord+vex+quilt+nymph";
/// Passwords that cost little, so that the test does not wait for them.
const SETTINGS: &str = "[sign_in]\npassword_memory_kib = 8\n";

/// The link that a command prints, and the program where it goes on.
fn link_of(house: &House, arguments: &[&str]) -> (Child, String) {
    let mut child =
        house.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let link = lines.map_while(Result::ok).find(|line| line.contains("/join/")).unwrap();
    let path = link.rsplit_once("/join/").unwrap().1;
    (child, format!("/join/{path}"))
}

fn signs_in(server: &Server, name: &str, password: &str) -> Option<String> {
    let answer = server.post("/sign-in", "", &format!("name={name}&password={password}"));
    let mut set = answer.headers.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    let session = set.find(|line| line.starts_with("aoba_session"));
    session.map(|line| format!("Cookie: {}\r\n", line.split(';').next().unwrap()))
}

#[test]
fn a_house_is_opened_by_its_first_administrator_and_left_by_whoever_is_closed() {
    let house = House::with_people();
    house.set(SETTINGS);
    let (mut first, path) = link_of(&house, &["serve", "--listen", "127.0.0.1:0"]);
    first.kill().unwrap();
    first.wait().unwrap();

    // The link outlives the program: another one answers.
    let server = Server::run(&house, &["serve", "--open", "--listen", "127.0.0.1:0"]);
    assert_eq!(server.get("/", "").status, 200, "nobody has joined");
    let form = format!(
        "name=aoki&name_ja=%E9%9D%92%E6%9C%A8&name_en=Aoki&password={PASSWORD}&again={PASSWORD}"
    );
    assert_eq!(server.post(&path, "", &form).status, 303);
    assert_eq!(server.post(&path, "", &form).status, 410);
    drop(server);

    let server = Server::start(&house);
    assert_eq!(server.get("/", "").status, 401);
    // Not the name of somebody who comes later: who was refused just now waits a second.
    assert!(signs_in(&server, "nobody", PASSWORD).is_none());
    let cookie = signs_in(&server, "aoki", PASSWORD).unwrap();
    let page = server.get("/?lang=en", &cookie);
    assert!(page.status == 200 && page.body.contains("Administrator"), "{}", page.body);

    let invite = ["people", "invite", "inoue", "--role", "auditor", "--name-ja", "井上"];
    let (mut done, path) = link_of(&house, &[&invite[..], &["--name-en", "Inoue"]].concat());
    assert!(done.wait().unwrap().success());
    let form = format!("password={PASSWORD}&again={PASSWORD}");
    assert_eq!(server.post(&path, "", &form).status, 303);
    let inoue = signs_in(&server, "inoue", PASSWORD).unwrap();
    assert_eq!(server.get("/me", &inoue).status, 200);
    assert_eq!(server.get("/people", &inoue).status, 403);
    house.run(&["people", "disable", "inoue"]);
    assert_eq!(server.get("/me", &inoue).status, 401, "the running program knows at once");
    let listed = house.json(&["people", "list", "--format", "json"]);
    let states = listed.as_array().unwrap().iter().map(|one| one["state"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["open", "disabled"]);
    assert!(house.refuse(&["people", "disable", "aoki"]).contains("only administrator"));
    assert!(house.refuse(&["people", "reset", "nobody"]).contains("no such account"));
    assert!(house.run(&["audit", "verify"]).contains("whole"));

    house.set("[sign_in]\nrequired = true\n");
    assert!(house.refuse(&["serve", "--open", "--listen", "127.0.0.1:0"]).contains("--open"));
}
