//! `aoba audit`: the log of who did what.

use std::io::stdout;

use anyhow::bail;
use ledger::AuditFilter;
use serde_json::Value;

use crate::cli::AuditCommand;
use crate::house::House;
use crate::output::List;
use crate::output::tell;

/// Runs a subcommand.
pub(crate) async fn run(house: &House, command: &AuditCommand) -> anyhow::Result<()> {
    let audit = house.ledger.audit();
    match command {
        AuditCommand::Verify => {
            let verdict = audit.verify().await?;
            let told = verdict.say(house.locale);
            if verdict.first_broken.is_some() {
                bail!("{told}");
            }
            tell!("{told}");
            tell!("{}", house.ledger.place());
        }
        AuditCommand::Show { last, format } => {
            let newest = audit.verify().await?.head.seq;
            let after_seq = (newest - i64::from(*last)).max(0);
            let filter = AuditFilter { after_seq, ..AuditFilter::default() };
            let columns =
                ["seq", "at", "actor", "act", "object", "purpose", "study", "detail", "hash"];
            let mut list = List::new(&columns);
            for row in audit.rows(&filter).await? {
                let row = serde_json::to_value(row)?;
                let cell = |name: &&str| row.get(*name).cloned().unwrap_or(Value::Null);
                list.push(columns.iter().map(cell).collect());
            }
            list.print(*format, &mut stdout().lock())?;
        }
    }
    Ok(())
}
