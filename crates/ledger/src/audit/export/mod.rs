//! An export of the audit: rows with the proof that each is in the tree of a checkpoint, so that
//! an auditor can verify it with a public key and nothing else of the house.
//!
//! # Shape
//! One JSON object a line. First the head: the key, the checkpoint, what was asked for. Then a row
//! a line, as it is hashed, with its hash and its proof. Last the seal: a signed note over the
//! SHA-256 of everything before it, so that a row left out of a chosen few is seen too.

mod verify;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use vocab::Actor;

use super::proof::TreeHead;
use super::tree::{Blocks, Tree, TreeHash};
use super::{Act, Audit, AuditFilter, AuditRow, append};
use crate::error::LedgerError;

pub use verify::{ExportBroken, ExportFault, ExportVerdict, verify_export};

/// What an export says of itself.
const FORMAT: &str = "aoba-audit-export/1";
/// The first line of a seal, after the house's name.
const SEAL: &str = "audit export";

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// A JSON object a line, with proofs and a seal.
    Ndjson,
    /// Comma-separated, to be read; it proves nothing.
    Csv,
}

/// What an export holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// How many rows.
    pub rows: u64,
    /// How many rows the checkpoint covers under which they are proved.
    pub covered: u64,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    key: String,
    checkpoint: String,
    /// Whether every row of the checkpoint is here.
    whole: bool,
    filter: serde_json::Value,
    /// Proofs that trees of earlier checkpoints are the beginning of this one.
    earlier: Vec<Earlier>,
}

/// An earlier tree, and the proof that it is the beginning.
#[derive(Debug, Serialize, Deserialize)]
struct Earlier {
    size: u64,
    path: Vec<String>,
}

/// A row with its proof.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    row: AuditRow,
    proof: Vec<String>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    seal: String,
}

/// Hashes what passes.
struct Sealing<'a> {
    out: &'a mut dyn Write,
    hasher: Sha256,
}

impl Sealing<'_> {
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.hasher.update(&text);
        self.out.write_all(text.as_bytes())
    }
}

/// The lines that a seal signs.
fn sealed(rows: u64, hasher: Sha256) -> String {
    format!("{SEAL}\n{rows}\n{}\n", TreeHash(hasher.finalize().into()).to_base64())
}

impl Audit {
    /// Records that rows are exported, makes a checkpoint over that row too, and writes those that
    /// pass a filter. `earlier` are sizes of checkpoints that the auditor holds: the export proves
    /// that they are the beginning of its own.
    ///
    /// # Errors
    /// When the ledger cannot be written or read, or has gaps; [`LedgerError::File`] when the export
    /// cannot be written.
    ///
    /// # Cost
    /// Holds 64 bytes for each row of the audit in memory.
    pub async fn export(
        &self,
        (filter, form): (&AuditFilter, ExportForm),
        earlier: &[u64],
        by: &Actor,
        out: &mut (dyn Write + Send),
    ) -> Result<Exported, LedgerError> {
        self.record_export((filter, form), by).await?;
        let checkpoints = self.ledger.checkpoints();
        checkpoints.make().await?;
        let Some(checkpoint) = checkpoints.newest().await? else {
            return Ok(Exported { rows: 0, covered: 0 });
        };
        let covered = checkpoint.size;
        let tree = checkpoints.whole(covered).await?;
        let signer = checkpoints.signer()?;
        let whole = filter.is_everything();
        let head = Head {
            format: FORMAT.to_owned(),
            key: signer.public().to_string(),
            checkpoint: checkpoint.note.clone(),
            whole,
            filter: filter.told(),
            earlier: earlier.iter().filter_map(|size| began(&tree, *size)).collect(),
        };
        let failed =
            |source| LedgerError::File { doing: "write", path: "the export".into(), source };
        let mut sealing = Sealing { out, hasher: Sha256::new() };
        match form {
            ExportForm::Ndjson => sealing.line(&head).map_err(failed)?,
            ExportForm::Csv => sealing.out.write_all(CSV_HEAD.as_bytes()).map_err(failed)?,
        }
        let (mut filter, mut rows) = (filter.clone(), 0);
        loop {
            let page = self.rows(&filter).await?;
            let Some(last) = page.last() else { break };
            filter.after_seq = last.seq;
            for row in page.into_iter().filter(|row| row.seq.unsigned_abs() <= covered) {
                rows += 1;
                match form {
                    ExportForm::Ndjson => sealing.line(&proved(&tree, row)).map_err(failed)?,
                    ExportForm::Csv => {
                        sealing.out.write_all(csv(&row).as_bytes()).map_err(failed)?;
                    }
                }
            }
        }
        let Sealing { out, hasher } = sealing;
        if form == ExportForm::Ndjson {
            let seal = Seal { seal: signer.note(&sealed(rows, hasher)) };
            let text = serde_json::to_string(&seal).map_err(io::Error::from).map_err(failed)?;
            out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(failed)?;
        }
        out.flush().map_err(failed)?;
        Ok(Exported { rows, covered })
    }

