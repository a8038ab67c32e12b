//! Signing in, over the real router: who gets in, who does not, and what is left of it.

mod people;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use desk::{Door, Settings, Site};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use lake::{Lake, LakeConfig};
use ledger::{AuditFilter, Clock, Ledger, Link, NewAccount, Profile, Role};
use tempfile::TempDir;
use tower::ServiceExt as _;
use vocab::Actor;

use crate::SLICES;

const PASSWORD: &str = "correct horse battery";
/// The same as a form writes it.
const TYPED: &str = "correct+horse+battery";

/// A house whose clock the test moves, and its site.
struct House {
    /// Kept, or the house would be gone before it is asked.
    _folder: TempDir,
    ledger: Ledger,
    router: Router,
    second: Arc<AtomicI64>,
}

impl House {
    async fn new(door: Door) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let second = Arc::new(AtomicI64::new(1_800_025_200));
        let told = second.clone();
        let clock =
            Clock::new(move || Timestamp::from_second(told.load(Ordering::SeqCst)).unwrap());
        let owner = owner();
        let ledger = Ledger::open(folder.path(), clock, &owner).await.unwrap();
        let lake = Lake::open(folder.path(), LakeConfig::default(), ledger.clone()).unwrap();
        let mut settings = Settings::new(owner);
        (settings.door, settings.password_memory_kib) = (door, 8);
        let router = desk::router(Site::new(ledger.clone(), lake, settings, SLICES).unwrap());
        Self { _folder: folder, ledger, router, second }
    }

    /// A house with an administrator, who has joined with [`PASSWORD`].
    async fn with_aoki() -> Self {
        let house = Self::new(Door::ByAccounts).await;
        house.joined("aoki", Role::Administrator).await;
        house
    }

    async fn joined(&self, name: &str, role: Role) {
        let profile = Profile {
            name_ja: "青木 遥".to_owned(),
            name_en: "Haruka Aoki".to_owned(),
            email: None,
            role,
            department: None,
            supervisor: None,
            expires: None,
        };
        let accounts = self.ledger.accounts();
        let new = NewAccount { actor: Actor::new(name).unwrap(), profile };
        let made = accounts.create(&new, &owner()).await.unwrap();
        let hash = accounts.hasher(8).hash(PASSWORD).unwrap();
        accounts.join(&made.token, &hash).await.unwrap();
    }

    fn later(&self, seconds: i64) {
        self.second.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, path, &[("cookie", cookie)], "").await
    }

    /// Sends a form as a browser does from a page of the site itself.
    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let headers = [("sec-fetch-site", "same-origin"), ("cookie", cookie)];
        self.send(Method::POST, path, &headers, form).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("host", "localhost:8080").header("accept-language", "en");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(form.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Signs in and gives the cookie.
    async fn signed_in(&self, name: &str) -> String {
        let answer = self.post("/sign-in", "", &format!("name={name}&password={TYPED}")).await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.body);
        answer.session().unwrap()
    }

    async fn acts(&self, actor: &str) -> Vec<String> {
        let actor = Some(Actor::new(actor).unwrap());
        let filter = AuditFilter { actor, ..AuditFilter::default() };
        let rows = self.ledger.audit().rows(&filter).await.unwrap();
        rows.into_iter().map(|row| row.act).collect()
    }
}

fn owner() -> Actor {
    Actor::new("local:owner").unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    /// The session's cookie, as the browser sends it back.
    fn session(&self) -> Option<String> {
        let set = self.headers.get_all("set-cookie").iter();
        let pairs = set.filter_map(|value| value.to_str().unwrap().split(';').next());
        pairs.map(str::to_owned).find(|pair| pair.starts_with("aoba_session"))
    }

    fn location(&self) -> &str {
        self.headers.get("location").map_or("", |place| place.to_str().unwrap())
    }

    /// What a hidden field of this page holds.
    fn hidden(&self, name: &str) -> Option<String> {
        let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
        let value = self.body.split(&field).nth(1)?.split('"').next()?;
        Some(value.replace("&amp;", "&").replace("&#38;", "&").replace("&#43;", "+"))
    }
}

