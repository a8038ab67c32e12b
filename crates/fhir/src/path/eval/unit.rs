//! Units of UCUM, as far as comparing and converting quantities needs them.
//!
//! A unit is read into a ratio and the powers of what it measures. Units with an offset (`Cel`,
//! `[degF]`) and units not in the table compare only with themselves. Calendar years and months
//! have no length in seconds, so they are a measure of their own.
//!
//! # Source
//! UCUM 2.2, tables of base and derived units.

use super::decimal::Decimal;

/// Powers of: metre, gram, second, mole, kelvin, ampere, candela, calendar month, arbitrary unit.
type Powers = [i32; 9];

/// A unit of UCUM or of the calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    above: Decimal,
    below: Decimal,
    powers: Powers,
}

/// Names longer than this are not read.
const BYTES_MAX: usize = 100;

/// The largest power of one part of a unit.
const POWER_MAX: i32 = 12;

impl Unit {
    fn plain(above: Decimal, below: Decimal, powers: Powers) -> Self {
        Self { above, below, powers }
    }

    fn one() -> Self {
        Self::plain(1.into(), 1.into(), [0; 9])
    }

    /// Reads a unit; absent when it is not in the table.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::one());
        }
        if let Some(calendar) = calendar(text) {
            return Some(calendar);
        }
        if text.len() > BYTES_MAX {
            return None;
        }
        let mut reader = Reader { text, at: 0 };
        let unit = reader.term()?;
        (reader.at == text.len()).then_some(unit)
    }

    /// Whether quantities of both can be compared.
    pub(super) fn measures_the_same(&self, other: &Self) -> bool {
        self.powers == other.powers
    }

    /// Two amounts on one scale, so that they compare as numbers do.
    pub(super) fn on_one_scale(
        (left, unit): (&Decimal, &Self),
        (right, other): (&Decimal, &Self),
    ) -> Option<(Decimal, Decimal)> {
        let scaled = |amount: &Decimal, above: &Decimal, below: &Decimal| amount * above * below;
        unit.measures_the_same(other).then(|| {
            (scaled(left, &unit.above, &other.below), scaled(right, &other.above, &unit.below))
        })
    }

    /// An amount of this unit as an amount of the other.
    pub(super) fn convert(&self, amount: &Decimal, other: &Self) -> Option<Decimal> {
        if !self.measures_the_same(other) {
            return None;
        }
        let above = amount * &self.above * &other.below;
        super::decimal::divide(&above, &(&self.below * &other.above))
    }

    fn times(self, other: &Self, sign: i32) -> Option<Self> {
        let mut powers = self.powers;
        for (power, more) in powers.iter_mut().zip(other.powers) {
            *power = power.checked_add(more * sign)?;
        }
        let (above, below) =
            if sign < 0 { (&other.below, &other.above) } else { (&other.above, &other.below) };
        let bounded = super::decimal::bounded;
        Some(Self::plain(bounded(self.above * above)?, bounded(self.below * below)?, powers))
    }
}

/// Words of the calendar.
pub(super) fn calendar(word: &str) -> Option<Unit> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let months =
        |count: i64| Some(Unit::plain(count.into(), 1.into(), [0, 0, 0, 0, 0, 0, 0, 1, 0]));
    let code = match singular {
        "year" => return months(12),
        "month" => return months(1),
        "week" => "wk",
        "day" => "d",
        "hour" => "h",
        "minute" => "min",
        "second" => "s",
        "millisecond" => "ms",
        _ => return None,
    };
    atom(code)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn term(&mut self) -> Option<Unit> {
        let mut sign = if self.take(b'/') { -1 } else { 1 };
        let mut unit = Unit::one();
        loop {
            let next = self.component()?;
            unit = unit.times(&next, sign)?;
            sign = match self.peek() {
                Some(b'.') => 1,
                Some(b'/') => -1,
                _ => return Some(unit),
            };
            self.at += 1;
        }
    }

    fn component(&mut self) -> Option<Unit> {
        let unit = if self.take(b'(') {
            let inner = self.term()?;
            if !self.take(b')') {
                return None;
            }
            inner
        } else {
            self.power()?
        };
        if self.peek() == Some(b'{') {
            let end = self.text.get(self.at..)?.find('}')?;
            self.at += end + 1;
        }
        Some(unit)
    }

    /// A unit and the power it is raised to; nothing before an annotation counts as 1.
    fn power(&mut self) -> Option<Unit> {
        if self.peek() == Some(b'{') {
            return Some(Unit::one());
        }
        let symbol = self.symbol()?;
        if let Ok(number) = symbol.parse::<i64>() {
            return (number > 0).then(|| Unit::plain(number.into(), 1.into(), [0; 9]));
        }
        let base = atom(symbol)?;
        let start = self.at;
        self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let exponent = match self.text.get(start..self.at)? {
            "" => 1,
            text => text.parse::<i32>().ok()?,
        };
        if exponent == 0 || exponent.abs() > POWER_MAX {
            return None;
        }
        let mut unit = Unit::one();
        for _ in 0..exponent.abs() {
            unit = unit.times(&base, exponent.signum())?;
        }
        Some(unit)
    }

    fn symbol(&mut self) -> Option<&'a str> {
        let start = self.at;
        let rest = self.text.get(start..)?;
        if rest.starts_with("10*") || rest.starts_with("10^") {
            self.at += 3;
            return rest.get(..3);
        }
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
            return self.text.get(start..self.at);
        }
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => self.at += self.text.get(self.at..)?.find(']')? + 1,
                b'.' | b'/' | b'(' | b')' | b'{' | b'+' | b'-' | b'0'..=b'9' => break,
                _ => self.at += 1,
            }
        }
        self.text.get(start..self.at).filter(|symbol| !symbol.is_empty())
    }
}

