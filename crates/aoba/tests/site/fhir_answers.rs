//! What the test's FHIR server answers.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use axum::body::{Body, Bytes};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::StreamExt as _;
use futures::stream;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fhir_server::{Asked, Export, World};

/// Resources a page at most, whatever is asked for.
const PAGE: usize = 4;

pub(crate) fn answer(world: &mut World, asked: &Asked) -> Response {
    let path = asked.path.trim_start_matches('/').to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["html", ..]) => page("text/html", "<html><body>Welcome</body></html>"),
        ("GET", ["loop", rest @ ..]) => sent_on(&format!("/loop/{}x", rest.join("/"))),
        ("GET", ["fhir", ".well-known", "smart-configuration"]) => json_answer(&json!({
            "token_endpoint": format!("http://{}/token", world.address),
            "scopes_supported": ["system/*.rs"],
        })),
        ("POST", ["token"]) => token(world, asked),
        ("GET", ["stored", name]) => stored(world, name),
        (_, ["fhir", rest @ ..]) => match may_enter(world, asked) {
            true => fhir(world, asked, rest),
            false => outcome(401, "login"),
        },
        _ => outcome(404, "not-found"),
    }
}

fn fhir(world: &mut World, asked: &Asked, parts: &[&str]) -> Response {
    if world.faults.busy > 0 && parts != ["metadata"] {
        world.faults.busy -= 1;
        return with(outcome(429, "throttled"), "retry-after", "0");
    }
    match (asked.method.as_str(), parts) {
        ("GET", ["metadata"]) => json_answer(&capability(world)),
        ("GET", ["$export"] | ["Patient", "$export"] | ["Group", _, "$export"]) => {
            order(world, asked, parts)
        }
        ("GET", ["jobs", number]) => follow(world, number.parse().unwrap()),
        ("DELETE", ["jobs", number]) => {
            let number: usize = number.parse().unwrap();
            world.exports[number].given_back = true;
            world.tell("given back");
            empty(202)
        }
        ("GET", ["files", number, name]) => file(world, asked, number.parse().unwrap(), name),
        ("GET", [resource_type]) => search(world, asked, resource_type),
        _ => outcome(404, "not-found"),
    }
}

/// Whether the token opens, where one is asked for.
fn may_enter(world: &mut World, asked: &Asked) -> bool {
    let is_open = ["/fhir/metadata", "/fhir/.well-known/smart-configuration"];
    if !world.faults.locked || is_open.contains(&asked.path.as_str()) {
        return true;
    }
    let token = asked.header("authorization").trim_start_matches("Bearer ").to_owned();
    match world.tokens.get_mut(&token) {
        Some(uses) if *uses > 0 => {
            *uses -= 1;
            true
        }
        _ => false,
    }
}

fn capability(world: &World) -> Value {
    let export = json!({ "name": "export", "definition":
        "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export" });
    let other = json!({ "name": "validate", "definition": "http://hl7.org/x/Resource-validate" });
    let operations = match (world.faults.says_no_export, world.faults.no_export) {
        (true, _) => json!([other]),
        (_, true) => json!([]),
        _ => json!([export]),
    };
    let of_type = |name: &str| {
        json!({
            "type": name, "interaction": [{ "code": "read" }, { "code": "search-type" }],
        })
    };
    let types = ["Organization", "Observation", "Patient", "StructureDefinition"].map(of_type);
    json!({
        "resourceType": "CapabilityStatement", "status": "active", "kind": "instance",
        "fhirVersion": world.faults.version, "format": ["json"],
        "rest": [{ "mode": "server", "operation": operations, "resource": types }],
    })
}

fn updated(resource: &Value) -> Timestamp {
    resource["meta"]["lastUpdated"].as_str().unwrap().parse().unwrap()
}

/// The patient a resource is of.
fn patient(resource: &Value) -> Option<&str> {
    match resource["resourceType"].as_str().unwrap() {
        "Patient" => resource["id"].as_str(),
        _ => resource["subject"]["reference"].as_str()?.rsplit('/').next(),
    }
}

