//! `aoba cohort import` and `export`: OHDSI Circe.

use std::io::{Write as _, stdout};
use std::path::Path;

use anyhow::Context as _;
use cohort::ast::{Definition, Name, Title, Version};
use cohort::circe::{self, CohortExpression, Feature, Naming};
use cohort::text;
use serde_json::Value;
use vocab::Locale;

use super::error::CohortError;
use super::files::Source;
use super::phenotypes::put;
use crate::cli::CohortImportArgs;

/// `aoba cohort import`
pub(super) fn import(args: &CohortImportArgs, locale: Locale) -> anyhow::Result<()> {
    let source = Source::read(&args.file)?;
    let file = source.name.clone();
    let json: Value = serde_json::from_str(&source.written)
        .map_err(|e| CohortError::NotJson { file: file.clone(), message: e.to_string() })?;
    let expression = CohortExpression::read(&json)
        .map_err(|what| CohortError::NotCirce { file: file.clone(), what })?;
    let imported = circe::import(&expression, naming(args, &json)?)
        .map_err(|features| CohortError::CannotSay { file, features, in_circe: false })?;
    tell(&imported.assumed, locale);
    let name = imported.definition.heading.name.as_str().to_owned();
    let written = text::format(&Definition::Cohort(Box::new(imported.definition)));
    let Some(out) = &args.out else {
        stdout().write_all(written.as_bytes())?;
        return Ok(());
    };
    put(out, &format!("{name}.cohort"), &written)?;
    for set in &imported.concept_sets {
        put(out, &format!("{}.codes", set.name.as_str()), &text::format_codes(set))?;
    }
    Ok(())
}

/// What the definition is called: as told, or as the file is.
fn naming(args: &CohortImportArgs, json: &Value) -> Result<Naming, CohortError> {
    let name = args.name.clone().unwrap_or_else(|| {
        let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let name: String = stem.unwrap_or_default().chars().map(plain).collect();
        if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("c{name}") }
    });
    let bad = || CohortError::BadName { name: name.clone() };
    let title = args.title.clone().or_else(|| json["Title"].as_str().map(str::to_owned));
    Ok(Naming {
        name: Name::new(&name).map_err(|_| bad())?,
        version: Version::new("1").map_err(|_| bad())?,
        title: Title { en: title, ja: None },
        sources: args.source.iter().cloned().collect(),
    })
}

/// `aoba cohort export`
pub(super) fn export(file: &Path, output: Option<&Path>, locale: Locale) -> anyhow::Result<()> {
    let source = Source::read(file)?;
    let parsed = source.definition()?;
    let used = source.used(&parsed)?;
    let Definition::Cohort(cohort) = &parsed.definition else {
        return Err(CohortError::NotADefinition { file: source.name }.into());
    };
    let sets: Vec<_> = used.codes.into_values().collect();
    let exported = circe::export(cohort, &sets).map_err(|features| CohortError::CannotSay {
        file: source.name.clone(),
        features,
        in_circe: true,
    })?;
    tell(&exported.assumed, locale);
    let json = serde_json::to_string_pretty(&exported.json)? + "\n";
    match output {
        Some(path) => {
            std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))
        }
        None => Ok(stdout().write_all(json.as_bytes())?),
    }
}

/// What is the same only under a condition: told beside the result.
fn tell(assumed: &[Feature], locale: Locale) {
    for feature in assumed {
        match locale {
            Locale::En => eprintln!("the same only where this holds: {feature}"),
            Locale::Ja => eprintln!("次が成り立つ場合に限り同じ意味です: {feature}"),
        }
    }
}
