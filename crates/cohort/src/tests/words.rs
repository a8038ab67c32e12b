//! Sentences lose nothing.

use proptest::prelude::*;
use vocab::Locale;

use crate::ast::Definition;
use crate::text::{format, parse};
use crate::words::{Titles, say};

fn said(definition: &Definition, locale: Locale) -> Vec<String> {
    say(definition, locale, &Titles::new()).into_iter().map(|sentence| sentence.text).collect()
}

/// The definition without its comments.
fn bare(definition: &Definition) -> Definition {
    let text = format(definition);
    // Comments are whole lines or come after two spaces; no generated text in quotes has either.
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| line.split("  # ").next().unwrap_or_default().to_owned())
        .map(|line| line.trim_end_matches("  #").to_owned())
        .collect();
    parse(&lines.join("\n")).unwrap().definition
}

proptest! {
    #[test]
    fn two_definitions_never_have_the_same_sentences(
        bytes in super::bytes(),
        at in any::<prop::sample::Index>(),
        other in any::<u8>(),
    ) {
        let changed = super::with_another(&bytes, at, other);
        let (one, two) = (bare(&super::definition(&bytes)), bare(&super::definition(&changed)));
        for locale in [Locale::Ja, Locale::En] {
            prop_assert_eq!(said(&one, locale) == said(&two, locale), one == two, "{}\n{}\n{:#?}",
                format(&one), format(&two), said(&one, locale));
        }
    }

    #[test]
    fn english_has_no_japanese_of_its_own(bytes in super::bytes()) {
        let text = said(&super::definition(&bytes), Locale::En).join("\n");
        let text = text.replace("糖尿病", "").replace('型', "");
        prop_assert!(text.chars().all(|c| !('\u{3000}'..'\u{a000}').contains(&c)), "{}", text);
    }
}
