//! The functions, by name.

mod collections;
mod fhir;
mod math;
mod moments;
mod text;

pub(super) use collections::distinct;

use super::value::{Collection, Value};
use super::{Answer, Frame, PathError, Run, convert, types};
use crate::model;
use crate::path::ast::{Expr, TypeOp};

/// Every function: its name, and how few and how many arguments it takes.
pub const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("abs", 0, 0),
    ("aggregate", 1, 2),
    ("all", 1, 1),
    ("allFalse", 0, 0),
    ("allTrue", 0, 0),
    ("anyFalse", 0, 0),
    ("anyTrue", 0, 0),
    ("as", 1, 1),
    ("ceiling", 0, 0),
    ("children", 0, 0),
    ("coalesce", 1, 100),
    ("combine", 1, 2),
    ("comparable", 1, 1),
    ("conformsTo", 1, 1),
    ("contains", 1, 1),
    ("convertsToBoolean", 0, 0),
    ("convertsToDate", 0, 0),
    ("convertsToDateTime", 0, 0),
    ("convertsToDecimal", 0, 0),
    ("convertsToInteger", 0, 0),
    ("convertsToLong", 0, 0),
    ("convertsToQuantity", 0, 1),
    ("convertsToString", 0, 0),
    ("convertsToTime", 0, 0),
    ("count", 0, 0),
    ("dateOf", 0, 0),
    ("dayOf", 0, 0),
    ("decode", 1, 1),
    ("defineVariable", 1, 2),
    ("descendants", 0, 0),
    ("distinct", 0, 0),
    ("empty", 0, 0),
    ("encode", 1, 1),
    ("endsWith", 1, 1),
    ("escape", 1, 1),
    ("exclude", 1, 1),
    ("exists", 0, 1),
    ("exp", 0, 0),
    ("extension", 1, 1),
    ("first", 0, 0),
    ("floor", 0, 0),
    ("getReferenceKey", 0, 1),
    ("getResourceKey", 0, 0),
    ("getValue", 0, 0),
    ("hasValue", 0, 0),
    ("highBoundary", 0, 1),
    ("hourOf", 0, 0),
    ("htmlChecks", 0, 0),
    ("iif", 2, 3),
    ("indexOf", 1, 1),
    ("intersect", 1, 1),
    ("is", 1, 1),
    ("isDistinct", 0, 0),
    ("join", 0, 1),
    ("last", 0, 0),
    ("lastIndexOf", 1, 1),
    ("length", 0, 0),
    ("ln", 0, 0),
    ("log", 1, 1),
    ("lowBoundary", 0, 1),
    ("lower", 0, 0),
    ("matches", 1, 2),
    ("matchesFull", 1, 2),
    ("memberOf", 1, 1),
    ("millisecondOf", 0, 0),
    ("minuteOf", 0, 0),
    ("monthOf", 0, 0),
    ("not", 0, 0),
    ("now", 0, 0),
    ("ofType", 1, 1),
    ("power", 1, 1),
    ("precision", 0, 0),
    ("repeat", 1, 1),
    ("repeatAll", 1, 1),
    ("replace", 2, 2),
    ("replaceMatches", 2, 3),
    ("resolve", 0, 0),
    ("round", 0, 1),
    ("secondOf", 0, 0),
    ("select", 1, 1),
    ("single", 0, 0),
    ("skip", 1, 1),
    ("sort", 0, 100),
    ("split", 1, 1),
    ("sqrt", 0, 0),
    ("startsWith", 1, 1),
    ("subsetOf", 1, 1),
    ("substring", 1, 2),
    ("subsumedBy", 1, 1),
    ("subsumes", 1, 1),
    ("supersetOf", 1, 1),
    ("tail", 0, 0),
    ("take", 1, 1),
    ("timeOf", 0, 0),
    ("timeOfDay", 0, 0),
    ("timezoneOffsetOf", 0, 0),
    ("toBoolean", 0, 0),
    ("toChars", 0, 0),
    ("toDate", 0, 0),
    ("toDateTime", 0, 0),
    ("toDecimal", 0, 0),
    ("toInteger", 0, 0),
    ("toLong", 0, 0),
    ("toQuantity", 0, 1),
    ("toString", 0, 0),
    ("toTime", 0, 0),
    ("today", 0, 0),
    ("trace", 1, 2),
    ("trim", 0, 0),
    ("truncate", 0, 0),
    ("type", 0, 0),
    ("unescape", 1, 1),
    ("union", 1, 1),
    ("upper", 0, 0),
    ("where", 1, 1),
    ("yearOf", 0, 0),
];

/// One call.
pub(super) struct Call<'a, 'e> {
    pub(super) name: &'e str,
    pub(super) arguments: &'e [Expr],
    pub(super) at: usize,
    pub(super) frame: &'e Frame<'a>,
}

