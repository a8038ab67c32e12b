//! Keys of resources and of what they refer to, and whom a resource is about.

use std::borrow::Cow;

use crate::general::Missed;
use crate::reference::{self, Origin, Resolved};

use super::eval::Walked;
use super::program::{ReferenceSlots, Stop};
use super::tree::{At, Leaf, NONE, RESOURCE};

/// References that gave no key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Misses {
    pub(super) foreign: u64,
    pub(super) unresolved: u64,
    pub(super) no_patient: u64,
}

impl Misses {
    pub(super) fn add(&mut self, other: Self) {
        self.foreign += other.foreign;
        self.unresolved += other.unresolved;
        self.no_patient += other.no_patient;
    }
}

impl From<Missed> for Misses {
    fn from(missed: Missed) -> Self {
        Self { foreign: missed.foreign, unresolved: missed.unresolved, no_patient: 0 }
    }
}

/// Where contained resources keep what references to them need.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContainedSlots {
    pub(super) contained: u16,
    pub(super) id: u16,
    pub(super) resource_type: u16,
}

/// What references of one resource mean.
#[derive(Debug)]
pub(super) struct Links<'l> {
    pub(super) walked: Walked<'l>,
    pub(super) origin: &'l Origin<'l>,
    pub(super) resource_type: &'l str,
    /// The key of the resource; empty if it has none.
    pub(super) key: &'l str,
    /// Known where some view asks for keys of references.
    pub(super) contained: Option<ContainedSlots>,
    pub(super) misses: &'l mut Misses,
}

/// The id in `Type/id` of the wanted type, which is what nearly all references are.
///
/// Anything else, and any id that is not plainly one, is for [`reference::resolve`].
#[inline]
fn plain_key<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    let id = text.strip_prefix(wanted)?.strip_prefix('/')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    // No early end, so that many bytes are looked at in one step.
    let all = id.bytes().fold(true, |all, byte| all & plain(byte));
    (all && !id.is_empty()).then_some(id)
}

impl Links<'_> {
    pub(super) fn resource_key(&self) -> Option<&str> {
        (!self.key.is_empty()).then_some(self.key)
    }

    /// Adds the key to which a Reference points, if it points to the wanted type; tells whether.
    #[inline]
    pub(super) fn key(
        &mut self,
        reference: At,
        slots: ReferenceSlots,
        wanted: Option<&str>,
        to: &mut String,
    ) -> Result<bool, Stop> {
        let walked = self.walked;
        let text = match walked.tree.child(reference, slots.reference) {
            NONE => {
                // Whoever has the identifier; nobody looks here.
                let identified = walked.tree.child(reference, slots.identifier) != NONE;
                self.misses.unresolved += u64::from(identified);
                return Ok(false);
            }
            at => match walked.leaf(at) {
                Leaf::Text(text) => text,
                _ => return Err(Stop),
            },
        };
        if let Some(key) = wanted.and_then(|wanted| plain_key(text, wanted)) {
            to.push_str(key);
            return Ok(true);
        }
        let found = match reference::resolve(text, self.origin) {
            Resolved::Contained(local) => self.contained(local),
            found => found,
        };
        let key = found.key_of(wanted);
        to.push_str(key.unwrap_or_default());
        let (points, foreign, told) = (
            key.is_some(),
            matches!(found, Resolved::Foreign),
            matches!(found, Resolved::Key { .. } | Resolved::Foreign | Resolved::None),
        );
        drop(found);
        self.misses.foreign += u64::from(foreign);
        self.misses.unresolved += u64::from(!told);
        Ok(points)
    }

    fn contained<'k>(&'k self, local: &'k str) -> Resolved<'k> {
        let walked = self.walked;
        let outermost = self.origin.parent.unwrap_or((self.resource_type, self.key));
        reference::within(local, outermost, |local| {
            if self.origin.parent.is_some() {
                let sibling = self.origin.siblings.iter().find(|(id, _)| id == local);
                return sibling.map(|(_, resource_type)| Cow::Borrowed(resource_type.as_str()));
            }
            let slots = self.contained?;
            let text = |at: At, slot| match walked.tree.child(at, slot) {
                NONE => None,
                found => match walked.leaf(found) {
                    Leaf::Text(text) => Some(text),
                    _ => None,
                },
            };
            let mut item = walked.tree.child(RESOURCE, slots.contained);
            while item != NONE {
                // Some exporters write the id as it is referred to.
                let id = text(item, slots.id);
                if id.map(|id| id.strip_prefix('#').unwrap_or(id)) == Some(local) {
                    return text(item, slots.resource_type).map(Cow::Borrowed);
                }
                item = walked.tree.next(item);
            }
            None
        })
    }
}
