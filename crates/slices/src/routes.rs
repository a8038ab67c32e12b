//! What holds for every route of every slice: asked of the real router over a house of its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use desk::{Account, Settings, Site};
use lake::{Lake, LakeConfig};
use ledger::{AuditFilter, Clock, Counts, FileReport, Ledger, NewGrant, NewLoad};
use tempfile::TempDir;
use tower::ServiceExt as _;
use vocab::{Actor, LandingId, PurposeOfUse, StudyId, Text};

use crate::SLICES;

const ROUTES: [&str; 12] = [
    "/",
    "/kit",
    "/kit/forms",
    "/kit/charts",
    "/catalog",
    "/catalog?q=HbA1c",
    "/records/loads",
    "/records/loads/1",
    "/records/loads/1.json",
    "/records/pulls",
    "/health",
    "/no/such/page",
];

/// A house with one load that brought nothing new.
pub(crate) struct House {
    /// Kept, or the house would be gone before it is asked.
    _folder: TempDir,
    pub(crate) ledger: Ledger,
    lake: Lake,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owner = Actor::new("owner").unwrap();
        let clock = Clock::new(|| "2026-11-22T05:32:00Z".parse().unwrap());
        let ledger = Ledger::open(folder.path(), clock, &owner).await.unwrap();
        let lake = Lake::open(folder.path(), LakeConfig::default(), ledger.clone()).unwrap();
        let lease = ledger.writer_lease("test").await.unwrap();
        let new =
            NewLoad { source: "hospital".to_owned(), command: "ingest".to_owned(), actor: owner };
        let load = ledger.loads().begin(&lease, new).await.unwrap();
        let file = FileReport {
            landing: LandingId([7; 32]),
            name: "hanako/bundle.json".to_owned(),
            already_held: true,
            counts: Counts::default(),
        };
        ledger.loads().finish_unchanged(&lease, load, &[file]).await.unwrap();
        Self { _folder: folder, ledger, lake }
    }

    pub(crate) fn seen_by(&self, actor: &str) -> Router {
        let settings = Settings::new(Actor::new(actor).unwrap());
        let site = Site::new(self.ledger.clone(), self.lake.clone(), settings, SLICES).unwrap();
        desk::router(site)
    }
}

/// The people of the demonstration, with what they may do.
const ROLES: [(&str, PurposeOfUse); 3] = [
    ("demo:researcher", PurposeOfUse::Research),
    ("demo:doctor", PurposeOfUse::Treatment),
    ("demo:engineer", PurposeOfUse::Operations),
];

impl House {
    /// The site with a choice of people, the researcher first.
    pub(crate) async fn as_demo(&self) -> Router {
        let mut settings = Settings::new(Actor::new("owner").unwrap());
        for (name, purpose) in ROLES {
            let actor = Actor::new(name).unwrap();
            let new = NewGrant {
                actor: actor.clone(),
                purpose,
                study: (purpose == PurposeOfUse::Research)
                    .then(|| StudyId::new("demo-study").unwrap()),
                sees_rows: purpose == PurposeOfUse::Treatment,
                exact_counts: false,
                expires: None,
            };
            self.ledger.people().grant(&new, &settings.actor).await.unwrap();
            let name = Text { ja: "青木 遥", en: "Haruka Aoki" };
            let role = Text { ja: "役割", en: "Role" };
            settings.accounts.push(Account { actor, name, role, home: "/health" });
        }
        let site = Site::new(self.ledger.clone(), self.lake.clone(), settings, SLICES).unwrap();
        desk::router(site)
    }