/// Takes the order for an export: its content is of this moment.
fn order(world: &mut World, asked: &Asked, parts: &[&str]) -> Response {
    if world.faults.no_export || world.faults.says_no_export {
        return outcome(404, "not-supported");
    }
    if asked.header("prefer") != "respond-async" {
        return outcome(400, "invalid");
    }
    let since = asked.query("_since").map(|since| since.parse::<Timestamp>().unwrap());
    let types: Option<Vec<&str>> = asked.query("_type").map(|types| types.split(',').collect());
    let wanted = |resource: &&Value| {
        let of_type = resource["resourceType"].as_str().unwrap();
        let of_whom = match parts {
            ["Group", id, _] => patient(resource) == Some(*id),
            ["Patient", _] => patient(resource).is_some(),
            _ => true,
        };
        of_whom
            && types.as_ref().is_none_or(|types| types.contains(&of_type))
            && since.is_none_or(|since| updated(resource) >= since)
    };
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in world.resources.values().filter(wanted) {
        let of_type = resource["resourceType"].as_str().unwrap().to_owned();
        lines.entry(of_type).or_default().push(resource.to_string());
    }
    let export = list(world, &lines, since);
    world.exports.push(export);
    let number = world.exports.len() - 1;
    let origin = match &world.faults.follow_at {
        Some(other) => other.clone(),
        None => world.base(),
    };
    world.later(1);
    with(empty(202), "content-location", &format!("{origin}/jobs/{number}"))
}

/// Writes the files of an export and their list.
fn list(world: &World, lines: &BTreeMap<String, Vec<String>>, since: Option<Timestamp>) -> Export {
    let number = world.exports.len();
    let (at, wants_token) = match &world.faults.files_at {
        Some((other, wants_token)) => (other.clone(), *wants_token),
        None => (format!("{}/files/{number}", world.base()), world.faults.locked),
    };
    let mut export = Export::default();
    let mut put = |name: String, lines: &[String]| {
        let mut bytes = lines.join("\n").into_bytes();
        bytes.push(b'\n');
        if world.faults.short.as_ref().is_some_and(|short| name.starts_with(short.as_str())) {
            bytes.truncate(bytes.len() - 10);
        }
        export.files.insert(name.clone(), bytes);
        format!("{at}/{name}")
    };
    let more = usize::from(world.faults.counts_one_more);
    let output: Vec<Value> = lines
        .iter()
        .map(|(of_type, lines)| {
            let url = put(format!("{of_type}.ndjson"), lines);
            json!({ "type": of_type, "url": url, "count": lines.len() + more })
        })
        .collect();
    let gone: Vec<String> = world
        .deleted
        .iter()
        .filter(|(_, at)| since.is_some_and(|since| *at >= since))
        .map(|(url, at)| {
            let entry = json!({
                "request": { "method": "DELETE", "url": url },
                "response": { "status": "204", "lastModified": at.to_string() },
            });
            json!({ "resourceType": "Bundle", "type": "transaction", "entry": [entry] }).to_string()
        })
        .collect();
    let mut others = |name: &str, of_type: &str, lines: &[String]| match lines {
        [] => json!([]),
        lines => json!([{ "type": of_type, "url": put(name.to_owned(), lines) }]),
    };
    let deleted = others("deleted.ndjson", "Bundle", &gone);
    let error = others("error.ndjson", "OperationOutcome", &world.faults.messages);
    export.manifest = json!({
        "transactionTime": world.now.to_string(), "request": world.base(),
        "requiresAccessToken": wants_token, "output": output, "deleted": deleted, "error": error,
    });
    export
}

