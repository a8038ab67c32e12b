//! What functions give, as far as their names tell.

use crate::model;
use crate::path::eval;

/// What a function gives, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Items of what it is called on.
    Same,
    /// What its argument gives.
    Argument,
    /// Items of the type its argument names.
    Narrowed,
    /// Truth; its argument names a type.
    TypeTest,
    /// Extensions.
    Extension,
    /// The key of what a Reference means; its argument names a type.
    ReferenceKey,
    /// Values of a System type.
    System(&'static str),
    /// What the name does not tell.
    Unknown,
}

/// # Source
/// FHIRPath 3.0.0 (ballot) and 2.0.0; FHIR R4, FHIRPath; SQL-on-FHIR 3.0.0-ballot.
const FUNCTIONS: &[(&str, Gives)] = {
    use Gives::{Argument, Extension, Narrowed, ReferenceKey, Same, System, TypeTest};
    const TRUTH: Gives = System("System.Boolean");
    const TEXT: Gives = System("System.String");
    const WHOLE: Gives = System("System.Integer");
    &[
        ("abs", Same),
        ("all", TRUTH),
        ("allFalse", TRUTH),
        ("allTrue", TRUTH),
        ("anyFalse", TRUTH),
        ("anyTrue", TRUTH),
        ("as", Narrowed),
        ("ceiling", WHOLE),
        ("comparable", TRUTH),
        ("conformsTo", TRUTH),
        ("contains", TRUTH),
        ("convertsToBoolean", TRUTH),
        ("convertsToDate", TRUTH),
        ("convertsToDateTime", TRUTH),
        ("convertsToDecimal", TRUTH),
        ("convertsToInteger", TRUTH),
        ("convertsToLong", TRUTH),
        ("convertsToQuantity", TRUTH),
        ("convertsToString", TRUTH),
        ("convertsToTime", TRUTH),
        ("count", WHOLE),
        ("dateOf", System("System.Date")),
        ("dayOf", WHOLE),
        ("decode", TEXT),
        ("distinct", Same),
        ("empty", TRUTH),
        ("encode", TEXT),
        ("endsWith", TRUTH),
        ("escape", TEXT),
        ("exclude", Same),
        ("exists", TRUTH),
        ("exp", System("System.Decimal")),
        ("extension", Extension),
        ("first", Same),
        ("floor", WHOLE),
        ("getReferenceKey", ReferenceKey),
        ("getResourceKey", TEXT),
        ("hasValue", TRUTH),
        ("highBoundary", Same),
        ("hourOf", WHOLE),
        ("htmlChecks", TRUTH),
        ("indexOf", WHOLE),
        ("intersect", Same),
        ("is", TypeTest),
        ("isDistinct", TRUTH),
        ("join", TEXT),
        ("last", Same),
        ("lastIndexOf", WHOLE),
        ("length", WHOLE),
        ("ln", System("System.Decimal")),
        ("log", System("System.Decimal")),
        ("lowBoundary", Same),
        ("lower", TEXT),
        ("matches", TRUTH),
        ("matchesFull", TRUTH),
        ("memberOf", TRUTH),
        ("millisecondOf", WHOLE),
        ("minuteOf", WHOLE),
        ("monthOf", WHOLE),
        ("not", TRUTH),
        ("now", System("System.DateTime")),
        ("ofType", Narrowed),
        ("precision", WHOLE),
        ("replace", TEXT),
        ("replaceMatches", TEXT),
        ("round", System("System.Decimal")),
        ("secondOf", WHOLE),
        ("select", Argument),
        ("single", Same),
        ("skip", Same),
        ("sort", Same),
        ("split", TEXT),
        ("sqrt", System("System.Decimal")),
        ("startsWith", TRUTH),
        ("subsetOf", TRUTH),
        ("substring", TEXT),
        ("subsumedBy", TRUTH),
        ("subsumes", TRUTH),
        ("supersetOf", TRUTH),
        ("tail", Same),
        ("take", Same),
        ("timeOf", System("System.Time")),
        ("timeOfDay", System("System.Time")),
        ("timezoneOffsetOf", System("System.Decimal")),
        ("toBoolean", TRUTH),
        ("toChars", TEXT),
        ("toDate", System("System.Date")),
        ("toDateTime", System("System.DateTime")),
        ("toDecimal", System("System.Decimal")),
        ("toInteger", WHOLE),
        ("toLong", System("System.Long")),
        ("toQuantity", System("System.Quantity")),
        ("toString", TEXT),
        ("toTime", System("System.Time")),
        ("today", System("System.Date")),
        ("trace", Same),
        ("trim", TEXT),
        ("truncate", WHOLE),
        ("unescape", TEXT),
        ("upper", TEXT),
        ("where", Same),
        ("yearOf", WHOLE),
    ]
};

