//! One thread's share of a run: lines in, encoded parts out.

use std::collections::BTreeMap;
use std::path::Path;

use fhir::entry::{self, Entry};
use fhir::plan::Runner;
use fhir::reference::{BundleKeys, Origin};
use lake::file::{EncodedPart, Encoder};
use vocab::{Issue, IssueCode, Locale, Place};

use super::plans::Plans;
use super::run::too_long;
use super::segments::Segment;
use super::work::{Piece, Task};
use crate::ingest::blocks::{Block, Blocks, Next};

/// How much of a segment is read at once.
const READ_BYTES: usize = 1 << 20;
/// Rows of a part wait in this much memory at most before they are encoded.
const PART_BYTES_MAX: usize = 48 << 20;
const LINE_BYTES_MAX: usize = 64 << 20;

/// What was met on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    resources: u64,
    rows: u64,
    other_types: u64,
    quarantined: u64,
    issues: Vec<Issue>,
    warnings: BTreeMap<IssueCode, u64>,
}

impl Tally {
    /// What could not be taken.
    pub(super) fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// Adds what another piece met; its issues have been told already.
    pub(super) fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.rows += other.rows;
        self.other_types += other.other_types;
        self.quarantined += other.issues.len() as u64;
        for (code, count) in &other.warnings {
            *self.warnings.entry(*code).or_default() += count;
        }
    }

    /// Prints an issue, unless enough have been printed.
    pub(super) fn tell(&mut self, issue: &Issue, locale: Locale, most: u64) {
        if self.quarantined < most {
            eprintln!("{}: {} — {}", issue.place, issue.what(locale), issue.remedy(locale));
        }
    }

    /// Prints the sums.
    pub(super) fn print(&self, locale: Locale) {
        for (code, count) in &self.warnings {
            eprintln!("{}: {count}", code.what().get(locale));
        }
        let told = match locale {
            Locale::En => format!(
                "{} resources in, {} rows out, {} lines not taken, {} resources of other types",
                self.resources, self.rows, self.quarantined, self.other_types
            ),
            Locale::Ja => format!(
                "リソース{}件を読み、{}行を出力。取り込めなかった行{}、対象外の型{}件",
                self.resources, self.rows, self.quarantined, self.other_types
            ),
        };
        eprintln!("{told}");
    }
}

/// A thread's runners and what it has met in the piece at hand.
pub(super) struct Flattener<'p> {
    plans: &'p Plans,
    encoders: &'p [Encoder],
    runners: Vec<Runner>,
    parts: Vec<(usize, EncodedPart)>,
    tally: Tally,
}

impl<'p> Flattener<'p> {
    /// Makes the runners.
    pub(super) fn new(plans: &'p Plans, encoders: &'p [Encoder]) -> Self {
        let runners = plans.runners();
        Self { plans, encoders, runners, parts: Vec::new(), tally: Tally::default() }
    }

    /// Flattens one piece and encodes its rows.
    pub(super) fn flatten(
        &mut self,
        task: Task,
    ) -> anyhow::Result<(Vec<(usize, EncodedPart)>, Tally)> {
        let file = task.file.as_path();
        match task.piece {
            Piece::Segment(segment) => self.segment(&segment, file)?,
            Piece::Lines(bytes, first_line) => {
                self.lines(&Block { bytes, first_line }, file, |line| line)?;
            }
            Piece::Whole(bytes) => self.whole(&bytes, file)?,
            Piece::TooLong(line, size_bytes) => {
                self.tally.issues.push(too_long(file, line, size_bytes));
            }
        }
        self.encode(0)?;
        Ok((std::mem::take(&mut self.parts), std::mem::take(&mut self.tally)))
    }

    fn segment(&mut self, segment: &Segment, file: &Path) -> anyhow::Result<()> {
        let mut blocks = Blocks::new(segment.open(), READ_BYTES, LINE_BYTES_MAX);
        // Lines before this segment are counted only if a line must be told.
        let mut before = None;
        let mut absolute = |line: u64| {
            let first = *before.get_or_insert_with(|| segment.first_line().unwrap_or(1));
            line + first - 1
        };
        loop {
            match blocks.next()? {
                Next::End => return Ok(()),
                Next::TooLong { line, size_bytes } => {
                    self.tally.issues.push(too_long(file, absolute(line), size_bytes));
                }
                Next::Block(mut block) => {
                    if !segment.is_first() {
                        // A byte order mark is one only at the start of the file.
                        block.first_line += 1;
                        self.lines(&block, file, |line| absolute(line - 1))?;
                    } else {
                        self.lines(&block, file, |line| line)?;
                    }
                }
            }
        }
    }

