//! `aoba cohort explain`: why one patient is in a cohort, or out.

use std::io::{Write as _, stdout};

use cohort::ast::CohortDefinition;
use cohort::eval::{
    Candidate, Coded, Miss, PatientEvent, Reason, SECONDS_PER_DAY, Stretch, Truth, kind_word,
    rules, written,
};
use lake::Explained;
use ledger::Look;
use serde_json::{Value, json};
use vocab::{Locale, SnapshotId};

use super::answering::{Asked, Told, rule_name};
use super::attrition::{reason_word, rule_word};
use crate::cli::{CohortExplainArgs, ReportFormat};
use crate::consent;
use crate::house::House;
use crate::output::tell;

/// `aoba cohort explain`
pub(super) async fn run(house: &House, args: &CohortExplainArgs) -> anyhow::Result<()> {
    let asked = Asked::read(&args.file, &house.config.cohort)?;
    let patient = consent::find(house, &args.patient).await?;
    let (purpose, study) = (args.purpose, args.study.as_ref());
    let (act, digest) = ("cohort-explain", asked.hash.as_str());
    let look = Look { actor: &house.actor, purpose, study, act, digest };
    let snapshot = args.snapshot.map(SnapshotId);
    let permit = house.ledger.permit_patient(&look, patient).await?;
    let reader = house.lake.reader(permit, snapshot).await?;
    // Since when there are records is known from those of everybody: a look of its own.
    let permit = house.ledger.permit(&house.actor, purpose, study, act, digest).await?;
    let everybody = house.lake.reader(permit, reader.snapshot()).await?;
    let covered = everybody.covered(&asked.question.config).await?;
    let locale = house.locale;
    let Some(why) = reader.explain_cohort(&asked.question, covered).await? else {
        match locale {
            Locale::En => tell!("nothing of this patient may be seen, or there is nothing"),
            Locale::Ja => tell!("この患者の記録は閲覧できないか、存在しません"),
        }
        return Ok(());
    };
    let told = Told::new(&reader, &why.covered, locale);
    let said = Said { definition: asked.definition(), why: &why, locale };
    let mut out = stdout().lock();
    match args.format {
        ReportFormat::Json => {
            let mut value = asked.facts(&told);
            said.add_to(&mut value);
            serde_json::to_writer_pretty(&mut out, &value)?;
            writeln!(out)?;
        }
        ReportFormat::Text => {
            let lines = asked.heading(&told).into_iter().chain(said.lines());
            lines.into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    Ok(())
}

struct Said<'a> {
    definition: &'a CohortDefinition,
    why: &'a Explained,
    locale: Locale,
}

impl Said<'_> {
    fn word(&self, en: &'static str, ja: &'static str) -> &'static str {
        if self.locale == Locale::Ja { ja } else { en }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        for period in &self.why.why.periods {
            let from = day(Some(period.index));
            let until = written(period.ending.second.div_euclid(SECONDS_PER_DAY));
            lines.push(format!("{} {from} – {until}", self.word("in the cohort:", "該当期間:")));
        }
        if self.why.why.periods.is_empty() {
            lines.push(self.word("not in the cohort", "該当しません").to_owned());
        }
        for (candidate, reasons) in &self.why.why.candidates {
            lines.push(String::new());
            self.candidate(candidate, &mut lines);
            for (place, (rule, reason)) in rules(self.definition).zip(reasons).enumerate() {
                let kind = rule_word(rule.kind, self.locale);
                let name = rule_name(&rule.title, place, self.locale);
                lines.push(format!("  {kind} {name}: {}", self.truth(reason.says)));
                self.reason(reason, "    ", &mut lines);
            }
        }
        if self.why.why.candidates.is_empty() {
            for misses in &self.why.why.entry_misses {
                misses.iter().for_each(|miss| lines.push(self.miss(miss, "  ")));
            }
        }
        lines
    }

    fn candidate(&self, candidate: &Candidate, lines: &mut Vec<String>) {
        let event = shown(&candidate.way.entry.event);
        let index = day(candidate.way.index);
        let fate = match candidate.dropped {
            Some(reason) => reason_word(reason, self.locale),
            None => self.word("kept", "採用"),
        };
        let (entry, on) = (self.word("entry", "組入れ"), self.word("index", "基準日"));
        lines.push(format!("{entry}: {event}; {on} {index}; {fate}"));
    }

    fn reason(&self, reason: &Reason, indent: &str, lines: &mut Vec<String>) {
        let found = self.word("looked at", "参照");
        let rows = reason.rows.iter();
        lines.extend(rows.map(|row| format!("{indent}{found}: {}", shown(&row.event))));
        lines.extend(reason.misses.iter().map(|miss| self.miss(miss, indent)));
        let deeper = format!("{indent}  ");
        reason.parts.iter().for_each(|part| self.reason(part, &deeper, lines));
    }

    fn miss(&self, miss: &Miss, indent: &str) -> String {
        let near = self.word("near", "近い記録");
        let mut text = format!("{indent}{near}: {}", shown(&miss.event));
        match (miss.days_outside, self.locale) {
            (Some(0) | None, _) => {}
            (Some(days), Locale::En) => text += &format!("; {days} days outside the window"),
            (Some(days), Locale::Ja) => text += &format!("、期間から{days}日外れています"),
        }
        if miss.holds != Truth::True {
            let with = self.word("its condition is", "条件は");
            text += &format!("; {with} {}", self.truth(miss.holds));
        }
        text
    }

    fn truth(&self, truth: Truth) -> &'static str {
        match truth {
            Truth::True => self.word("true", "真"),
            Truth::False => self.word("false", "偽"),
            Truth::Unknown => self.word("unknown", "不明"),
        }
    }

    fn add_to(&self, value: &mut Value) {
        let periods = self.why.why.periods.iter().map(|period| {
            let until = written(period.ending.second.div_euclid(SECONDS_PER_DAY));
            json!({ "index": day(Some(period.index)), "last_day": until })
        });
        value["periods"] = periods.collect();
        let candidates = self.why.why.candidates.iter().map(|(candidate, reasons)| {
            let rules = rules(self.definition).zip(reasons).enumerate();
            let rules = rules.map(|(place, (rule, reason))| {
                let mut value = self.reason_value(reason);
                value["rule"] = rule_name(&rule.title, place, self.locale).into();
                value
            });
            json!({
                "entry": shown(&candidate.way.entry.event),
                "index": day(candidate.way.index),
                "dropped": candidate.dropped.map(|reason| reason_word(reason, self.locale)),
                "rules": rules.collect::<Vec<_>>(),
            })
        });
        value["candidates"] = candidates.collect();
        let misses = self.why.why.entry_misses.iter();
        value["near_entries"] =
            misses.flatten().map(|miss| Value::from(self.miss(miss, ""))).collect();
    }

    fn reason_value(&self, reason: &Reason) -> Value {
        json!({
            "says": self.truth(reason.says),
            "looked_at": reason.rows.iter().map(|row| shown(&row.event)).collect::<Vec<_>>(),
            "near": reason.misses.iter().map(|miss| self.miss(miss, "")).collect::<Vec<_>>(),
            "parts": reason.parts.iter().map(|part| self.reason_value(part)).collect::<Vec<_>>(),
        })
    }
}

/// An event in one line: kind, day, codes, value, key.
fn shown(event: &PatientEvent) -> String {
    let codes = event.codes.iter().map(Coded::written).collect::<Vec<_>>().join(" ");
    let value = event.value.as_ref().map_or(String::new(), |value| {
        format!(" = {} {}", value.value, value.unit.as_deref().unwrap_or_default())
    });
    let (kind, start) = (kind_word(&event.kind), day(event.start));
    format!("{kind} {start} {codes}{value} [{}]", event.source_key)
}

/// A stretch of time as days.
fn day(stretch: Option<Stretch>) -> String {
    let Some(stretch) = stretch else { return "?".to_owned() };
    match stretch.known_day() {
        Some(day) => written(day),
        None => format!("{}/{}", written(stretch.first_day()), written(stretch.last_day())),
    }
}
