//! A FHIR server on a loopback port that speaks bulk export, searches and tokens as their
//! specifications say, keeps a list of what it was asked, and has faults to order.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::DATE;
use axum::response::Response;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::fhir_answers;

/// No event takes longer on any machine; a test that waits so long has failed.
const EVENT_MAX: Duration = Duration::from_secs(120);

/// What the server does otherwise than it should, or than others do.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// There is no bulk export: 404, and the CapabilityStatement does not name it.
    pub(crate) no_export: bool,
    /// The CapabilityStatement names operations, and no export.
    pub(crate) says_no_export: bool,
    /// So many questions are answered "too many requests" first.
    pub(crate) busy: u32,
    /// So many times the export is not ready.
    pub(crate) polls: u32,
    /// The export is never ready.
    pub(crate) never_ready: bool,
    /// The export fails.
    pub(crate) fails: bool,
    /// So many answers with files break off in the middle.
    pub(crate) cuts: u32,
    /// The file whose answer stops in the middle and never goes on.
    pub(crate) hangs_at: Option<String>,
    /// Parts of files can be asked for.
    pub(crate) ranges: bool,
    /// Files are packed for those who can unpack them.
    pub(crate) packs: bool,
    /// Files of this type lack their last bytes.
    pub(crate) short: Option<String>,
    /// The lists say one more than there is.
    pub(crate) counts_one_more: bool,
    /// What the server says besides, a line each.
    pub(crate) messages: Vec<String>,
    /// Files are said to lie at another server, and whether it shall see the token.
    pub(crate) files_at: Option<(String, bool)>,
    /// Files are given by sending on to another server.
    pub(crate) files_sent_on_to: Option<String>,
    /// Where the export is followed is said to be at another server.
    pub(crate) follow_at: Option<String>,
    /// A token is asked for.
    pub(crate) locked: bool,
    /// A token opens so many times and no more.
    pub(crate) token_uses: Option<u32>,
    /// The version of FHIR.
    pub(crate) version: &'static str,
    /// The pages of searches lead in a circle.
    pub(crate) circle: bool,
    /// The page whose answer stops in the middle and never goes on.
    pub(crate) page_hangs_at: Option<u64>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            no_export: false,
            says_no_export: false,
            busy: 0,
            polls: 1,
            never_ready: false,
            fails: false,
            cuts: 0,
            hangs_at: None,
            ranges: true,
            packs: false,
            short: None,
            counts_one_more: false,
            messages: Vec::new(),
            files_at: None,
            files_sent_on_to: None,
            follow_at: None,
            locked: false,
            token_uses: None,
            version: "4.0.1",
            circle: false,
            page_hangs_at: None,
        }
    }
}

/// A question that was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// An export that was ordered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Export {
    pub(crate) polls: u32,
    pub(crate) manifest: Value,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) given_back: bool,
}

/// Everything the server knows.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) now: Timestamp,
    /// The newest version of each resource.
    pub(crate) resources: BTreeMap<(String, String), Value>,
    pub(crate) deleted: Vec<(String, Timestamp)>,
    pub(crate) faults: Faults,
    pub(crate) asked: Vec<Asked>,
    pub(crate) exports: Vec<Export>,
    /// Each token, and how often it still opens.
    pub(crate) tokens: BTreeMap<String, u32>,
    /// The public key of the program that may have tokens.
    pub(crate) trusted: Option<Vec<u8>>,
    pub(crate) events: Sender<String>,
}

impl World {
    pub(crate) fn base(&self) -> String {
        format!("http://{}/fhir", self.address)
    }

    pub(crate) fn tell(&self, event: &str) {
        // Nobody may be listening any more.
        let _ = self.events.send(event.to_owned());
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now = Timestamp::from_second(self.now.as_second() + seconds).unwrap();
    }
}

/// The server; its thread ends with the test.
pub(crate) struct FhirServer {
    world: Arc<Mutex<World>>,
    events: Receiver<String>,
}

