//! Conditions, numbers, codes and moments.

use crate::ast::{
    Anchor, Bound, Code, CodeField, Comparison, Condition, Count, Counted, Equation, Event,
    EventSet, Limit, Moment, Number, NumberField, OneOf, Operator, Relation, Same, Scalar, Share,
    Span, Statistic, TimeOrder, TimeUnit, Unit, Window,
};
use crate::text::token::quote;

use super::doc::Doc;
use super::set::{event_argument, of_set, set, span, supply};
use super::{kind, piped};

/// Whether `a and b` stands without brackets here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Wide,
    Tight,
}

fn row(parts: Vec<Doc>) -> Doc {
    Doc::Row(parts)
}

pub(crate) fn condition(condition: &Condition, room: Room) -> Doc {
    match condition {
        Condition::Truth(truth) => truth.to_string().into(),
        Condition::Named(name) => name.as_str().into(),
        Condition::Found(event) => row(vec!["found ".into(), event_argument(event)]),
        Condition::Has { count, counted, of, spanning } => has(*count, counted, of, *spanning),
        Condition::Compare { left, is, right } => {
            let sign = format!(" {} ", comparison(*is));
            row(vec![number(left, Tightness::Sum), sign.into(), number(right, Tightness::Sum)])
        }
        Condition::Within { number: of, low, high } => {
            let (low_sign, low) = match &**low {
                Limit::Closed(low) => ("[", low),
                Limit::Open(low) => ("(", low),
            };
            let (high_sign, high) = match &**high {
                Limit::Closed(high) => ("]", high),
                Limit::Open(high) => (")", high),
            };
            let (low, high) = (number(low, Tightness::Sum), number(high, Tightness::Sum));
            let of = number(of, Tightness::Sum);
            let within = format!(" within {low_sign}");
            row(vec![of, within.into(), low, ", ".into(), high, high_sign.into()])
        }
        Condition::Order { left, is, right } => {
            let word = match is {
                TimeOrder::Before => " before ",
                TimeOrder::NotAfter => " not after ",
                TimeOrder::Same => " same as ",
                TimeOrder::NotBefore => " not before ",
                TimeOrder::After => " after ",
            };
            row(vec![moment(left), word.into(), moment(right)])
        }
        Condition::Code { code: of, one_of } => {
            let one_of = match one_of {
                OneOf::Words(words) => {
                    let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
                    format!(" is {}", words.join(" | "))
                }
                OneOf::Codes(names) => format!(" in {}", piped(names)),
            };
            row(vec![code(of), one_of.into()])
        }
        Condition::Same { what, left, right } => same(*what, left, right),
        Condition::Observed { kinds, from, to } => {
            let kinds: Vec<String> = kinds.iter().map(kind).collect();
            let observed = format!("observed {} in ", kinds.join(" | "));
            row(vec![observed.into(), bounds(from, to)])
        }
        Condition::Known(scalar) => row(vec!["known (".into(), self::scalar(scalar), ")".into()]),
        Condition::Else(known, other) => {
            let parts = vec![self::condition(known, Room::Wide), Doc::Line, "else ".into()];
            let other = self::condition(other, Room::Wide);
            row(vec!["(".into(), row(parts).indent(), other.indent(), ")".into()]).group()
        }
        Condition::Of { share, conditions } => of(*share, conditions, room),
        Condition::Not(denied) => row(vec!["not ".into(), self::condition(denied, Room::Tight)]),
    }
}

fn has(count: Count, counted: &Counted, of: &EventSet, spanning: Option<Span>) -> Doc {
    let mut parts = vec![counting(count, counted, spanning.is_none()).into()];
    if let Some(counted) = different(counted) {
        parts.push(format!("{counted} ").into());
    }
    if let Some(spanning) = spanning {
        parts.push(format!("spanning {} ", span(spanning)).into());
    }
    if spanning.is_some() || *counted != Counted::Events {
        parts.push("of ".into());
    }
    parts.push(set(of));
    row(parts).group()
}

fn of(share: Share, conditions: &[Condition], room: Room) -> Doc {
    let joint = match share {
        Share::All if conditions.len() > 1 => "and ",
        Share::Any if conditions.len() > 1 => "or ",
        _ => {
            let word = match share {
                Share::All => "all of (".to_owned(),
                Share::Any => "any of (".to_owned(),
                Share::None => "none of (".to_owned(),
                Share::AtLeast(count) => format!("at least {count} of ("),
                Share::AtMost(count) => format!("at most {count} of ("),
                Share::Exactly(count) => format!("exactly {count} of ("),
            };
            let items = conditions.iter().map(|c| condition(c, Room::Wide)).collect();
            return Doc::list(&word, items, ",", ")");
        }
    };
    let mut parts = Vec::new();
    for (at, part) in conditions.iter().enumerate() {
        if at > 0 {
            parts.push(Doc::Line);
            parts.push(joint.into());
        }
        parts.push(condition(part, Room::Tight));
    }
    match room {
        Room::Wide => row(parts).group(),
        Room::Tight => row(vec!["(".into(), row(parts).indent(), ")".into()]).group(),
    }
}

