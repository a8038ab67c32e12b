//! Every kept file, read through for one person, as a load reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use fhir::entry::{SHAPE_BYTES, Shape, shape};
use indicatif::ProgressBar;
use lake::landing::{Landing, LandingError, LandingReader, NewContent};
use lake::{FileErasure, LinesOf, Mention};
use ledger::{IdentityOwner, Tombstones};
use vocab::{LandingId, PatientId};

use super::book::{Book, TermsOf};
use super::judge::{Judge, Judged};
use crate::ingest::again::Text;
use crate::ingest::whose::{Belonging, Teller};

/// A kept file and who sent it.
#[derive(Clone, Debug)]
pub(super) struct KeptFile {
    pub(super) id: LandingId,
    pub(super) size_bytes: u64,
    pub(super) sources: Vec<(u16, Arc<str>)>,
    /// The ledger knows who sent it. Where it does not, nothing is learned from the file.
    pub(super) recorded: bool,
}

/// What one look through everything found.
#[derive(Default)]
pub(super) struct Swept {
    pub(super) files: Vec<FileErasure>,
    /// Texts that were cut and not emptied, with the numbers of what was cut in them.
    pub(super) left: Vec<LeftText>,
    pub(super) gone: LinesOf,
    pub(super) cut: LinesOf,
    pub(super) lines: u64,
    pub(super) resources: u64,
    pub(super) unreadable: u64,
    pub(super) mentions: Vec<Mention>,
    pub(super) owners: Vec<IdentityOwner>,
    pub(super) erased: BTreeSet<(Arc<str>, String, String)>,
    pub(super) book: Book,
}

/// A text of a file in which something was cut.
pub(super) struct LeftText {
    pub(super) file: LandingId,
    pub(super) sources: Vec<(u16, Arc<str>)>,
    pub(super) text: Text,
    pub(super) cut: BTreeSet<u64>,
}

/// What a look goes by.
pub(super) struct Sweep<'a> {
    pub(super) landing: Landing,
    pub(super) files: &'a [KeptFile],
    pub(super) book: &'a Book,
    pub(super) known: &'a LinesOf,
    pub(super) bearers: &'a BTreeSet<PatientId>,
    pub(super) belonging: Belonging,
    pub(super) erased: &'a Tombstones,
    pub(super) line_bytes_max: usize,
    pub(super) bar: ProgressBar,
}

