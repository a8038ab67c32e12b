//! Of which of the scopes around it an expression depends: it is asked there, once.

use crate::ast::{Anchor, Code, Condition, Event, EventSet, Name, Node, Number, Source, Window};
use crate::eval::Refused;

use super::writer::{At, Bound, Is, Said, Writer};

impl<'a> Writer<'a> {
    /// The outermost place where an expression means the same.
    pub(super) fn hoisted(&self, at: At, node: Node<'_>) -> Said<At> {
        self.hoisted_by(at, |need| need.node(node))
    }

    /// The outermost place where a set in another window than its own means the same.
    pub(super) fn hoisted_set(&self, at: At, set: &EventSet, window: Option<&Window>) -> Said<At> {
        self.hoisted_by(at, |need| need.set(set, window))
    }

    fn hoisted_by(&self, at: At, walk: impl FnOnce(&mut Need<'_, 'a>) -> Said<()>) -> Said<At> {
        let mut need = Need { writer: self, at, inner: Vec::new(), depth: 0 };
        walk(&mut need)?;
        let depth = need.depth;
        let scope = self.chain(at.scope).get(depth).map_or(at.scope, |(id, _)| *id);
        Ok(At { scope, ..at })
    }

    /// How deep the scope of the candidate is.
    pub(super) fn candidate_depth(&self, at: At, word: &'static str) -> Said<usize> {
        let is = |is| matches!(is, Is::Entered | Is::Candidate | Is::Period);
        let depth = self.chain(at.scope).iter().position(|(_, scope)| is(scope.is));
        depth.ok_or_else(|| Refused::NotHere(word).into())
    }

    /// How deep the scope of an enclosing set is whose event has this name.
    pub(super) fn enclosing(&self, at: At, name: &Name) -> Option<usize> {
        let chain = self.chain(at.scope);
        chain.iter().rposition(|(_, scope)| scope.name.as_ref() == Some(name))
    }

    /// Which alternative of the entry has this name.
    pub(super) fn alternative(&self, name: &Name) -> Option<usize> {
        let alternatives = &self.definition.entry.says.alternatives;
        alternatives.iter().position(|way| way.of.name.as_ref() == Some(name))
    }
}

struct Need<'w, 'a> {
    writer: &'w Writer<'a>,
    at: At,
    /// The names of the sets around the part at hand, inside the expression.
    inner: Vec<Option<Name>>,
    depth: usize,
}

impl Need<'_, '_> {
    fn deep(&mut self, depth: usize) {
        self.depth = self.depth.max(depth);
    }

    fn candidate(&mut self, word: &'static str) -> Said<()> {
        self.deep(self.writer.candidate_depth(self.at, word)?);
        Ok(())
    }

    fn node(&mut self, node: Node<'_>) -> Said<()> {
        match node {
            Node::Set(set) => return self.set(set, set.window.as_ref()),
            Node::Event(Event::This) => return self.this(),
            Node::Event(Event::Entry) => return self.candidate("entry"),
            Node::Event(Event::Named(name))
            | Node::Number(Number::Named(name))
            | Node::Code(Code::Named(name))
            | Node::Condition(Condition::Named(name)) => return self.name(name),
            Node::Moment(moment) => match &moment.anchor {
                Anchor::Index => return self.candidate("index"),
                Anchor::Exit => return self.candidate("exit"),
                Anchor::CoverageStart | Anchor::CoverageEnd => return self.candidate("coverage"),
                Anchor::IntervalStart | Anchor::IntervalEnd => return self.interval(),
                Anchor::Named(name) => return self.name(name),
                _ => {}
            },
            _ => {}
        }
        let mut parts = Vec::new();
        node.parts(&mut |part| parts.push(part));
        parts.into_iter().try_for_each(|part| self.node(part))
    }

    fn set(&mut self, set: &EventSet, window: Option<&Window>) -> Said<()> {
        match &set.from {
            Source::Named(name) => self.name(name)?,
            Source::AnyOf(sets) => {
                sets.iter().try_for_each(|set| self.node(Node::Set(set)))?;
            }
            Source::Take(take) => self.node(Node::Set(&take.of))?,
            Source::Episodes(episodes) => self.node(Node::Set(&episodes.of))?,
            Source::Era(era) => self.node(Node::Set(&era.of))?,
            Source::Records(_) | Source::Cohort(_) | Source::List(_) => {}
        }
        let sides = window.into_iter().flat_map(|window| [&window.from, &window.to]);
        for moment in sides.filter_map(|side| side.moment()) {
            self.node(Node::Moment(moment))?;
        }
        if let Some(with) = &set.with {
            self.inner.push(set.name.clone());
            let holds = self.node(Node::Condition(with));
            self.inner.pop();
            holds?;
        }
        Ok(())
    }

    fn this(&mut self) -> Said<()> {
        if !self.inner.is_empty() {
            return Ok(());
        }
        if self.writer.scope(self.at.scope)?.is != Is::Member {
            return Err(Refused::NotHere("this").into());
        }
        self.deep(self.writer.chain(self.at.scope).len() - 1);
        Ok(())
    }

    fn interval(&mut self) -> Said<()> {
        let chain = self.writer.chain(self.at.scope);
        let depth = chain.iter().position(|(_, scope)| scope.is == Is::Interval);
        self.deep(depth.ok_or(Refused::NotHere("interval"))?);
        Ok(())
    }

    fn name(&mut self, name: &Name) -> Said<()> {
        if self.inner.iter().flatten().any(|inner| inner == name) {
            return Ok(());
        }
        if let Some(depth) = self.writer.enclosing(self.at, name) {
            self.deep(depth);
            return Ok(());
        }
        if self.writer.alternative(name).is_some()
            && let Ok(depth) = self.writer.candidate_depth(self.at, "entry")
        {
            self.deep(depth);
            return Ok(());
        }
        let (bound, at) = self.writer.named(self.at, name)?;
        let key = (at.scope, at.bound);
        if let Some(depth) = self.writer.needs.borrow().get(&key) {
            self.depth = self.depth.max(*depth);
            return Ok(());
        }
        let mut need = Need { writer: self.writer, at, inner: Vec::new(), depth: 0 };
        match bound {
            Bound::Value(value) => need.node(Node::of(value))?,
            Bound::Outcome(select, of) => {
                let event = Event::Select(select.clone(), Box::new(of.clone()));
                need.node(Node::Event(&event))?;
            }
            Bound::Stratum(code) => need.node(Node::Code(code))?,
        }
        let depth = need.depth;
        self.writer.needs.borrow_mut().insert(key, depth);
        self.deep(depth);
        Ok(())
    }
}