fn counting(count: Count, counted: &Counted, is_plain: bool) -> String {
    let is_plain = is_plain && *counted == Counted::Events;
    match count {
        Count::AtLeast(1) if is_plain => "any ".to_owned(),
        Count::Exactly(0) if is_plain => "no ".to_owned(),
        Count::AtLeast(count) => format!("at least {count} "),
        Count::AtMost(count) => format!("at most {count} "),
        Count::Exactly(count) => format!("exactly {count} "),
    }
}

fn different(counted: &Counted) -> Option<String> {
    Some(match counted {
        Counted::Events => return None,
        Counted::Days => "different days".to_owned(),
        Counted::Visits => "different visits".to_owned(),
        Counted::Distinct(field) => format!("different {}", code_field(field)),
    })
}

fn same(what: Same, left: &Event, right: &Event) -> Doc {
    let what = match what {
        Same::Visit => "visit",
        Same::Ward => "ward",
        Same::Department => "department",
        Same::Order => "order",
        Same::Event => "event",
    };
    if *left == Event::This {
        return row(vec![format!("same {what} as ").into(), event_argument(right)]);
    }
    let same = format!("same {what} (");
    row(vec![same.into(), event_argument(left), ", ".into(), event_argument(right), ")".into()])
}

pub(crate) fn comparison(is: Comparison) -> &'static str {
    match is {
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Equal => "=",
        Comparison::NotEqual => "!=",
        Comparison::AtLeast => ">=",
        Comparison::Greater => ">",
    }
}

/// Where a number stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tightness {
    Sum,
    Product,
    Primary,
}

pub(crate) fn number(number: &Number, tightness: Tightness) -> Doc {
    match number {
        Number::Literal { value, unit } => literal(value.get(), unit.as_ref()).into(),
        Number::Named(name) => name.as_str().into(),
        Number::Field { of, field, unit } => {
            let field = format!("{}{}", number_field(field), as_unit(unit.as_ref()));
            row(vec![before_dot(of), field.into()])
        }
        Number::Count { counted, of } => {
            let counted = different(counted).map(|counted| format!("{counted} of "));
            let count = format!("count of {}(", counted.unwrap_or_default());
            Doc::list(&count, vec![set(of)], "", ")")
        }
        Number::Statistic { statistic: what, field, unit, of } => {
            let (field, unit) = (number_field(field), as_unit(unit.as_ref()));
            of_set(&format!("{} of {field}{unit}", statistic(*what)), of)
        }
        Number::Covered { of, supply: how, carry, window: when } => {
            let by = Doc::list("covered by (", vec![set(of)], "", ")");
            let supply = format!(" {} ", supply(*how, *carry));
            row(vec![by, supply.into(), window(when)]).group()
        }
        Number::Age { at, unit } => {
            let unit = match unit {
                TimeUnit::Year => String::new(),
                unit => format!("in {} ", time_unit(*unit)),
            };
            row(vec![format!("age {unit}at ").into(), moment(at)])
        }
        Number::Year { of } => row(vec!["year of ".into(), moment(of)]),
        Number::Between { from, to, unit } => {
            let from_word = format!("{} from ", unit_word(*unit));
            row(vec![from_word.into(), moment(from), " to ".into(), moment(to)])
        }
        Number::Egfr { equation, creatinine } => {
            let equation = match equation {
                Equation::Jp => "jp",
                Equation::CkdEpi2009 => "ckd_epi_2009",
                Equation::CkdEpi2021 => "ckd_epi_2021",
            };
            if *creatinine == Event::This {
                return format!("egfr({equation})").into();
            }
            let start = format!("egfr({equation}, ");
            row(vec![start.into(), event_argument(creatinine), ")".into()])
        }
        Number::Bmi { weight, height } => {
            let (weight, height) = (event_argument(weight), event_argument(height));
            row(vec!["bmi(".into(), weight, ", ".into(), height, ")".into()])
        }
        Number::Arithmetic { operator, left, right } => {
            arithmetic(*operator, left, right, tightness)
        }
        Number::Least(numbers) => numbers_of("least of (", numbers),
        Number::Greatest(numbers) => numbers_of("greatest of (", numbers),
        Number::Else(known, other) => {
            let known = self::number(known, Tightness::Sum);
            let other = self::number(other, Tightness::Sum);
            row(vec!["(".into(), known, " else ".into(), other, ")".into()])
        }
        Number::Case { branches, otherwise } => {
            let branches = branches
                .iter()
                .map(|branch| (&branch.when, self::number(&branch.then, Tightness::Sum)));
            let otherwise = otherwise.as_deref().map(|n| self::number(n, Tightness::Sum));
            case(branches, otherwise)
        }
    }
}

