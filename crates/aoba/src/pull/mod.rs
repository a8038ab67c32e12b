//! `aoba pull`: records from a live FHIR server into the landing and the tables, by a bulk export
//! or by searches; on the command line, or from `aoba serve` as the settings say.
//!
//! Nothing is asked of any server but those that a person named. What comes is kept as it came and
//! goes the way of every file: landing first, then the tables. What is under way lies in the home
//! (`kept`), so that a pull that was killed goes on where it was.

mod access;
mod ask;
mod ask_error;
mod body;
mod download;
mod due;
mod error;
mod export;
mod fetch;
mod http;
mod kept;
mod key;
mod manifest;
mod messages;
mod run;
mod say;
mod search;
mod server;
mod smart;
mod status;
mod told;
mod unfit;
mod wait;
mod whole;

use jiff::SignedDuration;

pub(crate) use ask_error::AskError;
pub(crate) use due::{keep_up, schedules};
pub(crate) use error::PullError;
pub(crate) use kept::{give_up, waiting};

use crate::cli::{AskArgs, PullArgs};
use crate::house::House;
use ask::Ask;
use run::How;

/// `aoba pull`; gives the exit code.
pub(crate) async fn command(house: &House, args: &PullArgs) -> anyhow::Result<u8> {
    if args.status {
        return status::command(house, args.format).await;
    }
    let ask = asked(house, args)?;
    if args.cancel {
        let had = run::give_up(house, &ask).await?;
        told::given_up(had, house.locale);
        return Ok(0);
    }
    let minutes = i64::from(house.config.pull.wait_minutes_max);
    let how = How {
        full: args.full,
        wait_at_most: args.wait_at_most.unwrap_or(SignedDuration::from_mins(minutes)),
        quiet: args.quiet,
    };
    let done = tokio::select! {
        done = run::run(house, &ask, &how) => done?,
        _ = tokio::signal::ctrl_c() => {
            run::give_up(house, &ask).await?;
            return Err(PullError::GivenUp.into());
        }
    };
    told::done(&done, &ask, args.format, house.locale)?;
    if done.outcome == ledger::PullOutcome::Incomplete {
        return Err(PullError::Errors { count: done.errors() }.into());
    }
    let quarantined = done.load.as_ref().map_or(0, |report| report.totals.quarantined);
    Ok(if quarantined > 0 && args.strict { crate::QUARANTINED } else { 0 })
}

/// What is asked: of an address, or of a pull of the settings by its name.
fn asked(house: &House, args: &PullArgs) -> Result<Ask, PullError> {
    let named = args.server.as_deref().unwrap_or_default();
    let pull = house.config.pull.scheduled.iter().find(|pull| pull.name == named);
    Ok(match pull {
        Some(_) if args.ask != AskArgs::default() => {
            return Err(AskError::AskedTwice(named.to_owned()).into());
        }
        Some(pull) => Ask::scheduled(pull)?,
        None => Ask::of(None, named, &args.ask)?,
    })
}
