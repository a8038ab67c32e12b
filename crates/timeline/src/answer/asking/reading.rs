//! Reads the tables of a shard, each once, and of each no more than is looked at.

use std::collections::BTreeSet;

use cohort::ast::Kind;
use cohort::eval::is_of_kind;

use super::{Asking, Hits};
use crate::Error;
use crate::answer::candidates::Shard;
use crate::answer::look::{Indexes, Look};
use crate::answer::plan::{ColumnId, From, Plan, TableSpec};
use crate::answer::table::{self, Part, Table, Wanted};
use crate::answer::uses::Uses;
use crate::mask::Mask;
use crate::timeline::ShardAt;

/// What was read of a shard already.
pub(super) struct Reading<'a> {
    pub(super) at: &'a ShardAt,
    loaded: BTreeSet<usize>,
    deaths: bool,
    /// The kinds whose coverage was read.
    coverage: BTreeSet<&'a Kind>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(at: &'a ShardAt) -> Self {
        Self { at, loaded: BTreeSet::new(), deaths: false, coverage: BTreeSet::new() }
    }
}

impl Asking<'_> {
    /// Reads what a part of the plan uses and has not been read yet; of tables that are looked at around
    /// the indexes of candidates only that, where these are given.
    pub(super) fn load<'s>(
        &'s self,
        shard: &mut Shard<'_>,
        read: &mut Reading<'s>,
        uses: &Uses,
        (of, indexes): (&Mask, Option<&Indexes>),
    ) -> Result<(), Error> {
        for (&table, columns) in &uses.tables {
            let spec = shard.plan.tables.get(table);
            if let (Some(hits), Some(spec)) = (self.hits.get(&table), spec)
                && read.loaded.insert(table)
            {
                let part = self.part(shard.plan, table, (uses, indexes));
                let loaded =
                    self.read((shard, read.at), (table, spec, hits), (columns, part), of)?;
                if let Some(to) = shard.tables.get_mut(table) {
                    *to = loaded;
                }
            }
        }
        let none = BTreeSet::new();
        let is_asked = |kind: &Kind| uses.coverage.iter().any(|asked| is_of_kind(kind, asked));
        if uses.deaths && !std::mem::replace(&mut read.deaths, true) {
            let (spec, hits) = &self.deaths;
            shard.deaths = self.read((shard, read.at), (0, spec, hits), (&none, Part::All), of)?;
        }
        for covered in self.coverage.iter().filter(|covered| is_asked(&covered.kind)) {
            if read.coverage.insert(&covered.kind) {
                let from = (0, &covered.spec, covered.hits.as_ref());
                let mut table = self.read((shard, read.at), from, (&none, Part::All), of)?;
                if let Some(days) = covered.within {
                    table.cut(days);
                }
                shard.coverage.push((covered.kind.clone(), table));
            }
        }
        Ok(())
    }

    /// Which events of a table are read.
    fn part<'i>(
        &self,
        plan: &Plan,
        table: usize,
        (uses, indexes): (&Uses, Option<&'i Indexes>),
    ) -> Part<'i> {
        if plan.firsts.contains(&table) {
            return Part::Entries;
        }
        match (self.all.look_at(table), uses.look_at(table), indexes) {
            (Look::First, ..) => Part::Firsts,
            (_, Look::Around(from, to), Some(indexes)) => Part::Around(indexes, from, to),
            _ => Part::All,
        }
    }

    fn read(
        &self,
        (shard, at): (&Shard<'_>, &ShardAt),
        table: (usize, &TableSpec, &Hits),
        (columns, part): (&BTreeSet<ColumnId>, Part<'_>),
        of: &Mask,
    ) -> Result<Table, Error> {
        self.go_on()?;
        let wanted = self.wanted((shard, at), table, columns)?;
        table::load(self.place(shard), Wanted { part, ..wanted }, of)
    }

    pub(super) fn place<'b, 's>(&'b self, shard: &'b Shard<'s>) -> table::Place<'b, 's> {
        table::Place { runs: &shard.runs, world: self.world }
    }

    pub(super) fn wanted<'b>(
        &self,
        (shard, at): (&'b Shard<'_>, &ShardAt),
        (number, spec, hits): (usize, &'b TableSpec, &'b Hits),
        columns: &'b BTreeSet<ColumnId>,
    ) -> Result<Wanted<'b>, Error> {
        Ok(Wanted {
            number: u16::try_from(number).map_err(|_| Error::TooLarge("a definition"))?,
            spec,
            hits: hits.get(at.segment).map_or(&[], Vec::as_slice),
            specs: &shard.plan.columns,
            limits: &shard.plan.limits,
            columns,
            part: Part::All,
            visits: self.all.visits,
        })
    }
}

/// The tables of the events by which patients enter, with the columns that are read of them; none where
/// these are no events of a table.
pub(super) fn ways_in(plan: &Plan, entry: &Uses) -> Uses {
    let mut uses = Uses::default();
    for set in &plan.entry {
        let From::Table(table) = set.from else { return Uses::default() };
        uses.tables.extend(entry.tables.get_key_value(&table).map(|(of, all)| (*of, all.clone())));
    }
    uses
}
