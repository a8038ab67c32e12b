//! Tests of the import and export of Circe.

mod agree;
mod census;
mod engine;
mod rare;
mod strict;

use std::path::PathBuf;

use super::{CohortExpression, Feature, Imported, Naming, import};
use crate::ast::{Name, Title, Version};

/// Published definitions, one a line; `None`, said aloud, where the file is not there.
fn published() -> Option<Vec<(i64, serde_json::Value)>> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
    let path = shared.join("data/circe/definitions.ndjson.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        println!("SKIPPED: {} is not there (set AOBA_SHARED)", path.display());
        return None;
    };
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    let line = |line: &str| {
        let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
        (row["id"].as_i64().unwrap(), row["circe"].take())
    };
    Some(text.lines().map(line).collect())
}

fn naming(name: &str) -> Naming {
    Naming {
        name: Name::new(name).unwrap(),
        version: Version::new("1").unwrap(),
        title: Title::default(),
        sources: vec![String::from("OHDSI PhenotypeLibrary")],
    }
}

fn bring(json: &serde_json::Value) -> Result<Imported, Vec<Feature>> {
    import(&CohortExpression::read(json).unwrap(), naming("phenotype"))
}
