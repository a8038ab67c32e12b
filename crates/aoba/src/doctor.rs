//! `aoba doctor`: is everything whole?

use std::path::Path;

use lake::doctor::Depth;
use lake::landing::Landing;
use vocab::Locale;

use crate::house::House;
use crate::output::tell;

/// Checks a home, also one that does not open; `false` means something is not whole.
pub(crate) async fn command(home: &Path, deep: bool, locale: Locale) -> anyhow::Result<bool> {
    match House::existing(home, locale).await {
        Ok(house) => run(&house, deep).await,
        Err(error) if home.join("ledger.db").exists() => {
            tell(false, &crate::say(&error, locale));
            look_at(home, deep, locale).await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Checks the ledger, the tables and, when deep, every byte of every file that matters.
pub(crate) async fn run(house: &House, deep: bool) -> anyhow::Result<bool> {
    let mut well = true;
    let mut found = house.ledger.doctor().await;
    if deep && let Ok(found) = &mut found {
        match house.ledger.doctor_deep().await {
            Ok(more) => found.extend(more),
            Err(error) => well &= tell(false, &error.say(house.locale)),
        }
    }
    match found {
        Ok(found) => {
            for found in found {
                well &= tell(found.well, &found.say(house.locale));
            }
        }
        // A database that cannot even be asked: then file by file, so that the file is named.
        Err(error) => {
            well &= tell(false, &error.say(house.locale));
            look_at(&house.home, false, house.locale).await?;
        }
    }
    let depth = if deep { Depth::Deep } else { Depth::Quick };
    let found = match house.ledger.landings().kept().await {
        Ok(kept) => house.lake.doctor(depth, &kept).await,
        Err(error) => Err(error.into()),
    };
    match found {
        Ok(found) => {
            for found in found {
                well &= tell(found.well, &found.say(house.locale));
            }
        }
        Err(error) => {
            well &= tell(false, &crate::say(&anyhow::Error::from(error), house.locale));
        }
    }
    Ok(well)
}

/// Tells one finding, and gives whether it is well.
fn tell(well: bool, words: &str) -> bool {
    tell!("{} {words}", if well { "ok  " } else { "FAIL" });
    well
}

/// Looks at the files of a home one by one, where its ledger cannot be asked.
async fn look_at(home: &Path, deep: bool, locale: Locale) -> anyhow::Result<()> {
    for found in ledger::look_at(home).await {
        tell(found.well, &found.say(locale));
    }
    if !deep {
        return Ok(());
    }
    // What was received tells by its names whether it is whole.
    let landing = Landing::open(home)?;
    for id in landing.ids()? {
        if let Err(error) = landing.verify(id) {
            tell(false, &error.to_string());
        }
    }
    Ok(())
}
