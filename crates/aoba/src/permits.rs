//! `aoba permit`: who may look, and why.

use std::io::stdout;

use ledger::NewGrant;
use serde_json::Value;
use vocab::Locale;

use crate::cli::PermitCommand;
use crate::house::House;
use crate::output::List;
use crate::output::tell;

/// Runs a subcommand.
pub(crate) async fn run(house: &House, command: &PermitCommand) -> anyhow::Result<()> {
    let people = house.ledger.people();
    match command {
        PermitCommand::List { format } => {
            let mut list = List::new(&["grant", "actor", "purpose", "study", "rows", "exact"]);
            for grant in people.grants().await? {
                list.push(vec![
                    grant.id.into(),
                    grant.actor.into(),
                    grant.purpose.into(),
                    grant.study.map_or(Value::Null, Value::from),
                    grant.sees_rows.into(),
                    grant.exact_counts.into(),
                ]);
            }
            list.print(*format, &mut stdout().lock())?;
        }
        PermitCommand::Grant { to, purpose, study } => {
            let new = NewGrant {
                actor: to.clone(),
                purpose: *purpose,
                study: study.clone(),
                sees_rows: true,
                exact_counts: false,
                expires: None,
            };
            let id = people.grant(&new, &house.actor).await?;
            match house.locale {
                Locale::En => tell!("grant {id}: {to} may look for {purpose}"),
                Locale::Ja => tell!("許可{id}: {to}は目的「{purpose}」で閲覧できます"),
            }
        }
        PermitCommand::Revoke { grant } => {
            people.revoke(*grant, &house.actor).await?;
            match house.locale {
                Locale::En => tell!("grant {grant} has ended"),
                Locale::Ja => tell!("許可{grant}を終了しました"),
            }
        }
    }
    Ok(())
}
