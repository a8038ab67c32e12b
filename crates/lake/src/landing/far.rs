//! The landing in a bucket.

use std::fs::File;
use std::io;
use std::path::Path as LocalPath;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _};
use vocab::LandingId;

use super::erase::{self, Record, Written};
use super::read::Stored;
use super::{
    Copied, Expected, Landing, LandingError, LandingReader, Lies, Packing, StoredFile, below, fill,
};
use crate::storage::{Bucket, FarFile, StorageError, at, put_whole};

/// Where in a bucket the landing is; no table has such a name.
const PLACE: &str = "_landing";

/// The whole path of a file.
fn far_path(bucket: &Bucket, id: LandingId, kind: Packing) -> Path {
    bucket.path(&format!("{PLACE}/{}", below(id, kind)))
}

/// The whole path of the record beside a file.
fn record_path(bucket: &Bucket, id: LandingId) -> Path {
    let (below, record) = (below(id, Packing::Plain), erase::RECORD);
    let stem = below.strip_suffix("zst").unwrap_or(&below);
    bucket.path(&format!("{PLACE}/{stem}{record}"))
}

impl Landing {
    /// Sends a file to the bucket where it is not there yet; tells whether it was.
    pub(super) fn keep_far(
        &self,
        bucket: &Bucket,
        copied: &Copied,
        (aside, stored_bytes): (&LocalPath, u64),
    ) -> Result<bool, LandingError> {
        let path = far_path(bucket, copied.id, copied.kind);
        if let Some(held) = Self::find_far(bucket, copied.id)?.filter(|held| held.path == path) {
            // As in a folder: what is left of an erased one stays until the erasure is lifted, one of
            // the expected size is believed, another is read through.
            match Self::record_far(bucket, copied.id)? {
                Some(record) if !record.may_return() => return Ok(true),
                Some(_) => Self::forget_far(bucket, copied.id)?,
                None if held.size_bytes == stored_bytes => return Ok(true),
                None => match self.verify(copied.id) {
                    Ok(()) => return Ok(true),
                    Err(LandingError::Corrupted { .. }) => {}
                    Err(error) => return Err(error),
                },
            }
        }
        Self::send(bucket, path, (aside, stored_bytes))?;
        Ok(false)
    }

    /// Puts a file that lies here into the bucket.
    fn send(
        bucket: &Bucket,
        path: Path,
        (aside, stored_bytes): (&LocalPath, u64),
    ) -> Result<(), LandingError> {
        let mut file = File::open(aside).map_err(at("read", aside))?;
        let to = bucket.clone();
        let put = bucket.begin(async move {
            let read = |bytes_max: usize| {
                let mut part = vec![0; bytes_max];
                let filled = fill(&mut file, &mut part)?;
                part.truncate(filled);
                io::Result::Ok(Bytes::from(part))
            };
            let put = put_whole(to.store().as_ref(), &path, (stored_bytes, read)).await;
            put.map_err(|error| to.said("write", &path, &error))?;
            // It is kept when the bucket says so, and not when it was sent.
            let found = to.store().head(&path).await;
            let found = found.map_err(|error| to.said("write", &path, &error))?;
            if found.size != stored_bytes {
                let said = format!("{} bytes were sent, {} are there", stored_bytes, found.size);
                return Err(StorageError::new("write", &to.shown(&path), io::Error::other(said)));
            }
            Ok(())
        });
        Ok(put.end()?)
    }

    /// Puts content that was written aside into a file's place; done before, it is put again.
    pub(super) fn put_written_far(
        bucket: &Bucket,
        id: LandingId,
        written: &Written,
    ) -> Result<(), LandingError> {
        let held = Self::find_far(bucket, id)?.ok_or(LandingError::Missing(id))?;
        let stored_bytes = written.aside.metadata().map_err(at("read", &written.aside))?.len();
        Self::send(bucket, held.path, (&written.aside, stored_bytes))
    }

