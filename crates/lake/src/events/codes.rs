//! The codes of events: of few different ones, each row has some.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::ArrowError;

use super::column::{CodeSets, Coding, Keyed, NOTHING, count};
use super::values::Rows;
use super::{CodeOf, Publishing, SystemOf};

/// The codes of a column.
pub(super) fn codings(
    rows: Rows<'_>,
    coded: CodeOf,
    publishing: &Publishing,
) -> Result<Keyed<Coding>, ArrowError> {
    let codes = rows.words(coded.code)?;
    let system = |name: Option<&str>| {
        let undotted = name.is_some_and(|name| publishing.is_without_dots(name));
        (name.map(Arc::<str>::from), undotted)
    };
    let coding = |(name, undotted): &(Option<Arc<str>>, bool), code: &str| {
        let code = if *undotted { code.replace('.', "").into() } else { code.into() };
        Coding { system: name.clone(), code }
    };
    let one = match coded.system {
        SystemOf::Named(name) => system(Some(name)),
        SystemOf::Word => system(None),
        SystemOf::Class(characters) => {
            let class = |code: &str| {
                let end = code.char_indices().nth(characters).map_or(code.len(), |(end, _)| end);
                code.get(..end).unwrap_or(code).into()
            };
            return Ok(codes.map(|code| Coding { system: None, code: class(&code) }));
        }
        SystemOf::Column(column) => {
            let systems = rows.words(column)?.map(|uri| system(Some(publishing.system(&uri))));
            return Ok(paired(&codes, &systems, |code, of| match of {
                Some(of) => coding(of, code),
                None => coding(&system(None), code),
            }));
        }
    };
    Ok(codes.map(|code| coding(&one, &code)))
}

/// What each pair that meets in a row becomes; rows without the first have nothing.
fn paired<A, B, T>(
    firsts: &Keyed<A>,
    seconds: &Keyed<B>,
    with: impl Fn(&A, Option<&B>) -> T,
) -> Keyed<T> {
    let (mut places, mut things) = (HashMap::new(), Vec::new());
    let mut last = None;
    let key = |row: usize| {
        let Some(first) = firsts.at(row) else { return NOTHING };
        let pair = (firsts.key(row), seconds.key(row));
        match last {
            Some((before, place)) if before == pair => place,
            _ => {
                let place = *places.entry(pair).or_insert_with(|| {
                    things.push(with(first, seconds.at(row)));
                    count(&things) - 1
                });
                last = Some((pair, place));
                place
            }
        }
    };
    let keys = (0..firsts.keys.len()).map(key).collect();
    Keyed::new(keys, things)
}

/// The codes of events: those of all columns, each once.
pub(super) fn sets(columns: &[Keyed<Coding>], rows: usize) -> CodeSets {
    let columns: Vec<&Keyed<Coding>> = columns.iter().filter(|column| !column.is_empty()).collect();
    if columns.is_empty() {
        return CodeSets::default();
    }
    let (mut places, mut sets) = (HashMap::<Vec<u32>, u32>::new(), CodeSets::default());
    let mut met = Vec::with_capacity(columns.len());
    let mut key = |row: usize| {
        met.clear();
        met.extend(columns.iter().map(|column| column.keys.get(row).copied().unwrap_or(NOTHING)));
        if let Some(&place) = places.get(met.as_slice()) {
            return place;
        }
        let before = sets.codes.len();
        for code in columns.iter().filter_map(|column| column.at(row)) {
            if !sets.codes.iter().skip(before).any(|met| met == code) {
                sets.codes.push(code.clone());
            }
        }
        let place = if sets.codes.len() == before { NOTHING } else { count(&sets.ends) };
        if place != NOTHING {
            sets.ends.push(count(&sets.codes));
        }
        places.insert(met.clone(), place);
        place
    };
    let keys = (0..rows).map(&mut key).collect();
    CodeSets { keys, ..sets }
}
