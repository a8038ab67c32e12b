//! Codes and words.

use crate::ast::{Code, CodeBranch, CodeField, Name, Node, OneOf, Real, UseKind, Value};
use crate::eval::Refused;

use super::event::Seen;
use super::expression::{NO_TRUTH, NO_WORD, double, quoted, texts};
use super::row::Row;
use super::writer::{At, Bound, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// Whether a code is one of several: unknown where it is not known.
    pub(super) fn is_one_of(
        &mut self,
        row: &mut Row,
        at: At,
        code: &Code,
        one_of: &OneOf,
    ) -> Said<String> {
        Ok(match code {
            Code::Word(word) => match one_of {
                OneOf::Words(words) => words.contains(word).to_string(),
                OneOf::Codes(_) => "false".to_owned(),
            },
            Code::Named(name) => {
                let (code, inner) = self.code_named(at, name)?;
                self.one_of_beside(row, inner, &code, one_of)?
            }
            Code::Sex => {
                let person = row.beside("person", "@.patient_id = x.patient_id");
                is_word(&format!("{person}.sex"), one_of)
            }
            Code::Field { of, field } => {
                let chosen = self.event(at, of)?;
                let seen = self.beside(row, &chosen);
                if *field == CodeField::Code {
                    self.any_code_of(row, at, (&chosen.of, chosen.always), one_of)?
                } else {
                    self.is_field_one_of(row, &seen, field, one_of)?
                }
            }
            Code::Band { .. } => {
                let of = self.word(at, code)?;
                let alias = self.join(row, &of);
                is_word(&format!("{alias}.code"), one_of)
            }
            Code::Case { branches, otherwise } => {
                let mut says = "case".to_owned();
                for CodeBranch { when, then } in branches {
                    let when = self.truth_beside(row, at, when)?;
                    let then = self.one_of_beside(row, at, then, one_of)?;
                    says.push_str(&format!(" when {when} then {then}"));
                }
                let otherwise = match otherwise {
                    Some(otherwise) => self.one_of_beside(row, at, otherwise, one_of)?,
                    None => NO_TRUTH.to_owned(),
                };
                format!("({says} else {otherwise} end)")
            }
        })
    }

    /// The same from a step of its own.
    fn one_of_beside(
        &mut self,
        row: &mut Row,
        at: At,
        code: &Code,
        one_of: &OneOf,
    ) -> Said<String> {
        let condition =
            crate::ast::Condition::Code { code: Box::new(code.clone()), one_of: one_of.clone() };
        self.truth_beside(row, at, &condition)
    }

    fn code_named(&self, at: At, name: &Name) -> Said<(Code, At)> {
        match self.named(at, name)? {
            (Bound::Value(Value::Code(_, code)) | Bound::Stratum(code), inner) => {
                Ok((code.clone(), inner))
            }
            _ => Err(Refused::unbound(name).into()),
        }
    }

    /// Of the codes of an event, whether any is one of several.
    fn any_code_of(
        &mut self,
        row: &mut Row,
        at: At,
        (of, always): (&Keyed, bool),
        one_of: &OneOf,
    ) -> Said<String> {
        let codes = self.codes();
        let key = self.key(of.scope);
        let says = format!("codes of {}: {one_of:?}", of.step);
        let known_at = At { scope: of.scope, ..at };
        let keyed = match self.known("codes", known_at, &says) {
            Some(known) => known,
            None => {
                let mut inner = Row::of(&of.step);
                let code = inner.beside(&codes, "@.event_id = x.event_id");
                let is = match one_of {
                    OneOf::Words(words) => is_in_words(
                        &format!("{code}.code"),
                        &written(&code, "code", "system"),
                        words,
                    ),
                    OneOf::Codes(names) => self.is_in_sets(
                        &mut inner,
                        (&format!("{code}.system"), &format!("{code}.code")),
                        names,
                    )?,
                };
                let found = if always { String::new() } else { " and x.state = 1".to_owned() };
                let select = format!(
                    "select x.{key}, bool_or({is}) as truth\nfrom {}\nwhere {code}.code is not \
                     null{found}\ngroup by x.{key}",
                    inner.from()
                );
                let keyed = Keyed { step: self.step("codes", &says, select), scope: of.scope };
                self.keep("codes", known_at, &says, &keyed);
                keyed
            }
        };
        Ok(format!("{}.truth", self.join(row, &keyed)))
    }

    /// Whether a code, by its columns, is in any of these concept sets.
    fn is_in_sets(
        &mut self,
        row: &mut Row,
        (system, code): (&str, &str),
        names: &[Name],
    ) -> Said<String> {
        for name in names {
            if !self.world.codes.contains_key(name) {
                return Err(Refused::not_held(UseKind::Codes, name).into());
            }
        }
        let sets = texts(names.iter().map(Name::as_str));
        let held = format!(
            "(select distinct i.system, i.code\nfrom code_in as i\nwhere i.concept_set in ({sets}))"
        );
        let alias = row.beside(&held, &format!("@.system = {system} and @.code = {code}"));
        Ok(format!("{alias}.code is not null"))
    }

    fn is_field_one_of(
        &mut self,
        row: &mut Row,
        seen: &Seen,
        field: &CodeField,
        one_of: &OneOf,
    ) -> Said<String> {
        let (system, code) = self.code_columns(row, &seen.alias, field);
        let is = match one_of {
            OneOf::Words(words) => is_in_words(&code, &with_system(&system, &code), words),
            OneOf::Codes(names) => self.is_in_sets(row, (&system, &code), names)?,
        };
        Ok(format!("(case when {} and {code} is not null then {is} end)", seen.is_found()))
    }

    /// The columns of system and code of a field that has one code at most.
    fn code_columns(&mut self, row: &mut Row, event: &str, field: &CodeField) -> (String, String) {
        if let CodeField::Attribute(name) = field {
            let attributes = self.parts_of_events("event_attribute", "p.name, p.system, p.code");
            let on =
                format!("@.event_id = {event}.event_id and @.name = {}", quoted(name.as_str()));
            let alias = row.beside(&attributes, &on);
            return (format!("{alias}.system"), format!("{alias}.code"));
        }
        let recorded = self.recorded(row, event);
        let column = match field {
            CodeField::CodedValue => "coded_value",
            CodeField::Route => "route",
            CodeField::Department => "department",
            CodeField::Ward => "ward",
            CodeField::VisitKind => "visit_kind",
            _ => return (NO_WORD.to_owned(), format!("{recorded}.value_unit")),
        };
        (format!("{recorded}.{column}_system"), format!("{recorded}.{column}"))
    }

    /// The codes of a member that count: of the codes of an event those that the concept sets hold
    /// by which it was found, a row for each; null where there is none.
    pub(super) fn held_codes(&mut self, row: &mut Row, event: &str, field: &CodeField) -> String {
        if *field != CodeField::Code {
            let (system, code) = self.code_columns(row, event, field);
            return with_system(&system, &code);
        }
        let codes = self.codes();
        let code = row.beside(&codes, &format!("@.event_id = {event}.event_id"));
        let held = row.beside(
            "code_in",
            &format!(
                "@.system = {code}.system and @.code = {code}.code and strpos({event}.found_by, '|' \
                 || @.concept_set || '|') > 0"
            ),
        );
        let says = written(&code, "code", "system");
        format!(
            "case when {event}.found_by in ('', '|') or {held}.code is not null then {says} end"
        )
    }

    /// A step with the one code: key, `code` as `system|code`.
    pub(super) fn word(&mut self, at: At, code: &Code) -> Said<Keyed> {
        let at = self.hoisted(at, Node::Code(code))?;
        let says = text(Node::Code(code));
        if let Some(known) = self.known("code", at, &says) {
            return Ok(known);
        }
        let key = self.key(at.scope);
        let mut row = self.row(at.scope)?;
        let select = match code {
            Code::Field { of, field: CodeField::Code } => {
                let chosen = self.event(at, of)?;
                let seen = self.beside(&mut row, &chosen);
                let code = self.held_codes(&mut row, &seen.alias, &CodeField::Code);
                format!(
                    "select x.{key}, min(case when {} then {code} end) as code\nfrom {}\ngroup by \
                     x.{key}",
                    seen.is_found(),
                    row.from()
                )
            }
            _ => {
                let word = self.word_of(&mut row, at, code)?;
                format!("select x.{key}, {word} as code\nfrom {}", row.from())
            }
        };
        let keyed = Keyed { step: self.step("code", &says, select), scope: at.scope };
        self.keep("code", at, &says, &keyed);
        Ok(keyed)
    }

    fn word_beside(&mut self, row: &mut Row, at: At, code: &Code) -> Said<String> {
        let of = self.word(at, code)?;
        Ok(format!("{}.code", self.join(row, &of)))
    }

    fn word_of(&mut self, row: &mut Row, at: At, code: &Code) -> Said<String> {
        Ok(match code {
            Code::Word(word) => quoted(word),
            Code::Named(name) => {
                let (code, inner) = self.code_named(at, name)?;
                self.word_beside(row, inner, &code)?
            }
            Code::Sex => {
                let person = row.beside("person", "@.patient_id = x.patient_id");
                format!("{person}.sex")
            }
            Code::Field { of, field } => {
                let chosen = self.event(at, of)?;
                let seen = self.beside(row, &chosen);
                let code = self.held_codes(row, &seen.alias, field);
                format!("case when {} then {code} end", seen.is_found())
            }
            Code::Band { of, cuts, unit } => {
                let unit = unit.as_ref().map(crate::ast::Unit::as_str);
                let number = self.number(row, at, of, unit)?;
                band(&number, cuts)
            }
            Code::Case { branches, otherwise } => {
                let mut says = "case".to_owned();
                for CodeBranch { when, then } in branches {
                    let when = self.truth_beside(row, at, when)?;
                    let then = self.word_beside(row, at, then)?;
                    says.push_str(&format!(" when {when} then {then}"));
                }
                let otherwise = match otherwise {
                    Some(otherwise) => self.word_beside(row, at, otherwise)?,
                    None => NO_WORD.to_owned(),
                };
                format!("{says} else {otherwise} end")
            }
        })
    }
}

