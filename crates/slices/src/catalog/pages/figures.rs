//! From what was counted to what is drawn: released numbers, charts, lines of a list.

use desk::chart::{self, Bin, Figure, Histogram, Pyramid, PyramidRow, Sparkline};
use desk::{Bar, Page};
use disclosure::{Counted, Policy, Released, release_rounded};
use lake::{Numbers, Tally};

use crate::catalog::rules;

/// How many people, as far as it may be told.
pub(crate) fn people(tally: &Tally, policy: &Policy) -> Released {
    release_rounded(tally.people, tally.people, policy)
}

/// How many rows, as far as it may be told.
pub(crate) fn rows(tally: &Tally, policy: &Policy) -> Released {
    release_rounded(tally.rows, tally.people, policy)
}

/// A number of people in words.
pub(crate) fn people_said(page: &Page, tally: &Tally, policy: &Policy) -> String {
    page.released(people(tally, policy), Counted::People)
}

/// A number of rows in words.
pub(crate) fn rows_said(page: &Page, tally: &Tally, policy: &Policy) -> String {
    page.released(rows(tally, policy), Counted::Things)
}

/// A number for the dark block, where the unit stands apart; words where it is not told.
#[derive(Clone, Debug)]
pub(crate) struct Big {
    pub(crate) figure: String,
    pub(crate) in_words: bool,
}

/// People for the dark block.
pub(crate) fn big(page: &Page, tally: &Tally, policy: &Policy) -> Big {
    let released = people(tally, policy);
    match released.number().map(|number| page.number(number)) {
        Some(number) if released.is_rounded() => {
            let figure = page.fill("catalog.number.about", &[("number", &number)]);
            Big { figure, in_words: false }
        }
        Some(figure) => Big { figure, in_words: false },
        None => Big { figure: page.released(released, Counted::People), in_words: true },
    }
}

/// Rows below this number have no shares: one more or less would change them too much.
const SHARE_OF_MIN: u64 = 100;

/// How many of a hundred rows have a value; none where that may not be told.
///
/// Both numbers were rounded and released before, so the share tells no more than they do.
pub(crate) fn share(filled: &Tally, whole: &Tally, policy: &Policy) -> Option<u64> {
    let whole = rows(whole, policy).number()?;
    let least = if policy.min_cell == 0 { 1 } else { SHARE_OF_MIN };
    let filled = rows(filled, policy).number().filter(|_| whole >= least)?;
    Some((filled.min(whole) * 100 + whole / 2) / whole)
}

/// A share in words: `82 %`, or that it is not told.
pub(crate) fn share_said(page: &Page, share: Option<u64>) -> String {
    share
        .map_or_else(|| page.say("catalog.number.not_told").to_owned(), |share| format!("{share}%"))
}

/// The years that are shown: from the first to the last in which enough people are.
pub(crate) fn told_years<'a, T>(
    years: &'a [(i16, T)],
    tally: impl Fn(&T) -> Tally,
    policy: &Policy,
) -> Vec<&'a (i16, T)> {
    let told = |(_, of): &(i16, T)| people(&tally(of), policy).number().is_some();
    let first = years.iter().position(told);
    let last = years.iter().rposition(told);
    match (first, last) {
        (Some(first), Some(last)) => {
            years.get(first..=last).unwrap_or_default().iter().rev().take(YEARS_MAX).rev().collect()
        }
        _ => Vec::new(),
    }
}

/// So many years are shown, the newest.
const YEARS_MAX: usize = 30;

/// People by year; none where no year may be told.
pub(crate) fn years(
    page: &Page,
    id: &str,
    title: &str,
    (years, policy): (&[(i16, Tally)], &Policy),
) -> Option<Figure> {
    let told = told_years(years, |tally| *tally, policy);
    let column =
        |(year, tally): &&(i16, Tally)| chart::Column::new(year.to_string(), people(tally, policy));
    let columns: Vec<chart::Column> = told.iter().map(column).collect();
    let drawn = chart::Columns::new(columns);
    (!told.is_empty())
        .then(|| Figure::new(page, id, title, &drawn).with_note(page.say("catalog.chart.people")))
}

/// How complete a column is, year by year: a small line.
pub(crate) fn spark(page: &Page, shares: Vec<Option<u64>>) -> Option<Sparkline> {
    #[expect(clippy::cast_precision_loss, reason = "a share is at most a hundred")]
    let values: Vec<Option<f64>> =
        shares.into_iter().map(|share| share.map(|share| share as f64)).collect();
    let known = values.iter().flatten().count();
    let alt = page.say("catalog.table.by_year");
    (known > 1).then(|| Sparkline::new(values, alt).with_band(0.0, 100.0))
}

