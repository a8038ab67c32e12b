//! How values are spread, as tables that went through disclosure control (decision 0056).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cohort::ast::{CohortDefinition, Output, Title};
use cohort::eval::{
    AgeBand, Cell, Coded, Days, Distribution, EndedBy, MeasureRow, Month, Numbers, Results, Sex,
    Truth, written,
};
use disclosure::{ReleasedValue, release_quantile};
use serde_json::{Value, json};
use vocab::{Locale, RawCount};

use super::Teller;
use super::table::{Bars, Row, Table, between_told, facts};

/// Which quantiles are told.
const PERCENTS: [u8; 5] = [10, 25, 50, 75, 90];
/// So many codes are listed at most.
const CODES_LISTED_MAX: usize = 20;
/// The days at which bands of follow-up begin, the same for every cohort.
const FOLLOW_UP_DAYS: [f64; 7] = [30.0, 90.0, 180.0, 365.0, 730.0, 1825.0, 3650.0];

impl Teller {
    /// People and periods.
    fn cell(&self, label: &str, of: Value, cell: Cell) -> Row {
        let numbers = vec![self.people(cell.people), self.things(cell.periods, cell.people)];
        Row { label: label.to_owned(), facts: facts(of), numbers }
    }

    /// A table of people and periods.
    fn table(&self, title: String, rows: Vec<Row>) -> Table {
        let columns = [("people", "people", "人数"), ("periods", "periods", "期間数")];
        let columns = columns.map(|(name, en, ja)| (name, self.word(en, ja).to_owned())).to_vec();
        Table { title, columns, rows, bars: Bars::First, quantiles: Vec::new() }
    }

    fn quantiles(&self, numbers: &Numbers) -> Vec<(u8, Option<ReleasedValue>)> {
        let (values, policy) = (numbers.by_people(), self.policy);
        PERCENTS.map(|percent| (percent, release_quantile(&values, percent, &policy))).to_vec()
    }

    /// Numbers between edges.
    fn binned(&self, edges: &[f64], cells: &[Cell], digits: usize) -> Vec<Row> {
        let from = [None].into_iter().chain(edges.iter().copied().map(Some));
        let to = edges.iter().copied().map(Some).chain([None]);
        let said = |edge: f64| format!("{edge:.digits$}");
        let rows = from.zip(to).zip(cells).map(|((from, to), cell)| {
            let label = match (from.map(said), to.map(said)) {
                (None, None) => self.word("all values", "すべての値").to_owned(),
                (None, Some(to)) => format!("<{to}"),
                (Some(from), None) => format!(">={from}"),
                (Some(from), Some(to)) => format!("{from}-<{to}"),
            };
            self.cell(&label, json!({ "from": from, "to": to }), *cell)
        });
        rows.collect()
    }

    /// Numbers in bins with round edges.
    fn in_bins(&self, numbers: &Numbers) -> Vec<Row> {
        let policy = self.policy;
        let bins = numbers.spread(policy.min_cell).and_then(|spread| {
            let binned = |edges: &[f64]| numbers.binned(edges);
            disclosure::bins((spread, numbers.least_gap()), &policy, binned, |cell| cell.people)
        });
        match bins {
            Some(bins) => self.binned(&bins.edges, &bins.bins, disclosure::digits(bins.step)),
            None => self.binned(&[], &[numbers.whole()], 0),
        }
    }

    /// Days from index to exit.
    #[must_use]
    pub fn follow_up(&self, days: &Numbers) -> Table {
        let title = self.word(
            "follow-up: days from the index to the exit",
            "追跡期間: 基準日から終了日までの日数",
        );
        let rows = self.binned(&FOLLOW_UP_DAYS, &days.binned(&FOLLOW_UP_DAYS), 0);
        Table { quantiles: self.quantiles(days), ..self.table(title.to_owned(), rows) }
    }

    /// Months of the index, from the first to the last of which anything may be told.
    #[must_use]
    pub fn months(&self, months: &BTreeMap<Month, Cell>) -> Table {
        let title = self.word("months of the index", "基準日の月");
        let last = months.keys().next_back().copied();
        let all = std::iter::successors(months.keys().next().copied(), |month| Some(month.next()));
        let rows = all.take_while(|month| Some(*month) <= last).map(|month| {
            let cell = months.get(&month).copied().unwrap_or(Cell::NONE);
            self.cell(&month.to_string(), json!({ "month": month.to_string() }), cell)
        });
        let rows = rows.collect();
        self.table(title.to_owned(), between_told(rows))
    }

