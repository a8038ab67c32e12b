//! The tables of a segment: what is checked once, and what is looked up.

use super::Segment;
use crate::format::{
    BLOCK_RECORD_BYTES, Damage, PERSON_BYTES, RUN_BYTES, SHARD_BYTES, SHARD_PATIENTS_MAX, Section,
    u32_at, u64_at, wide,
};

impl Segment {
    /// Checks that the tables fit one another, and finds where each concept's runs begin.
    pub(super) fn check_tables(&mut self) -> Result<(), (Section, Damage)> {
        let of = |section: Section| self.section(section);
        let whole = |section: Section, record: usize| {
            if of(section).len().is_multiple_of(record) {
                Ok(())
            } else {
                Err((section, Damage::Number))
            }
        };
        whole(Section::Patients, 8)?;
        whole(Section::Persons, PERSON_BYTES)?;
        whole(Section::Codes, 8)?;
        whole(Section::Shards, SHARD_BYTES)?;
        whole(Section::Blocks, BLOCK_RECORD_BYTES)?;
        whole(Section::Runs, RUN_BYTES)?;
        whole(Section::Kinds, 4)?;
        if of(Section::Patients).len() != of(Section::Persons).len() {
            return Err((Section::Persons, Damage::Number));
        }
        let ids = of(Section::Patients).chunks_exact(8).filter_map(|id| u64_at(id, 0).ok());
        if !ids.is_sorted_by(|a, b| a < b && b.cast_signed() >= 0) {
            return Err((Section::Patients, Damage::Number));
        }
        self.check_shards().map_err(|damage| (Section::Shards, damage))?;
        self.check_words().map_err(|damage| (Section::Words, damage))?;
        self.check_concepts().map_err(|damage| (Section::Concepts, damage))?;
        self.rank_kinds().map_err(|damage| (Section::Concepts, damage))?;
        self.concept_runs = self.find_runs().map_err(|damage| (Section::Runs, damage))?;
        Ok(())
    }

    fn check_shards(&self) -> Result<(), Damage> {
        let mut next = 0;
        for number in 0..self.shards() {
            let shard = self.shard(number).ok_or(Damage::Short)?;
            let fits = shard.first_patient == next && wide(shard.patients) <= SHARD_PATIENTS_MAX;
            next = shard.first_patient.checked_add(shard.patients).ok_or(Damage::Number)?;
            if !fits {
                return Err(Damage::Number);
            }
        }
        if next == self.patients() { Ok(()) } else { Err(Damage::Number) }
    }

    fn check_words(&self) -> Result<(), Damage> {
        let table = self.section(Section::Words);
        let (ends, rest) = ends(table)?;
        let text = std::str::from_utf8(rest).map_err(|_| Damage::Number)?;
        let ends = ends.chunks_exact(4).filter_map(|end| u32_at(end, 0).ok());
        if !ends.clone().all(|end| text.is_char_boundary(wide(end))) || !ends.is_sorted() {
            return Err(Damage::Number);
        }
        if self.word(0) == Some("") { Ok(()) } else { Err(Damage::Number) }
    }

    fn check_concepts(&self) -> Result<(), Damage> {
        let (ends, rest) = ends(self.section(Section::Concepts))?;
        let mut from = 0;
        for end in ends.chunks_exact(4) {
            let end = u32_at(end, 0)?;
            if end <= from || wide(end) * 4 > rest.len() {
                return Err(Damage::Number);
            }
            from = end;
        }
        Ok(())
    }

    /// Puts the kinds into the order of their texts.
    fn rank_kinds(&mut self) -> Result<(), Damage> {
        let of = |concept: u32| {
            let (ends, rest) = ends(self.section(Section::Concepts))?;
            u32_at(between(ends, rest, concept, 4).ok_or(Damage::Short)?, 0)
        };
        let of: Vec<u32> = (0..self.concepts()).map(of).collect::<Result<_, _>>()?;
        let mut kinds = of.clone();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.iter().any(|word| self.word(*word).is_none()) {
            return Err(Damage::Number);
        }
        kinds.sort_by(|a, b| self.word(*a).cmp(&self.word(*b)));
        let rank = |word: &u32| kinds.iter().position(|kind| kind == word).unwrap_or(0);
        let ranks = of.iter().map(|word| u32::try_from(rank(word)).unwrap_or(u32::MAX)).collect();
        (self.kinds, self.ranks) = (kinds, ranks);
        Ok(())
    }

