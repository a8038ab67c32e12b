//! The pulls of the settings, run by `aoba serve` when they are due: one at a time, and never while
//! somebody pulls by hand.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use jiff::SignedDuration;
use ledger::{LedgerError, Schedule, Standing};

use super::ask::{self, Ask};
use super::ask_error::AskError;
use super::run::{self, How};
use crate::config::{PullConfig, ScheduledPull};
use crate::house::House;

/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(30);

/// The pulls of the settings, as the ledger judges them.
///
/// # Errors
/// When one of them cannot be, or two have one name.
pub(crate) fn schedules(config: &PullConfig) -> Result<Vec<Schedule>, AskError> {
    let mut names = BTreeSet::new();
    let mut schedules = Vec::with_capacity(config.scheduled.len());
    for pull in &config.scheduled {
        if !names.insert(pull.name.as_str()) {
            return Err(AskError::TwoOfOneName(pull.name.clone()));
        }
        schedules.push(ask::schedule(pull)?);
    }
    Ok(schedules)
}

/// Runs what is due, for ever. What becomes of each pull is in the ledger.
pub(crate) async fn keep_up(house: &House) -> Infallible {
    loop {
        if let Err(error) = run_due(house).await {
            let error = crate::say(&error, house.locale);
            tracing::error!(%error, "cannot tell which pulls are due");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn run_due(house: &House) -> anyhow::Result<()> {
    let pulls = &house.config.pull.scheduled;
    let schedules = schedules(&house.config.pull)?;
    for (pull, schedule) in pulls.iter().zip(schedules) {
        // Looked up each time: the one before may have taken hours.
        let standing = house.ledger.pulls().standings(&[schedule]).await?.pop();
        let now = house.ledger.clock().now();
        if standing.as_ref().is_some_and(|standing: &Standing| standing.is_due(now)) {
            run_one(house, pull).await?;
        }
    }
    Ok(())
}

async fn run_one(house: &House, pull: &ScheduledPull) -> anyhow::Result<()> {
    let minutes = i64::from(house.config.pull.wait_minutes_max);
    let how = How { full: false, wait_at_most: SignedDuration::from_mins(minutes), quiet: true };
    let name = pull.name.as_str();
    match run::run(house, &Ask::scheduled(pull)?, &how).await {
        Ok(done) => tracing::info!(name, pull.id = %done.id, "pulled {name}"),
        Err(error) if is_second_pull(&error) => {
            tracing::info!(name, "{name} waits until another pull has ended");
        }
        Err(error) => {
            let error = crate::say(&error, house.locale);
            tracing::error!(name, %error, "the pull {name} failed");
        }
    }
    Ok(())
}

fn is_second_pull(error: &anyhow::Error) -> bool {
    let ledger = error.chain().find_map(|cause| cause.downcast_ref::<LedgerError>());
    matches!(ledger, Some(LedgerError::SecondPull { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::AskArgs;

    fn config(names: &[&str]) -> PullConfig {
        let pull = |name: &&str| ScheduledPull {
            name: (*name).to_owned(),
            url: "https://fhir.example.jp/r4/".to_owned(),
            every_minutes: 1_440,
            ask: AskArgs { patients: true, ..AskArgs::default() },
        };
        PullConfig { scheduled: names.iter().map(pull).collect(), ..PullConfig::default() }
    }

    #[test]
    fn a_pull_of_the_settings_asks_what_one_by_hand_would() {
        let schedules = schedules(&config(&["night"])).unwrap();
        let night = schedules.first().unwrap();
        assert_eq!(
            (night.base.as_str(), night.asked.as_str(), night.source.as_str()),
            ("https://fhir.example.jp/r4", "Patient/$export", "hospital")
        );
        assert_eq!(night.every, SignedDuration::from_hours(24));
    }

    #[test]
    fn settings_that_cannot_be_are_told_before_anything_runs() {
        let two = schedules(&config(&["night", "night"])).unwrap_err();
        assert!(matches!(two, AskError::TwoOfOneName(_)), "{two}");
        let mut never = config(&["night"]);
        never.scheduled.iter_mut().for_each(|pull| pull.every_minutes = 0);
        assert!(schedules(&never).is_err());
    }
}
