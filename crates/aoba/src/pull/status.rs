//! `aoba pull --status`: how the pulls of the settings stand.

use std::io::stdout;

use ledger::{PullInfo, PullState, Standing};
use serde_json::Value;
use vocab::Locale;

use super::due;
use crate::FAILED;
use crate::cli::{ListFormat, ReportFormat};
use crate::house::House;
use crate::output::List;
use crate::output::tell;

/// Prints how each pull stands; gives the exit code.
pub(super) async fn command(house: &House, format: ReportFormat) -> anyhow::Result<u8> {
    let schedules = due::schedules(&house.config.pull)?;
    let standings = house.ledger.pulls().standings(&schedules).await?;
    if standings.is_empty() && format == ReportFormat::Text {
        match house.locale {
            Locale::En => tell!("aoba.toml has no pull that runs by itself"),
            Locale::Ja => tell!("aoba.tomlに自動で動く取得はありません"),
        }
        return Ok(0);
    }
    let columns = ["pull", "server", "asked", "state", "last", "completed", "next", "why"];
    let mut list = List::new(&columns);
    for standing in &standings {
        list.push(row(standing, house.locale));
    }
    let format = match format {
        ReportFormat::Text => ListFormat::Table,
        ReportFormat::Json => ListFormat::Json,
    };
    list.print(format, &mut stdout().lock())?;
    let alarms = standings.iter().any(|standing| standing.state.alarms());
    Ok(if alarms { FAILED } else { 0 })
}

fn row(standing: &Standing, locale: Locale) -> Vec<Value> {
    let started = |pull: &Option<PullInfo>| {
        pull.as_ref().map_or(Value::Null, |pull| pull.started.to_string().into())
    };
    let why = standing.last.as_ref().filter(|_| standing.state == PullState::Failed);
    let why = why.and_then(|last| last.failure.as_ref());
    vec![
        standing.schedule.name.as_str().into(),
        standing.schedule.base.as_str().into(),
        standing.schedule.asked.as_str().into(),
        standing.state.word().into(),
        started(&standing.last),
        started(&standing.completed),
        standing.next.to_string().into(),
        why.map_or(Value::Null, |why| why.get(locale).into()),
    ]
}