    /// The words of all kinds, in the order of their texts.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        self.kinds.iter().filter_map(|word| self.word(*word)).collect()
    }

    /// The place of a concept's kind among the kinds.
    pub(crate) fn rank_of(&self, concept: u32) -> Option<u32> {
        self.ranks.get(wide(concept)).copied()
    }

    /// The first code that is written like this one, `system|code`.
    pub(crate) fn written_as(&self, code: u32) -> u32 {
        let same = self.written.get_or_init(|| {
            let mut first = std::collections::HashMap::new();
            let written = |code: u32| self.coded(code).map(|code| code.written());
            let code = |code: u32| *first.entry(written(code)).or_insert(code);
            (0..self.codes()).map(code).collect()
        });
        same.get(wide(code)).copied().unwrap_or(code)
    }

    fn find_runs(&self) -> Result<Vec<u32>, Damage> {
        let concepts = self.concepts();
        let mut begins = Vec::with_capacity(wide(concepts) + 1);
        let mut before = None;
        let records = self.section(Section::Runs).chunks_exact(RUN_BYTES);
        for (number, record) in (0_u32..).zip(records) {
            let place = (u32_at(record, 0)?, u32_at(record, 4)?);
            let fits = place.0 < concepts && place.1 < self.shards() && before < Some(place);
            if !fits {
                return Err(Damage::Number);
            }
            while begins.len() <= wide(place.0) {
                begins.push(number);
            }
            before = Some(place);
        }
        let count = self.section(Section::Runs).len() / RUN_BYTES;
        begins.resize(wide(concepts) + 1, u32::try_from(count).map_err(|_| Damage::Number)?);
        Ok(begins)
    }

    /// A word by its number.
    #[must_use]
    pub fn word(&self, number: u32) -> Option<&str> {
        let (ends, rest) = ends(self.section(Section::Words)).ok()?;
        let bytes = between(ends, rest, number, 1)?;
        std::str::from_utf8(bytes).ok()
    }

    /// System and code by the code's number.
    #[must_use]
    pub fn code(&self, number: u32) -> Option<(&str, &str)> {
        let table = self.section(Section::Codes);
        let at = wide(number) * 8;
        Some((self.word(u32_at(table, at).ok()?)?, self.word(u32_at(table, at + 4).ok()?)?))
    }

    /// How many codes it has.
    pub(crate) fn codes(&self) -> u32 {
        u32::try_from(self.section(Section::Codes).len() / 8).unwrap_or(u32::MAX)
    }

    /// How many concepts it has.
    pub(crate) fn concepts(&self) -> u32 {
        u32_at(self.section(Section::Concepts), 0).unwrap_or(0)
    }

    /// The kind of a concept, and its codes.
    pub(crate) fn concept(&self, number: u32) -> Option<(&str, impl Iterator<Item = u32> + '_)> {
        let (ends, rest) = ends(self.section(Section::Concepts)).ok()?;
        let bytes = between(ends, rest, number, 4)?;
        let kind = self.word(u32_at(bytes, 0).ok()?)?;
        let codes = bytes.chunks_exact(4).skip(1).filter_map(|code| u32_at(code, 0).ok());
        Some((kind, codes))
    }

    /// Whether the coverage of a kind is declared.
    #[must_use]
    pub fn declares(&self, kind: &str) -> bool {
        let kinds = self.section(Section::Kinds).chunks_exact(4);
        kinds.filter_map(|word| u32_at(word, 0).ok()).any(|word| self.word(word) == Some(kind))
    }
}

/// The ends of a table of ends, and what follows them.
fn ends(table: &[u8]) -> Result<(&[u8], &[u8]), Damage> {
    let count = wide(u32_at(table, 0)?);
    let rest = table.get(8..).ok_or(Damage::Short)?;
    rest.split_at_checked(count.checked_mul(4).ok_or(Damage::Number)?).ok_or(Damage::Short)
}

/// The bytes of an entry of a table of ends.
fn between<'a>(ends: &[u8], rest: &'a [u8], number: u32, unit: usize) -> Option<&'a [u8]> {
    let end = u32_at(ends, wide(number) * 4).ok()?;
    let from = number.checked_sub(1).map_or(Ok(0), |before| u32_at(ends, wide(before) * 4)).ok()?;
    rest.get(wide(from) * unit..wide(end) * unit)
}

impl Segment {
    /// What its parts weigh, for people.
    #[must_use]
    pub fn sizes(&self) -> String {
        let mut text = String::new();
        for section in Section::ALL {
            text.push_str(&format!("{} {}; ", section.name(), self.section(section).len()));
        }
        let mut columns = std::collections::BTreeMap::new();
        for concept in 0..self.concepts() {
            for place in self.runs_of(concept) {
                if let Ok(run) = self.run(&place) {
                    run.weigh(&mut columns);
                }
            }
        }
        for (tag, bytes) in columns {
            text.push_str(&format!("\n  column {tag}: {bytes} bytes"));
        }
        text
    }
}
