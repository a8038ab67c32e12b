//! `aoba cohort sql`: a definition as steps of SQL, to be read, or run elsewhere.

use std::io::{Write as _, stdout};
use std::path::Path;

use cohort::ast::{Definition, LocalDate};
use cohort::eval::{Codes, Hierarchies, World};
use cohort::sql::{self, NotSaid, RELATIONS, Script, Shape};
use serde_json::{Value, json};
use vocab::Locale;

use super::error::CohortError;
use super::files::Source;
use crate::cli::{CohortSqlArgs, ReportFormat};

/// `aoba cohort sql`
pub(super) fn run(args: &CohortSqlArgs, locale: Locale) -> anyhow::Result<()> {
    let (first, last) = (args.from, args.until);
    if last < first {
        return Err(CohortError::NoDays { first, last }.into());
    }
    let script = script(&args.file, (first, last))?;
    let mut out = stdout().lock();
    match args.format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &value(&script, (first, last)))?;
            writeln!(out)?;
        }
        ReportFormat::Text => write!(out, "{}{script}", head(&script, (first, last), locale))?,
    }
    Ok(())
}

fn script(file: &Path, (first, last): (LocalDate, LocalDate)) -> anyhow::Result<Script> {
    let source = Source::read(file)?;
    let parsed = source.definition()?;
    let used = source.used(&parsed)?;
    let file = source.name.clone();
    let Definition::Cohort(definition) = &parsed.definition else {
        return Err(CohortError::NotACohort { file }.into());
    };
    let not_said = |why: NotSaid| CohortError::NotInSql { file: file.clone(), why };
    let hierarchies = Hierarchies::default();
    let mut world = World::of_data((first.days().into(), last.days().into()));
    for (name, set) in &used.codes {
        let codes = Codes::new(set, &hierarchies).map_err(NotSaid::from);
        world.codes.insert(name.clone(), codes.map_err(not_said)?);
    }
    world.cohorts = used.cohorts.iter().map(|(name, one)| (name.clone(), one)).collect();
    Ok(sql::script(definition, &world).map_err(not_said)?)
}

/// What stands above the steps, as comments.
fn head(script: &Script, (first, last): (LocalDate, LocalDate), locale: Locale) -> String {
    let (data, reads, rules, told) = match locale {
        Locale::En => (
            format!("data from {first} to {last}"),
            "reads these relations; times are seconds, days are days since 1970-01-01",
            "rules, in order",
            "told of each period",
        ),
        Locale::Ja => (
            format!("データ期間 {first}〜{last}"),
            "次の関係を読みます。時刻は秒、日は1970-01-01からの日数です",
            "規則(順に)",
            "期間ごとの出力",
        ),
    };
    let mut lines = vec![data, reads.to_owned()];
    for relation in RELATIONS {
        let columns = relation.columns.iter().map(|(name, kind)| format!("{name} {kind}"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        lines.push(format!("  {} ({columns})", relation.name));
    }
    let (candidates, periods) = match locale {
        Locale::En => ("candidates", "periods"),
        Locale::Ja => ("候補", "該当期間"),
    };
    lines.push(format!("{candidates}: {}", script.candidates));
    lines.push(format!("{rules}: {}", script.rules.join(", ")));
    lines.push(format!("{periods}: {}", script.periods));
    if !script.outputs.is_empty() {
        let outputs = script.outputs.iter();
        let outputs = outputs.map(|told| format!("{} = {}", told.name.as_str(), told.step));
        lines.push(format!("{told}: {}", outputs.collect::<Vec<_>>().join(", ")));
    }
    lines.iter().map(|line| format!("-- {line}\n")).chain(["\n".to_owned()]).collect()
}

fn value(script: &Script, (first, last): (LocalDate, LocalDate)) -> Value {
    let relations = RELATIONS.iter().map(|relation| {
        let columns = relation.columns.iter();
        let columns = columns.map(|(name, kind)| json!({ "name": name, "type": kind }));
        json!({ "name": relation.name, "columns": columns.collect::<Vec<_>>() })
    });
    let steps = script
        .steps
        .iter()
        .map(|step| json!({ "name": step.name, "says": step.says, "select": step.select }));
    let outputs = script.outputs.iter().map(
        |told| json!({ "name": told.name.as_str(), "is": shape(&told.shape), "step": told.step }),
    );
    json!({
        "data": { "first": first.to_string(), "last": last.to_string() },
        "relations": relations.collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
        "candidates": script.candidates,
        "rules": script.rules,
        "periods": script.periods,
        "outputs": outputs.collect::<Vec<_>>(),
    })
}

fn shape(shape: &Shape) -> &'static str {
    match shape {
        Shape::Number(_) => "number",
        Shape::Moment => "moment",
        Shape::Code => "code",
        Shape::Truth => "truth",
        Shape::Event => "event",
        Shape::Outcome => "outcome",
        Shape::Measure => "measure",
    }
}