    /// Writes the record beside a file.
    pub(super) fn put_record_far(
        bucket: &Bucket,
        id: LandingId,
        text: String,
    ) -> Result<(), StorageError> {
        let (to, path) = (bucket.clone(), record_path(bucket, id));
        let put = bucket.begin(async move {
            let put = to.store().put(&path, text.into()).await;
            put.map(drop).map_err(|error| to.said("write", &path, &error))
        });
        put.end()
    }

    /// Opens a file that lies in the bucket.
    pub(super) fn read_far(bucket: &Bucket, id: LandingId) -> Result<LandingReader, LandingError> {
        let held = Self::find_far(bucket, id)?.ok_or(LandingError::Missing(id))?;
        let shown = bucket.shown(&held.path);
        let expected = Expected::of(id, Self::record_far(bucket, id)?);
        LandingReader::open(expected, Stored::Far(held.reader()), shown)
    }

    /// The record beside a file from which lines were taken.
    pub(super) fn record_far(
        bucket: &Bucket,
        id: LandingId,
    ) -> Result<Option<Record>, LandingError> {
        let path = record_path(bucket, id);
        // Hardly any file has one.
        if Self::size_far(bucket, path.clone())?.is_none() {
            return Ok(None);
        }
        let (from, shown) = (bucket.clone(), bucket.shown(&path));
        let get = bucket.begin(async move {
            let found = match from.store().get(&path).await {
                Ok(found) => found.bytes().await,
                Err(error) => Err(error),
            };
            match found {
                Ok(bytes) => Ok(Some(bytes)),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(from.said("read", &path, &error)),
            }
        });
        get.end()?.map(|bytes| erase::parse_record(&bytes, &shown)).transpose()
    }

    /// Takes a record away: the original is put in the file's place.
    fn forget_far(bucket: &Bucket, id: LandingId) -> Result<(), StorageError> {
        let (from, path) = (bucket.clone(), record_path(bucket, id));
        let gone = bucket.begin(async move {
            let gone = from.store().delete(&path).await;
            gone.map_err(|error| from.said("remove", &path, &error))
        });
        gone.end()
    }

    /// Where a file lies in the bucket, and how large it is there.
    pub(super) fn find_far(
        bucket: &Bucket,
        id: LandingId,
    ) -> Result<Option<FarFile>, StorageError> {
        for kind in [Packing::Plain, Packing::Gzip] {
            let found = Self::size_far(bucket, far_path(bucket, id, kind))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The files that make up a held one, as [`Landing::stored`] gives them.
    pub(super) fn stored_far(
        bucket: &Bucket,
        id: LandingId,
    ) -> Result<Vec<StoredFile>, LandingError> {
        let Some(held) = Self::find_far(bucket, id)? else { return Ok(Vec::new()) };
        let record = Self::size_far(bucket, record_path(bucket, id))?;
        let place = bucket.path(PLACE);
        let files = [Some(held), record].into_iter().flatten().map(|file| {
            let whole = file.path.to_string();
            let inside = whole.strip_prefix(place.as_ref()).unwrap_or(&whole);
            StoredFile {
                name: inside.trim_start_matches('/').to_owned(),
                size_bytes: file.size_bytes,
                lies: Lies::Far(file),
            }
        });
        Ok(files.collect())
    }

    /// An object, where it is there.
    fn size_far(bucket: &Bucket, path: Path) -> Result<Option<FarFile>, StorageError> {
        let from = bucket.clone();
        let find = bucket.begin(async move {
            match from.store().head(&path).await {
                Ok(found) => Ok(Some(FarFile { bucket: from, path, size_bytes: found.size })),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(from.said("read", &path, &error)),
            }
        });
        find.end()
    }

    /// Every file in the bucket, in the order of the names.
    pub(super) fn ids_far(bucket: &Bucket) -> Result<Vec<LandingId>, LandingError> {
        let from = bucket.clone();
        let list = bucket.begin(async move { from.objects(&from.path(PLACE)).await });
        let names = list.end()?;
        let stem = |path: &Path| path.filename()?.split('.').next()?.parse().ok();
        let mut ids: Vec<LandingId> = names.iter().filter_map(stem).collect();
        ids.sort_unstable();
        // Beside a file from which lines were erased stands a record of the same name.
        ids.dedup();
        Ok(ids)
    }
}