/// How numbers of one unit are spread, in people; none where that may not be told.
pub(crate) fn histogram(
    page: &Page,
    id: &str,
    (unit, numbers): (&str, &Numbers),
    policy: &Policy,
) -> Option<Figure> {
    let bins = rules::bins(numbers, policy)?;
    let (Some(low), Some(high)) = (bins.edges.first(), bins.edges.last()) else { return None };
    let mut from = low - bins.step;
    let mut drawn = Vec::with_capacity(bins.bins.len());
    let ends = bins.edges.iter().copied().chain([high + bins.step]);
    for (to, tally) in ends.zip(&bins.bins) {
        drawn.push(Bin { from, to, count: people(tally, policy) });
        from = to;
    }
    let shown_unit = if unit.is_empty() { page.say("catalog.chart.no_unit") } else { unit };
    let title = page.fill("catalog.chart.spread", &[("unit", shown_unit)]);
    let rows = rows_said(page, &numbers.whole(), policy);
    let step = format!("{:.*} {unit}", disclosure::digits(bins.step), bins.step);
    let facts = [("rows", rows.as_str()), ("step", step.trim())];
    let chart = Histogram::new(drawn, unit).with_open_start().with_open_end();
    let figure = Figure::new(page, id, &title, &chart);
    Some(figure.with_note(&page.fill("catalog.chart.spread_note", &facts)))
}

/// People by age and sex; none where no band may be told.
pub(crate) fn pyramid(
    page: &Page,
    ages: &[((u8, String), Tally)],
    policy: &Policy,
) -> Option<Figure> {
    let of = |decade: u8, sex: &str| {
        let found = ages.iter().find(|((d, s), _)| *d == decade && s == sex);
        found.map_or_else(|| nobody(policy), |(_, tally)| people(tally, policy))
    };
    let row = |decade: u8| {
        let (from, to) = (u32::from(decade) * 10, u32::from(decade) * 10 + 9);
        let key = if decade == 9 { "catalog.chart.age_open" } else { "catalog.chart.age" };
        let facts = [("from", from.to_string()), ("to", to.to_string())];
        let [from, to] = facts.each_ref().map(|(name, number)| (*name, number.as_str()));
        PyramidRow {
            label: page.fill(key, &[from, to]),
            male: of(decade, "male"),
            female: of(decade, "female"),
        }
    };
    let rows: Vec<PyramidRow> = (0..=9).rev().map(row).collect();
    let any = rows.iter().any(|row| row.male.number().or(row.female.number()).is_some());
    let title = page.say("catalog.chart.ages");
    any.then(|| {
        Figure::new(page, "ages", title, &Pyramid::new(rows))
            .with_note(page.say("catalog.chart.ages_note"))
    })
}

fn nobody(policy: &Policy) -> Released {
    let none = vocab::RawCount::new(0);
    release_rounded(none, none, policy)
}

/// One value of a list.
#[derive(Debug)]
pub(crate) struct ValueLine {
    pub(crate) value: String,
    pub(crate) name: String,
    /// Its page, where it has one.
    pub(crate) href: Option<String>,
    pub(crate) people: String,
    pub(crate) rows: String,
    pub(crate) bar: Bar,
}

/// The values that enough people have, the most frequent first, and how many others occur.
pub(crate) fn values(
    page: &Page,
    values: &[(String, Tally)],
    policy: &Policy,
    named: impl Fn(&str) -> (String, Option<String>),
) -> Vec<ValueLine> {
    let told = values.iter().filter_map(|(value, tally)| {
        rows(tally, policy).number().map(|number| (value, tally, number))
    });
    let told: Vec<_> = told.take(VALUES_SHOWN_MAX).collect();
    let most = told.iter().map(|(_, _, number)| *number).max().unwrap_or(1);
    let line = |(value, tally, number): (&String, &Tally, u64)| {
        let (name, href) = named(value);
        ValueLine {
            value: value.clone(),
            name,
            href,
            people: people_said(page, tally, policy),
            rows: rows_said(page, tally, policy),
            bar: Bar::share(number, most),
        }
    };
    told.into_iter().map(line).collect()
}

/// So many values are listed.
const VALUES_SHOWN_MAX: usize = 30;

/// What is said about numbers not told.
pub(crate) fn rule(page: &Page, policy: &Policy) -> String {
    page.fill("catalog.number.rule", &[("limit", &policy.min_cell.to_string())])
}
