//! Keys as the evaluator asks for them: the identity policy over a tree.

use std::borrow::Cow;
use std::cell::Cell;

use super::Missed;
use crate::json::Node;
use crate::path::eval::Keys;
use crate::reference::{self, Origin, Resolved};

/// Resolves the references of one resource.
pub(super) struct Resolver<'o> {
    resource: &'o Node,
    origin: &'o Origin<'o>,
    missed: Cell<Missed>,
}

impl<'o> Resolver<'o> {
    pub(super) fn new(resource: &'o Node, origin: &'o Origin<'o>) -> Self {
        Self { resource, origin, missed: Cell::default() }
    }

    /// The references so far that gave no key.
    pub(super) fn missed(&self) -> Missed {
        self.missed.get()
    }

    /// Type and key of the outermost resource, within which `#cid` is looked up.
    fn outermost(&self) -> (&'o str, &'o str) {
        self.origin.parent.unwrap_or_else(|| {
            let resource_type = self.resource.resource_type().unwrap_or_default();
            (resource_type, self.own_key().unwrap_or_default())
        })
    }

    fn own_key(&self) -> Option<&'o str> {
        self.origin.key.or_else(|| self.resource.get("id")?.as_str())
    }

    fn contained_type(&self, local: &str) -> Option<Cow<'o, str>> {
        if self.origin.parent.is_some() {
            let sibling = self.origin.siblings.iter().find(|(id, _)| id == local)?;
            return Some(Cow::Borrowed(sibling.1.as_str()));
        }
        let found = self.contained().find(|node| local_id(node) == Some(local))?;
        found.resource_type().map(Cow::Borrowed)
    }

    fn contained(&self) -> impl Iterator<Item = &'o Node> {
        self.resource.get("contained").and_then(Node::as_array).into_iter().flatten()
    }

    fn resolve<'s>(&'s self, text: &'s str) -> Resolved<'s> {
        match reference::resolve(text, self.origin) {
            Resolved::Contained(local) => {
                reference::within(local, self.outermost(), |local| self.contained_type(local))
            }
            found => found,
        }
    }
}

/// A contained resource's id; some exporters write it as it is referred to.
fn local_id(node: &Node) -> Option<&str> {
    node.get("id")?.as_str().map(|id| id.strip_prefix('#').unwrap_or(id))
}

impl Keys for Resolver<'_> {
    fn resource_key(&self, resource: &Node) -> Option<String> {
        if std::ptr::eq(resource, self.resource) {
            return self.own_key().map(str::to_owned);
        }
        let local = self.contained().find(|node| std::ptr::eq(*node, resource)).and_then(local_id);
        match local {
            Some(local) => {
                let (outer_type, outer_key) = self.outermost();
                Some(reference::contained_key(outer_type, outer_key, local))
            }
            None => resource.get("id")?.as_str().map(str::to_owned),
        }
    }

    fn reference_key(&self, reference: &Node, wanted: Option<&str>) -> Option<String> {
        let mut missed = self.missed.get();
        let key = match reference.get("reference").and_then(Node::as_str) {
            // Whoever has the identifier; nobody looks here.
            None => {
                missed.unresolved += u64::from(reference.get("identifier").is_some());
                None
            }
            Some(text) => {
                let found = self.resolve(text);
                match &found {
                    Resolved::Key { .. } | Resolved::None => {}
                    Resolved::Foreign => missed.foreign += 1,
                    _ => missed.unresolved += 1,
                }
                found.key_of(wanted).map(str::to_owned)
            }
        };
        self.missed.set(missed);
        key
    }
}
