//! Answers in the words of the tables.

use vocab::PatientId;

use crate::ast::Name;
use crate::eval::{
    Attrition, Chosen, EndedBy, Period, SECONDS_PER_DAY, Stretch, Tally, Told, Truth, When, day_of,
    written,
};

/// `1 2020-01-05..2020-12-31 coverage x=7.1 %`
#[must_use]
pub fn show_period(id: PatientId, period: &Period, told: &[(Name, Told)]) -> String {
    let by = match period.ending.by {
        EndedBy::Exit(place) => format!("exit {}", place + 1),
        EndedBy::Censor(place) => format!("censor {}", place + 1),
        EndedBy::Death => "death".to_owned(),
        EndedBy::Coverage => "coverage".to_owned(),
    };
    let exit = period.ending.second;
    let exit = if exit.rem_euclid(SECONDS_PER_DAY) == SECONDS_PER_DAY - 1 {
        written(day_of(exit))
    } else {
        second(exit)
    };
    let mut line = format!("{} {}..{exit} {by}", id.get(), stretch(period.index));
    for (name, told) in told {
        line.push_str(&format!(" {name}={}", show_told(told)));
    }
    line
}

/// `7.1 %`, `true`, `2020-01-05`, `aoba|e11`, `unknown`.
#[must_use]
pub fn show_told(told: &Told) -> String {
    let unknown = || "unknown".to_owned();
    match told {
        Told::Number(Some(number), Some(unit)) => format!("{number} {unit}"),
        Told::Number(Some(number), None) => number.to_string(),
        Told::Number(None, _) | Told::Code(None) => unknown(),
        Told::Moment(When::At(at)) => stretch(*at),
        Told::Moment(When::Absent) => "absent".to_owned(),
        Told::Moment(When::Unknown) => unknown(),
        Told::Code(Some(code)) => code.written(),
        Told::Truth(truth) => show_truth(*truth).to_owned(),
        Told::Event(chosen) => show_chosen(chosen),
        Told::Outcome(chosen, days) => {
            let days = days.map_or_else(unknown, |days| days.to_string());
            format!("{} after {days}", show_chosen(chosen))
        }
        Told::Measure(intervals) => {
            let interval = |interval: &crate::eval::Interval| {
                let (first, last) = interval.days;
                let truths = [interval.denominator, interval.numerator].map(show_truth).join("/");
                format!("{}..{}:{truths}", written(first), written(last))
            };
            intervals.iter().map(interval).collect::<Vec<_>>().join(",")
        }
    }
}

fn show_truth(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

fn show_chosen(chosen: &Chosen) -> String {
    match chosen {
        Chosen::Found(member) => member.event.source_key.clone(),
        Chosen::Absent => "absent".to_owned(),
        Chosen::Unknown => "unknown".to_owned(),
    }
}

/// A whole day as its date, a second with its time, anything else by its ends.
fn stretch(at: Stretch) -> String {
    let (first, last) = (at.first_second(), at.last_second());
    if first == last {
        return second(first);
    }
    if at == Stretch::days(at.first_day(), at.last_day()) {
        let (first, last) = (at.first_day(), at.last_day());
        return if first == last {
            written(first)
        } else {
            format!("{}..{}", written(first), written(last))
        };
    }
    format!("{}..{}", second(first), second(last))
}

fn second(second: i64) -> String {
    let of_day = second.rem_euclid(SECONDS_PER_DAY);
    let (hours, minutes) = (of_day / 3600, of_day / 60 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}", written(day_of(second)), of_day % 60)
}

/// One row for every stage: patients and candidates; of rules true, false, unknown, left and cost.
#[must_use]
pub fn show_attrition(attrition: &Attrition) -> Vec<String> {
    let tally = |tally: &Tally| format!("{}/{}", tally.patients.get(), tally.candidates.get());
    let mut rows = vec![format!("entered {}", tally(&attrition.entered))];
    rows.push(format!("asked {}", tally(&attrition.asked)));
    for rule in &attrition.rules {
        rows.push(format!(
            "rule {}: true {} false {} unknown {} left {} costs {} without {}",
            rule.place + 1,
            tally(&rule.holds),
            tally(&rule.fails),
            tally(&rule.unknown),
            tally(&rule.left),
            rule.costs.patients.get(),
            rule.costs.periods_without.get(),
        ));
    }
    for (reason, dropped) in &attrition.dropped {
        rows.push(format!("dropped {reason:?} {}", tally(dropped)));
    }
    rows.push(format!("kept {}", tally(&attrition.kept)));
    rows
}
