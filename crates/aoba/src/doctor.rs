//! `aoba doctor`: is everything whole?

use lake::doctor::Depth;
use vocab::LandingId;

use crate::house::House;

/// Checks the ledger, the tables and, when deep, every kept file; `false` means something is not
/// whole.
pub(crate) async fn run(house: &House, deep: bool) -> anyhow::Result<bool> {
    let mut well = true;
    let mut tell = |fine: bool, words: String| {
        println!("{} {words}", if fine { "ok  " } else { "FAIL" });
        well &= fine;
    };
    for found in house.ledger.doctor().await? {
        tell(found.well, found.say(house.locale));
    }
    let depth = if deep { Depth::Deep } else { Depth::Quick };
    let received = received(house).await?;
    for found in house.lake.doctor(depth, &received).await? {
        tell(found.well, found.say(house.locale));
    }
    Ok(well)
}

/// Every file the ledger says is held: those of records, and those in which servers said something.
async fn received(house: &House) -> anyhow::Result<Vec<LandingId>> {
    let landings = house.ledger.landings();
    let (mut ids, mut after) = (Vec::new(), 0);
    loop {
        let page = landings.in_order(after).await?;
        let Some(last) = page.last() else { break };
        after = last.arrival;
        ids.extend(page.iter().map(|held| held.file.id));
    }
    ids.extend(house.ledger.pulls().message_files().await?);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
