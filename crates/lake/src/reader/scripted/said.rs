//! What the last steps of a script say, as an answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::compute::{cast, concat_batches};
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType};
use cohort::ast::Name;
use cohort::eval::{
    Answer, Candidate, Chosen, Coded, Dropped, EndedBy, Ending, Interval, Member, Patient,
    PatientAnswer, PatientEvent, Period, Stretch, Told, Truth, Way, When, kind_told, kind_word,
};
use cohort::sql::{Script, Shape, ToldBy};
use datafusion::common::{DataFusionError, internal_datafusion_err, internal_err};
use datafusion::prelude::SessionContext;

use super::ReaderError;

type Said<T> = Result<T, DataFusionError>;

/// All rows of a step.
struct Rows {
    batch: RecordBatch,
}

impl Rows {
    async fn of(session: &SessionContext, step: &str) -> Said<Self> {
        let table = session.table(step).await?;
        let schema = Arc::new(table.schema().as_arrow().clone());
        let batches = table.collect().await?;
        let schema = batches.first().map_or(schema, |first| first.schema());
        Ok(Self { batch: concat_batches(&schema, &batches)? })
    }

    fn count(&self) -> usize {
        self.batch.num_rows()
    }

    fn column(&self, name: &str, of: &DataType) -> Said<ArrayRef> {
        let missing = || ArrowError::SchemaError(format!("a step without column {name}"));
        let column = self.batch.column_by_name(name).ok_or_else(missing)?;
        Ok(cast(column, of)?)
    }

    fn whole(&self, name: &str) -> Said<Vec<Option<i64>>> {
        let column = self.column(name, &DataType::Int64)?;
        Ok(column.as_primitive::<Int64Type>().iter().collect())
    }

    fn numbers(&self, name: &str) -> Said<Vec<Option<f64>>> {
        let column = self.column(name, &DataType::Float64)?;
        Ok(column.as_primitive::<Float64Type>().iter().collect())
    }

    fn texts(&self, name: &str) -> Said<Vec<Option<String>>> {
        let column = self.column(name, &DataType::Utf8)?;
        Ok(column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
    }

    fn truths(&self, name: &str) -> Said<Vec<Truth>> {
        let column = self.column(name, &DataType::Boolean)?;
        let truth = |is: Option<bool>| is.map_or(Truth::Unknown, Truth::from);
        Ok(column.as_boolean().iter().map(truth).collect())
    }

    /// A stretch a row; none where the first second is null.
    fn stretches(&self, low: &str, high: &str) -> Said<Vec<Option<Stretch>>> {
        let both = self.whole(low)?.into_iter().zip(self.whole(high)?);
        Ok(both.map(|(low, high)| Stretch::new(low?, high?)).collect())
    }

    fn endings(&self) -> Said<Vec<Option<Ending>>> {
        let (seconds, by) = (self.whole("exit_second")?, self.texts("ended_by")?);
        let ending = |(second, by): (Option<i64>, Option<String>)| {
            let Some((second, by)) = second.zip(by) else { return Ok(None) };
            Ok(Some(Ending { second, by: ended_by(&by)? }))
        };
        seconds.into_iter().zip(by).map(ending).collect()
    }
}

/// The events of people by their names.
struct Events<'a>(HashMap<(i64, &'a str, &'a str), &'a Arc<PatientEvent>>);

impl<'a> Events<'a> {
    fn of(people: &'a [Patient]) -> Self {
        let all = people.iter().flat_map(|patient| {
            let id = patient.id.get();
            let name = move |event: &'a Arc<PatientEvent>| {
                ((id, kind_word(&event.kind), event.source_key.as_str()), event)
            };
            patient.events.iter().map(name)
        });
        Self(all.collect())
    }

    /// The event of a patient with this kind and key; a row of a list or a period in another cohort
    /// has no more than its name and start.
    fn found(
        &self,
        patient: i64,
        (kind, key): (Option<&str>, Option<&str>),
        start: Option<Stretch>,
    ) -> Member {
        let (kind, key) = (kind.unwrap_or_default(), key.unwrap_or_default());
        let event = match self.0.get(&(patient, kind, key)) {
            Some(event) => Arc::clone(event),
            None => Arc::new(PatientEvent { start, ..PatientEvent::new(kind_told(kind), key) }),
        };
        Member { event, found_by: Vec::new(), certain: true }
    }
}

/// What is told of each candidate.
type OfCandidates<T> = HashMap<i64, T>;

/// A row of the step of candidates.
struct Found {
    patient: i64,
    candidate: Candidate,
}