impl Sweep<'_> {
    /// Looks through every file, on all threads.
    pub(super) fn run(&self) -> anyhow::Result<Swept> {
        let next = Mutex::new(self.files.iter());
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut swept = Swept::default();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| self.work(&next))).collect();
            for worker in workers {
                let done = worker.join().map_err(|_| anyhow::anyhow!("a reading thread died"))?;
                swept.merge(done?);
            }
            anyhow::Ok(())
        })?;
        swept.files.sort_by_key(|file| file.file);
        swept.mentions.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Ok(swept)
    }

    fn work(&self, next: &Mutex<std::slice::Iter<'_, KeptFile>>) -> anyhow::Result<Swept> {
        let (mut swept, mut terms) = (Swept::default(), TermsOf::default());
        let mut teller = Teller::new(self.belonging.clone());
        let nothing = BTreeSet::new();
        loop {
            let claimed = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(file) = claimed else { return Ok(swept) };
            let numbers: Vec<u16> = file.sources.iter().map(|(number, _)| *number).collect();
            let terms = terms.of(self.book, &numbers)?;
            let mut judge = Judge {
                book: self.book,
                terms: &terms,
                sources: &file.sources,
                teller: &mut teller,
                known: self.known.get(&file.id).unwrap_or(&nothing),
                bearers: self.bearers,
                erased: self.erased,
                file: file.id,
            };
            let found = self.file(file, &mut judge, &mut swept)?;
            self.bar.inc(file.size_bytes);
            swept.files.extend(found);
        }
    }

    /// Looks through one file.
    fn file(
        &self,
        file: &KeptFile,
        judge: &mut Judge<'_>,
        swept: &mut Swept,
    ) -> anyhow::Result<Option<FileErasure>> {
        let mut content = self.landing.read(file.id)?;
        let mut head = Vec::new();
        let up_to = |content: &mut LandingReader, bytes: usize, head: &mut Vec<u8>| {
            let more = u64::try_from(bytes.saturating_sub(head.len())).unwrap_or(u64::MAX);
            ends(content.by_ref().take(more).read_to_end(head).map(drop))
        };
        let mut broken = up_to(&mut content, SHAPE_BYTES, &mut head)?;
        let whole = !broken && shape(&head) == Shape::Whole;
        if whole {
            broken = up_to(&mut content, self.line_bytes_max + 1, &mut head)?;
        }
        if whole && !broken {
            return self.whole((file, &head), content, (judge, swept));
        }
        let reader = BufReader::new(io::Cursor::new(head).chain(content));
        self.lines(file, reader, (judge, swept))
    }

    /// A file that is one document; what is longer than a load reads goes as bytes do.
    fn whole(
        &self,
        (file, head): (&KeptFile, &[u8]),
        mut rest: LandingReader,
        (judge, swept): (&mut Judge<'_>, &mut Swept),
    ) -> anyhow::Result<Option<FileErasure>> {
        swept.lines += 1;
        let judged = if head.len() > self.line_bytes_max {
            let mut judged = judge.no_text(head, 1);
            let mut chunk = vec![0; CHUNK_BYTES];
            let mut tail =
                head.get(head.len().saturating_sub(OVERLAP_BYTES)..).unwrap_or_default().to_vec();
            while judged.text.is_none() {
                let read = match rest.read(&mut chunk) {
                    Ok(read) => read,
                    Err(error) => ends(Err(error)).map(|_| 0)?,
                };
                if read == 0 {
                    break;
                }
                tail.extend_from_slice(chunk.get(..read).unwrap_or_default());
                judged = judge.no_text(&tail, 1);
                tail.drain(..tail.len().saturating_sub(OVERLAP_BYTES));
            }
            judged
        } else {
            judge.whole(head)
        };
        let touched: Vec<u64> = judged.gone.iter().chain(&judged.cut).copied().collect();
        let text = swept.take(file, judged, Text::Whole);
        Ok(text.map(|text| FileErasure {
            file: file.id,
            content: NewContent::Whole(text.into_bytes()),
            lines: touched,
        }))
    }

    fn lines(
        &self,
        file: &KeptFile,
        mut reader: impl io::BufRead,
        (judge, swept): (&mut Judge<'_>, &mut Swept),
    ) -> anyhow::Result<Option<FileErasure>> {
        let mut replaced = BTreeMap::new();
        let mut touched = BTreeSet::new();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let broken = ends(reader.read_until(b'\n', &mut line).map(drop))?;
            if broken && judge.no_text(&line, number).text.is_some() {
                // The end of a broken file is in no load; it goes when the file is written anew.
                replaced.insert(number, Vec::new());
            }
            if broken || line.is_empty() {
                break;
            }
            swept.lines += 1;
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let text = if number == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
            let judged = match text.len() > self.line_bytes_max {
                true => judge.no_text(text, number),
                false => judge.line(text, number),
            };
            touched.extend(judged.gone.iter().chain(&judged.cut).copied());
            let text = swept.take(file, judged, |text| Text::Line(number, text));
            if let Some(text) = text {
                replaced.insert(number, text.into_bytes());
            }
        }
        Ok((!replaced.is_empty()).then(|| FileErasure {
            file: file.id,
            content: NewContent::Lines(replaced),
            lines: touched.into_iter().collect(),
        }))
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";
/// How much of a document that no load reads is looked at, at a time.
const CHUNK_BYTES: usize = 4 << 20;
/// So much of what came before is looked at again: nothing that is looked for is longer.
const OVERLAP_BYTES: usize = 4 << 10;

/// Whether a file ends here because it was received broken.
fn ends(read: io::Result<()>) -> anyhow::Result<bool> {
    let Err(error) = read else { return Ok(false) };
    match LandingError::from_read(error) {
        Ok(LandingError::BrokenArchive { .. }) => Ok(true),
        Ok(error) => Err(error.into()),
        Err(error) => Err(error.into()),
    }
}

impl Swept {
    /// Takes what was found in one text; gives what stands in its place, where something does.
    fn take(
        &mut self,
        file: &KeptFile,
        judged: Judged,
        as_text: impl FnOnce(String) -> Text,
    ) -> Option<String> {
        if !judged.gone.is_empty() {
            self.gone.entry(file.id).or_default().extend(&judged.gone);
        }
        self.resources += judged.resources;
        self.unreadable += judged.unreadable;
        self.mentions.extend(judged.mentions);
        if file.recorded {
            self.owners.extend(judged.owners);
            self.erased.extend(judged.erased);
            self.book.merge(judged.book);
        }
        if let Some(text) = judged.text.as_ref().filter(|_| !judged.cut.is_empty()) {
            self.cut.entry(file.id).or_default().extend(&judged.cut);
            self.left.push(LeftText {
                file: file.id,
                sources: file.sources.clone(),
                text: as_text(text.clone()),
                cut: judged.cut,
            });
        }
        judged.text
    }

    fn merge(&mut self, other: Self) {
        self.files.extend(other.files);
        self.left.extend(other.left);
        for (file, lines) in other.gone {
            self.gone.entry(file).or_default().extend(lines);
        }
        for (file, lines) in other.cut {
            self.cut.entry(file).or_default().extend(lines);
        }
        self.lines += other.lines;
        self.resources += other.resources;
        self.unreadable += other.unreadable;
        self.mentions.extend(other.mentions);
        self.owners.extend(other.owners);
        self.erased.extend(other.erased);
        self.book.merge(other.book);
    }
}
