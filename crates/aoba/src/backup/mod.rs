//! `aoba backup`, `aoba restore`: a consistent copy of a home while it is used, and a home from it.
//!
//! A generation is everything a home is put back from: both databases as of one moment, the keys
//! (or not), the audit's head, settings and views, every file received, and the files of the lake
//! that snapshots rest on ([`plan`]). Files that the generation before has too stand in both
//! ([`make`]). A list names each with its digest ([`manifest`]), and nothing is restored that is not
//! what the list says ([`mod@restore`]).

mod copying;
mod facts;
mod make;
mod manifest;
mod place;
mod plan;
mod restore;
mod trouble;
mod verify;

use std::io::stdout;
use std::path::Path;

use serde_json::Value;
use vocab::Locale;

use crate::cli::{BackupArgs, BackupCommand, ListFormat, RestoreArgs};
use crate::house::House;
use crate::output::List;

use manifest::Manifest;
use place::{Place, Use};

pub(crate) use trouble::BackupError;

/// `aoba backup`; false when something is wrong with the home or the backup.
pub(crate) async fn command(
    home: &Path,
    args: &BackupArgs,
    locale: Locale,
) -> anyhow::Result<bool> {
    match (&args.command, &args.folder) {
        (Some(BackupCommand::Verify(args)), _) => verify::verify(args, locale).await,
        (Some(BackupCommand::List { folder, format }), _) => list(folder, *format).map(|()| true),
        (None, Some(folder)) => {
            let house = House::existing(home, locale).await?;
            make::make(&house, args, folder).await
        }
        // The command line asks for one of them.
        (None, None) => Ok(false),
    }
}

/// `aoba restore`; false when something was wrong with the home that was backed up.
pub(crate) async fn restore(
    home: &Path,
    args: &RestoreArgs,
    locale: Locale,
) -> anyhow::Result<bool> {
    restore::restore(home, args, locale).await
}

/// `aoba backup list`
fn list(folder: &Path, format: ListFormat) -> anyhow::Result<()> {
    let place = Place::open(folder, Use::Read)?;
    let columns = ["generation", "made", "files", "size_bytes", "keys", "snapshot", "faults"];
    let mut list = List::new(&columns);
    for number in place.numbers()? {
        match Manifest::read(&place.generation(number)) {
            Ok(manifest) => list.push(vec![
                number.into(),
                manifest.made.clone().into(),
                manifest.files.len().into(),
                manifest.size_bytes().into(),
                manifest.keys.into(),
                manifest.facts.snapshot.map_or(Value::Null, Into::into),
                manifest.faults.len().into(),
            ]),
            Err(error) => {
                let mut row = vec![Value::Null; columns.len() - 2];
                row.insert(0, number.into());
                row.push(error.to_string().into());
                list.push(row);
            }
        }
    }
    list.print(format, &mut stdout().lock())?;
    Ok(())
}

/// Says what was wrong with the home, and so is with its copy.
fn tell_faults(faults: &[String], locale: Locale) {
    for fault in faults {
        eprintln!("FAIL {fault}");
    }
    match (faults.is_empty(), locale) {
        (true, _) => {}
        (false, Locale::En) => {
            eprintln!("the home is damaged, and so is this copy of it: run `aoba doctor --deep`");
        }
        (false, Locale::Ja) => eprintln!(
            "データフォルダーが壊れているため、このコピーも壊れています。`aoba doctor --deep`を実行してください"
        ),
    }
}
