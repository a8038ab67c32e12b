//! The functions an expression may call, and what each gives.

/// What a function gives, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// Items of what it is called on.
    Same,
    /// The same; its arguments are asked of each item.
    SameWhere,
    /// What its argument gives, asked of each item.
    Argument,
    /// Items of the type its argument names.
    Narrowed,
    /// Truth; its argument names a type.
    TypeTest,
    /// Truth; its arguments are asked of each item.
    TruthOfEach,
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
    use Gives::{
        Argument, Extension, Narrowed, ReferenceKey, Same, SameWhere, System, TruthOfEach,
        TypeTest, Unknown,
    };
    const TRUTH: Gives = System("System.Boolean");
    const TEXT: Gives = System("System.String");
    const WHOLE: Gives = System("System.Integer");
    &[
        ("abs", Same),
        ("aggregate", Unknown),
        ("all", TruthOfEach),
        ("allFalse", TRUTH),
        ("allTrue", TRUTH),
        ("anyFalse", TRUTH),
        ("anyTrue", TRUTH),
        ("as", Narrowed),
        ("ceiling", WHOLE),
        ("checkModifiers", Same),
        ("children", Unknown),
        ("coalesce", Unknown),
        ("combine", Unknown),
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
        ("defineVariable", Unknown),
        ("descendants", Unknown),
        ("difference", WHOLE),
        ("distinct", Same),
        ("duration", WHOLE),
        ("elementDefinition", Unknown),
        ("empty", TRUTH),
        ("encode", TEXT),
        ("endsWith", TRUTH),
        ("escape", TEXT),
        ("exclude", Same),
        ("exists", TruthOfEach),
        ("exp", System("System.Decimal")),
        ("extension", Extension),
        ("first", Same),
        ("floor", WHOLE),
        ("getReferenceKey", ReferenceKey),
        ("getResourceKey", TEXT),
        ("getValue", Unknown),
        ("hasTemplateIdOf", TRUTH),
        ("hasValue", TRUTH),
        ("highBoundary", Same),
        ("hourOf", WHOLE),
        ("htmlChecks", TRUTH),
        ("iif", Unknown),
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
        ("power", Unknown),
        ("precision", WHOLE),
        ("repeat", Unknown),
        ("repeatAll", Unknown),
        ("replace", TEXT),
        ("replaceMatches", TEXT),
        ("resolve", Unknown),
        ("round", System("System.Decimal")),
        ("secondOf", WHOLE),
        ("select", Argument),
        ("single", Same),
        ("skip", Same),
        ("slice", Unknown),
        ("sort", SameWhere),
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
        ("toQuantity", Unknown),
        ("toString", TEXT),
        ("toTime", System("System.Time")),
        ("today", System("System.Date")),
        ("trace", Same),
        ("trim", TEXT),
        ("truncate", WHOLE),
        ("type", Unknown),
        ("unescape", TEXT),
        ("union", Unknown),
        ("upper", TEXT),
        ("where", SameWhere),
        ("yearOf", WHOLE),
    ]
};

/// What the function of this name gives; nothing where there is no such function.
pub(super) fn gives(name: &str) -> Option<Gives> {
    let place = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    FUNCTIONS.get(place).map(|(_, gives)| *gives)
}

/// Every function's name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(names().is_sorted());
        assert!(names().all(|name| gives(name).is_some()));
        assert_eq!(gives("select"), Some(Gives::Argument));
        assert_eq!(gives("selct"), None);
    }
}
