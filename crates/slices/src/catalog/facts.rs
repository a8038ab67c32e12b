//! What the pages tell, counted once under a permit and remembered by the site.

use std::sync::Arc;

use desk::{Holdings, Purpose as _, Refusal, Site};
use disclosure::Policy;
use lake::{CodeCount, CodeProfile, Reader, TableProfile};
use vocab::PurposeOfUse;

use super::rules;
use super::search::{self, Index};
use crate::dictionary::{self, TableEntry};
use crate::terms::{codes, places};

/// The columns of a table as they lie: name and type.
pub(crate) async fn columns(
    reader: &Reader,
    table: &str,
) -> Result<Vec<(String, String)>, Refusal> {
    let schema = reader.columns(table).await?;
    let fields = schema.iter().flat_map(|schema| schema.fields().iter());
    Ok(fields.map(|field| (field.name().clone(), field.data_type().to_string())).collect())
}

/// What the columns of a table hold.
pub(crate) async fn profile(
    site: &Site,
    reader: &Reader,
    table: &str,
) -> Result<Arc<TableProfile>, Refusal> {
    let silent = TableEntry::default();
    let entry = dictionary::bundled().get(table).unwrap_or(&silent);
    let looks = rules::looks(entry, &columns(reader, table).await?);
    let count = async { Ok(reader.profile(table, &looks).await?) };
    site.remember(reader, &["catalog table", table].join(" "), count).await
}

/// What the search finds.
pub(crate) async fn index(site: &Site, reader: &Reader) -> Result<Arc<Index>, Refusal> {
    let codes = codes::codes(site, reader).await?;
    let least = Policy::default().min_cell;
    let build = search::index(reader, &codes, least);
    site.remember(reader, "catalog search", build).await
}

/// What is known of a code in the table where most of its rows are.
pub(crate) async fn code(
    site: &Site,
    reader: &Reader,
    count: &CodeCount,
) -> Result<Option<Arc<CodeProfile>>, Refusal> {
    let Some(place) = places::of(&count.table) else { return Ok(None) };
    let look = place.look(&count.system, &count.code);
    let name = ["catalog code", &count.table, &count.system, &count.code].join("\u{1f}");
    let ask = async { Ok(reader.code(&look, &places::people()).await?) };
    site.remember(reader, &name, ask).await.map(Some)
}

/// So many codes are counted ahead, those of the most people.
const CODES_AHEAD_MAX: usize = 24;

/// Counts what the pages will ask for first, one thing after the other.
pub(crate) async fn warm(site: &Site) {
    let settings = site.settings();
    // As whoever will look first: each purpose has counts of its own.
    let actor = settings.accounts.first().map_or(&settings.actor, |account| &account.actor);
    let rights = site.ledger().people().rights_of(actor).await.unwrap_or_default();
    let of = |purpose: &PurposeOfUse| rights.iter().find(|right| right.purpose == *purpose);
    let Some(right) = Holdings::PURPOSES.iter().find_map(of) else { return };
    let (purpose, study) = (right.purpose, right.study.as_ref());
    let act = "count ahead for the catalogue";
    let Ok(permit) = site.ledger().permit(actor, purpose, study, act, "").await else { return };
    let Ok(reader) = site.lake().reader(permit, None).await else { return };
    let _ = site.table_counts(&reader).await;
    let _ = index(site, &reader).await;
    let mut tables: Vec<String> = reader.table_names().into_iter().map(str::to_owned).collect();
    tables.sort_by_key(|table| dictionary::place(table));
    for table in &tables {
        let _ = profile(site, &reader, table).await;
    }
    let Ok(codes) = codes::codes(site, &reader).await else { return };
    let mut told: Vec<_> = codes.told(Policy::default().min_cell).collect();
    told.sort_by_key(|(_, _, counts)| std::cmp::Reverse(codes::most_people(counts)));
    for (_, _, counts) in told.into_iter().take(CODES_AHEAD_MAX) {
        if let Some(count) = counts.first() {
            let _ = code(site, &reader, count).await;
        }
    }
}
