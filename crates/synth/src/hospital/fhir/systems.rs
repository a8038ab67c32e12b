//! Addresses of code systems, profiles and extensions, as `concat!` wants them.

/// Puts together JSON from pieces that are known when the program is built.
macro_rules! json {
    ($($piece:expr),* $(,)?) => { concat!($($piece),*) };
}

/// A coding of one system up to its code: `{"system":"…","code":"`.
macro_rules! coding {
    ($system:literal) => {
        concat!(r#"{"system":""#, $system, r#"","code":""#)
    };
}

/// The claim of a profile of JP Core, as the end of `meta`.
macro_rules! profile {
    ($name:literal) => {
        concat!(
            r#"","profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_"#,
            $name,
            r#""]}"#
        )
    };
}

/// An extension of JP Core up to its value.
macro_rules! extension {
    ($name:literal) => {
        concat!(
            r#"{"url":"http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_"#,
            $name,
            r#"","#
        )
    };
}

pub(super) use {coding, extension, json, profile};
