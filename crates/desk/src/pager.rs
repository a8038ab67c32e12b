//! The way from one page of a list to the others.

use askama::Template;

use crate::words::Words;

/// Links to the first page, the last, and those around this one.
#[derive(Debug, Template)]
#[template(path = "pager.html")]
pub struct Pager {
    name: String,
    told: String,
    places: Vec<Place>,
}

/// Where a page of the list is, as the pager shows it.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Here(String),
    There { number: String, href: String },
    Gap,
}

impl askama::filters::HtmlSafe for Pager {}

impl Pager {
    /// For the page `here` of a list of so many lines, so many on each page. `base` is the address
    /// up to the number of the page, as in `/x?sort=name&page=`.
    #[must_use]
    pub fn new(words: &Words, base: &str, here: u64, (lines, on_page): (u64, u64)) -> Self {
        let last = lines.div_ceil(on_page.max(1)).max(1);
        let here = here.clamp(1, last);
        let first_line = (here - 1) * on_page + 1;
        let facts = [
            ("first", words.number(first_line.min(lines))),
            ("last", words.number((here * on_page).min(lines))),
            ("all", words.number(lines)),
        ];
        let facts: Vec<(&str, &str)> = facts.iter().map(|(n, fact)| (*n, fact.as_str())).collect();
        Self {
            name: words.say("desk.pager.name").to_owned(),
            told: words.fill("desk.pager.told", &facts),
            places: numbers(here, last)
                .into_iter()
                .map(|at| place(words, base, here, at))
                .collect(),
        }
    }
}

fn place(words: &Words, base: &str, here: u64, at: Option<u64>) -> Place {
    match at {
        None => Place::Gap,
        Some(number) if number == here => Place::Here(words.number(number)),
        Some(number) => {
            Place::There { number: words.number(number), href: format!("{base}{number}") }
        }
    }
}

/// The first, the last, two around this one; nothing where some are left out.
fn numbers(here: u64, last: u64) -> Vec<Option<u64>> {
    let mut out: Vec<Option<u64>> = Vec::new();
    for number in 1..=last {
        let near = number.abs_diff(here) <= 1 || number == 1 || number == last;
        if near {
            out.push(Some(number));
        } else if out.last() != Some(&None) {
            out.push(None);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_neighbours_are_shown() {
        let check = |here, last, expect: &[u64]| {
            let shown: Vec<u64> = numbers(here, last).iter().map(|at| at.unwrap_or(0)).collect();
            assert_eq!(shown, expect);
        };
        check(1, 1, &[1]);
        check(1, 9, &[1, 2, 0, 9]);
        check(5, 9, &[1, 0, 4, 5, 6, 0, 9]);
        check(3, 4, &[1, 2, 3, 4]);
    }
}
