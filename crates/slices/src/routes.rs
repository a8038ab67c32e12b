//! What holds for every route of every slice: asked of the real router over a house of its own.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use desk::{Settings, Site};
use lake::{Lake, LakeConfig};
use ledger::{AuditFilter, Clock, Counts, FileReport, Ledger, NewLoad};
use tempfile::TempDir;
use tower::ServiceExt as _;
use vocab::{Actor, LandingId};

use crate::SLICES;

const ROUTES: [&str; 11] = [
    "/",
    "/kit",
    "/kit/forms",
    "/kit/charts",
    "/catalog",
    "/catalog?q=HbA1c",
    "/records/loads",
    "/records/loads/1",
    "/records/loads/1.json",
    "/health",
    "/no/such/page",
];

/// A house with one load that brought nothing new.
struct House {
    /// Kept, or the house would be gone before it is asked.
    _folder: TempDir,
    ledger: Ledger,
    lake: Lake,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owner = Actor::new("owner").unwrap();
        let clock = Clock::new(|| "2026-11-22T05:32:00Z".parse().unwrap());
        let ledger = Ledger::open(folder.path(), clock, &owner).await.unwrap();
        let lake = Lake::open(folder.path(), LakeConfig::default(), ledger.clone()).unwrap();
        let lease = ledger.writer_lease("test").unwrap();
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

    fn seen_by(&self, actor: &str) -> Router {
        let settings = Settings::new(Actor::new(actor).unwrap());
        let site = Site::new(self.ledger.clone(), self.lake.clone(), settings, SLICES).unwrap();
        desk::router(site)
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn get(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:8080");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
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
    for path in ["/", "/catalog", "/catalog?q=HbA1c", "/records/loads", "/records/loads/1.json"] {
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
    let post = Request::post("/").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(post).await.unwrap().status(), 404);
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
