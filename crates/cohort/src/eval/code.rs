//! Codes and words.

use crate::ast::{Code, CodeField, Number, Output, Real, Unit, Value};

use super::scope::{Chosen, Let, Member, Scope};
use super::{Coded, Refused, Truth};

impl Scope<'_> {
    /// All codes that it is; none where it is unknown. Only the codes of an event can be several.
    pub(crate) fn code(&self, code: &Code) -> Result<Vec<Coded>, Refused> {
        self.code_by(code, Self::all_codes)
    }

    /// The code, where one is needed: the first by its text of those that the concept sets hold.
    pub(crate) fn one_code(&self, code: &Code) -> Result<Option<Coded>, Refused> {
        let codes = self.code_by(code, Self::held_codes)?;
        Ok(codes.into_iter().min_by_key(Coded::written))
    }

    fn code_by(
        &self,
        code: &Code,
        of_event: fn(&Self, &Member, &CodeField) -> Result<Vec<Coded>, Refused>,
    ) -> Result<Vec<Coded>, Refused> {
        Ok(match code {
            Code::Word(word) => vec![Coded::word(word)],
            Code::Named(name) => match self.named(name)? {
                (
                    Let::Value(Value::Code(_, code)) | Let::Output(Output::Stratum { code, .. }),
                    scope,
                ) => scope.code_by(code, of_event)?,
                _ => return Err(Refused::unbound(name)),
            },
            Code::Sex => {
                self.patient().sex.map(|sex| Coded::word(sex.word())).into_iter().collect()
            }
            Code::Field { of, field } => match self.event(of)? {
                Chosen::Found(member) => of_event(self, &member, field)?,
                Chosen::Absent | Chosen::Unknown => Vec::new(),
            },
            Code::Band { of, cuts, unit } => {
                self.band(of, cuts, unit.as_ref())?.into_iter().collect()
            }
            Code::Case { branches, otherwise } => {
                for branch in branches {
                    if self.condition(&branch.when)? == Truth::True {
                        return self.code_by(&branch.then, of_event);
                    }
                }
                match otherwise {
                    Some(otherwise) => self.code_by(otherwise, of_event)?,
                    None => Vec::new(),
                }
            }
        })
    }

    fn band(
        &self,
        of: &Number,
        cuts: &[Real],
        unit: Option<&Unit>,
    ) -> Result<Option<Coded>, Refused> {
        let Some(number) = self.banded(of, unit)? else { return Ok(None) };
        let below = cuts.iter().take_while(|cut| cut.get() <= number).last();
        let above = cuts.iter().find(|cut| cut.get() > number);
        Ok(match (below, above) {
            (None, Some(above)) => Some(format!("<{above}")),
            (Some(below), Some(above)) => Some(format!("{below}-<{above}")),
            (Some(below), None) => Some(format!(">={below}")),
            (None, None) => None,
        }
        .map(|band| Coded::word(&band)))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands where `held_codes` may stand")]
    fn all_codes(&self, member: &Member, field: &CodeField) -> Result<Vec<Coded>, Refused> {
        let event = &member.event;
        let one = |code: &Option<Coded>| code.iter().cloned().collect();
        Ok(match field {
            CodeField::Code => event.codes.clone(),
            CodeField::CodedValue => one(&event.coded_value),
            CodeField::Route => one(&event.route),
            CodeField::Department => one(&event.department),
            CodeField::Ward => one(&event.ward),
            CodeField::Unit => {
                let unit = event.value.as_ref().and_then(|value| value.unit.as_deref());
                unit.map(Coded::word).into_iter().collect()
            }
            CodeField::VisitKind => one(&event.visit_kind),
            CodeField::Attribute(name) => event.attributes.get(name).cloned().into_iter().collect(),
        })
    }

    /// Of the codes of an event, those that the concept sets hold by which it was found; all where
    /// it was found by none.
    pub(crate) fn held_codes(
        &self,
        member: &Member,
        field: &CodeField,
    ) -> Result<Vec<Coded>, Refused> {
        let mut codes = self.all_codes(member, field)?;
        if *field != CodeField::Code || member.found_by.is_empty() {
            return Ok(codes);
        }
        let mut held = Vec::new();
        for name in &member.found_by {
            held.push(self.codes(name)?);
        }
        codes.retain(|code| {
            let line = |system: &str| held.iter().any(|set| set.line(system, &code.code).is_some());
            code.system.as_deref().is_some_and(line)
        });
        Ok(codes)
    }
}
