//! What is put into a log on this machine is on the disk before it has its name.
//!
//! The library's own store for local files writes and renames without syncing: after a power cut a
//! commit can stand there empty, and then no table opens. Data files are written and synced by
//! ourselves; this is for the logs, which the table engine writes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    Result, UploadPart,
};

use crate::storage;

/// Files of this machine from the top of its tree.
#[derive(Debug)]
pub(super) struct Durable {
    inner: Arc<LocalFileSystem>,
}

impl Durable {
    pub(super) fn new() -> Self {
        Self { inner: Arc::new(LocalFileSystem::new()) }
    }
}

impl fmt::Display for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Durable({})", self.inner)
    }
}

/// Puts bytes under a name, synced, with the names of the folders that had to be made.
async fn put(
    store: &LocalFileSystem,
    location: &Path,
    payload: PutPayload,
    mode: PutMode,
) -> Result<PutResult> {
    if matches!(mode, PutMode::Update(_)) {
        let operation = "an update under a condition".to_owned();
        return Err(Error::NotImplemented { operation, implementer: "Durable".to_owned() });
    }
    let place = store.path_to_filesystem(location)?;
    let to = place.clone();
    let work = move || written(&to, &payload, matches!(mode, PutMode::Create));
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|died| {
        // The thread that wrote is gone; what it left is a file of no name.
        Err(io::Error::other(died))
    });
    match done {
        Ok(()) => Ok(PutResult { e_tag: None, version: None }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Error::AlreadyExists { path: place.display().to_string(), source: error.into() })
        }
        Err(error) => Err(Error::Generic { store: "lake", source: error.into() }),
    }
}

fn written(place: &FilePath, payload: &PutPayload, only_new: bool) -> io::Result<()> {
    let folder = place.parent().unwrap_or(FilePath::new("/"));
    storage::make_folder(folder).map_err(io::Error::other)?;
    let (mut file, aside) = aside(place)?;
    let mut put = || -> io::Result<()> {
        payload.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
        if only_new { fs::hard_link(&aside, place) } else { fs::rename(&aside, place) }
    };
    let put = put();
    if only_new || put.is_err() {
        // What cannot be removed has a name that nobody reads.
        fs::remove_file(&aside).ok();
    }
    put?;
    File::open(folder)?.sync_all()
}

/// A new file beside a place, under a name that is no part of a log: the store lists none with a
/// number after a `#`.
fn aside(place: &FilePath) -> io::Result<(File, PathBuf)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut name = place.as_os_str().to_owned();
    name.push(format!("#{}{number:06}", std::process::id()));
    let path = PathBuf::from(name);
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
    Ok((file, path))
}

/// Parts that are put as one once all are there: a log's files are small.
#[derive(Debug)]
struct Parts {
    store: Arc<LocalFileSystem>,
    location: Path,
    parts: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.parts.push(part);
        Box::pin(std::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload = self.parts.iter().flatten().cloned().collect();
        put(&self.store, &self.location, payload, PutMode::Overwrite).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

#[async_trait]
impl ObjectStore for Durable {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        put(&self.inner, location, payload, options.mode).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let (store, location) = (Arc::clone(&self.inner), location.clone());
        Ok(Box::new(Parts { store, location, parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_put_is_there_once_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("new/_delta_log/0.json");
        let location = Path::from_absolute_path(&place).unwrap();
        let store = Durable::new();
        let new = || PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        store.put_opts(&location, "one".into(), new()).await.unwrap();
        let again = store.put_opts(&location, "two".into(), new()).await;
        assert!(matches!(again, Err(Error::AlreadyExists { .. })), "{again:?}");
        assert_eq!(fs::read_to_string(&place).unwrap(), "one");
        store.put(&location, "three".into()).await.unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "three");
        let mut upload = store.put_multipart(&location).await.unwrap();
        for part in ["fo", "ur"] {
            upload.put_part(part.into()).await.unwrap();
        }
        assert_eq!(fs::read_to_string(&place).unwrap(), "three", "not before all is there");
        upload.complete().await.unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "four");
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
    }
}
