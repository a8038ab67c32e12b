//! Times of events: the seconds of the clock on the wall in which a date may lie.

use vocab::date::Zone;

/// Seconds since 1970-01-01T00:00:00 by the clock of the house.
///
/// # Order
/// By the first second, then by length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    /// The earliest second it can be.
    pub(crate) first: i64,
    /// The latest.
    pub(crate) last: i64,
}

impl Stretch {
    /// From the instants between which a date lies, half-open, in microseconds.
    pub(super) fn of((low_us, high_us): (i64, i64), zone: &Zone) -> Self {
        const US: i64 = 1_000_000;
        let first = zone.wall_second(low_us.div_euclid(US));
        // The second in which the last microsecond lies.
        let last = zone.wall_second((high_us - 1).div_euclid(US));
        Self { first, last: last.max(first) }
    }

    /// The last second of a period that ends here: the one before an end known to the minute or
    /// second, any of one known to the day, month or year.
    pub(super) fn as_end(self, is_of_clock: bool) -> Self {
        if !is_of_clock {
            return self;
        }
        Self { first: self.first - 1, last: self.last - 1 }
    }

    /// How many seconds it can be.
    pub(super) fn seconds(self) -> i32 {
        i32::try_from(self.last - self.first + 1).unwrap_or(i32::MAX)
    }
}

/// Whether a precision, as tables write it, is one of the clock rather than of the calendar.
pub(super) fn is_of_clock(precision: &str) -> bool {
    matches!(precision, "minute" | "second" | "fraction")
}

/// The last second of what starts and ends so. An end before its start is a mistake: what it is told
/// of is taken to be over at once.
pub(super) fn last(start: Option<Stretch>, end: Option<Stretch>) -> Option<Stretch> {
    match (start, end) {
        (Some(start), Some(end)) if end.last < start.first => Some(start),
        (_, end) => end,
    }
}

#[cfg(test)]
mod tests {
    use vocab::FhirDate;

    use super::*;

    fn stretch(text: &str) -> Stretch {
        let date = FhirDate::parse(text, &Zone::tokyo()).unwrap();
        Stretch::of((date.low_us, date.high_us), &Zone::tokyo())
    }

    fn end(text: &str) -> Stretch {
        let date = FhirDate::parse(text, &Zone::tokyo()).unwrap();
        stretch(text).as_end(is_of_clock(date.precision.as_str()))
    }

    const DAY: i64 = 86_400;

    #[test]
    fn a_date_is_as_many_seconds_as_it_may_be() {
        let check = |text: &str, first: i64, last: i64| {
            assert_eq!(stretch(text), Stretch { first, last }, "{text}");
        };
        check("1970-01-02", DAY, 2 * DAY - 1);
        check("1970-02", 31 * DAY, 59 * DAY - 1);
        check("1970", 0, 365 * DAY - 1);
        check("1970-01-02T00:00:00+09:00", DAY, DAY);
        check("1970-01-01T15:00:00Z", DAY, DAY);
        check("1970-01-02T00:00:00.999+09:00", DAY, DAY);
        check("1970-01-02T00:01+09:00", DAY + 60, DAY + 119);
        assert_eq!(stretch("1972").seconds(), 366 * 86_400);
    }

    #[test]
    fn an_end_by_the_clock_is_the_second_before_and_one_by_the_calendar_any_of_its_day() {
        assert_eq!(end("1970-01-02T00:00:00+09:00"), Stretch { first: DAY - 1, last: DAY - 1 });
        assert_eq!(end("1970-01-02"), Stretch { first: DAY, last: 2 * DAY - 1 });
    }

    #[test]
    fn what_ends_before_it_starts_is_over_at_once() {
        let (start, before) = (stretch("2024-05-10"), end("2024-05-09"));
        assert_eq!(last(Some(start), Some(before)), Some(start));
        assert_eq!(last(Some(start), Some(end("2024-05"))), Some(end("2024-05")));
        assert_eq!(last(Some(start), None), None, "it goes on");
        assert_eq!(last(None, Some(before)), Some(before));
    }
}
