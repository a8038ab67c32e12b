//! An object store whose broken connections are mended, and whose errors say what to do.
//!
//! The client makes a request again where that cannot do harm. What it leaves to us: writing what
//! must not be there yet, deleting, and listing. Writing under a condition is made again too, since
//! an answer that was lost does not mean that nothing was written: what is found there is compared
//! with what was sent.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions,
    PutPayload, PutResult, Result,
};
use tokio::time::Instant;

use super::said;

/// The first wait before a request is made again, and the longest; each is twice the one before.
pub(super) const WAIT_MIN: Duration = Duration::from_millis(100);
pub(super) const WAIT_MAX: Duration = Duration::from_secs(15);

/// How often and how long a request is made again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) retries_max: usize,
    pub(super) time_max: Duration,
}

/// See the module.
#[derive(Clone)]
pub(super) struct Careful {
    client: Arc<dyn ObjectStore>,
    /// The bucket's address, for messages.
    address: Arc<str>,
    patience: Patience,
}

impl Careful {
    pub(super) fn new(client: Arc<dyn ObjectStore>, address: &str, patience: Patience) -> Self {
        Self { client, address: Arc::from(address), patience }
    }

    /// What a person can act on is said in our words; what the caller decides by stays as it is.
    fn explained(&self, act: &'static str, location: &Path, error: Error) -> Error {
        let no_bucket = || error.to_string().contains("NoSuchBucket");
        match &error {
            Error::NotFound { .. } if !no_bucket() => error,
            Error::AlreadyExists { .. }
            | Error::Precondition { .. }
            | Error::NotModified { .. } => error,
            _ => {
                let place = PathBuf::from(format!("{}/{location}", self.address));
                let source = Box::new(said::explained(act, &place, &error));
                Error::Generic { store: "S3", source }
            }
        }
    }

    /// Does something as often as it takes, while only the connection is at fault.
    async fn again<T, W: Future<Output = Result<T>> + Send>(
        &self,
        act: &'static str,
        location: &Path,
        work: impl Fn() -> W + Send + Sync,
    ) -> Result<T> {
        let begun = Instant::now();
        let mut wait = WAIT_MIN;
        for _ in 0..self.patience.retries_max {
            match work().await {
                Err(error) if said::is_passing(&error) => {
                    if begun.elapsed() + wait > self.patience.time_max {
                        return Err(self.explained(act, location, error));
                    }
                    tracing::info!(act, "the connection to the object store broke: trying again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(WAIT_MAX);
                }
                done => return done.map_err(|error| self.explained(act, location, error)),
            }
        }
        work().await.map_err(|error| self.explained(act, location, error))
    }

    /// Whether exactly these bytes are there.
    async fn holds(&self, location: &Path, payload: &PutPayload) -> Result<bool> {
        let found = self.get_opts(location, GetOptions::default()).await?;
        if found.meta.size != payload.content_length() as u64 {
            return Ok(false);
        }
        let found = found.bytes().await?;
        Ok(found == Bytes::from(payload.clone()))
    }
}

impl fmt::Debug for Careful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Careful({})", self.address)
    }
}

impl fmt::Display for Careful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

#[async_trait]
impl ObjectStore for Careful {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let put = || self.client.put_opts(location, payload.clone(), options.clone());
        match self.again("write", location, put).await {
            // What is there may be what we sent, and its answer was lost.
            Err(Error::AlreadyExists { path, source }) if options.mode == PutMode::Create => {
                match self.holds(location, &payload).await? {
                    true => Ok(PutResult { e_tag: None, version: None }),
                    false => Err(Error::AlreadyExists { path, source }),
                }
            }
            done => done,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let begin = || self.client.put_multipart_opts(location, options.clone());
        self.again("write", location, begin).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let get = || self.client.get_opts(location, options.clone());
        let mut found = self.again("read", location, get).await?;
        if let GetResultPayload::Stream(stream) = found.payload {
            let (this, location) = (self.clone(), location.clone());
            let told = stream.map_err(move |error| this.explained("read", &location, error));
            found.payload = GetResultPayload::Stream(told.boxed());
        }
        Ok(found)
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let delete = move |location: Path| {
            let this = this.clone();
            async move {
                let gone = || {
                    let (client, location) = (Arc::clone(&this.client), location.clone());
                    async move { client.delete(&location).await }
                };
                match this.again("remove", &location, gone).await {
                    // An earlier request did it, and its answer was lost.
                    Ok(()) | Err(Error::NotFound { .. }) => Ok(location),
                    Err(error) => Err(error),
                }
            }
        };
        locations.and_then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listed(prefix, None)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.listed(prefix, Some(offset.clone()))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let list = || self.client.list_with_delimiter(prefix);
        self.again("list", prefix.unwrap_or(&Path::default()), list).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let copied = self.client.copy_opts(from, to, options).await;
        copied.map_err(|error| self.explained("write", to, error))
    }
}

impl Careful {
    /// A list whole: one that breaks in the middle is asked for again from its beginning.
    fn listed(
        &self,
        prefix: Option<&Path>,
        offset: Option<Path>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned());
        let all = async move {
            let list = || match &offset {
                Some(offset) => {
                    this.client.list_with_offset(prefix.as_ref(), offset).try_collect::<Vec<_>>()
                }
                None => this.client.list(prefix.as_ref()).try_collect(),
            };
            let place = prefix.clone().unwrap_or_default();
            let all = this.again("list", &place, list).await?;
            Ok::<_, Error>(futures::stream::iter(all.into_iter().map(Ok)))
        };
        futures::stream::once(all).try_flatten().boxed()
    }
}
