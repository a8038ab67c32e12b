//! Chance from a seed, and times of day from minutes.

use std::fmt;

/// SplitMix64: a fixed sequence for a seed.
///
/// # Source
/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of one patient.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut dice = Self(seed);
        let start = dice.roll();
        let mut dice = Self(start ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.roll();
        dice
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 up to, not including, `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        // The high half of a product: even enough for test data.
        let half = self.roll() >> 32;
        u32::try_from((half * u64::from(end)) >> 32).unwrap_or_default()
    }

    /// One of these; the slice must not be empty.
    pub fn one_of<T>(&mut self, of: &'static [T]) -> Option<&'static T> {
        of.get(self.below(u32::try_from(of.len()).unwrap_or_default()) as usize)
    }

    /// From 0 up to 1.
    pub fn part(&mut self) -> f64 {
        let roll = self.roll();
        let [high, low] = [roll >> 32, (roll >> 11) & 0x1f_ffff];
        let whole = |bits: u64| f64::from(u32::try_from(bits).unwrap_or_default());
        whole(high) / 4_294_967_296.0 + whole(low) / 9_007_199_254_740_992.0
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.part() < probability
    }

    /// A whole number from the first to the last, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = u32::try_from(last - first + 1).unwrap_or(1);
        first + i64::from(self.below(width))
    }

    /// From the standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.part()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.part()).cos()
    }

    /// A waiting time at this rate: years where the rate is one a year. Infinite at no rate.
    pub fn wait(&mut self, rate: f64) -> f64 {
        if rate <= 0.0 { f64::INFINITY } else { -(1.0 - self.part()).ln() / rate }
    }

    /// The place of a weight, drawn in proportion; the first when there is none.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.part() * weights.iter().sum::<f64>();
        let found = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        found.unwrap_or_default()
    }

    /// A random UUID's text.
    pub fn uuid(&mut self) -> Uuid {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let halves = [self.roll(), self.roll()];
        let mut text = [b'-'; 36];
        let places = (0..36).filter(|at| !matches!(at, 8 | 13 | 18 | 23));
        for (nth, at) in places.enumerate() {
            let half = halves.get(nth / 16).copied().unwrap_or_default();
            let digit = (half >> (60 - 4 * (nth % 16))) & 15;
            let byte = usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit));
            if let (Some(place), Some(byte)) = (text.get_mut(at), byte) {
                *place = *byte;
            }
        }
        Uuid(text)
    }
}

/// A UUID as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uuid([u8; 36]);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

/// A day and a time of day, from minutes since 2010-01-01.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    year: u32,
    month: u32,
    day: u32,
    minute_of_day: u32,
}

impl Clock {
    /// This minute after the beginning of 2010.
    pub fn at(minute: u32) -> Self {
        let (mut day, minute_of_day) = (minute / 1_440, minute % 1_440);
        let mut year = 2010;
        loop {
            let length = if is_leap(year) { 366 } else { 365 };
            if day < length {
                break;
            }
            day -= length;
            year += 1;
        }
        let february = if is_leap(year) { 29 } else { 28 };
        let mut month = 1;
        for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if day < length {
                break;
            }
            day -= length;
            month += 1;
        }
        Self { year, month, day: day + 1, minute_of_day }
    }
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl fmt::Display for Clock {
    /// `2024-02-29T08:30:00`; digit by digit, for it is written for every line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"0000-00-00T00:00:00";
        let (hour, minute) = (self.minute_of_day / 60, self.minute_of_day % 60);
        let parts = [
            (0, self.year / 100),
            (2, self.year % 100),
            (5, self.month),
            (8, self.day),
            (11, hour),
            (14, minute),
        ];
        for (at, value) in parts {
            for (place, digit) in [(at, value / 10), (at + 1, value % 10)] {
                if let (Some(byte), Ok(digit)) = (text.get_mut(place), u8::try_from(digit)) {
                    *byte = b'0' + digit;
                }
            }
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_the_calendar() {
        assert_eq!(Clock::at(0).to_string(), "2010-01-01T00:00:00");
        assert_eq!(Clock::at(1_440 * 789 + 61).to_string(), "2012-02-29T01:01:00");
        assert_eq!(Clock::at(1_440 * 1_094).to_string(), "2012-12-30T00:00:00");
        assert_eq!(Clock::at(1_440 * 1_096).to_string(), "2013-01-01T00:00:00");
    }

    #[test]
    fn a_uuid_has_its_dashes_where_they_belong() {
        let text = Dice::new(3, 4).uuid().to_string();
        let parts: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert!(text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_part_is_never_one_and_dice_reach_both_ends() {
        let mut dice = Dice::new(9, 9);
        let mut seen = [false; 6];
        for _ in 0..1_000 {
            assert!((0.0..1.0).contains(&dice.part()));
            seen[dice.below(6) as usize] = true;
        }
        assert_eq!(seen, [true; 6]);
    }
}
