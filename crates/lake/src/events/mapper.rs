//! From gated rows of a table to events.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{Array as _, RecordBatch};
use arrow_schema::{ArrowError, Schema};

use super::batch::{AttributeValue, EventBatch, Filling};
use super::time::{self, Stretch};
use super::values::{Dates, Numbers, Rows, Texts, Truths, says};
use super::{Amount, CodeOf, EventsOf, Keep, KindOf, Publishing, Says, SystemOf};
use crate::tables::{PATIENT_ID, RESOURCE_KEY, SOURCE};

/// What UCUM is called.
const UCUM: &str = "http://unitsofmeasure.org";

/// Makes events of the rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Mapper {
    of: &'static EventsOf,
    publishing: Arc<Publishing>,
}

/// How much of an event is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    All,
    /// Kind and times.
    Times,
}

impl Mapper {
    pub(crate) fn new(of: &'static EventsOf, publishing: Arc<Publishing>) -> Self {
        Self { of, publishing }
    }

    /// The table whose rows it maps.
    pub(crate) fn table(&self) -> &'static str {
        self.of.table
    }

    /// The kinds its events may have.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.of.kind.kinds()
    }

    /// The columns it reads, by their places in the table.
    pub(crate) fn columns(&self, table: &Schema, wanted: Wanted) -> Vec<usize> {
        let names = names(self.of, wanted);
        let fields = table.fields().iter().enumerate();
        fields.filter(|(_, field)| names.contains(field.name())).map(|(place, _)| place).collect()
    }

    /// The events of these rows. A row without a patient has none: nobody's events are asked for.
    pub(crate) fn map(&self, batch: &RecordBatch) -> Result<EventBatch, ArrowError> {
        let rows = Rows(batch);
        let patients = rows.whole(PATIENT_ID)?;
        let read = Read::new(self.of, &self.publishing, rows)?;
        let mut filling = Filling::default();
        for row in 0..batch.num_rows() {
            let patients = patients.as_ref().filter(|patients| patients.is_valid(row));
            let Some(patients) = patients.filter(|_| read.keeps(row)) else { continue };
            filling.patient.append_value(patients.value(row));
            read.fill(row, &mut filling);
        }
        Ok(filling.finish())
    }
}

/// The columns from which events of a table are made.
pub(super) fn names(of: &EventsOf, wanted: Wanted) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        [PATIENT_ID, SOURCE, RESOURCE_KEY].into_iter().map(str::to_owned).collect();
    let mut add = |name: &str| {
        names.insert(name.to_owned());
    };
    if let KindOf::ByWord { column, .. } = of.kind {
        add(column);
    }
    for keep in of.keep {
        match keep {
            Keep::NoneOf(column, _) | Keep::NotTrue(column) => add(column),
            Keep::Said(columns) => columns.iter().for_each(|column| add(column)),
        }
    }
    for when in of.when {
        when.unless.iter().for_each(|column| add(column));
        for date in [when.start].iter().chain(when.ends.unwrap_or_default()) {
            for ending in ["_low", "_high", "_precision"] {
                add(&[date, ending].concat());
            }
        }
    }
    if wanted == Wanted::All {
        rest(of, &mut add);
    }
    names
}

/// The columns of everything but kind and times.
fn rest(of: &EventsOf, add: &mut dyn FnMut(&str)) {
    let lists = [of.codes, of.department, of.coded_value, of.route];
    let codes = lists.into_iter().flatten().copied();
    for coded in codes.chain(of.attributes.iter().map(|(_, coded)| *coded)) {
        add(coded.code);
        if let SystemOf::Column(system) = coded.system {
            add(system);
        }
    }
    for amount in [of.value, of.dose, of.days_supply].into_iter().flatten() {
        amount.numbers.iter().for_each(|number| add(number));
        [amount.unit_code, amount.unit].into_iter().for_each(&mut *add);
        amount.unit_system.into_iter().for_each(&mut *add);
    }
    if let Some(limits) = of.limits {
        [limits.low.0, limits.low.1, limits.high.0, limits.high.1].into_iter().for_each(&mut *add);
    }
    let plain = [of.element, of.visit, of.order, of.ward];
    plain.into_iter().flatten().for_each(&mut *add);
    of.visit_kind.iter().for_each(|renamed| add(renamed.column));
    of.suspected.iter().chain(of.main).for_each(|says| add(says.column));
}