    fn lines(
        &mut self,
        block: &Block,
        file: &Path,
        mut number: impl FnMut(u64) -> u64,
    ) -> anyhow::Result<()> {
        for line in entry::lines(&block.bytes, block.first_line) {
            let mut failed = match line {
                Err(issue) => vec![issue],
                Ok(line) => match self.quick(line.text, line.number) {
                    Some(Ok(())) => continue,
                    Some(Err(issue)) => vec![issue],
                    None => {
                        let taken = entry::line(line.text, line.number);
                        self.taken(&taken)
                    }
                },
            };
            for issue in &mut failed {
                issue.place.line = issue.place.line.map(&mut number);
                issue.place.file = Some(file.to_string_lossy().into_owned());
            }
            self.tally.issues.append(&mut failed);
        }
        self.encode(PART_BYTES_MAX)
    }

    /// The common case without a look ahead: a line that begins with the type of the only plan.
    fn quick(&mut self, text: &str, number: u64) -> Option<Result<(), Issue>> {
        let plan = self.plans.quick(text)?;
        let runner = self.runners.get_mut(plan)?;
        let origin = Origin { line: number, ..Origin::default() };
        Some(runner.push(text, &origin).map(|pushed| {
            self.tally.resources += 1;
            self.tally.rows += pushed.rows_by_view.iter().sum::<u64>();
        }))
    }

    fn whole(&mut self, bytes: &[u8], file: &Path) -> anyhow::Result<()> {
        let mut failed = match std::str::from_utf8(bytes) {
            Ok(text) => self.taken(&entry::whole(text)),
            Err(_) => vec![Issue::new(IssueCode::InvalidUtf8, Place::at_line(1), "")],
        };
        for issue in &mut failed {
            issue.place.file = Some(file.to_string_lossy().into_owned());
        }
        self.tally.issues.append(&mut failed);
        self.encode(PART_BYTES_MAX)
    }

    /// Pushes the entries of a line or file, contained ones too; gives what failed.
    fn taken(&mut self, taken: &entry::Taken<'_>) -> Vec<Issue> {
        let mut failed = Vec::new();
        for issue in &taken.issues {
            if issue.severity() == vocab::Severity::Warning {
                *self.tally.warnings.entry(issue.code).or_default() += 1;
            } else {
                failed.push(issue.clone());
            }
        }
        for entry in &taken.entries {
            failed.extend(self.push(entry, &[], taken.references.as_ref()).err());
            let contained = entry.contained();
            failed.extend(contained.issues);
            for inner in &contained.entries {
                let pushed = self.push(inner, &contained.siblings, taken.references.as_ref());
                failed.extend(pushed.err());
            }
        }
        failed
    }

    fn push(
        &mut self,
        entry: &Entry<'_>,
        siblings: &[(String, String)],
        references: Option<&BundleKeys>,
    ) -> Result<(), Issue> {
        let Some(plan) = self.plans.of_type(entry.head.resource_type) else {
            self.tally.other_types += 1;
            return Ok(());
        };
        let Some(runner) = self.runners.get_mut(plan) else { return Ok(()) };
        let mut origin = entry.origin(siblings);
        origin.references = references;
        let pushed = runner.push(entry.text, &origin)?;
        self.tally.resources += 1;
        self.tally.rows += pushed.rows_by_view.iter().sum::<u64>();
        Ok(())
    }

    /// Encodes what waits if it takes more than `limit` bytes.
    fn encode(&mut self, limit: usize) -> anyhow::Result<()> {
        for (plan, runner) in self.runners.iter_mut().enumerate() {
            if limit > 0 && runner.size_bytes() <= limit {
                continue;
            }
            for (code, count) in runner.take_warnings() {
                *self.tally.warnings.entry(code).or_default() += count;
            }
            for (at, view) in self.plans.views_of(plan).iter().enumerate() {
                let batch = runner.take(at)?;
                if batch.num_rows() > 0
                    && let Some(encoder) = self.encoders.get(*view)
                {
                    self.parts.push((*view, encoder.encode(&batch)?));
                }
            }
        }
        Ok(())
    }
}
