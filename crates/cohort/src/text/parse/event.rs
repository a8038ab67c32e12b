//! Single events.

use crate::ast::{Event, Selection};
use crate::text::token::Word;

use super::{Parser, Phase, Taken};

impl Parser<'_> {
    /// An event that begins with a word of its own.
    pub(super) fn event_word(&mut self, word: &str) -> Taken<Option<Event>> {
        match word {
            "this" => {
                let at = self.place();
                self.needs_this(at);
                self.at += 1;
                Ok(Some(Event::This))
            }
            "entry" => {
                self.needs_phase(Phase::AtIndex);
                self.at += 1;
                Ok(Some(Event::Entry))
            }
            _ => match self.selection()? {
                Some(selection) => {
                    let set = self.set()?;
                    Ok(Some(Event::Select(selection, Box::new(set))))
                }
                None => Ok(None),
            },
        }
    }

    /// `first`, `nth(2)`, `nearest to (index)` …, if one stands here.
    pub(super) fn selection(&mut self) -> Taken<Option<Selection>> {
        let Word::Name(word) = self.word() else { return Ok(None) };
        let selection = match word.as_str() {
            "first" if self.is_name_ahead(1, "in") && self.is_name_ahead(2, "life") => {
                self.at += 2;
                Selection::FirstInLife
            }
            "first" => Selection::First,
            "last" => Selection::Last,
            "highest" => Selection::Highest,
            "lowest" => Selection::Lowest,
            "nth" => {
                self.at += 1;
                return Ok(Some(Selection::Nth(self.nth()?)));
            }
            "nearest" => {
                self.at += 1;
                self.must("to")?;
                self.must_sign("(")?;
                let moment = self.moment()?;
                self.must_sign(")")?;
                return Ok(Some(Selection::Nearest(Box::new(moment))));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(selection))
    }

    /// `(2)` after `nth`.
    pub(super) fn nth(&mut self) -> Taken<u32> {
        self.must_sign("(")?;
        let nth = self.ordinal()?;
        self.must_sign(")")?;
        Ok(nth)
    }

    /// A selection that must stand here.
    pub(super) fn must_select(&mut self) -> Taken<Selection> {
        match self.selection()? {
            Some(selection) => Ok(selection),
            None => self
                .unexpected("first, last, nth(2), first in life, highest, lowest, nearest to (…)"),
        }
    }
}
