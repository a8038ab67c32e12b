//! Where a question lays rows aside for which it has no memory: files of the home's `tmp/` that have
//! no name, so that nothing is left of them when the process ends, however it does. The disk is what
//! encrypts them, as it does the tables (decision 0008).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::{SpillFile, SpillWriter, TempFileFactory};
use futures::Stream;
use rustix::fs::{Mode, OFlags};

use crate::storage;

/// So much is read at once.
const PIECE_BYTES: usize = 256 << 10;

/// How many bytes a question may lay aside.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("more than {bytes_max} bytes would lie aside")]
pub(super) struct Full {
    pub(super) bytes_max: u64,
}

impl Full {
    /// The one that an error stands on.
    pub(super) fn in_error(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        storage::chain(error).find_map(|cause| cause.downcast_ref::<Self>()).copied()
    }
}

/// What the files of one question share.
struct Folder {
    path: PathBuf,
    used: AtomicU64,
    bytes_max: u64,
}

/// The engine's way to such files; none where nothing may lie aside.
pub(super) fn files(home: &Path, bytes_max: u64) -> DiskManagerBuilder {
    if bytes_max == 0 {
        return DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    }
    let folder = Folder { path: home.join("tmp"), used: AtomicU64::new(0), bytes_max };
    DiskManagerBuilder::default().with_temp_file_factory(Arc::new(Files(Arc::new(folder))))
}

struct Files(Arc<Folder>);

impl TempFileFactory for Files {
    fn create_temp_file(&self, _: &str) -> Result<Arc<dyn SpillFile>> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(&self.0.path, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| DataFusionError::IoError(error.into()))?;
        let (file, size) = (File::from(file), AtomicU64::new(0));
        Ok(Arc::new(Aside { inner: Arc::new(Inner { file, size, folder: Arc::clone(&self.0) }) }))
    }
}

struct Aside {
    inner: Arc<Inner>,
}

struct Inner {
    file: File,
    size: AtomicU64,
    folder: Arc<Folder>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.folder.used.fetch_sub(self.size.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl SpillFile for Aside {
    fn size(&self) -> Option<u64> {
        Some(self.inner.size.load(Ordering::Relaxed))
    }

    fn read_stream(&self) -> Result<Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>> {
        let inner = Arc::clone(&self.inner);
        Ok(Box::pin(futures::stream::try_unfold(0_u64, move |from| {
            let inner = Arc::clone(&inner);
            async move {
                let read = tokio::task::spawn_blocking(move || {
                    let mut piece = vec![0; PIECE_BYTES];
                    let count = inner.file.read_at(&mut piece, from)?;
                    piece.truncate(count);
                    Ok::<_, io::Error>(piece)
                });
                let piece =
                    read.await.map_err(|died| DataFusionError::External(Box::new(died)))??;
                let next = from + piece.len() as u64;
                Ok((!piece.is_empty()).then(|| (Bytes::from(piece), next)))
            }
        })))
    }

    fn open_writer(&self) -> Result<Box<dyn SpillWriter>> {
        Ok(Box::new(Writer { inner: Arc::clone(&self.inner) }))
    }
}

struct Writer {
    inner: Arc<Inner>,
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (inner, count) = (&self.inner, bytes.len() as u64);
        let folder = &inner.folder;
        let used = folder.used.fetch_add(count, Ordering::Relaxed) + count;
        if used > folder.bytes_max {
            folder.used.fetch_sub(count, Ordering::Relaxed);
            return Err(io::Error::other(Full { bytes_max: folder.bytes_max }));
        }
        let at = inner.size.fetch_add(count, Ordering::Relaxed);
        inner.file.write_all_at(bytes, at)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SpillWriter for Writer {
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use futures::TryStreamExt as _;

    use super::*;

    fn made(bytes_max: u64) -> (tempfile::TempDir, Files) {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("tmp")).unwrap();
        let folder = Folder { path: home.path().join("tmp"), used: AtomicU64::new(0), bytes_max };
        (home, Files(Arc::new(folder)))
    }

    #[tokio::test]
    async fn what_lies_aside_comes_back_and_has_no_name() {
        let (home, files) = made(10 << 20);
        let file = files.create_temp_file("").unwrap();
        let bytes: Vec<u8> = (0..PIECE_BYTES * 2 + 7).map(|place| place.to_le_bytes()[0]).collect();
        let mut writer = file.open_writer().unwrap();
        for piece in bytes.chunks(100_000) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap();
        let read: Vec<Bytes> = file.read_stream().unwrap().try_collect().await.unwrap();
        assert_eq!(read.concat(), bytes);
        assert_eq!(std::fs::read_dir(home.path().join("tmp")).unwrap().count(), 0);
        drop((file, writer));
        assert_eq!(files.0.used.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn no_more_lies_aside_than_may_and_the_error_says_so_however_deep() {
        let (_home, files) = made(10);
        let mut writer = files.create_temp_file("").unwrap().open_writer().unwrap();
        writer.write_all(b"eight by").unwrap();
        let error = writer.write_all(b"three").unwrap_err();
        let error = DataFusionError::Context("sorting".to_owned(), Box::new(error.into()));
        assert_eq!(Full::in_error(&error).unwrap().bytes_max, 10);
        assert!(Full::in_error(&DataFusionError::IoError(io::Error::other("else"))).is_none());
    }
}