/// Between which cuts a number lies, as text.
fn band(number: &str, cuts: &[Real]) -> String {
    let (Some(first), Some(last)) = (cuts.first(), cuts.last()) else {
        return NO_WORD.to_owned();
    };
    let below = |cut: &Real| format!("when {number} < {}", double(cut.get()));
    let mut says = format!("case {} then '<{first}'", below(first));
    for pair in cuts.windows(2) {
        if let [low, high] = pair {
            says.push_str(&format!(" {} then '{low}-<{high}'", below(high)));
        }
    }
    format!("{says} when {number} >= {} then '>={last}' end", double(last.get()))
}

/// A word that is of no system.
fn is_word(word: &str, one_of: &OneOf) -> String {
    let is = match one_of {
        OneOf::Words(words) => is_in_words(word, word, words),
        OneOf::Codes(_) => "false".to_owned(),
    };
    format!("(case when {word} is not null then {is} end)")
}

fn is_in_words(code: &str, written: &str, words: &[String]) -> String {
    if words.is_empty() {
        return "false".to_owned();
    }
    let words = texts(words.iter().map(String::as_str));
    if code == written {
        return format!("{code} in ({words})");
    }
    format!("({code} in ({words}) or {written} in ({words}))")
}

fn written(alias: &str, code: &str, system: &str) -> String {
    with_system(&format!("{alias}.{system}"), &format!("{alias}.{code}"))
}

/// `system|code`, or the code alone.
fn with_system(system: &str, code: &str) -> String {
    format!("case when {system} is null then {code} else {system} || '|' || {code} end")
}
