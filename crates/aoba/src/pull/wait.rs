//! How long to wait before a server is asked again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::error::PullError;

/// The first wait where the server names none; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait where the server names none.
const LONGEST: Duration = Duration::from_secs(60);
/// The shortest wait, even where the server says that there is no need for one.
const SHORTEST: Duration = Duration::from_millis(200);

/// The longest wait that a server may ask for before a question is given up for now.
const ASKED_MAX: Duration = Duration::from_secs(3_600);

static DATES: DateTimeParser = DateTimeParser::new();

/// How long to wait before a question that failed is asked again; none where it has failed often
/// enough, or the server wants to be left alone for longer than a pull waits.
pub(super) fn again(error: &PullError, failures: u32, retries_max: u32) -> Option<Duration> {
    let wait = error.wait().unwrap_or_else(|| after_failures(failures));
    (failures < retries_max && wait <= ASKED_MAX).then_some(wait)
}

/// How long to wait after so many failures.
pub(super) fn after_failures(failures: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(failures.min(16))).min(LONGEST)
}

/// How long the server asks to wait, in seconds or until a moment; none where it does not say, or
/// not in a way that can be read.
pub(super) fn asked_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = DATES.parse_timestamp(text).ok()?.duration_since(now);
            Duration::try_from(until).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.max(SHORTEST))
}

/// What time the server says it is.
pub(super) fn time_of(headers: &HeaderMap) -> Option<Timestamp> {
    DATES.parse_timestamp(headers.get(DATE)?.to_str().ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let headers: HeaderMap = [(RETRY_AFTER, value.parse().unwrap())].into_iter().collect();
        asked_for(&headers, "2026-11-26T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_server_names_seconds_or_a_moment() {
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        assert_eq!(asked("Thu, 26 Nov 2026 12:01:30 GMT"), Some(Duration::from_secs(90)));
    }

    #[test]
    fn what_is_past_or_nothing_is_the_shortest_wait_and_nonsense_is_none() {
        assert_eq!(asked("0"), Some(SHORTEST));
        assert_eq!(asked("Thu, 26 Nov 2026 11:00:00 GMT"), Some(SHORTEST));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked_for(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn a_question_is_asked_again_so_often_and_not_after_hours() {
        let busy = |wait: Option<u64>| PullError::Busy {
            url: String::new(),
            status: reqwest::StatusCode::TOO_MANY_REQUESTS,
            wait: wait.map(Duration::from_secs),
        };
        assert_eq!(again(&busy(None), 1, 3), Some(Duration::from_secs(1)));
        assert_eq!(again(&busy(Some(7)), 2, 3), Some(Duration::from_secs(7)));
        assert_eq!(again(&busy(Some(7)), 3, 3), None);
        assert_eq!(again(&busy(Some(86_400)), 0, 3), None);
    }

    #[test]
    fn waits_grow_and_end_growing() {
        let waits: Vec<u64> = (0..9).map(|failures| after_failures(failures).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(after_failures(u32::MAX), LONGEST);
    }
}
