//! Horizontal bars drawn by the server.

use askama::Template;

/// One part of a bar, coloured by its tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How much of the whole.
    pub amount: u64,
    /// How it looks.
    pub tone: Tone,
}

/// The tones of the design: one hue for description, the warm one for what needs a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What was counted.
    Data,
    /// Something between.
    Mid,
    /// The rest of it.
    Light,
    /// What needs a look.
    Warm,
    /// The second side of a pair that is not compared, as women beside men.
    Teal,
    /// What is not there: the track itself.
    Rest,
    /// The first of two compared groups: blue.
    GroupA,
    /// The second of two compared groups: orange.
    GroupB,
}

impl Tone {
    /// Its name in code, for the kit.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// The class in the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Mid => "mid",
            Self::Light => "light",
            Self::Warm => "warm",
            Self::Teal => "teal",
            Self::Rest => "rest",
            Self::GroupA => "group-a",
            Self::GroupB => "group-b",
        }
    }
}

/// A bar from the left: parts one after another on a track of the whole.
///
/// It is hidden from screen readers: the numbers it shows always stand beside it as text.
#[derive(Debug, Template)]
#[template(path = "bar.html")]
pub struct Bar {
    thick: bool,
    drawn: Vec<Drawn>,
}

#[derive(Debug, PartialEq, Eq)]
struct Drawn {
    class: &'static str,
    left: String,
    width: String,
}

impl askama::filters::HtmlSafe for Bar {}

impl Bar {
    /// A thin bar: so much of so much.
    #[must_use]
    pub fn share(amount: u64, whole: u64) -> Self {
        Self { thick: false, drawn: drawn(&[Part { amount, tone: Tone::Data }], whole) }
    }

    /// A thick bar of several parts that make up the whole.
    #[must_use]
    pub fn parts(parts: &[Part]) -> Self {
        let whole = parts.iter().map(|part| part.amount).sum();
        Self { thick: true, drawn: drawn(parts, whole) }
    }

    /// As thin as a bar of one part, for a line of a list.
    #[must_use]
    pub fn thin(mut self) -> Self {
        self.thick = false;
        self
    }
}

/// Places parts in per mille of the whole; a part that is not nothing can always be seen.
fn drawn(parts: &[Part], whole: u64) -> Vec<Drawn> {
    let whole = u128::from(whole.max(1));
    let mut left = 0;
    let mut out = Vec::new();
    for part in parts.iter().filter(|part| part.amount > 0) {
        let width = (u128::from(part.amount) * 1000 / whole)
            .clamp(4, 1000_u128.saturating_sub(left).max(4));
        out.push(Drawn {
            class: part.tone.class(),
            left: percent(left.min(996)),
            width: percent(width),
        });
        left += width;
    }
    out
}

fn percent(per_mille: u128) -> String {
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_one_another_and_a_small_part_is_seen() {
        let parts = [
            Part { amount: 999_999, tone: Tone::Data },
            Part { amount: 0, tone: Tone::Light },
            Part { amount: 1, tone: Tone::Warm },
        ];
        let bar = Bar::parts(&parts);
        let places: Vec<_> =
            bar.drawn.iter().map(|d| (d.class, d.left.as_str(), d.width.as_str())).collect();
        assert_eq!(places, [("data", "0.0%", "99.9%"), ("warm", "99.6%", "0.4%")]);
    }

    #[test]
    fn nothing_of_nothing_is_an_empty_track() {
        assert!(Bar::share(0, 0).drawn.is_empty());
        assert_eq!(Bar::share(5, 3).drawn.first().unwrap().width, "100.0%");
    }
}