fn arithmetic(operator: Operator, left: &Number, right: &Number, tightness: Tightness) -> Doc {
    let (sign, own, after) = match operator {
        Operator::Add => (" + ", Tightness::Sum, Tightness::Product),
        Operator::Subtract => (" - ", Tightness::Sum, Tightness::Product),
        Operator::Multiply => (" * ", Tightness::Product, Tightness::Primary),
        Operator::Divide => (" / ", Tightness::Product, Tightness::Primary),
    };
    let written = row(vec![number(left, own), sign.into(), number(right, after)]);
    if own < tightness { row(vec!["(".into(), written, ")".into()]) } else { written }
}

fn numbers_of(before: &str, numbers: &[Number]) -> Doc {
    let numbers = numbers.iter().map(|n| number(n, Tightness::Sum)).collect();
    Doc::list(before, numbers, ",", ")")
}

fn case<'a>(branches: impl Iterator<Item = (&'a Condition, Doc)>, otherwise: Option<Doc>) -> Doc {
    let mut parts = vec!["case".into()];
    for (when, then) in branches {
        let branch = vec!["when ".into(), condition(when, Room::Wide), " then ".into(), then];
        parts.push(row(vec![Doc::Line, row(branch)]).indent());
    }
    if let Some(otherwise) = otherwise {
        parts.push(row(vec![Doc::Line, "else ".into(), otherwise]).indent());
    }
    parts.push(Doc::Line);
    parts.push("end".into());
    row(parts).group()
}

/// `6.5 %`
pub(crate) fn literal(value: f64, unit: Option<&Unit>) -> String {
    unit.map_or_else(|| value.to_string(), |unit| format!("{value} {unit}"))
}

fn as_unit(unit: Option<&Unit>) -> String {
    unit.map(|unit| format!(" as {unit}")).unwrap_or_default()
}

pub(crate) fn number_field(field: &NumberField) -> String {
    match field {
        NumberField::Value => "value".to_owned(),
        NumberField::UpperLimit => "upper_limit".to_owned(),
        NumberField::LowerLimit => "lower_limit".to_owned(),
        NumberField::Dose => "dose".to_owned(),
        NumberField::DaysSupply => "days_supply".to_owned(),
        NumberField::Members => "members".to_owned(),
        NumberField::Attribute(name) => format!("number {name}"),
    }
}

pub(crate) fn code_field(field: &CodeField) -> String {
    match field {
        CodeField::Code => "code".to_owned(),
        CodeField::CodedValue => "coded_value".to_owned(),
        CodeField::Route => "route".to_owned(),
        CodeField::Department => "department".to_owned(),
        CodeField::Ward => "ward".to_owned(),
        CodeField::Unit => "unit".to_owned(),
        CodeField::VisitKind => "kind".to_owned(),
        CodeField::Attribute(name) => format!("attribute {name}"),
    }
}

fn statistic(statistic: Statistic) -> String {
    match statistic {
        Statistic::Mean => "mean".to_owned(),
        Statistic::Median => "median".to_owned(),
        Statistic::Sum => "sum".to_owned(),
        Statistic::Highest => "highest".to_owned(),
        Statistic::Lowest => "lowest".to_owned(),
        Statistic::Change => "change".to_owned(),
        Statistic::Ratio => "ratio".to_owned(),
        Statistic::Slope(unit) => format!("slope per {}", time_unit(unit)),
    }
}

pub(crate) fn time_unit(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Minute => "min",
        TimeUnit::Hour => "h",
        TimeUnit::Day => "d",
        TimeUnit::Week => "w",
        TimeUnit::Month => "mo",
        TimeUnit::Year => "y",
    }
}

fn unit_word(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "seconds",
        TimeUnit::Minute => "minutes",
        TimeUnit::Hour => "hours",
        TimeUnit::Day => "days",
        TimeUnit::Week => "weeks",
        TimeUnit::Month => "months",
        TimeUnit::Year => "years",
    }
}

