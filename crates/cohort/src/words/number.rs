//! Numbers and codes.

use crate::ast::{
    Code, CodeField, Counted, Equation, Event, EventSet, Moment, Number, NumberField, Operator,
    Statistic, Supply, TimeUnit, Unit, Window,
};
use crate::text::quote;

use super::{Speaker, phrase};

impl Speaker<'_> {
    fn unit(&self, unit: Option<&Unit>) -> String {
        match unit {
            Some(unit) => phrase!(self, "({unit}で)", " in {unit}"),
            None => String::new(),
        }
    }

    pub(super) fn number(&self, number: &Number) -> String {
        match number {
            Number::Literal { value, unit: Some(unit) } => format!("{value} {unit}"),
            Number::Literal { value, unit: None } => value.to_string(),
            Number::Named(name) => self.named(name),
            Number::Field { of, field, unit } => {
                let (of, field) = (self.event(of), self.number_field(field));
                let unit = self.unit(unit.as_ref());
                phrase!(self, "{of}の{field}{unit}", "the {field}{unit} of {of}")
            }
            Number::Count { counted, of } => {
                let of = self.set(of);
                let what = self.counted(counted);
                phrase!(self, "〔{of}〕の{what}の数", "the number of {what} of [{of}]")
            }
            Number::Statistic { statistic, field, unit, of } => {
                let (of, field) = (self.set(of), self.number_field(field));
                let (unit, what) = (self.unit(unit.as_ref()), self.statistic(*statistic));
                phrase!(
                    self,
                    "〔{of}〕の{field}{unit}の{what}",
                    "the {what} of the {field}{unit} of [{of}]"
                )
            }
            Number::Covered { of, supply, carry, window } => {
                self.covered(of, *supply, *carry, window)
            }
            Number::Age { at, unit } => self.age(at, *unit),
            Number::Year { of } => {
                let of = self.moment(of);
                phrase!(self, "{of}の西暦年", "the calendar year of {of}")
            }
            Number::Between { from, to, unit } => {
                let (from, to) = (self.moment(from), self.moment(to));
                let unit = self.time_unit(*unit, 2);
                phrase!(self, "{from}から{to}までの{unit}数", "the {unit} from {from} to {to}")
            }
            Number::Egfr { equation, creatinine } => self.egfr(*equation, creatinine),
            Number::Bmi { weight, height } => {
                let (weight, height) = (self.event(weight), self.event(height));
                phrase!(
                    self,
                    "〔体重{weight}、身長{height}〕から求めたBMI",
                    "the BMI from [weight {weight}, height {height}]",
                )
            }
            Number::Arithmetic { operator, left, right } => self.arithmetic(*operator, left, right),
            Number::Least(numbers) => {
                let numbers = self.list(numbers, |number| self.number(number));
                phrase!(self, "〔{numbers}〕の最小", "the least of [{numbers}]")
            }
            Number::Greatest(numbers) => {
                let numbers = self.list(numbers, |number| self.number(number));
                phrase!(self, "〔{numbers}〕の最大", "the greatest of [{numbers}]")
            }
            Number::Else(known, other) => {
                let (known, other) = (self.number(known), self.number(other));
                phrase!(self, "〔{known}、不明なら{other}〕", "[{known}, or if unknown {other}]")
            }
            Number::Case { branches, otherwise } => {
                let branches = self.list(branches, |branch| {
                    self.branch(&self.condition(&branch.when), &self.number(&branch.then))
                });
                self.case(&branches, otherwise.as_deref().map(|other| self.number(other)))
            }
        }
    }

    fn covered(&self, of: &EventSet, supply: Supply, carry: bool, window: &Window) -> String {
        let (of, window) = (self.set(of), self.window(window));
        let supply = self.supply(supply, carry);
        phrase!(
            self,
            "〔{of}〕({supply})が占める日の割合({window})",
            "the share of the days {window} covered by [{of}] ({supply})",
        )
    }

    fn egfr(&self, equation: Equation, creatinine: &Event) -> String {
        let of = self.event(creatinine);
        let by = match equation {
            Equation::Jp => phrase!(self, "日本人の推算式", "the Japanese equation"),
            Equation::CkdEpi2009 => "CKD-EPI 2009".to_owned(),
            Equation::CkdEpi2021 => "CKD-EPI 2021".to_owned(),
        };
        phrase!(self, "{of}から{by}で求めたeGFR", "the eGFR from {of} by {by}")
    }

    fn age(&self, at: &Moment, unit: TimeUnit) -> String {
        let at = self.moment(at);
        match unit {
            TimeUnit::Year => phrase!(self, "{at}の年齢", "the age at {at}"),
            unit => {
                let unit = self.time_unit(unit, 2);
                phrase!(self, "{at}の年齢({unit}数)", "the age in {unit} at {at}")
            }
        }
    }

    fn arithmetic(&self, operator: Operator, left: &Number, right: &Number) -> String {
        let (left, right) = (self.number(left), self.number(right));
        let sign = match operator {
            Operator::Add => "+",
            Operator::Subtract => "−",
            Operator::Multiply => "×",
            Operator::Divide => "÷",
        };
        phrase!(self, "〔{left} {sign} {right}〕", "[{left} {sign} {right}]")
    }

    fn branch(&self, when: &str, then: &str) -> String {
        phrase!(self, "〔{when}〕なら{then}", "{then} if [{when}]")
    }

    fn case(&self, branches: &str, otherwise: Option<String>) -> String {
        match otherwise {
            Some(other) => {
                phrase!(
                    self,
                    "〔順に、{branches}、いずれでもなければ{other}〕",
                    "[in turn: {branches}, otherwise {other}]"
                )
            }
            None => phrase!(self, "〔順に、{branches}〕", "[in turn: {branches}]"),
        }
    }

    pub(super) fn number_field(&self, field: &NumberField) -> String {
        match field {
            NumberField::Value => phrase!(self, "値", "value"),
            NumberField::UpperLimit => phrase!(self, "基準範囲上限", "upper limit of normal"),
            NumberField::LowerLimit => phrase!(self, "基準範囲下限", "lower limit of normal"),
            NumberField::Dose => phrase!(self, "用量", "dose"),
            NumberField::DaysSupply => phrase!(self, "処方日数", "days of supply"),
            NumberField::Members => phrase!(self, "構成イベント数", "number of joined events"),
            NumberField::Attribute(name) => phrase!(self, "数値「{name}」", "number “{name}”"),
        }
    }

    pub(super) fn code_field(&self, field: &CodeField) -> String {
        match field {
            CodeField::Code => phrase!(self, "コード", "code"),
            CodeField::CodedValue => phrase!(self, "結果コード", "coded result"),
            CodeField::Route => phrase!(self, "投与経路", "route"),
            CodeField::Department => phrase!(self, "診療科", "department"),
            CodeField::Ward => phrase!(self, "病棟", "ward"),
            CodeField::Unit => phrase!(self, "記録された単位", "recorded unit"),
            CodeField::VisitKind => phrase!(self, "受診区分", "kind of visit"),
            CodeField::Attribute(name) => phrase!(self, "属性「{name}」", "attribute “{name}”"),
        }
    }

    pub(super) fn counted(&self, counted: &Counted) -> String {
        match counted {
            Counted::Events => phrase!(self, "件", "events"),
            Counted::Days => phrase!(self, "異なる日", "different days"),
            Counted::Visits => phrase!(self, "異なる受診", "different visits"),
            Counted::Distinct(field) => {
                let field = self.code_field(field);
                phrase!(self, "異なる{field}", "different values of {field}")
            }
        }
    }

    fn statistic(&self, statistic: Statistic) -> String {
        match statistic {
            Statistic::Mean => phrase!(self, "平均", "mean"),
            Statistic::Median => phrase!(self, "中央値", "median"),
            Statistic::Sum => phrase!(self, "合計", "sum"),
            Statistic::Highest => phrase!(self, "最高値", "highest"),
            Statistic::Lowest => phrase!(self, "最低値", "lowest"),
            Statistic::Change => phrase!(self, "変化量(最後−最初)", "change (last less first)"),
            Statistic::Ratio => phrase!(self, "比(最後÷最初)", "ratio (last to first)"),
            Statistic::Slope(unit) => {
                let unit = self.time_unit(unit, 1);
                phrase!(self, "1{unit}あたりの傾き", "slope per {unit}")
            }
        }
    }

    pub(super) fn code(&self, code: &Code) -> String {
        match code {
            Code::Word(word) => quote(word),
            Code::Named(name) => self.named(name),
            Code::Sex => phrase!(self, "性別", "the sex"),
            Code::Field { of, field } => {
                let (of, field) = (self.event(of), self.code_field(field));
                phrase!(self, "{of}の{field}", "the {field} of {of}")
            }
            Code::Band { of, cuts, unit } => {
                let of = self.number(of);
                let unit = unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
                let cuts = self.list(cuts, |cut| format!("{cut}{unit}"));
                phrase!(
                    self,
                    "〔{of}を{cuts}で区切った階級〕",
                    "[{of} in bands that begin at {cuts}]"
                )
            }
            Code::Case { branches, otherwise } => {
                let branches = self.list(branches, |branch| {
                    self.branch(&self.condition(&branch.when), &self.code(&branch.then))
                });
                self.case(&branches, otherwise.as_deref().map(|other| self.code(other)))
            }
        }
    }
}