/// Functions whose answer depends on the order of what they are called on.
const OF_AN_ORDER: [&str; 5] = ["first", "last", "skip", "tail", "take"];

/// Functions on texts.
const OF_TEXTS: [&str; 20] = [
    "contains",
    "decode",
    "encode",
    "endsWith",
    "escape",
    "indexOf",
    "lastIndexOf",
    "length",
    "lower",
    "matches",
    "matchesFull",
    "replace",
    "replaceMatches",
    "split",
    "startsWith",
    "substring",
    "toChars",
    "trim",
    "unescape",
    "upper",
];

/// Functions whose arguments are asked of each item of what they are called on.
const OF_EACH_ITEM: [&str; 11] = [
    "aggregate",
    "all",
    "defineVariable",
    "exists",
    "iif",
    "repeat",
    "repeatAll",
    "select",
    "sort",
    "trace",
    "where",
];

/// Whether the function's arguments are asked of each item, not of what surrounds the call.
pub(super) fn asks_each_item(name: &str) -> bool {
    OF_EACH_ITEM.contains(&name)
}

/// Whether what the function gives depends on the order of what it is called on.
pub(super) fn depends_on_order(name: &str) -> bool {
    OF_AN_ORDER.contains(&name)
}

/// Whether the function means nothing but for texts.
pub(super) fn is_for_texts(name: &str) -> bool {
    OF_TEXTS.contains(&name)
}

/// What the function of this name gives.
pub(super) fn gives(name: &str) -> Gives {
    let place = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
    place.and_then(|place| FUNCTIONS.get(place)).map_or(Gives::Unknown, |(_, gives)| *gives)
}

/// Says what is wrong with a call of this function with so many arguments, if anything is.
pub(super) fn wrong(name: &str, arguments: usize) -> Option<String> {
    let Some((_, least, most)) = eval::FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        let near = model::did_you_mean(name, eval::FUNCTIONS.iter().map(|(known, ..)| *known));
        return Some(format!("{name}(){near}"));
    };
    let fits = (*least..=*most).contains(&arguments);
    (!fits).then(|| format!("{name}() with {arguments} arguments"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_only_functions_there_are() {
        let names = || FUNCTIONS.iter().map(|(name, _)| *name);
        assert!(names().is_sorted());
        let known = |name: &str| eval::FUNCTIONS.iter().any(|(known, ..)| *known == name);
        assert_eq!(names().find(|name| !known(name)), None);
        let others = OF_AN_ORDER.iter().chain(&OF_TEXTS).chain(&OF_EACH_ITEM);
        assert_eq!(others.copied().find(|name| !known(name)), None);
        assert_eq!((gives("select"), gives("selct")), (Gives::Argument, Gives::Unknown));
        assert_eq!(wrong("selct", 1).as_deref(), Some("selct(); did you mean select?"));
        assert_eq!(wrong("first", 1).as_deref(), Some("first() with 1 arguments"));
        assert_eq!(wrong("first", 0), None);
    }
}