/// What stands before the field of an event.
fn before_dot(of: &Event) -> Doc {
    match of {
        Event::This => "".into(),
        of => row(vec![event_argument(of), ".".into()]),
    }
}

pub(crate) fn code(code: &Code) -> Doc {
    match code {
        Code::Word(word) => quote(word).into(),
        Code::Named(name) => name.as_str().into(),
        Code::Sex => "sex".into(),
        Code::Field { of, field } => row(vec![before_dot(of), code_field(field).into()]),
        Code::Band { of, cuts, unit } => {
            let cuts: Vec<String> =
                cuts.iter().map(|cut| format!(", {}", literal(cut.get(), unit.as_ref()))).collect();
            let of = number(of, Tightness::Sum);
            row(vec!["band(".into(), of, cuts.concat().into(), ")".into()])
        }
        Code::Case { branches, otherwise } => {
            let branches = branches.iter().map(|b| (&b.when, self::code(&b.then)));
            case(branches, otherwise.as_deref().map(self::code))
        }
    }
}

/// A value where a bare event would mean the event itself.
pub(crate) fn plain_moment(of: &Moment) -> Doc {
    match (&of.anchor, of.offset) {
        (Anchor::Start(event), None) => row(vec!["start of ".into(), event_argument(event)]),
        _ => moment(of),
    }
}

fn scalar(scalar: &Scalar) -> Doc {
    match scalar {
        Scalar::Number(of) => number(of, Tightness::Sum),
        Scalar::Moment(of) => plain_moment(of),
        Scalar::Code(of) => code(of),
        Scalar::Condition(of) => condition(of, Room::Wide),
    }
}

pub(crate) fn moment(moment: &Moment) -> Doc {
    let anchor = match &moment.anchor {
        Anchor::Index => "index".into(),
        Anchor::Exit => "exit".into(),
        Anchor::Start(of) => event_argument(of),
        Anchor::End(of) => row(vec![event_argument(of), ".end".into()]),
        Anchor::Birth => "birth".into(),
        Anchor::Death => "death".into(),
        Anchor::StudyStart => "study.start".into(),
        Anchor::StudyEnd => "study.end".into(),
        Anchor::CoverageStart => "coverage.start".into(),
        Anchor::CoverageEnd => "coverage.end".into(),
        Anchor::CoverageStartOf(of) => row(vec!["coverage.start of ".into(), event_argument(of)]),
        Anchor::CoverageEndOf(of) => row(vec!["coverage.end of ".into(), event_argument(of)]),
        Anchor::IntervalStart => "interval.start".into(),
        Anchor::IntervalEnd => "interval.end".into(),
        Anchor::Date(date) => date.to_string().into(),
        Anchor::Named(name) => name.as_str().into(),
        Anchor::Earliest(moments) => {
            Doc::list("earliest of (", moments.iter().map(self::moment).collect(), ",", ")")
        }
        Anchor::Latest(moments) => {
            Doc::list("latest of (", moments.iter().map(self::moment).collect(), ",", ")")
        }
        Anchor::Else(known, other) => {
            let mut parts = vec!["(".into(), plain_moment(known)];
            let mut other = other;
            while let Moment { anchor: Anchor::Else(known, last), offset: None } = &**other {
                parts.extend([" else ".into(), plain_moment(known)]);
                other = last;
            }
            parts.extend([" else ".into(), plain_moment(other), ")".into()]);
            row(parts)
        }
    };
    let Some(offset) = moment.offset else { return anchor };
    let sign = if offset.count < 0 { "-" } else { "+" };
    let step = format!(" {sign} {}{}", offset.count.unsigned_abs(), time_unit(offset.unit));
    row(vec![anchor, step.into()])
}

pub(crate) fn window(window: &Window) -> Doc {
    if *window == Window::ever() {
        return "ever".into();
    }
    let word = match window.relation {
        Relation::Starts => "in ",
        Relation::Ends => "ending in ",
        Relation::Wholly => "wholly in ",
        Relation::Overlaps => "overlapping ",
    };
    row(vec![word.into(), bounds(&window.from, &window.to)])
}

pub(crate) fn bounds(from: &Bound, to: &Bound) -> Doc {
    let from = match from {
        Bound::Ever => "[ever".into(),
        Bound::Closed(of) => row(vec!["[".into(), moment(of)]),
        Bound::Open(of) => row(vec!["(".into(), moment(of)]),
    };
    let to = match to {
        Bound::Ever => "ever]".into(),
        Bound::Closed(of) => row(vec![moment(of), "]".into()]),
        Bound::Open(of) => row(vec![moment(of), ")".into()]),
    };
    row(vec![from, ", ".into(), to])
}
