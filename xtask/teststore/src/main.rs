//! An object store for tests: a server that speaks S3 over a folder, until its standard input ends.
//!
//! It prints where it listens and the folder; each folder in that is a bucket, and its objects lie
//! there as files. The server is `s3s-fs`, which checks signatures, lists page by page, gives
//! stretches of objects and takes them in parts. Two things are added: of conditional writes one is
//! carried out at a time, since it looks and writes in two steps; and a bucket has a flaw when its
//! name says so.

use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{HeaderValue, IF_NONE_MATCH};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

/// The key that the server knows.
const KEY_ID: &str = "AKIATEST";
const SECRET: &str = "of/tests+only";

/// Whoever asks for such a bucket may read and not write.
const READ_ONLY: &str = "read-only-";
/// Such a bucket says of what is written which version it is, as one does that keeps all.
const VERSIONS: &str = "versions-";
/// The condition of a write to such a bucket is not looked at.
const UNCONDITIONAL: &str = "unconditional-";

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let ended = runtime.block_on(run());
    // The thread that waits for input is not waited for.
    runtime.shutdown_background();
    ended
}

async fn run() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let files = s3s_fs::FileSystem::new(folder.path()).map_err(|error| format!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    let front = Front {
        service: service.build(),
        folder: folder.path().to_owned(),
        one_at_a_time: Arc::new(Mutex::new(())),
    };
    println!("{}\n{}", listener.local_addr()?, folder.path().display());
    let mut input = tokio::io::stdin();
    tokio::select! {
        ended = serve(listener, front) => match ended? {},
        // Whoever started it has ended.
        _ = input.read_u8() => {}
    }
    Ok(folder.close()?)
}

/// What stands before the service.
#[derive(Clone)]
struct Front {
    service: S3Service,
    folder: PathBuf,
    one_at_a_time: Arc<Mutex<()>>,
}

async fn serve(listener: TcpListener, front: Front) -> std::io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        let front = front.clone();
        let answer = service_fn(move |request| {
            let front = front.clone();
            async move { front.answer(request).await }
        });
        tokio::spawn(async move {
            // A client that hangs up is no fault of ours.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

impl Front {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        if path.starts_with(READ_ONLY) && !reads {
            return Ok(denied());
        }
        let request = request.map(Body::from);
        if path.starts_with(VERSIONS) && request.method() == Method::PUT {
            let mut response = self.service.call(request).await?;
            response.headers_mut().insert("x-amz-version-id", HeaderValue::from_static("7"));
            return Ok(response);
        }
        if reads || !request.headers().contains_key(IF_NONE_MATCH) {
            return self.service.call(request).await;
        }
        let _one = self.one_at_a_time.lock().await;
        if path.starts_with(UNCONDITIONAL) {
            // What is not there cannot be in the way.
            let _ = fs::remove_file(self.folder.join(&path));
        }
        self.service.call(request).await
    }
}

fn denied() -> Response<Body> {
    let text = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}
