//! Writes values and doses.

use std::cmp::Ordering;

use super::super::chart::{Dose, Minute, Value};
use super::super::codes::{DrugForm, Test};
use super::facts::{Course, Lab};
use super::names;
use super::pen::Pen;
use super::span::{Amount, Assertion, Meaning};
use super::style::DrugStyle;

/// What a value amounts to; nothing where there is none.
pub(super) fn amount(test: &'static Test, value: Value) -> Option<Amount> {
    Some(match value {
        Value::Number(value) => Amount::Number { value, decimals: test.decimals, unit: test.unit },
        Value::OtherUnit { value, unit, decimals } => {
            Amount::Number { value, decimals, unit: unit.0 }
        }
        Value::Beyond { sign, limit } => {
            Amount::Beyond { sign, limit, decimals: test.decimals, unit: test.unit }
        }
        Value::Word(word) => Amount::Word(word),
        Value::Absent(_) => return None,
    })
}

/// The number, if the value is one.
pub(super) fn number(value: Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number),
        Value::Beyond { limit, .. } => Some(limit),
        _ => None,
    }
}

fn put_amount(pen: &mut Pen<'_>, amount: Amount) {
    match amount {
        Amount::Number { value, decimals, .. } => {
            pen.print(format_args!("{value:.*}", usize::from(decimals)));
        }
        Amount::Beyond { sign, limit, decimals, .. } => {
            pen.print(format_args!("{sign}{limit:.*}", usize::from(decimals)));
        }
        Amount::Word(word) => pen.put(word),
        _ => {}
    }
}

/// Writes a value with its name and perhaps its unit: `HbA1c 7.8%`. Nothing without a value.
pub(super) fn lab(pen: &mut Pen<'_>, lab: &Lab) {
    let Some(now) = amount(lab.test, lab.value) else { return };
    let here = pen.open();
    names::put_test(pen, lab.test);
    pen.say(if pen.ends_in_digit() { "{ |:}" } else { "{ | ||:}" });
    put_amount(pen, now);
    put_unit(pen, now);
    pen.close(here, names::coded_test(lab.test, Some(now)).on(lab.minute), false);
}

fn put_unit(pen: &mut Pen<'_>, amount: Amount) {
    let (Amount::Number { unit, .. } | Amount::Beyond { unit, .. }) = amount else { return };
    let always = unit == "%" || unit == "℃";
    if always || pen.dice.chance(0.45) {
        pen.put(if unit.starts_with('1') { "×" } else { "" });
        pen.put(unit);
    }
}

/// Writes a value and, where there was an earlier one, that: `HbA1c 7.8%(前回 8.1)`.
pub(super) fn lab_with_before(pen: &mut Pen<'_>, now: &Lab) {
    lab(pen, now);
    let Some((value, minute)) = now.before else { return };
    let Some(before) = amount(now.test, value) else { return };
    if !pen.dice.chance(0.4) {
        return;
    }
    pen.say("{(前回 |(前回|（前値|(←}");
    let here = pen.open();
    put_amount(pen, before);
    pen.close(here, names::coded_test(now.test, Some(before)).on(minute), false);
    pen.say("{)|)}");
}

/// Writes how a value moved within the stay: `CRP 12.30→0.45`.
pub(super) fn lab_moved(pen: &mut Pen<'_>, now: &Lab, first: (Value, Minute)) {
    let (Some(from), Some(to)) = (amount(now.test, first.0), amount(now.test, now.value)) else {
        return;
    };
    let here = pen.open();
    names::put_test(pen, now.test);
    pen.put(" ");
    put_amount(pen, from);
    pen.close(here, names::coded_test(now.test, Some(from)).on(first.1), false);
    pen.put("→");
    let here = pen.open();
    put_amount(pen, to);
    put_unit(pen, to);
    pen.close(here, names::coded_test(now.test, Some(to)).on(now.minute), false);
}

