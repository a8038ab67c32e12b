//! Makes people around a definition's own constants: its concepts and their neighbours, days one
//! before and after its windows, numbers at the ends of its ranges.

use serde_json::Value;

use super::criterion::day;
use super::omop::{Day, Person, Row, Vocabulary, concept_column};
use crate::ast::{Kind, civil};

/// A sequence of numbers from a seed (SplitMix64), the same everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(usize::try_from(high - low + 1).unwrap_or(1))).unwrap()
    }
}

/// What a definition is made of.
pub(super) struct Constants<'a> {
    definition: &'a Value,
    /// Every criterion: its domain and its fields.
    criteria: Vec<(&'static str, &'a Value)>,
    /// Criteria around the entry that ask for something: domain, fields, window, how many.
    wanted: Vec<(&'static str, &'a Value, &'a Value, i64)>,
    days: Vec<i64>,
    dates: Vec<Day>,
    ages: Vec<i64>,
    /// What is below what: one concept below each whose descendants are asked for.
    pub(super) vocabulary: Vocabulary,
}

/// The word of Circe for a domain, with our lifetime.
fn domain(name: &str) -> Option<&'static str> {
    crate::circe::domain::DOMAINS
        .iter()
        .find(|domain| domain.name == name)
        .map(|domain| domain.name)
}

/// The concept that is made up below another.
fn child(concept: i64) -> i64 {
    concept + 1_000_000_000
}

/// The concept that is made up to be mapped to another.
fn source(concept: i64) -> i64 {
    concept + 2_000_000_000
}

/// A concept of no set.
const NOISE: i64 = 77;

/// Fields that hold a number of days.
const DAYS: [&str; 7] =
    ["Days", "Offset", "EraPad", "GapDays", "PriorDays", "PostDays", "DaysSupplyOverride"];

impl<'a> Constants<'a> {
    pub(super) fn of(definition: &'a Value) -> Self {
        let mut constants = Self {
            definition,
            criteria: Vec::new(),
            wanted: Vec::new(),
            days: vec![0, 1, 30],
            dates: Vec::new(),
            ages: Vec::new(),
            vocabulary: Vocabulary::default(),
        };
        for set in definition["ConceptSets"].as_array().unwrap() {
            for item in set["expression"]["items"].as_array().unwrap() {
                let concept = item["concept"]["CONCEPT_ID"].as_i64().unwrap();
                if item["includeDescendants"] == Value::Bool(true) {
                    constants.vocabulary.put_below(child(concept), concept);
                }
                // Also where mapped concepts are not asked for, so that taking them would be seen.
                constants.vocabulary.put_map(source(concept), concept);
                constants.vocabulary.put_map(source(child(concept)), child(concept));
            }
        }
        for (key, part) in definition.as_object().unwrap() {
            if key != "ConceptSets" {
                constants.walk(part);
            }
        }
        constants
    }

