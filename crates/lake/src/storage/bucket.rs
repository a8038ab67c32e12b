//! A bucket of an object store that speaks S3, and the place in it that is ours.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::client::SpawnedReqwestConnector;
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, Error, MultipartUpload, ObjectStore, ObjectStoreExt as _,
    PutMode, PutOptions, RetryConfig,
};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::OnceCell;
use url::Url;

use super::careful::{Careful, Patience, WAIT_MAX, WAIT_MIN};
use super::{Credentials, StorageError, StoreConfig, Trouble, said};

/// What is larger goes in parts, so that of a broken connection only a part is lost.
const PART_BYTES: usize = 8 << 20;
/// Parts on their way at the same time.
const PARTS_AT_ONCE: usize = 4;
/// The threads that wait for the store.
const THREADS: usize = 2;

/// A bucket, and the place in it under which everything of ours lies. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct Bucket {
    store: Arc<dyn ObjectStore>,
    /// `s3://bucket`, for messages.
    address: Arc<str>,
    prefix: Path,
    threads: Arc<Threads>,
    /// Set once it was seen that the key may list.
    looked_at: Arc<OnceCell<()>>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({}/{})", self.address, self.prefix)
    }
}

impl Bucket {
    /// Prepares to speak to the store that an address names; nothing is asked of it yet.
    pub(crate) fn open(url: &Url, config: &StoreConfig) -> Result<Self, StorageError> {
        let wrong = |trouble, said: String| {
            let source = io::Error::other(said);
            StorageError { act: "open", path: PathBuf::from(url.as_str()), trouble, source }
        };
        let name = url.host_str().unwrap_or_default();
        let prefix = Path::from_url_path(url.path().trim_end_matches('/'));
        let prefix = prefix.map_err(|error| wrong(Trouble::Other, error.to_string()))?;
        if let Some(endpoint) = &config.endpoint {
            check_server(endpoint, config.allow_http)
                .map_err(|(trouble, said)| wrong(trouble, said))?;
        }
        let key = match &config.credentials_file {
            Some(path) => Some(Credentials::read(path)?),
            None => config.credentials.clone(),
        };
        let unset = "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set";
        let no_key = || wrong(Trouble::NoKey, unset.to_owned());
        let key = key.ok_or_else(no_key)?;
        let threads = Threads::new().map_err(|error| wrong(Trouble::Other, error.to_string()))?;
        let client = client(name, &key, (config, threads.handle()));
        let client = client.map_err(|error| wrong(Trouble::Other, error.to_string()))?;
        let address = format!("s3://{name}");
        let patience = Patience {
            retries_max: config.retries_max,
            time_max: Duration::from_secs(config.retry_seconds_max),
        };
        Ok(Self {
            store: Arc::new(Careful::new(client, &address, patience)),
            address: Arc::from(address),
            prefix,
            threads: Arc::new(threads),
            looked_at: Arc::new(OnceCell::new()),
        })
    }

    /// The store, rooted at the bucket.
    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The whole path of what lies below our place.
    pub(crate) fn path(&self, below: &str) -> Path {
        self.prefix.parts().chain(Path::from(below).parts()).collect()
    }

    /// The address of an object, for messages.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("{}/{path}", self.address))
    }

    /// Says in our words why an object would not be read or written.
    pub(crate) fn said(&self, act: &'static str, path: &Path, error: &Error) -> StorageError {
        said::explained(act, &self.shown(path), error)
    }

    /// Sees once that the bucket is there and lets us list.
    pub(crate) async fn look(&self) -> Result<(), StorageError> {
        let look = || async {
            let listed = self.store.list_with_delimiter(Some(&self.prefix)).await;
            listed.map(drop).map_err(|error| self.said("list", &self.prefix, &error))
        };
        self.looked_at.get_or_try_init(look).await.copied()
    }

    /// Sees that the key may write and delete, and that the store does not write over what is there
    /// when it is asked not to.
    pub(crate) async fn probe(&self) -> Result<(), StorageError> {
        self.look().await?;
        let path = self.path(&format!("_probe/{}", unlike_any_other()));
        let put = |text: &'static str| {
            self.store.put_opts(&path, text.into(), PutOptions::from(PutMode::Create))
        };
        put("first").await.map_err(|error| self.said("write", &path, &error))?;
        let second = put("second").await;
        let gone = self.store.delete(&path).await;
        match second {
            Err(Error::AlreadyExists { .. }) => {
                gone.map_err(|error| self.said("remove", &path, &error))
            }
            Err(error) => Err(self.said("write", &path, &error)),
            Ok(_) => Err(StorageError {
                act: "write",
                path: self.shown(&path),
                trouble: Trouble::NotConditional,
                source: io::Error::other("If-None-Match was not honoured"),
            }),
        }
    }

    /// Every object below a place.
    pub(crate) async fn objects(&self, below: &Path) -> Result<Vec<Path>, StorageError> {
        let found = self.store.list(Some(below)).map_ok(|found| found.location);
        found.try_collect().await.map_err(|error| self.said("list", below, &error))
    }

    /// Whether the bucket keeps what is written over or taken away. It says so of what is written.
    pub(crate) async fn keeps_versions(&self) -> Result<bool, StorageError> {
        self.look().await?;
        let path = self.path(&format!("_probe/{}", unlike_any_other()));
        let put = self.store.put(&path, "versions".into()).await;
        let put = put.map_err(|error| self.said("write", &path, &error))?;
        let gone = self.store.delete(&path).await;
        gone.map_err(|error| self.said("remove", &path, &error))?;
        Ok(put.version.is_some())
    }

    /// Begins work on the store; it is waited for from any thread whatsoever.
    pub(crate) fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StorageError>> + Send + 'static,
    ) -> Begun<T> {
        let (tell, told) = mpsc::sync_channel(1);
        self.threads.handle().spawn(async move { tell.send(work.await).ok() });
        Begun { told, address: Arc::clone(&self.address) }
    }

    /// Begins to read a stretch of an object.
    pub(crate) fn begin_range(&self, path: &Path, range: Range<u64>) -> Begun<Bytes> {
        let (this, path) = (self.clone(), path.clone());
        self.begin(async move {
            let read = this.store.get_range(&path, range).await;
            read.map_err(|error| this.said("read", &path, &error))
        })
    }
}

