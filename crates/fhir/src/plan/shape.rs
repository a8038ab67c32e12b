//! Which keys of a resource the views need: their paths merged into one tree of keys.
//!
//! A shape stands for the objects found under one path. The views' `repeat` makes the tree a graph:
//! an item's items have the shape of the item.

/// Names a shape in its [`Shapes`].
pub(super) type ShapeId = u16;

/// The shape of the resource itself.
pub(super) const ROOT: ShapeId = 0;

/// A key the walk keeps: the n-th key of a shape fills the n-th slot of its objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: Box<str>,
    pub(super) target: ShapeId,
}

/// Keys an object may have at most, so that one word of 128 bits tells which were seen.
const KEYS_MAX: usize = 64;
const SHAPES_MAX: usize = 4096;

/// All shapes of one plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes {
    shapes: Vec<Vec<Key>>,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self { shapes: vec![Vec::new()] }
    }

    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }

    pub(super) fn keys(&self, shape: ShapeId) -> &[Key] {
        self.shapes.get(usize::from(shape)).map_or(&[], Vec::as_slice)
    }

    /// The slot and the shape under a key, added where they are new. Nothing when a limit is
    /// reached.
    pub(super) fn key(&mut self, shape: ShapeId, name: &str) -> Option<(u16, ShapeId)> {
        let found = self.keys(shape).iter().position(|key| &*key.name == name);
        let slot = match found {
            Some(slot) => slot,
            None => {
                let target = ShapeId::try_from(self.shapes.len()).ok()?;
                let keys = self.shapes.get_mut(usize::from(shape))?;
                if keys.len() >= KEYS_MAX || usize::from(target) >= SHAPES_MAX {
                    return None;
                }
                keys.push(Key { name: name.into(), target });
                let slot = keys.len() - 1;
                self.shapes.push(Vec::new());
                slot
            }
        };
        let target = self.keys(shape).get(slot)?.target;
        Some((u16::try_from(slot).ok()?, target))
    }

    /// Makes two shapes one, keys and all; every key that led to the second leads to the first.
    pub(super) fn unite(&mut self, first: ShapeId, second: ShapeId) -> Option<()> {
        if first == second {
            return Some(());
        }
        for keys in &mut self.shapes {
            for key in keys.iter_mut().filter(|key| key.target == second) {
                key.target = first;
            }
        }
        let moved = std::mem::take(self.shapes.get_mut(usize::from(second))?);
        for key in moved {
            match self.keys(first).iter().find(|held| held.name == key.name).map(|k| k.target) {
                Some(held) => self.unite(held, key.target)?,
                None if self.keys(first).len() >= KEYS_MAX => return None,
                None => self.shapes.get_mut(usize::from(first))?.push(key),
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_begin_alike_share_their_beginning() {
        let mut shapes = Shapes::new();
        let (slot, code) = shapes.key(ROOT, "code").unwrap();
        assert_eq!((slot, code), (0, 1));
        assert_eq!(shapes.key(ROOT, "code"), Some((0, code)));
        assert_eq!(shapes.key(ROOT, "status"), Some((1, 2)));
        assert_eq!(shapes.key(code, "coding"), Some((0, 3)));
    }

    #[test]
    fn shapes_made_one_keep_the_keys_of_both() {
        let mut shapes = Shapes::new();
        let (_, a) = shapes.key(ROOT, "a").unwrap();
        let (_, b) = shapes.key(ROOT, "b").unwrap();
        shapes.key(a, "x").unwrap();
        shapes.key(b, "x").unwrap();
        shapes.key(b, "y").unwrap();
        shapes.unite(a, b).unwrap();
        assert_eq!(shapes.keys(ROOT)[1].target, a);
        assert_eq!(shapes.keys(a).iter().map(|k| &*k.name).collect::<Vec<_>>(), ["x", "y"]);
    }
}
