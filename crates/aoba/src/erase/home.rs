//! What else lies in the home and speaks of the person: names in the ledger's own texts, and files
//! that are not this program's to change.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;
use fhir::mention::Terms;
use flate2::read::MultiGzDecoder;
use lake::Recall;
use ledger::{Erasures, KEPT_COPIES};

use crate::house::House;

/// What the program itself keeps, which is looked through in its own ways.
const OWN: [&str; 7] = ["landing", "lake", "keys", "tmp", "pulls", "erasing.json", KEPT_COPIES];
/// Databases and what lies beside them, in which everything readable is looked at by question.
const OWN_STARTS: [&str; 2] = ["ledger.db", "identity.db"];
/// How much of a file is looked at at a time, and how much of what came before is looked at again.
const CHUNK_BYTES: usize = 4 << 20;
const OVERLAP_BYTES: usize = 4 << 10;
/// A key shorter than this is a part of too many names of files.
pub(super) const KEY_CHARS_MIN: usize = 3;

/// What a text is held against.
pub(super) struct Words<'a> {
    pub(super) terms: &'a Terms,
    /// Keys of the person's own records.
    pub(super) keys: BTreeSet<String>,
}

impl Words<'_> {
    /// Whether a text speaks of the person, by a key as a word of its own too.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let word = |key: &String| {
            key.chars().count() >= KEY_CHARS_MIN
                && text.match_indices(key.as_str()).any(|(at, _)| {
                    let before = text.get(..at).and_then(|before| before.chars().next_back());
                    let after = text.get(at + key.len()..).and_then(|after| after.chars().next());
                    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
                    !goes_on(before) && !goes_on(after)
                })
        };
        !self.terms.are_in(text).is_empty() || self.keys.iter().any(word)
    }
}

/// Texts of the ledger that speak of the person: names of files, places and details, failures.
pub(super) async fn texts(erasures: &Erasures, words: &Words<'_>) -> anyhow::Result<Vec<String>> {
    let texts = erasures.texts().await?;
    Ok(texts.into_iter().filter(|text| words.are_in(text)).collect())
}

/// Files of the home that are not this program's to change and speak of the person, packed ones
/// and names too.
pub(super) fn files(house: &House, words: &Words<'_>) -> anyhow::Result<Vec<Recall>> {
    let (mut found, mut folders) = (Vec::new(), vec![house.home.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            let own = OWN.contains(&name.as_str())
                || OWN_STARTS.iter().any(|start| name.starts_with(start));
            if folder == house.home && own {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let inside = path.strip_prefix(&house.home).unwrap_or(&path);
                let named = words.are_in(&inside.to_string_lossy());
                if named || speaks(&path, words)? {
                    found.push(Recall::File { file: shown(inside, words) });
                }
            }
        }
    }
    Ok(found)
}

/// A path without what names the person in it: the certificate is kept for ever.
fn shown(path: &Path, words: &Words<'_>) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy());
    let parts = parts.map(|part| if words.are_in(&part) { "*".into() } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether a file speaks of the person, as it lies or in what it unpacks to.
fn speaks(path: &Path, words: &Words<'_>) -> anyhow::Result<bool> {
    let open = || File::open(path).with_context(|| format!("cannot read {}", path.display()));
    let mut head = [0; 4];
    let length = open()?.read(&mut head)?;
    let packed = match head.get(..length) {
        Some([0x1f, 0x8b, ..]) => reads(MultiGzDecoder::new(open()?), words),
        Some([0x28, 0xb5, 0x2f, 0xfd]) => reads(zstd::Decoder::new(open()?)?, words),
        _ => Ok(false),
    };
    // What cannot be unpacked to its end was looked at as far as it goes.
    Ok(packed.unwrap_or(false) || reads(open()?, words)?)
}

fn reads(mut file: impl io::Read, words: &Words<'_>) -> io::Result<bool> {
    let (mut chunk, mut at_hand) = (vec![0; CHUNK_BYTES], Vec::new());
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(false);
        }
        at_hand.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if !words.terms.are_in_raw(&at_hand).is_empty() {
            return Ok(true);
        }
        at_hand.drain(..at_hand.len().saturating_sub(OVERLAP_BYTES));
    }
}
