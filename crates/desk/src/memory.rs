//! What was counted once and may be told again.
//!
//! A count holds for one snapshot, one state of consents, one purpose: all three are part of the
//! name under which it is remembered, so an opt-out or a load makes it unfindable. It is kept in
//! memory and nowhere else; the look itself is in the audit whether the answer was remembered or
//! not.

use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lake::Reader;
use tokio::sync::OnceCell;
use vocab::{PurposeOfUse, SnapshotId};

use crate::refusal::Refusal;

/// So many answers are remembered; the one asked for longest ago goes first.
const REMEMBERED_MAX: usize = 1_024;

/// Under which conditions an answer holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    snapshot: Option<SnapshotId>,
    consent_epoch: u64,
    purpose: PurposeOfUse,
}

impl Seen {
    pub(crate) fn by(reader: &Reader) -> Self {
        let permit = reader.permit();
        let (consent_epoch, purpose) = (permit.epoch(), permit.purpose());
        Self { snapshot: reader.snapshot(), consent_epoch, purpose }
    }
}

type Answer = Arc<dyn Any + Send + Sync>;

type Slot = Arc<OnceCell<Answer>>;

#[derive(Default)]
struct Kept {
    /// Each with the number of the question that asked for it last.
    answers: HashMap<(Seen, String), (Slot, u64)>,
    asked: u64,
}

/// Remembered answers.
#[derive(Default)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
}

impl Memory {
    /// The answer of this name, computed by the first who asks; others wait for it.
    pub(crate) async fn answer<T, F>(
        &self,
        seen: Seen,
        name: &str,
        compute: F,
    ) -> Result<Arc<T>, Refusal>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<T, Refusal>>,
    {
        let cell = self.cell(seen, name);
        let answer = cell
            .get_or_try_init(|| async { Ok::<Answer, Refusal>(Arc::new(compute.await?)) })
            .await?;
        let clash = || std::io::Error::other(format!("two kinds of answer are named {name}"));
        answer.clone().downcast::<T>().map_err(|_| Refusal::internal(clash()))
    }

    fn cell(&self, seen: Seen, name: &str) -> Slot {
        let mut kept = self.locked();
        kept.asked += 1;
        let asked = kept.asked;
        let key = (seen, name.to_owned());
        if let Some((cell, last)) = kept.answers.get_mut(&key) {
            *last = asked;
            return cell.clone();
        }
        if kept.answers.len() >= REMEMBERED_MAX {
            let oldest = kept.answers.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                kept.answers.remove(&oldest);
            }
        }
        let cell = Arc::new(OnceCell::new());
        kept.answers.insert(key, (cell.clone(), asked));
        cell
    }

    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(consent_epoch: u64) -> Seen {
        let (snapshot, purpose) = (Some(SnapshotId(1)), PurposeOfUse::Operations);
        Seen { snapshot, consent_epoch, purpose }
    }

    async fn ask(memory: &Memory, seen: Seen, name: &str, number: u64) -> u64 {
        *memory.answer(seen, name, async { Ok(number) }).await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_holds_until_consents_change() {
        let memory = Memory::default();
        assert_eq!(ask(&memory, seen(1), "people", 12).await, 12);
        assert_eq!(ask(&memory, seen(1), "people", 11).await, 12, "remembered");
        assert_eq!(ask(&memory, seen(2), "people", 11).await, 11, "somebody opted out");
        assert_eq!(ask(&memory, seen(1), "rows", 7).await, 7);
    }

    #[tokio::test]
    async fn what_failed_is_asked_again() {
        let memory = Memory::default();
        let failed = memory.answer::<u64, _>(seen(1), "people", async { Err(Refusal::Conflict) });
        assert!(failed.await.is_err());
        assert_eq!(ask(&memory, seen(1), "people", 12).await, 12);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_the_longest_unasked_goes() {
        let memory = Memory::default();
        ask(&memory, seen(1), "first", 0).await;
        for number in 1..=REMEMBERED_MAX as u64 {
            ask(&memory, seen(1), &format!("n{number}"), number).await;
            ask(&memory, seen(1), "first", 1).await;
        }
        assert_eq!(memory.locked().answers.len(), REMEMBERED_MAX);
        assert_eq!(ask(&memory, seen(1), "first", 2).await, 0, "asked for all the time");
        assert_eq!(ask(&memory, seen(1), "n1", 99).await, 99, "gone");
    }
}
