//! `aoba optimize`, `aoba snapshots`, `aoba study`: keeping the lake small and what studies rest on.

use std::io::stdout;

use anyhow::bail;
use jiff::SignedDuration;
use lake::{Compacted, Compaction, Freed};
use ledger::{HoldFor, NewLoad, NewStudy, Snapshot};
use serde_json::{Value, json};
use vocab::{Locale, SnapshotId};

use crate::cli::{
    ExpireArgs, ListFormat, OptimizeArgs, ReportFormat, SnapshotsCommand, StudyCommand,
};
use crate::house::House;
use crate::output::List;
use crate::output::tell;
use crate::progress;

/// `aoba optimize`
pub(crate) async fn optimize(house: &House, args: &OptimizeArgs) -> anyhow::Result<()> {
    let mut writer = house.lake.writer("optimize").await?;
    let new = NewLoad {
        source: "lake".to_owned(),
        command: "optimize".to_owned(),
        actor: house.actor.clone(),
    };
    let loads = house.ledger.loads();
    let rows = house.ledger.snapshots().latest().await?;
    let rows = rows.iter().flat_map(|snapshot| &snapshot.tables).map(|table| table.rows).sum();
    let load = loads.begin(writer.lease(), new).await?;
    let bar = progress::things(rows, "rows", args.quiet);
    let how = Compaction { whole: args.whole, ..Compaction::default() };
    let done = writer.compact(load, how, &|rows| bar.inc(rows)).await;
    bar.finish_and_clear();
    match done {
        Ok((tables, Some(snapshot))) => told(&tables, snapshot, args.format, house.locale),
        Ok((_, None)) => {
            loads.finish_unchanged(writer.lease(), load, &[]).await?;
            match (args.format, house.locale) {
                (ReportFormat::Json, _) => {
                    tell!("{}", json!({ "tables": [], "snapshot": null }));
                }
                (_, Locale::En) => tell!("every table lies in as few files as it can"),
                (_, Locale::Ja) => tell!("まとめる必要のある表はありません"),
            }
            Ok(())
        }
        Err(error) => {
            loads.fail(writer.lease(), load, &error.to_string()).await?;
            Err(error.into())
        }
    }
}