/// A symbol with or without a prefix.
fn atom(symbol: &str) -> Option<Unit> {
    let listed = |symbol: &str| UNITS.iter().find(|(name, ..)| *name == symbol);
    if let Some((_, _, above, below, powers)) = listed(symbol) {
        return Some(Unit::plain(above.parse().ok()?, below.parse().ok()?, *powers));
    }
    PREFIXES.iter().find_map(|(prefix, exponent)| {
        let (_, metric, above, below, powers) = listed(symbol.strip_prefix(prefix)?)?;
        let power = Decimal::new(1.into(), -exponent);
        let above = above.parse::<Decimal>().ok()?;
        metric.then(|| Some(Unit::plain(above * power, below.parse().ok()?, *powers)))?
    })
}

const PREFIXES: &[(&str, i64)] = &[
    ("da", 1),
    ("Y", 24),
    ("Z", 21),
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
    ("z", -21),
    ("y", -24),
];

/// Name, whether prefixes go before it, how many base units it is (a fraction), powers.
const UNITS: &[(&str, bool, &str, &str, Powers)] = &[
    ("m", true, "1", "1", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("g", true, "1", "1", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
    ("s", true, "1", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("mol", true, "1", "1", [0, 0, 0, 1, 0, 0, 0, 0, 0]),
    ("eq", true, "1", "1", [0, 0, 0, 1, 0, 0, 0, 0, 0]),
    ("osm", true, "1", "1", [0, 0, 0, 1, 0, 0, 0, 0, 0]),
    ("K", true, "1", "1", [0, 0, 0, 0, 1, 0, 0, 0, 0]),
    ("A", true, "1", "1", [0, 0, 0, 0, 0, 1, 0, 0, 0]),
    ("cd", true, "1", "1", [0, 0, 0, 0, 0, 0, 1, 0, 0]),
    ("[IU]", true, "1", "1", [0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ("[iU]", true, "1", "1", [0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ("%", false, "1", "100", [0; 9]),
    ("[ppth]", false, "1", "1000", [0; 9]),
    ("[ppm]", false, "1", "1000000", [0; 9]),
    ("[ppb]", false, "1", "1000000000", [0; 9]),
    ("10*", false, "10", "1", [0; 9]),
    ("10^", false, "10", "1", [0; 9]),
    ("rad", true, "1", "1", [0; 9]),
    ("sr", true, "1", "1", [0; 9]),
    ("min", false, "60", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("h", false, "3600", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("d", false, "86400", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("wk", false, "604800", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("mo", false, "2629800", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("a", false, "31557600", "1", [0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ("L", true, "0.001", "1", [3, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("l", true, "0.001", "1", [3, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("t", true, "1000000", "1", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
    ("Hz", true, "1", "1", [0, 0, -1, 0, 0, 0, 0, 0, 0]),
    ("Bq", true, "1", "1", [0, 0, -1, 0, 0, 0, 0, 0, 0]),
    ("N", true, "1000", "1", [1, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("Pa", true, "1000", "1", [-1, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("bar", true, "100000000", "1", [-1, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("m[Hg]", true, "133322000", "1", [-1, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("m[H2O]", true, "9806650", "1", [-1, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("J", true, "1000", "1", [2, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("cal", true, "4184", "1", [2, 1, -2, 0, 0, 0, 0, 0, 0]),
    ("W", true, "1000", "1", [2, 1, -3, 0, 0, 0, 0, 0, 0]),
    ("V", true, "1000", "1", [2, 1, -3, 0, 0, -1, 0, 0, 0]),
    ("Gy", true, "1", "1", [2, 0, -2, 0, 0, 0, 0, 0, 0]),
    ("Sv", true, "1", "1", [2, 0, -2, 0, 0, 0, 0, 0, 0]),
    ("kat", true, "1", "1", [0, 0, -1, 1, 0, 0, 0, 0, 0]),
    ("U", true, "1", "60000000", [0, 0, -1, 1, 0, 0, 0, 0, 0]),
    ("[in_i]", false, "0.0254", "1", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("[ft_i]", false, "0.3048", "1", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("[lb_av]", false, "453.59237", "1", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
    ("[oz_av]", false, "28.349523125", "1", [0, 1, 0, 0, 0, 0, 0, 0, 0]),
];