impl FhirServer {
    pub(crate) fn start() -> Self {
        let (tell, events) = mpsc::channel();
        let (ready, listening) = mpsc::channel();
        std::thread::spawn(move || {
            let threads = tokio::runtime::Builder::new_current_thread().enable_all().build();
            threads.unwrap().block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let world = World {
                    address: listener.local_addr().unwrap(),
                    now: "2026-11-20T00:00:00Z".parse().unwrap(),
                    resources: BTreeMap::new(),
                    deleted: Vec::new(),
                    faults: Faults::default(),
                    asked: Vec::new(),
                    exports: Vec::new(),
                    tokens: BTreeMap::new(),
                    trusted: None,
                    events: tell,
                };
                let world = Arc::new(Mutex::new(world));
                ready.send(Arc::clone(&world)).unwrap();
                let router = Router::new().fallback(answer).with_state(world);
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { world: listening.recv().unwrap(), events }
    }

    /// A server with three patients, two observations each, and their hospital.
    pub(crate) fn with_people() -> Self {
        let server = Self::start();
        server.put("Organization", "h1", json!({ "name": "Test hospital" }));
        for patient in ["p1", "p2", "p3"] {
            let number = json!([{ "system": "urn:test", "value": format!("number-{patient}") }]);
            server.put("Patient", patient, json!({ "identifier": number, "gender": "female" }));
            server.observe(&format!("{patient}-a"), patient, 1);
            server.observe(&format!("{patient}-b"), patient, 2);
        }
        server
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address to pull from.
    pub(crate) fn base(&self) -> String {
        self.world().base()
    }

    pub(crate) fn order(&self, set: impl FnOnce(&mut Faults)) {
        set(&mut self.world().faults);
    }

    /// Writes a resource; a second later the next one.
    pub(crate) fn put(&self, resource_type: &str, id: &str, content: Value) {
        let mut world = self.world();
        let mut resource = content;
        resource["resourceType"] = resource_type.into();
        resource["id"] = id.into();
        resource["meta"] = json!({ "lastUpdated": world.now.to_string() });
        world.resources.insert((resource_type.to_owned(), id.to_owned()), resource);
        world.later(1);
    }

    /// An observation that refers to its patient by the server's own address.
    pub(crate) fn observe(&self, id: &str, patient: &str, value: u32) {
        let subject = format!("{}/Patient/{patient}", self.base());
        self.put(
            "Observation",
            id,
            json!({
                "status": "final", "code": { "text": "x" }, "subject": { "reference": subject },
                "valueQuantity": { "value": value },
            }),
        );
    }

    pub(crate) fn delete(&self, resource_type: &str, id: &str) {
        let mut world = self.world();
        world.resources.remove(&(resource_type.to_owned(), id.to_owned())).unwrap();
        let now = world.now;
        world.deleted.push((format!("{resource_type}/{id}"), now));
        world.later(1);
    }

    /// Some minutes pass.
    pub(crate) fn wait_minutes(&self, minutes: i64) {
        self.world().later(minutes * 60);
    }

    /// Waits until the server has come to this point.
    pub(crate) fn until(&self, event: &str) {
        loop {
            let told = self.events.recv_timeout(EVENT_MAX);
            if told.unwrap_or_else(|_| panic!("the server never came to {event:?}")) == event {
                return;
            }
        }
    }

    /// Forgets to which points it has come.
    pub(crate) fn forget(&self) {
        while self.events.try_recv().is_ok() {}
    }

    /// What was asked under a path, in order.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let world = self.world();
        world.asked.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// What was asked whose path begins so, in order.
    pub(crate) fn asked_below(&self, path: &str) -> Vec<Asked> {
        let world = self.world();
        world.asked.iter().filter(|asked| asked.path.starts_with(path)).cloned().collect()
    }

    /// How many exports were ordered, and how many of them were given back.
    pub(crate) fn exports(&self) -> (usize, usize) {
        let world = self.world();
        let given_back = world.exports.iter().filter(|export| export.given_back).count();
        (world.exports.len(), given_back)
    }
}

async fn answer(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query,
        headers: parts.headers.iter().map(|(name, v)| (name.to_string(), text(v))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.asked.push(asked.clone());
    let mut answer = fhir_answers::answer(&mut world, &asked);
    // The server's clock, not the machine's.
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&world.now).unwrap();
    answer.headers_mut().insert(DATE, date.parse().unwrap());
    answer
}
