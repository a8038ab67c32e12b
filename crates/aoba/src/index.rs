//! `aoba index`: the index of events, by which cohort definitions are answered at once.

use std::io::{Write as _, stdout};

use lake::index::{IndexState, Reach, Updated, Work};
use serde_json::json;
use vocab::Locale;

use crate::cli::{IndexArgs, ReportFormat};
use crate::house::House;
use crate::progress;

/// Brings the index up to date, or looks whether its bytes are what was written.
pub(crate) async fn command(house: &House, args: &IndexArgs) -> anyhow::Result<()> {
    let index = house.lake.index();
    if args.check {
        index.verify()?;
        return told(None, index.state().as_ref(), args.format, house.locale);
    }
    let reach = if args.anew { Reach::Everybody } else { Reach::Needed };
    let updated = updated(house, reach, args.quiet).await?;
    told(Some(&updated), index.state().as_ref(), args.format, house.locale)
}

/// Brings an index that is there up to a load: of the people who changed. What cannot be done is told
/// and left to `aoba index`: the load stands, and until then the tables are asked.
pub(crate) async fn keep_up(house: &House, quiet: bool) {
    if !house.lake.index().stands() {
        return;
    }
    tell_of(house, updated(house, Reach::Changed, quiet).await);
}

/// Makes the index where there is none of these records, as a portal wants it on which cohorts are
/// counted while they are written.
pub(crate) async fn prepare(house: &House, quiet: bool) {
    tell_of(house, updated(house, Reach::Needed, quiet).await);
}

/// Says what could not be done.
fn tell_of(house: &House, updated: Result<Updated, lake::IndexError>) {
    let left = match updated {
        Ok(Updated { work: Work::Left, .. }) => None,
        Ok(_) => return,
        Err(error) => Some(error.say(house.locale)),
    };
    let why = left.map(|error| format!(" ({error})")).unwrap_or_default();
    match house.locale {
        Locale::En => eprintln!(
            "aoba: the index of events is not up to date{why}: run `aoba index`; until then cohorts \
             are asked of the tables, which takes longer"
        ),
        Locale::Ja => eprintln!(
            "aoba: 事象の索引が最新ではありません{why}。`aoba index`を実行してください。それまでコホートは表に照会するため、時間がかかります"
        ),
    }
}

async fn updated(house: &House, reach: Reach, quiet: bool) -> Result<Updated, lake::IndexError> {
    let what = match house.locale {
        Locale::En => "people indexed",
        Locale::Ja => "索引付け(人)",
    };
    let bar = progress::things(0, what, quiet);
    let moving = progress::moving(&bar);
    let updated = house.lake.index().update(&house.config.cohort, reach, moving).await;
    bar.finish_and_clear();
    updated
}

fn told(
    updated: Option<&Updated>,
    state: Option<&IndexState>,
    format: ReportFormat,
    locale: Locale,
) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    if format == ReportFormat::Json {
        serde_json::to_writer_pretty(&mut out, &json!({ "updated": updated, "index": state }))?;
        writeln!(out)?;
        return Ok(());
    }
    if let Some(updated) = updated {
        writeln!(out, "{}", work(updated, locale))?;
        if updated.impossible_time > 0 {
            let count = updated.impossible_time;
            let left_out = match locale {
                Locale::En => format!("left out, their time being no day of the calendar: {count}"),
                Locale::Ja => format!("暦にない日時のため除いた事象: {count}件"),
            };
            writeln!(out, "{left_out}")?;
        }
    }
    let Some(IndexState { snapshot, people, events, segments, bytes }) = state else {
        match locale {
            Locale::En => writeln!(out, "there is no index: run `aoba index`")?,
            Locale::Ja => writeln!(out, "索引がありません。`aoba index`を実行してください")?,
        }
        return Ok(());
    };
    let megabytes = bytes.div_ceil(1_000_000);
    match locale {
        Locale::En => writeln!(
            out,
            "index of snapshot {snapshot}: {people} people, {events} events, {megabytes} MB in \
             {segments} files"
        )?,
        Locale::Ja => writeln!(
            out,
            "スナップショット{snapshot}の索引: {people}人、事象{events}件、{megabytes} MB({segments}ファイル)"
        )?,
    }
    Ok(())
}

fn work(updated: &Updated, locale: Locale) -> String {
    let Updated { work, people, events, .. } = updated;
    match (work, locale) {
        (Work::Nothing, Locale::En) => "the index was up to date".to_owned(),
        (Work::Nothing, Locale::Ja) => "索引は最新です".to_owned(),
        (Work::Changed, Locale::En) => format!("{people} people were read again, {events} events"),
        (Work::Changed, Locale::Ja) => format!("{people}人を読み直しました(事象{events}件)"),
        (Work::Everybody, Locale::En) => {
            format!("everybody was read: {people} people, {events} events")
        }
        (Work::Everybody, Locale::Ja) => format!("全員を読みました: {people}人、事象{events}件"),
        (Work::Left, Locale::En) => "everybody has to be read: run `aoba index`".to_owned(),
        (Work::Left, Locale::Ja) => {
            "全員を読む必要があります。`aoba index`を実行してください".to_owned()
        }
    }
}
