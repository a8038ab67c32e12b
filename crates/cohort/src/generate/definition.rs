//! Definitions by chance.

use std::collections::BTreeSet;

use crate::ast::{
    Alternative, Anchor, Choice, Clause, Code, CohortDefinition, Comments, Condition, Entry, Event,
    Every, Heading, Keep, LocalDate, Measure, Moment, Name, Number, Offset, Output, Rule, RuleKind,
    Sample, Scalar, Selection, Span, Step, TimeUnit, Title, Use, UseKind, Value, Version, Window,
};

use super::Choices;
use super::number::Class;

/// How deep expressions are nested.
pub(super) const DEPTH_MAX: u32 = 4;

/// What a name is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Events,
    Event,
    Number(Class),
    Moment,
    Code,
    Condition,
}

/// A definition in the making.
pub(super) struct Making<'a> {
    pub(super) choices: &'a mut Choices,
    pub(super) depth: u32,
    /// How many sets are around, in whose `with` we are.
    pub(super) with: u32,
    /// Whether the entry is known, and whether the index is.
    pub(super) has_entry: bool,
    pub(super) has_index: bool,
    pub(super) has_exit: bool,
    pub(super) has_calendar: bool,
    pub(super) in_measure: bool,
    pub(super) names: Vec<(Name, Bound)>,
    pub(super) uses: BTreeSet<(UseKind, Name)>,
    fresh: u32,
}

/// Makes a definition: every name is bound before it is used, everything used is declared, every
/// number has a unit. It refers to nothing but what [`super::setting`] has.
pub fn definition(choices: &mut Choices) -> CohortDefinition {
    let mut making = Making {
        choices,
        depth: 0,
        with: 0,
        has_entry: false,
        has_index: false,
        has_exit: false,
        has_calendar: false,
        in_measure: false,
        names: Vec::new(),
        uses: BTreeSet::new(),
        fresh: 0,
    };
    making.definition()
}

/// The same definition with everybody in it: all candidates of the widest calendar, every entry
/// without its window and filter, and every rule told as a variable instead. So an empty cohort does not hide that engines differ.
#[must_use]
pub fn widened(definition: &CohortDefinition) -> CohortDefinition {
    let mut wide = definition.clone();
    if let Some(calendar) = &mut wide.calendar {
        calendar.says = (date(10_957), date(22_279));
    }
    wide.entry.says.choose = Choice::All;
    for way in &mut wide.entry.says.alternatives {
        (way.of.window, way.of.with) = (Some(Window::ever()), None);
    }
    (wide.washout, wide.follow_up, wide.keep) = (None, None, None);
    (wide.episodes, wide.sample, wide.matched) = (None, None, None);
    wide.steps.retain(|clause| matches!(clause.says, Step::Let(_)));
    let rules = definition.steps.iter().filter_map(|clause| match &clause.says {
        Step::Rule(rule) => Some(rule.when.clone()),
        Step::Let(_) => None,
    });
    for (place, when) in rules.enumerate() {
        let value = Value::Condition(Name(format!("rule{place}")), when);
        wide.outputs.push(clause(Output::Variable { title: Title::default(), value }));
    }
    wide
}

/// The same definition with what it tells asked by rules as well: whether a condition holds, whether
/// an event is found, whether a number, moment or code is known. So an engine whose outputs come
/// from elsewhere is asked for all that a definition says.
#[must_use]
pub fn asked(definition: &CohortDefinition) -> CohortDefinition {
    let mut asked = definition.clone();
    for output in std::mem::take(&mut asked.outputs) {
        let value = match output.says {
            Output::Variable { value, .. } => value,
            Output::Outcome { name, select, of, .. } => {
                Value::Event(name, Event::Select(select, of))
            }
            Output::Stratum { name, code, .. } => Value::Code(name, code),
            Output::Measure(_) => continue,
        };
        let when = match &value {
            Value::Event(name, _) => Condition::Found(Event::Named(name.clone())),
            Value::Number(name, _) => Condition::Known(Scalar::Number(Number::Named(name.clone()))),
            Value::Moment(name, _) => {
                Condition::Known(Scalar::Moment(Moment::at(Anchor::Named(name.clone()))))
            }
            Value::Code(name, _) => Condition::Known(Scalar::Code(Code::Named(name.clone()))),
            Value::Condition(name, _) => Condition::Named(name.clone()),
            Value::Events(..) => continue,
        };
        let title = titled(&format!("told {}", asked.steps.len()));
        asked.steps.push(clause(Step::Let(value)));
        asked.steps.push(clause(Step::Rule(Rule { kind: RuleKind::Exclude, title, when })));
    }
    asked
}

pub(super) fn date(day: i32) -> LocalDate {
    LocalDate(day)
}

pub(super) fn clause<T>(says: T) -> Clause<T> {
    Clause { comments: Comments::default(), says }
}

