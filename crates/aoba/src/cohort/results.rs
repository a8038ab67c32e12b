//! `aoba cohort results`: what a cohort is like, in counts that may be told.

use std::io::{Write as _, stdout};

use disclosure::Counted;
use lake::CohortResults;
use serde_json::{Value, json};
use vocab::Locale;

use super::answering::{Asked, Told, begin, engine_word};
use super::table;
use crate::cli::{CohortAskArgs, ReportFormat};
use crate::house::House;
use crate::progress;
use slices::cohorts::told::Table;

/// `aoba cohort results`
pub(super) async fn run(house: &House, args: &CohortAskArgs) -> anyhow::Result<()> {
    let mut asked = Asked::read(&args.file, &house.config.cohort)?;
    asked.ask_of(args.look.engine);
    let reader = asked.reader(house, &args.look, "cohort-results").await?;
    let (covered, bar) = begin(house, &reader, args.look.quiet).await?;
    let found = reader.cohort_results(&asked.question, &covered, progress::moving(&bar)).await?;
    bar.finish_and_clear();
    let told = Told::new(&reader, &covered, house.locale);
    let report = Report { asked: &asked, told: &told, found: &found };
    match args.format {
        ReportFormat::Text => report.print(),
        ReportFormat::Json => report.json(),
    }
}

struct Report<'a> {
    asked: &'a Asked,
    told: &'a Told<'a>,
    found: &'a CohortResults,
}

impl Report<'_> {
    /// The tables of each output, by its name.
    fn outputs(&self) -> impl Iterator<Item = (&str, Vec<Table>)> {
        let outputs = self.asked.definition().outputs.iter();
        outputs.zip(&self.found.results.outputs).map(|(clause, (name, distribution))| {
            let name = name.as_str();
            (name, self.told.output(&clause.says, name, distribution))
        })
    }

    fn print(&self) -> anyhow::Result<()> {
        let (told, results, locale) = (self.told, &self.found.results, self.told.locale);
        let mut out = stdout().lock();
        for line in self.asked.heading(told) {
            writeln!(out, "{line}")?;
        }
        let whole = results.whole;
        let people = told.people(whole.people).show(locale, Counted::People);
        let periods = told.things(whole.periods, whole.people).show(locale, Counted::Things);
        let of = told.people(self.found.asked).show(locale, Counted::People);
        match locale {
            Locale::En => writeln!(
                out,
                "\npeople in the cohort: {people}, in {periods} periods; asked about: {of}"
            )?,
            Locale::Ja => {
                writeln!(out, "\n該当者: {people}、該当期間: {periods}、照会対象者: {of}")?;
            }
        }
        let tables = [
            told.ages(results),
            told.months(&results.months),
            told.follow_up(&results.follow_up),
            told.endings(self.asked.definition(), &results.endings),
        ];
        for table in tables.into_iter().chain(self.outputs().flat_map(|(_, tables)| tables)) {
            table::print(&table, &mut out, locale)?;
        }
        let [people, periods] = counts(told);
        match locale {
            Locale::En => writeln!(out, "\nPeople are {people}; periods are {periods}.")?,
            Locale::Ja => writeln!(out, "\n人数は{people}。期間数は{periods}。")?,
        }
        if let Some(rule) = told.rule() {
            writeln!(out, "{rule}{}", rule_of_spread(told))?;
        }
        Ok(())
    }

    fn json(&self) -> anyhow::Result<()> {
        let (told, results) = (self.told, &self.found.results);
        let mut value = self.asked.facts(told);
        let whole = results.whole;
        value["people"] = json!(told.people(whole.people));
        value["periods"] = json!(told.things(whole.periods, whole.people));
        value["people_asked"] = json!(told.people(self.found.asked));
        let [people, periods] = counts(told);
        value["counts"] = json!({ "people": people, "periods": periods });
        value["ages"] = told.ages(results).value();
        value["months"] = told.months(&results.months).value();
        value["follow_up"] = told.follow_up(&results.follow_up).value();
        value["endings"] = told.endings(self.asked.definition(), &results.endings).value();
        let outputs = self.outputs().map(|(name, tables)| {
            let tables: Vec<Value> = tables.iter().map(Table::value).collect();
            json!({ "name": name, "tables": tables })
        });
        value["outputs"] = outputs.collect();
        value["engine"] = engine_word(self.found.by).into();
        value["rule"] = told.rule().map(|rule| rule + rule_of_spread(told)).into();
        let mut out = stdout().lock();
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        Ok(())
    }
}

/// What people and what periods are counted.
fn counts(told: &Told<'_>) -> [&'static str; 2] {
    match told.locale {
        Locale::En => [
            "counted once in a table, in the row of the first of their periods in the cohort",
            "all of them, whoever's they are",
        ],
        Locale::Ja => [
            "表ごとに一人1回、その人の最初の該当期間がある行で数えます",
            "すべての該当期間を数えます",
        ],
    }
}

/// How values were kept from pointing at anybody.
fn rule_of_spread(told: &Told<'_>) -> &'static str {
    told.word(
        " Quantiles are round numbers with enough people near them; the least and the greatest are \
         not told.",
        "分位点は、近くに十分な人数がいる丸めた値です。最小値と最大値は表示しません。",
    )
}
