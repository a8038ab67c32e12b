//! A data file where it lies, read piece by piece.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, TryFutureExt as _};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::DataFile;

/// A data file where it lies, read piece by piece.
pub(crate) struct Stored {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size_bytes: u64,
}

impl Stored {
    pub(crate) fn new(store: &Arc<dyn ObjectStore>, file: &DataFile) -> Self {
        let path = Path::from(file.path.as_str());
        Self { store: Arc::clone(store), path, size_bytes: file.size_bytes }
    }
}

impl AsyncFileReader for Stored {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        self.store.get_range(&self.path, range).map_err(unread).boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move { self.store.get_ranges(&self.path, &ranges).await.map_err(unread) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        async move {
            let size_bytes = self.size_bytes;
            let read = ParquetMetaDataReader::new().load_and_finish(self, size_bytes).await;
            read.map(Arc::new)
        }
        .boxed()
    }
}

fn unread(error: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
