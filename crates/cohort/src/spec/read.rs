//! Reads the tables.

use std::sync::Arc;

use vocab::PatientId;

use crate::ast::{Definition, Name, Rank};
use crate::eval::{
    Coded, Days, ListRow, Measured, Patient, PatientEvent, SECONDS_PER_DAY, Sex, Stretch, day_from,
    days_of, kind_of,
};
use crate::problem::Problem;
use crate::text;

use super::{Case, Expect, Setting};

/// What is wrong with a table, with its line.
type Wrong = String;

/// How patients enter where no block says it.
const ENTRY: &str = "entry first visit ever";

/// Reads the cases of one file; `shared` is what every file may refer to.
///
/// # Errors
/// When a block cannot be read, with its line.
pub fn read(markdown: &str, shared: &Setting) -> Result<(Setting, Vec<Case>), Wrong> {
    let mut setting = shared.clone();
    let (mut entry, mut cases) = (ENTRY.to_owned(), Vec::new());
    let mut lines = markdown.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(word) = line.strip_prefix("```").filter(|word| !word.is_empty()) else { continue };
        let block: Vec<(usize, &str)> = lines
            .by_ref()
            .take_while(|(_, line)| *line != "```")
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty())
            .collect();
        let whole = || block.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        let wrong = |what: &str| format!("line {}: {what}", at + 1);
        let (word, name) = word.split_once(' ').unwrap_or((word, ""));
        match word {
            "patients" => setting.patients = patients(&block)?,
            "cohort" => entry = whole(),
            "codes" => {
                let set = text::parse_codes(&whole()).map_err(|all| wrong(&told(&all)))?;
                setting.codes.retain(|other| other.name != set.name);
                setting.codes.push(set);
            }
            "hierarchy" | "maps" => {
                for (_, line) in &block {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    let [system, code, other] = *words.as_slice() else {
                        return Err(wrong("SYSTEM CODE OTHER"));
                    };
                    match word {
                        "maps" => setting.hierarchies.map(system, code, other),
                        _ => setting.hierarchies.below(system, code, other),
                    }
                }
            }
            "other" => {
                let other = define(&whole(), &setting).map_err(|why| wrong(&why))?;
                setting.cohorts.retain(|cohort| cohort.heading.name != other.heading.name);
                setting.cohorts.push(other);
            }
            "list" => {
                let name = Name::new(name).map_err(|why| wrong(&why.to_string()))?;
                setting.lists.insert(name, list(&block)?);
            }
            "ask" => {
                for (line, row) in block {
                    cases.push(asked(line, row, &entry, &setting)?);
                }
            }
            "answer" | "attrition" | "refused" => {
                let definition = define(&entry, &setting).map_err(|why| wrong(&why))?;
                let rows = block.iter().map(|(_, row)| (*row).trim().to_owned()).collect();
                let expect = match word {
                    "answer" => Expect::Periods(rows),
                    "attrition" => Expect::Attrition(rows),
                    _ => Expect::Refused(whole()),
                };
                cases.push(Case { line: at + 1, definition, setting: setting.clone(), expect });
            }
            _ => return Err(wrong("a block nobody reads")),
        }
    }
    Ok((setting, cases))
}

/// `EXPRESSION -> answer; answer`, one for each patient.
fn asked(line: usize, row: &str, entry: &str, setting: &Setting) -> Result<Case, Wrong> {
    let (expression, answers) =
        row.rsplit_once("->").ok_or_else(|| format!("line {line}: no ->"))?;
    let text = format!("{entry}\n  variable asked = {expression}");
    let definition = define(&text, setting).map_err(|why| format!("line {line}: {why}"))?;
    let expect = Expect::Told(answers.split(';').map(|answer| answer.trim().to_owned()).collect());
    Ok(Case { line, definition, setting: setting.clone(), expect })
}