impl<'a> Call<'a, '_> {
    fn fail(&self, message: impl Into<String>) -> PathError {
        PathError::new(self.at, message)
    }

    /// An argument's values, evaluated where the call stands.
    fn argument(&self, run: &Run<'a, '_>, index: usize) -> Answer<'a> {
        self.arguments
            .get(index)
            .map_or(Ok(Vec::new()), |argument| run.scoped(argument, self.frame))
    }

    /// An argument that is one value or none.
    fn one(&self, run: &Run<'a, '_>, index: usize) -> Result<Option<Value<'a>>, PathError> {
        let values = self.argument(run, index)?;
        let what = format!("argument {} of {}()", index + 1, self.name);
        Ok(super::one(values, self.at, &what)?.map(|value| value.system()))
    }

    fn integer(&self, run: &Run<'a, '_>, index: usize) -> Result<Option<i64>, PathError> {
        match self.one(run, index)? {
            None => Ok(None),
            Some(Value::Integer(value) | Value::Long(value)) => Ok(Some(value)),
            Some(_) => Err(self.fail(format!("{}() takes a whole number", self.name))),
        }
    }

    fn string(&self, run: &Run<'a, '_>, index: usize) -> Result<Option<String>, PathError> {
        match self.one(run, index)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.into_owned())),
            Some(_) => Err(self.fail(format!("{}() takes a text", self.name))),
        }
    }

    /// The input, if it is one value or none.
    fn single(&self, input: Collection<'a>) -> Result<Option<Value<'a>>, PathError> {
        super::one(input, self.at, &format!("what {}() is called on", self.name))
    }

    /// Evaluates an argument for one item of the input.
    fn for_item(
        &self,
        run: &Run<'a, '_>,
        argument: usize,
        (index, item): (usize, &Value<'a>),
    ) -> Answer<'a> {
        let Some(argument) = self.arguments.get(argument) else { return Ok(Vec::new()) };
        let frame = Frame {
            this: vec![item.clone()],
            index: i64::try_from(index).ok(),
            total: self.frame.total.clone(),
        };
        run.scoped(argument, &frame)
    }

    /// Whether the first argument holds for one item.
    fn holds(&self, run: &Run<'a, '_>, item: (usize, &Value<'a>)) -> Result<bool, PathError> {
        let values = self.for_item(run, 0, item)?;
        Ok(super::operators::truth(values, self.at)? == Some(true))
    }
}

/// Calls a function.
pub(super) fn call<'a>(
    run: &Run<'a, '_>,
    input: Collection<'a>,
    call: &Call<'a, '_>,
) -> Answer<'a> {
    check_arguments(call)?;
    if let Some(answer) = collections::call(run, &input, call) {
        return answer;
    }
    if let Some(answer) = fhir::call(run, &input, call) {
        return answer;
    }
    if let Some(answer) = moments::call(run, &input, call) {
        return answer;
    }
    let name = call.name;
    if name == "join" {
        return text::join(run, &input, call);
    }
    if name == "is" || name == "as" || name == "ofType" {
        let Some(argument) = call.arguments.first() else { return Ok(Vec::new()) };
        let wanted = types::name_of(argument)?;
        return match name {
            "is" => types::test(TypeOp::Is, input, &wanted, call.at),
            "as" => types::test(TypeOp::As, input, &wanted, call.at),
            _ => types::of_type(input, &wanted, call.at),
        };
    }
    let input = call.single(input)?;
    if let Some(kind) = name.strip_prefix("convertsTo") {
        let converts = |value: Value<'a>| {
            Value::Boolean(to(run, call, kind, &value).is_ok_and(|v| v.is_some()))
        };
        return Ok(input.map(converts).into_iter().collect());
    }
    if let Some(kind) = name.strip_prefix("to").filter(|kind| CONVERSIONS.contains(kind)) {
        let Some(input) = input else { return Ok(Vec::new()) };
        return Ok(to(run, call, kind, &input)?.into_iter().collect());
    }
    if math::NAMES.contains(&name) {
        return math::call(run, input, call);
    }
    text::call(run, input, call)
}

const CONVERSIONS: &[&str] =
    &["Boolean", "Date", "DateTime", "Decimal", "Integer", "Long", "Quantity", "String", "Time"];

/// Converts; `toQuantity('mg')` also to a unit.
fn to<'a>(
    run: &Run<'a, '_>,
    call: &Call<'a, '_>,
    kind: &str,
    value: &Value<'a>,
) -> Result<Option<Value<'a>>, PathError> {
    let converted = convert::to(kind, value);
    match (converted, call.string(run, 0)?) {
        (Some(Value::Quantity(quantity)), Some(unit)) => {
            Ok(math::in_unit(&quantity, &unit).map(Value::Quantity))
        }
        (converted, _) => Ok(converted),
    }
}

fn check_arguments(call: &Call<'_, '_>) -> Result<(), PathError> {
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(name, ..)| *name == call.name) else {
        let hint = model::did_you_mean(call.name, FUNCTIONS.iter().map(|(name, ..)| *name));
        return Err(call.fail(format!("there is no function {}(){hint}", call.name)));
    };
    let given = call.arguments.len();
    if (*least..=*most).contains(&given) {
        return Ok(());
    }
    let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Err(call.fail(format!("{}() takes {wanted} arguments, not {given}", call.name)))
}
