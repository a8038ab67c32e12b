//! How wide a text is, near enough to keep labels apart.
//!
//! The server has no typeface at hand. These widths are those of Noto Sans JP rounded up, in parts
//! of the type size, so an estimate errs towards more room.

/// The width of a text set at `size`, in the same unit.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(share).sum::<f64>() * size
}

/// The widest of these texts.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: f64) -> f64 {
    texts.into_iter().map(|text| width(text, size)).fold(0.0, f64::max)
}

/// The text, shortened with an ellipsis where it is wider than `most`.
pub(crate) fn fit(text: &str, most: f64, size: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let room = most - width("…", size);
    let mut kept = String::new();
    let mut used = 0.0;
    for letter in text.chars() {
        used += share(letter) * size;
        if used > room {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
}

/// The text in at most two lines; the second is shortened where it must be.
pub(crate) fn wrap(text: &str, most: f64, size: f64) -> Vec<String> {
    if width(text, size) <= most {
        return vec![text.to_owned()];
    }
    let (mut used, mut cut, mut space) = (0.0, 0, None);
    for (at, letter) in text.char_indices() {
        used += share(letter) * size;
        if used > most {
            break;
        }
        cut = at + letter.len_utf8();
        if letter == ' ' || letter > '\u{2fff}' {
            space = Some(cut);
        }
    }
    let cut = space.unwrap_or(cut);
    let (first, rest) = text.split_at(cut);
    vec![first.trim_end().to_owned(), fit(rest.trim_start(), most, size)]
}

fn share(letter: char) -> f64 {
    match letter {
        '0'..='9' => 0.56,
        ' ' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | 'i' | 'j' | 'l' | 'I' | '(' | ')' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.93,
        'A'..='Z' => 0.69,
        ' '..='~' => 0.58,
        '\u{ff61}'..='\u{ff9f}' => 0.5,
        '\u{a0}'..='\u{10ff}' | '–' | '−' | '…' | '≥' | '≤' => 0.7,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_is_wider_than_latin_and_shortened_text_fits() {
        assert!(width("高血圧", 12.0) > width("abc", 12.0));
        let short = fit("非ステロイド性抗炎症薬", 80.0, 12.0);
        assert!(short.ends_with('…') && width(&short, 12.0) <= 80.0, "{short}");
        assert_eq!(fit("HbA1c", 80.0, 12.0), "HbA1c");
    }

    #[test]
    fn a_long_text_is_broken_at_a_space_or_between_japanese_letters() {
        assert_eq!(wrap("estimated filtration rate", 110.0, 12.0)[0], "estimated");
        assert_eq!(wrap("推算糸球体濾過量", 50.0, 12.0)[0], "推算糸球");
        assert_eq!(wrap("", 50.0, 12.0), [""]);
    }
}
