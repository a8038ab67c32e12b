//! `aoba cohort count`, and what every question about people needs.

use std::collections::BTreeSet;
use std::io::{Write as _, stdout};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use cohort::ast::{CohortDefinition, Definition, Title};
use cohort::eval::written;
use cohort::lint::{self, Level};
use cohort::text;
use disclosure::Counted;
use indicatif::ProgressBar;
use lake::events::{CohortConfig, Covered};
use lake::{CohortQuestion, Engine, Reader};
use ledger::Permit;
use serde_json::{Value, json};
use slices::cohorts::told::Teller;
use vocab::{Locale, SnapshotId};

use super::error::CohortError;
use super::files::Source;
use crate::cli::{CohortAskArgs, CohortEngine, CohortLookArgs, PermitArgs, ReportFormat};
use crate::house::House;
use crate::progress;

/// A definition that can be asked.
pub(crate) struct Asked {
    /// The question.
    pub(crate) question: Arc<CohortQuestion>,
    /// The SHA-256 of the definition's canonical text.
    pub(crate) hash: String,
}

impl Asked {
    /// Reads a definition and everything that it uses.
    pub(crate) fn read(file: &Path, config: &CohortConfig) -> anyhow::Result<Self> {
        Self::of(&Source::read(file)?, config)
    }

    /// One of the library.
    pub(crate) fn of_library(
        (name, text): (&str, &str),
        config: &CohortConfig,
    ) -> anyhow::Result<Self> {
        Self::of(&Source::of_library(name, text), config)
    }

    /// What has no answer is refused here, before anybody is looked at.
    pub(super) fn of(source: &Source, config: &CohortConfig) -> anyhow::Result<Self> {
        let (file, parsed) = (source.name.clone(), source.definition()?);
        let used = source.used(&parsed)?;
        let mut findings = lint::check(&parsed.definition, &parsed.places, &used.facts());
        findings.retain(|found| found.code.level() == Level::Error);
        if !findings.is_empty() {
            return Err(CohortError::Findings { file, findings }.into());
        }
        let hash = text::hash(&text::format(&parsed.definition)).as_str().to_owned();
        let Definition::Cohort(definition) = parsed.definition else {
            return Err(CohortError::NotACohort { file }.into());
        };
        let question = CohortQuestion {
            definition: *definition,
            cohorts: used.cohorts,
            codes: used.codes,
            off: BTreeSet::new(),
            config: config.clone(),
            engine: Engine::Any,
        };
        Ok(Self { question: Arc::new(question), hash })
    }

    /// Says what is to answer.
    pub(super) fn ask_of(&mut self, engine: CohortEngine) {
        Arc::make_mut(&mut self.question).engine = match engine {
            CohortEngine::Any => Engine::Any,
            CohortEngine::Index => Engine::Index,
            CohortEngine::Evaluator => Engine::Evaluator,
            CohortEngine::Sql => Engine::Sql,
        };
    }

    pub(super) fn definition(&self) -> &CohortDefinition {
        &self.question.definition
    }

    /// The permit of a look; the audit names the definition by its hash.
    pub(super) async fn permit(
        &self,
        house: &House,
        args: &PermitArgs,
        act: &str,
    ) -> anyhow::Result<Permit> {
        let (purpose, study) = (args.purpose, args.study.as_ref());
        Ok(house.ledger.permit(&house.actor, purpose, study, act, &self.hash).await?)
    }

    /// The reader of a permitted look.
    pub(super) async fn reader(
        &self,
        house: &House,
        look: &CohortLookArgs,
        act: &str,
    ) -> anyhow::Result<Reader> {
        let permit = self.permit(house, &look.permit, act).await?;
        Ok(house.lake.reader(permit, look.snapshot.map(SnapshotId)).await?)
    }

    /// What an answer is of: the lines above it.
    pub(super) fn heading(&self, told: &Told<'_>) -> Vec<String> {
        let heading = &self.definition().heading;
        let (name, version) = (heading.name.as_str(), heading.version.as_str());
        let title = heading.title.get(told.locale).unwrap_or_default();
        let snapshot = told.reader.snapshot().map_or("-".to_owned(), |id| id.to_string());
        let (first, last) = told.days();
        let hash = &self.hash;
        match told.locale {
            Locale::En => vec![
                format!("{title} ({name}, version {version})"),
                format!("definition sha256:{hash}"),
                format!("snapshot {snapshot}, data from {first} to {last}"),
            ],
            Locale::Ja => vec![
                format!("{title}({name}、版{version})"),
                format!("定義 sha256:{hash}"),
                format!("スナップショット{snapshot}、データ期間 {first}〜{last}"),
            ],
        }
    }

