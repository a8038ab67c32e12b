//! Runs programs over a tree.

use std::cmp::Ordering;
use std::slice;

use super::program::{Chain, Operand, Part, Pick, Step, Stop, Test, TextPlace};
use super::tree::{At, Leaf, NONE, RESOURCE, Tree};

/// A resource that was walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walked<'a> {
    pub(super) tree: &'a Tree,
    pub(super) line: &'a str,
}

/// Takes elements one by one.
type Take<'f> = &'f mut dyn FnMut(At) -> Result<(), Stop>;

impl<'a> Walked<'a> {
    #[inline]
    pub(super) fn leaf(self, at: At) -> Leaf<'a> {
        self.tree.leaf(self.line, at)
    }

    /// The element from which the last part of a chain goes on, and that part.
    #[inline]
    fn last_part(self, chain: &Chain, focus: At) -> Result<Option<(At, &Part)>, Stop> {
        let mut at = if chain.from_resource { RESOURCE } else { focus };
        let Some((last, before)) = chain.parts.split_last() else { return Ok(None) };
        for part in before {
            at = self.pick(part, at)?;
            if at == NONE {
                return Ok(None);
            }
        }
        Ok(Some((at, last)))
    }

    /// The one element a part takes, or [`NONE`].
    fn pick(self, part: &Part, at: At) -> Result<At, Stop> {
        match part.pick {
            Pick::First if part.tests => {
                let mut found = NONE;
                self.each_step(at, &part.steps, &mut |item| {
                    found = if found == NONE { item } else { found };
                    Ok(())
                })?;
                Ok(found)
            }
            Pick::First => Ok(self.first(at, &part.steps)),
            Pick::All => {
                let mut found = NONE;
                self.only(at, &part.steps, &mut found)?;
                Ok(found)
            }
            Pick::Last => {
                let mut last = NONE;
                self.each_step(at, &part.steps, &mut |item| {
                    last = item;
                    Ok(())
                })?;
                Ok(last)
            }
            Pick::Nth(nth) => {
                let (mut count, mut found) = (0, NONE);
                self.each_step(at, &part.steps, &mut |item| {
                    if count == nth {
                        found = item;
                    }
                    count += 1;
                    Ok(())
                })?;
                Ok(found)
            }
        }
    }

    /// The only element a chain gives, [`NONE`] for none; several are not for a program.
    #[inline]
    pub(super) fn one(self, chain: &Chain, focus: At) -> Result<At, Stop> {
        match self.last_part(chain, focus)? {
            Some((at, part)) => self.pick(part, at),
            None => Ok(NONE),
        }
    }

    /// Gives every element of a chain.
    pub(super) fn each(self, chain: &Chain, focus: At, take: Take<'_>) -> Result<(), Stop> {
        let Some((at, part)) = self.last_part(chain, focus)? else { return Ok(()) };
        if part.pick == Pick::All {
            return self.each_step(at, &part.steps, take);
        }
        match self.pick(part, at)? {
            NONE => Ok(()),
            found => take(found),
        }
    }

    /// The first element that steps without tests reach.
    fn first(self, at: At, steps: &[Step]) -> At {
        let (slots, rest): (&[u16], _) = match steps {
            [] | [Step::Where(_), ..] => return at,
            [Step::Child(slot), rest @ ..] => (slice::from_ref(slot), rest),
            [Step::AnyChild(slots), rest @ ..] => (slots, rest),
        };
        for slot in slots {
            let mut item = self.tree.child(at, *slot);
            while item != NONE {
                let found = self.first(item, rest);
                if found != NONE {
                    return found;
                }
                item = self.tree.next(item);
            }
        }
        NONE
    }

    fn only(self, at: At, steps: &[Step], found: &mut At) -> Result<(), Stop> {
        match steps {
            [] if *found == NONE => {
                *found = at;
                Ok(())
            }
            [] => Err(Stop),
            [Step::Child(slot), rest @ ..] => {
                let mut item = self.tree.child(at, *slot);
                while item != NONE {
                    self.only(item, rest, found)?;
                    item = self.tree.next(item);
                }
                Ok(())
            }
            _ => self.each_step(at, steps, &mut |item| self.only(item, &[], found)),
        }
    }

    fn each_step(self, at: At, steps: &[Step], take: Take<'_>) -> Result<(), Stop> {
        let Some((step, rest)) = steps.split_first() else { return take(at) };
        match step {
            Step::Child(slot) => self.each_item(at, *slot, rest, take),
            Step::AnyChild(slots) => {
                slots.iter().try_for_each(|slot| self.each_item(at, *slot, rest, take))
            }
            Step::Where(test) => match self.test(test, at)? {
                Some(true) => self.each_step(at, rest, take),
                _ => Ok(()),
            },
        }
    }

    fn each_item(self, at: At, slot: u16, rest: &[Step], take: Take<'_>) -> Result<(), Stop> {
        let mut item = self.tree.child(at, slot);
        while item != NONE {
            self.each_step(item, rest, take)?;
            item = self.tree.next(item);
        }
        Ok(())
    }

    pub(super) fn count(self, chain: &Chain, focus: At) -> Result<i64, Stop> {
        let mut count = 0;
        self.each(chain, focus, &mut |_| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// Runs a test; nothing is FHIRPath's empty.
    pub(super) fn test(self, test: &Test, focus: At) -> Result<Option<bool>, Stop> {
        Ok(match test {
            Test::Constant(value) => Some(*value),
            Test::And(tests) => self.all(tests, false, focus)?,
            Test::Or(tests) => self.all(tests, true, focus)?,
            Test::Xor(pair) => {
                let [left, right] = self.both(pair, focus)?;
                left.zip(right).map(|(left, right)| left != right)
            }
            Test::Implies(pair) => match self.both(pair, focus)? {
                [Some(true), right] => right,
                [Some(false), _] | [None, Some(true)] => Some(true),
                [None, _] => None,
            },
            Test::Not(test) => self.test(test, focus)?.map(|value| !value),
            Test::Exists(chain) => Some(self.exists(chain, focus)?),
            Test::Truth(chain) => match self.one(chain, focus)? {
                NONE => None,
                at => match self.leaf(at) {
                    Leaf::Bool(value) => Some(value),
                    _ => return Err(Stop),
                },
            },
            Test::Same { chain, literal, differ } => self.same(chain, literal, *differ, focus)?,
            Test::Ordered { chain, literal, accept } => match self.one(chain, focus)? {
                NONE => None,
                at => Some(accept.takes(order(self.leaf(at), literal)?)),
            },
            Test::Counted { chain, number, accept } => {
                Some(accept.takes(self.count(chain, focus)?.cmp(number)))
            }
            Test::Text { chain, part, place } => match self.one(chain, focus)? {
                NONE => None,
                at => match self.leaf(at) {
                    Leaf::Text(text) => Some(place.holds(text, part)),
                    _ => return Err(Stop),
                },
            },
            Test::SameAs { chains, differ } => {
                let [left, right] = &**chains;
                match (self.one(left, focus)?, self.one(right, focus)?) {
                    (NONE, _) | (_, NONE) => None,
                    (left, right) => match (self.leaf(left), self.leaf(right)) {
                        (Leaf::Text(left), Leaf::Text(right)) => Some((left == right) != *differ),
                        _ => return Err(Stop),
                    },
                }
            }
        })
    }

    fn both(self, pair: &[Test; 2], focus: At) -> Result<[Option<bool>; 2], Stop> {
        let [left, right] = pair;
        Ok([self.test(left, focus)?, self.test(right, focus)?])
    }

    /// `or` where `wanted` is true, `and` where it is false: one such part decides, an empty part
    /// leaves it open. Every part runs, for a part that stops must not be hidden by its neighbour.
    fn all(self, tests: &[Test], wanted: bool, focus: At) -> Result<Option<bool>, Stop> {
        let mut result = Some(!wanted);
        for test in tests {
            result = match (self.test(test, focus)?, result) {
                (Some(value), _) if value == wanted => Some(wanted),
                (_, Some(value)) if value == wanted => Some(wanted),
                (None, _) | (_, None) => None,
                (_, held) => held,
            };
        }
        Ok(result)
    }

    fn exists(self, chain: &Chain, focus: At) -> Result<bool, Stop> {
        let mut found = false;
        self.each(chain, focus, &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }

    /// Equality of collections: of different lengths they differ, an empty one leaves it open.
    fn same(
        self,
        chain: &Chain,
        literal: &Operand,
        differ: bool,
        focus: At,
    ) -> Result<Option<bool>, Stop> {
        let mut equal = None;
        self.each(chain, focus, &mut |at| {
            equal = match equal {
                None => Some(equals(self.leaf(at), literal)?),
                Some(_) => Some(false),
            };
            Ok(())
        })?;
        Ok(equal.map(|equal| equal != differ))
    }
}

impl TextPlace {
    fn holds(self, text: &str, part: &str) -> bool {
        match self {
            Self::Start => text.starts_with(part),
            Self::End => text.ends_with(part),
            Self::Anywhere => text.contains(part),
        }
    }
}

fn equals(leaf: Leaf<'_>, literal: &Operand) -> Result<bool, Stop> {
    match (leaf, literal) {
        (Leaf::Text(text), Operand::Text(wanted)) => Ok(text == wanted),
        (Leaf::Bool(value), Operand::Bool(wanted)) => Ok(value == *wanted),
        (Leaf::Number(text), Operand::Number(wanted)) => {
            Ok(compare_numbers(text, wanted)? == Ordering::Equal)
        }
        _ => Err(Stop),
    }
}

fn order(leaf: Leaf<'_>, literal: &Operand) -> Result<Ordering, Stop> {
    match (leaf, literal) {
        (Leaf::Number(text), Operand::Number(wanted)) => compare_numbers(text, wanted),
        (Leaf::Text(text), Operand::Text(wanted)) => Ok(text.cmp(wanted.as_str())),
        _ => Err(Stop),
    }
}

/// Compares decimals exactly, digit by digit; exponents are left to the general evaluator.
fn compare_numbers(left: &str, right: &str) -> Result<Ordering, Stop> {
    let (left, right) = (Digits::of(left)?, Digits::of(right)?);
    let sign = left.sign().cmp(&right.sign());
    if sign != Ordering::Equal {
        return Ok(sign);
    }
    let size = left
        .whole
        .len()
        .cmp(&right.whole.len())
        .then_with(|| left.whole.cmp(right.whole))
        .then_with(|| left.part.cmp(right.part));
    Ok(if left.negative { size.reverse() } else { size })
}

/// A decimal's digits without the zeros that mean nothing.
struct Digits<'a> {
    negative: bool,
    whole: &'a str,
    part: &'a str,
}

impl<'a> Digits<'a> {
    fn of(text: &'a str) -> Result<Self, Stop> {
        if text.contains(['e', 'E']) {
            return Err(Stop);
        }
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        Ok(Self {
            negative,
            whole: whole.trim_start_matches('0'),
            part: part.trim_end_matches('0'),
        })
    }

    fn sign(&self) -> i8 {
        match (self.whole.is_empty() && self.part.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value_and_not_by_text() {
        let check = |left, right, expect| {
            assert_eq!(compare_numbers(left, right), Ok(expect), "{left} {right}");
        };
        check("1.50", "1.5", Ordering::Equal);
        check("-0.0", "0", Ordering::Equal);
        check("10", "9.99", Ordering::Greater);
        check("-10", "-9", Ordering::Less);
        check("0.1", "0.09", Ordering::Greater);
        check("-1", "1", Ordering::Less);
        check("129.73979437732424", "129.73979437732425", Ordering::Less);
        assert_eq!(compare_numbers("1e2", "100"), Err(Stop));
    }
}
