//! The measures of a table in classes, as their authors define them and pycanon counts them.
//!
//! # Source
//! k: Sweeney 2002. (α, k): Wong 2006. l: Machanavajjhala 2007. t: Li 2007. δ: Brickell and Shmatikov
//! 2008. β: Cao and Karras 2012. Where several columns are sensitive, the worst of them counts.

use std::collections::BTreeMap;
use std::f64::consts::E;

use super::{Classes, Scale, Sensitive};

/// How anonymous rows are. Each measure is that of the worst class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anonymity {
    /// The rows of the smallest class.
    pub k: u64,
    /// What the sensitive columns tell; none where no column was declared sensitive.
    pub diversity: Option<Diversity>,
}

/// How much classes tell of the values of sensitive columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diversity {
    /// α of (α, k)-anonymity: the greatest share of a class that one value has.
    pub alpha: f64,
    /// Distinct l: the fewest values that a class has.
    pub distinct: u64,
    /// Entropy l before it is cut off to a whole number: so many equally frequent values would be as
    /// hard to guess among.
    pub entropy: f64,
    /// c of recursive (c, l)-diversity with `distinct` for l: the least whole number so that the most
    /// frequent value of a class is rarer than c times all from the l-th most frequent on. None
    /// where a class has one value only.
    pub recursive: Option<u64>,
    /// The same with values from the rarest on, which is how pycanon orders them.
    pub recursive_from_rarest: Option<u64>,
    /// t: how far the values of a class are from those of all rows (earth mover's distance).
    pub closeness: f64,
    /// Basic β: by what part of its share in all rows a value is more frequent in a class.
    pub beta_basic: f64,
    /// Enhanced β: the same, and no more than minus the logarithm of the rarest value's share.
    pub beta_enhanced: f64,
    /// δ: how far the logarithms of a value's share in a class and in all rows are apart.
    pub delta: f64,
}

impl Diversity {
    /// Entropy l, as the whole number that pycanon gives.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of values"
    )]
    pub fn entropy_whole(&self) -> u64 {
        self.entropy as u64
    }

    /// What is worse of two columns.
    fn worse(self, other: Self) -> Self {
        let most = |one: Option<u64>, other: Option<u64>| one.zip(other).map(|(a, b)| a.max(b));
        Self {
            alpha: self.alpha.max(other.alpha),
            distinct: self.distinct.min(other.distinct),
            entropy: self.entropy.min(other.entropy),
            recursive: most(self.recursive, other.recursive),
            recursive_from_rarest: most(self.recursive_from_rarest, other.recursive_from_rarest),
            closeness: self.closeness.max(other.closeness),
            beta_basic: self.beta_basic.max(other.beta_basic),
            beta_enhanced: self.beta_enhanced.max(other.beta_enhanced),
            delta: self.delta.max(other.delta),
        }
    }
}

/// The values of one column: in all rows, and in each class.
struct Column {
    scale: Scale,
    /// The share of each value in all rows, by ascending code.
    shares: Vec<f64>,
    /// Class by class its values, as places in `shares`, with their rows.
    counts: Vec<Count>,
}

/// How many rows of a class have a value.
struct Count {
    class: usize,
    value: usize,
    rows: u64,
}

impl Column {
    fn classes(&self) -> impl Iterator<Item = &[Count]> {
        self.counts.chunk_by(|one, other| one.class == other.class)
    }
}

pub(super) fn of(classes: &Classes) -> Option<Anonymity> {
    let k = classes.sizes.iter().copied().min()?;
    let rows = number(classes.rows().get());
    let columns: Vec<Column> = classes.sensitive.iter().map(|each| column(each, rows)).collect();
    let fewest = |column: &Column| column.classes().map(<[Count]>::len).min().unwrap_or_default();
    let distinct = columns.iter().map(fewest).min().unwrap_or_default();
    let diversity =
        columns.iter().map(|column| diversity(column, distinct)).reduce(Diversity::worse);
    Some(Anonymity { k, diversity })
}

