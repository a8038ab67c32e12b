//! `aoba cohort overlap`: how many people several cohorts have in common.

use std::collections::BTreeSet;
use std::io::{Write as _, stdout};
use std::sync::Arc;

use anyhow::Context as _;
use disclosure::Counted;
use lake::{CohortOverlap, Reader};
use serde_json::{Value, json};
use vocab::{Locale, SnapshotId};

use super::answering::{Asked, Told, begin, engine_word};
use super::table;
use crate::cli::{CohortOverlapArgs, ReportFormat};
use crate::house::House;
use crate::progress;
use slices::cohorts::told::{Bars, Row, Table, facts};

/// `aoba cohort overlap`
pub(super) async fn run(house: &House, args: &CohortOverlapArgs) -> anyhow::Result<()> {
    let files = args.files.iter();
    let asked: anyhow::Result<Vec<Asked>> =
        files.map(|file| Asked::read(file, &house.config.cohort)).collect();
    let mut asked = asked?;
    asked.iter_mut().for_each(|asked| asked.ask_of(args.look.engine));
    let reader = reader(house, args, &asked).await?;
    let (covered, bar) = begin(house, &reader, args.look.quiet).await?;
    let questions: Vec<_> = asked.iter().map(|asked| Arc::clone(&asked.question)).collect();
    let found = reader.cohort_overlap(&questions, &covered, progress::moving(&bar)).await?;
    bar.finish_and_clear();
    let told = Told::new(&reader, &covered, house.locale);
    let report = Report { asked: &asked, told: &told, found: &found };
    match args.format {
        ReportFormat::Text => report.print(),
        ReportFormat::Json => report.json(),
    }
}

/// A look for each definition, so that the audit names each by its hash; the last of them reads.
async fn reader(
    house: &House,
    args: &CohortOverlapArgs,
    asked: &[Asked],
) -> anyhow::Result<Reader> {
    let mut permit = None;
    for one in asked {
        permit = Some(one.permit(house, &args.look.permit, "cohort-overlap").await?);
    }
    let permit = permit.context("no definition to ask")?;
    Ok(house.lake.reader(permit, args.look.snapshot.map(SnapshotId)).await?)
}

struct Report<'a> {
    asked: &'a [Asked],
    told: &'a Told<'a>,
    found: &'a CohortOverlap,
}

impl Report<'_> {
    fn name(&self, at: usize) -> &str {
        let asked = self.asked.get(at);
        asked.map_or("", |asked| asked.definition().heading.name.as_str())
    }

    fn names(&self, cohorts: &BTreeSet<usize>) -> Vec<&str> {
        cohorts.iter().map(|at| self.name(*at)).collect()
    }

    /// People who are in exactly these cohorts.
    fn combinations(&self) -> Table {
        let rows = self.found.overlap.combinations().into_iter().map(|(cohorts, people)| {
            let names = self.names(&cohorts);
            let facts = facts(json!({ "cohorts": names }));
            Row { label: names.join(" + "), facts, numbers: vec![self.told.people(people)] }
        });
        let title = self.told.word(
            "people in exactly these cohorts, whenever",
            "ちょうどこれらのコホートに該当する人数(時期を問わない)",
        );
        let columns = vec![("people", self.told.word("people", "人数").to_owned())];
        let (title, rows) = (title.to_owned(), rows.collect());
        Table { title, columns, rows, bars: Bars::First, quantiles: Vec::new() }
    }

    /// People who are in two cohorts, whatever else they are in.
    fn pairs(&self) -> Table {
        let (overlap, told) = (&self.found.overlap, self.told);
        let all = 0..self.asked.len();
        let pairs =
            all.clone().flat_map(|one| all.clone().skip(one + 1).map(move |two| (one, two)));
        let rows = pairs.map(|(one, two)| {
            let cohorts = BTreeSet::from([one, two]);
            let names = self.names(&cohorts);
            let both = told.people(overlap.people(&cohorts));
            let at_once = told.people(overlap.at_once(one, two));
            let facts = facts(json!({ "cohorts": names }));
            Row { label: names.join(" + "), facts, numbers: vec![both, at_once] }
        });
        let title = told.word("people in two cohorts", "2つのコホートの両方に該当する人数");
        let columns = [
            ("people", "in both, whenever", "両方(時期を問わない)"),
            ("people_at_once", "in both on a same day", "両方(同じ日に)"),
        ];
        let columns = columns.map(|(name, en, ja)| (name, told.word(en, ja).to_owned())).to_vec();
        let (title, rows) = (title.to_owned(), rows.collect());
        Table { title, columns, rows, bars: Bars::First, quantiles: Vec::new() }
    }

    fn print(&self) -> anyhow::Result<()> {
        let (told, locale) = (self.told, self.told.locale);
        let mut out = stdout().lock();
        for (at, asked) in self.asked.iter().enumerate() {
            for line in asked.heading(told) {
                writeln!(out, "{line}")?;
            }
            let people = told.people(self.found.overlap.people(&BTreeSet::from([at])));
            let people = people.show(locale, Counted::People);
            let head = told.word("people in the cohort", "該当者");
            writeln!(out, "{head}: {people}\n")?;
        }
        let any = told.people(self.found.overlap.people(&BTreeSet::new()));
        let of = told.people(self.found.asked);
        let [any, of] = [any, of].map(|released| released.show(locale, Counted::People));
        match locale {
            Locale::En => writeln!(out, "people in any of them: {any}; asked about: {of}")?,
            Locale::Ja => writeln!(out, "いずれかの該当者: {any}、照会対象者: {of}")?,
        }
        table::print(&self.pairs(), &mut out, locale)?;
        table::print(&self.combinations(), &mut out, locale)?;
        told.rule().map_or(Ok(()), |rule| writeln!(out, "\n{rule}"))?;
        Ok(())
    }

    fn json(&self) -> anyhow::Result<()> {
        let (told, overlap) = (self.told, &self.found.overlap);
        let cohorts = self.asked.iter().enumerate().map(|(at, asked)| {
            let mut facts = asked.facts(told);
            facts["people"] = json!(told.people(overlap.people(&BTreeSet::from([at]))));
            facts
        });
        let value = json!({
            "cohorts": cohorts.collect::<Vec<Value>>(),
            "people_in_any": told.people(overlap.people(&BTreeSet::new())),
            "people_asked": told.people(self.found.asked),
            "pairs": self.pairs().value(),
            "combinations": self.combinations().value(),
            "engine": engine_word(self.found.by),
            "rule": told.rule(),
        });
        let mut out = stdout().lock();
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        Ok(())
    }
}