/// How far an export is.
fn follow(world: &mut World, number: usize) -> Response {
    world.tell("followed");
    let faults = world.faults.clone();
    let Some(export) = world.exports.get_mut(number).filter(|export| !export.given_back) else {
        return outcome(404, "not-found");
    };
    export.polls += 1;
    if faults.fails {
        return outcome(500, "exception");
    }
    if faults.never_ready || export.polls <= faults.polls {
        let answer = with(empty(202), "retry-after", "0");
        return with(answer, "x-progress", "half of it");
    }
    with(json_answer(&export.manifest), "expires", "Fri, 27 Nov 2026 00:00:00 GMT")
}

/// A file, or what is asked of it.
fn file(world: &mut World, asked: &Asked, number: usize, name: &str) -> Response {
    if let Some(other) = &world.faults.files_sent_on_to {
        return sent_on(&format!("{other}/stored/{name}"));
    }
    let Some(bytes) = world.exports.get(number).and_then(|export| export.files.get(name)) else {
        return outcome(404, "not-found");
    };
    let packed = world.faults.packs && asked.header("accept-encoding").contains("gzip");
    let bytes = if packed { gzip(bytes) } else { bytes.clone() };
    let mark = format!("\"{number}-{name}-{packed}\"");
    let first = asked.header("range").strip_prefix("bytes=").and_then(|r| r.strip_suffix('-'));
    let first = first.and_then(|first| first.parse::<usize>().ok());
    let first = first.filter(|_| world.faults.ranges);
    let first = first.filter(|_| ["", mark.as_str()].contains(&asked.header("if-range")));
    let size = bytes.len();
    let rest = bytes[first.unwrap_or(0).min(size)..].to_vec();
    let mut answer = Response::builder()
        .status(if first.is_some() { 206 } else { 200 })
        .header("content-type", "application/fhir+ndjson")
        .header("etag", mark)
        .header("content-length", rest.len());
    if packed {
        answer = answer.header("content-encoding", "gzip");
    }
    if let Some(first) = first {
        answer = answer.header("content-range", format!("bytes {first}-{}/{size}", size - 1));
    }
    let half = rest[..rest.len() / 2].to_vec();
    let body = if world.faults.hangs_at.as_deref() == Some(name) {
        world.tell("hanging");
        stopping(half)
    } else if world.faults.cuts > 0 {
        world.faults.cuts -= 1;
        breaking(half)
    } else {
        Body::from(rest)
    };
    answer.body(body).unwrap()
}

/// What another server keeps of the newest export.
fn stored(world: &World, name: &str) -> Response {
    let mut exports = world.exports.iter().rev();
    match exports.find_map(|export| export.files.get(name)) {
        Some(bytes) => Response::builder().body(Body::from(bytes.clone())).unwrap(),
        None => outcome(404, "not-found"),
    }
}

/// A page of a search.
fn search(world: &mut World, asked: &Asked, resource_type: &str) -> Response {
    let since = asked.query("_lastUpdated").and_then(|at| at.strip_prefix("ge"));
    let since = since.map(|since| since.parse::<Timestamp>().unwrap());
    let page: usize = asked.query("page").map_or(0, |page| page.parse().unwrap());
    let count = asked.query("_count").map_or(PAGE, |count| count.parse().unwrap()).min(PAGE);
    let found: Vec<&Value> = world
        .resources
        .values()
        .filter(|one| one["resourceType"] == resource_type)
        .filter(|one| since.is_none_or(|since| updated(one) >= since))
        .collect();
    let base = world.base();
    let entries: Vec<Value> = found
        .iter()
        .skip(page * count)
        .take(count)
        .map(|one| {
            let url = format!("{base}/{resource_type}/{}", one["id"].as_str().unwrap());
            json!({ "fullUrl": url, "resource": one, "search": { "mode": "match" } })
        })
        .collect();
    let mut links = vec![json!({ "relation": "self", "url": format!("{base}/{resource_type}") })];
    let next = if world.faults.circle { 0 } else { page + 1 };
    if world.faults.circle || next * count < found.len() {
        let mut query: Vec<String> = vec![format!("_count={count}"), format!("page={next}")];
        if let Some(since) = asked.query("_lastUpdated") {
            query.push(format!("_lastUpdated={}", since.replace('+', "%2B")));
        }
        let url = format!("{base}/{resource_type}?{}", query.join("&"));
        links.push(json!({ "relation": "next", "url": url }));
    }
    let bundle = json!({
        "resourceType": "Bundle", "type": "searchset", "total": found.len(), "link": links,
        "entry": entries,
    });
    if world.faults.page_hangs_at == Some(page as u64) && resource_type == "Observation" {
        world.tell("hanging");
        let text = bundle.to_string();
        return Response::builder().body(stopping(text[..text.len() / 2].into())).unwrap();
    }
    json_answer(&bundle)
}