    async fn record_export(
        &self,
        (filter, form): (&AuditFilter, ExportForm),
        by: &Actor,
    ) -> Result<(), LedgerError> {
        let form = match form {
            ExportForm::Ndjson => "ndjson",
            ExportForm::Csv => "csv",
        };
        let object = filter.objects.first().map_or("audit", String::as_str);
        let detail = json!({ "form": form, "filter": filter.told() });
        let act = &Act::new(by, "audit.export", object).with(detail);
        let now_us = self.ledger.now_us();
        self.ledger
            .act(|mut tx| async move {
                let line = append(&mut tx, now_us, act).await?;
                Ok((tx, Some(line), ()))
            })
            .await
    }
}

impl AuditFilter {
    /// Whether every row passes.
    fn is_everything(&self) -> bool {
        let Self { after_seq, before_seq, actor, act, purpose, study, since, until, .. } = self;
        let texts = [act, study];
        *after_seq <= 0
            && before_seq.is_none()
            && self.objects.is_empty()
            && actor.is_none()
            && purpose.is_none()
            && texts.iter().all(|text| text.is_none())
            && since.is_none()
            && until.is_none()
    }

    /// What was asked for, as it stands in the export and in the audit.
    fn told(&self) -> serde_json::Value {
        let Self { actor, act, objects, purpose, study, since, until, .. } = self;
        let when = |at: &Option<jiff::Timestamp>| at.map(|at| at.to_string());
        json!({
            "actor": actor.as_ref().map(ToString::to_string),
            "act": act, "objects": objects, "purpose": purpose.map(|purpose| purpose.as_str()),
            "study": study, "from": when(since), "to": when(until),
        })
    }
}

fn began(tree: &Tree, size: u64) -> Option<Earlier> {
    let path = tree.consistency(size, tree.size(), &Blocks::new())?;
    Some(Earlier { size, path: path.into_iter().map(TreeHash::to_base64).collect() })
}

fn proved(tree: &Tree, row: AuditRow) -> Line {
    let index = row.seq.unsigned_abs().saturating_sub(1);
    let path = tree.inclusion(index, tree.size(), &Blocks::new()).unwrap_or_default();
    Line { row, proof: path.into_iter().map(TreeHash::to_base64).collect() }
}

const CSV_HEAD: &str = "seq,at,actor,act,object,purpose,study,detail,prev_hash,hash\r\n";

/// A row as RFC 4180 writes it.
fn csv(row: &AuditRow) -> String {
    let (seq, at) = (row.seq.to_string(), row.at.to_string());
    let (purpose, study) = (row.purpose.as_deref(), row.study.as_deref());
    let cells = [
        seq.as_str(),
        &at,
        &row.actor,
        &row.act,
        &row.object,
        purpose.unwrap_or_default(),
        study.unwrap_or_default(),
        &row.detail,
        &row.prev_hash,
        &row.hash,
    ];
    let cell = |text: &&str| match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => (*text).to_owned(),
    };
    let mut line = cells.iter().map(cell).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A tree read back from a head's checkpoint and the proof that an outside one is its beginning.
fn earlier_path(earlier: &Earlier) -> Option<Vec<TreeHash>> {
    earlier.path.iter().map(|hash| TreeHash::from_base64(hash)).collect()
}

/// Whether a tree that is kept outside is the beginning of the export's.
fn is_beginning(head: &Head, outside: TreeHead, tree: TreeHead) -> Option<bool> {
    if outside.size == tree.size {
        return Some(outside.root == tree.root);
    }
    let earlier = head.earlier.iter().find(|earlier| earlier.size == outside.size)?;
    let path = earlier_path(earlier)?;
    Some(super::proof::is_consistent(outside, tree, &path))
}
