//! Writes SVG: shapes and words with classes and attributes, never with a style.

use std::fmt::{self, Write as _};

use super::Size;

/// The size of every word in a picture, in its own units.
pub(crate) const TYPE: f64 = 12.0;

/// A finished picture. Printing it gives an `svg` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    svg: String,
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

impl askama::filters::HtmlSafe for Drawing {}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture under way.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    body: String,
    /// Whether parts do without words of their own: on a phone nothing can point at them.
    silent: bool,
}

impl Svg {
    /// A picture of this size.
    pub(crate) fn at(size: Size) -> Self {
        Self { body: String::new(), silent: size == Size::Narrow }
    }

    pub(crate) fn rect(&mut self, class: &str, area: Area, round: f64) {
        let Area { x, y, width, height } = area;
        self.element(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            n(x),
            n(y),
            n(width.max(0.0)),
            n(height.max(0.0)),
            n(round)
        ));
    }

    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.element(format_args!(
            "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>",
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1)
        ));
    }

    pub(crate) fn path(&mut self, class: &str, d: &str) {
        self.element(format_args!("<path class=\"{class}\" d=\"{d}\"/>"));
    }

    pub(crate) fn dot(&mut self, class: &str, at: (f64, f64), radius: f64) {
        self.element(format_args!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            n(at.0),
            n(at.1),
            n(radius)
        ));
    }

    /// A word; `at` is on its base line.
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let text = escaped(text);
        self.element(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor}>{text}</text>",
            n(at.0),
            n(at.1)
        ));
    }

    /// A cell whose number is not told: a frame with slanting lines.
    pub(crate) fn hatched(&mut self, area: Area) {
        let Area { x, y, width, height } = area;
        let mut d = String::new();
        let mut at = 5.0;
        while at < width + height {
            let from = (x + (at - height).max(0.0), y + at.min(height));
            let to = (x + at.min(width), y + (at - width).max(0.0));
            let _ = write!(d, "M{} {}L{} {}", n(from.0), n(from.1), n(to.0), n(to.1));
            at += 5.0;
        }
        self.rect("hidden", area, 1.0);
        self.path("hatch", &d);
    }

    /// Puts another picture's shapes on top of these.
    pub(crate) fn append(&mut self, other: &Self) {
        self.body.push_str(&other.body);
    }

    /// Begins a part that says what it is when a pointer rests on it.
    pub(crate) fn open(&mut self, says: &str) {
        if !self.silent {
            self.element(format_args!("<g><title>{}</title>", escaped(says)));
        }
    }

    /// Ends a part.
    pub(crate) fn close(&mut self) {
        if !self.silent {
            self.body.push_str("</g>");
        }
    }

    /// Begins a part that leads somewhere.
    pub(crate) fn open_link(&mut self, href: &str, says: &str) {
        let (href, says) = (escaped(href), escaped(says));
        self.element(format_args!(
            "<a href=\"{href}\" aria-label=\"{says}\"><title>{says}</title>"
        ));
    }

    /// Ends a part that leads somewhere.
    pub(crate) fn close_link(&mut self) {
        self.body.push_str("</a>");
    }

    /// The picture as one element: `kind` is its class, `alt` what it says to who cannot see it.
    pub(crate) fn finish(self, kind: &str, size: (f64, f64), alt: &str) -> Drawing {
        let links = self.body.contains("<a ");
        let role = if links { "group" } else { "img" };
        let svg = format!(
            "<svg class=\"{kind}\" role=\"{role}\" aria-label=\"{}\" viewBox=\"0 0 {} {}\" \
             font-size=\"{TYPE}\">{}</svg>",
            escaped(alt),
            n(size.0),
            n(size.1),
            self.body
        );
        Drawing { svg }
    }

    fn element(&mut self, written: fmt::Arguments<'_>) {
        let _ = self.body.write_fmt(written);
    }
}

/// A line through points, as short as it can be written: `M1 2L3 4H5`; nothing for no points.
pub(crate) fn through(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    let mut last: Option<(String, String)> = None;
    for (x, y) in points {
        let (x, y) = (n(x), n(y));
        let _ = match &last {
            None => write!(d, "M{x} {y}"),
            Some((before, level)) if *before == x && *level == y => Ok(()),
            Some((_, level)) if *level == y => write!(d, "H{x}"),
            Some((before, _)) if *before == x => write!(d, "V{y}"),
            Some(_) => write!(d, "L{x} {y}"),
        };
        last = Some((x, y));
    }
    d
}

/// The points of a staircase: each value holds until the next.
pub(crate) fn stairs(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(points.len() * 2);
    for point in points {
        if let Some(last) = out.last().copied() {
            out.push((point.0, last.1));
        }
        out.push(*point);
    }
    out
}

/// A number for SVG, to a tenth of a unit.
pub(crate) fn n(number: f64) -> String {
    let tenths = (number * 10.0).round() / 10.0 + 0.0;
    format!("{tenths}")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_become_markup() {
        let mut svg = Svg::default();
        svg.text("tick", (1.0, 2.0), Anchor::End, "<script>\"&'");
        let drawn = svg.finish("narrow", (10.0, 10.0), "\"><script>").to_string();
        assert!(!drawn.contains("<script"), "{drawn}");
        assert!(drawn.contains("aria-label=\"&quot;&gt;&lt;script&gt;\""), "{drawn}");
    }

    #[test]
    fn nothing_has_a_style_of_its_own() {
        let mut svg = Svg::default();
        svg.hatched(Area::new(0.0, 0.0, 20.0, 12.0));
        svg.rect("fill data", Area::new(0.0, 0.0, -1.0, 2.04), 2.0);
        let drawn = svg.finish("wide", (20.0, 12.0), "").to_string();
        assert!(!drawn.contains("style"), "{drawn}");
        assert!(drawn.contains("width=\"0\" height=\"2\""), "{drawn}");
    }

    #[test]
    fn a_staircase_holds_each_value_until_the_next() {
        assert_eq!(stairs(&[(0.0, 1.0), (2.0, 0.5)]), [(0.0, 1.0), (2.0, 1.0), (2.0, 0.5)]);
        assert_eq!(through(stairs(&[(0.0, 1.0), (2.0, 0.5)])), "M0 1H2V0.5");
        assert_eq!(through(stairs(&[])), "");
    }
}