pub(super) async fn answer(
    session: &SessionContext,
    script: &Script,
    people: &[Patient],
) -> Result<Answer, ReaderError> {
    let events = Events::of(people);
    let mut found = candidates(session, script, &events).await?;
    let periods = periods(session, script, &found).await?;
    let mut told = Vec::with_capacity(script.outputs.len());
    for by in &script.outputs {
        told.push((by, outputs(session, by, (&events, &found)).await?));
    }
    let mut answers: BTreeMap<i64, PatientAnswer> = BTreeMap::new();
    for patient in people {
        let nothing = PatientAnswer { id: patient.id, candidates: Vec::new(), periods: Vec::new() };
        answers.insert(patient.id.get(), nothing);
    }
    for (patient, candidate, period) in periods {
        let outputs: Vec<(Name, Told)> = told
            .iter_mut()
            .filter_map(|(by, told)| Some((by.name.clone(), told.remove(&candidate)?)))
            .collect();
        if let Some(answer) = answers.get_mut(&patient) {
            answer.periods.push((period, outputs));
        }
    }
    let mut numbers: Vec<i64> = found.keys().copied().collect();
    numbers.sort_unstable();
    for number in numbers {
        let Some(Found { patient, candidate }) = found.remove(&number) else { continue };
        if let Some(answer) = answers.get_mut(&patient) {
            answer.candidates.push(candidate);
        }
    }
    Ok(Answer { patients: answers.into_values().collect() })
}

/// Every candidate by its number: numbers are those of patients, then of their candidates.
async fn candidates(
    session: &SessionContext,
    script: &Script,
    events: &Events<'_>,
) -> Said<OfCandidates<Found>> {
    let rows = Rows::of(session, &script.candidates).await?;
    let (numbers, patients) = (rows.whole("candidate")?, rows.whole("patient_id")?);
    let (kinds, keys) = (rows.texts("kind")?, rows.texts("source_key")?);
    let (dropped, endings) = (rows.texts("dropped")?, rows.endings()?);
    let index = rows.stretches("index_low", "index_high")?;
    let mut found = OfCandidates::with_capacity(rows.count());
    let entries = numbers.into_iter().zip(patients).zip(kinds.iter().zip(&keys));
    let became = dropped.into_iter().zip(endings).zip(index);
    for (((number, patient), (kind, key)), ((dropped, ending), index)) in entries.zip(became) {
        let (number, patient) = (named(number)?, named(patient)?);
        let entry = events.found(patient, (kind.as_deref(), key.as_deref()), None);
        let candidate = Candidate {
            way: Way { entry, names: Vec::new(), index },
            dropped: dropped.as_deref().map(why).transpose()?,
            rules: ending.map(|_| Vec::with_capacity(script.rules.len())),
            ending,
        };
        found.insert(number, Found { patient, candidate });
    }
    for step in &script.rules {
        let rows = Rows::of(session, step).await?;
        for (number, truth) in rows.whole("candidate")?.into_iter().zip(rows.truths("truth")?) {
            let of = found.get_mut(&named(number)?);
            if let Some(rules) = of.and_then(|found| found.candidate.rules.as_mut()) {
                rules.push(truth);
            }
        }
    }
    Ok(found)
}

/// The periods in order: whose, of which candidate, and when.
async fn periods(
    session: &SessionContext,
    script: &Script,
    found: &OfCandidates<Found>,
) -> Said<Vec<(i64, i64, Period)>> {
    let rows = Rows::of(session, &script.periods).await?;
    let (numbers, joined) = (rows.whole("candidate")?, rows.whole("joined")?);
    let (endings, index) = (rows.endings()?, rows.stretches("index_low", "index_high")?);
    let mut periods = Vec::with_capacity(rows.count());
    let of_rows = numbers.into_iter().zip(joined).zip(endings.into_iter().zip(index));
    for ((number, joined), (ending, index)) in of_rows {
        let number = named(number)?;
        let Some((of, (ending, index))) = found.get(&number).zip(ending.zip(index)) else {
            return internal_err!("a period of no candidate, or without an end");
        };
        let joined = usize::try_from(named(joined)?).unwrap_or(usize::MAX);
        let period = Period { way: of.candidate.way.clone(), index, ending, joined };
        periods.push((of.patient, number, period));
    }
    periods.sort_by_key(|(patient, number, period)| (*patient, period.index, *number));
    Ok(periods)
}

