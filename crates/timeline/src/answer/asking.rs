//! A question while it is answered, shard by shard.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cohort::ast::{CohortDefinition, Kind};
use cohort::eval::{Days, World, kind_word};

use self::reading::{Reading, ways_in};
use super::bounds::{Zones, may_hold, zones_asked};
use super::candidates::{Bits, Candidate, Entered, Shard};
use super::keys;
use super::look::Indexes;
use super::memory::Held;
use super::plan::{Need, Plan, TableSpec, plain};
use super::table::{self, Hit, Runs, Table};
use super::uses::{Uses, Walk};
use super::{Effort, Question, whole};
use crate::Error;
use crate::event::{EVERY_KIND, coverage_of};
use crate::mask::Mask;
use crate::segment::Segment;
use crate::timeline::{ShardAt, Shown, Timeline};

/// One in so many of a shard's patients are few.
const FEW: u32 = 16;

/// What one shard gave: its candidates, unless they were held, and what the missing rules say.
pub(super) type OfShard = (Option<Entered>, Vec<Bits>);

/// The concepts of a table, for each segment.
pub(super) type Hits = Vec<Vec<Hit>>;

/// Where the coverage of a kind is read, and the days it is cut to.
struct CoverageOf {
    kind: Kind,
    spec: TableSpec,
    hits: Arc<Hits>,
    within: Option<Days>,
}

/// A question while it is answered.
pub(super) struct Asking<'a> {
    timeline: &'a Timeline,
    question: Question<'a>,
    shown: &'a Shown,
    plan: Option<&'a Plan>,
    effort: Effort<'a>,
    world: &'a World<'a>,
    need: Need,
    /// For every table that is used, the concepts.
    hits: BTreeMap<usize, Arc<Hits>>,
    deaths: (TableSpec, Arc<Hits>),
    coverage: Vec<CoverageOf>,
    /// The rules to be worked out.
    missing: Vec<bool>,
    /// Those of them without a plan, as a definition, and the kinds it looks at.
    unplanned: Option<(CohortDefinition, Vec<Kind>)>,
    /// What is read for the events by which patients enter, for all of the entry, for dates, and for
    /// rules; columns are those that any needs.
    ways_in: Uses,
    entry: Uses,
    dates: Uses,
    rules: Uses,
    /// For any of them.
    all: Uses,
}

impl<'a> Asking<'a> {
    /// Finds what has to be read for the rules that are missing, and, unless they are held, for
    /// the candidates. Says how many rules have no plan.
    pub(super) fn new(
        (timeline, shown): (&'a Timeline, &'a Shown),
        question: Question<'a>,
        plan: Option<&'a Plan>,
        effort: Effort<'a>,
        (missing, has_entered): (&[bool], bool),
    ) -> (Self, usize) {
        let mut asking = Self {
            timeline,
            question,
            shown,
            plan,
            effort,
            world: question.world,
            need: Need::Nothing,
            hits: BTreeMap::new(),
            deaths: (plain(Kind::Death), Arc::default()),
            coverage: Vec::new(),
            missing: missing.to_vec(),
            unplanned: None,
            ways_in: Uses::default(),
            entry: Uses::default(),
            dates: Uses::default(),
            rules: Uses::default(),
            all: Uses::default(),
        };
        let unplanned = match plan {
            Some(plan) => asking.look_at(plan, has_entered),
            None => vec![true; missing.len()],
        };
        let count = unplanned.iter().filter(|unplanned| **unplanned).count();
        if count > 0 || plan.is_none() {
            let keeps = if plan.is_none() { missing } else { &unplanned };
            let reduced = whole::reduced(question.definition, keeps);
            let kinds = whole::kinds(&reduced, question.world);
            asking.unplanned = Some((reduced, kinds));
        }
        (asking, count)
    }