    /// What this person did, as act and object, in order.
    pub(crate) async fn acts(&self, actor: &str) -> Vec<(String, String)> {
        let actor = Some(Actor::new(actor).unwrap());
        let filter = AuditFilter { actor, ..AuditFilter::default() };
        let rows = self.ledger.audit().rows(&filter).await.unwrap();
        rows.into_iter().map(|row| (row.act, row.object)).collect()
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) async fn get(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(router, Request::get(path), headers, "").await
}

/// Sends a form as a browser does from a page of the site itself.
pub(crate) async fn post(router: &Router, path: &str, cookie: &str, form: &str) -> Answer {
    let headers = [("sec-fetch-site", "same-origin"), ("cookie", cookie)];
    send(router, Request::post(path), &headers, form).await
}

pub(crate) async fn send(
    router: &Router,
    mut request: axum::http::request::Builder,
    headers: &[(&str, &str)],
    form: &str,
) -> Answer {
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:8080");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from(form.to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    /// The session's cookie, as the browser sends it back.
    fn session(&self) -> Option<String> {
        let set = self.headers.get_all("set-cookie").iter();
        let pairs = set.filter_map(|value| value.to_str().unwrap().split(';').next());
        pairs.map(str::to_owned).find(|pair| pair.starts_with("aoba_session"))
    }
}

#[tokio::test]
async fn every_route_is_strict_about_what_it_runs_and_is_kept_by_nobody() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    for path in ROUTES {
        let answer = get(&router, path, &[]).await;
        let header = |name: &str| answer.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none';"), "{path}");
        assert!(!header("content-security-policy").contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        for script in answer.body.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/") && script.contains(" defer></script>"));
        }
        assert!(!answer.body.contains(" style=") && !answer.body.contains(" onclick="), "{path}");
        let expected = if path == "/no/such/page" { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_style_sheet_may_be_kept_for_ever() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let first = get(&router, "/", &[]).await.body;
    let sheet = first.split("stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let answer = get(&router, sheet, &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/css"));
    assert_eq!(get(&router, "/assets/desk-0000000000000000.css", &[]).await.status, 404);
}

#[tokio::test]
async fn a_name_that_is_not_ours_gets_nothing() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    for path in ROUTES {
        let answer = get(&router, path, &[("host", "evil.example")]).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(!answer.body.contains("hospital"), "{path}");
    }
}

#[tokio::test]
async fn who_has_no_grant_sees_no_page_and_is_told_which_right_is_missing() {
    let house = House::new().await;
    let router = house.seen_by("stranger");
    for path in [
        "/",
        "/catalog",
        "/catalog?q=HbA1c",
        "/catalog/tables/patient",
        "/catalog/tables/patient/gender",
        "/catalog/concepts/icd10/E119",
        "/records/loads",
        "/records/loads/1",
        "/records/loads/1.json",
        "/records/pulls",
    ] {
        let answer = get(&router, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("stranger has no grant for operations"), "{}", answer.body);
        assert!(!answer.body.contains("hospital"), "{path}");
    }
    assert_eq!(get(&router, "/health", &[]).await.status, 200);
}

#[tokio::test]
async fn every_look_leaves_its_line_in_the_audit() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let filter = AuditFilter::default();
    let looks = async || house.ledger.audit().rows(&filter).await.unwrap().len();
    let paths = [
        "/",
        "/catalog",
        "/catalog?q=HbA1c",
        "/records/loads",
        "/records/loads/1.json",
        "/records/pulls",
    ];
    for path in paths {
        let before = looks().await;
        assert_eq!(get(&router, path, &[]).await.status, 200);
        assert_eq!(looks().await, before + 1, "{path}");
    }
}

#[tokio::test]
async fn the_choice_of_language_is_remembered() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let chosen = get(&router, "/?lang=en", &[("accept-language", "ja")]).await;
    assert!(chosen.body.contains("<html lang=\"en\">"));
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    let pair = cookie.split(';').next().unwrap();
    let later = get(&router, "/records/loads", &[("cookie", pair)]).await;
    assert!(later.body.contains("<html lang=\"en\">"));
    assert!(!later.headers.contains_key("set-cookie"));
    assert!(get(&router, "/", &[]).await.body.contains("<html lang=\"ja\">"));
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_reader_s_language_with_a_number() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let paths = [
        "/records/loads/99",
        "/records/loads/x",
        "/catalog/tables/nothing",
        "/catalog/tables/nothing/x",
        "/catalog/concepts/icd10/E119",
        "/x?lang=en",
    ];
    for path in paths {
        let answer = get(&router, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("There is no such page"), "{path}");
        assert!(answer.body.contains("Reference number"), "{path}");
    }
    assert_eq!(post(&router, "/", "", "").await.status, 404);
}

#[tokio::test]
async fn addresses_that_moved_still_lead_there() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    for (old, new) in [
        ("/records/tables/patient", "/catalog/tables/patient"),
        ("/records/tables/a%2Fb", "/catalog/tables/a%2Fb"),
    ] {
        let answer = get(&router, old, &[]).await;
        assert!(answer.status.is_redirection(), "{old}: {}", answer.status);
        assert_eq!(answer.headers["location"], new);
    }
}

