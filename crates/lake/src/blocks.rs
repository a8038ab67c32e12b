//! A changed byte of the lake is an error, never an answer.
//!
//! Of each file the ledger holds a hash of every block of 64 KiB, taken when the file was written.
//! Whatever is read of a file is read in whole blocks, each compared with its hash; what was asked
//! for is then cut out. A file older than this book is read as it lies: only the doctor, who reads
//! files whole, can tell of it.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    Result,
};
use xxhash_rust::xxh3::xxh3_64;

/// How large a block is: small beside a page of a table, large beside its hash.
const BLOCK_BYTES: usize = 64 << 10;
pub(crate) const BLOCK: u64 = BLOCK_BYTES as u64;

/// Says that a file is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file}: the bytes from {offset} on are not those that were written: run `aoba doctor --deep`"
)]
pub(crate) struct Changed {
    /// The file, from the lake's root.
    pub(crate) file: String,
    /// Where the block begins.
    pub(crate) offset: u64,
}

/// The hash of each block of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    size_bytes: u64,
    hashes: Arc<[u64]>,
}

impl Blocks {
    /// Of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let hashes = bytes.chunks(BLOCK_BYTES).map(xxh3_64).collect();
        Self { size_bytes: bytes.len() as u64, hashes }
    }

    /// As they were written down.
    pub(crate) fn from_written(size_bytes: u64, hashes: &[u64]) -> Self {
        Self { size_bytes, hashes: hashes.into() }
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The whole blocks that hold a range.
    pub(crate) fn around(&self, range: &Range<u64>) -> Range<u64> {
        let start = range.start / BLOCK * BLOCK;
        start..range.end.next_multiple_of(BLOCK).min(self.size_bytes).max(start)
    }

    /// Compares whole blocks, the first of which begins at `start`; gives where the first begins
    /// that differs.
    pub(crate) fn check(&self, start: u64, bytes: &[u8]) -> std::result::Result<(), u64> {
        let first = usize::try_from(start / BLOCK).unwrap_or(usize::MAX);
        let known = self.hashes.iter().skip(first);
        let mut at = start;
        for (block, hash) in bytes.chunks(BLOCK_BYTES).zip(known) {
            if xxh3_64(block) != *hash {
                return Err(at);
            }
            at += block.len() as u64;
        }
        // More bytes than there are hashes for.
        if at < start + bytes.len() as u64 { Err(at) } else { Ok(()) }
    }

    /// Compares a file read whole.
    pub(crate) fn check_whole(&self, bytes: &[u8]) -> std::result::Result<(), u64> {
        self.check(0, bytes)?;
        let read = bytes.len() as u64;
        if read == self.size_bytes { Ok(()) } else { Err(read.min(self.size_bytes)) }
    }

    /// Compares whole blocks and cuts out what was asked for.
    pub(crate) fn cut(
        &self,
        file: &dyn Fn() -> String,
        (range, around): (&Range<u64>, &Range<u64>),
        bytes: &Bytes,
    ) -> std::result::Result<Bytes, Changed> {
        let changed = |offset| Changed { file: file(), offset };
        self.check(around.start, bytes).map_err(changed)?;
        let end = around.start + bytes.len() as u64;
        part(&(range.start..range.end.min(self.size_bytes)), around.start, bytes)
            .ok_or_else(|| changed(end))
    }
}

/// A range of a file out of bytes that begin at some place of it; none where they do not hold it.
fn part(range: &Range<u64>, start: u64, bytes: &Bytes) -> Option<Bytes> {
    let place = |at: u64| usize::try_from(at.checked_sub(start)?).ok();
    let (from, to) = (place(range.start)?, place(range.end)?);
    (from <= to && to <= bytes.len()).then(|| bytes.slice(from..to))
}

/// Ranges as few as can be: those that touch are one.
fn joined(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// What is known of the files of the lake, by table and path. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Known {
    files: Arc<RwLock<HashMap<String, HashMap<String, Blocks>>>>,
    changing: Option<Changing>,
}

/// Tells whether files are being written anew under their names, or were since this was asked for.
pub(crate) type Changing = Arc<dyn Fn() -> bool + Send + Sync>;

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known(..)")
    }
}

impl Known {
    /// Before a file that differs is called changed, this is asked.
    pub(crate) fn ask(&mut self, changing: Changing) {
        self.changing = Some(changing);
    }

    /// Whether what is known may be of files as they were before an erasure.
    fn is_outdated(&self) -> bool {
        self.changing.as_ref().is_some_and(|changing| changing())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn of(&self, table: &str, path: &str) -> Option<Blocks> {
        let known = self.files.read().unwrap_or_else(PoisonError::into_inner);
        known.get(table)?.get(path).cloned()
    }

    pub(crate) fn has_all<'a>(
        &self,
        table: &str,
        mut paths: impl Iterator<Item = &'a str>,
    ) -> bool {
        let known = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.get(table) else { return false };
        paths.all(|path| known.contains_key(path))
    }

    pub(crate) fn put(&self, table: &str, files: impl IntoIterator<Item = (String, Blocks)>) {
        let mut known = self.files.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(table.to_owned()).or_default().extend(files);
    }

    pub(crate) fn forget(&self, table: &str) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).remove(table);
    }
}

/// The store of one table; what is read of a known file is what was written.
pub(crate) struct Checked {
    inner: Arc<dyn ObjectStore>,
    table: String,
    known: Known,
}

impl Checked {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, table: &str, known: &Known) -> Self {
        Self { inner, table: table.to_owned(), known: known.clone() }
    }

    fn blocks(&self, location: &Path) -> Option<Blocks> {
        self.known.of(&self.table, location.as_ref())
    }

    fn named(&self, location: &Path) -> String {
        format!("{}/{location}", self.table)
    }
}

