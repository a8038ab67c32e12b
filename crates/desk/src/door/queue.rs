//! The queue before passwords: each takes a quarter of a second and much memory, so a few are
//! computed at a time, off the threads that answer pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ledger::LedgerError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// So many passwords are computed at a time.
const AT_ONCE_MAX: usize = 2;
/// So many people wait; whoever comes then is asked to come again.
const WAITING_MAX: usize = 256;
/// So long somebody waits.
const WAIT_SECONDS_MAX: u64 = 30;
/// When to come again, in seconds.
const COME_AGAIN_SECONDS: u64 = 10;

#[derive(Debug)]
pub(crate) struct Queue {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    wait_max: Duration,
}

impl Default for Queue {
    fn default() -> Self {
        let wait_max = Duration::from_secs(WAIT_SECONDS_MAX);
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            waiting: AtomicUsize::new(0),
            wait_max,
        }
    }
}

/// The turn of somebody to have a password computed.
#[derive(Debug)]
pub(crate) struct Turn(OwnedSemaphorePermit);

/// Somebody who waits; leaves the queue when dropped, also where the browser hangs up.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queue {
    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Result<Turn, Refusal> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= WAITING_MAX {
            return Err(Refusal::Busy(COME_AGAIN_SECONDS));
        }
        let turn = self.turns.clone().acquire_owned();
        match tokio::time::timeout(self.wait_max, turn).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy(COME_AGAIN_SECONDS)),
        }
    }
}

impl Turn {
    /// Computes; the turn is over when that is done, whether or not anybody still waits for it.
    pub(crate) async fn compute<T, F>(self, work: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, LedgerError> + Send + 'static,
    {
        let task = tokio::task::spawn_blocking(move || {
            let _turn = self.0;
            work()
        });
        Ok(task.await.map_err(Refusal::internal)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_are_served_others_wait_and_too_many_are_asked_to_come_again() {
        let queue = Arc::new(Queue::default());
        let (one, two) = (queue.turn().await.unwrap(), queue.turn().await.unwrap());
        let wait = |queue: Arc<Queue>| async move { queue.turn().await.map(drop) };
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| tokio::spawn(wait(queue.clone()))).collect();
        while queue.waiting.load(Ordering::Relaxed) < WAITING_MAX {
            tokio::task::yield_now().await;
        }
        assert!(matches!(queue.turn().await, Err(Refusal::Busy(_))), "the queue is full");
        assert_eq!(one.compute(|| Ok(7)).await.unwrap(), 7);
        for one in waiting {
            assert!(one.await.unwrap().is_ok());
        }
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
        drop(two);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let queue = Queue { wait_max: Duration::from_millis(1), ..Queue::default() };
        let held = (queue.turn().await.unwrap(), queue.turn().await.unwrap());
        assert!(matches!(queue.turn().await, Err(Refusal::Busy(_))));
        drop(held);
        assert!(queue.turn().await.is_ok());
    }
}