/// The columns of a batch, each for its part of an event.
struct Read<'a> {
    of: &'static EventsOf,
    publishing: &'a Publishing,
    rows: Rows<'a>,
    key: [Texts; 2],
    element: Texts,
    kind: Texts,
    keep: Vec<(Texts, Truths)>,
    codes: Vec<Code>,
    when: Vec<(Dates, Vec<Dates>)>,
    visit: Texts,
    order: Texts,
    department: Vec<Code>,
    ward: Texts,
    value: Option<Measure>,
    limits: [(Numbers, Texts); 2],
    coded_value: Vec<Code>,
    dose: Option<Measure>,
    route: Vec<Code>,
    days_supply: Option<Measure>,
    visit_kind: Texts,
    suspected: Vec<Texts>,
    main: Vec<Texts>,
    attributes: Vec<Code>,
}

impl<'a> Read<'a> {
    fn new(
        of: &'static EventsOf,
        publishing: &'a Publishing,
        rows: Rows<'a>,
    ) -> Result<Self, ArrowError> {
        let text = |name: Option<&str>| rows.texts(name.unwrap_or_default());
        let codes = |list: &[CodeOf]| -> Result<Vec<Code>, ArrowError> {
            list.iter().map(|coded| Code::new(rows, *coded)).collect()
        };
        let says = |list: &[Says]| -> Result<Vec<Texts>, ArrowError> {
            list.iter().map(|says| rows.texts(says.column)).collect()
        };
        let measure = |amount: Option<Amount>| amount.map(|a| Measure::new(rows, a)).transpose();
        let limit = |side: Option<(&str, &str)>| -> Result<_, ArrowError> {
            let (number, unit) = side.unwrap_or_default();
            Ok((rows.numbers(number)?, rows.texts(unit)?))
        };
        let kind = match of.kind {
            KindOf::Always(_) => None,
            KindOf::ByWord { column, .. } => Some(column),
        };
        let mut keep = Vec::new();
        for one in of.keep {
            let column = match one {
                Keep::NoneOf(column, _) | Keep::NotTrue(column) => column,
                Keep::Said(_) => "",
            };
            keep.push((rows.texts(column)?, rows.truths(column)?));
        }
        let mut when = Vec::new();
        for one in of.when {
            let ends = one.ends.unwrap_or_default().iter().map(|end| rows.dates(end));
            when.push((rows.dates(one.start)?, ends.collect::<Result<Vec<_>, _>>()?));
        }
        Ok(Self {
            of,
            publishing,
            rows,
            key: [rows.texts(SOURCE)?, rows.texts(RESOURCE_KEY)?],
            element: text(of.element)?,
            kind: text(kind)?,
            keep,
            codes: codes(of.codes)?,
            when,
            visit: text(of.visit)?,
            order: text(of.order)?,
            department: codes(of.department)?,
            ward: text(of.ward)?,
            value: measure(of.value)?,
            limits: [limit(of.limits.map(|of| of.low))?, limit(of.limits.map(|of| of.high))?],
            coded_value: codes(of.coded_value)?,
            dose: measure(of.dose)?,
            route: codes(of.route)?,
            days_supply: measure(of.days_supply)?,
            visit_kind: text(of.visit_kind.map(|renamed| renamed.column))?,
            suspected: says(of.suspected)?,
            main: says(of.main)?,
            attributes: of
                .attributes
                .iter()
                .map(|(_, coded)| Code::new(rows, *coded))
                .collect::<Result<_, _>>()?,
        })
    }

    fn keeps(&self, row: usize) -> bool {
        let mut all = self.of.keep.iter().zip(&self.keep);
        all.all(|(keep, (text, truth))| match keep {
            Keep::NoneOf(_, words) => !text.at(row).is_some_and(|text| words.contains(&text)),
            Keep::NotTrue(_) => truth.at(row) != Some(true),
            Keep::Said(columns) => columns.iter().any(|column| says(self.rows, column, row)),
        })
    }

