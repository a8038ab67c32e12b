//! The pages, asked over the wire by a browser of a few lines.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::house::House;

/// `aoba serve` on a free port; ended when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
}

/// So many pages of one kind are looked at: a hundred tables have two thousand columns.
const OF_ONE_KIND_MAX: usize = 80;

/// Pages that differ in names only are of one kind.
fn kind(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("catalog"), Some(what), Some(_), Some(_)) => format!("/catalog/{what}/*/*"),
        _ => path.to_owned(),
    }
}

/// An answer: status, headers, body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn start(house: &House) -> Self {
        Self::run(house, &["serve", "--listen", "127.0.0.1:0"])
    }

    /// `aoba demo` with a small invented hospital, the twelve people among its patients.
    pub(crate) fn demo(house: &House) -> Self {
        Self::run(house, &["demo", "--patients", "40", "--listen", "127.0.0.1:0"])
    }

    /// A command that ends in serving, on a free port.
    pub(crate) fn run(house: &House, arguments: &[&str]) -> Self {
        let mut child =
            house.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // The first line that names an address tells where it listens.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split_once("http://")?.1.to_owned();
                Some(rest.split(['/', ' ']).next().unwrap_or_default().to_owned())
            })
            .expect("the program says where it listens");
        Self { child, address }
    }

    pub(crate) fn get(&self, path: &str, headers: &str) -> Answer {
        self.send(&format!("GET {path}"), headers, "")
    }

    /// Sends a form as a browser does from a page of the site itself.
    pub(crate) fn post(&self, path: &str, headers: &str, form: &str) -> Answer {
        let headers = format!(
            "{headers}Sec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n",
            form.len()
        );
        self.send(&format!("POST {path}"), &headers, form)
    }

    fn send(&self, what: &str, headers: &str, body: &str) -> Answer {
        let host = if headers.contains("Host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("{what} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, headers: lower_names(head), body: body.to_owned() }
    }

    /// Signs in as one of the people of the demonstration: gives the header that says so.
    pub(crate) fn signed_in(&self, actor: &str) -> String {
        let answer = self.post("/session", "", &format!("as={}", actor.replace(':', "%3A")));
        assert_eq!(answer.status, 303, "{actor}: {}", answer.body);
        let set = answer.headers.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        format!("Cookie: {}\r\n", set.unwrap().split(';').next().unwrap())
    }

    /// Every page that somebody signed in can reach by links, without queries.
    pub(crate) fn crawl_as(&self, cookie: &str) -> BTreeMap<String, String> {
        self.follow(vec!["/".to_owned()], cookie, |link| !link.contains('?'))
    }

    /// Every page that can be reached from the first one by links, of those of one kind so many;
    /// the first one in both languages.
    pub(crate) fn crawl(&self) -> BTreeMap<String, String> {
        let first = vec!["/".to_owned(), "/?lang=ja".to_owned(), "/?lang=en".to_owned()];
        self.follow(first, "", |link| !link.contains("lang="))
    }

    fn follow(
        &self,
        mut waiting: Vec<String>,
        headers: &str,
        wanted: fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut pages = BTreeMap::new();
        let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(path) = waiting.pop() {
            if pages.contains_key(&path) || path.starts_with("/assets/") {
                continue;
            }
            let seen = of_kind.entry(kind(&path)).or_default();
            *seen += 1;
            if *seen > OF_ONE_KIND_MAX {
                continue;
            }
            let answer = self.get(&path, headers);
            assert!(answer.status < 400, "{path} answered {}", answer.status);
            for part in answer.body.split("href=\"").skip(1) {
                let link = part.split('"').next().unwrap_or_default().replace("&amp;", "&");
                let link = link.split('#').next().unwrap_or_default().to_owned();
                if link.starts_with('/') && wanted(&link) {
                    waiting.push(link);
                }
            }
            pages.insert(path, answer.body);
            assert!(pages.len() < 500, "the crawl ends");
        }
        pages
    }
}

/// The head of an answer with the names of its headers in lower case.
fn lower_names(head: &str) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}\n", name.to_lowercase()),
        None => format!("{line}\n"),
    };
    head.lines().map(line).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_page_is_strict_about_what_it_runs_and_is_not_kept() {
    let house = House::with_people();
    let server = Server::start(&house);
    for (path, page) in server.crawl() {
        let answer = server.get(&path, "");
        assert!(answer.headers.contains("content-security-policy: default-src 'none'"), "{path}");
        assert!(!answer.headers.contains("unsafe-"), "{path}");
        assert!(answer.headers.contains("x-content-type-options: nosniff"), "{path}");
        assert!(!page.contains("<script>") && !page.contains(" style=\""), "{path}");
        assert!(page.len() < 200_000, "{path} has {} bytes", page.len());
    }
}

#[test]
fn the_first_page_speaks_japanese_and_english() {
    let house = House::with_people();
    let server = Server::start(&house);
    let japanese = server.get("/?lang=ja", "").body;
    let english = server.get("/?lang=en", "").body;
    assert!(japanese.contains("lang=\"ja\"") && japanese.contains("患者"), "{japanese}");
    assert!(english.contains("lang=\"en\"") && english.contains("atients"), "{english}");
}

#[test]
fn a_page_that_is_not_there_says_so() {
    let house = House::with_people();
    let server = Server::start(&house);
    let answer = server.get("/no/such/page", "");
    assert_eq!(answer.status, 404);
    assert!(answer.headers.contains("content-security-policy"));
}

#[test]
fn another_sites_name_is_not_answered() {
    let house = House::with_people();
    let server = Server::start(&house);
    let answer = server.get("/", "Host: evil.example\r\n");
    assert!(answer.status >= 400, "{}", answer.status);
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let house = House::with_people();
    let said = house.refuse(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("loopback"), "{said}");
}