    /// Finds the concepts of all tables in use; says which missing rules have no plan.
    fn look_at(&mut self, plan: &Plan, has_entered: bool) -> Vec<bool> {
        let mut unplanned = vec![false; self.missing.len()];
        for ((rule, missing), unplanned) in plan.rules.iter().zip(&self.missing).zip(&mut unplanned)
        {
            match rule {
                Some(rule) if *missing => self.rules.add(&Walk::of_rule(plan, rule)),
                rule => *unplanned = *missing && rule.is_none(),
            }
        }
        if !has_entered {
            self.need = Need::of_entry(plan);
            self.dates = Walk::of_dates(plan);
        }
        if !has_entered || self.rules.entry {
            self.entry = Walk::of_entry(plan);
        }
        // A table is read once, with all columns that anything needs.
        let (mut all, mut later) = (self.entry.clone(), self.dates.clone());
        all.add(&self.dates);
        all.add(&self.rules);
        later.add(&self.rules);
        for (table, columns) in &mut self.entry.tables {
            columns.extend(all.tables.get(table).into_iter().flatten());
        }
        for (table, columns) in &mut self.dates.tables {
            columns.extend(later.tables.get(table).into_iter().flatten());
        }
        self.ways_in = ways_in(plan, &self.entry);
        for &table in all.tables.keys() {
            let Some(spec) = plan.tables.get(table) else { continue };
            let hits = self.hits(&spec.records, &|segment| table::hits(spec, segment, self.world));
            self.hits.insert(table, hits);
        }
        let deaths = &self.deaths.0;
        self.deaths.1 =
            self.hits(&deaths.records, &|segment| table::hits(deaths, segment, self.world));
        let kinds: BTreeSet<Kind> =
            self.timeline.segments().iter().flat_map(Segment::declared).collect();
        let own = kinds.into_iter().filter(|kind| kind_word(kind) != EVERY_KIND);
        let own = own.map(|kind| (coverage_of(kind_word(&kind)), kind, None));
        let seen = self.question.seen.into_iter().flatten();
        let seen = seen.map(|(kind, days)| (coverage_of(EVERY_KIND), kind.clone(), Some(*days)));
        let coverage = own.chain(seen).map(|(word, kind, within)| {
            let hits = self.hits(&word, &|segment| table::hits_of_word(segment, &word));
            CoverageOf { spec: plain(kind.clone()), kind, hits, within }
        });
        self.coverage = coverage.collect();
        self.all = all;
        unplanned
    }

    /// The concepts that something looks at, as they were found before or as they are found now.
    fn hits(&self, of: &impl serde::Serialize, find: &dyn Fn(&Segment) -> Vec<Hit>) -> Arc<Hits> {
        let key = keys::of_hits(of, self.timeline, self.question.edition);
        if let Some(Held::Hits(hits)) = self.effort.memory.get(key) {
            return hits;
        }
        let hits: Arc<Hits> = Arc::new(self.timeline.segments().iter().map(find).collect());
        self.effort.memory.put(key, &Held::Hits(Arc::clone(&hits)));
        hits
    }

