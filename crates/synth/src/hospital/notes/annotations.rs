//! The truth about notes, for measuring whatever reads them.

use std::fmt::Write as _;

use super::span::{Amount, Span};
use super::{Note, dates::Date};

/// Appends one line of JSON that says what a note says.
///
/// # Shape
/// `{"document":"…","type":"11506-3","characters":312,"spans":[{"start":3,"end":6,"text":"DM",
/// "category":"condition","assertion":"present","system":"icd10_jp","code":"E119",
/// "date":"2023-05-12","value":7.8,"unit":"%","only_in_text":false,"copied":false}]}`;
/// offsets count Unicode characters, half-open; what the text does not say is left out.
pub fn annotations_json(document: &str, note: &Note, out: &mut String) {
    out.push_str("{\"document\":");
    string(out, document);
    // A String takes everything.
    let _ = write!(
        out,
        ",\"type\":\"{}\",\"characters\":{},\"spans\":[",
        note.loinc,
        note.text.chars().count()
    );
    for (nth, span) in note.spans.iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        object(out, note, span);
    }
    out.push_str("]}\n");
}

fn object(out: &mut String, note: &Note, span: &Span) {
    let meaning = &span.meaning;
    let _ = write!(out, "{{\"start\":{},\"end\":{},\"text\":", span.start, span.end);
    string(out, note.slice(span));
    let (category, assertion) = (meaning.category.word(), meaning.assertion.word());
    let _ = write!(out, ",\"category\":\"{category}\",\"assertion\":\"{assertion}\"");
    if let Some(code) = meaning.code {
        let _ = write!(out, ",\"system\":\"{}\",\"code\":\"{}\"", code.system.word(), code.code);
    }
    if let Some(date) = meaning.date.map(Date::of) {
        let _ = write!(out, ",\"date\":\"{:04}-{:02}-{:02}\"", date.year, date.month, date.day);
    }
    if let Some(value) = meaning.value {
        amount(out, value);
    }
    let _ = write!(out, ",\"only_in_text\":{},\"copied\":{}}}", span.only_in_text, span.copied);
}

fn amount(out: &mut String, amount: Amount) {
    let _ = match amount {
        Amount::Number { value, decimals, unit } => {
            let decimals = usize::from(decimals);
            write!(out, ",\"value\":{value:.decimals$},\"unit\":\"{unit}\"")
        }
        Amount::Beyond { sign, limit, decimals, unit } => {
            let decimals = usize::from(decimals);
            write!(out, ",\"value\":\"{sign}{limit:.decimals$}\",\"unit\":\"{unit}\"")
        }
        Amount::Word(word) => {
            out.push_str(",\"value\":");
            string(out, word);
            Ok(())
        }
        Amount::Pressure(systolic, diastolic) => {
            write!(out, ",\"value\":\"{systolic}/{diastolic}\",\"unit\":\"mmHg\"")
        }
        Amount::Dose(hundredths, times, days) => {
            let dose = f64::from(hundredths) / 100.0;
            write!(out, ",\"dose\":{dose},\"times_a_day\":{times},\"days\":{days}")
        }
        Amount::Smoking(cigarettes, years) => {
            write!(out, ",\"cigarettes_a_day\":{cigarettes},\"years\":{years}")
        }
        Amount::Class(class) => write!(out, ",\"value\":{class}"),
    };
}

/// A JSON string.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}
