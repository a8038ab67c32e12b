//! `aoba ledger`: where it is, and moving it to a server.

use std::io::stdout;
use std::path::{Path, PathBuf};

use ledger::LedgerConfig;
use serde_json::Value;
use vocab::Locale;

use crate::cli::{LedgerCommand, ListFormat, MoveArgs};
use crate::house::House;
use crate::output::List;
use crate::output::tell;

/// Runs a subcommand.
pub(crate) async fn run(house: &House, command: &LedgerCommand) -> anyhow::Result<()> {
    match command {
        LedgerCommand::Show { format } => show(house, *format).await,
        LedgerCommand::Move(args) => move_to(house, args).await,
    }
}

async fn show(house: &House, format: ListFormat) -> anyhow::Result<()> {
    let verdict = house.ledger.audit().verify().await?;
    let mut list = List::new(&["part", "place", "audit_rows", "audit_head"]);
    let rows = Value::from(verdict.rows);
    list.push(vec!["ledger".into(), house.ledger.place().into(), rows, verdict.head.hash.into()]);
    let identities = house.ledger.identity_place().into();
    list.push(vec!["identities".into(), identities, Value::Null, Value::Null]);
    list.print(format, &mut stdout().lock())?;
    Ok(())
}

async fn move_to(house: &House, args: &MoveArgs) -> anyhow::Result<()> {
    let to = LedgerConfig {
        url: Some(args.to.clone()),
        identity_url: Some(args.identity_to.clone()),
        password_file: args.password_file.as_deref().map(full).transpose()?,
        identity_password_file: args.identity_password_file.as_deref().map(full).transpose()?,
        ..house.config.ledger.clone()
    };
    let lease = house.ledger.writer_lease("ledger move").await?;
    let moved = house.ledger.move_to(&lease, &to, &house.actor).await?;
    let (tables, rows) = (moved.tables, moved.rows);
    match house.locale {
        Locale::En => tell!(
            "{rows} rows of {tables} tables were copied and verified. The ledger is now in {} and \
             the identity store in {}; the files here are closed. Write this into aoba.toml:\n",
            moved.ledger,
            moved.identities
        ),
        Locale::Ja => tell!(
            "{tables}表の{rows}行を写し、検証しました。台帳は{}に、本人情報庫は{}に移り、元のファイルは閉じました。\
             aoba.tomlに次のように書いてください:\n",
            moved.ledger,
            moved.identities
        ),
    }
    tell!("{}", settings(args, &to));
    Ok(())
}

/// A path as it must stand in the settings, which are read from another folder.
fn full(path: &Path) -> std::io::Result<PathBuf> {
    std::path::absolute(path)
}

/// What the settings must say from now on.
fn settings(args: &MoveArgs, to: &LedgerConfig) -> String {
    let mut lines = vec![
        "[ledger]".to_owned(),
        format!("url = {:?}", args.to),
        format!("identity_url = {:?}", args.identity_to),
    ];
    let files = [
        ("password_file", &to.password_file),
        ("identity_password_file", &to.identity_password_file),
    ];
    for (name, file) in files {
        lines
            .extend(file.as_ref().map(|file| format!("{name} = {:?}", file.display().to_string())));
    }
    lines.join("\n")
}
