//! The part of UCUM 2.2 that clinical records use.
//!
//! Unlike UCUM, a mole is a dimension of its own, as are arbitrary units: they never convert into
//! plain numbers.

/// Exponents of length, time, mass, temperature, amount, international units, other arbitrary
/// units, equivalents.
pub(super) type Dimension = [i8; 8];

/// No dimension.
pub(super) const NONE: Dimension = [0; 8];

/// What a unit means: `factor` of the base unit, from `offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    pub(super) factor: f64,
    pub(super) offset: f64,
    pub(super) dimension: Dimension,
}

const ONE: Meaning = Meaning { factor: 1.0, offset: 0.0, dimension: NONE };

impl Meaning {
    /// The dimension with moles in the place of grams (1), or the other way round (-1).
    pub(super) fn with_amount_for_mass(self, direction: i8) -> Dimension {
        let mut dimension = self.dimension;
        dimension[2] = dimension[2].saturating_sub(direction);
        dimension[4] = dimension[4].saturating_add(direction);
        dimension
    }

    fn times(self, other: Self, sign: i8) -> Option<Self> {
        if self.offset != 0.0 || other.offset != 0.0 {
            return None;
        }
        let mut dimension = self.dimension;
        for (mine, theirs) in dimension.iter_mut().zip(other.dimension) {
            *mine = mine.checked_add(theirs.checked_mul(sign)?)?;
        }
        let factor = if sign > 0 { self.factor * other.factor } else { self.factor / other.factor };
        Some(Self { factor, offset: 0.0, dimension })
    }

    fn power(self, exponent: i8) -> Option<Self> {
        let mut power = ONE;
        for _ in 0..exponent.unsigned_abs() {
            power = power.times(self, exponent.signum())?;
        }
        Some(power)
    }
}

const LENGTH: Dimension = [1, 0, 0, 0, 0, 0, 0, 0];
const VOLUME: Dimension = [3, 0, 0, 0, 0, 0, 0, 0];
const TIME: Dimension = [0, 1, 0, 0, 0, 0, 0, 0];
const MASS: Dimension = [0, 0, 1, 0, 0, 0, 0, 0];
const HEAT: Dimension = [0, 0, 0, 1, 0, 0, 0, 0];
const AMOUNT: Dimension = [0, 0, 0, 0, 1, 0, 0, 0];
const INTERNATIONAL: Dimension = [0, 0, 0, 0, 0, 1, 0, 0];
const ARBITRARY: Dimension = [0, 0, 0, 0, 0, 0, 1, 0];
const EQUIVALENT: Dimension = [0, 0, 0, 0, 0, 0, 0, 1];
const RATE: Dimension = [0, -1, 0, 0, 0, 0, 0, 0];
const CATALYSIS: Dimension = [0, -1, 0, 0, 1, 0, 0, 0];
const PRESSURE: Dimension = [-1, -2, 1, 0, 0, 0, 0, 0];
const FORCE: Dimension = [1, -2, 1, 0, 0, 0, 0, 0];
const ENERGY: Dimension = [2, -2, 1, 0, 0, 0, 0, 0];
const POWER: Dimension = [2, -3, 1, 0, 0, 0, 0, 0];
const DOSE: Dimension = [2, -2, 0, 0, 0, 0, 0, 0];

/// Units that take prefixes. Base units are m, s, g, K and mol.
const METRIC: &[(&str, f64, Dimension)] = &[
    ("m", 1.0, LENGTH),
    ("L", 1e-3, VOLUME),
    ("l", 1e-3, VOLUME),
    ("s", 1.0, TIME),
    ("g", 1.0, MASS),
    ("K", 1.0, HEAT),
    ("mol", 1.0, AMOUNT),
    ("osm", 1.0, AMOUNT),
    ("eq", 1.0, EQUIVALENT),
    ("U", 1e-6 / 60.0, CATALYSIS),
    ("kat", 1.0, CATALYSIS),
    ("[iU]", 1.0, INTERNATIONAL),
    ("[IU]", 1.0, INTERNATIONAL),
    ("Hz", 1.0, RATE),
    ("Bq", 1.0, RATE),
    ("N", 1e3, FORCE),
    ("Pa", 1e3, PRESSURE),
    ("bar", 1e8, PRESSURE),
    ("m[Hg]", 133_322_387.0, PRESSURE),
    ("m[H2O]", 9_806_650.0, PRESSURE),
    ("J", 1e3, ENERGY),
    ("cal", 4184.0, ENERGY),
    ("W", 1e3, POWER),
    ("Gy", 1.0, DOSE),
    ("Sv", 1.0, DOSE),
];

