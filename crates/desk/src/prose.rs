//! A sentence in which names of columns and codes stand between backticks.

use askama::Template;

/// A sentence ready for a page: what stands between backticks is set as code.
#[derive(Clone, Debug, Template)]
#[template(
    source = "{% for (is_code, text) in pieces %}{% if *is_code %}<code>{{ text }}</code>{% else %}{{ text }}{% endif %}{% endfor %}",
    ext = "html"
)]
pub struct Prose {
    pieces: Vec<(bool, String)>,
}

impl askama::filters::HtmlSafe for Prose {}

impl Prose {
    /// Takes a sentence. A backtick without its partner stays what it is.
    #[must_use]
    pub fn new(sentence: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('`') {
            let Some((code, tail)) = after.split_once('`') else { break };
            pieces.push((false, before.to_owned()));
            pieces.push((true, code.to_owned()));
            rest = tail;
        }
        pieces.push((false, rest.to_owned()));
        pieces.retain(|(_, text)| !text.is_empty());
        Self { pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_set_as_code_and_everything_is_escaped() {
        let check = |sentence: &str, expect: &str| {
            assert_eq!(Prose::new(sentence).render().unwrap(), expect);
        };
        check("see `status` first", "see <code>status</code> first");
        check("a ` alone", "a ` alone");
        check("`<b>` & more", "<code>&#60;b&#62;</code> &#38; more");
        check("", "");
    }
}
