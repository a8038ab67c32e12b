//! Trees from bytes: each byte makes one choice, and the first choice is the simplest, so that a
//! failing tree shrinks to a small one.

mod expressions;

use crate::ast::*;

/// Makes trees in which every name is bound and everything used is declared.
pub(crate) struct Generator<'a> {
    choices: &'a [u8],
    at: usize,
    depth: u32,
    with_depth: u32,
    /// Whether the index and the exit are known.
    after_entry: bool,
    at_index: bool,
    exit_allowed: bool,
    in_measure: bool,
    has_calendar: bool,
    fresh: u32,
    names: Vec<(Name, Kinds)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kinds {
    Events,
    Event,
    Number,
    Moment,
    Code,
    Condition,
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

const CODES: &[&str] = &["t2dm", "hba1c", "metformin"];

impl<'a> Generator<'a> {
    pub(crate) fn new(choices: &'a [u8]) -> Self {
        Self {
            choices,
            at: 0,
            depth: 0,
            with_depth: 0,
            after_entry: false,
            at_index: false,
            exit_allowed: true,
            in_measure: false,
            has_calendar: false,
            fresh: 0,
            names: Vec::new(),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        let choice = self.choices.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(choice) % end
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.yes() { Some(make(self)) } else { None }
    }

    fn many<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect()
    }

    fn some<T>(&mut self, least: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(3);
        (0..count).map(|_| make(self)).collect()
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len());
        from[at].clone()
    }

    fn deep(&self) -> bool {
        self.depth > 6
    }

    fn fresh(&mut self) -> Name {
        self.fresh += 1;
        name(&format!("n{}", self.fresh))
    }

    fn bound(&mut self, kind: Kinds) -> Option<Name> {
        let known: Vec<Name> =
            self.names.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        if known.is_empty() { None } else { Some(self.pick(&known)) }
    }

    fn words(&mut self) -> String {
        self.pick(&["yes", "糖尿病 \"型\"", "a\\b\nc", ""]).to_owned()
    }

    fn title(&mut self) -> Title {
        Title { en: self.maybe(Self::words), ja: self.maybe(Self::words) }
    }

    fn comments(&mut self) -> Comments {
        let remark = |text: &str| Remark::new(text).unwrap();
        let after = self.pick(&["", "", "", "note # 1", "後ろ", ""]);
        let has_after = self.below(4) == 1;
        let before = match self.below(4) {
            1 => vec![remark("before"), remark(""), remark("  deeper")],
            _ => Vec::new(),
        };
        Comments { before, after: has_after.then(|| remark(after)) }
    }

    fn clause<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Clause<T> {
        let comments = self.comments();
        Clause { comments, says: make(self) }
    }

    fn real(&mut self) -> Real {
        Real::new(self.pick(&[1.0, 6.5, -0.25, 0.0, 1e14, 0.000_000_000_001, 12_345.678])).unwrap()
    }

    fn unit(&mut self) -> Unit {
        let unit = [
            "%",
            "mg/dL",
            "%{JDS}",
            "mmol/mol",
            "10*9/L",
            "mm[Hg]",
            "[iU]/L",
            "mL/min/{1.73_m2}",
            "mg/(24.h)",
        ];
        Unit::new(self.pick(&unit)).unwrap()
    }

    fn time_unit(&mut self) -> TimeUnit {
        use TimeUnit::*;
        self.pick(&[Day, Hour, Month, Year, Week, Minute, Second])
    }

    fn span(&mut self) -> Span {
        Span { count: self.pick(&[30, 1, 0, 999_999]), unit: self.time_unit() }
    }

    fn day_span(&mut self) -> Span {
        use TimeUnit::*;
        Span { count: self.pick(&[30, 1, 0]), unit: self.pick(&[Day, Week, Month, Year]) }
    }

    fn date(&mut self) -> LocalDate {
        LocalDate::parse(self.pick(&["2020-01-01", "2024-02-29", "0001-01-01"])).unwrap()
    }

    fn codes(&mut self) -> Name {
        name(self.pick(CODES))
    }

    fn nested<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    fn value(&mut self, may_be_set: bool) -> Value {
        let name = self.fresh();
        let value = match self.below(6) {
            1 => Value::Event(name.clone(), self.event()),
            2 => Value::Number(name.clone(), self.number()),
            3 => Value::Moment(name.clone(), self.moment()),
            4 => Value::Code(name.clone(), self.code()),
            5 if may_be_set => Value::Events(name.clone(), self.set()),
            _ => Value::Condition(name.clone(), self.condition()),
        };
        let kind = match &value {
            Value::Events(..) => Kinds::Events,
            Value::Event(..) => Kinds::Event,
            Value::Number(..) => Kinds::Number,
            Value::Moment(..) => Kinds::Moment,
            Value::Code(..) => Kinds::Code,
            Value::Condition(..) => Kinds::Condition,
        };
        self.names.push((name, kind));
        value
    }

    fn rule(&mut self) -> Rule {
        let kind = self.pick(&[RuleKind::Require, RuleKind::Exclude]);
        let mut title = self.title();
        if title == Title::default() {
            title.en = Some("rule".to_owned());
        }
        Rule { kind, title, when: self.condition() }
    }

    fn heading(&mut self) -> Heading {
        let hash = Hash::new(&"0a".repeat(32)).unwrap();
        let mut uses = Vec::new();
        for code in CODES {
            uses.push((UseKind::Codes, name(code)));
        }
        uses.push((UseKind::Cohort, name("other_cohort")));
        uses.push((UseKind::List, name("trial")));
        let uses = uses
            .into_iter()
            .map(|(kind, name)| {
                self.clause(|made| Use {
                    kind,
                    name,
                    version: Version::new(made.pick(&["1", "2.1.0", "1.10"])).unwrap(),
                    hash: made.yes().then(|| hash.clone()),
                })
            })
            .collect();
        Heading {
            comments: self.comments(),
            name: name("made"),
            version: Version::new("1.2").unwrap(),
            title: self.title(),
            sources: self.many(2, |made| made.clause(Self::words)),
            uses,
        }
    }

    pub(crate) fn definition(&mut self) -> Definition {
        if self.below(5) == 1 {
            Definition::Study(Box::new(self.study()))
        } else {
            Definition::Cohort(Box::new(self.cohort()))
        }
    }

    fn cohort(&mut self) -> CohortDefinition {
        let heading = self.heading();
        let calendar = self.maybe(|made| {
            made.clause(|made| {
                (LocalDate::parse("2015-01-01").unwrap(), {
                    made.yes();
                    LocalDate::parse("2024-12-31").unwrap()
                })
            })
        });
        self.has_calendar = calendar.is_some();
        let before = self.many(3, |made| made.clause(|made| made.value(true)));
        let entry = self.clause(Self::entry);
        self.at_index = true;
        let index = self.maybe(|made| made.clause(Self::moment));
        self.after_entry = true;
        let washout = self.maybe(|made| made.clause(Self::day_span));
        // Names of steps may hang on the exit only where exits do not use them: not at all here.
        self.exit_allowed = false;
        let mut steps = self.many(4, |made| {
            made.clause(|made| {
                if made.yes() { Step::Let(made.value(true)) } else { Step::Rule(made.rule()) }
            })
        });
        self.exit_allowed = true;
        steps.extend(self.many(2, |made| made.clause(|made| Step::Rule(made.rule()))));
        self.exit_allowed = false;
        let exit = self.maybe(|made| made.clause(|made| made.some(1, Self::moment)));
        let censor = self.maybe(|made| made.clause(|made| made.some(1, Self::moment)));
        self.exit_allowed = true;
        CohortDefinition {
            heading,
            calendar,
            before,
            entry,
            index,
            washout,
            steps,
            exit,
            censor,
            follow_up: self.maybe(|made| made.clause(Self::day_span)),
            keep: self.maybe(|made| {
                made.clause(|made| made.pick(&[Keep::First, Keep::Last, Keep::Nth(2)]))
            }),
            episodes: self.maybe(|made| made.clause(Self::day_span)),
            sample: self.maybe(|made| {
                made.clause(|made| Sample {
                    patients: made.pick(&[1000, 1]),
                    seed: made.pick(&[7, u32::MAX]),
                })
            }),
            matched: self.maybe(|made| made.clause(Self::matching)),
            outputs: self.many(4, |made| made.clause(Self::output)),
            end: self.comments().before,
        }
    }

    fn entry(&mut self) -> Entry {
        let choose = self.pick(&[
            Choice::All,
            Choice::First,
            Choice::Last,
            Choice::Nth(3),
            Choice::FirstInLife,
        ]);
        let alternatives =
            self.some(1, |made| Alternative { comments: made.comments(), of: made.set() });
        for alternative in &alternatives {
            if let Some(name) = &alternative.of.name {
                self.names.push((name.clone(), Kinds::Event));
            }
        }
        Entry { choose, alternatives }
    }

    fn matching(&mut self) -> Matching {
        Matching {
            to: name("other_cohort"),
            ratio: self.pick(&[4, 1]),
            on: self.some(1, |made| match made.below(4) {
                1 => MatchOn::Age(made.day_span()),
                2 => MatchOn::Index(made.day_span()),
                3 => MatchOn::Department,
                _ => MatchOn::Sex,
            }),
            seed: self.pick(&[0, 12]),
        }
    }

    fn output(&mut self) -> Output {
        let title = self.title();
        match self.below(4) {
            1 => {
                let (select, of) = (self.selection(), Box::new(self.set()));
                let name = self.fresh();
                self.names.push((name.clone(), Kinds::Event));
                Output::Outcome { title, name, select, of }
            }
            2 => {
                let code = self.code();
                Output::Stratum { title, name: self.fresh(), code }
            }
            3 if self.has_calendar => {
                self.in_measure = true;
                let measure = Measure {
                    title,
                    name: self.fresh(),
                    every: self.pick(&[Every::Month, Every::Quarter, Every::Year]),
                    denominator: self.condition(),
                    numerator: self.condition(),
                };
                self.in_measure = false;
                Output::Measure(measure)
            }
            _ => Output::Variable { title, value: self.value(false) },
        }
    }

    fn study(&mut self) -> StudyDefinition {
        let heading = self.heading();
        (self.at_index, self.after_entry) = (true, true);
        let arm = |made: &mut Self| {
            made.clause(|made| Arm {
                cohort: name("other_cohort"),
                only: made.maybe(Self::condition),
            })
        };
        let (target, comparator) = (arm(self), arm(self));
        use Population::*;
        StudyDefinition {
            heading,
            target,
            comparator,
            rules: self.many(2, |made| {
                made.clause(|made| StudyRule {
                    from: made.pick(&[Both, Target, Comparator]),
                    rule: made.rule(),
                })
            }),
            outcomes: self.some(1, |made| {
                made.clause(|made| {
                    let (from, to) = made.bounds();
                    let of = EventSet { window: None, ..made.set() };
                    let outcome = StudyOutcome {
                        title: made.title(),
                        name: made.fresh(),
                        select: made.selection(),
                        of,
                        at_risk: Window { relation: Relation::Starts, from, to },
                    };
                    made.names.push((outcome.name.clone(), Kinds::Event));
                    outcome
                })
            }),
            covariates: self.maybe(|made| {
                made.clause(|made| Covariates {
                    from: made.moment(),
                    to: made.moment(),
                    except: made.many(2, Self::codes),
                })
            }),
            negative_controls: self.maybe(|made| made.clause(Self::codes)),
            end: self.comments().before,
        }
    }

    pub(crate) fn concept_set(&mut self) -> ConceptSet {
        ConceptSet {
            comments: self.comments(),
            name: name("made"),
            version: Version::new("3").unwrap(),
            title: self.title(),
            sources: self.many(2, |made| made.clause(Self::words)),
            quantity: self.maybe(|made| {
                made.clause(|made| made.pick(&[Quantity::HbA1c, Quantity::Hemoglobin]))
            }),
            vocabularies: self
                .many(2, |made| made.clause(|made| ("icd10_jp".to_owned(), made.words()))),
            include: self.some(1, |made| made.clause(Self::include)),
            exclude: self.many(2, |made| made.clause(Self::include)),
            end: self.comments().before,
        }
    }

    fn include(&mut self) -> Include {
        Include {
            system: self.pick(&["icd10_jp", "yj", "http://loinc.org", "urn:oid:1 2"]).to_owned(),
            code: self.pick(&["E11", "E 11*", "3D045-000", "2 型"]).to_owned(),
            branch: self.pick(&[Branch::Itself, Branch::Prefix, Branch::Descendants]),
            mapped: self.yes(),
            display: self.title(),
            unit: self.maybe(Self::unit),
        }
    }
}
