//! The first lines of a definition: name, version, title, sources, uses.

use crate::ast::{Hash, Heading, Title, Use, UseKind};
use crate::problem::{Position, ProblemCode};
use crate::text::token::Word;

use super::{Parser, Part, Stop, Taken};

impl Parser<'_> {
    pub(super) fn heading(&mut self) -> Taken<Heading> {
        let from = self.at;
        self.at += 1;
        let name = self.name()?;
        self.itself = Some(name.clone());
        self.must("version")?;
        let version = self.version()?;
        let title = self.title();
        let comments = self.comments(from, self.at);
        Ok(Heading { comments, name, version, title, sources: Vec::new(), uses: Vec::new() })
    }

    /// `source` and `uses`.
    pub(super) fn top(&mut self, word: &str, heading: Option<&mut Heading>) -> Taken<()> {
        let (from, at) = (self.at, self.place());
        self.at += 1;
        if word == "source" {
            let source = self.must_quoted()?;
            let clause = self.finish(from, source);
            if let Some(heading) = heading {
                self.places.0.insert(Part::Source(heading.sources.len()), at);
                heading.sources.push(clause);
            }
            return Ok(());
        }
        let used = self.uses_line()?;
        let clause = self.finish(from, used.clone());
        if let Some(heading) = heading {
            self.places.0.insert(Part::Use(heading.uses.len()), at);
            heading.uses.push(clause);
        }
        let key = (used.kind, used.name.clone());
        if self.itself.as_ref() == Some(&used.name) && used.kind == UseKind::Cohort {
            self.tell(at, ProblemCode::CohortCycle, used.name.as_str());
        }
        if self.uses.insert(key, used).is_some() {
            self.tell(at, ProblemCode::ClauseTwice, "uses");
        }
        Ok(())
    }

    fn uses_line(&mut self) -> Taken<Use> {
        let kind = if self.takes("codes") {
            UseKind::Codes
        } else if self.takes("cohort") {
            UseKind::Cohort
        } else if self.takes("list") {
            UseKind::List
        } else {
            return self.unexpected("codes, cohort, list");
        };
        let name = self.name()?;
        self.must("version")?;
        let version = self.version()?;
        let hash = if self.takes("sha256") {
            self.must_sign(":")?;
            Some(self.hash()?)
        } else {
            None
        };
        Ok(Use { kind, name, version, hash })
    }

    fn hash(&mut self) -> Taken<Hash> {
        let token = self.words.get(self.at);
        let (from, at) = token.map_or((0, Position::default()), |token| (token.from, token.at));
        let rest = self.text.get(from..).unwrap_or_default();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        match Hash::new(rest.get(..length).unwrap_or_default()) {
            Ok(hash) => {
                self.skip_to(from + length);
                Ok(hash)
            }
            Err(_) => {
                self.tell(at, ProblemCode::BadHash, "");
                Err(Stop)
            }
        }
    }

    /// `"…" ja "…"`
    pub(super) fn title(&mut self) -> Title {
        let en = self.quoted();
        let has_ja = self.is_name("ja") && matches!(self.ahead(1), Word::Quoted(_));
        self.at += usize::from(has_ja);
        let ja = if has_ja { self.quoted() } else { None };
        Title { en, ja }
    }
}