/// Writes blood pressure: `BP 138/82mmHg`.
pub(super) fn pressure(pen: &mut Pen<'_>, (systolic, diastolic): (i16, i16), minute: Minute) {
    let here = pen.open();
    pen.say("{BP|BP|血圧}{ ||:}");
    pen.print(format_args!("{systolic}/{diastolic}"));
    pen.say("{mmHg||}");
    let meaning = Meaning::new(super::Category::Lab, Assertion::Present);
    let meaning = meaning.coded(super::System::Loinc, "85354-9");
    pen.close(here, meaning.of(Amount::Pressure(systolic, diastolic)).on(minute), false);
}

/// Writes a drug's name only.
pub(super) fn drug_name(pen: &mut Pen<'_>, dose: &Dose, assertion: Assertion) {
    let (name, _) = names::short_drug(dose.drug);
    pen.mean(name, names::drug(dose.drug, assertion), false);
}

/// Writes a prescription in the author's way.
pub(super) fn prescription(pen: &mut Pen<'_>, dose: &Dose) {
    let (name, strength) = names::short_drug(dose.drug);
    let times = dose.usage.times_a_day;
    let amount = Amount::Dose(dose.hundredths, times, dose.days);
    let meaning = names::drug(dose.drug, Assertion::Present).of(amount);
    let usage = dose.usage.ja.split('　').next().unwrap_or_default();
    let style = if dose.drug.form == DrugForm::Oral { pen.style.drugs } else { DrugStyle::Full };
    match style {
        DrugStyle::Full => {
            pen.mean(dose.drug.ja, meaning, false);
            pen.put(" 1回");
            put_dose(pen, dose.hundredths, dose.drug.unit.1);
            pen.print(format_args!(" {usage}"));
        }
        DrugStyle::Short => {
            pen.mean(name, meaning, false);
            pen.put(strength);
            pen.put(" ");
            put_dose(pen, dose.hundredths * i32::from(times), unit_short(dose.drug.unit.1));
            pen.print(format_args!(" 分{times}"));
        }
        DrugStyle::Times => {
            pen.mean(name, meaning, false);
            pen.print(format_args!("{strength} "));
            put_dose(pen, dose.hundredths * i32::from(times), unit_short(dose.drug.unit.1));
            pen.print(format_args!(" {times}×"));
        }
    }
    if dose.days > 1 {
        pen.print(format_args!(" {}日分", dose.days));
    }
}

fn unit_short(unit: &'static str) -> &'static str {
    match unit {
        "錠" => "T",
        "カプセル" => "C",
        other => other,
    }
}

fn put_dose(pen: &mut Pen<'_>, hundredths: i32, unit: &str) {
    pen.print(format_args!("{}{unit}", f64::from(hundredths) / 100.0));
}

/// Writes what becomes of a drug today: 開始, 増量, 継続.
pub(super) fn change(pen: &mut Pen<'_>, course: &Course) {
    let dose = &course.dose;
    match course.before {
        None => {
            prescription(pen, dose);
            pen.say("{ 開始| 新規開始|を開始}");
        }
        Some(before) if daily(&before) == daily(dose) => {
            prescription(pen, dose);
            pen.say("{ 継続||| do}");
        }
        Some(before) => {
            prescription(pen, dose);
            pen.say("{(|（|に変更(}");
            let grows = daily(&before) < daily(dose);
            pen.put(if grows { "増量、" } else { "減量、" });
            put_dose(pen, before.hundredths, before.drug.unit.1);
            pen.say("{より|から})");
        }
    }
}

/// How much a day, in hundredths.
fn daily(dose: &Dose) -> i32 {
    dose.hundredths * i32::from(dose.usage.times_a_day)
}

/// Writes a value with its unit.
pub(super) fn put_with_unit(pen: &mut Pen<'_>, amount: Amount) {
    put_amount(pen, amount);
    if let Amount::Number { unit, .. } | Amount::Beyond { unit, .. } = amount {
        pen.put(if unit.starts_with('1') { " ×" } else { " " });
        pen.put(unit);
    }
}

/// On which side of its limits a value is; equal within them, or where there are none.
pub(super) fn side_of_limits(lab: &Lab, is_woman: bool) -> Ordering {
    let limits = lab.test.reference.as_ref().and_then(|both| both.get(usize::from(is_woman)));
    match (limits, number(lab.value)) {
        (Some((low, _)), Some(value)) if value < *low => Ordering::Less,
        (Some((_, high)), Some(value)) if *high < value => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