/// Work under way.
pub(crate) struct Begun<T> {
    told: mpsc::Receiver<Result<T, StorageError>>,
    address: Arc<str>,
}

impl<T> Begun<T> {
    /// Waits for its end.
    pub(crate) fn end(self) -> Result<T, StorageError> {
        self.told.recv().unwrap_or_else(|_| {
            let path = PathBuf::from(&*self.address);
            Err(StorageError::new("read", &path, io::Error::other("the work was given up")))
        })
    }
}

/// Threads of their own for the store: whoever waits may be on any thread, and a connection outlives
/// whoever opened it.
struct Threads(Option<Runtime>, Handle);

impl Threads {
    fn new() -> io::Result<Self> {
        let mut threads = Builder::new_multi_thread();
        let runtime = threads.worker_threads(THREADS).thread_name("store").enable_all().build()?;
        let handle = runtime.handle().clone();
        Ok(Self(Some(runtime), handle))
    }

    fn handle(&self) -> Handle {
        self.1.clone()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for them would not be allowed on the threads of another runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Sees that a server can be spoken to under this address; what is wrong with it never repeats a key.
fn check_server(endpoint: &str, allow_http: bool) -> Result<(), (Trouble, String)> {
    if endpoint.contains('@') {
        return Err((Trouble::KeyInAddress, "lake.store.endpoint".to_owned()));
    }
    match Url::parse(endpoint) {
        Ok(url) if url.scheme() == "https" => Ok(()),
        Ok(url) if url.scheme() == "http" && allow_http => Ok(()),
        Ok(url) if url.scheme() == "http" => Err((Trouble::PlainHttp, endpoint.to_owned())),
        _ => Err((Trouble::NotAServer, endpoint.to_owned())),
    }
}

fn client(
    bucket: &str,
    key: &Credentials,
    (config, threads): (&StoreConfig, Handle),
) -> object_store::Result<Arc<dyn ObjectStore>> {
    let options = ClientOptions::new()
        .with_allow_http(config.allow_http)
        .with_timeout(Duration::from_secs(config.answer_seconds_max));
    let retry = RetryConfig {
        backoff: BackoffConfig { init_backoff: WAIT_MIN, max_backoff: WAIT_MAX, base: 2.0 },
        max_retries: config.retries_max,
        retry_timeout: Duration::from_secs(config.retry_seconds_max),
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.region)
        .with_access_key_id(&key.key_id)
        .with_secret_access_key(&key.secret)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_client_options(options)
        .with_retry(retry)
        .with_http_connector(SpawnedReqwestConnector::new(threads));
    if let Some(token) = &key.token {
        builder = builder.with_token(token);
    }
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    Ok(Arc::new(builder.build()?))
}

/// A name that no other process and no other moment gives.
fn unlike_any_other() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{since}-{}-{number}", std::process::id())
}

/// Puts an object that is in memory.
pub(crate) async fn put_bytes(
    store: &dyn ObjectStore,
    path: &Path,
    bytes: Vec<u8>,
) -> object_store::Result<()> {
    let (size_bytes, mut rest) = (bytes.len() as u64, Bytes::from(bytes));
    let read = move |bytes_max: usize| Ok(rest.split_to(bytes_max.min(rest.len())));
    put_whole(store, path, (size_bytes, read)).await
}

/// Puts an object of a known size; a large one goes in parts, and appears when all have come.
/// The server compares each part with the digest that is signed with it.
pub(crate) async fn put_whole(
    store: &dyn ObjectStore,
    path: &Path,
    (size_bytes, mut read): (u64, impl FnMut(usize) -> io::Result<Bytes> + Send),
) -> object_store::Result<()> {
    let failed = |error: io::Error| Error::Generic { store: "S3", source: Box::new(error) };
    if size_bytes <= PART_BYTES as u64 {
        let bytes = read(PART_BYTES).map_err(failed)?;
        return store.put(path, bytes.into()).await.map(drop);
    }
    let mut upload = store.put_multipart(path).await?;
    let parts = std::iter::from_fn(|| {
        let part = read(PART_BYTES).map_err(failed);
        (!matches!(&part, Ok(part) if part.is_empty())).then_some(part)
    });
    let sent = send_parts(upload.as_mut(), parts).await;
    let done = match sent {
        Ok(()) => upload.complete().await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = done else { return Ok(()) };
    // The last answer may have been lost when all was done: then the object is there, whole.
    if store.head(path).await.is_ok_and(|found| found.size == size_bytes) {
        return Ok(());
    }
    if upload.abort().await.is_err() {
        tracing::warn!("parts of an upload that broke off are left in the bucket");
    }
    Err(error)
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    parts: impl Iterator<Item = object_store::Result<Bytes>> + Send,
) -> object_store::Result<()> {
    let sending = parts.map(|part| part.map(|part| upload.put_part(part.into())));
    let sending = futures::stream::iter(sending);
    sending.try_buffer_unordered(PARTS_AT_ONCE).try_collect().await
}
