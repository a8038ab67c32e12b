//! Who writes the steps: what is written already, and where an expression stands.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use crate::ast::{
    Code, CohortDefinition, EventSet, Name, Node, Output, Quantity, Selection, Step as Line, Value,
};
use crate::eval::{Refused, World, name_of};
use crate::units::Own;

use super::period::Settled;
use super::row::Row;
use super::script::{NotSaid, Script, Step, ToldBy};

/// What cannot fail but by what it says.
pub(super) type Said<T> = Result<T, NotSaid>;

/// A scope by its number.
pub(super) type ScopeId = usize;

/// The scope of a patient.
pub(super) const PATIENT: ScopeId = 0;

/// What a scope has a row for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Patient,
    /// A candidate whose index is not known yet.
    Entered,
    /// A candidate at the rules.
    Candidate,
    /// A period.
    Period,
    /// A period in an interval of a measure.
    Interval,
    /// An event of a set.
    Member,
}

/// A relation with a row for each place where an expression is asked. It has the keys of all scopes
/// around it.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) around: Option<ScopeId>,
    pub(super) relation: String,
    pub(super) key: String,
    pub(super) is: Is,
    /// By what the event at hand is called.
    pub(super) name: Option<Name>,
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) scope: ScopeId,
    /// How many names of the definition are bound.
    pub(super) bound: usize,
    /// Whether `exit` means something.
    pub(super) exit: bool,
}

/// A step with a row for some keys of a scope.
#[derive(Clone, Debug)]
pub(super) struct Keyed {
    pub(super) step: String,
    pub(super) scope: ScopeId,
}

