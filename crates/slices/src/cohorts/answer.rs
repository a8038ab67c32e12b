//! What a definition answers, counted under a permit and told as far as it may be.

use std::collections::BTreeSet;
use std::sync::Arc;

use cohort::eval::{RuleRow, Tally, written};
use desk::chart::{Bin, Column, Columns, Figure, Histogram, Pyramid, PyramidRow};
use desk::{Page, Refusal, Visit};
use disclosure::{Counted, Released};
use lake::{CohortCounts, CohortResults, ReaderError};
use vocab::{Locale, RawCount};

use super::Questions;
use super::draft::{Draft, without_rules};
use super::told::{Table, Teller};

/// So many months are drawn one by one; of more, years.
const MONTHS_MAX: usize = 36;

/// What was counted.
pub(crate) struct Answer {
    counts: CohortCounts,
    results: CohortResults,
    teller: Teller,
    snapshot: String,
}

/// Why there is no answer.
pub(crate) enum NoAnswer {
    /// The page itself cannot be given.
    Refused(Refusal),
    /// The definition cannot be answered here, with what to do.
    Said(String),
}

/// A number beside others.
pub(crate) struct Beside {
    pub(crate) label: String,
    pub(crate) figure: String,
    pub(crate) unit: String,
}

/// Asks a definition with some rules switched off; none where it has no answer as it stands.
pub(crate) async fn ask(
    visit: &Visit<Questions>,
    draft: &Draft,
    off: &BTreeSet<usize>,
) -> Result<Option<Answer>, NoAnswer> {
    let Some(question) = draft.question(&visit.site, off) else { return Ok(None) };
    let (sha256, locale) = (draft.sha256(), visit.page.locale());
    let reader = visit.open("cohort-count", &sha256).await.map_err(NoAnswer::Refused)?;
    let teller = Teller { policy: reader.permit().disclosure(), locale };
    let snapshot = reader.snapshot().map_or_else(|| "–".to_owned(), |id| id.to_string());
    let asked = async {
        let covered = reader.covered(&question.config).await?;
        let of_those_on = without_rules(&question);
        let counts = reader.cohort_counts(&Arc::new(question), covered.clone(), |_, _| {}).await?;
        let results = reader.cohort_results(&of_those_on, &covered, |_, _| {}).await?;
        Ok::<_, ReaderError>((counts, results))
    };
    match asked.await {
        Ok((counts, results)) => Ok(Some(Answer { counts, results, teller, snapshot })),
        Err(error) => Err(no_answer(error, locale)),
    }
}

fn no_answer(error: ReaderError, locale: Locale) -> NoAnswer {
    match error {
        ReaderError::Cohort(_)
        | ReaderError::TooManyEvents { .. }
        | ReaderError::TooManyTogether { .. }
        | ReaderError::TooMuchMemory { .. }
        | ReaderError::TooSlow { .. } => NoAnswer::Said(error.say(locale)),
        other => NoAnswer::Refused(other.into()),
    }
}

impl Answer {
    /// People in the cohort, with the rules that are on.
    pub(crate) fn people(&self) -> Released {
        self.teller.people(self.results.results.whole.people)
    }

    /// People with a candidate, before any rule.
    pub(crate) fn entered(&self) -> Released {
        self.tell(self.counts.attrition.entered)
    }

    /// People of whom the rules are asked.
    pub(crate) fn before_rules(&self) -> Released {
        self.tell(self.counts.attrition.asked)
    }

    /// One rule, by its place among the rules.
    pub(crate) fn rule(&self, at: usize) -> Option<&RuleRow> {
        self.counts.attrition.rules.get(at)
    }

    /// People of a tally.
    pub(crate) fn tell(&self, tally: Tally) -> Released {
        self.teller.people(tally.patients)
    }

    /// So many people.
    pub(crate) fn told(&self, people: RawCount) -> Released {
        self.teller.people(people)
    }

    /// What stands beside the number.
    pub(crate) fn beside(&self, page: &Page) -> Vec<Beside> {
        let results = &self.results.results;
        let whole = results.whole;
        let say = |key: &str| page.say(key).to_owned();
        let periods = self.teller.things(whole.periods, whole.people);
        let people = page.released(self.teller.people(self.results.asked), Counted::People);
        let mut beside = vec![
            Beside {
                label: say("cohorts.answer.periods"),
                figure: page.released(periods, Counted::Things),
                unit: String::new(),
            },
            Beside { label: say("cohorts.answer.asked"), figure: people, unit: String::new() },
        ];
        let follow_up = self.teller.follow_up(&results.follow_up);
        let middle = follow_up.quantiles.iter().find(|(percent, _)| *percent == 50);
        beside.extend(middle.and_then(|(_, value)| *value).map(|value| Beside {
            label: say("cohorts.answer.follow_up"),
            figure: value.to_string(),
            unit: say("cohorts.answer.days"),
        }));
        beside
    }