fn titled(text: &str) -> Title {
    Title { en: Some(text.to_owned()), ja: None }
}

impl Making<'_> {
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.choices.below(end)
    }

    pub(super) fn one_in(&mut self, many: u32) -> bool {
        self.choices.one_in(many)
    }

    pub(super) fn is_deep(&self) -> bool {
        self.depth >= DEPTH_MAX
    }

    pub(super) fn deeper<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    pub(super) fn fresh(&mut self) -> Name {
        self.fresh += 1;
        Name(format!("n{}", self.fresh))
    }

    pub(super) fn used(&mut self, kind: UseKind, name: &str) -> Name {
        let name = Name(name.to_owned());
        self.uses.insert((kind, name.clone()));
        name
    }

    /// One of the names bound to such a thing.
    pub(super) fn named(&mut self, bound: Bound) -> Option<Name> {
        let names: Vec<Name> = self
            .names
            .iter()
            .filter(|(_, of)| *of == bound)
            .map(|(name, _)| name.clone())
            .collect();
        let (first, others) = names.split_first()?;
        Some(self.choices.pick(first.clone(), others))
    }

    fn definition(&mut self) -> CohortDefinition {
        let calendar = self.calendar();
        self.has_calendar = calendar.is_some();
        let before = self.lets(2);
        let entry = self.entry();
        self.has_entry = true;
        let index = self.one_in(5).then(|| {
            let at = Anchor::Start(Event::Entry);
            clause(Moment { anchor: at, offset: self.offset() })
        });
        self.has_index = true;
        let washout = self.one_in(7).then(|| clause(self.day_span()));
        let steps = self.steps();
        let exit = self.exits(2);
        let censor = self.exits(5);
        let follow_up = self.one_in(6).then(|| clause(self.day_span()));
        let keep = self.keep();
        let episodes = self.one_in(6).then(|| clause(self.day_span()));
        let sample = self
            .one_in(9)
            .then(|| clause(Sample { patients: self.below(5) + 1, seed: self.below(9) }));
        self.has_exit = true;
        let outputs = self.outputs();
        let version = || Version("1".to_owned());
        let used = |(kind, name): &(UseKind, Name)| {
            clause(Use { kind: *kind, name: name.clone(), version: version(), hash: None })
        };
        CohortDefinition {
            heading: Heading {
                comments: Comments::default(),
                name: Name("generated".to_owned()),
                version: version(),
                title: Title::default(),
                sources: Vec::new(),
                uses: self.uses.iter().map(used).collect(),
            },
            calendar,
            before,
            entry,
            index,
            washout,
            steps,
            exit,
            censor,
            follow_up,
            keep,
            episodes,
            sample,
            matched: None,
            outputs,
            end: Vec::new(),
        }
    }

    fn calendar(&mut self) -> Option<Clause<(LocalDate, LocalDate)>> {
        self.one_in(4).then(|| {
            let first = 18_232 + i32::try_from(self.below(60)).unwrap_or(0);
            let days = 20 + i32::try_from(self.below(400)).unwrap_or(0);
            clause((date(first), date(first + days)))
        })
    }

    fn lets(&mut self, most: u32) -> Vec<Clause<Value>> {
        let count = self.below(most + 1);
        (0..count).map(|_| clause(self.value())).collect()
    }

    /// A named value, bound from here on.
    fn value(&mut self) -> Value {
        let name = self.fresh();
        let (value, bound) = match self.below(6) {
            0 => (Value::Event(name.clone(), self.chosen()), Bound::Event),
            1 => (Value::Events(name.clone(), self.set()), Bound::Events),
            2 => {
                let class = self.class();
                (Value::Number(name.clone(), self.number_alone(class)), Bound::Number(class))
            }
            3 => (Value::Moment(name.clone(), self.moment_named()), Bound::Moment),
            4 => (Value::Code(name.clone(), self.code()), Bound::Code),
            _ => (Value::Condition(name.clone(), self.condition()), Bound::Condition),
        };
        self.names.push((name, bound));
        value
    }

    /// A moment that is not written like an event.
    fn moment_named(&mut self) -> Moment {
        let moment = self.moment();
        match moment {
            Moment { anchor: Anchor::Named(_), offset: None } => {
                Moment { offset: Some(Offset { count: 1, unit: TimeUnit::Day }), ..moment }
            }
            moment => moment,
        }
    }

    fn entry(&mut self) -> Clause<Entry> {
        let choose = match self.below(7) {
            0 | 4 | 5 | 6 => Choice::All,
            1 | 2 => Choice::First,
            3 => Choice::Last,
            _ => Choice::FirstInLife,
        };
        let choose = if self.one_in(8) { Choice::Nth(self.below(2) + 1) } else { choose };
        let choose = if self.one_in(8) { Choice::FirstInLife } else { choose };
        let count = self.below(2) + 1;
        let mut alternatives = Vec::new();
        for _ in 0..count {
            let mut set = self.set();
            if !self.one_in(3) {
                set.window = Some(Window::ever());
            }
            if set.name.is_none() && self.one_in(2) {
                set.name = Some(self.fresh());
            }
            alternatives.push(Alternative { comments: Comments::default(), of: set });
        }
        let names = alternatives.iter().filter_map(|way| way.of.name.clone());
        self.names.extend(names.map(|name| (name, Bound::Event)));
        clause(Entry { choose, alternatives })
    }

    fn steps(&mut self) -> Vec<Clause<Step>> {
        let count = self.below(4);
        let mut steps = Vec::new();
        for place in 0..count {
            let step = if self.one_in(4) {
                Step::Let(self.value())
            } else {
                let kind = if self.one_in(3) { RuleKind::Require } else { RuleKind::Exclude };
                let title = titled(&format!("rule {place}"));
                // Nobody is left where every rule may be unknown.
                let when = self.condition();
                let when = if self.one_in(3) {
                    let other = Condition::Truth(kind == RuleKind::Require);
                    Condition::Else(Box::new(when), Box::new(other))
                } else {
                    when
                };
                Step::Rule(Rule { kind, title, when })
            };
            steps.push(clause(step));
        }
        steps
    }

    fn exits(&mut self, chance: u32) -> Option<Clause<Vec<Moment>>> {
        self.one_in(chance).then(|| {
            let count = self.below(2) + 1;
            clause((0..count).map(|_| self.moment()).collect())
        })
    }

    fn keep(&mut self) -> Option<Clause<Keep>> {
        self.one_in(5).then(|| {
            let nth = Keep::Nth(self.below(2) + 1);
            clause(self.choices.pick(Keep::First, &[Keep::Last, nth]))
        })
    }

    fn outputs(&mut self) -> Vec<Clause<Output>> {
        let count = self.below(4);
        (0..count).map(|_| clause(self.output())).collect()
    }

    fn output(&mut self) -> Output {
        let title = Title::default();
        match self.below(8) {
            6 => {
                let (name, of) = (self.fresh(), Box::new(self.set()));
                let select = self.choices.pick(Selection::First, &[Selection::Last]);
                self.names.push((name.clone(), Bound::Event));
                Output::Outcome { title, name, select, of }
            }
            7 => {
                let (name, code) = (self.fresh(), self.code());
                self.names.push((name.clone(), Bound::Code));
                Output::Stratum { title, name, code }
            }
            5 if self.has_calendar => {
                let name = self.fresh();
                let every = self.choices.pick(Every::Month, &[Every::Quarter, Every::Year]);
                self.in_measure = true;
                let (denominator, numerator) = (self.condition(), self.condition());
                self.in_measure = false;
                Output::Measure(Measure { title, name, every, denominator, numerator })
            }
            _ => {
                let value = self.value();
                let Value::Events(name, set) = value else {
                    return Output::Variable { title, value };
                };
                // A set cannot be told; its first event can.
                self.names.pop();
                self.names.push((name.clone(), Bound::Event));
                let event = Event::Select(Selection::First, Box::new(set));
                Output::Variable { title, value: Value::Event(name, event) }
            }
        }
    }

    // -- time

    pub(super) fn day_span(&mut self) -> Span {
        let unit = self
            .choices
            .pick(TimeUnit::Day, &[TimeUnit::Day, TimeUnit::Day, TimeUnit::Week, TimeUnit::Month]);
        let count = match unit {
            TimeUnit::Day => self.choices.pick(30, &[0, 1, 7, 90, 365]),
            _ => self.below(4),
        };
        Span { count, unit }
    }

    pub(super) fn span(&mut self) -> Span {
        if self.one_in(4) {
            Span { count: self.below(72), unit: TimeUnit::Hour }
        } else {
            self.day_span()
        }
    }

    pub(super) fn offset(&mut self) -> Option<Offset> {
        if !self.one_in(2) {
            return None;
        }
        let span = self.span();
        let count = i32::try_from(span.count).unwrap_or(0);
        let count = if self.one_in(2) { -count } else { count };
        Some(Offset { count, unit: span.unit })
    }

    pub(super) fn code(&mut self) -> Code {
        let word = |text: &str| Code::Word(text.to_owned());
        match self.below(5) {
            1 => Code::Sex,
            2 => self.band(),
            3 if !self.is_deep() => self.deeper(|making| Code::Case {
                branches: vec![crate::ast::CodeBranch {
                    when: making.condition(),
                    then: word("a"),
                }],
                otherwise: making.one_in(2).then(|| Box::new(word("b"))),
            }),
            4 => match self.named(Bound::Code) {
                Some(name) => Code::Named(name),
                None => Code::Sex,
            },
            _ => self.code_field(),
        }
    }

    pub(super) fn truth(&mut self) -> Condition {
        Condition::Truth(!self.one_in(2))
    }
}
