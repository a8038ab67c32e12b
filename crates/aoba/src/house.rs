//! One home, opened: settings, ledger, lake and who is at the keyboard.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lake::Lake;
use ledger::{Clock, Ledger};
use vocab::date::Zone;
use vocab::{Actor, Locale};

use crate::config::Config;

/// An opened home.
pub(crate) struct House {
    pub(crate) home: PathBuf,
    pub(crate) config: Config,
    pub(crate) locale: Locale,
    pub(crate) actor: Actor,
    pub(crate) ledger: Ledger,
    pub(crate) lake: Lake,
}

impl House {
    /// Opens a home, making it where there is none.
    pub(crate) async fn open(home: &Path, locale: Locale) -> anyhow::Result<Self> {
        Self::open_with(home, Config::read(home)?, locale).await
    }

    async fn open_with(home: &Path, config: Config, locale: Locale) -> anyhow::Result<Self> {
        let actor = operator()?;
        let ledger = Ledger::open_in(home, &config.ledger, Clock::of_the_machine(), &actor)
            .await
            .with_context(|| format!("cannot open the home {}", home.display()))?;
        let home = std::path::absolute(home)?;
        let faults = crate::faults::install(&ledger)?;
        let lake = Lake::open_with(&home, config.lake.clone(), ledger.clone(), faults)?;
        let lake = lake.publishing(slices::publishing(config.time.zone()?));
        Ok(Self { home, config, locale, actor, ledger, lake })
    }

    /// Opens a home that must be there already.
    pub(crate) async fn existing(home: &Path, locale: Locale) -> anyhow::Result<Self> {
        Self::must_stand(home)?;
        Self::open(home, locale).await
    }

    /// The same where the identity store was lost and is begun anew.
    pub(crate) async fn without_identities(home: &Path, locale: Locale) -> anyhow::Result<Self> {
        Self::must_stand(home)?;
        let mut config = Config::read(home)?;
        config.ledger.renew_identities = true;
        Self::open_with(home, config, locale).await
    }

    fn must_stand(home: &Path) -> anyhow::Result<()> {
        if !Ledger::stands_in(home) {
            anyhow::bail!(
                "{} holds no data: run `aoba ingest PATH` first, or name the folder with --home",
                home.display()
            );
        }
        Ok(())
    }

    /// The zone of the settings.
    pub(crate) fn zone(&self) -> anyhow::Result<Zone> {
        self.config.time.zone()
    }
}

/// Who is at the keyboard, as the machine knows them.
fn operator() -> anyhow::Result<Actor> {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    });
    let name = name.unwrap_or_else(|| format!("uid-{uid}"));
    Ok(Actor::new(&format!("local:{name}"))?)
}
