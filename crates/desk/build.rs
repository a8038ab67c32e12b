//! Gathers the files under `assets` into one table that is compiled into the program.
//!
//! Each file is served under a name that holds a hash of its bytes, so a browser may keep it for
//! ever. The style sheets under `assets/css` become one, in the order of their names, and every
//! `url(…)` in them is turned into the hashed name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error, fs};

type Outcome<T> = Result<T, Box<dyn error::Error>>;

/// Logical name to (served name, path of the bytes).
type Table = BTreeMap<String, (String, PathBuf)>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=assets");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("assets");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = Table::new();
    for folder in [root.clone(), root.join("fonts")] {
        for path in files(&folder)? {
            let name = path.strip_prefix(&root)?.to_string_lossy().into_owned();
            if ["svg", "woff2", "js"].iter().any(|kept| name.ends_with(kept)) {
                let served = served(&name, &fs::read(&path)?);
                table.insert(name, (served, path));
            }
        }
    }
    let mut css = String::new();
    for path in files(&root.join("css"))? {
        css.push_str(&linked(&fs::read_to_string(&path)?, &table)?);
    }
    let path = out.join("desk.css");
    fs::write(&path, &css)?;
    table.insert("desk.css".to_owned(), (served("desk.css", css.as_bytes()), path));
    fs::write(out.join("assets.rs"), source(&table)?)?;
    Ok(())
}

/// The files of a folder, without its sub-folders, in the order of their names.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// `fonts/a.woff2` becomes `a-0123456789abcdef.woff2`.
fn served(name: &str, bytes: &[u8]) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, "bin"));
    format!("{stem}-{:016x}.{ending}", xxhash_rust::xxh3::xxh3_64(bytes))
}

/// Replaces each `url(name)` by the served name.
fn linked(css: &str, table: &Table) -> Outcome<String> {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("url(") {
        let (name, tail) = after.split_once(')').ok_or("url( without its end")?;
        let (served, _) = table.get(name).ok_or_else(|| format!("no asset {name}"))?;
        write!(out, "{before}url({served})")?;
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

fn source(table: &Table) -> Outcome<String> {
    let mut text = String::from("&[\n");
    for (name, (served, path)) in table {
        let media = match served.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("js") => "text/javascript; charset=utf-8",
            _ => "font/woff2",
        };
        writeln!(
            text,
            "Asset {{ name: {name:?}, served: {served:?}, media: {media:?}, bytes: include_bytes!({path:?}) }},"
        )?;
    }
    text.push_str("]\n");
    Ok(text)
}
