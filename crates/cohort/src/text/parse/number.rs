//! Numbers, and codes made of them.

use crate::ast::{
    Code, CodeBranch, CodeField, Equation, Event, Number, NumberBranch, NumberField, Real,
    Statistic, TimeUnit, Unit,
};
use crate::problem::ProblemCode;
use crate::text::token::{Word, time_unit};

use super::expression::Expression as E;
use super::{Parser, Stop, Taken};

impl Parser<'_> {
    pub(super) fn real(&mut self, is_negative: bool) -> Taken<Real> {
        let Word::Number(text) = self.word() else { return self.unexpected("NUMBER") };
        let value = text.parse::<f64>().ok().map(|value| if is_negative { -value } else { value });
        match value.and_then(|value| Real::new(value).ok()) {
            Some(real) => {
                self.at += 1;
                Ok(real)
            }
            None => {
                let written = self.written();
                self.stop(ProblemCode::BadNumber, written)
            }
        }
    }

    pub(super) fn literal(&mut self, is_negative: bool) -> Taken<Number> {
        let value = self.real(is_negative)?;
        Ok(Number::Literal { value, unit: self.unit()? })
    }

    /// `as mg/dL`, if it stands here.
    pub(super) fn as_unit(&mut self) -> Taken<Option<Unit>> {
        if self.takes("as") { self.must_unit().map(Some) } else { Ok(None) }
    }

    pub(super) fn number_field(&mut self) -> Taken<Option<NumberField>> {
        let Word::Name(word) = self.word() else { return Ok(None) };
        let field = match word.as_str() {
            "value" => NumberField::Value,
            "upper_limit" => NumberField::UpperLimit,
            "lower_limit" => NumberField::LowerLimit,
            "dose" => NumberField::Dose,
            "days_supply" => NumberField::DaysSupply,
            "members" => NumberField::Members,
            "number" => {
                self.at += 1;
                return Ok(Some(NumberField::Attribute(self.name()?)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(field))
    }

    pub(super) fn code_field(&mut self) -> Taken<Option<CodeField>> {
        let Word::Name(word) = self.word() else { return Ok(None) };
        let field = match word.as_str() {
            "code" => CodeField::Code,
            "coded_value" => CodeField::CodedValue,
            "route" => CodeField::Route,
            "department" => CodeField::Department,
            "ward" => CodeField::Ward,
            "unit" => CodeField::Unit,
            "kind" => CodeField::VisitKind,
            "attribute" => {
                self.at += 1;
                return Ok(Some(CodeField::Attribute(self.name()?)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(field))
    }

    /// A number that begins with a word of its own.
    pub(super) fn number_word(&mut self, word: &str) -> Taken<Option<Number>> {
        let at = self.place();
        if matches!(word, "highest" | "lowest") && !self.is_name_ahead(1, "of") {
            return Ok(None);
        }
        if let Some(statistic) = statistic(word) {
            self.at += 1;
            return self.statistic(statistic).map(Some);
        }
        if let Some(unit) = unit_in_words(word) {
            self.at += 1;
            self.must("from")?;
            let from = self.moment()?;
            self.must("to")?;
            let to = self.moment()?;
            return Ok(Some(Number::Between { from, to, unit }));
        }
        match word {
            "slope" => {
                self.at += 1;
                self.must("per")?;
                let unit = self.time_unit()?;
                self.statistic(Statistic::Slope(unit)).map(Some)
            }
            "count" => {
                self.at += 1;
                self.must("of")?;
                let counted = self.different()?;
                if counted != crate::ast::Counted::Events {
                    self.must("of")?;
                }
                self.must_sign("(")?;
                let of = Box::new(self.set()?);
                self.must_sign(")")?;
                Ok(Some(Number::Count { counted, of }))
            }
            "covered" => self.covered().map(Some),
            "age" => self.age().map(Some),
            "year" => {
                self.at += 1;
                self.must("of")?;
                Ok(Some(Number::Year { of: self.moment()? }))
            }
            "egfr" => self.egfr().map(Some),
            "bmi" => {
                self.at += 1;
                self.must_sign("(")?;
                let weight = self.event_argument()?;
                self.must_sign(",")?;
                let height = self.event_argument()?;
                self.must_sign(")")?;
                Ok(Some(Number::Bmi { weight, height }))
            }
            "least" | "greatest" => {
                self.at += 1;
                self.must("of")?;
                self.must_sign("(")?;
                let numbers = self.listed(Self::number)?;
                self.must_sign(")")?;
                let is_least = word == "least";
                Ok(Some(if is_least { Number::Least(numbers) } else { Number::Greatest(numbers) }))
            }
            _ => match self.number_field()? {
                Some(field) => {
                    self.needs_this(at);
                    let unit = self.as_unit()?;
                    Ok(Some(Number::Field { of: Event::This, field, unit }))
                }
                None => Ok(None),
            },
        }
    }

    /// `of value as mg/dL of (…)`
    fn statistic(&mut self, statistic: Statistic) -> Taken<Number> {
        self.must("of")?;
        let Some(field) = self.number_field()? else { return self.unexpected("value, dose …") };
        let unit = self.as_unit()?;
        Ok(Number::Statistic { statistic, field, unit, of: self.of_set()? })
    }

    fn time_unit(&mut self) -> Taken<TimeUnit> {
        let unit = match self.word() {
            Word::Name(word) => time_unit(word),
            _ => None,
        };
        let Some(unit) = unit else { return self.unexpected("s, min, h, d, w, mo, y") };
        self.at += 1;
        Ok(unit)
    }

    fn covered(&mut self) -> Taken<Number> {
        self.must("covered")?;
        self.must("by")?;
        self.must_sign("(")?;
        let of = Box::new(self.set()?);
        self.must_sign(")")?;
        let (supply, carry) = self.supply()?;
        let at = self.place();
        match self.window()? {
            Some(window) if window.relation == crate::ast::Relation::Starts => {
                Ok(Number::Covered { of, supply, carry, window })
            }
            _ => {
                self.tell(at, ProblemCode::WindowMissing, "in [index, index + 365d]");
                Err(Stop)
            }
        }
    }

    fn age(&mut self) -> Taken<Number> {
        self.must("age")?;
        let unit = if self.takes("in") { self.time_unit()? } else { TimeUnit::Year };
        if unit.is_finer_than_a_day() {
            return self.stop(ProblemCode::BadUnit, "→ d, w, mo, y");
        }
        self.must("at")?;
        Ok(Number::Age { at: self.moment()?, unit })
    }

    fn egfr(&mut self) -> Taken<Number> {
        self.must("egfr")?;
        self.must_sign("(")?;
        let equation = match self.word() {
            Word::Name(word) => match word.as_str() {
                "jp" => Some(Equation::Jp),
                "ckd_epi_2009" => Some(Equation::CkdEpi2009),
                "ckd_epi_2021" => Some(Equation::CkdEpi2021),
                _ => None,
            },
            _ => None,
        };
        let Some(equation) = equation else {
            return self.unexpected("jp, ckd_epi_2009, ckd_epi_2021");
        };
        self.at += 1;
        let at = self.place();
        let creatinine = if self.takes_sign(",") {
            self.event_argument()?
        } else {
            self.needs_this(at);
            Event::This
        };
        self.must_sign(")")?;
        Ok(Number::Egfr { equation, creatinine })
    }

    /// `band(age at index, 40, 65)`
    pub(super) fn band(&mut self) -> Taken<Code> {
        self.must("band")?;
        self.must_sign("(")?;
        let of = Box::new(self.number()?);
        let mut cuts: Vec<Real> = Vec::new();
        let mut unit = None;
        self.must_sign(",")?;
        loop {
            let at = self.place();
            let is_negative = self.takes_sign("-");
            let cut = self.real(is_negative)?;
            let cut_unit = self.unit()?;
            if cuts.last().is_some_and(|last| last.get() >= cut.get()) {
                self.tell(at, ProblemCode::Meaningless, cut.to_string());
            }
            if !cuts.is_empty() && cut_unit != unit {
                self.tell(at, ProblemCode::UnitsDiffer, "");
            }
            cuts.push(cut);
            unit = cut_unit;
            if !self.takes_sign(",") {
                break;
            }
        }
        self.must_sign(")")?;
        Ok(Code::Band { of, cuts, unit })
    }

    /// `case when … then … else … end`, of numbers or of codes.
    pub(super) fn case(&mut self) -> Taken<E> {
        self.must("case")?;
        let (mut numbers, mut codes) = (Vec::new(), Vec::new());
        while self.takes("when") {
            let when = self.condition_without_else()?;
            self.must("then")?;
            let at = self.place();
            match self.sum()? {
                E::Number(then) if codes.is_empty() => numbers.push(NumberBranch { when, then }),
                E::Code(then) if numbers.is_empty() => codes.push(CodeBranch { when, then }),
                _ => return self.wrong_type(at, "NUMBER … NUMBER, CODE … CODE"),
            }
        }
        if numbers.is_empty() && codes.is_empty() {
            return self.unexpected("when");
        }
        let has_other = self.takes("else");
        if numbers.is_empty() {
            let otherwise = if has_other { Some(Box::new(self.code()?)) } else { None };
            self.must("end")?;
            return Ok(E::Code(Code::Case { branches: codes, otherwise }));
        }
        let otherwise = if has_other { Some(Box::new(self.number()?)) } else { None };
        self.must("end")?;
        Ok(E::Number(Number::Case { branches: numbers, otherwise }))
    }
}

fn statistic(word: &str) -> Option<Statistic> {
    Some(match word {
        "mean" => Statistic::Mean,
        "median" => Statistic::Median,
        "sum" => Statistic::Sum,
        "highest" => Statistic::Highest,
        "lowest" => Statistic::Lowest,
        "change" => Statistic::Change,
        "ratio" => Statistic::Ratio,
        _ => return None,
    })
}

fn unit_in_words(word: &str) -> Option<TimeUnit> {
    Some(match word {
        "seconds" => TimeUnit::Second,
        "minutes" => TimeUnit::Minute,
        "hours" => TimeUnit::Hour,
        "days" => TimeUnit::Day,
        "weeks" => TimeUnit::Week,
        "months" => TimeUnit::Month,
        "years" => TimeUnit::Year,
        _ => return None,
    })
}
