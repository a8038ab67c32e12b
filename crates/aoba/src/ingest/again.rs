//! Lines of kept files that were cut, read again: the rows that they make now, and what they tell
//! of who people are.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context as _;
use arrow::compute::filter_record_batch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, RecordBatch};
use lake::RowsAgain;
use lake::tables::{LINE, TableSpec};
use ledger::IdentityRecord;
use vocab::LandingId;

use super::bases::OwnBases;
use super::before::Before;
use super::close;
use super::harvest::{Harvest, Harvester, Shared};
use super::occurrence::Occurrences;
use super::pieces::{Kind, Source};
use super::sums::identity_of;
use crate::house::House;

/// A text of a kept file as it is after cutting.
pub(crate) enum Text {
    /// One line of many, with its number.
    Line(u64, String),
    /// The whole file.
    Whole(String),
}

/// A text of which some lines or entries are read again.
pub(crate) struct Left {
    pub(crate) file: LandingId,
    pub(crate) source: Arc<str>,
    pub(crate) text: Text,
    /// Which, as the column `line` has them.
    pub(crate) lines: BTreeSet<u64>,
}

/// What reading again gave.
#[derive(Default)]
pub(crate) struct Again {
    pub(crate) rows: Vec<RowsAgain>,
    pub(crate) specs: Vec<TableSpec>,
    pub(crate) identities: Vec<IdentityRecord>,
}

/// Reads these again; nothing is written.
pub(crate) async fn read(house: &House, left: &[Left]) -> anyhow::Result<Again> {
    let mut again = Again::default();
    if left.is_empty() {
        return Ok(again);
    }
    let sources: BTreeSet<Arc<str>> = left.iter().map(|one| Arc::clone(&one.source)).collect();
    let sources: Vec<Arc<str>> = sources.into_iter().collect();
    let keys = house.ledger.patient_keys().await?;
    let catalogue = close::catalogue(house, &keys, sources.clone())?;
    close::check_definitions(house, &catalogue).await?;
    let (before, own_bases) = (Before::default(), OwnBases::read(house).await?);
    for one in left {
        // Each text by itself: what else it holds stands already.
        let occurrences = Occurrences::new();
        let shared = Shared {
            catalogue: &catalogue,
            occurrences: &occurrences,
            before: &before,
            zone: house.zone()?,
            own_bases: &own_bases,
            keys: &keys,
        };
        let at = sources.iter().position(|source| *source == one.source).unwrap_or_default();
        let source =
            (u16::try_from(at).context("more than 65535 sources")?, Arc::clone(&one.source));
        let Harvest { batches, learned, .. } = harvest(&shared, one, source)?;
        for (table, batch) in batches {
            let table = catalogue.specs.get(table).context("rows for a table not there")?;
            let batch = of_lines(&batch, &one.lines)?;
            if batch.num_rows() > 0 {
                let (table, source) = (table.name.clone(), Arc::clone(&one.source));
                again.rows.push(RowsAgain { table, batch, file: one.file, source });
            }
        }
        let learned = learned.into_iter().filter(|learned| one.lines.contains(&learned.at.1));
        again.identities.extend(learned.map(|learned| identity_of(&one.source, learned)));
    }
    again.specs = catalogue.specs;
    Ok(again)
}

fn harvest(shared: &Shared<'_>, one: &Left, source: (u16, Arc<str>)) -> anyhow::Result<Harvest> {
    let mut harvester = Harvester::new(shared);
    harvester.begin(&Source {
        number: 0,
        id: one.file,
        name: String::new(),
        size_bytes: 0,
        source,
        kind: Kind::Received,
        load: 1,
        already_held: false,
    });
    match &one.text {
        Text::Line(number, text) => harvester.line(text, *number),
        Text::Whole(text) => harvester.whole(text.as_bytes()),
    }
    harvester.take()
}

/// The rows that came from these lines.
fn of_lines(batch: &RecordBatch, lines: &BTreeSet<u64>) -> anyhow::Result<RecordBatch> {
    let numbers = batch.column_by_name(LINE).and_then(|c| c.as_primitive_opt::<Int64Type>());
    let numbers = numbers.context("rows without a line")?;
    let wanted: BooleanArray = numbers
        .iter()
        .map(|line| Some(line.is_some_and(|line| lines.contains(&line.unsigned_abs()))))
        .collect();
    Ok(filter_record_batch(batch, &wanted)?)
}