/// Gives a token to who is known by a signature.
fn token(world: &mut World, asked: &Asked) -> Response {
    let form: BTreeMap<String, String> =
        url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    let refuse = |error: &str| {
        Response::builder().status(400).body(Body::from(json!({ "error": error }).to_string()))
    };
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let assertion = form.get("client_assertion").map_or("", String::as_str);
    let parts: Vec<&str> = assertion.split('.').collect();
    let ([header, claims, signature], Some(key)) = (parts.as_slice(), &world.trusted) else {
        return refuse("invalid_client").unwrap();
    };
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let read = |text: &str| serde_json::from_slice::<Value>(&part(text)).unwrap();
    let (header_read, claims_read) = (read(header), read(claims));
    let known = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key)
        .verify(format!("{header}.{claims}").as_bytes(), &part(signature));
    let aud = format!("http://{}/token", world.address);
    let right = known.is_ok()
        && form.get("grant_type").is_some_and(|given| given == "client_credentials")
        && form.get("client_assertion_type").is_some_and(|given| given == kind)
        && (&header_read["alg"], &header_read["kid"]) == (&json!("ES384"), &json!("test-key"))
        && (&claims_read["iss"], &claims_read["sub"]) == (&json!("aoba"), &json!("aoba"))
        && claims_read["aud"] == aud
        && claims_read["jti"].as_str().is_some_and(|jti| !jti.is_empty());
    if !right {
        return refuse("invalid_client").unwrap();
    }
    let token = format!("s3cret-token-{}", world.tokens.len() + 1);
    world.tokens.insert(token.clone(), world.faults.token_uses.unwrap_or(u32::MAX));
    json_answer(&json!({
        "access_token": token, "token_type": "bearer", "expires_in": 300,
        "scope": form.get("scope"),
    }))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A body that breaks off after these bytes.
fn breaking(bytes: Vec<u8>) -> Body {
    let broken = stream::once(async {
        // Long enough that what came before has left.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::other("the line was cut"))
    });
    Body::from_stream(stream::iter([Ok(Bytes::from(bytes))]).chain(broken))
}

/// A body that stops after these bytes and never goes on.
fn stopping(bytes: Vec<u8>) -> Body {
    let first = stream::iter([Ok::<_, io::Error>(Bytes::from(bytes))]);
    Body::from_stream(first.chain(stream::pending()))
}

fn json_answer(json: &Value) -> Response {
    page("application/fhir+json", &json.to_string())
}

fn outcome(status: u16, code: &str) -> Response {
    let issue = json!({ "severity": "error", "code": code, "diagnostics": "about Taro" });
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [issue] }).to_string();
    let builder = Response::builder().status(status);
    builder.header("content-type", "application/fhir+json").body(Body::from(outcome)).unwrap()
}

fn page(kind: &str, text: &str) -> Response {
    let builder = Response::builder().header("content-type", kind);
    builder.body(Body::from(text.to_owned())).unwrap()
}

fn sent_on(to: &str) -> Response {
    Response::builder().status(302).header("location", to).body(Body::empty()).unwrap()
}

fn empty(status: u16) -> Response {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

fn with(mut answer: Response, name: &'static str, value: &str) -> Response {
    answer.headers_mut().insert(name, value.parse().unwrap());
    answer
}
