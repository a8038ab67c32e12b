//! Patients made on several threads, handed over in order.
//!
//! Whoever wants a hospital's patients (files, a home's tables, a check) says what is made of one
//! life; chunks of patients are filled on as many threads as asked for and come out by number, so
//! that what is written does not depend on the threads. At most [`WAITING_PER_THREAD`] chunks for
//! each thread are in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Patients in a chunk: some tens of megabytes of FHIR.
const PATIENTS_PER_CHUNK: u64 = 50;

/// Chunks for each thread that may be made and not yet taken.
const WAITING_PER_THREAD: u64 = 2;

/// What was made of some patients.
#[derive(Debug)]
pub(crate) struct Chunk<T> {
    /// Which patients, half-open.
    pub(crate) patients: Range<u64>,
    /// What their lives were made into.
    pub(crate) made: T,
}

/// Why no more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ended {
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
    /// A thread died, which is a defect.
    #[error("a thread died while patients were made; please report this")]
    Died,
}

/// Chunks of patients in their order: an iterator that ends early with the reason.
///
/// Dropping it stops the threads and waits for them.
pub(crate) struct Chunks<T> {
    results: Receiver<Chunk<T>>,
    /// Made before their turn, by their first patient.
    early: BTreeMap<u64, T>,
    next: u64,
    patients: u64,
    stop: Arc<AtomicBool>,
    gate: Arc<Gate>,
    threads: Vec<JoinHandle<()>>,
}

/// Who makes which chunk, and who has to wait.
struct Gate {
    counts: Mutex<Counts>,
    moved: Condvar,
    ahead_max: u64,
    chunks: u64,
}

#[derive(Default)]
struct Counts {
    claimed: u64,
    taken: u64,
    closed: bool,
}

impl Gate {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next chunk to make, once there is room for it; none when there is nothing more to do.
    fn claim(&self) -> Option<u64> {
        let mut counts = self.counts();
        while !counts.closed && counts.claimed - counts.taken >= self.ahead_max {
            counts = self.moved.wait(counts).unwrap_or_else(PoisonError::into_inner);
        }
        if counts.closed || counts.claimed == self.chunks {
            return None;
        }
        counts.claimed += 1;
        Some(counts.claimed - 1)
    }

    fn take(&self) {
        self.counts().taken += 1;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.counts().closed = true;
        self.moved.notify_all();
    }
}

/// Closes the gate behind a thread that dies, so that nobody waits for its chunk.
struct CloseWhenDying(Arc<Gate>);

impl Drop for CloseWhenDying {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

impl<T: Default + Send + 'static> Chunks<T> {
    /// Begins to make `patients` patients on so many threads; `fill` adds one, by number, to what
    /// its chunk is made into. Setting `stop` ends the iterator at its next step.
    pub(crate) fn start(
        patients: u64,
        threads: usize,
        stop: Arc<AtomicBool>,
        fill: impl Fn(u64, &mut T) + Send + Sync + 'static,
    ) -> Self {
        let threads = threads.max(1);
        let gate = Arc::new(Gate {
            counts: Mutex::default(),
            moved: Condvar::new(),
            ahead_max: WAITING_PER_THREAD.saturating_mul(threads as u64),
            chunks: patients.div_ceil(PATIENTS_PER_CHUNK),
        });
        let fill = Arc::new(fill);
        let (sender, results) = channel();
        let threads = (0..threads)
            .map(|_| {
                let (gate, fill, sender) = (Arc::clone(&gate), Arc::clone(&fill), sender.clone());
                std::thread::spawn(move || work(gate, patients, &*fill, &sender))
            })
            .collect();
        Self { results, early: BTreeMap::new(), next: 0, patients, stop, gate, threads }
    }
}

fn work<T: Default>(
    gate: Arc<Gate>,
    patients: u64,
    fill: &dyn Fn(u64, &mut T),
    sender: &Sender<Chunk<T>>,
) {
    let gate = CloseWhenDying(gate);
    while let Some(chunk) = gate.0.claim() {
        let first = chunk * PATIENTS_PER_CHUNK;
        let patients = first..patients.min(first + PATIENTS_PER_CHUNK);
        let mut made = T::default();
        patients.clone().for_each(|number| fill(number, &mut made));
        if sender.send(Chunk { patients, made }).is_err() {
            return;
        }
    }
}

impl<T> Iterator for Chunks<T> {
    type Item = Result<Chunk<T>, Ended>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.patients {
            return None;
        }
        let made = loop {
            if self.stop.load(Ordering::Relaxed) {
                self.next = self.patients;
                return Some(Err(Ended::Stopped));
            }
            if let Some(made) = self.early.remove(&self.next) {
                break made;
            }
            let Ok(chunk) = self.results.recv() else {
                self.next = self.patients;
                return Some(Err(Ended::Died));
            };
            self.early.insert(chunk.patients.start, chunk.made);
        };
        self.gate.take();
        let end = self.patients.min(self.next + PATIENTS_PER_CHUNK);
        let patients = self.next..end;
        self.next = end;
        Some(Ok(Chunk { patients, made }))
    }
}

impl<T> Drop for Chunks<T> {
    fn drop(&mut self) {
        self.gate.close();
        for thread in self.threads.drain(..) {
            // A thread that died has been told of as `Ended::Died`.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Arc<AtomicBool> {
        Arc::new(AtomicBool::new(false))
    }

    fn numbers(patients: u64, threads: usize) -> Vec<u64> {
        let chunks =
            Chunks::<Vec<u64>>::start(patients, threads, never(), |number, made: &mut Vec<u64>| {
                // Early chunks take longer, so that later ones overtake them.
                if number % 300 == 0 {
                    let work =
                        (0..3_000_000_u64).fold(0, |sum, one| std::hint::black_box(sum + one));
                    assert!(work > 0);
                }
                made.push(number);
            });
        let mut all = Vec::new();
        for chunk in chunks {
            let chunk = chunk.unwrap();
            assert_eq!(chunk.patients.clone().collect::<Vec<_>>(), chunk.made);
            all.extend(chunk.made);
        }
        all
    }

    #[test]
    fn patients_come_in_order_whatever_the_threads() {
        for patients in [0, 1, 49, 50, 51, 2_025] {
            let expected: Vec<u64> = (0..patients).collect();
            for threads in [1, 2, 4] {
                assert_eq!(numbers(patients, threads), expected, "{patients} on {threads}");
            }
        }
    }

    #[test]
    fn no_more_than_the_limit_is_made_ahead() {
        let made = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counter = Arc::clone(&made);
        let mut chunks = Chunks::<u64>::start(1_000_000, 2, never(), move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        chunks.next().unwrap().unwrap();
        drop(chunks);
        assert!(made.load(Ordering::Relaxed) <= 5 * PATIENTS_PER_CHUNK);
    }

    #[test]
    fn a_stop_ends_it_at_the_next_step_and_says_so() {
        let stop = never();
        let mut chunks = Chunks::<u64>::start(1_000_000, 2, Arc::clone(&stop), |_, _| {});
        assert!(chunks.next().unwrap().is_ok());
        stop.store(true, Ordering::Relaxed);
        assert_eq!(chunks.next().unwrap().unwrap_err(), Ended::Stopped);
        assert!(chunks.next().is_none());
    }

    #[test]
    fn a_thread_that_dies_ends_it_and_is_told() {
        let chunks = Chunks::<u64>::start(100_000, 2, never(), |number, _| {
            assert!(number != 5_000, "dies on purpose");
        });
        let last = chunks.last().unwrap();
        assert_eq!(last.unwrap_err(), Ended::Died);
    }
}
