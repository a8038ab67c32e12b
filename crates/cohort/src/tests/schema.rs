//! The published schemas are those of the types, and what is written keeps to them.

use proptest::prelude::*;
use serde_json::Value;

use crate::json::{self, ConceptSetFile, DefinitionFile};

use super::generate::Generator;

/// Compares a kept schema with that of the types; with `COHORT_WRITE_SCHEMA` set, writes it.
fn kept<T: schemars::JsonSchema>(file: &str) {
    let now = serde_json::to_string_pretty(&schemars::schema_for!(T)).unwrap() + "\n";
    let path = format!("{}/schema/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("COHORT_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == now,
        "{file}: run the tests once with COHORT_WRITE_SCHEMA=1, and raise json::VERSION if old definitions can no longer be read"
    );
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    kept::<DefinitionFile>("definition.schema.json");
    kept::<ConceptSetFile>("concept_set.schema.json");
}

/// As much of JSON Schema 2020-12 as the published schemas use; an unknown keyword fails.
#[expect(clippy::too_many_lines, reason = "one arm for each keyword")]
fn check(schema: &Value, root: &Value, value: &Value) -> Result<(), String> {
    let Value::Object(schema) = schema else {
        return if schema == &Value::Bool(true) { Ok(()) } else { Err("false".to_owned()) };
    };
    for (keyword, wanted) in schema {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => true,
            "additionalProperties" => match (wanted, value) {
                (Value::Bool(false), Value::Object(object)) => {
                    let known = schema.get("properties").and_then(Value::as_object);
                    object.keys().all(|key| known.is_some_and(|known| known.contains_key(key)))
                }
                _ => return Err(format!("{keyword}: {wanted}")),
            },
            "$ref" => {
                let name = wanted.as_str().unwrap().trim_start_matches("#/$defs/");
                check(&root["$defs"][name], root, value)?;
                true
            }
            "type" => match wanted {
                Value::Array(types) => types.iter().any(|one| is_type(one, value)),
                one => is_type(one, value),
            },
            "properties" => {
                for (name, of) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        check(of, root, value).map_err(|told| format!("{name}.{told}"))?;
                    }
                }
                true
            }
            "required" => wanted
                .as_array()
                .unwrap()
                .iter()
                .all(|name| value.get(name.as_str().unwrap()).is_some()),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(wanted, root, item)?;
                }
                true
            }
            "prefixItems" => {
                let items = value.as_array().cloned().unwrap_or_default();
                for (of, item) in wanted.as_array().unwrap().iter().zip(&items) {
                    check(of, root, item)?;
                }
                true
            }
            "minItems" => {
                value.as_array().is_none_or(|a| a.len() as u64 >= wanted.as_u64().unwrap())
            }
            "maxItems" => {
                value.as_array().is_none_or(|a| a.len() as u64 <= wanted.as_u64().unwrap())
            }
            "minimum" => value.as_f64().is_none_or(|n| n >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= wanted.as_f64().unwrap()),
            "pattern" => true,
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "oneOf" | "anyOf" => {
                let tried: Vec<_> =
                    wanted.as_array().unwrap().iter().map(|one| check(one, root, value)).collect();
                let fit = tried.iter().filter(|result| result.is_ok()).count();
                if fit == 0 || (keyword == "oneOf" && fit != 1) {
                    return Err(format!("{fit} of {keyword} for {value}: {tried:?}"));
                }
                true
            }
            _ => return Err(format!("keyword {keyword} is not checked")),
        };
        if !holds {
            return Err(format!("{keyword} {wanted} for {value}"));
        }
    }
    Ok(())
}

fn is_type(wanted: &Value, value: &Value) -> bool {
    match wanted.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_keeps_to_the_schema(bytes in super::bytes()) {
        let schema: Value = serde_json::from_str(json::DEFINITION_SCHEMA).unwrap();
        let written = json::write(&Generator::new(&bytes).definition());
        let value: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(check(&schema, &schema, &value), Ok(()));
        let schema: Value = serde_json::from_str(json::CONCEPT_SET_SCHEMA).unwrap();
        let written = json::write_codes(&Generator::new(&bytes).concept_set());
        let value: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(check(&schema, &schema, &value), Ok(()));
    }
}

#[test]
fn what_is_no_definition_does_not_keep_to_the_schema() {
    let schema: Value = serde_json::from_str(json::DEFINITION_SCHEMA).unwrap();
    let good = json::write(&Generator::new(&[]).definition());
    for (from, to) in
        [("\"aoba_cohort\": 1", "\"aoba_cohort\": \"1\""), ("\"choose\"", "\"chose\"")]
    {
        assert!(good.contains(from), "{good}");
        let value: Value = serde_json::from_str(&good.replace(from, to)).unwrap();
        assert!(check(&schema, &schema, &value).is_err(), "{from}");
        assert!(json::read(&good.replace(from, to)).is_err(), "{from}");
    }
}

#[test]
fn a_tree_that_its_text_could_not_say_is_refused() {
    let good = json::write(&Generator::new(&[]).definition());
    let newer = good.replace("\"aoba_cohort\": 1", "\"aoba_cohort\": 2");
    assert!(json::read(&newer).unwrap_err()[0].to_string().contains("2 → 1"));
    let unbound = good.replace("\"records\": {", "\"named\": \"ghost\", \"records\": {");
    assert!(json::read(&unbound).is_err());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(json::read(&deep).is_err());
}
