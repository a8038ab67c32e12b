//! `aoba cohort library`: the published phenotypes that come with the program.

use std::io::{Write as _, stdout};
use std::path::Path;

use anyhow::Context as _;
use cohort::library;
use vocab::Locale;

use super::error::CohortError;
use super::files::Source;
use crate::cli::CohortLibraryArgs;
use crate::output::List;

/// Lists them, or copies one with everything that it uses.
pub(super) fn run(args: &CohortLibraryArgs, locale: Locale) -> anyhow::Result<()> {
    let Some((name, out)) = args.name.as_ref().zip(args.out.as_ref()) else {
        return list(args, locale);
    };
    let found = library::DEFINITIONS.iter().find(|(known, _)| known == name);
    let (name, text) = found.ok_or_else(|| CohortError::NotInLibrary { name: name.clone() })?;
    let source = Source::of_library(name, text);
    let used = source.used(&source.definition()?)?;
    put(out, &source.name, text)?;
    used.files.iter().try_for_each(|(file, text)| put(out, file, text))
}

fn list(args: &CohortLibraryArgs, locale: Locale) -> anyhow::Result<()> {
    let mut list = List::new(&["name", "version", "title", "source"]);
    for (name, text) in library::DEFINITIONS {
        let definition = Source::of_library(name, text).definition()?.definition;
        let heading = definition.heading();
        let sources = heading.sources.iter().map(|source| source.says.as_str());
        list.push(vec![
            (*name).into(),
            heading.version.as_str().into(),
            heading.title.get(locale).into(),
            sources.collect::<Vec<_>>().join("; ").into(),
        ]);
    }
    Ok(list.print(args.format, &mut stdout().lock())?)
}

/// Puts a file into a folder; one of another content is not written over.
pub(super) fn put(folder: &Path, file: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(file);
    let told = path.display().to_string();
    if path.exists() {
        let same = std::fs::read(&path).is_ok_and(|held| held == text.as_bytes());
        return if same { Ok(()) } else { Err(CohortError::Exists { file: told }.into()) };
    }
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    written.with_context(|| format!("cannot write {told}"))?;
    // Who has read enough still wants all files.
    let _ = writeln!(stdout(), "{told}");
    Ok(())
}
