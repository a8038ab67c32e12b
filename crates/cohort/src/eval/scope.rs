//! What is at hand where an expression stands: the patient, the candidate, the names.

use std::collections::BTreeMap;
use std::sync::Arc;

use vocab::PatientId;

use crate::ast::{CohortDefinition, Name, Output, Step, UseKind, Value};

use super::patient::Days;
use super::{Codes, Patient, PatientEvent, Refused, Stretch, World};

/// An event as a member of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The event.
    pub event: Arc<PatientEvent>,
    /// The concept sets that hold one of its codes, of those by which it was found, as written.
    pub found_by: Vec<Name>,
    /// Whether it is certain that it is a member.
    pub certain: bool,
}

/// An event that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    /// This one.
    Found(Member),
    /// There is none.
    Absent,
    /// It cannot be told whether there is one.
    Unknown,
}

/// A way in: an entry event and what hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The entry event.
    pub entry: Member,
    /// The names of the alternatives it came by.
    pub names: Vec<Name>,
    /// The index.
    pub index: Option<Stretch>,
}

/// The periods of the patients in another cohort.
pub type Others = BTreeMap<Name, BTreeMap<PatientId, Vec<Arc<PatientEvent>>>>;

/// What stays the same for a patient.
pub(crate) struct About<'a> {
    pub(crate) world: &'a World<'a>,
    pub(crate) others: &'a Others,
    pub(crate) patient: &'a Patient,
    pub(crate) definition: &'a CohortDefinition,
    lets: Vec<Let<'a>>,
}

/// Something named for the whole definition.
#[derive(Clone, Copy)]
pub(crate) enum Let<'a> {
    /// By `let` or `variable`.
    Value(&'a Value),
    /// By an outcome, for the event it tells of, or by `strata`, for the code.
    Output(&'a Output),
}

impl<'a> About<'a> {
    pub(crate) fn new(
        world: &'a World<'a>,
        others: &'a Others,
        patient: &'a Patient,
        definition: &'a CohortDefinition,
    ) -> Self {
        let before = definition.before.iter().map(|clause| Let::Value(&clause.says));
        let steps = definition.steps.iter().filter_map(|clause| match &clause.says {
            Step::Let(value) => Some(Let::Value(value)),
            Step::Rule(_) => None,
        });
        let outputs = definition.outputs.iter().filter_map(|clause| match &clause.says {
            Output::Variable { value, .. } => Some(Let::Value(value)),
            output @ (Output::Outcome { .. } | Output::Stratum { .. }) => Some(Let::Output(output)),
            Output::Measure(_) => None,
        });
        let lets = before.chain(steps).chain(outputs).collect();
        Self { world, others, patient, definition, lets }
    }
}

impl Let<'_> {
    fn name(&self) -> Option<&Name> {
        match self {
            Self::Value(value) => Some(name_of(value)),
            Self::Output(Output::Outcome { name, .. } | Output::Stratum { name, .. }) => Some(name),
            Self::Output(_) => None,
        }
    }
}

/// The name that a value is given.
#[must_use]
pub fn name_of(value: &Value) -> &Name {
    match value {
        Value::Events(name, _)
        | Value::Event(name, _)
        | Value::Number(name, _)
        | Value::Moment(name, _)
        | Value::Code(name, _)
        | Value::Condition(name, _) => name,
    }
}

/// The name of an event at hand in an enclosing set.
pub(crate) struct Enclosing<'a> {
    name: &'a Name,
    member: &'a Member,
    outer: Option<&'a Enclosing<'a>>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) about: &'a About<'a>,
    way: Option<&'a Way>,
    exit: Exit,
    interval: Option<Days>,
    this: Option<&'a Member>,
    enclosing: Option<&'a Enclosing<'a>>,
    /// How many of the names of the definition are bound already.
    bound: usize,
}

/// What `exit` means.
#[derive(Clone, Copy)]
pub(crate) enum Exit {
    /// It has no meaning, or would depend on itself.
    None,
    /// What the clauses `exit` and `censor` say.
    Asked,
    /// The last second of the period at hand.
    Known(i64),
}

impl<'a> Scope<'a> {
    pub(crate) fn before_entry(about: &'a About<'a>) -> Self {
        let bound = about.lets.len();
        Self {
            about,
            way: None,
            exit: Exit::None,
            interval: None,
            this: None,
            enclosing: None,
            bound,
        }
    }

    pub(crate) fn at(about: &'a About<'a>, way: &'a Way, exit: Exit) -> Self {
        Self { way: Some(way), exit, ..Self::before_entry(about) }
    }

    pub(crate) fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    pub(crate) fn with_interval(self, interval: Days) -> Self {
        Self { interval: Some(interval), ..self }
    }

    /// Inside the `with` of a set, at one of its events.
    pub(crate) fn with_this(self, member: &'a Member) -> Self {
        Self { this: Some(member), ..self }
    }

    pub(crate) fn with_enclosing(self, enclosing: Option<&'a Enclosing<'a>>) -> Self {
        Self { enclosing, ..self }
    }

    /// The names with that of the event at hand, where the set has one.
    pub(crate) fn naming(
        &self,
        name: Option<&'a Name>,
        member: &'a Member,
    ) -> Option<Enclosing<'a>> {
        name.map(|name| Enclosing { name, member, outer: self.enclosing })
    }

    pub(crate) fn enclosing(&self) -> Option<&'a Enclosing<'a>> {
        self.enclosing
    }

    pub(crate) fn patient(&self) -> &'a Patient {
        self.about.patient
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn interval(&self) -> Option<Days> {
        self.interval
    }

    pub(crate) fn way(&self) -> Result<&'a Way, Refused> {
        self.way.ok_or(Refused::NotHere("entry"))
    }

    pub(crate) fn this(&self) -> Result<&'a Member, Refused> {
        self.this.ok_or(Refused::NotHere("this"))
    }

    pub(crate) fn codes(&self, name: &Name) -> Result<Codes<'a>, Refused> {
        let held = self.about.world.codes.get(name);
        held.copied().ok_or_else(|| Refused::not_held(UseKind::Codes, name))
    }

    /// The event of an enclosing set, or of an alternative of the entry.
    pub(crate) fn event_named(&self, name: &Name) -> Option<Chosen> {
        let mut enclosing = self.enclosing;
        while let Some(at) = enclosing {
            if at.name == name {
                return Some(Chosen::Found(at.member.clone()));
            }
            enclosing = at.outer;
        }
        let alternatives = &self.about.definition.entry.says.alternatives;
        let is_way = alternatives.iter().any(|way| way.of.name.as_ref() == Some(name));
        let way = self.way.filter(|_| is_way)?;
        Some(if way.names.contains(name) {
            Chosen::Found(way.entry.clone())
        } else {
            Chosen::Absent
        })
    }

    /// What a name was given to, and the scope in which that stands: no event is at hand there,
    /// and only the names before it are bound.
    pub(crate) fn named(&self, name: &Name) -> Result<(Let<'a>, Self), Refused> {
        let lets = self.about.lets.iter().take(self.bound).enumerate();
        for (bound, named) in lets {
            if named.name() == Some(name) {
                return Ok((*named, Self { this: None, enclosing: None, bound, ..*self }));
            }
        }
        Err(Refused::unbound(name))
    }
}