    /// The same for programs.
    pub(super) fn facts(&self, told: &Told<'_>) -> Value {
        let heading = &self.definition().heading;
        let (first, last) = told.days();
        json!({
            "cohort": heading.name.as_str(),
            "version": heading.version.as_str(),
            "title": heading.title.get(told.locale).unwrap_or_default(),
            "sha256": self.hash,
            "snapshot": told.reader.snapshot(),
            "purpose": told.reader.permit().purpose().as_str(),
            "data": { "first": first, "last": last },
        })
    }
}

/// Under what an answer is told.
pub(super) struct Told<'a> {
    pub(super) reader: &'a Reader,
    pub(super) covered: &'a Covered,
    teller: Teller,
}

impl Deref for Told<'_> {
    type Target = Teller;

    fn deref(&self) -> &Teller {
        &self.teller
    }
}

impl<'a> Told<'a> {
    pub(super) fn new(reader: &'a Reader, covered: &'a Covered, locale: Locale) -> Self {
        let teller = Teller { policy: reader.permit().disclosure(), locale };
        Self { reader, covered, teller }
    }

    fn days(&self) -> (String, String) {
        let (first, last) = self.covered.data();
        let day = |day: i64| if first <= last { written(day) } else { "-".to_owned() };
        (day(first), day(last))
    }
}

/// A rule's title, else its number.
pub(super) fn rule_name(title: &Title, place: usize, locale: Locale) -> String {
    let number = place + 1;
    match title.get(locale) {
        None => number.to_string(),
        Some(title) => format!("{number} {title}"),
    }
}

/// Where events could have been seen, and a bar for the asking, on a terminal.
pub(super) async fn begin(
    house: &House,
    reader: &Reader,
    quiet: bool,
) -> anyhow::Result<(Covered, ProgressBar)> {
    let what = match house.locale {
        Locale::En => "asking",
        Locale::Ja => "照会中",
    };
    let sign = progress::waiting(what, quiet);
    let covered = reader.covered(&house.config.cohort).await?;
    sign.finish_and_clear();
    Ok((covered, progress::things(0, what, quiet)))
}

/// Asks, with a bar on a terminal.
pub(super) async fn counts(
    house: &House,
    asked: &Asked,
    reader: &Reader,
    quiet: bool,
) -> anyhow::Result<lake::CohortCounts> {
    let (covered, bar) = begin(house, reader, quiet).await?;
    let counts = reader.cohort_counts(&asked.question, covered, progress::moving(&bar)).await?;
    bar.finish_and_clear();
    Ok(counts)
}

/// What answered, for programs.
pub(super) fn engine_word(engine: Engine) -> &'static str {
    match engine {
        Engine::Any => "any",
        Engine::Index => "index",
        Engine::Evaluator => "evaluator",
        Engine::Sql => "sql",
    }
}

/// `aoba cohort count`
pub(super) async fn count(house: &House, args: &CohortAskArgs) -> anyhow::Result<()> {
    let mut asked = Asked::read(&args.file, &house.config.cohort)?;
    asked.ask_of(args.look.engine);
    let reader = asked.reader(house, &args.look, "cohort-count").await?;
    let counts = counts(house, &asked, &reader, args.look.quiet).await?;
    let locale = house.locale;
    let told = Told::new(&reader, &counts.covered, locale);
    let people = told.people(counts.people);
    let periods = told.things(counts.periods, counts.people);
    let of = told.people(counts.asked);
    let mut out = stdout().lock();
    if args.format == ReportFormat::Json {
        let mut value = asked.facts(&told);
        let numbers = [("people", people), ("periods", periods), ("people_asked", of)];
        for (name, number) in numbers {
            value[name] = serde_json::to_value(number)?;
        }
        value["engine"] = engine_word(counts.by).into();
        value["rule"] = told.rule().into();
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        return Ok(());
    }
    for line in asked.heading(&told) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    let (people, of) = (people.show(locale, Counted::People), of.show(locale, Counted::People));
    let periods = periods.show(locale, Counted::Things);
    match locale {
        Locale::En => {
            writeln!(out, "people in the cohort: {people}")?;
            writeln!(out, "their periods in it:  {periods}")?;
            writeln!(out, "people asked about:   {of}")?;
        }
        Locale::Ja => {
            writeln!(out, "該当者: {people}")?;
            writeln!(out, "該当期間: {periods}")?;
            writeln!(out, "照会対象者: {of}")?;
        }
    }
    told.rule().map_or(Ok(()), |rule| writeln!(out, "\n{rule}"))?;
    Ok(())
}
