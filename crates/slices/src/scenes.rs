//! What the domains' scenes share: a page as one person opens it, and what is read on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk::{Page, Slice, Texts, Words};
use jiff::tz::{Offset, TimeZone};
use vocab::Locale;

const DESK_TEXTS: &str = include_str!("../../desk/texts.toml");

/// A page of a domain in Tokyo, opened by this person.
pub(crate) fn page(slice: &Slice, actor: &str, locale: Locale, target: &str) -> Page {
    let mut texts = Texts::default();
    texts.add("desk", DESK_TEXTS).unwrap();
    texts.add(slice.name, slice.texts).unwrap();
    let zone = TimeZone::fixed(Offset::constant(9));
    Page::new(Words::new(Arc::new(texts), locale, zone), target, actor)
}

/// What a person reads in the main part of a page, one line per piece of text.
pub(crate) fn read(html: &str) -> String {
    pieces(html).into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("\n")
}

/// As [`read`], without what stands in pictures.
pub(crate) fn read_around_pictures(html: &str) -> String {
    let around = pieces(html).into_iter().filter(|(_, in_picture)| !in_picture);
    around.map(|(text, _)| text).collect::<Vec<_>>().join("\n")
}

/// The pieces of text in the main part of a page, and whether each stands in a picture.
fn pieces(html: &str) -> Vec<(&str, bool)> {
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap();
    let (mut pieces, mut in_picture) = (Vec::new(), false);
    for piece in main.split('<').skip(1) {
        in_picture = (in_picture || piece.starts_with("svg")) && !piece.starts_with("/svg");
        let text = piece.split_once('>').map_or("", |(_, text)| text).trim();
        if !text.is_empty() {
            pieces.push((text, in_picture));
        }
    }
    pieces
}

/// Fails unless the domain says each of its sentences and has each it says.
pub(crate) fn every_sentence_is_said_and_every_key_exists(slice: &Slice) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(slice.name);
    let mut files = Vec::new();
    gather(&root, &mut files);
    let sources: Vec<String> =
        files.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(!sources.is_empty(), "{} has no sources", root.display());
    let unmatched = desk::unmatched(slice.name, slice.texts, &sources).unwrap();
    assert_eq!(unmatched, Vec::<String>::new());
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            files.push(path);
        }
    }
}
