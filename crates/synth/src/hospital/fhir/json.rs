//! JSON written by hand: one buffer, no value made for a resource.

use super::super::calendar;
use super::super::chart::Minute;

/// Lines of NDJSON that grow.
#[derive(Debug, Default)]
pub(super) struct Json(Vec<u8>);

impl Json {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes that are JSON, or names out of a table of codes, which hold nothing to escape.
    pub(super) fn raw(&mut self, bytes: &str) -> &mut Self {
        self.0.extend_from_slice(bytes.as_bytes());
        self
    }

    /// The inside of a string of which it is not known what it holds.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(at) =
            rest.bytes().position(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
        {
            let (before, from) = rest.split_at(at);
            self.raw(before);
            let (found, after) = from.split_at(1);
            match found {
                "\"" => self.raw("\\\""),
                "\\" => self.raw("\\\\"),
                "\n" => self.raw("\\n"),
                "\t" => self.raw("\\t"),
                // No other control character is worth its place in a note.
                _ => self.raw(" "),
            };
            rest = after;
        }
        self.raw(rest)
    }

    /// A whole number, with leading zeros up to this many digits.
    pub(super) fn padded(&mut self, number: u64, digits: usize) -> &mut Self {
        let mut text = [b'0'; 20];
        let mut left = number;
        let mut length = 0;
        for place in text.iter_mut().rev() {
            if left == 0 && length >= digits.max(1) {
                break;
            }
            *place = digit(left);
            left /= 10;
            length += 1;
        }
        self.0.extend_from_slice(text.get(20 - length..).unwrap_or_default());
        self
    }

    /// A whole number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.padded(number, 1)
    }

    /// A number with exactly this many digits after the point, as an analyser prints it.
    pub(super) fn decimal(&mut self, value: f64, decimals: u8) -> &mut Self {
        let scale = 10_i64.pow(u32::from(decimals.min(6)));
        self.scaled(calendar::whole(value * calendar::float(scale)), decimals.min(6))
    }

    /// A whole number of parts with a point before the last so many digits.
    fn scaled(&mut self, parts: i64, decimals: u8) -> &mut Self {
        if parts < 0 {
            self.raw("-");
        }
        let scale = 10_u64.pow(u32::from(decimals));
        self.number(parts.unsigned_abs() / scale);
        if decimals > 0 {
            self.raw(".").padded(parts.unsigned_abs() % scale, usize::from(decimals));
        }
        self
    }

    /// Hundredths without trailing zeros: 150 is `1.5`.
    pub(super) fn hundredths(&mut self, hundredths: i64) -> &mut Self {
        match (hundredths % 100, hundredths % 10) {
            (0, _) => self.scaled(hundredths / 100, 0),
            (_, 0) => self.scaled(hundredths / 10, 1),
            _ => self.scaled(hundredths, 2),
        }
    }

    /// A moment with the offset of Japan.
    pub(super) fn time(&mut self, minute: Minute) -> &mut Self {
        let time = Time::of(minute);
        self.moment(&time)
    }

    /// The same, once its digits are known.
    pub(super) fn moment(&mut self, time: &Time) -> &mut Self {
        self.0.extend_from_slice(&time.0);
        self
    }

    /// The day of a moment.
    pub(super) fn date(&mut self, minute: Minute) -> &mut Self {
        let time = Time::of(minute);
        self.0.extend_from_slice(time.0.get(..10).unwrap_or_default());
        self
    }

    /// Base64 of these bytes.
    ///
    /// # Source
    /// RFC 4648, section 4.
    pub(super) fn base64(&mut self, bytes: &[u8]) -> &mut Self {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        self.0.reserve(bytes.len().div_ceil(3) * 4);
        for three in bytes.chunks(3) {
            let part = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
            let bits = part(0) << 16 | part(1) << 8 | part(2);
            for place in 0..4_usize {
                let at = (bits >> (18 - 6 * place)) & 63;
                let letter = LETTERS.get(at as usize).copied().unwrap_or_default();
                self.0.push(if place > three.len() { b'=' } else { letter });
            }
        }
        self
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        self.0.push(b'\n');
    }
}

fn digit(number: u64) -> u8 {
    b'0' + (number % 10) as u8
}

/// A moment as FHIR writes it: `2024-02-29T08:30:00+09:00`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time([u8; 25]);

impl Time {
    pub(super) fn of(minute: Minute) -> Self {
        let mut text = *b"0000-00-00T00:00:00+09:00";
        let (year, month, day) = calendar::year_month_day(minute);
        let (hour, minute) = (minute.rem_euclid(1_440) / 60, minute.rem_euclid(60));
        let parts =
            [(0, year / 100), (2, year % 100), (5, month), (8, day), (11, hour), (14, minute)];
        for (at, value) in parts {
            for (place, part) in [(at, value / 10), (at + 1, value)] {
                if let Some(byte) = text.get_mut(place) {
                    *byte = digit(part.unsigned_abs());
                }
            }
        }
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        write(&mut json);
        String::from_utf8(json.take()).unwrap()
    }

    #[test]
    fn numbers_have_the_digits_of_the_analyser() {
        for (value, decimals, text) in [
            (6.25, 1, "6.3"),
            (7.0, 1, "7.0"),
            (0.04, 2, "0.04"),
            (-0.001, 2, "0.00"),
            (-1.5, 1, "-1.5"),
            (138.4, 0, "138"),
            (7.398_9, 3, "7.399"),
        ] {
            assert_eq!(written(|json| _ = json.decimal(value, decimals)), text);
        }
        for (hundredths, text) in [(100, "1"), (150, "1.5"), (25, "0.25"), (30_000, "300")] {
            assert_eq!(written(|json| _ = json.hundredths(hundredths)), text);
        }
    }

    #[test]
    fn whole_numbers_are_padded_and_never_cut() {
        assert_eq!(written(|json| _ = json.padded(123, 7)), "0000123");
        assert_eq!(written(|json| _ = json.padded(12_345_678, 7)), "12345678");
        assert_eq!(written(|json| _ = json.number(0)), "0");
        assert_eq!(written(|json| _ = json.number(u64::MAX)), u64::MAX.to_string());
    }

    #[test]
    fn text_that_needs_it_is_escaped() {
        assert_eq!(
            written(|json| _ = json.text("体温\"38.1\"\n\\\u{1}痛")),
            r#"体温\"38.1\"\n\\ 痛"#
        );
    }

    #[test]
    fn a_moment_is_in_japan() {
        assert_eq!(written(|json| _ = json.time(0)), "1970-01-01T00:00:00+09:00");
        let leap = calendar::date(2024, 2, 29) + 8 * 60 + 30;
        assert_eq!(written(|json| _ = json.time(leap)), "2024-02-29T08:30:00+09:00");
        assert_eq!(written(|json| _ = json.date(calendar::date(1931, 12, 5) - 1)), "1931-12-04");
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(written(|json| _ = json.base64(bytes.as_bytes())), text);
        }
    }
}
