//! Reading kept files on all threads; what each piece gives comes back through a channel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;
use lake::landing::Landing;
use ledger::PatientKeys;
use tokio::sync::mpsc;
use vocab::date::Zone;

use super::bases::OwnBases;
use super::before::Before;
use super::catalogue::Catalogue;
use super::harvest::{Harvest, Harvester, Shared};
use super::occurrence::Occurrences;
use super::pieces::{Piece, Pieces, Source};

/// What all threads read with.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) occurrences: Arc<Occurrences>,
    pub(super) before: Arc<Before>,
    pub(super) zone: Zone,
    pub(super) own_bases: OwnBases,
    pub(super) landing: Landing,
    pub(super) line_bytes_max: usize,
    pub(super) keys: PatientKeys,
    pub(super) bar: ProgressBar,
    /// Set when the load is given up: threads stop at the next piece.
    pub(super) stop: Arc<AtomicBool>,
}

/// A piece's harvest and its file.
pub(super) type Brought = anyhow::Result<(Source, Harvest)>;

/// Harvests wait here at most; then threads wait for the writer, so memory stays bounded.
pub(super) const WAITING_MAX: usize = 4;

impl Reading {
    /// Starts to read; the channel ends when everything has been read.
    pub(super) fn start(self, files: Vec<Source>) -> mpsc::Receiver<Brought> {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        std::thread::spawn(move || {
            let pieces = Pieces::new(self.landing.clone(), files, self.line_bytes_max);
            let pieces = Mutex::new(pieces);
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let shared = self.shared();
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| self.work(&shared, &pieces, &send));
                }
            });
        });
        receive
    }

    pub(super) fn shared(&self) -> Shared<'_> {
        Shared {
            catalogue: &self.catalogue,
            occurrences: &self.occurrences,
            before: &self.before,
            zone: self.zone.clone(),
            own_bases: &self.own_bases,
            keys: &self.keys,
        }
    }

    fn work(&self, shared: &Shared<'_>, pieces: &Mutex<Pieces>, send: &mpsc::Sender<Brought>) {
        let mut harvester = Harvester::new(shared);
        while !self.stop.load(Ordering::Relaxed) {
            let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
            let brought = match next {
                Ok(None) => return,
                Ok(Some((source, piece))) => self.take(&mut harvester, source, piece),
                Err(error) => Err(error.into()),
            };
            let failed = brought.is_err();
            if send.blocking_send(brought).is_err() || failed {
                return;
            }
        }
    }

    fn take(&self, harvester: &mut Harvester<'_>, source: Source, piece: Piece) -> Brought {
        harvester.begin(&source);
        match piece {
            Piece::Lines(block) => {
                harvester.lines(&block.bytes, block.first_line);
                self.bar.inc(block.bytes.len() as u64);
            }
            Piece::Whole(bytes) => {
                harvester.whole(&bytes);
                self.bar.inc(bytes.len() as u64);
            }
            Piece::Issue(issue) => harvester.quarantine_new(issue),
        }
        Ok((source, harvester.take()?))
    }
}
