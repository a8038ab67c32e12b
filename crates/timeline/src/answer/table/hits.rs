//! Which concepts of a segment a table looks at.

use cohort::ast::{Name, Quantity};
use cohort::eval::{World, is_of_kind, kind_of};

use crate::answer::plan::TableSpec;
use crate::format::wide;
use crate::segment::Segment;

/// A concept that a table looks at, in one segment.
#[derive(Clone, Debug)]
pub(in crate::answer) struct Hit {
    pub(super) concept: u32,
    pub(super) kind: u32,
    /// What the concept sets by which it is found say that its values measure.
    pub(super) quantity: Option<Quantity>,
    /// The unit that they give to values without one.
    pub(super) default: Option<String>,
    /// All codes of the concept, and those that the concept sets hold; all where there are none.
    pub(super) codes: Vec<u32>,
    pub(super) held: Vec<u32>,
}

impl Hit {
    /// Bytes it holds.
    pub(in crate::answer) fn weight(&self) -> usize {
        let text = self.default.as_ref().map_or(0, String::len);
        size_of::<Self>() + 4 * (self.codes.len() + self.held.len()) + text
    }
}

/// The concepts that a table looks at.
pub(in crate::answer) fn hits(spec: &TableSpec, segment: &Segment, world: &World<'_>) -> Vec<Hit> {
    let kinds = segment.kinds();
    let records = &spec.records;
    let asked: Vec<bool> = kinds
        .iter()
        .map(|word| kind_of(word).is_some_and(|kind| is_of_kind(&kind, &records.kind)))
        .collect();
    // What each code is in each concept set, looked up once, and only for codes of such kinds.
    let mut lines: Vec<Vec<Line<'_>>> =
        records.codes.iter().map(|_| vec![Line::NotAsked; wide(segment.codes())]).collect();
    let mut hits = Vec::new();
    for concept in 0..segment.concepts() {
        let Some(rank) = segment.rank_of(concept) else { continue };
        if !asked.get(wide(rank)).copied().unwrap_or(false) {
            continue;
        }
        let Some((_, of)) = segment.concept(concept) else { continue };
        let codes: Vec<u32> = of.collect();
        let held = if records.codes.is_empty() { codes.clone() } else { Vec::new() };
        let mut hit = Hit { concept, kind: rank, quantity: None, default: None, codes, held };
        let mut found = records.codes.is_empty();
        for (name, lines) in records.codes.iter().zip(&mut lines) {
            let mut in_this = false;
            let mut default = None;
            for &code in &hit.codes {
                let Some(line) = lines.get_mut(wide(code)) else { continue };
                if matches!(line, Line::NotAsked) {
                    *line = Line::of(segment, world, name, code);
                }
                if let Line::In(unit) = line {
                    in_this = true;
                    default = default.or(*unit);
                    if !hit.held.contains(&code) {
                        hit.held.push(code);
                    }
                }
            }
            if in_this {
                found = true;
                hit.quantity = hit.quantity.or_else(|| quantity(world, name));
                hit.default = hit.default.or_else(|| default.map(str::to_owned));
            }
        }
        if found {
            hits.push(hit);
        }
    }
    hits
}

/// What a code is in a concept set.
#[derive(Clone, Copy)]
enum Line<'a> {
    NotAsked,
    Out,
    /// In it, with the unit that its line gives.
    In(Option<&'a str>),
}

impl<'a> Line<'a> {
    fn of(segment: &Segment, world: &World<'a>, name: &Name, code: u32) -> Self {
        let line = segment.code(code).and_then(|(system, code)| {
            let set = world.codes.get(name)?;
            set.line(system, code).filter(|_| !system.is_empty())
        });
        match line {
            Some(line) => Self::In(line.unit.as_ref().map(|unit| unit.as_str())),
            None => Self::Out,
        }
    }
}

/// All concepts of a kind by its word.
pub(in crate::answer) fn hits_of_word(segment: &Segment, word: &str) -> Vec<Hit> {
    let of_kind = |concept: &u32| segment.concept(*concept).is_some_and(|(kind, _)| kind == word);
    let (codes, held) = (Vec::new(), Vec::new());
    let none = Hit { concept: 0, kind: 0, quantity: None, default: None, codes, held };
    (0..segment.concepts()).filter(of_kind).map(|concept| Hit { concept, ..none.clone() }).collect()
}

fn quantity(world: &World<'_>, name: &Name) -> Option<Quantity> {
    world.codes.get(name).and_then(cohort::eval::Codes::quantity)
}