fn told(
    tables: &[Compacted],
    snapshot: SnapshotId,
    format: ReportFormat,
    locale: Locale,
) -> anyhow::Result<()> {
    if format == ReportFormat::Json {
        let all = json!({ "tables": tables, "snapshot": snapshot.0 });
        tell!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    let sum = |of: fn(&Compacted) -> u64| tables.iter().map(of).sum::<u64>();
    let (before, after) = (sum(|table| table.files_before), sum(|table| table.files_after));
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let (was, is) = (sum(|table| table.bytes_before), sum(|table| table.bytes_after));
    let (was, is, count) = (megabytes(was), megabytes(is), tables.len());
    match locale {
        Locale::En => tell!(
            "snapshot {snapshot}: {count} tables, {before} files are {after} now, {was} MB are {is} \
             MB; older snapshots keep their files until `aoba snapshots expire`"
        ),
        Locale::Ja => tell!(
            "スナップショット{snapshot}: {count}表、ファイル{before}個を{after}個に、{was} MBを{is} MBにしました。\
             古いスナップショットのファイルは`aoba snapshots expire`まで残ります"
        ),
    }
    Ok(())
}

/// `aoba snapshots`
pub(crate) async fn snapshots(
    house: &House,
    command: Option<&SnapshotsCommand>,
    format: ListFormat,
) -> anyhow::Result<()> {
    let snapshots = house.ledger.snapshots();
    match command {
        None => list(house, format).await,
        Some(SnapshotsCommand::Expire(args)) => expire(house, args).await,
        Some(SnapshotsCommand::Pin { snapshot, study }) => {
            snapshots.pin(SnapshotId(*snapshot), study, &house.actor).await?;
            match house.locale {
                Locale::En => tell!("study {study} keeps snapshot {snapshot}"),
                Locale::Ja => tell!("研究{study}がスナップショット{snapshot}を保持します"),
            }
            Ok(())
        }
        Some(SnapshotsCommand::Unpin { snapshot, study }) => {
            if !snapshots.unpin(SnapshotId(*snapshot), study, &house.actor).await? {
                bail!("study {study} does not keep snapshot {snapshot}: see aoba snapshots");
            }
            match house.locale {
                Locale::En => tell!("study {study} keeps snapshot {snapshot} no longer"),
                Locale::Ja => {
                    tell!("研究{study}によるスナップショット{snapshot}の保持を終えました");
                }
            }
            Ok(())
        }
    }
}

/// Snapshots printed at most.
const SNAPSHOTS_MAX: u32 = 1_000;

async fn list(house: &House, format: ListFormat) -> anyhow::Result<()> {
    let columns =
        ["snapshot", "parent", "created", "load", "kind", "tables", "pinned_by", "expired"];
    let mut list = List::new(&columns);
    for snapshot in house.ledger.snapshots().list(SNAPSHOTS_MAX).await? {
        let pins: Vec<&str> = snapshot.pinned_by.iter().map(|study| study.as_str()).collect();
        list.push(vec![
            snapshot.id.0.into(),
            snapshot.parent.map_or(Value::Null, |id| id.0.into()),
            snapshot.created.to_string().into(),
            snapshot.load.0.into(),
            snapshot.kind.word().into(),
            snapshot.tables.len().into(),
            if pins.is_empty() { Value::Null } else { pins.join(", ").into() },
            snapshot.expired.map_or(Value::Null, |at| at.to_string().into()),
        ]);
    }
    list.print(format, &mut stdout().lock())?;
    Ok(())
}

/// Lets old snapshots go, and frees what none of the others names.
async fn expire(house: &House, args: &ExpireArgs) -> anyhow::Result<()> {
    let writer = house.lake.writer("expire").await?;
    // Before a snapshot is let go: a backup may be copying the files that only it names.
    let hold = house.ledger.hold_files(HoldFor::Removing)?;
    let snapshots = house.ledger.snapshots();
    let readable = snapshots.readable().await?;
    let age = SignedDuration::from_hours(24 * i64::from(args.older_than_days));
    let limit = house.ledger.clock().now().checked_sub(age)?;
    let goes = |(at, snapshot): &(usize, &Snapshot)| {
        *at >= args.keep.max(1) && snapshot.created < limit && snapshot.pinned_by.is_empty()
    };
    let old: Vec<SnapshotId> =
        readable.iter().enumerate().filter(goes).map(|(_, snapshot)| snapshot.id).collect();
    let expired = match args.dry_run {
        true => old,
        false => snapshots.expire(writer.lease(), &old, &house.actor).await?,
    };
    let left: Vec<Snapshot> =
        readable.into_iter().filter(|snapshot| !expired.contains(&snapshot.id)).collect();
    let Freed { files, size_bytes } = writer.free(&hold, &left, args.dry_run).await?;
    let (count, kept, megabytes) = (expired.len(), left.len(), size_bytes / 1_000_000);
    match (house.locale, args.dry_run) {
        (Locale::En, false) => tell!(
            "{count} snapshots expired, {kept} stay; {files} files removed, {megabytes} MB freed"
        ),
        (Locale::En, true) => tell!(
            "{count} snapshots would expire, {kept} stay; {files} files, {megabytes} MB would go"
        ),
        (Locale::Ja, false) => tell!(
            "スナップショット{count}個を失効し、{kept}個を残しました。ファイル{files}個、{megabytes} MBを削除しました"
        ),
        (Locale::Ja, true) => tell!(
            "スナップショット{count}個が失効し、{kept}個が残ります。ファイル{files}個、{megabytes} MBが削除されます"
        ),
    }
    Ok(())
}

/// `aoba study`
pub(crate) async fn study(house: &House, command: &StudyCommand) -> anyhow::Result<()> {
    let studies = house.ledger.studies();
    match command {
        StudyCommand::List { format } => {
            let mut list = List::new(&["study", "title_ja", "title_en", "recorded_by", "recorded"]);
            for study in studies.list().await? {
                list.push(vec![
                    study.id.as_str().into(),
                    study.title_ja.into(),
                    study.title_en.into(),
                    study.recorded_by.into(),
                    study.recorded.to_string().into(),
                ]);
            }
            list.print(*format, &mut stdout().lock())?;
        }
        StudyCommand::Record { study, title_ja, title_en } => {
            let new = NewStudy {
                id: study.clone(),
                title_ja: title_ja.clone(),
                title_en: title_en.clone().unwrap_or_else(|| title_ja.clone()),
            };
            studies.record(&new, &house.actor).await?;
            match house.locale {
                Locale::En => tell!("study {study} is recorded"),
                Locale::Ja => tell!("研究{study}を登録しました"),
            }
        }
    }
    Ok(())
}