/// Units that do not.
const PLAIN: &[(&str, f64, Dimension)] = &[
    ("%", 1e-2, NONE),
    ("[ppth]", 1e-3, NONE),
    ("[ppm]", 1e-6, NONE),
    ("[pH]", 1.0, ARBITRARY),
    ("min", 60.0, TIME),
    ("h", 3_600.0, TIME),
    ("d", 86_400.0, TIME),
    ("wk", 604_800.0, TIME),
    ("mo", 2_629_800.0, TIME),
    ("a", 31_557_600.0, TIME),
    ("[arb'U]", 1.0, ARBITRARY),
    ("[CFU]", 1.0, ARBITRARY),
    ("[APL'U]", 1.0, ARBITRARY),
    ("[GPL'U]", 1.0, ARBITRARY),
    ("[MPL'U]", 1.0, ARBITRARY),
    ("[in_i]", 0.0254, LENGTH),
    ("[ft_i]", 0.3048, LENGTH),
    ("[lb_av]", 453.592_37, MASS),
    ("[drp]", 5e-8, VOLUME),
    ("deg", 1.0, ARBITRARY),
];

const PREFIXES: &[(&str, f64)] = &[
    ("da", 1e1),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("h", 1e2),
    ("d", 1e-1),
    ("c", 1e-2),
    ("m", 1e-3),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
];

/// What a UCUM code means; none where it is not known.
pub(super) fn read(code: &str) -> Option<Meaning> {
    // Temperatures that do not begin at absolute zero stand alone.
    match code {
        "Cel" => return Some(Meaning { factor: 1.0, offset: 273.15, dimension: HEAT }),
        "[degF]" => {
            let factor = 5.0 / 9.0;
            return Some(Meaning { factor, offset: 459.67 * factor, dimension: HEAT });
        }
        _ => {}
    }
    let mut rest = code;
    let meaning = term(&mut rest, 0)?;
    rest.is_empty().then_some(meaning)
}

/// `a.b/c` or `/c`; ends at a closing bracket.
fn term(rest: &mut &str, depth: u32) -> Option<Meaning> {
    if depth > 8 {
        return None;
    }
    // A unit may begin with what it is divided by: `/uL`.
    let mut meaning = if rest.starts_with('/') { ONE } else { component(rest, depth)? };
    loop {
        let sign = match rest.as_bytes().first() {
            Some(b'.') => 1,
            Some(b'/') => -1,
            _ => return Some(meaning),
        };
        *rest = rest.get(1..)?;
        meaning = meaning.times(component(rest, depth)?, sign)?;
    }
}

fn component(rest: &mut &str, depth: u32) -> Option<Meaning> {
    if let Some(inner) = rest.strip_prefix('(') {
        *rest = inner;
        let meaning = term(rest, depth + 1)?;
        *rest = rest.strip_prefix(')')?;
        return Some(meaning);
    }
    // Up to an operator; what is in square brackets belongs to the name.
    let mut in_brackets = false;
    let end = rest.find(|c| {
        in_brackets = (in_brackets || c == '[') && c != ']';
        !in_brackets && matches!(c, '.' | '/' | '{' | '(' | ')')
    });
    let (simple, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after;
    let mut has_note = false;
    if let Some(note) = rest.strip_prefix('{') {
        *rest = note.split_once('}')?.1;
        has_note = true;
    }
    if simple.is_empty() {
        return has_note.then_some(ONE);
    }
    powered(simple)
}

/// An atom with its exponent: `m2`, `10*9`, `s-1`.
fn powered(simple: &str) -> Option<Meaning> {
    if let Some(exponent) = simple.strip_prefix("10*").or(simple.strip_prefix("10^")) {
        let exponent: i32 = if exponent.is_empty() { 1 } else { exponent.parse().ok()? };
        return (exponent.abs() <= 30).then(|| Meaning { factor: 10_f64.powi(exponent), ..ONE });
    }
    if let Ok(number) = simple.parse::<u32>() {
        return (number > 0).then(|| Meaning { factor: f64::from(number), ..ONE });
    }
    let digits = simple.len() - simple.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (stem, exponent) = simple.split_at(digits);
    if exponent.is_empty() || atom(simple).is_some() {
        return atom(simple);
    }
    let (stem, sign) = match stem.strip_suffix('-') {
        Some(stem) => (stem, -1),
        None => (stem.strip_suffix('+').unwrap_or(stem), 1),
    };
    let exponent: i8 = exponent.parse().ok().filter(|exponent| *exponent <= 9)?;
    atom(stem)?.power(exponent * sign)
}

fn atom(name: &str) -> Option<Meaning> {
    let of = |units: &[(&str, f64, Dimension)], name: &str| {
        let found = units.iter().find(|(known, ..)| *known == name);
        found.map(|(_, factor, dimension)| Meaning {
            factor: *factor,
            offset: 0.0,
            dimension: *dimension,
        })
    };
    if let Some(meaning) = of(PLAIN, name).or(of(METRIC, name)) {
        return Some(meaning);
    }
    PREFIXES.iter().find_map(|(prefix, factor)| {
        let mut meaning = of(METRIC, name.strip_prefix(prefix)?)?;
        meaning.factor *= factor;
        Some(meaning)
    })
}
