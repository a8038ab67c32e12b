//! A fresh engine for one reader: it knows the gated tables and the listed functions, and nothing
//! else. No files, no settings, no catalogs; what has no room in memory lies aside without a name.

use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider as _, CatalogProviderList as _, MemoryCatalogProvider,
    MemoryCatalogProviderList,
};
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::cache::cache_manager::{CacheManagerConfig, CachedFileMetadataEntry};
use datafusion::execution::cache::default_cache::DefaultCache;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::path::Path;

use super::tables::{Names, SnapshotTables};
use super::{ReaderError, aside, functions};
use crate::events::{EventsTable, Source};
use crate::house::LakeConfig;

/// The schema the tables are in, so that `fhir.patient` and `patient` are one.
const SCHEMA: &str = "fhir";
const CATALOG: &str = "aoba";

/// The ends of files, which say what is where in them, read once for all looks.
pub(crate) type FileEnds = Arc<DefaultCache<Path, CachedFileMetadataEntry>>;

/// So much is remembered of the ends of files.
const ENDS_BYTES_MAX: usize = 64 << 20;

/// Nothing remembered yet.
pub(crate) fn file_ends() -> FileEnds {
    Arc::new(DefaultCache::new(ENDS_BYTES_MAX))
}

/// What a session is opened for.
pub(super) struct Opening<'a> {
    pub(super) tables: Arc<SnapshotTables>,
    /// The events of each slice.
    pub(super) published: Vec<(String, Vec<Source>)>,
    pub(super) config: &'a LakeConfig,
    pub(super) home: &'a std::path::Path,
    pub(super) ends: FileEnds,
    /// Whether it looks at one person: there is too little to read for several threads.
    pub(super) is_of_one: bool,
}

pub(super) fn open(opening: Opening<'_>) -> Result<SessionContext, ReaderError> {
    let Opening { tables, published, config, home, ends, is_of_one } = opening;
    let events = published.into_iter();
    let events =
        events.map(|(name, sources)| (name, Arc::new(EventsTable::new(sources)))).collect();
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(Names { tables, events }))?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    let caches = CacheManagerConfig::default()
        .with_file_metadata_cache(Some(ends))
        .with_metadata_cache_limit(ENDS_BYTES_MAX);
    let runtime = RuntimeEnvBuilder::new()
        .with_cache_manager(caches)
        .with_memory_pool(Arc::new(FairSpillPool::new(config.query_memory_bytes_max)))
        .with_disk_manager_builder(aside::files(home, config.query_disk_bytes_max))
        .build_arc()?;
    let session = SessionConfig::new()
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_information_schema(false)
        .with_target_partitions(if is_of_one { 1 } else { config.threads.max(1) });
    let state = SessionStateBuilder::new()
        .with_config(session)
        .with_runtime_env(runtime)
        .with_catalog_list(Arc::new(catalogs))
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(functions::scalar())
        .with_aggregate_functions(functions::aggregate())
        .with_window_functions(functions::window())
        .build();
    Ok(SessionContext::new_with_state(state))
}