    /// What ended the periods: a row for everything that can.
    #[must_use]
    pub fn endings(
        &self,
        definition: &CohortDefinition,
        endings: &BTreeMap<EndedBy, Cell>,
    ) -> Table {
        let moments = |clause: Option<usize>| 0..clause.unwrap_or(0);
        let exits = moments(definition.exit.as_ref().map(|clause| clause.says.len()));
        let censors = moments(definition.censor.as_ref().map(|clause| clause.says.len()));
        let all = exits.map(EndedBy::Exit).chain(censors.map(EndedBy::Censor));
        let rows = all.chain([EndedBy::Death, EndedBy::Coverage]).map(|by| {
            let cell = endings.get(&by).copied().unwrap_or(Cell::NONE);
            let of = json!({ "ended_by": ended_by(by, Locale::En) });
            self.cell(&ended_by(by, self.locale), of, cell)
        });
        let title = self.word("what ended the periods", "該当期間が終わった理由");
        self.table(title.to_owned(), rows.collect())
    }

    /// How the values of an output are spread: one table or two.
    #[must_use]
    pub fn output(&self, output: &Output, name: &str, distribution: &Distribution) -> Vec<Table> {
        let title = match title(output).get(self.locale) {
            Some(title) => format!("{title} ({name})"),
            None => name.to_owned(),
        };
        let row = |en: &str, ja: &str, cell: &Cell| {
            let label = if self.locale == Locale::Ja { ja } else { en };
            self.cell(label, json!({ "value": en }), *cell)
        };
        match distribution {
            Distribution::Numbers { unit, numbers, unknown } => {
                let title = match unit {
                    Some(unit) => format!("{title}: {unit}"),
                    None => title,
                };
                let mut rows = self.in_bins(numbers);
                rows.push(row("unknown", "不明", unknown));
                vec![Table { quantiles: self.quantiles(numbers), ..self.table(title, rows) }]
            }
            Distribution::Moments { years, absent, unknown } => {
                let span = years.keys().next().zip(years.keys().next_back());
                let all = span.into_iter().flat_map(|(first, last)| *first..=*last);
                let years = all.map(|year| {
                    let cell = years.get(&year).copied().unwrap_or(Cell::NONE);
                    self.cell(&year.to_string(), json!({ "year": year }), cell)
                });
                let mut rows = between_told(years.collect());
                rows.push(row("absent", "なし", absent));
                rows.push(row("unknown", "不明", unknown));
                vec![self.table(title, rows)]
            }
            Distribution::Codes { codes, others, unknown } => {
                let (mut rows, others) = self.listed(codes, *others);
                rows.push(row("others", "その他", &others));
                rows.push(row("unknown", "不明", unknown));
                vec![self.table(title, rows)]
            }
            Distribution::Truths(truths) => {
                let of = |truth| truths.get(&truth).copied().unwrap_or(Cell::NONE);
                let rows = vec![
                    row("true", "真", &of(Truth::True)),
                    row("false", "偽", &of(Truth::False)),
                    row("unknown", "不明", &of(Truth::Unknown)),
                ];
                vec![self.table(title, rows)]
            }
            Distribution::Events { found, absent, unknown, days } => {
                let rows = vec![
                    row("found", "あり", found),
                    row("absent", "なし", absent),
                    row("unknown", "不明", unknown),
                ];
                let after = self.word("days from the index to it", "基準日からの日数");
                let after = self.table(format!("{title}: {after}"), self.in_bins(days));
                let after = Table { quantiles: self.quantiles(days), ..after };
                vec![self.table(title, rows), after]
            }
            Distribution::Measure(rows) => vec![self.measure(&title, rows)],
        }
    }

    /// Codes that may be told, those of most people first, and all others together.
    fn listed(&self, codes: &BTreeMap<Coded, Cell>, mut others: Cell) -> (Vec<Row>, Cell) {
        let mut told = Vec::new();
        for (code, cell) in codes {
            match self.people(cell.people).number() {
                Some(number) => told.push((Reverse(number), code, *cell)),
                None => others = others.with(*cell),
            }
        }
        told.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        let rest = told.split_off(told.len().min(CODES_LISTED_MAX));
        others = rest.into_iter().fold(others, |sum, (.., cell)| sum.with(cell));
        let row = |(_, code, cell): (_, &Coded, Cell)| {
            self.cell(&code.written(), json!({ "code": code.code, "system": code.system }), cell)
        };
        (told.into_iter().map(row).collect(), others)
    }