    /// Which data were asked.
    pub(crate) fn source(&self, page: &Page) -> String {
        let (first, last) = self.counts.covered.data();
        let days = if first <= last { [written(first), written(last)] } else { Default::default() };
        let [first, last] = &days;
        let facts =
            [("snapshot", self.snapshot.as_str()), ("first", first.as_str()), ("last", last)];
        page.fill("cohorts.answer.source", &facts)
    }

    /// How the numbers were kept from pointing at anybody.
    pub(crate) fn rounding(&self) -> Option<String> {
        self.teller.rule()
    }

    /// Pictures: ages, when it began, how long it lasted, and each output that is a number.
    pub(crate) fn figures(&self, page: &Page, draft: &Draft) -> Vec<Figure> {
        let results = &self.results.results;
        if self.people().number().is_none_or(|people| people == 0) {
            return Vec::new();
        }
        let code = format!("aoba cohort results {}.cohort", name(draft));
        let people = page.say("cohorts.answer.unit_people");
        let figure = |id: &str, title: &str, chart: &dyn Drawn| {
            chart.figure(page, id, title).with_note(people).with_code("sh", &code)
        };
        let mut figures = Vec::new();
        figures.extend(
            pyramid(&self.teller.ages(results))
                .map(|chart| figure("ages", page.say("cohorts.answer.ages"), &chart)),
        );
        figures.extend(
            months(&self.teller.months(&results.months))
                .map(|chart| figure("months", page.say("cohorts.answer.months"), &chart)),
        );
        figures.extend(
            histogram(&self.teller.follow_up(&results.follow_up)).map(|chart| {
                figure("follow-up", page.say("cohorts.answer.follow_up_days"), &chart)
            }),
        );
        let outputs = draft.definition().map(|one| one.outputs.as_slice()).unwrap_or_default();
        for (at, (clause, (name, spread))) in outputs.iter().zip(&results.outputs).enumerate() {
            for (part, table) in
                self.teller.output(&clause.says, name.as_str(), spread).iter().enumerate()
            {
                let chart = histogram(table);
                figures.extend(
                    chart.map(|chart| figure(&format!("output-{at}-{part}"), &table.title, &chart)),
                );
            }
        }
        figures
    }
}

/// Charts of several kinds, drawn alike.
trait Drawn {
    fn figure(&self, page: &Page, id: &str, title: &str) -> Figure;
}

impl<T: desk::chart::Chart> Drawn for T {
    fn figure(&self, page: &Page, id: &str, title: &str) -> Figure {
        Figure::new(page, id, title, self)
    }
}

fn name(draft: &Draft) -> &str {
    draft.definition().map_or("cohort", |definition| definition.heading.name.as_str())
}

/// Men and women by age, the oldest first; bands at either end of which nothing is told are left
/// out, and there is no picture where nothing is told at all.
fn pyramid(table: &Table) -> Option<Pyramid> {
    let bands = table
        .rows
        .iter()
        .filter(|row| row.facts.get("from_years").is_some_and(|from| !from.is_null()));
    let mut rows: Vec<PyramidRow> = bands
        .filter_map(|row| {
            let [female, male] = [row.numbers.first()?, row.numbers.get(1)?];
            Some(PyramidRow { label: row.label.clone(), male: *male, female: *female })
        })
        .collect();
    let is_told = |row: &PyramidRow| row.male.number().is_some() || row.female.number().is_some();
    let end = rows.iter().rposition(is_told).map_or(0, |last| last + 1);
    rows.truncate(end);
    let mut rows = rows.split_off(rows.iter().position(is_told).unwrap_or(0).min(rows.len()));
    rows.reverse();
    (!rows.is_empty()).then(|| Pyramid::new(rows))
}

/// Months; where there are many of them, every third has its name.
fn months(table: &Table) -> Option<Columns> {
    if table.rows.len() < 2 {
        return None;
    }
    let skip = table.rows.len().saturating_sub(MONTHS_MAX);
    let column = |row: &super::told::Row| {
        Some(Column::new(row.label.clone(), row.numbers.first().copied()?))
    };
    Some(Columns::new(table.rows.iter().skip(skip).filter_map(column).collect()))
}

/// Numbers between edges; none for a table that is not of numbers.
fn histogram(table: &Table) -> Option<Histogram> {
    let edge = |row: &super::told::Row, name: &str| {
        row.facts.get(name).and_then(serde_json::Value::as_str).and_then(|text| text.parse().ok())
    };
    let rows: Vec<_> = table.rows.iter().filter(|row| row.facts.contains_key("from")).collect();
    let edges: Vec<f64> = rows.iter().filter_map(|row| edge(row, "from")).collect();
    let (first, last) = (*edges.first()?, *edges.last()?);
    let step = edges.get(1).map_or(1.0, |second| second - first);
    let bin = |row: &&super::told::Row| {
        let from = edge(row, "from").unwrap_or(first - step);
        let to = edge(row, "to").unwrap_or(last + step);
        Some(Bin { from, to, count: row.numbers.first().copied()? })
    };
    let bins: Vec<Bin> = rows.iter().filter_map(bin).collect();
    Some(Histogram::new(bins, "").with_open_start().with_open_end())
}