/// The code of a seed as it stands on the page.
fn code(secret: &str, second: i64) -> String {
    let (mut bits, mut held, mut seed) = (0_u64, 0, Vec::new());
    for letter in secret.bytes() {
        let five = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        (bits, held) = (bits << 5 | u64::from(five), held + 5);
        if held >= 8 {
            held -= 8;
            seed.push(u8::try_from(bits >> held & 255).unwrap());
        }
    }
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&seed).unwrap();
    mac.update(&second.div_euclid(30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let four: [u8; 4] = hash[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

const INSIDE: [&str; 8] =
    ["/", "/kit", "/catalog", "/records/loads", "/me", "/people", "/search?q=x", "/no/such/page"];

#[tokio::test]
async fn a_house_is_open_to_its_machine_until_somebody_joins_and_to_nobody_unknown_after() {
    let house = House::new(Door::ByAccounts).await;
    assert_eq!(house.get("/", "").await.status, 200);
    assert_eq!(house.get("/me", "").await.status, 404, "nobody is signed in");
    house.joined("aoki", Role::Administrator).await;
    for path in INSIDE {
        let answer = house.get(path, "").await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("action=\"/sign-in\""), "{path}: {}", answer.body);
        assert_eq!(answer.hidden("to").as_deref(), Some(path));
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("'none'"));
    }
    for path in ["/health", "/sign-in"] {
        assert_eq!(house.get(path, "").await.status, 200, "{path}");
    }
    let cookie = house.signed_in("aoki").await;
    assert_eq!(house.get("/me", &cookie).await.status, 200);
}

#[tokio::test]
async fn a_closed_door_is_closed_from_the_beginning_and_an_open_one_stays_open() {
    let closed = House::new(Door::Closed).await;
    assert_eq!(closed.get("/", "").await.status, 401);
    let open = House::new(Door::Open).await;
    open.joined("aoki", Role::Administrator).await;
    assert_eq!(open.get("/", "").await.status, 200);
}

#[tokio::test]
async fn the_first_administrator_chooses_name_and_password_once() {
    let house = House::new(Door::Closed).await;
    let made = house.ledger.accounts().offer_first(&owner()).await.unwrap().unwrap();
    let path = format!("/join/{}", made.token.as_str());
    for language in ["ja", "en"] {
        let page = house.get(&format!("{path}?lang={language}"), "").await;
        assert!(page.status == 200 && !page.body.contains(">desk."), "{}", page.body);
    }
    let link = house.ledger.accounts().link(&made.token).await.unwrap();
    assert_eq!(link, Some(Link::First), "looking at it does not use it");
    let form = |name: &str, password: &str, again: &str| {
        format!("name={name}&name_ja=%E9%9D%92&name_en=Ao&password={password}&again={again}")
    };
    for (wrong, told) in [
        (form("Aoki!", TYPED, TYPED), "id=\"name-error\""),
        (form("aoki", "short", "short"), "at least 15 characters"),
        (form("aoki", "aoki+aoba+hospital", "aoki+aoba+hospital"), "guessed first"),
        (form("aoki", TYPED, "another"), "not the same"),
    ] {
        let answer = house.post(&path, "", &wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.body.contains(told) && !answer.body.contains("horse"), "{}", answer.body);
    }
    let done = house.post(&path, "", &form("aoki", TYPED, TYPED)).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/sign-in"));
    assert!(done.session().is_none(), "the password is given once more");
    for again in
        [house.get(&path, "").await, house.post(&path, "", &form("b2", TYPED, TYPED)).await]
    {
        assert_eq!(again.status, 410);
        assert!(again.body.contains("This link opens nothing"), "{}", again.body);
    }
    let entered = house.post("/sign-in", "", &format!("name=aoki&password={TYPED}")).await;
    assert_eq!(entered.location(), "/");
    let cookie = entered.session().unwrap();
    let first = house.get("/", &cookie).await;
    assert_eq!(first.status, 200, "what the owner may look for: {}", first.body);
    assert!(first.body.contains("href=\"/people\"") && first.body.contains("/sign-out"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_in_the_same_words() {
    let house = House::with_aoki().await;
    let told = async |name: &str| {
        let answer = house.post("/sign-in", "", &format!("name={name}&password=wrong")).await;
        assert_eq!(answer.status, 401);
        assert!(answer.session().is_none());
        answer.body.replace(name, "NAME")
    };
    assert_eq!(told("aoki").await, told("inoue").await);
    for name in ["aoki", "inoue"] {
        let form = format!("name={name}&password={TYPED}");
        let answer = house.post("/sign-in", "", &form).await;
        assert_eq!(answer.status, 429, "{name} waits, whoever has it");
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(answer.body.contains("Wait 1 seconds"), "{}", answer.body);
    }
    house.later(1);
    house.signed_in("aoki").await;
    assert_eq!(house.acts("sign-in:unknown").await, ["sign-in.fail"]);
}

#[tokio::test]
async fn one_address_is_slowed_down_whichever_names_it_tries() {
    let house = House::with_aoki().await;
    let mut told = Vec::new();
    for number in 0..40 {
        let form = format!("name=guess{number}&password=wrong");
        told.push(house.post("/sign-in", "", &form).await.status.as_u16());
    }
    assert_eq!((told[29], told[30], told[39]), (401, 429, 429));
    let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", "192.0.2.7")];
    let form = format!("name=aoki&password={TYPED}");
    let other = house.send(Method::POST, "/sign-in", &headers, &form).await;
    assert_eq!(other.status, 303, "others come in meanwhile");
}

#[tokio::test]
async fn a_token_that_was_planted_is_not_the_one_that_is_signed_in() {
    let house = House::with_aoki().await;
    let forged = format!("aoba_session_8080={}", "ab".repeat(32));
    let form = format!("name=aoki&password={TYPED}");
    let fresh = house.post("/sign-in", &forged, &form).await.session().unwrap();
    assert_ne!(fresh, forged);
    assert_eq!(house.get("/me", &forged).await.status, 401);
    // Somebody else's own session, planted: it ends, and the person gets another.
    house.joined("inoue", Role::Student).await;
    let planted = house.signed_in("inoue").await;
    let fresh = house.post("/sign-in", &planted, &form).await.session().unwrap();
    assert_eq!(house.get("/me", &planted).await.status, 401);
    assert_eq!(house.get("/me", &fresh).await.status, 200);
}

#[tokio::test]
async fn after_signing_out_the_token_opens_nothing() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    let left = house.post("/sign-out", &cookie, "").await;
    assert_eq!((left.status.as_u16(), left.location()), (303, "/sign-in"));
    assert_eq!(left.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert_eq!(left.session().as_deref(), Some("aoba_session_8080="));
    for path in INSIDE {
        assert_eq!(house.get(path, &cookie).await.status, 401, "{path}");
    }
    assert_eq!(house.acts("aoki").await, ["account.join", "session.begin", "session.end"]);
}

#[tokio::test]
async fn a_session_ends_when_it_is_left_alone_and_at_the_end_of_the_day() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    house.later(30 * 60);
    assert_eq!(house.get("/me", &cookie).await.status, 401);
    let cookie = house.signed_in("aoki").await;
    for _ in 0..24 {
        assert_eq!(house.get("/me", &cookie).await.status, 200);
        house.later(30 * 60 - 1);
    }
    house.later(60);
    assert_eq!(house.get("/me", &cookie).await.status, 401);
}

#[tokio::test]
async fn a_closed_account_is_out_at_the_next_page() {
    let house = House::with_aoki().await;
    house.joined("inoue", Role::Student).await;
    let cookie = house.signed_in("inoue").await;
    assert_eq!(house.get("/me", &cookie).await.status, 200);
    let inoue = Actor::new("inoue").unwrap();
    house.ledger.accounts().disable(&inoue, &owner()).await.unwrap();
    assert_eq!(house.get("/me", &cookie).await.status, 401);
    let answer = house.post("/sign-in", "", &format!("name=inoue&password={TYPED}")).await;
    assert_eq!(answer.status, 401);
    house.ledger.accounts().enable(&inoue, &owner()).await.unwrap();
    assert_eq!(house.get("/me", &cookie).await.status, 401, "the old token stays dead");
}

/// Every address that changes something.
const CHANGES: [&str; 14] = [
    "/sign-in",
    "/sign-in/code",
    "/sign-in/again",
    "/sign-out",
    "/join/abababababababababababababababababababababababababababababababab",
    "/me/password",
    "/me/sessions/end",
    "/me/sessions/end-others",
    "/me/second",
    "/me/second/confirm",
    "/me/second/remove",
    "/people",
    "/people/aoki",
    "/people/aoki/act",
];

#[tokio::test]
async fn no_other_site_signs_anybody_in_or_out_or_changes_anything() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    let before = house.ledger.audit().verify().await.unwrap().rows;
    let form = format!("name=aoki&password={TYPED}&act=disable&session=x&code=1");
    for path in CHANGES {
        let mut cases: Vec<Vec<(&str, &str)>> = vec![
            vec![],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8080")],
        ];
        for headers in &mut cases {
            headers.push(("cookie", &cookie));
            let answer = house.send(Method::POST, path, headers, &form).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert!(answer.session().is_none(), "{path}");
        }
    }
    assert_eq!(house.ledger.audit().verify().await.unwrap().rows, before);
    assert_eq!(house.get("/me", &cookie).await.status, 200);
}

#[tokio::test]
async fn what_was_filled_in_survives_a_session_that_ended_and_no_secret_does() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    house.later(31 * 60);
    let form = "account=inoue&name_ja=%E4%BA%95%E4%B8%8A&name_en=Inoue+%26+Co&password=hush-hush";
    let asked = house.post("/people", &cookie, form).await;
    assert_eq!(asked.status, 401);
    assert!(!asked.body.contains("hush"), "{}", asked.body);
    let carried = asked.hidden("form").unwrap();
    assert_eq!(carried, "account=inoue&name_ja=%E4%BA%95%E4%B8%8A&name_en=Inoue+%26+Co");
    let again =
        form_of(&[("name", "aoki"), ("password", PASSWORD), ("to", "/people"), ("form", &carried)]);
    let back = house.post("/sign-in", "", &again).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert!(back.session().is_some() && back.body.contains("action=\"/people\""));
    assert_eq!(back.hidden("name_ja").as_deref(), Some("井上"));
    assert_eq!(back.hidden("name_en").as_deref(), Some("Inoue & Co"));
    let elsewhere = form_of(&[("name", "aoki"), ("password", PASSWORD), ("to", "//evil.example")]);
    let mine = house.post("/sign-in", "", &elsewhere).await;
    assert_eq!(mine.location(), "/me", "nothing is granted to them, so no page of records opens");
    let here = form_of(&[("name", "aoki"), ("password", PASSWORD), ("to", "/catalog?q=x")]);
    assert_eq!(house.post("/sign-in", "", &here).await.location(), "/catalog?q=x");
}

/// A form as a browser writes it.
fn form_of(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", desk::segment(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn before_something_that_matters_the_password_is_asked_again() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    house.later(10 * 60);
    let asked = house.post("/people/aoki/act", &cookie, "act=end-sessions").await;
    assert_eq!(asked.status, 401);
    assert!(asked.body.contains("action=\"/sign-in/again\""), "{}", asked.body);
    assert_eq!(asked.hidden("form").as_deref(), Some("act=end-sessions"));
    let wrong = house.post("/sign-in/again", &cookie, "password=wrong&to=/people").await;
    assert_eq!(wrong.status, 401);
    house.later(1);
    let form = format!("password={TYPED}&to=/people");
    let proved = house.post("/sign-in/again", &cookie, &form).await;
    assert_eq!((proved.status.as_u16(), proved.location()), (303, "/people"));
    let fresh = proved.session().unwrap();
    assert_ne!(fresh, cookie);
    assert_eq!(house.get("/me", &cookie).await.status, 401, "a new token, and the old one ends");
    assert_eq!(house.post("/me/second", &fresh, "").await.location(), "/me/second");
}

#[tokio::test]
async fn an_authenticator_app_is_asked_for_its_code_and_each_code_opens_once() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    house.post("/me/second", &cookie, "").await;
    let page = house.get("/me/second", &cookie).await;
    let secret = page.body.split("secret=").nth(1).unwrap().get(..32).unwrap().to_owned();
    assert!(
        page.body.contains("<svg class=\"square\"") && page.body.contains(&format!(">{secret}<"))
    );
    let now = || house.second.load(Ordering::SeqCst);
    assert_eq!(house.post("/me/second/confirm", &cookie, "code=000000").await.status, 422);
    let form = format!("code={}", code(&secret, now()));
    let codes = house.post("/me/second/confirm", &cookie, &form).await;
    assert_eq!(codes.body.matches("<li class=\"mono\">").count(), 10, "{}", codes.body);
    assert!(house.get("/me/second", &cookie).await.location() == "/me", "told once");

    let first = format!("name=aoki&password={TYPED}&to=/kit");
    let half = house.post("/sign-in", "", &first).await;
    assert!(half.status == 200 && half.session().is_none(), "{}", half.body);
    let token = half.hidden("half").unwrap();
    let forged = format!("aoba_session_8080={token}");
    assert_eq!(house.get("/me", &forged).await.status, 401, "half a sign-in is none");
    let enter = async |code: String| {
        house.later(11);
        let form = format!("half={token}&code={code}&to=/kit");
        house.post("/sign-in/code", "", &form).await
    };
    assert_eq!(enter(code(&secret, now())).await.status, 401, "the step was used");
    assert_eq!(enter(code(&secret, now() + 11 - 60)).await.status, 401, "two steps before");
    assert_eq!(enter(code(&secret, now() + 11 + 60)).await.status, 401, "two steps after");
    let entered = enter(code(&secret, now() + 11)).await;
    assert_eq!((entered.status.as_u16(), entered.location()), (303, "/kit"), "{}", entered.body);
    assert!(entered.session().is_some());
    assert_eq!(enter(code(&secret, now() + 41)).await.status, 401, "the first step counts once");
}