    /// Appends everything but the patient.
    fn fill(&self, row: usize, filling: &mut Filling) {
        let place = filling.len();
        filling.kind.append_value(self.kind_of(row));
        filling.source_key.append_value(self.source_key(row));
        self.fill_codes(row, filling);
        let (start, last) = self.times(row);
        filling.start.append(start);
        filling.last.append(last);
        filling.visit.append_option(self.of_source(row, &self.visit));
        filling.order.append_option(self.of_source(row, &self.order));
        append(&mut filling.department, self.first(&self.department, row).as_ref());
        filling.ward.append_option(self.ward.at(row));
        let value = self.value.as_ref().and_then(|value| value.at(row));
        filling.value.append(value);
        let printed = self.value.as_ref().and_then(|value| value.unit.at(row));
        for (limit, builder) in
            self.limits.iter().zip([&mut filling.lower_limit, &mut filling.upper_limit])
        {
            builder.append_option(in_unit(limit, printed, row));
        }
        append(&mut filling.coded_value, self.first(&self.coded_value, row).as_ref());
        filling.dose.append(self.dose.as_ref().and_then(|dose| dose.at(row)));
        append(&mut filling.route, self.first(&self.route, row).as_ref());
        let supply = self.days_supply.as_ref().and_then(|supply| supply.at(row));
        filling.days_supply.append_option(supply.and_then(in_days));
        filling.visit_kind.append_option(self.visit_kind_of(row));
        let said = |says: &[Says], columns: &[Texts]| {
            says.iter().zip(columns).any(|(says, column)| column.has(row, says.words))
        };
        filling.suspected.push(said(self.of.suspected, &self.suspected));
        filling.main.push(said(self.of.main, &self.main));
        for ((name, _), code) in self.of.attributes.iter().zip(&self.attributes) {
            if let Some((system, code)) = code.at(row, self.publishing) {
                let system = system.map(str::to_owned);
                let value = AttributeValue::Code(system, code.into_owned());
                filling.attributes.push((place, name, value));
            }
        }
    }

    fn kind_of(&self, row: usize) -> &'static str {
        match self.of.kind {
            KindOf::Always(kind) => kind,
            KindOf::ByWord { words, otherwise, .. } => {
                let list = self.kind.at(row).unwrap_or_default();
                let mut kinds = list.split(',').filter_map(|said| {
                    words.iter().find(|(word, _)| *word == said.trim()).map(|(_, kind)| *kind)
                });
                kinds.next().unwrap_or(otherwise)
            }
        }
    }

    /// Keys are unlike others of their source only, and a person may have records of several.
    fn source_key(&self, row: usize) -> String {
        let [source, key] = &self.key;
        let key = key.at(row).unwrap_or_default();
        let whole = [source.at(row).unwrap_or_default(), "/", key].concat();
        if self.of.element.is_none() {
            return whole;
        }
        [whole.as_str(), "#", self.element.at(row).unwrap_or_default()].concat()
    }

    /// A key that refers to a resource of the same source.
    fn of_source(&self, row: usize, key: &Texts) -> Option<String> {
        let [source, _] = &self.key;
        Some([source.at(row).unwrap_or_default(), "/", key.at(row)?].concat())
    }

    fn fill_codes(&self, row: usize, filling: &mut Filling) {
        let mut met: Vec<(Option<&str>, Cow<'_, str>)> = Vec::new();
        for code in self.codes.iter().filter_map(|code| code.at(row, self.publishing)) {
            if !met.contains(&code) {
                filling.codes.append(Some((code.0, &code.1)));
                met.push(code);
            }
        }
        let before = filling.code_ends.last().copied().unwrap_or_default();
        let count = u32::try_from(met.len()).unwrap_or(u32::MAX);
        filling.code_ends.push(before.saturating_add(count));
    }

    fn first<'r>(&'r self, codes: &'r [Code], row: usize) -> Option<Coded<'r>> {
        codes.iter().find_map(|code| code.at(row, self.publishing))
    }

    /// Start and last second: of the first alternative that has a start, else of the first that has
    /// an end.
    fn times(&self, row: usize) -> (Option<Stretch>, Option<Stretch>) {
        let zone = &self.publishing.zone;
        let mut ended = None;
        for (when, (start, ends)) in self.of.when.iter().zip(&self.when) {
            if when.unless.iter().any(|column| says(self.rows, column, row)) {
                continue;
            }
            let start = start.at(row, zone);
            let end = ends.iter().find_map(|end| end.end_at(row, zone));
            if let Some(start) = start {
                return match when.ends {
                    None => (Some(start), Some(start)),
                    Some(_) => (Some(start), time::last(Some(start), end)),
                };
            }
            ended = ended.or(end);
        }
        (None, ended)
    }

    fn visit_kind_of(&self, row: usize) -> Option<&str> {
        let said = self.visit_kind.at(row)?;
        let words = self.of.visit_kind.map_or(&[][..], |renamed| renamed.words);
        Some(words.iter().find(|(word, _)| *word == said).map_or(said, |(_, name)| name))
    }
}

