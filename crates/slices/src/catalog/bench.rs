//! Codes as many as a hospital has, invented, to time the search by: `aoba bench search`.

use lake::{CodeCount, Tally};
use vocab::RawCount;

use super::search::{self, Index};
use crate::terms::codes::Codes;

/// Parts from which names are put together, in Japanese and in English.
const PLACES: [(&str, &str); 12] = [
    ("胃", "stomach"),
    ("肝", "liver"),
    ("腎", "kidney"),
    ("肺", "lung"),
    ("心", "heart"),
    ("膵", "pancreas"),
    ("大腸", "colon"),
    ("甲状腺", "thyroid"),
    ("前立腺", "prostate"),
    ("網膜", "retina"),
    ("脊椎", "spine"),
    ("皮膚", "skin"),
];
const KINDS: [(&str, &str); 10] = [
    ("の悪性新生物", "malignant neoplasm"),
    ("炎", "inflammation"),
    ("機能障害", "impaired function"),
    ("損傷", "injury"),
    ("の先天奇形", "congenital malformation"),
    ("出血", "bleeding"),
    ("の糖尿病性合併症", "diabetic complication"),
    ("梗塞", "infarction"),
    ("ポリープ", "polyp"),
    ("感染症", "infection"),
];
const SYSTEMS: [(&str, &str); 4] = [
    ("condition_code", "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full"),
    ("observation_code", "http://medis.or.jp/CodeSystem/master-JLAC10-17digits"),
    ("medication_request_code", "http://medis.or.jp/CodeSystem/master-HOT9"),
    ("procedure_code", "http://jpfhir.jp/fhir/core/CodeSystem/JP_ProcedureCodesMedical_CS"),
];

/// A catalogue of invented codes.
#[derive(Debug)]
pub struct Invented {
    index: Index,
}

impl Invented {
    /// So many codes, each with a Japanese name and an English one.
    #[must_use]
    pub fn new(codes: usize) -> Self {
        let codes = Codes::new((0..codes).map(invented).collect());
        Self { index: search::concept_entries(&codes, 10).into() }
    }

    /// How many codes of the first page these words find.
    #[must_use]
    pub fn search(&self, words: &str) -> usize {
        self.index.search(words, super::pages::home::HITS_MAX).len()
    }
}

fn invented(at: usize) -> CodeCount {
    let pick = |list: &[(&'static str, &'static str)], by: usize| {
        list.get(by % list.len().max(1)).copied().unwrap_or_default()
    };
    let (place, kind) = (pick(&PLACES, at), pick(&KINDS, at / PLACES.len()));
    let (table, system) = pick(&SYSTEMS, at / 7);
    let people = 10 + u64::try_from(at).unwrap_or_default().wrapping_mul(7919) % 100_000;
    let tally = Tally { rows: RawCount::new(people * 3), people: RawCount::new(people) };
    let letter = u32::try_from(at % 26).ok().and_then(|place| char::from_u32(0x41 + place));
    let names = [
        format!("{}{}、第{at}型", place.0, kind.0),
        format!("{} of the {}, type {at}", kind.1, place.1),
    ];
    // The code beside it: what is said of the same records in another system.
    let beside = at.checked_sub(1).map(|other| (other, tally));
    CodeCount {
        table: table.to_owned(),
        system: system.to_owned(),
        code: format!("{}{:02}.{at}", letter.unwrap_or('A'), at % 100),
        tally,
        names: names.map(|name| (name, tally)).into(),
        beside: beside.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_codes_are_found_by_code_and_by_word() {
        let codes = Invented::new(1_000);
        assert_eq!(codes.search("第999型"), 1);
        // Nine are called so, and nine stand beside one in the same records.
        assert_eq!(codes.search("retina 網膜炎"), 9 + 9);
        assert_eq!(codes.search("糖尿病"), 60, "as many as a page shows");
        assert_eq!(codes.search("nothing of the kind"), 0);
    }
}