#[tokio::test]
async fn a_file_s_own_name_stays_out_of_the_report() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    for path in ["/records/loads/1", "/records/loads/1.json"] {
        let answer = get(&router, path, &[]).await;
        assert!(!answer.body.contains("hanako"), "{path}");
        assert!(answer.body.contains(&"07".repeat(32)), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_kit_reads_no_records_and_so_needs_no_permit() {
    let house = House::new().await;
    let router = house.seen_by("stranger");
    for path in ["/kit", "/kit/forms", "/kit/charts"] {
        let answer = get(&router, path, &[("accept-language", "en")]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("hospital") && answer.body.contains("no records"), "{path}");
        assert!(answer.body.len() < 200_000, "{path} has {} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn a_search_leads_to_the_domain_that_finds_things_with_its_words() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    let answer = get(&router, "/search?q=%E8%A1%80%E5%9C%A7", &[]).await;
    match SLICES.iter().find_map(|slice| slice.search) {
        None => assert_eq!(answer.status, 404),
        Some(page) => {
            assert_eq!(answer.status, 303);
            assert_eq!(answer.headers["location"], format!("{page}?q=%E8%A1%80%E5%9C%A7").as_str());
        }
    }
    let long = format!("/search?q={}", "x".repeat(5_000));
    assert!(get(&router, &long, &[]).await.status.is_client_error());
}

#[tokio::test]
async fn a_visitor_of_the_demonstration_is_the_researcher_and_stays_signed_in() {
    let house = House::new().await;
    let router = house.as_demo().await;
    let first = get(&router, "/?lang=en", &[]).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert!(first.body.contains("Haruka Aoki"), "{}", first.body);
    let cookie = first.session().unwrap();
    let set = first.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let set = set.filter(|value| value.starts_with("aoba_session")).collect::<Vec<_>>();
    assert!(set[0].contains("HttpOnly") && set[0].contains("SameSite=Lax"), "{set:?}");
    let later = get(&router, "/", &[("cookie", &cookie)]).await;
    assert_eq!((later.status.as_u16(), later.session()), (200, None));
    let acts = house.acts("demo:researcher").await;
    let acts: Vec<_> = acts.iter().map(|(act, object)| (act.as_str(), object.as_str())).collect();
    assert_eq!(acts, [("session.begin", "session"), ("permit", "page /"), ("permit", "page /")]);
    let filter = AuditFilter { act: Some("permit".to_owned()), ..AuditFilter::default() };
    let row = house.ledger.audit().rows(&filter).await.unwrap().pop().unwrap();
    assert_eq!(
        (row.purpose.as_deref(), row.study.as_deref()),
        (Some("research"), Some("demo-study"))
    );
    assert!(house.acts("owner").await.iter().all(|(act, _)| act != "permit"));
}

/// A role, the pages of its menu, and doors that are closed to it with the purpose they ask for.
type Doors = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

#[tokio::test]
async fn the_menu_leads_only_where_the_role_may_go_and_other_doors_say_why() {
    let house = House::new().await;
    let router = house.as_demo().await;
    let cases: [Doors; 3] = [
        (
            "demo:researcher",
            &["/", "/catalog", "/cohorts"],
            &[
                ("/records/loads", "operations"),
                ("/records/pulls", "operations"),
                ("/patients", "treatment"),
                ("/patients/7", "treatment"),
            ],
        ),
        (
            "demo:doctor",
            &["/patients"],
            &[
                ("/records/loads", "operations"),
                ("/records/loads/1.json", "operations"),
                ("/", "operations"),
            ],
        ),
        (
            "demo:engineer",
            &["/", "/records/loads", "/records/pulls", "/catalog", "/cohorts"],
            &[("/patients", "treatment")],
        ),
    ];
    let mut cookie = get(&router, "/", &[]).await.session().unwrap();
    for (actor, open, closed) in cases {
        let form = format!("as={actor}");
        let changed = post(&router, "/session", &cookie, &form).await;
        assert_eq!(
            (changed.status.as_u16(), changed.headers["location"].to_str().unwrap()),
            (303, "/health")
        );
        cookie = changed.session().unwrap();
        let seen = get(&router, "/no/such/page", &[("cookie", &cookie)]).await.body;
        let menu = seen.split("class=\"menu\"").nth(1).unwrap().split("bar-menu").next().unwrap();
        let links: Vec<&str> = menu
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| !link.starts_with("/assets"))
            .collect();
        assert_eq!(links, open, "{actor}");
        for path in open {
            assert_eq!(
                get(&router, path, &[("cookie", &cookie)]).await.status,
                200,
                "{actor} {path}"
            );
        }
        for (path, right) in closed {
            let headers = [("cookie", cookie.as_str()), ("accept-language", "en")];
            let answer = get(&router, path, &headers).await;
            assert_eq!(answer.status, 403, "{actor} {path}");
            let said = format!("{actor} has no grant for {right}");
            assert!(answer.body.contains(&said), "{path}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn changing_the_role_leaves_its_lines_and_the_old_token_opens_nothing() {
    let house = House::new().await;
    let router = house.as_demo().await;
    let old = get(&router, "/", &[]).await.session().unwrap();
    let changed = post(&router, "/session", &old, "as=demo%3Adoctor&to=%2Fpatients").await;
    assert_eq!(changed.headers["location"], "/patients");
    let new = changed.session().unwrap();
    assert_ne!(old, new);
    let last = house.acts("demo:researcher").await.pop().unwrap();
    assert_eq!(last, ("session.end".to_owned(), "session".to_owned()));
    assert_eq!(house.acts("demo:doctor").await[0].0, "session.begin");
    let forged = format!("aoba_session_8080={}", "0f".repeat(32));
    for token in [old.as_str(), &forged, "aoba_session_8080=x", "aoba_session_8080="] {
        let answer = get(&router, "/patients?lang=en", &[("cookie", token)]).await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.body.contains("Please sign in again"), "{}", answer.body);
        assert!(answer.body.contains("value=\"/patients\""), "it leads back to where one was");
        assert!(answer.session().is_none(), "nobody is signed in unasked");
    }
    let again = post(&router, "/session", &forged, "as=demo%3Adoctor&to=%2Fpatients").await;
    assert_eq!(again.status, 303);
    let answer = get(&router, "/patients", &[("cookie", &again.session().unwrap())]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let house = House::new().await;
    let router = house.as_demo().await;
    let cookie = get(&router, "/", &[]).await.session().unwrap();
    let before = house.acts("demo:doctor").await;
    let from: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:8080")],
        &[("origin", "https://evil.example")],
        &[],
    ];
    for path in ["/session", "/patients"] {
        for headers in from {
            let mut headers = headers.to_vec();
            headers.push(("cookie", &cookie));
            let answer =
                send(&router, Request::post(path), &headers, "as=demo%3Adoctor&wanted=x").await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert!(answer.session().is_none());
        }
    }
    assert_eq!(house.acts("demo:doctor").await, before);
    let unknown = post(&router, "/session", &cookie, "as=owner").await;
    assert_eq!(unknown.status, 422, "only the people of the demonstration");
}

#[tokio::test]
async fn where_nobody_signs_in_there_is_no_session() {
    let house = House::new().await;
    let router = house.seen_by("owner");
    assert_eq!(post(&router, "/session", "", "as=demo%3Adoctor").await.status, 404);
    let answer = get(&router, "/", &[("cookie", "aoba_session_8080=x")]).await;
    assert_eq!((answer.status.as_u16(), answer.session()), (200, None));
}

#[tokio::test]
async fn a_look_at_a_patient_names_them_in_the_audit_even_if_nobody_is_there() {
    let house = House::new().await;
    let router = house.as_demo().await;
    let cookie = get(&router, "/", &[]).await.session().unwrap();
    let cookie = post(&router, "/session", &cookie, "as=demo%3Adoctor").await.session().unwrap();
    for path in ["/patients/4711", "/patients/4711/notes/0f0f"] {
        assert_eq!(get(&router, path, &[("cookie", &cookie)]).await.status, 404, "{path}");
        let last = house.acts("demo:doctor").await.pop().unwrap();
        assert_eq!(last, ("permit".to_owned(), "patient/4711".to_owned()), "{path}");
    }
    for path in ["/patients/x", "/patients/-1", "/patients/99999999999999999999"] {
        assert_eq!(get(&router, path, &[("cookie", &cookie)]).await.status, 404, "{path}");
    }
}