/// System and code.
type Coded<'a> = (Option<&'a str>, Cow<'a, str>);

fn append(builder: &mut super::batch::CodingBuilder, coded: Option<&Coded<'_>>) {
    builder.append(coded.map(|(system, code)| (*system, code.as_ref())));
}

/// The columns of a code.
struct Code {
    code: Texts,
    system: Texts,
    of: SystemOf,
}

impl Code {
    fn new(rows: Rows<'_>, coded: CodeOf) -> Result<Self, ArrowError> {
        let system = match coded.system {
            SystemOf::Column(system) => system,
            SystemOf::Named(_) | SystemOf::Word => "",
        };
        let (code, system) = (rows.texts(coded.code)?, rows.texts(system)?);
        Ok(Self { code, system, of: coded.system })
    }

    fn at<'r>(&'r self, row: usize, publishing: &Publishing) -> Option<Coded<'r>> {
        let code = self.code.at(row)?;
        let system = match self.of {
            SystemOf::Named(name) => Some(name),
            SystemOf::Column(_) => self.system.at(row).map(|uri| publishing.system(uri)),
            SystemOf::Word => None,
        };
        let undotted = system.is_some_and(|name| publishing.is_without_dots(name));
        let code = match undotted && code.contains('.') {
            true => Cow::Owned(code.replace('.', "")),
            false => Cow::Borrowed(code),
        };
        Some((system, code))
    }
}

/// The columns of a number and its unit.
struct Measure {
    numbers: Vec<Numbers>,
    unit_code: Texts,
    unit_system: Texts,
    unit: Texts,
}

impl Measure {
    fn new(rows: Rows<'_>, amount: Amount) -> Result<Self, ArrowError> {
        Ok(Self {
            numbers: amount.numbers.iter().map(|n| rows.numbers(n)).collect::<Result<_, _>>()?,
            unit_code: rows.texts(amount.unit_code)?,
            unit_system: rows.texts(amount.unit_system.unwrap_or_default())?,
            unit: rows.texts(amount.unit)?,
        })
    }

    fn at(&self, row: usize) -> Option<(f64, Option<&str>)> {
        let number = self.numbers.iter().find_map(|numbers| numbers.at(row))?;
        let is_ucum = self.unit_system.at(row).is_none_or(|system| system == UCUM);
        let code = self.unit_code.at(row).filter(|_| is_ucum);
        Some((number, code.or_else(|| self.unit.at(row))))
    }
}

/// A limit, where it is not said to be in another unit than the value.
fn in_unit((limit, unit): &(Numbers, Texts), value_unit: Option<&str>, row: usize) -> Option<f64> {
    let same = unit.at(row).zip(value_unit).is_none_or(|(one, other)| one == other);
    limit.at(row).filter(|_| same)
}

/// A length of time in days; one without a unit is in days.
fn in_days((number, unit): (f64, Option<&str>)) -> Option<f64> {
    match unit {
        None | Some("d" | "日" | "日分" | "day" | "days") => Some(number),
        Some("wk" | "週" | "week" | "weeks") => Some(number * 7.0),
        Some("h" | "時間" | "hour" | "hours") => Some(number / 24.0),
        Some(_) => None,
    }
}
