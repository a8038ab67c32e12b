//! `aoba audit`: the log of who did what, its checkpoints, and what an auditor takes away.

pub(crate) mod checkpoints;
mod export;
pub(crate) mod places;
mod taken;

use std::io::stdout;

use anyhow::bail;
use ledger::AuditFilter;
use serde_json::Value;
use vocab::Locale;

use crate::cli::{AuditCommand, AuditShowArgs, AuditVerifyArgs};
use crate::house::House;
use crate::output::List;
use crate::output::tell;

pub(crate) use export::verify_offline;

/// Runs a subcommand.
pub(crate) async fn run(house: &House, command: &AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify(args) => verify(house, args).await,
        AuditCommand::Show(args) => show(house, args).await,
        AuditCommand::Key => {
            tell!("{}", house.ledger.checkpoints().key()?);
            Ok(())
        }
        AuditCommand::Checkpoint => checkpoint(house).await,
        AuditCommand::Export(args) => export::run(house, args).await,
    }
}

async fn verify(house: &House, args: &AuditVerifyArgs) -> anyhow::Result<()> {
    let outside = taken::notes(&args.checkpoints)?;
    let verdict = house.ledger.audit().verify_against(&outside).await?;
    let told = verdict.say(house.locale);
    if verdict.first_broken.is_some() {
        bail!("{told}");
    }
    tell!("{told}");
    tell!("{}", house.ledger.place());
    Ok(())
}

async fn show(house: &House, args: &AuditShowArgs) -> anyhow::Result<()> {
    let audit = house.ledger.audit();
    let after_seq = (audit.newest().await?.seq - i64::from(args.last)).max(0);
    let filter = AuditFilter { after_seq, ..AuditFilter::default() };
    let columns = ["seq", "at", "actor", "act", "object", "purpose", "study", "detail", "hash"];
    let mut list = List::new(&columns);
    for row in audit.rows(&filter).await? {
        let row = serde_json::to_value(row)?;
        let cell = |name: &&str| row.get(*name).cloned().unwrap_or(Value::Null);
        list.push(columns.iter().map(cell).collect());
    }
    list.print(args.format, &mut stdout().lock())?;
    Ok(())
}

/// Makes a checkpoint, sends what was not sent, and prints the newest one.
async fn checkpoint(house: &House) -> anyhow::Result<()> {
    let checkpoints = house.ledger.checkpoints();
    checkpoints.make().await?;
    let missed = checkpoints::send(house).await?;
    if let Some(newest) = checkpoints.newest().await? {
        tell!("{}", newest.note.trim_end());
    }
    if let Some((place, why)) = missed.first() {
        match house.locale {
            Locale::En => bail!("{place} did not get the checkpoints: {why}; they are sent later"),
            Locale::Ja => bail!("{place}にチェックポイントを送れません: {why}。あとで送り直します"),
        }
    }
    Ok(())
}