    /// Works shards out, on several threads; their order is that of the shards.
    pub(super) fn work(&self, held: Option<&Arc<Vec<Entered>>>) -> Result<Vec<OfShard>, Error> {
        let next = AtomicUsize::new(0);
        let count = self.timeline.shards().len();
        let one = || {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return done;
                }
                let result = self.shard(number, held.and_then(|held| held.get(number)));
                let failed = result.is_err();
                done.push((number, result));
                if failed {
                    next.store(count, Ordering::Relaxed);
                }
            }
        };
        let threads = self.effort.threads.clamp(1, count.max(1));
        let mut done = if threads == 1 {
            one()
        } else {
            std::thread::scope(|scope| {
                let spawned: Vec<_> = (1..threads).map(|_| scope.spawn(one)).collect();
                let mut all = one();
                for thread in spawned {
                    all.extend(thread.join().map_err(|_| Error::Worker)?);
                }
                Ok::<_, Error>(all)
            })?
        };
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, result)| result).collect()
    }

    fn go_on(&self) -> Result<(), Error> {
        if self.effort.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }

    fn shard(&self, number: usize, held: Option<&Entered>) -> Result<OfShard, Error> {
        self.go_on()?;
        let at = self.timeline.shards().get(number).ok_or(Error::Worker)?;
        let segment = self.timeline.segment(at).ok_or(Error::Worker)?;
        let shown = self.shown.masks.get(number).ok_or(Error::Worker)?;
        let Some(plan) = self.plan else {
            let (entered, bits) = self.evaluated((segment, at.number), shown)?;
            return Ok((Some(entered), bits));
        };
        let mut shard = Shard {
            runs: Runs::new(segment, at.number),
            first_patient: segment.shard(at.number).map_or(0, |of| of.first_patient),
            definition: self.question.definition,
            plan,
            tables: std::iter::repeat_with(Table::default).take(plan.tables.len()).collect(),
            coverage: Vec::new(),
            deaths: Table::default(),
            zones: Zones::default(),
            data: self.world.data,
        };
        let mut read = Reading::of(at);
        let found = match held {
            None => Some(self.entered(&mut shard, &mut read, shown)?),
            Some(_) => None,
        };
        let candidates = found.as_ref().or(held).map(|entered| entered.candidates.as_slice());
        let candidates = candidates.unwrap_or_default();
        let with = mask_of(candidates);
        let refreshed;
        let candidates = if held.is_some() && self.rules.entry {
            self.load(&mut shard, &mut read, &self.entry, (&with, None))?;
            refreshed = shard.refreshed(candidates);
            refreshed.as_slice()
        } else {
            candidates
        };
        let indexes = Indexes::of(candidates, shard.runs.patients().1);
        self.load(&mut shard, &mut read, &self.rules, (&with, Some(&indexes)))?;
        let bits = self.says(&shard, candidates)?;
        Ok((found, bits))
    }

    /// The candidates of a shard: what is read is read of ever fewer patients.
    fn entered<'s>(
        &'s self,
        shard: &mut Shard<'_>,
        read: &mut Reading<'s>,
        shown: &Mask,
    ) -> Result<Entered, Error> {
        let mut zones = None;
        let few = shard.runs.segment.shard(shard.runs.shard).map_or(0, |of| of.patients / FEW);
        let mut have = |need: &Need, among: &Mask| {
            // Of few, reading them is shorter than asking who of all the shard may be meant.
            if among.count() <= few {
                return Ok(among.clone());
            }
            self.have((shard, read.at), (need, &mut zones), among)
        };
        let may = self.need.met(shown, &mut have)?;
        shard.zones = zones.unwrap_or_default();
        // Of whom has nothing to enter by, nothing else is read.
        self.load(shard, read, &self.ways_in, (&may, None))?;
        let may = if self.ways_in.tables.is_empty() { may } else { shard.who_may_enter(&may) };
        self.load(shard, read, &self.entry, (&may, None))?;
        let ways = shard.enter(&may);
        let mut with = Mask::none();
        ways.iter().for_each(|(patient, _)| with.set(usize::from(*patient)));
        self.load(shard, read, &self.dates, (&with, None))?;
        self.go_on()?;
        Ok(shard.dated(ways))
    }

    /// Between what the numbers lie that the entry compares with one another.
    fn zones(&self, (shard, at): (&Shard<'_>, &ShardAt)) -> Result<Zones, Error> {
        let (mut zones, none) = (Zones::default(), BTreeSet::new());
        for (table, ask) in self.need.conditions() {
            for (table, column) in zones_asked(table, ask) {
                if let Some((spec, hits)) = shard.plan.tables.get(table).zip(self.hits.get(&table))
                    && !zones.has((table, column))
                {
                    let wanted = self.wanted((shard, at), (table, spec, hits), &none)?;
                    let found = table::zones(self.place(shard), wanted, column)?;
                    zones.put((table, column), found);
                }
            }
        }
        Ok(zones)
    }

    /// Of these patients, those who may have what is needed of a table.
    fn have(
        &self,
        (shard, at): (&Shard<'_>, &ShardAt),
        (need, zones): (&Need, &mut Option<Zones>),
        among: &Mask,
    ) -> Result<Mask, Error> {
        match need {
            Need::Table(table, _) => {
                let Some((spec, hits)) = shard.plan.tables.get(*table).zip(self.hits.get(table))
                else {
                    return Ok(among.clone());
                };
                let none = BTreeSet::new();
                let wanted = self.wanted((shard, at), (*table, spec, hits), &none)?;
                table::presence(self.place(shard), wanted, among)
            }
            Need::Holds(table, ask) => {
                if zones.is_none() {
                    *zones = Some(self.zones((shard, at))?);
                }
                let none = Zones::default();
                Ok(may_hold((*table, ask), zones.as_ref().unwrap_or(&none), among))
            }
            Need::Nothing | Need::Any(_) | Need::All(_) => Ok(among.clone()),
        }
    }

    /// What the missing rules say of a shard's candidates.
    fn says(&self, shard: &Shard<'_>, candidates: &[Candidate]) -> Result<Vec<Bits>, Error> {
        let mut evaluated = Vec::new();
        if self.unplanned.is_some() {
            let place = (shard.runs.segment, shard.runs.shard);
            let (other, bits) = self.evaluated(place, &mask_of(candidates))?;
            let who = |of: &Candidate| (of.patient, of.entry.row.start, of.index);
            if !candidates.iter().map(who).eq(other.candidates.iter().map(who)) {
                return Err(Error::Disagree);
            }
            evaluated = bits;
        }
        let mut evaluated = evaluated.into_iter();
        let rules = shard.plan.rules.iter().zip(&self.missing);
        let mut all = Vec::new();
        for (rule, _) in rules.filter(|(_, missing)| **missing) {
            self.go_on()?;
            all.push(match rule {
                Some(rule) => shard.rule(rule, candidates),
                None => evaluated.next().ok_or(Error::Disagree)?,
            });
        }
        Ok(all)
    }

    /// What the evaluator says of some patients, a few at a time, so that it can be cancelled.
    fn evaluated(
        &self,
        place: (&Segment, u32),
        wanted: &Mask,
    ) -> Result<(Entered, Vec<Bits>), Error> {
        let Some((definition, kinds)) = &self.unplanned else { return Err(Error::Worker) };
        let count = cohort::eval::rules(definition).count();
        let mut all = (Entered::default(), vec![Bits::default(); count]);
        for part in wanted.parts() {
            self.go_on()?;
            let asked = (definition, self.question.seen);
            let (entered, bits) = whole::ask(place, asked, (self.world, kinds), &part)?;
            all.0.append(entered);
            for (to, from) in all.1.iter_mut().zip(&bits) {
                to.append(from);
            }
        }
        Ok(all)
    }
}

/// The patients of candidates.
fn mask_of(candidates: &[Candidate]) -> Mask {
    let mut mask = Mask::none();
    candidates.iter().for_each(|candidate| mask.set(usize::from(candidate.patient)));
    mask
}
