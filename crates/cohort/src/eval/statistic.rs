//! What is calculated from several numbers.

use crate::ast::{Statistic, TimeUnit};

/// Days of a month and of a year, on average.
const MONTH_DAYS: f64 = 30.4375;
const YEAR_DAYS: f64 = 365.25;

/// From numbers in the order of their set, each with the earliest second its event can start;
/// `complete` says that every member of the set is certain and has its number.
#[must_use]
pub fn statistic(
    statistic: Statistic,
    values: &[(Option<i64>, f64)],
    complete: bool,
) -> Option<f64> {
    let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let sum = numbers.iter().fold(0.0, |sum, value| sum + value);
    if statistic == Statistic::Sum {
        return Some(sum).filter(|sum| complete && sum.is_finite());
    }
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let several = numbers.len() > 1;
    let answer = match statistic {
        Statistic::Mean => sum / numbers.len() as f64,
        Statistic::Median => median(numbers)?,
        Statistic::Sum => sum,
        Statistic::Highest => numbers.into_iter().reduce(f64::max)?,
        Statistic::Lowest => numbers.into_iter().reduce(f64::min)?,
        Statistic::Change if several => last - first,
        Statistic::Ratio if several && first != 0.0 => last / first,
        Statistic::Slope(unit) => slope(values, unit)?,
        Statistic::Change | Statistic::Ratio => return None,
    };
    answer.is_finite().then_some(answer)
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(*upper);
    }
    let lower = numbers.get(numbers.len() / 2 - 1)?;
    Some((lower + upper) / 2.0)
}

/// The least-squares slope: the times counted from the first, both means subtracted.
fn slope(values: &[(Option<i64>, f64)], unit: TimeUnit) -> Option<f64> {
    let timed: Vec<(i64, f64)> =
        values.iter().filter_map(|(second, value)| second.map(|second| (second, *value))).collect();
    let (origin, _) = *timed.first()?;
    let count = timed.len() as f64;
    let times: Vec<f64> =
        timed.iter().map(|(second, _)| (second - origin) as f64 / seconds(unit)).collect();
    let mean_time = times.iter().fold(0.0, |sum, time| sum + time) / count;
    let mean_value = timed.iter().fold(0.0, |sum, (_, value)| sum + value) / count;
    let (mut over, mut under) = (0.0, 0.0);
    for (time, (_, value)) in times.iter().zip(&timed) {
        over += (time - mean_time) * (value - mean_value);
        under += (time - mean_time) * (time - mean_time);
    }
    (under > 0.0).then(|| over / under)
}

/// Seconds of a unit.
pub(crate) fn seconds(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Second => 1.0,
        TimeUnit::Minute => 60.0,
        TimeUnit::Hour => 3600.0,
        TimeUnit::Day => 86_400.0,
        TimeUnit::Week => 604_800.0,
        TimeUnit::Month => MONTH_DAYS * 86_400.0,
        TimeUnit::Year => YEAR_DAYS * 86_400.0,
    }
}
