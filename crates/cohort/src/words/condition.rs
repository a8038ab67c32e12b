//! Conditions.

use vocab::Locale;

use crate::ast::{
    Comparison, Condition, Count, Counted, Event, EventSet, Limit, Moment, Number, OneOf, Same,
    Scalar, Share, Span, TimeOrder, UseKind,
};
use crate::text::quote;

use super::{Speaker, phrase};

impl Speaker<'_> {
    pub(super) fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Truth(true) => phrase!(self, "常に真", "always true"),
            Condition::Truth(false) => phrase!(self, "常に偽", "never true"),
            Condition::Named(name) => {
                let name = self.named(name);
                phrase!(self, "{name}が成り立つ", "{name} holds")
            }
            Condition::Found(event) => {
                let event = self.event(event);
                phrase!(self, "{event}が存在する", "{event} exists")
            }
            Condition::Has { count, counted, of, spanning } => {
                self.has(*count, counted, of, *spanning)
            }
            Condition::Compare { left, is, right } => self.compared(left, *is, right),
            Condition::Within { number, low, high } => self.within(number, low, high),
            Condition::Order { left, is, right } => self.ordered(left, *is, right),
            Condition::Code { code, one_of } => {
                let code = self.code(code);
                match one_of {
                    OneOf::Words(words) => {
                        let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
                        let (ja, en) = (words.join("または"), words.join(" or "));
                        phrase!(self, "{code}が{ja}", "{code} is {en}")
                    }
                    OneOf::Codes(names) => {
                        let names = self.any_used(UseKind::Codes, names);
                        phrase!(
                            self,
                            "{code}がコード群{names}にある",
                            "{code} is in the codes {names}"
                        )
                    }
                }
            }
            Condition::Same { what, left, right } => self.same(*what, left, right),
            Condition::Observed { kinds, from, to } => {
                let (kinds, bounds) =
                    (self.list(kinds, |kind| self.kind(kind)), self.bounds(from, to));
                phrase!(
                    self,
                    "〔{kinds}〕が{bounds}のすべての日で観察可能",
                    "[{kinds}] could be observed on every day {bounds}",
                )
            }
            Condition::Known(scalar) => self.known(scalar),
            Condition::Else(known, other) => {
                let (known, other) = (self.condition(known), self.condition(other));
                phrase!(
                    self,
                    "〔{known}〕、不明なら〔{other}〕",
                    "[{known}], or if unknown [{other}]"
                )
            }
            Condition::Of { share, conditions } => self.of(*share, conditions),
            Condition::Not(denied) => {
                let denied = self.condition(denied);
                phrase!(self, "〔{denied}〕ではない", "not [{denied}]")
            }
        }
    }

    fn compared(&self, left: &Number, is: Comparison, right: &Number) -> String {
        let (left, right) = (self.number(left), self.number(right));
        match is {
            Comparison::Less => {
                phrase!(self, "{left}が{right}未満", "{left} is below {right}")
            }
            Comparison::AtMost => {
                phrase!(self, "{left}が{right}以下", "{left} is at most {right}")
            }
            Comparison::Equal => {
                phrase!(self, "{left}が{right}に等しい", "{left} equals {right}")
            }
            Comparison::NotEqual => {
                phrase!(self, "{left}が{right}と異なる", "{left} differs from {right}")
            }
            Comparison::AtLeast => {
                phrase!(self, "{left}が{right}以上", "{left} is at least {right}")
            }
            Comparison::Greater => {
                phrase!(self, "{left}が{right}を超える", "{left} is above {right}")
            }
        }
    }

    fn within(&self, number: &Number, low: &Limit, high: &Limit) -> String {
        let number = self.number(number);
        let low = match low {
            Limit::Closed(low) => {
                let low = self.number(low);
                phrase!(self, "{low}以上", "at least {low}")
            }
            Limit::Open(low) => {
                let low = self.number(low);
                phrase!(self, "{low}超", "above {low}")
            }
        };
        let high = match high {
            Limit::Closed(high) => {
                let high = self.number(high);
                phrase!(self, "{high}以下", "at most {high}")
            }
            Limit::Open(high) => {
                let high = self.number(high);
                phrase!(self, "{high}未満", "below {high}")
            }
        };
        phrase!(self, "{number}が{low}{high}の範囲", "{number} is in the range {low}, {high}")
    }

    fn ordered(&self, left: &Moment, is: TimeOrder, right: &Moment) -> String {
        let is_fine = left.is_fine() || right.is_fine();
        let (left, right) = (self.moment(left), self.moment(right));
        let said = match is {
            TimeOrder::Before => {
                phrase!(self, "{left}が{right}より前", "{left} is before {right}")
            }
            TimeOrder::NotAfter => {
                phrase!(self, "{left}が{right}より後でない", "{left} is not after {right}")
            }
            TimeOrder::Same => {
                phrase!(self, "{left}が{right}と同時", "{left} is the same as {right}")
            }
            TimeOrder::NotBefore => {
                phrase!(self, "{left}が{right}より前でない", "{left} is not before {right}")
            }
            TimeOrder::After => {
                phrase!(self, "{left}が{right}より後", "{left} is after {right}")
            }
        };
        if is_fine {
            phrase!(self, "{said}(時刻で比較)", "{said} (to the second)")
        } else {
            said
        }
    }

    fn same(&self, what: Same, left: &Event, right: &Event) -> String {
        let (left, right) = (self.event(left), self.event(right));
        let what = match what {
            Same::Visit => phrase!(self, "受診・入院", "visit"),
            Same::Ward => phrase!(self, "病棟", "ward"),
            Same::Department => phrase!(self, "診療科", "department"),
            Same::Order => phrase!(self, "オーダー", "order"),
            Same::Event => phrase!(self, "イベント", "event"),
        };
        phrase!(self, "〔{left}、{right}〕が同じ{what}", "[{left}, {right}] share one {what}")
    }

    fn known(&self, scalar: &Scalar) -> String {
        let scalar = match scalar {
            Scalar::Number(of) => self.number(of),
            Scalar::Moment(of) => self.moment(of),
            Scalar::Code(of) => self.code(of),
            Scalar::Condition(of) => {
                let of = self.condition(of);
                phrase!(self, "〔{of}〕かどうか", "whether [{of}]")
            }
        };
        phrase!(self, "{scalar}が分かっている", "{scalar} is known")
    }

    fn of(&self, share: Share, conditions: &[Condition]) -> String {
        let joint = match (share, self.locale) {
            (Share::All, Locale::Ja) => "、かつ",
            (Share::All, Locale::En) => ", and ",
            (Share::Any, Locale::Ja) => "、または",
            (Share::Any, Locale::En) => ", or ",
            (_, Locale::Ja) => "、",
            (_, Locale::En) => "; ",
        };
        let parts: Vec<String> = conditions
            .iter()
            .map(|part| {
                let said = self.condition(part);
                match part {
                    Condition::Of { .. } | Condition::Else(..) => {
                        phrase!(self, "〔{said}〕", "[{said}]")
                    }
                    _ => said,
                }
            })
            .collect();
        let parts = parts.join(joint);
        match share {
            Share::All | Share::Any if conditions.len() > 1 => parts,
            Share::All => phrase!(self, "〔{parts}〕のすべてを満たす", "all of [{parts}]"),
            Share::Any => phrase!(self, "〔{parts}〕のいずれかを満たす", "any of [{parts}]"),
            Share::None => phrase!(self, "〔{parts}〕のどれも満たさない", "none of [{parts}]"),
            Share::AtLeast(k) => {
                phrase!(self, "〔{parts}〕のうち{k}つ以上を満たす", "at least {k} of [{parts}]")
            }
            Share::AtMost(k) => {
                phrase!(self, "〔{parts}〕のうち満たすのは{k}つ以下", "at most {k} of [{parts}]")
            }
            Share::Exactly(k) => {
                phrase!(self, "〔{parts}〕のうちちょうど{k}つを満たす", "exactly {k} of [{parts}]")
            }
        }
    }

    fn has(
        &self,
        count: Count,
        counted: &Counted,
        of: &EventSet,
        spanning: Option<Span>,
    ) -> String {
        let of = self.set(of);
        let is_plain = *counted == Counted::Events && spanning.is_none();
        match count {
            Count::AtLeast(1) if is_plain => {
                return phrase!(self, "{of}がある", "at least one {of}");
            }
            Count::Exactly(0) if is_plain => {
                return phrase!(self, "{of}がない", "no {of}");
            }
            _ => {}
        }
        let what = match counted {
            Counted::Events => String::new(),
            counted => {
                let counted = self.counted(counted);
                phrase!(self, "、{counted}で数えて", " counted by {counted}")
            }
        };
        let said = match count {
            Count::AtLeast(n) => {
                phrase!(self, "〔{of}〕が{what}{n}件以上ある", "at least {n} of [{of}]{what}")
            }
            Count::AtMost(n) => {
                phrase!(self, "〔{of}〕が{what}{n}件以下", "at most {n} of [{of}]{what}")
            }
            Count::Exactly(n) => {
                phrase!(self, "〔{of}〕が{what}ちょうど{n}件ある", "exactly {n} of [{of}]{what}")
            }
        };
        match spanning {
            Some(spanning) => {
                let spanning = self.span(spanning);
                phrase!(
                    self,
                    "{said}(最初と最後が{spanning}以上離れる)",
                    "{said}, first and last at least {spanning} apart"
                )
            }
            None => said,
        }
    }
}
