//! Rows of patients as `cohort` holds them: small changes, tests, and segments written anew.

use std::collections::{BTreeMap, HashMap};

use cohort::ast::Rank;
use cohort::eval::{Coded, Patient, PatientEvent, Stretch, kind_word};
use vocab::PatientId;

use crate::event::{
    Attribute, AttributeValues, Batch, BirthDate, CodeSets, Codes, NOTHING, Person, Sex, Texts,
    Times, Words, coverage_of,
};

/// A dictionary that grows.
#[derive(Default)]
struct Book {
    numbers: HashMap<(String, String), u32>,
    texts: Vec<(String, String)>,
}

impl Book {
    fn number(&mut self, system: &str, code: &str) -> u32 {
        let pair = (system.to_owned(), code.to_owned());
        if let Some(&number) = self.numbers.get(&pair) {
            return number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(NOTHING);
        self.texts.push(pair.clone());
        self.numbers.insert(pair, number);
        number
    }

    fn coded(&mut self, coded: Option<&Coded>) -> u32 {
        coded.map_or(NOTHING, |coded| {
            self.number(coded.system.as_deref().unwrap_or_default(), &coded.code)
        })
    }

    fn word(&mut self, word: Option<&str>) -> u32 {
        word.map_or(NOTHING, |word| self.number("", word))
    }
}

/// The codes of each row: sets of what stands in the book, each once.
#[derive(Default)]
struct Sets {
    keys: Vec<u32>,
    numbers: HashMap<Vec<u32>, u32>,
    ends: Vec<u32>,
    codes: Vec<u32>,
}

impl Sets {
    fn push(&mut self, codes: Vec<u32>) {
        let next = u32::try_from(self.ends.len()).unwrap_or(NOTHING);
        let number = self.numbers.get(&codes).copied().unwrap_or(next);
        if number == next {
            self.codes.extend(&codes);
            self.ends.push(u32::try_from(self.codes.len()).unwrap_or(u32::MAX));
            self.numbers.insert(codes, next);
        }
        self.keys.push(number);
    }
}

/// Texts of a column.
#[derive(Default)]
struct Column {
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Column {
    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    fn texts(&self) -> Texts<'_> {
        Texts { ends: &self.ends, bytes: &self.bytes }
    }
}

/// A column under a name of its own: codes, and numbers with their units.
#[derive(Default)]
struct Named {
    codes: Vec<u32>,
    numbers: Vec<f64>,
    units: Vec<u32>,
}

/// Rows of whole patients, as columns.
#[derive(Default)]
pub struct PatientRows {
    book: Book,
    patient: Vec<PatientId>,
    kind: Vec<u32>,
    sets: Sets,
    start: (Vec<i64>, Vec<u32>),
    last: (Vec<i64>, Vec<u32>),
    texts: [Column; 3],
    codes: [Vec<u32>; 5],
    units: [Vec<u32>; 2],
    numbers: [Vec<f64>; 5],
    flags: [Vec<bool>; 2],
    /// Under names of their own: codes, and numbers with their units.
    attributes: BTreeMap<String, Named>,
}

/// A person of the index.
#[must_use]
pub fn person_of(patient: &Patient) -> Person {
    let birth = patient.birth.and_then(|birth| {
        let days = birth.last_day() - birth.first_day() + 1;
        Some(BirthDate {
            first_day: i32::try_from(birth.first_day()).ok()?,
            days: u16::try_from(days).ok()?,
        })
    });
    let sex = match patient.sex {
        None => Sex::Unknown,
        Some(cohort::eval::Sex::Male) => Sex::Male,
        Some(cohort::eval::Sex::Female) => Sex::Female,
        Some(cohort::eval::Sex::Other) => Sex::Other,
    };
    Person { id: patient.id, birth, sex, gone: false }
}

fn time(stretch: Option<Stretch>, to: &mut (Vec<i64>, Vec<u32>)) {
    let (first, seconds) = stretch.map_or((0, 0), |stretch| {
        (stretch.first_second(), stretch.last_second() - stretch.first_second() + 1)
    });
    to.0.push(first);
    to.1.push(u32::try_from(seconds).unwrap_or(u32::MAX));
}

impl PatientRows {
    /// Adds a patient; they come sorted by id.
    pub fn push(&mut self, patient: &Patient) {
        for event in &patient.events {
            let kind = kind_word(&event.kind);
            self.row(patient.id, kind, event);
        }
        for (kind, stretches) in &patient.coverage {
            let word = coverage_of(kind_word(kind));
            for (place, (first, last)) in stretches.iter().enumerate() {
                let mut event = PatientEvent::new(kind.clone(), &place.to_string());
                event.start = Some(Stretch::day(*first));
                event.last = Some(Stretch::day(*last));
                self.row(patient.id, &word, &event);
            }
        }
    }