fn column(sensitive: &Sensitive, rows: f64) -> Column {
    let counted = sensitive.counts.counted();
    let mut of_codes: BTreeMap<u32, (u64, usize)> = BTreeMap::new();
    for ((_, code), rows) in &counted {
        of_codes.entry(*code).or_default().0 += rows;
    }
    for (value, (_, place)) in of_codes.values_mut().enumerate() {
        *place = value;
    }
    let value = |code: u32| of_codes.get(&code).map_or(0, |(_, value)| *value);
    let counts = counted
        .into_iter()
        .map(|((class, code), rows)| Count { class, value: value(code), rows })
        .collect();
    let shares = of_codes.values().map(|(of_code, _)| number(*of_code) / rows).collect();
    Column { scale: sensitive.scale, shares, counts }
}

fn diversity(column: &Column, distinct: usize) -> Diversity {
    let mut worst = Diversity {
        alpha: 0.0,
        distinct: distinct as u64,
        entropy: f64::INFINITY,
        recursive: (distinct > 1).then_some(0),
        recursive_from_rarest: (distinct > 1).then_some(0),
        closeness: 0.0,
        beta_basic: 0.0,
        beta_enhanced: 0.0,
        delta: 0.0,
    };
    let mut by_rows: Vec<u64> = Vec::new();
    for values in column.classes() {
        let rows = number(values.iter().map(|count| count.rows).sum());
        let (mut entropy, mut further) = (0.0, 0.0);
        for count in values {
            let (here, all) = (number(count.rows) / rows, share(column, count.value));
            worst.alpha = worst.alpha.max(here);
            worst.beta_basic = worst.beta_basic.max((here - all) / all);
            worst.delta = worst.delta.max((here / all).ln().abs());
            entropy -= here * here.ln();
            further += (here - all).max(0.0);
        }
        worst.entropy = worst.entropy.min(E.powf(entropy));
        let moved = match column.scale {
            Scale::Nominal => further,
            Scale::Ordered => moved_along(column, values, rows),
        };
        worst.closeness = worst.closeness.max(moved);
        by_rows.clear();
        by_rows.extend(values.iter().map(|count| count.rows));
        by_rows.sort_unstable();
        let from_rarest = least_factor(&by_rows, distinct);
        by_rows.reverse();
        let most = |worst: Option<u64>, factor: u64| worst.map(|worst| worst.max(factor));
        worst.recursive = most(worst.recursive, least_factor(&by_rows, distinct));
        worst.recursive_from_rarest = most(worst.recursive_from_rarest, from_rarest);
    }
    let rarest = column.shares.iter().copied().fold(1.0, f64::min);
    worst.beta_enhanced = worst.beta_basic.min(-f64::ln(rarest));
    worst
}

fn share(column: &Column, value: usize) -> f64 {
    column.shares.get(value).copied().unwrap_or(1.0)
}

/// How far a class's values are from all rows', where they have an order.
fn moved_along(column: &Column, values: &[Count], rows: f64) -> f64 {
    let mut own = values.iter().peekable();
    let (mut carried, mut moved) = (0.0_f64, 0.0);
    for (value, all) in column.shares.iter().enumerate() {
        let here = own.next_if(|own| own.value == value).map_or(0, |own| own.rows);
        carried += number(here) / rows - all;
        moved += carried.abs();
    }
    let steps = column.shares.len().saturating_sub(1);
    if steps == 0 { 0.0 } else { moved / number(steps as u64) }
}

/// The least whole number of times that all rows from the l-th value on must be taken, to be more than
/// those of the first.
fn least_factor(by_rows: &[u64], l: usize) -> u64 {
    let first = by_rows.first().copied().unwrap_or_default();
    let rest: u64 = by_rows.iter().skip(l.saturating_sub(1)).sum();
    first.checked_div(rest).map_or(u64::MAX, |times| times + 1)
}

#[expect(clippy::cast_precision_loss, reason = "rows of a table")]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}
