//! Every `.sql` file of the slices, asked of the twelve people: its `.slt` twin holds the answer.
//!
//! A twin names the file it asks, so that no question stands in two places: `procedures.sql of
//! jiro` asks under a permit for one patient, `of everyone` under one for all, and `with today =
//! 2026-11-20, …` binds values. A patient's number differs from house to house and is shown as the
//! key of the record. `UPDATE_EXPECT=1` writes the answers anew: read each before it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::util::display::array_value_to_string;
use lake::{Lake, LakeConfig, Parameter};
use ledger::{Clock, Ledger, Look, NewGrant};
use vocab::{Actor, PatientId, PurposeOfUse};

use crate::house::{House, files_below, repository};
use crate::twin::{self, Record};

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_slices_is_answered_as_its_twin_says() {
    let house = House::with_people();
    let asked = Asked::open(&house).await;
    let below = files_below(&repository().join("crates/slices/src"));
    let named = |ending: &str| -> BTreeSet<_> {
        let of = below.iter().filter(|path| path.extension().is_some_and(|end| end == ending));
        of.map(|path| path.with_extension("")).collect()
    };
    let twins = named("slt");
    assert_eq!(named("sql"), twins, "a question or its twin is missing");
    assert!(twins.len() > 10, "{} questions", twins.len());
    let mut differ = Vec::new();
    for path in twins.iter().map(|path| path.with_extension("slt")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut records =
            twin::read(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        for record in &mut records {
            asked.answer(&path, record).await;
        }
        let now = twin::write(&records);
        if now == text {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, now).unwrap();
        } else {
            differ.push(format!("{}, which is now answered so:\n{now}", path.display()));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn a_line_of_a_twin_says_what_is_asked_of_whom_and_with_which_values() {
    let line = Line::read("values.sql of takeshi with first_day = 2021-04-01, n = 3").unwrap();
    assert_eq!((line.file, line.of), ("values.sql", "takeshi"));
    let day = Parameter::Day(jiff::civil::date(2021, 4, 1));
    assert_eq!(line.values, [("first_day", day), ("n", Parameter::Whole(3))]);
    assert!(Line::read("select 1").is_none());
}

/// The twelve people's house, opened beside the program.
struct Asked {
    ledger: Ledger,
    lake: Lake,
    doctor: Actor,
    /// The number of each person by the key of the record.
    people: BTreeMap<String, PatientId>,
}

/// What a question gave.
struct Given {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// What a twin asks: the file, of whom, and the values it is asked with.
#[derive(Debug)]
struct Line<'l> {
    file: &'l str,
    of: &'l str,
    values: Vec<(&'l str, Parameter)>,
}

impl<'l> Line<'l> {
    fn read(line: &'l str) -> Option<Self> {
        let (file, rest) = line.trim().split_once(" of ")?;
        let (of, values) = match rest.split_once(" with ") {
            Some((of, values)) => (of, values.split(", ").map(value).collect::<Option<_>>()?),
            None => (rest, Vec::new()),
        };
        Some(Self { file, of, values })
    }
}

/// `name = 2026-11-20`, `name = 12` or `name = text`.
fn value(text: &str) -> Option<(&str, Parameter)> {
    let (name, value) = text.split_once(" = ")?;
    let parameter = match (value.parse(), value.parse()) {
        (Ok(day), _) => Parameter::Day(day),
        (_, Ok(number)) => Parameter::Whole(number),
        _ => Parameter::Text(value.to_owned()),
    };
    Some((name, parameter))
}

impl Asked {
    async fn open(house: &House) -> Self {
        let owner = Actor::new("owner").unwrap();
        let doctor = Actor::new("doctor").unwrap();
        let ledger = Ledger::open(&house.home(), Clock::of_the_machine(), &owner).await.unwrap();
        let lake = Lake::open(&house.home(), LakeConfig::default(), ledger.clone()).unwrap();
        let grant = NewGrant {
            actor: doctor.clone(),
            purpose: PurposeOfUse::Treatment,
            study: None,
            sees_rows: true,
            exact_counts: true,
            expires: None,
        };
        ledger.people().grant(&grant, &owner).await.unwrap();
        let mut asked = Self { ledger, lake, doctor, people: BTreeMap::new() };
        let question = "select patient_id, resource_key from fhir.patient order by resource_key";
        let given = asked.ask(None, question, &[]).await;
        for batch in &given.batches {
            let (numbers, keys) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1));
            for row in 0..batch.num_rows() {
                let key = array_value_to_string(keys, row).unwrap();
                asked.people.insert(key, PatientId::from_stored(numbers.value(row)).unwrap());
            }
        }
        asked
    }

    async fn ask(
        &self,
        of: Option<PatientId>,
        question: &str,
        values: &[(&str, Parameter)],
    ) -> Given {
        let (actor, purpose) = (&self.doctor, PurposeOfUse::Treatment);
        let look = Look { actor, purpose, study: None, act: "test", digest: question };
        let permit = match of {
            Some(patient) => self.ledger.permit_patient(&look, patient).await,
            None => self.ledger.permit(actor, purpose, None, "test", question).await,
        };
        let reader = self.lake.reader(permit.unwrap(), None).await.unwrap();
        let rows = reader.rows(question, values).await;
        let mut rows = rows.unwrap_or_else(|error| panic!("{question}\n{error:?}"));
        let (schema, mut batches) = (rows.schema(), Vec::new());
        while let Some(batch) = rows.next().await.unwrap() {
            batches.push(batch);
        }
        Given { schema, batches }
    }

    /// Puts the answer of today into a record.
    async fn answer(&self, twin: &Path, record: &mut Record) {
        let question = record.question.clone();
        let read = Line::read(&question);
        let Line { file, of, values } = read.unwrap_or_else(|| panic!("not asked: {question}"));
        let stem = twin.file_stem().unwrap().to_str().unwrap();
        assert_eq!(file, format!("{stem}.sql"), "{} asks another question", twin.display());
        let asks = std::fs::read_to_string(twin.with_file_name(file)).unwrap();
        let of = (of != "everyone").then(|| {
            let known = self.people.get(of).copied();
            known.unwrap_or_else(|| panic!("nobody has the key {of}: {:?}", self.people.keys()))
        });
        let given = self.ask(of, &asks, &values).await;
        record.types = given.types();
        record.rows = self.rows(&given);
        if record.sorted {
            record.rows.sort();
        }
    }

    /// Its rows, each with its cells parted by a space.
    fn rows(&self, given: &Given) -> Vec<String> {
        let mut rows = Vec::new();
        for batch in &given.batches {
            for row in 0..batch.num_rows() {
                let named = given.schema.fields().iter().zip(batch.columns());
                let cells = named.map(|(field, column)| self.cell(field.name(), column, row));
                rows.push(cells.collect::<Vec<_>>().join(" "));
            }
        }
        rows
    }

    /// A cell as one word, so that the cells of a row can be told apart.
    fn cell(&self, name: &str, column: &ArrayRef, row: usize) -> String {
        if column.is_null(row) {
            return "NULL".to_owned();
        }
        let text = array_value_to_string(column, row).unwrap();
        if name == "patient_id" {
            let of = |(_, number): &(&String, &PatientId)| number.get().to_string() == text;
            return self.people.iter().find(of).map(|(key, _)| key.clone()).unwrap();
        }
        match text.as_str() {
            "" => "(empty)".to_owned(),
            text if text.contains(char::is_whitespace) => format!("{text:?}"),
            text => text.to_owned(),
        }
    }
}

impl Given {
    /// One letter for each column.
    fn types(&self) -> String {
        let letter = |field: &std::sync::Arc<arrow::datatypes::Field>| match field.data_type() {
            _ if field.name() == "patient_id" => 'T',
            kind if kind.is_integer() => 'I',
            kind if kind.is_numeric() => 'R',
            _ => 'T',
        };
        self.schema.fields().iter().map(letter).collect()
    }
}