/// Reads a definition, with a heading and lines `uses` for what it names where it has none.
fn define(body: &str, setting: &Setting) -> Result<crate::ast::CohortDefinition, Wrong> {
    let mut text = String::new();
    let mut body = body.trim_start();
    if body.starts_with("cohort ") {
        let (heading, rest) = body.split_once('\n').unwrap_or((body, ""));
        text.push_str(&format!("{heading}\n"));
        body = rest;
    } else {
        text.push_str("cohort spec version 1\n");
    }
    if !body.contains("uses ") {
        let words: Vec<&str> =
            body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let follows = |word: &str, name: &str| words.windows(2).any(|pair| pair == [word, name]);
        for set in &setting.codes {
            if words.contains(&set.name.as_str()) {
                text.push_str(&format!("  uses codes {} version {}\n", set.name, set.version));
            }
        }
        for cohort in &setting.cohorts {
            if follows("cohort", cohort.heading.name.as_str()) {
                text.push_str(&format!("  uses cohort {} version 1\n", cohort.heading.name));
            }
        }
        for name in setting.lists.keys().filter(|name| follows("list", name.as_str())) {
            text.push_str(&format!("  uses list {name} version 1\n"));
        }
    }
    text.push_str(body);
    text.push('\n');
    match text::parse(&text) {
        Ok(parsed) => match parsed.definition {
            Definition::Cohort(cohort) => Ok(*cohort),
            Definition::Study(_) => Err("a study".to_owned()),
        },
        Err(problems) => Err(format!("{}\n{text}", told(&problems))),
    }
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn list(block: &[(usize, &str)]) -> Result<Vec<ListRow>, Wrong> {
    let mut rows = Vec::new();
    for (line, row) in block {
        let wrong = || format!("line {line}: PATIENT [DAY]");
        let mut words = row.split_whitespace();
        let patient = words.next().and_then(patient_id).ok_or_else(wrong)?;
        let day = words.next().map(|day| moment(day).ok_or_else(wrong)).transpose()?;
        rows.push(ListRow { patient, day });
    }
    Ok(rows)
}

fn patient_id(word: &str) -> Option<PatientId> {
    word.parse().ok().and_then(PatientId::from_stored)
}

fn patients(block: &[(usize, &str)]) -> Result<Vec<Patient>, Wrong> {
    let mut patients: Vec<Patient> = Vec::new();
    for (line, row) in block {
        let wrong = |what: &str| format!("line {line}: {what} in {row}");
        let words: Vec<&str> = row.split_whitespace().collect();
        if !row.starts_with(' ') {
            patients.push(patient(&words).ok_or_else(|| wrong("ID SEX BIRTH"))?);
            continue;
        }
        let patient = patients.last_mut().ok_or_else(|| wrong("no patient"))?;
        if let ["covered", of, days @ ..] = words.as_slice() {
            let kind = kind_of(of).ok_or_else(|| wrong("unknown kind"))?;
            let declared = patient.coverage.entry(kind).or_default();
            for stretch in days {
                declared.push(stretch_of_days(stretch).ok_or_else(|| wrong("FIRST..LAST"))?);
            }
            continue;
        }
        let key = format!("k{}", patient.events.len() + 1);
        let event = event(&words, &key).ok_or_else(|| wrong("an event"))?;
        patient.events.push(Arc::new(event));
    }
    Ok(patients)
}

/// `1 female 1960-05-01`
fn patient(words: &[&str]) -> Option<Patient> {
    let [id, sex, birth] = words else { return None };
    let mut patient = Patient::new(patient_id(id)?);
    patient.sex = match *sex {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        "other" => Some(Sex::Other),
        "?" => None,
        _ => return None,
    };
    patient.birth = if *birth == "?" { None } else { Some(moment(birth)?) };
    Some(patient)
}

fn stretch_of_days(text: &str) -> Option<Days> {
    let (first, last) = text.split_once("..")?;
    Some((moment(first)?.first_day(), moment(last)?.last_day()))
}

/// `lab 2020-01-05 a1c 7.1 % ward=w1`
fn event(words: &[&str], key: &str) -> Option<PatientEvent> {
    let (kind_named, when) = (words.first()?, words.get(1)?);
    let mut event = PatientEvent::new(kind_of(kind_named)?, key);
    match when.split_once("..") {
        None if *when == "?" => {}
        None => event = event.at(moment(when)?),
        Some((start, "")) => event.start = Some(moment(start)?),
        Some((start, last)) => {
            event.start = if start == "?" { None } else { Some(moment(start)?) };
            event.last = Some(moment(last)?);
        }
    }
    let mut rest = words.iter().skip(2);
    while let Some(word) = rest.next() {
        let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        match word.split_once('=') {
            Some((name, value)) => field(&mut event, name, value)?,
            None if is_number => {
                let unit = rest.next().filter(|unit| **unit != "-");
                event.value = Some(Measured {
                    value: word.parse().ok()?,
                    unit: unit.map(|unit| (*unit).to_owned()),
                });
            }
            None if *word == "suspected" => event.suspected = true,
            None if *word == "main" => event.rank = Some(Rank::Main),
            None => event.codes.push(coded(word, Some("aoba"))),
        }
    }
    Some(event)
}

fn coded(text: &str, system: Option<&str>) -> Coded {
    match (text.split_once('|'), system) {
        (Some((system, code)), _) => Coded::of(system, code),
        (None, Some(system)) => Coded::of(system, text),
        (None, None) => Coded::word(text),
    }
}

/// `5_mg`
fn measured(text: &str) -> Option<Measured> {
    let (value, unit) = match text.split_once('_') {
        Some((value, unit)) => (value, Some(unit.to_owned())),
        None => (text, None),
    };
    Some(Measured { value: value.parse().ok()?, unit })
}

fn field(event: &mut PatientEvent, name: &str, value: &str) -> Option<()> {
    let owned = || Some(value.to_owned());
    let word = || Some(coded(value, None));
    match name {
        "key" => value.clone_into(&mut event.source_key),
        "visit" => event.visit = owned(),
        "order" => event.order = owned(),
        "ward" => event.ward = word(),
        "department" => event.department = word(),
        "coded" => event.coded_value = word(),
        "route" => event.route = word(),
        "kind" => event.visit_kind = word(),
        "dose" => event.dose = Some(measured(value)?),
        "supply" => event.days_supply = Some(value.parse().ok()?),
        "low" => event.lower_limit = Some(value.parse().ok()?),
        "high" => event.upper_limit = Some(value.parse().ok()?),
        _ => {
            if let Some(name) = name.strip_prefix("number.") {
                event.numbers.insert(Name::new(name).ok()?, measured(value)?);
            } else {
                let name = name.strip_prefix("attribute.")?;
                event.attributes.insert(Name::new(name).ok()?, coded(value, None));
            }
        }
    }
    Some(())
}

/// `2020`, `2020-05`, `2020-05-17`, `2020-05-17T08:30`, `2020-05-17T08:30:15`.
fn moment(text: &str) -> Option<Stretch> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let parts: Vec<i64> = date.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let Some(time) = time else {
        return match *parts.as_slice() {
            [year] => Some(Stretch::days(day_from(year, 1, 1), day_from(year, 12, 31))),
            [year, month] => Some(Stretch::days(
                day_from(year, month, 1),
                day_from(year, month, days_of(year, month)),
            )),
            [year, month, day] => Some(Stretch::day(day_from(year, month, day))),
            _ => None,
        };
    };
    let [year, month, day] = *parts.as_slice() else { return None };
    let midnight = day_from(year, month, day) * SECONDS_PER_DAY;
    let parts: Vec<i64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    match *parts.as_slice() {
        [hour, minute] => {
            let first = midnight + hour * 3600 + minute * 60;
            Stretch::new(first, first + 59)
        }
        [hour, minute, second] => {
            Some(Stretch::second(midnight + hour * 3600 + minute * 60 + second))
        }
        _ => None,
    }
}
