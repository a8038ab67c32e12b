//! `--delete-missing`: the files of a load are everything their system holds, so what they do not
//! hold is gone.
//!
//! What is missing is written down as a file of deletions, which is kept in the landing and read as
//! any other: a rebuild needs no memory of how a load was asked for.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use lake::{HeldContent, Load};
use ledger::LandingFile;
use serde_json::json;
use vocab::LoadId;

use super::occurrence::Occurrences;
use super::pieces::{Kind, Source};
use crate::house::House;

/// What such a file is called in the ledger.
pub(super) const KIND: &str = "missing";
/// The ending of its name.
pub(super) const ENDING: &str = ".missing";

/// When a load deletes what it does not hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// More than this share of what is held is not deleted: the export may have been cut short.
    pub(super) percent_max: u8,
}

/// A load that is whole but for what is missing.
pub(super) struct Asked<'a> {
    pub(super) house: &'a House,
    pub(super) load: LoadId,
    pub(super) source: &'a Arc<str>,
    /// The number the file of deletions has in this load.
    pub(super) number: u32,
}

/// Writes down what is held of this source, is of one of these types, and was not seen; nothing
/// where nothing is missing.
pub(super) async fn keep(
    asked: &Asked<'_>,
    rule: Rule,
    tables: &Load<'_>,
    (seen, types): (&Occurrences, &BTreeSet<&'static str>),
) -> anyhow::Result<Option<Source>> {
    let mut file = tempfile::tempfile_in(&asked.house.home).context("cannot write a file aside")?;
    let (mut held_count, mut missing_count) = (0_u64, 0_u64);
    let mut held = tables.held_resources().await?;
    let mut buffer = Vec::new();
    while let Some(resources) = held.next().await? {
        for resource in resources {
            let stands = matches!(resource.content, HeldContent::Stands(_));
            let of_this = *resource.source == **asked.source
                && types.contains(resource.resource_type.as_str())
                && !resource.key.contains('#');
            if !stands || !of_this {
                continue;
            }
            held_count += 1;
            let kind = &resource.resource_type;
            let key = Occurrences::key(asked.source, kind, &resource.key, &mut buffer);
            if seen.has_seen(key) {
                continue;
            }
            missing_count += 1;
            // The id makes each file another, also where the same goes missing twice.
            let bundle = json!({
                "resourceType": "Bundle",
                "id": format!("load-{}-{missing_count}", asked.load),
                "type": "transaction",
                "entry": [{ "request": {
                    "method": "DELETE", "url": format!("{kind}/{}", resource.key)
                } }],
            });
            writeln!(file, "{bundle}").context("cannot write a file aside")?;
        }
    }
    if missing_count == 0 {
        return Ok(None);
    }
    if missing_count.saturating_mul(100) > held_count.saturating_mul(u64::from(rule.percent_max)) {
        bail!(
            "{missing_count} of the {held_count} resources held would be deleted, more than {} \
             percent; nothing was changed. Were all files given? If this is right, say so with \
             --delete-at-most {}",
            rule.percent_max,
            missing_count.saturating_mul(100).div_ceil(held_count.max(1))
        );
    }
    into_landing(asked, tables, file).await.map(Some)
}

async fn into_landing(
    asked: &Asked<'_>,
    tables: &Load<'_>,
    mut file: std::fs::File,
) -> anyhow::Result<Source> {
    use std::io::Seek as _;
    file.rewind().context("cannot read a file set aside")?;
    let name = format!("load-{}{ENDING}", asked.load);
    let landing = asked.house.lake.landing().clone();
    let (kept, name) = tokio::task::spawn_blocking(move || {
        landing.keep(&mut file, &name).map(|kept| (kept, name))
    })
    .await??;
    let record = LandingFile {
        id: kept.id,
        name: name.clone(),
        size_bytes: kept.size_bytes,
        stored_bytes: kept.stored_bytes,
        kind: KIND.to_owned(),
    };
    asked.house.ledger.landings().record(tables.lease(), asked.load, &[record]).await?;
    Ok(Source {
        number: asked.number,
        id: kept.id,
        name,
        size_bytes: kept.size_bytes,
        source: (0, Arc::clone(asked.source)),
        kind: Kind::Missing,
        load: 1,
        already_held: false,
    })
}
