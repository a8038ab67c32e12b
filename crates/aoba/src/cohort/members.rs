//! `aoba cohort members`: who is in a cohort, when, and what is told of them: rows, under a right to
//! rows. People go by their numbers of `patient_id`, never by a name or a number of the hospital.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};

use anyhow::Context as _;
use cohort::ast::{Output, Value as Named};
use cohort::eval::{
    Chosen, Coded, Ending, Period, SECONDS_PER_DAY, Stretch, Told as Said, Truth, name_of, written,
};
use lake::CohortAnswer;
use serde_json::{Map, Value, json};
use vocab::{Locale, PatientId};

use super::answering::{Asked, Told, begin, engine_word};
use super::files::Source;
use super::group;
use crate::cli::{CohortMembersArgs, ListFormat, MembersFormat};
use crate::house::House;
use crate::output::List;
use crate::progress;
use slices::cohorts::told::ended_by;

/// `aoba cohort members`
pub(super) async fn run(house: &House, args: &CohortMembersArgs) -> anyhow::Result<()> {
    let source = Source::read(&args.file)?;
    let mut asked = Asked::of(&source, &house.config.cohort)?;
    asked.ask_of(args.look.engine);
    // An answer that goes into a file may leave the house: who erases somebody must know of it.
    let act = if args.output.is_some() { "cohort-members-file" } else { "cohort-members" };
    let reader = asked.reader(house, &args.look, act).await?;
    let (covered, bar) = begin(house, &reader, args.look.quiet).await?;
    let answer = reader.cohort_members(&asked.question, &covered, progress::moving(&bar)).await?;
    bar.finish_and_clear();
    let told = Told::new(&reader, &covered, house.locale);
    let mut out: Box<dyn Write> = match &args.output {
        None => Box::new(BufWriter::new(stdout())),
        Some(path) => {
            let file = File::create(path);
            let file = file.with_context(|| format!("cannot write {}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
    };
    let members = Members { asked: &asked, told: &told, answer: &answer };
    match args.format {
        MembersFormat::Csv => members.list().print(ListFormat::Csv, &mut out)?,
        MembersFormat::Json => write_json(&mut out, &members.value())?,
        MembersFormat::Group => {
            let said = group::said(&source, house.locale)?;
            write_json(&mut out, &members.group(&said))?;
        }
    }
    Ok(out.flush()?)
}

fn write_json(out: &mut dyn Write, value: &Value) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    Ok(writeln!(out)?)
}

/// Those in a cohort, with their periods.
pub(super) struct Members<'a> {
    pub(super) asked: &'a Asked,
    pub(super) told: &'a Told<'a>,
    pub(super) answer: &'a CohortAnswer,
}

/// A period of somebody.
pub(super) struct Member<'a> {
    pub(super) patient: PatientId,
    period: &'a Period,
    outputs: Vec<Value>,
}

impl Member<'_> {
    /// The local day of the index.
    pub(super) fn index(&self) -> i64 {
        self.period.index.first_day()
    }

    /// The last local day.
    pub(super) fn exit(&self) -> i64 {
        last_day(self.period.ending)
    }
}

impl Members<'_> {
    /// Every period, of one person after the other.
    pub(super) fn each(&self) -> impl Iterator<Item = Member<'_>> {
        self.answer.patients.iter().flat_map(|patient| {
            patient.periods.iter().map(|(period, told)| {
                let outputs = told.iter().flat_map(|(_, told)| cells(told)).collect();
                Member { patient: patient.id, period, outputs }
            })
        })
    }

    fn columns(&self) -> Vec<String> {
        let outputs = self.asked.definition().outputs.iter();
        outputs.flat_map(|clause| columns(&clause.says)).collect()
    }

    /// A row for each period.
    fn list(&self) -> List {
        let first = ["patient_id", "index", "exit", "ended_by"].map(str::to_owned);
        let mut list = List::of(first.into_iter().chain(self.columns()).collect());
        for member in self.each() {
            let first = [
                member.patient.get().into(),
                written(member.index()).into(),
                written(member.exit()).into(),
                ended_by(member.period.ending.by, Locale::En).into(),
            ];
            list.push(first.into_iter().chain(member.outputs).collect());
        }
        list
    }

    fn value(&self) -> Value {
        let columns = self.columns();
        let members = self.each().map(|member| {
            json!({
                "patient_id": member.patient.get(),
                "index": written(member.index()),
                "exit": written(member.exit()),
                "ended_by": ended_by(member.period.ending.by, Locale::En),
                "outputs": columns.iter().cloned().zip(member.outputs).collect::<Map<_, _>>(),
            })
        });
        let mut value = self.asked.facts(self.told);
        value["engine"] = engine_word(self.answer.by).into();
        value["members"] = members.collect();
        value
    }
}

fn last_day(ending: Ending) -> i64 {
    ending.second.div_euclid(SECONDS_PER_DAY)
}

/// The columns of an output. Measures are of intervals and have none.
fn columns(output: &Output) -> Vec<String> {
    let with = |name: &str, more: &[&str]| {
        let more = more.iter().map(|ending| format!("{name}_{ending}"));
        [name.to_owned()].into_iter().chain(more).collect()
    };
    match output {
        Output::Variable { value: value @ Named::Event(..), .. } => {
            with(name_of(value).as_str(), &["found"])
        }
        Output::Variable { value, .. } => with(name_of(value).as_str(), &[]),
        Output::Stratum { name, .. } => with(name.as_str(), &[]),
        Output::Outcome { name, .. } => with(name.as_str(), &["found", "days"]),
        Output::Measure(_) => Vec::new(),
    }
}

/// What is told in them; nothing where it is unknown.
fn cells(told: &Said) -> Vec<Value> {
    match told {
        Said::Number(number, _) => vec![json!(number)],
        Said::Moment(when) => vec![json!(when.known().map(day))],
        Said::Code(code) => vec![json!(code.as_ref().map(Coded::written))],
        Said::Truth(truth) => vec![json!(truth_of(*truth))],
        Said::Event(chosen) => event(chosen).to_vec(),
        Said::Outcome(chosen, days) => event(chosen).into_iter().chain([json!(days)]).collect(),
        Said::Measure(_) => Vec::new(),
    }
}

/// The day of an event, and whether there is one.
fn event(chosen: &Chosen) -> [Value; 2] {
    match chosen {
        Chosen::Found(member) => [json!(member.event.start.map(day)), true.into()],
        Chosen::Absent => [Value::Null, false.into()],
        Chosen::Unknown => [Value::Null, Value::Null],
    }
}

fn truth_of(truth: Truth) -> Option<bool> {
    match truth {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::Unknown => None,
    }
}

/// The local day, or the first and the last it may be.
fn day(at: Stretch) -> String {
    match at.known_day() {
        Some(day) => written(day),
        None => format!("{}/{}", written(at.first_day()), written(at.last_day())),
    }
}
