//! The proofs that implementations of transparency logs are held to: each good one is accepted,
//! each bad one refused.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::{TreeHash, TreeHead, is_consistent, is_included};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn vectors() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var("AOBA_SHARED").map_or(beside, PathBuf::from);
    shared.join("data/ops/transparency-log/testdata")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// A root; one of another length, which no tree of ours has, is stood for by its hash, so that
/// equal ones stay equal.
fn root(vector: &Value, name: &str) -> TreeHash {
    let text = vector[name].as_str().unwrap();
    TreeHash::from_base64(text).unwrap_or_else(|| TreeHash(Sha256::digest(text).into()))
}

fn path(vector: &Value) -> Option<Vec<TreeHash>> {
    let path = vector["proof"].as_array().map_or(&[][..], Vec::as_slice);
    path.iter().map(|hash| TreeHash::from_base64(hash.as_str().unwrap())).collect()
}

fn holds(vector: &Value) -> bool {
    let Some(path) = path(vector) else { return false };
    let head = |size: &str, name: &str| TreeHead {
        size: vector[size].as_u64().unwrap(),
        root: root(vector, name),
    };
    if vector["leafIdx"].is_null() {
        return is_consistent(head("size1", "root1"), head("size2", "root2"), &path);
    }
    let leaf = TreeHash::from_base64(vector["leafHash"].as_str().unwrap());
    let index = vector["leafIdx"].as_u64().unwrap();
    leaf.is_some_and(|leaf| is_included(leaf, index, &path, head("treeSize", "root")))
}

#[test]
fn good_proofs_are_accepted_and_bad_ones_refused() {
    let folder = vectors();
    if !folder.is_dir() {
        eprintln!("SKIPPED: the proof vectors are not at {}; set AOBA_SHARED", folder.display());
        return;
    }
    let mut found = Vec::new();
    files(&folder, &mut found);
    let (mut good, mut bad) = (0, 0);
    for file in &found {
        let vector: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let is_good = !vector["wantErr"].as_bool().unwrap();
        assert_eq!(holds(&vector), is_good, "{}: {}", file.display(), vector["desc"]);
        (good, bad) = (good + u32::from(is_good), bad + u32::from(!is_good));
    }
    eprintln!("{good} good proofs accepted, {bad} bad ones refused");
    assert!(good > 5 && bad > 150, "{good} good, {bad} bad");
}