    fn walk(&mut self, part: &'a Value) {
        match part {
            Value::Object(fields) => {
                for (key, value) in fields {
                    if let (Some(domain), true) = (domain(key), value.is_object()) {
                        self.criteria.push((domain, value));
                    }
                    self.days.extend(value.as_i64().filter(|_| DAYS.contains(&key.as_str())));
                    if key.contains("Age") && value.is_object() {
                        self.ages.extend(value["Value"].as_i64());
                        self.ages.extend(value["Extent"].as_i64());
                    }
                    if key.ends_with("Date") && value.is_object() {
                        self.dates.push(day(&value["Value"]));
                    }
                    self.walk(value);
                }
                if let (Some(criterion), Some(2)) =
                    (fields.get("Criteria"), part["Occurrence"]["Type"].as_i64())
                {
                    let (name, inner) = criterion.as_object().unwrap().iter().next().unwrap();
                    let count = part["Occurrence"]["Count"].as_i64().unwrap();
                    self.wanted.push((domain(name).unwrap(), inner, &part["StartWindow"], count));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    /// A person, always the same for a seed.
    pub(super) fn person(&self, seed: u64) -> Person {
        let mut maker = Maker { constants: self, dice: Dice(seed), rows: Vec::new() };
        maker.person()
    }
}

struct Maker<'a> {
    constants: &'a Constants<'a>,
    dice: Dice,
    rows: Vec<Row>,
}

impl Maker<'_> {
    fn person(&mut self) -> Person {
        let base = match self.dice.pick(&self.constants.dates).copied() {
            Some(date) if self.dice.chance(70) => date + self.dice.between(-3, 40),
            _ => self.dice.between(16_000, 17_500),
        };
        let primary =
            self.constants.definition["PrimaryCriteria"]["CriteriaList"].as_array().unwrap();
        if self.dice.chance(60) {
            self.visit(base);
        }
        let (name, fields) = {
            let at = self.dice.below(primary.len());
            primary[at].as_object().unwrap().iter().next().unwrap()
        };
        let domain = domain(name).unwrap();
        // Some have nothing of what they would enter by, at least not then.
        if self.dice.chance(90) {
            self.row(domain, fields, base);
        } else {
            self.visit(base);
        }
        if self.dice.chance(60) {
            self.grant(base);
        }
        for _ in 0..self.dice.below(7) {
            let Some((domain, fields)) = self.dice.pick(&self.constants.criteria).copied() else {
                break;
            };
            let start = self.near();
            self.row(domain, fields, start);
        }
        if let Some(set) =
            self.constants.definition["EndStrategy"]["CustomEra"]["DrugCodesetId"].as_i64()
        {
            let fields = serde_json::json!({"CodesetId": set});
            for _ in 0..self.dice.below(4) {
                let start = self.near();
                self.row("DrugExposure", &fields, start);
            }
        }
        let slip = if self.dice.chance(85) { 0 } else { self.dice.between(-400, 400) };
        let periods = self.periods(base + slip);
        self.rows.extend(periods.iter().map(|(first, last)| Row {
            domain: "ObservationPeriod",
            start: *first,
            end: Some(*last),
            ..Row::default()
        }));
        self.death(periods.last().map_or(base, |(_, last)| *last));
        let (gender, birth) = self.demographics(base);
        Person { gender, birth, periods, rows: in_order(std::mem::take(&mut self.rows)) }
    }

    /// What the rules ask for, in their windows.
    fn grant(&mut self, base: Day) {
        for (domain, fields, window, count) in &self.constants.wanted {
            if !self.dice.chance(70) {
                continue;
            }
            let side = |endpoint: &Value, far: i64| {
                let sign = endpoint["Coeff"].as_i64().unwrap();
                base + sign * endpoint["Days"].as_i64().unwrap_or(far)
            };
            let (from, to) = (side(&window["Start"], 200), side(&window["End"], 200));
            for _ in 0..*count {
                let start = if from <= to { self.dice.between(from, to) } else { from };
                self.row(domain, fields, start);
            }
        }
    }

    /// A day near an event that is there, one of the definition's distances away.
    fn near(&mut self) -> Day {
        let at = self.dice.below(self.rows.len());
        let from = self.rows.get(at).map_or(16_500, |row| match row.end {
            Some(end) if self.dice.chance(40) => end,
            _ => row.start,
        });
        let days = self.dice.pick(&self.constants.days).copied().unwrap_or(0).min(4_000);
        let sign = if self.dice.chance(50) { 1 } else { -1 };
        let slip = if self.dice.chance(60) { 0 } else { self.dice.between(-1, 1) };
        let part = if self.dice.chance(30) { self.dice.between(0, days.max(0)) } else { days };
        from + sign * part + slip
    }

    fn visit(&mut self, around: Day) {
        let visits =
            self.constants.criteria.iter().filter(|(domain, _)| *domain == "VisitOccurrence");
        let visits: Vec<&Value> = visits.map(|(_, fields)| *fields).collect();
        let typed = self
            .constants
            .criteria
            .iter()
            .flat_map(|(_, fields)| fields["VisitType"].as_array().into_iter().flatten());
        let mut concepts: Vec<i64> =
            typed.filter_map(|concept| concept["CONCEPT_ID"].as_i64()).collect();
        concepts.extend([9201, 9202, NOISE]);
        let start = around - self.dice.between(0, 3);
        if let Some(fields) = self.dice.pick(&visits).copied()
            && self.dice.chance(50)
        {
            self.row("VisitOccurrence", fields, start);
            return;
        }
        let concept = *self.dice.pick(&concepts).unwrap();
        let end = Some(start + self.dice.between(0, 9));
        self.rows.push(Row { domain: "VisitOccurrence", start, end, concept, ..Row::default() });
    }

    /// A concept for a criterion: mostly one of its set.
    fn concept(&mut self, set: Option<i64>) -> i64 {
        let sets = self.constants.definition["ConceptSets"].as_array().unwrap();
        let set = sets.iter().find(|one| set.is_some() && one["id"].as_i64() == set);
        let Some(set) = set else { return NOISE };
        let items = set["expression"]["items"].as_array().unwrap();
        let wants_out = self.dice.chance(10);
        let mut fitting: Vec<&Value> = items
            .iter()
            .filter(|item| (item["isExcluded"] == Value::Bool(true)) == wants_out)
            .collect();
        if fitting.is_empty() {
            fitting = items.iter().collect();
        }
        let Some(item) = self.dice.pick(&fitting) else { return NOISE };
        let concept = item["concept"]["CONCEPT_ID"].as_i64().unwrap();
        match self.dice.below(20) {
            0 => NOISE,
            // Also where descendants are not asked for, so that taking them would be seen.
            1..=6 => child(concept),
            7 => source(concept),
            8 => source(child(concept)),
            _ => concept,
        }
    }

    fn row(&mut self, domain: &'static str, fields: &Value, start: Day) {
        if domain == "ObservationPeriod" || domain == "Death" {
            return;
        }
        let mut row = Row { domain, start, ..Row::default() };
        if let Some(asked) = ["OccurrenceStartDate", "EraStartDate", "VisitDetailStartDate"]
            .iter()
            .find_map(|key| fields[*key].as_object())
            && self.dice.chance(60)
        {
            row.start = day(&asked["Value"]) + self.dice.between(-1, 30);
        }
        row.concept = self.concept(fields["CodesetId"].as_i64());
        let source =
            fields.as_object().unwrap().iter().find(|(key, _)| key.ends_with("SourceConcept"));
        row.source = match source {
            Some((_, set)) => self.concept(set.as_i64()),
            None if self.dice.chance(20) => self.concept(fields["CodesetId"].as_i64()),
            None => 0,
        };
        if row.has_end() {
            let length = match self.dice.below(4) {
                0 => 0,
                1 => self.dice.between(1, 3),
                _ => self.dice.pick(&self.constants.days).copied().unwrap_or(1).clamp(0, 900),
            };
            row.end = Some(row.start + length);
            if ["ConditionOccurrence", "DeviceExposure"].contains(&domain) && self.dice.chance(35) {
                row.end = None;
            }
            // Of a stay that goes on, and of nothing that OMOP demands an end of.
            let ends_it = &self.constants.definition["EndStrategy"]["DateOffset"]["DateField"];
            if domain == "VisitOccurrence" && ends_it != "EndDate" && self.dice.chance(25) {
                row.end = None;
            }
        }
        if ["ConditionEra", "DrugEra"].contains(&domain) {
            row.numbers.insert("occurrence_count", 1.0);
        }
        for (key, asked) in fields.as_object().unwrap() {
            self.fill(&mut row, key, asked);
        }
        if domain != "VisitOccurrence" && self.dice.chance(60) {
            // The place in the list; it becomes the key when keys are given.
            let visits: Vec<usize> = self
                .rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.domain == "VisitOccurrence")
                .map(|(at, _)| at)
                .collect();
            row.visit = self.dice.pick(&visits).map(|at| i64::try_from(*at).unwrap());
        }
        self.rows.push(row);
    }

    /// A value for a field that is asked about: mostly one that fits or nearly does.
    fn fill(&mut self, row: &mut Row, key: &str, asked: &Value) {
        let number = match key {
            "ValueAsNumber" => "value_as_number",
            "RangeLow" => "range_low",
            "RangeHigh" => "range_high",
            "Quantity" => "quantity",
            "Refills" => "refills",
            "DaysSupply" => "days_supply",
            "EffectiveDrugDose" => "effective_drug_dose",
            "OccurrenceCount" => "occurrence_count",
            "DoseValue" => "dose_value",
            _ => "",
        };
        // An era always says how many rows it joins.
        let always = number == "occurrence_count";
        if !number.is_empty() && (always || !self.dice.chance(10)) {
            let whole = always || ["refills", "days_supply"].contains(&number);
            row.numbers.insert(number, self.number(asked, whole).max(0.0));
        }
        if let ("RangeHighRatio" | "RangeLowRatio", limit) = (key, self.dice.between(0, 3)) {
            let column = if key == "RangeHighRatio" { "range_high" } else { "range_low" };
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let limit = limit as f64;
            row.numbers.insert(column, limit);
            row.numbers.insert("value_as_number", limit * self.number(asked, false));
        }
        if key == "Abnormal" {
            row.numbers.insert("range_low", 2.0);
            row.numbers.insert("range_high", 4.0);
            row.numbers.insert("value_as_number", [1.0, 2.0, 3.0, 5.0][self.dice.below(4)]);
        }
        if key.ends_with("Length") && self.dice.chance(80) {
            let length = asked["Value"].as_i64().unwrap() + self.dice.between(-1, 1);
            row.end = Some(row.start + length.max(0));
        }
        let elsewhere = match key.trim_end_matches("CS") {
            "VisitType" => row.domain != "VisitOccurrence",
            "DeathType" | "PeriodType" => true,
            _ => false,
        };
        let column = concept_column(key).filter(|_| !elsewhere);
        let Some(column) = column.filter(|_| !self.dice.chance(8)) else { return };
        let concept = match asked.as_array() {
            Some(list) => self.dice.pick(list).and_then(|one| one["CONCEPT_ID"].as_i64()),
            None => Some(self.concept(asked["CodesetId"].as_i64())),
        };
        let concept = if self.dice.chance(8) { Some(NOISE) } else { concept };
        row.concepts.extend(concept.map(|concept| (column, concept)));
    }

    fn number(&mut self, asked: &Value, whole: bool) -> f64 {
        let low = asked["Value"].as_f64().unwrap();
        let high = asked["Extent"].as_f64().unwrap_or(low + 2.0);
        let step = if whole { 1.0 } else { 0.25 };
        let middle = f64::midpoint(low, high);
        let middle = if whole { middle.round() } else { middle };
        [low, high, middle, middle, low - step, high + step, low + step][self.dice.below(7)]
    }

    /// One or two observation periods that do not touch.
    fn periods(&mut self, base: Day) -> Vec<(Day, Day)> {
        let prior = &self.constants.definition["PrimaryCriteria"]["ObservationWindow"];
        let prior = prior["PriorDays"].as_i64().unwrap_or(0);
        let before = [prior, prior + 1, prior - 1, prior + 40, 800, 3_000][self.dice.below(6)];
        let after = [0, 1, 20, 200, 1_500, 1_500][self.dice.below(6)];
        let mut periods = vec![(base - before.max(0), base + after)];
        if self.dice.chance(30) {
            let first = base + after + self.dice.between(2, 60);
            periods.push((first, first + self.dice.between(0, 900)));
        }
        if self.dice.chance(20) {
            let last = base - before.max(0) - self.dice.between(2, 60);
            periods.insert(0, (last - self.dice.between(0, 900), last));
        }
        periods
    }

    /// A death, never before the end of what is observed: OMOP's observation periods end with it.
    fn death(&mut self, last: Day) {
        let asked = self.constants.criteria.iter().any(|(domain, _)| *domain == "Death");
        if self.dice.chance(if asked { 60 } else { 5 }) {
            let start = last + [0, 0, 5][self.dice.below(3)];
            self.rows.push(Row { domain: "Death", start, ..Row::default() });
        }
    }

    fn demographics(&mut self, base: Day) -> (i64, (i32, u32, u32)) {
        let gender = [8507, 8507, 8507, 8532, 8532, 8532, 8521][self.dice.below(7)];
        let age = self.dice.pick(&self.constants.ages).copied().unwrap_or(50);
        let age = age + [-1, 0, 0, 1, 10][self.dice.below(5)];
        let year = civil(base).0;
        let month = u32::try_from(self.dice.between(1, 12)).unwrap();
        let date = u32::try_from(self.dice.between(1, 28)).unwrap();
        (gender, (i32::try_from(year - age).unwrap(), month, date))
    }
}

fn word(kind: &Kind) -> String {
    match serde_json::to_value(kind).unwrap() {
        Value::String(word) => word,
        Value::Object(other) => other["other"].as_str().unwrap().to_owned(),
        other => panic!("a kind is no {other}"),
    }
}

/// Rows with keys that rise in the order of our events, so that ties are no matter of taste.
fn in_order(rows: Vec<Row>) -> Vec<Row> {
    let place = |row: &Row| {
        let last = if row.has_end() { row.end } else { Some(row.start) };
        (row.start, last.is_none(), last, word(&row.kind()))
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| place(&rows[*at]));
    let mut keys = vec![0; rows.len()];
    for (key, at) in order.iter().enumerate() {
        keys[*at] = i64::try_from(key).unwrap() + 1;
    }
    let keyed = rows.into_iter().enumerate().map(|(at, row)| Row {
        id: keys[at],
        visit: row.visit.map(|visit| keys[usize::try_from(visit).unwrap()]),
        ..row
    });
    keyed.collect()
}
