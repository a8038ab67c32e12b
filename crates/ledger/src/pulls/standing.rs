//! How a scheduled pull stands: when it ran, when it runs next, and whether somebody must look.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{PullInfo, PullOutcome, Schedule};
use crate::audit::as_text;

/// After how long a pull that failed is tried again, where its own interval is not shorter.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// How much longer than its interval a pull may take before it is overdue, at least.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// How a scheduled pull stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PullState {
    /// It is running now.
    Running,
    /// The last one came to its end, and the next is not yet due.
    Well,
    /// None has come to its end yet.
    Never,
    /// The last one failed, was not complete, or died.
    Failed,
    /// None has come to its end for longer than its interval.
    Overdue,
}

impl PullState {
    /// Whether somebody must look.
    #[must_use]
    pub fn alarms(self) -> bool {
        !matches!(self, Self::Running | Self::Well)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Well => "well",
            Self::Never => "never",
            Self::Failed => "failed",
            Self::Overdue => "overdue",
        }
    }
}

/// A scheduled pull and its history in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What is to run.
    pub schedule: Schedule,
    /// The last one, however it ended.
    pub last: Option<PullInfo>,
    /// The last one that came to its end.
    pub completed: Option<PullInfo>,
    /// When the next one is due; in the past where it should be running.
    #[serde(serialize_with = "as_text")]
    pub next: Timestamp,
    /// How it stands.
    pub state: PullState,
}

impl Standing {
    /// Judges a scheduled pull by its history.
    #[must_use]
    pub(crate) fn new(
        schedule: Schedule,
        last: Option<PullInfo>,
        completed: Option<PullInfo>,
        now: Timestamp,
    ) -> Self {
        let next = next(&schedule, last.as_ref(), now);
        let state = state(&schedule, last.as_ref(), completed.as_ref(), now);
        Self { schedule, last, completed, next, state }
    }

    /// Whether it is to be started now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state != PullState::Running && self.next <= now
    }
}

fn next(schedule: &Schedule, last: Option<&PullInfo>, now: Timestamp) -> Timestamp {
    let Some(last) = last else { return now };
    let later = |from: Timestamp, by: SignedDuration| from.checked_add(by).unwrap_or(now);
    match last.outcome {
        // What was fetched already waits on the disk.
        PullOutcome::Interrupted => now,
        PullOutcome::Failed | PullOutcome::Incomplete => {
            later(last.ended.unwrap_or(last.started), schedule.every.min(AGAIN))
        }
        _ => later(last.started, schedule.every),
    }
}

fn state(
    schedule: &Schedule,
    last: Option<&PullInfo>,
    completed: Option<&PullInfo>,
    now: Timestamp,
) -> PullState {
    match last.map(|last| last.outcome) {
        Some(PullOutcome::Running) => return PullState::Running,
        Some(PullOutcome::Failed | PullOutcome::Incomplete | PullOutcome::Interrupted) => {
            return PullState::Failed;
        }
        Some(PullOutcome::Completed | PullOutcome::Cancelled) | None => {}
    }
    let Some(completed) = completed else { return PullState::Never };
    let grace = (schedule.every / 4).max(GRACE);
    let limit = schedule.every.saturating_add(grace);
    match now.duration_since(completed.started) > limit {
        true => PullState::Overdue,
        false => PullState::Well,
    }
}

#[cfg(test)]
mod tests {
    use vocab::PullId;

    use super::*;

    fn schedule() -> Schedule {
        Schedule {
            name: "night".to_owned(),
            source: "hospital".to_owned(),
            base: "https://fhir.example.jp".to_owned(),
            asked: "$export".to_owned(),
            every: SignedDuration::from_hours(24),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn pull(started: &str, outcome: PullOutcome) -> PullInfo {
        PullInfo {
            id: PullId(1),
            name: None,
            source: "hospital".to_owned(),
            base: "https://fhir.example.jp".to_owned(),
            asked: "$export".to_owned(),
            since: None,
            actor: "local:analyst".to_owned(),
            started: at(started),
            ended: Some(at(started)),
            outcome,
            way: None,
            server_time: None,
            load: None,
            messages: Vec::new(),
            failure: None,
        }
    }

    /// The state and the next start at noon of 26 November, the last complete one being of `whole`.
    fn judged(last: Option<PullInfo>, whole: Option<&str>) -> (PullState, String) {
        let completed = whole.map(|started| pull(started, PullOutcome::Completed));
        let standing = Standing::new(schedule(), last, completed, at("2026-11-26T12:00:00Z"));
        (standing.state, standing.next.to_string())
    }

    #[test]
    fn what_never_ran_is_due_and_needs_a_look() {
        let (state, next) = judged(None, None);
        assert_eq!((state, next.as_str()), (PullState::Never, "2026-11-26T12:00:00Z"));
        assert!(state.alarms());
    }

    #[test]
    fn a_complete_one_is_followed_after_its_interval() {
        let last = pull("2026-11-26T02:00:00Z", PullOutcome::Completed);
        let (state, next) = judged(Some(last), Some("2026-11-26T02:00:00Z"));
        assert_eq!((state, next.as_str()), (PullState::Well, "2026-11-27T02:00:00Z"));
        assert!(!state.alarms());
    }

    #[test]
    fn one_that_failed_is_tried_again_soon_and_alarms_until_then() {
        for outcome in [PullOutcome::Failed, PullOutcome::Incomplete] {
            let last = pull("2026-11-26T11:30:00Z", outcome);
            let (state, next) = judged(Some(last), Some("2026-11-25T02:00:00Z"));
            assert_eq!((state, next.as_str()), (PullState::Failed, "2026-11-26T12:30:00Z"));
            assert!(state.alarms());
        }
    }

    #[test]
    fn one_whose_process_died_goes_on_at_once() {
        let last = pull("2026-11-26T11:59:00Z", PullOutcome::Interrupted);
        let (state, next) = judged(Some(last), Some("2026-11-25T12:00:00Z"));
        assert_eq!((state, next.as_str()), (PullState::Failed, "2026-11-26T12:00:00Z"));
    }

    #[test]
    fn one_that_was_given_up_is_not_started_again_before_its_time() {
        let last = pull("2026-11-26T11:00:00Z", PullOutcome::Cancelled);
        let (state, next) = judged(Some(last), Some("2026-11-26T02:00:00Z"));
        assert_eq!((state, next.as_str()), (PullState::Well, "2026-11-27T11:00:00Z"));
    }

    #[test]
    fn nothing_complete_for_an_interval_and_a_quarter_is_overdue() {
        let state = |whole: &str| {
            let last = pull(whole, PullOutcome::Completed);
            judged(Some(last), Some(whole)).0
        };
        assert_eq!(state("2026-11-25T06:01:00Z"), PullState::Well);
        assert_eq!(state("2026-11-25T05:59:00Z"), PullState::Overdue);
        assert!(PullState::Overdue.alarms());
    }

    #[test]
    fn one_that_is_running_is_not_started_twice() {
        let mut last = pull("2026-11-20T00:00:00Z", PullOutcome::Running);
        last.ended = None;
        let standing = Standing::new(schedule(), Some(last), None, at("2026-11-26T12:00:00Z"));
        assert_eq!(standing.state, PullState::Running);
        assert!(!standing.is_due(at("2026-11-26T12:00:00Z")) && !standing.state.alarms());
    }
}