fn changed(source: Changed) -> object_store::Error {
    object_store::Error::Generic { store: "lake", source: Box::new(source) }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked({})", self.table)
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Checked {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let blocks = self.blocks(location).filter(|_| !options.head);
        let Some(blocks) = blocks else { return self.inner.get_opts(location, options).await };
        let whole = || 0..blocks.size_bytes;
        let range = match &options.range {
            Some(range) => range.as_range(blocks.size_bytes).map_err(|source| {
                object_store::Error::Generic { store: "lake", source: Box::new(source) }
            })?,
            None => whole(),
        };
        let around = blocks.around(&range);
        // All of it, or a file that grew would go unseen.
        let asked = (around != whole()).then(|| GetRange::Bounded(around.clone()));
        let whole = GetOptions { range: asked, ..options.clone() };
        let found = self.inner.get_opts(location, whole).await?;
        let (meta, attributes) = (found.meta.clone(), found.attributes.clone());
        let bytes = found.bytes().await?;
        let cut = blocks.cut(&|| self.named(location), (&range, &around), &bytes);
        if cut.is_err() && self.known.is_outdated() {
            return self.inner.get_opts(location, options).await;
        }
        let payload = stream::once(std::future::ready(cut.map_err(changed))).boxed();
        Ok(GetResult { payload: GetResultPayload::Stream(payload), meta, range, attributes })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let Some(blocks) = self.blocks(location) else {
            return self.inner.get_ranges(location, ranges).await;
        };
        // Many columns of a small file lie in one block: it is read once.
        let around: Vec<Range<u64>> = ranges.iter().map(|range| blocks.around(range)).collect();
        let joined = joined(&around);
        let read = self.inner.get_ranges(location, &joined).await?;
        let failed = |offset| changed(Changed { file: self.named(location), offset });
        for (range, bytes) in joined.iter().zip(&read) {
            match blocks.check(range.start, bytes) {
                Err(_) if self.known.is_outdated() => {
                    return self.inner.get_ranges(location, ranges).await;
                }
                checked => checked.map_err(failed)?,
            }
        }
        let cut = |range: &Range<u64>| {
            let at = joined.partition_point(|joined| joined.start <= range.start).checked_sub(1)?;
            part(range, joined.get(at)?.start, read.get(at)?)
        };
        ranges.iter().map(|range| cut(range).ok_or_else(|| failed(range.start))).collect()
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
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
    use object_store::memory::InMemory;

    use super::*;

    fn content() -> Vec<u8> {
        (0..200_000_u32).map(|n| u8::try_from(n * 7 % 251).unwrap()).collect()
    }

    fn part(content: &[u8], range: &Range<u64>) -> Vec<u8> {
        let place = |at: u64| usize::try_from(at).unwrap();
        content[place(range.start)..place(range.end)].to_vec()
    }

    async fn store(bytes: Vec<u8>, blocks: Blocks) -> (Checked, Path) {
        let (inner, path) = (Arc::new(InMemory::new()), Path::from("part.parquet"));
        inner.put(&path, bytes.into()).await.unwrap();
        let known = Known::default();
        known.put("t", [("part.parquet".to_owned(), blocks)]);
        (Checked::new(inner, "t", &known), path)
    }

    #[tokio::test]
    async fn what_was_asked_for_is_what_was_written() {
        let content = content();
        let (store, path) = store(content.clone(), Blocks::of(&content)).await;
        let size = content.len() as u64;
        let ranges = [0..1, 5..70_000, BLOCK..2 * BLOCK, 2 * BLOCK - 1..size, size - 1..size];
        for range in &ranges {
            let found = store.get_range(&path, range.clone()).await.unwrap();
            assert_eq!(found, part(&content, range), "{range:?}");
        }
        let all = store.get_ranges(&path, &ranges).await.unwrap();
        for (range, found) in ranges.iter().zip(all) {
            assert_eq!(found, part(&content, range), "{range:?}");
        }
        assert_eq!(store.get(&path).await.unwrap().bytes().await.unwrap(), content);
        let options = GetOptions { range: Some(GetRange::Suffix(8)), ..GetOptions::default() };
        let end = store.get_opts(&path, options).await.unwrap().bytes().await.unwrap();
        assert_eq!(end, part(&content, &(size - 8..size)));
    }

    #[tokio::test]
    async fn a_changed_byte_is_an_error_where_its_block_is_read() {
        let content = content();
        let mut changed = content.clone();
        changed[70_000] ^= 1;
        let (store, path) = store(changed, Blocks::of(&content)).await;
        let said = store.get_range(&path, 65_536..65_540).await.unwrap_err().to_string();
        assert!(said.contains("t/part.parquet: the bytes from 65536 on"), "{said}");
        assert!(store.get_ranges(&path, &[0..4, 80_000..80_004]).await.is_err());
        assert!(store.get(&path).await.unwrap().bytes().await.is_err());
        assert_eq!(store.get_range(&path, 0..4).await.unwrap(), content[..4]);
    }

    #[tokio::test]
    async fn a_file_cut_short_or_grown_is_an_error() {
        let content = content();
        let short = content[..content.len() - 1].to_vec();
        let long = [content.clone(), vec![0]].concat();
        for changed in [short, long] {
            let (store, path) = store(changed, Blocks::of(&content)).await;
            assert!(store.get(&path).await.unwrap().bytes().await.is_err());
        }
        assert!(Blocks::of(&content).check_whole(&content[..10]).is_err());
        assert!(Blocks::of(&content).check_whole(&content[..65_536]).is_err());
        assert_eq!(Blocks::of(&content).check_whole(&content), Ok(()));
    }
}