    fn row(&mut self, id: PatientId, kind: &str, event: &PatientEvent) {
        let row = self.patient.len();
        self.patient.push(id);
        let kind = self.book.word(Some(kind));
        self.kind.push(kind);
        let codes = event.codes.iter().map(|code| self.book.coded(Some(code))).collect();
        self.sets.push(codes);
        time(event.start, &mut self.start);
        time(event.last, &mut self.last);
        let of = [Some(event.source_key.as_str()), event.visit.as_deref(), event.order.as_deref()];
        for (column, text) in self.texts.iter_mut().zip(of) {
            column.push(text.unwrap_or_default());
        }
        let of =
            [&event.department, &event.ward, &event.coded_value, &event.route, &event.visit_kind];
        for (column, coded) in self.codes.iter_mut().zip(of) {
            column.push(self.book.coded(coded.as_ref()));
        }
        let (value, dose) = (event.value.as_ref(), event.dose.as_ref());
        for (column, of) in self.units.iter_mut().zip([value, dose]) {
            column.push(self.book.word(of.and_then(|of| of.unit.as_deref())));
        }
        let of = [
            value.map(|value| value.value),
            event.lower_limit,
            event.upper_limit,
            dose.map(|dose| dose.value),
            event.days_supply,
        ];
        for (column, number) in self.numbers.iter_mut().zip(of) {
            column.push(number.unwrap_or(f64::NAN));
        }
        for (column, is) in
            self.flags.iter_mut().zip([event.suspected, event.rank == Some(Rank::Main)])
        {
            column.push(is);
        }
        for (name, coded) in &event.attributes {
            let code = self.book.coded(Some(coded));
            let Named { codes, .. } = self.attributes.entry(name.to_string()).or_default();
            codes.resize(row, NOTHING);
            codes.push(code);
        }
        for (name, number) in &event.numbers {
            let unit = self.book.word(number.unit.as_deref());
            let to = self.attributes.entry(name.to_string()).or_default();
            let Named { numbers, units, .. } = to;
            numbers.resize(row, f64::NAN);
            units.resize(row, NOTHING);
            numbers.push(number.value);
            units.push(unit);
        }
    }

    /// Calls with the rows.
    pub fn with_batch<T>(&self, with: impl FnOnce(&Batch<'_>) -> T) -> T {
        let pairs: Vec<(&str, &str)> =
            self.book.texts.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let of_sets: Vec<(&str, &str)> = self
            .sets
            .codes
            .iter()
            .filter_map(|&code| pairs.get(crate::format::wide(code)))
            .copied()
            .collect();
        let texts: Vec<&str> = pairs.iter().map(|pair| pair.1).collect();
        let [source, visit, order] = &self.texts;
        let words = |keys| Words { keys, words: &texts };
        let codes = |keys| Codes { keys, codes: &pairs };
        let named = self.attributes.iter().flat_map(|(name, of)| {
            let numbers = AttributeValues::Numbers(&of.numbers, words(&of.units));
            let values = [AttributeValues::Codes(codes(&of.codes)), numbers];
            values.map(|values| Attribute { name, values })
        });
        let attributes: Vec<Attribute<'_>> = named.collect();
        let [unit, dose_unit] = &self.units;
        let [suspected, main] = &self.flags;
        with(&Batch {
            patient: &self.patient,
            kind: words(&self.kind),
            code_sets: CodeSets { keys: &self.sets.keys, ends: &self.sets.ends, codes: &of_sets },
            start: Times { earliest: &self.start.0, seconds: &self.start.1 },
            last: Some(Times { earliest: &self.last.0, seconds: &self.last.1 }),
            source_key: source.texts(),
            visit: Some(visit.texts()),
            order: Some(order.texts()),
            codes: self.codes.each_ref().map(|keys| Some(codes(keys))),
            unit: Some(words(unit)),
            dose_unit: Some(words(dose_unit)),
            numbers: self.numbers.each_ref().map(|numbers| Some(numbers.as_slice())),
            suspected: Some(suspected),
            main: Some(main),
            attributes: &attributes,
        })
    }
}