/// Something named for the whole definition.
#[derive(Clone, Copy)]
pub(super) enum Bound<'a> {
    Value(&'a Value),
    Outcome(&'a Selection, &'a EventSet),
    Stratum(&'a Code),
}

/// What is written for all definitions together.
#[derive(Default)]
pub(super) struct Written {
    steps: Vec<Step>,
    memo: HashMap<String, Keyed>,
    pub(super) scopes: Vec<Scope>,
    asked: BTreeSet<Option<String>>,
    quantities: BTreeSet<Option<Quantity>>,
}

pub(super) struct Writer<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) definition: &'a CohortDefinition,
    names: Vec<(&'a Name, Bound<'a>)>,
    pub(super) own: HashMap<Name, Own>,
    pub(super) written: Written,
    pub(super) needs: RefCell<HashMap<(ScopeId, usize), usize>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(world: &'a World<'a>, definition: &'a CohortDefinition) -> Self {
        let patient = Scope {
            around: None,
            relation: "person".to_owned(),
            key: "patient_id".to_owned(),
            is: Is::Patient,
            name: None,
        };
        let written = Written { scopes: vec![patient], ..Written::default() };
        Self::going_on(world, definition, written)
    }

    /// Writes another definition after what is written.
    pub(super) fn going_on(
        world: &'a World<'a>,
        definition: &'a CohortDefinition,
        written: Written,
    ) -> Self {
        let mut names: Vec<(&'a Name, Bound<'a>)> = Vec::new();
        let before = definition.before.iter().map(|clause| &clause.says);
        let steps = definition.steps.iter().filter_map(|clause| match &clause.says {
            Line::Let(value) => Some(value),
            Line::Rule(_) => None,
        });
        names.extend(before.chain(steps).map(|value| (name_of(value), Bound::Value(value))));
        for clause in &definition.outputs {
            names.extend(match &clause.says {
                Output::Variable { value, .. } => Some((name_of(value), Bound::Value(value))),
                Output::Outcome { name, select, of, .. } => {
                    Some((name, Bound::Outcome(select, of)))
                }
                Output::Stratum { name, code, .. } => Some((name, Bound::Stratum(code))),
                Output::Measure(_) => None,
            });
        }
        let mut own = HashMap::new();
        for (name, bound) in &names {
            if let Bound::Value(Value::Number(_, number)) = bound {
                let unit = crate::units::own_unit(number, &own);
                own.insert((*name).clone(), unit);
            }
        }
        Self { world, definition, names, own, written, needs: RefCell::default() }
    }

    /// Where expressions of a scope stand.
    pub(super) fn at(&self, scope: ScopeId, exit: bool) -> At {
        At { scope, bound: self.names.len(), exit }
    }

    /// What a name was given to, and where that stands: no event is at hand there, and only the
    /// names before it are bound.
    pub(super) fn named(&self, at: At, name: &Name) -> Said<(Bound<'a>, At)> {
        let bound = self.names.iter().take(at.bound).position(|(other, _)| *other == name);
        let place = bound.ok_or_else(|| Refused::unbound(name))?;
        let (_, bound) = self.names.get(place).ok_or_else(|| Refused::unbound(name))?;
        Ok((*bound, At { scope: self.base(at.scope), bound: place, exit: at.exit }))
    }

    // -- scopes

    pub(super) fn scope(&self, id: ScopeId) -> Said<&Scope> {
        let scope = self.written.scopes.get(id);
        scope.ok_or_else(|| Refused::NotHere("this scope").into())
    }

    pub(super) fn open(&mut self, scope: Scope) -> ScopeId {
        self.written.scopes.push(scope);
        self.written.scopes.len() - 1
    }

    /// The scopes around a scope and itself, from the patient.
    pub(super) fn chain(&self, scope: ScopeId) -> Vec<(ScopeId, &Scope)> {
        let mut chain = Vec::new();
        let mut at = Some(scope);
        while let Some((id, scope)) = at.and_then(|id| Some((id, self.written.scopes.get(id)?))) {
            chain.push((id, scope));
            at = scope.around;
        }
        chain.reverse();
        chain
    }

    /// The nearest scope in which no event of a set is at hand.
    fn base(&self, scope: ScopeId) -> ScopeId {
        let chain = self.chain(scope);
        let base = chain.iter().rev().find(|(_, scope)| scope.is != Is::Member);
        base.map_or(PATIENT, |(id, _)| *id)
    }

    pub(super) fn key(&self, scope: ScopeId) -> String {
        self.written.scopes.get(scope).map_or_else(String::new, |scope| scope.key.clone())
    }

    /// The keys of a scope and those around it, of an alias.
    pub(super) fn keys(&self, scope: ScopeId, alias: &str) -> String {
        let chain = self.chain(scope);
        let keys: Vec<String> =
            chain.iter().map(|(_, scope)| format!("{alias}.{}", scope.key)).collect();
        keys.join(", ")
    }

    /// A key that no scope has yet.
    pub(super) fn fresh_key(&self, word: &str) -> String {
        format!("{word}_{}", self.written.scopes.len())
    }

    pub(super) fn row(&self, scope: ScopeId) -> Said<Row> {
        Ok(Row::of(&self.scope(scope)?.relation))
    }

    /// Puts a step beside a row by the key of its scope.
    pub(super) fn join(&self, row: &mut Row, of: &Keyed) -> String {
        let key = self.key(of.scope);
        row.beside(&of.step, &format!("@.{key} = x.{key}"))
    }

    // -- steps

    /// Writes a step.
    pub(super) fn step(&mut self, word: &str, says: &str, select: String) -> String {
        let name = format!("{word}_{}", self.written.steps.len() + 1);
        let says = says.to_owned();
        self.written.steps.push(Step { name: name.clone(), says, select });
        name
    }

    /// What was written before for the same part in the same scope.
    pub(super) fn known(&self, word: &str, at: At, says: &str) -> Option<Keyed> {
        self.written.memo.get(&self.memo_key(word, at, says)).cloned()
    }

    pub(super) fn keep(&mut self, word: &str, at: At, says: &str, keyed: &Keyed) {
        let key = self.memo_key(word, at, says);
        self.written.memo.insert(key, keyed.clone());
    }

    /// What was written before and means the same in every definition.
    pub(super) fn known_to_all(&self, word: &str, says: &str) -> Option<Keyed> {
        self.written.memo.get(&format!("{word}\n{says}")).cloned()
    }

    pub(super) fn keep_for_all(&mut self, word: &str, says: &str, keyed: &Keyed) {
        self.written.memo.insert(format!("{word}\n{says}"), keyed.clone());
    }

    /// Names mean one thing in one definition only.
    fn memo_key(&self, word: &str, at: At, says: &str) -> String {
        format!("{}\n{word}\n{}\n{says}", self.definition.heading.name, at.scope)
    }

    pub(super) fn asks(&mut self, unit: Option<&str>, quantity: Option<Quantity>) {
        self.written.asked.insert(unit.map(str::to_owned));
        self.written.quantities.insert(quantity);
    }

    pub(super) fn finish(self, settled: Settled, outputs: Vec<ToldBy>) -> Script {
        let Written { steps, asked, mut quantities, .. } = self.written;
        quantities.insert(None);
        Script {
            steps,
            candidates: settled.candidates,
            rules: settled.rules,
            periods: settled.periods,
            outputs,
            asked,
            quantities,
        }
    }
}

/// A part of a definition as it is written in its text.
pub(super) fn text(node: Node<'_>) -> String {
    crate::text::node(node)
}