    fn measure(&self, title: &str, rows: &BTreeMap<Days, MeasureRow>) -> Table {
        let columns = [
            ("denominator_people", "denominator: people", "分母: 人数"),
            ("numerator_people", "numerator: people", "分子: 人数"),
            ("unknown_people", "unknown: people", "不明: 人数"),
            ("denominator_periods", "denominator: periods", "分母: 期間数"),
            ("numerator_periods", "numerator: periods", "分子: 期間数"),
            ("unknown_periods", "unknown: periods", "不明: 期間数"),
        ];
        let columns = columns.map(|(name, en, ja)| (name, self.word(en, ja).to_owned())).to_vec();
        let each = self.word(
            "people with at least one such period in the interval",
            "区間内に1つ以上の該当期間がある人数",
        );
        let rows = rows.iter().map(|((first, last), row)| {
            let (first, last) = (written(*first), written(*last));
            let cells = [row.denominator, row.numerator, row.unknown];
            let people = cells.map(|cell| self.people(cell.people));
            let periods = cells.map(|cell| self.things(cell.periods, cell.people));
            let label = format!("{first} – {last}");
            let facts = facts(json!({ "first": first, "last": last }));
            Row { label, facts, numbers: people.into_iter().chain(periods).collect() }
        });
        let (title, rows) = (format!("{title}: {each}"), between_told(rows.collect()));
        Table { title, columns, rows, bars: Bars::First, quantiles: Vec::new() }
    }

    /// People by age and sex.
    #[must_use]
    pub fn ages(&self, of: &Results) -> Table {
        let sexes = [
            (Some(Sex::Female), "female", "女性"),
            (Some(Sex::Male), "male", "男性"),
            (Some(Sex::Other), "other", "その他"),
            (None, "unknown", "不明"),
        ];
        let columns = sexes.map(|(_, en, ja)| (en, self.word(en, ja).to_owned())).to_vec();
        let row = |band: Option<AgeBand>| {
            let numbers = sexes.map(|(sex, ..)| {
                let people = of.ages.get(&(band, sex)).copied();
                self.people(people.unwrap_or(RawCount::ZERO))
            });
            let label = match band.map(|band| (band.first(), band.last())) {
                Some((first, Some(last))) => format!("{first}-{last}"),
                Some((first, None)) => format!(">={first}"),
                None => self.word("unknown", "不明").to_owned(),
            };
            let (from, to) = (band.map(AgeBand::first), band.and_then(AgeBand::last));
            let facts = facts(json!({ "from_years": from, "to_years": to }));
            Row { label, facts, numbers: numbers.to_vec() }
        };
        let title = self.word(
            "people by age and sex at the index of their first period",
            "最初の基準日での年齢・性別ごとの人数",
        );
        let rows = AgeBand::all().map(Some).chain([None]).map(row).collect();
        Table { title: title.to_owned(), columns, rows, bars: Bars::Both, quantiles: Vec::new() }
    }
}

fn title(output: &Output) -> &Title {
    match output {
        Output::Variable { title, .. }
        | Output::Outcome { title, .. }
        | Output::Stratum { title, .. } => title,
        Output::Measure(measure) => &measure.title,
    }
}

/// What ended a period; in English as programs read it.
#[must_use]
pub fn ended_by(by: EndedBy, locale: Locale) -> String {
    let numbered = |word: &str, place: usize| format!("{word} {}", place + 1);
    match (by, locale) {
        (EndedBy::Exit(place), Locale::En) => numbered("exit", place),
        (EndedBy::Exit(place), Locale::Ja) => numbered("追跡の終了", place),
        (EndedBy::Censor(place), Locale::En) => numbered("censor", place),
        (EndedBy::Censor(place), Locale::Ja) => numbered("打切り", place),
        (EndedBy::Death, Locale::En) => "death".to_owned(),
        (EndedBy::Death, Locale::Ja) => "死亡".to_owned(),
        (EndedBy::Coverage, Locale::En) => "coverage".to_owned(),
        (EndedBy::Coverage, Locale::Ja) => "観察可能期間の終わり".to_owned(),
    }
}