/// What an output says of each candidate with a period.
async fn outputs(
    session: &SessionContext,
    by: &ToldBy,
    (events, found): (&Events<'_>, &OfCandidates<Found>),
) -> Said<OfCandidates<Told>> {
    let rows = Rows::of(session, &by.step).await?;
    let numbers: Vec<i64> = rows.whole("candidate")?.into_iter().map(named).collect::<Said<_>>()?;
    if by.shape == Shape::Measure {
        return intervals(&rows, &numbers);
    }
    let told: Vec<Told> = match &by.shape {
        Shape::Number(unit) => {
            let numbers = rows.numbers("number")?.into_iter();
            numbers.map(|number| Told::Number(number, unit.clone())).collect()
        }
        Shape::Moment => {
            let states = rows.whole("state")?.into_iter().zip(rows.stretches("low", "high")?);
            states.map(|(state, at)| Told::Moment(when(state, at))).collect()
        }
        Shape::Code => {
            let codes = rows.texts("code")?.into_iter();
            codes.map(|code| Told::Code(code.as_deref().map(coded))).collect()
        }
        Shape::Truth => rows.truths("truth")?.into_iter().map(Told::Truth).collect(),
        Shape::Event | Shape::Outcome => {
            let days = match by.shape {
                Shape::Outcome => rows.whole("days")?,
                _ => vec![None; rows.count()],
            };
            let chosen = chosen(&rows, &numbers, (events, found))?;
            let told = |(chosen, days)| match by.shape {
                Shape::Outcome => Told::Outcome(chosen, days),
                _ => Told::Event(chosen),
            };
            chosen.into_iter().zip(days).map(told).collect()
        }
        Shape::Measure => Vec::new(),
    };
    Ok(numbers.into_iter().zip(told).collect())
}

fn chosen(
    rows: &Rows,
    numbers: &[i64],
    (events, found): (&Events<'_>, &OfCandidates<Found>),
) -> Said<Vec<Chosen>> {
    let (states, kinds, keys) =
        (rows.whole("state")?, rows.texts("kind")?, rows.texts("source_key")?);
    let starts = rows.stretches("start_low", "start_high")?;
    let names = kinds.iter().map(Option::as_deref).zip(keys.iter().map(Option::as_deref));
    let of_rows = numbers.iter().zip(states).zip(names.zip(starts));
    let one = |((number, state), (name, start))| match state {
        Some(1) => {
            let patient = found.get(number).map_or(0, |of| of.patient);
            Chosen::Found(events.found(patient, name, start))
        }
        Some(0) => Chosen::Absent,
        _ => Chosen::Unknown,
    };
    Ok(of_rows.map(one).collect())
}

fn intervals(rows: &Rows, numbers: &[i64]) -> Said<OfCandidates<Told>> {
    let mut all: HashMap<i64, Vec<Interval>> = HashMap::new();
    let days = rows.whole("first_day")?.into_iter().zip(rows.whole("last_day")?);
    let says = rows.truths("denominator")?.into_iter().zip(rows.truths("numerator")?);
    for ((number, (first, last)), (denominator, numerator)) in numbers.iter().zip(days).zip(says) {
        let interval = Interval { days: (named(first)?, named(last)?), denominator, numerator };
        all.entry(*number).or_default().push(interval);
    }
    let told = |(number, mut intervals): (i64, Vec<Interval>)| {
        intervals.sort_by_key(|interval| interval.days);
        (number, Told::Measure(intervals))
    };
    Ok(all.into_iter().map(told).collect())
}

fn when(state: Option<i64>, at: Option<Stretch>) -> When {
    match (state, at) {
        (Some(1), Some(at)) => When::At(at),
        (Some(0), _) => When::Absent,
        _ => When::Unknown,
    }
}

/// A code as it was written.
fn coded(written: &str) -> Coded {
    match written.rsplit_once('|') {
        Some((system, code)) => Coded::of(system, code),
        None => Coded::word(written),
    }
}

/// What is never null.
fn named(number: Option<i64>) -> Said<i64> {
    number.ok_or_else(|| internal_datafusion_err!("a row without its number"))
}

fn why(word: &str) -> Said<Dropped> {
    Ok(match word {
        "NotFirstInLife" => Dropped::NotFirstInLife,
        "IndexUnknown" => Dropped::IndexUnknown,
        "Calendar" => Dropped::Calendar,
        "Washout" => Dropped::Washout,
        "NotChosen" => Dropped::NotChosen,
        "Rules" => Dropped::Rules,
        "EndsBeforeIndex" => Dropped::EndsBeforeIndex,
        "FollowUp" => Dropped::FollowUp,
        "NotKept" => Dropped::NotKept,
        other => return internal_err!("dropped because of {other:?}"),
    })
}

fn ended_by(word: &str) -> Said<EndedBy> {
    let place = |number: &str| {
        let number: Option<usize> = number.parse().ok();
        number.and_then(|number| number.checked_sub(1))
    };
    let by = match word.split_once(' ') {
        Some(("exit", number)) => place(number).map(EndedBy::Exit),
        Some(("censor", number)) => place(number).map(EndedBy::Censor),
        None if word == "death" => Some(EndedBy::Death),
        None if word == "coverage" => Some(EndedBy::Coverage),
        _ => None,
    };
    by.ok_or_else(|| internal_datafusion_err!("ended by {word:?}"))
}
