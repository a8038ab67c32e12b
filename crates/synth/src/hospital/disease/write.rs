//! Small things that many diseases write.

use super::super::calendar;
use super::super::care::Seen;
use super::super::chart::{Chart, Report, ReportKind, Value, What};
use super::super::codes::{Disease, Operation, Test, TestKind};
use crate::dice::Dice;

/// A report on an examination, and what it found.
pub(super) fn report(
    chart: &mut Chart,
    seen: Seen,
    kind: ReportKind,
    finding: Option<&'static Disease>,
) {
    chart.happened(seen.visit, seen.minute + 45, What::Reported(Report { kind, finding }));
}

/// An operation or examination without a side.
pub(super) fn operate(chart: &mut Chart, seen: Seen, operation: &'static Operation, minutes: i64) {
    let minutes = i32::try_from(minutes).unwrap_or_default();
    let what = What::Operated { operation, minutes, side: None };
    chart.happened(seen.visit, seen.minute + 30, what);
}

/// A number that the body does not stand behind; beyond the analyser's limits it is said so.
pub(super) fn number(chart: &mut Chart, seen: Seen, test: &'static Test, value: f64) {
    let (low, high) = test.measurable;
    let value = match value {
        value if value < low => Value::Beyond { sign: "<", limit: low },
        value if value > high => Value::Beyond { sign: ">", limit: high },
        value => Value::Number(value),
    };
    measured(chart, seen, test, value);
}

/// A word of the laboratory: 検出せず, (1+).
pub(super) fn word(chart: &mut Chart, seen: Seen, test: &'static Test, word: &'static str) {
    measured(chart, seen, test, Value::Word(word));
}

fn measured(chart: &mut Chart, seen: Seen, test: &'static Test, value: Value) {
    // Two minutes after what is ordered from the body: tubes of their own.
    let minute = seen.minute + 2;
    if let TestKind::Laboratory(material) = test.kind {
        let is_taken = chart.events().iter().rev().take(12).any(|event| {
            (event.minute, event.visit) == (minute, seen.visit)
                && event.what == What::Taken(material)
        });
        if !is_taken {
            chart.happened(seen.visit, minute, What::Taken(material));
        }
    }
    chart.happened(seen.visit, minute, What::Measured { test, value });
}

/// What may grow in a culture, with the share of each.
pub(super) type Germs = [(&'static str, f64)];

/// Nothing grew.
pub(super) const NO_GROWTH: &str = "検出せず";

/// A culture, with the share in which something grows. The result stands two days later in life;
/// here it stands at the time of the specimen, as laboratories report it.
pub(super) fn culture(
    chart: &mut Chart,
    dice: &mut Dice,
    seen: Seen,
    (test, grows): (&'static Test, f64),
    germs: &Germs,
) -> Option<&'static str> {
    let found = dice.chance(grows).then(|| {
        let mut left = dice.part() * germs.iter().map(|(_, share)| share).sum::<f64>();
        let germ = germs.iter().find(|(_, share)| {
            left -= share;
            left < 0.0
        });
        germ.map_or(NO_GROWTH, |(germ, _)| germ)
    });
    word(chart, seen, test, found.unwrap_or(NO_GROWTH));
    found.filter(|germ| *germ != NO_GROWTH)
}

/// The sex- and season-free minute of an emergency on a day: any hour, evenings most.
pub(super) fn any_hour(dice: &mut Dice, minute: i64) -> i64 {
    let evening = 20.0 * 60.0 + 200.0 * dice.normal();
    calendar::midnight(minute) + calendar::whole(evening).rem_euclid(1_440)
}

/// The first minute from this one on at which a yearly tide lets it happen: the wait at a rate
/// that swings by `swing` (0 to 1) around its mean, with its peak at that season (0 to 1).
pub(super) fn seasonal(
    dice: &mut Dice,
    from: i64,
    rate_a_year: f64,
    (swing, peak): (f64, f64),
) -> i64 {
    let mut minute = from;
    for _ in 0..64 {
        minute = calendar::after(minute, dice.wait(rate_a_year * (1.0 + swing)));
        let tide = (std::f64::consts::TAU * (calendar::season(minute) - peak)).cos();
        if dice.chance((1.0 + swing * tide) / (1.0 + swing)) {
            break;
        }
    }
    minute
}
