//! Checkpoints made and sent: while the portal is served, and after each command that wrote much.
//!
//! What fails here fails no command: the act is done and its line stands. It is told in the log and
//! on the page of the audit, and tried again with the next one.

use std::convert::Infallible;
use std::time::Duration;

use ledger::CHECKPOINT_ROWS;

use crate::house::House;

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(15);

/// When a command ends with a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// Always: it changed what the house holds.
    Always,
    /// Where it left many lines.
    WhereMany,
}

/// Makes a checkpoint at the end of a command, and sends it.
pub(crate) async fn after_command(house: &House, made: Made) {
    if let Err(error) = settle(house, made).await {
        let error = crate::say(&error, house.locale);
        tracing::error!(%error, "no checkpoint of the audit could be made");
    }
}

async fn settle(house: &House, made: Made) -> anyhow::Result<()> {
    let checkpoints = house.ledger.checkpoints();
    if made == Made::WhereMany {
        let covered = checkpoints.newest().await?.map_or(0, |newest| newest.size);
        let rows = house.ledger.audit().newest().await?.seq.unsigned_abs();
        if rows < covered + CHECKPOINT_ROWS {
            return Ok(());
        }
    }
    checkpoints.make().await?;
    send(house).await?;
    Ok(())
}

/// Makes and sends what is due, for ever.
pub(crate) async fn keep_up(house: &House) -> Infallible {
    loop {
        if let Err(error) = once(house).await {
            let error = crate::say(&error, house.locale);
            tracing::error!(%error, "no checkpoint of the audit could be made");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn once(house: &House) -> anyhow::Result<()> {
    let checkpoints = house.ledger.checkpoints();
    if checkpoints.is_due().await? {
        checkpoints.make().await?;
    }
    send(house).await?;
    Ok(())
}

/// Sends each place what it does not have yet; gives the places that could not be reached, and why.
pub(crate) async fn send(house: &House) -> anyhow::Result<Vec<(String, String)>> {
    let checkpoints = house.ledger.checkpoints();
    let mut missed = Vec::new();
    for place in &house.config.audit.checkpoints_to {
        let name = place.to_string();
        loop {
            let unsent = checkpoints.unsent(&name).await?;
            let Some(last) = unsent.last().cloned() else { break };
            let (to, home) = (place.clone(), house.home.clone());
            let sent = tokio::task::spawn_blocking(move || to.send(&home, &unsent)).await?;
            if let Some(sent) = &sent.newest {
                checkpoints.sent(&name, sent).await?;
            }
            if let Some(error) = sent.failure {
                let why = error.to_string();
                tracing::error!(place = %name, why, "{name} did not get the checkpoints of the audit");
                checkpoints.failed(&name, &why).await?;
                missed.push((name.clone(), why));
                break;
            }
            tracing::info!(place = %name, size = last.size, "sent checkpoints to {name}");
        }
    }
    Ok(missed)
}
