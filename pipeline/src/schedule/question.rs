//! Asks what may never be answered, and waits for the answer for a while only. *Edge.*

use std::{thread, time::Duration};

use tokio::sync::oneshot::{self, Receiver};

/// A question that is asked again and again. One that found a lock held waits for it in a thread that nobody can end: as
/// long as it does, no other is begun.
pub(super) struct Question<T> {
    pending: Option<Receiver<T>>,
}

impl<T: Send + 'static> Question<T> {
    pub(super) fn new() -> Self {
        Self { pending: None }
    }

    /// What `find` finds, in a thread of its own; `None` if it has found nothing after `patience`, or panicked.
    pub(super) async fn ask(
        &mut self,
        patience: Duration,
        find: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if let Some(pending) = &mut self.pending {
            // What the last asking finds now is of then: it only tells that the way is free again.
            let _ = tokio::time::timeout(patience, pending).await.ok()?;
        }
        let (tell, told) = oneshot::channel();
        let pending = self.pending.insert(told);
        let found = thread::Builder::new().spawn(move || tell.send(find()));
        let answer = match found {
            Ok(_) => tokio::time::timeout(patience, pending).await.ok()?,
            Err(_) => return None,
        };
        self.pending = None;
        answer.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    };

    use super::*;

    #[tokio::test]
    async fn a_question_without_an_answer_is_given_up_and_not_asked_twice_at_once() {
        const AT_ONCE: Duration = Duration::from_millis(20);
        const LONG: Duration = Duration::from_secs(120);
        let asked = Arc::new(AtomicU32::new(0));
        let mut question = Question::new();
        let (free, held) = mpsc::channel::<()>();
        let counted = asked.clone();
        let stuck = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            held.recv().is_ok()
        };
        assert_eq!(question.ask(AT_ONCE, stuck).await, None);
        let count = || {
            let counted = asked.clone();
            move || counted.fetch_add(1, Ordering::SeqCst) == 1
        };
        assert_eq!(question.ask(AT_ONCE, count()).await, None);
        free.send(()).unwrap();
        // The first has ended and its answer is dropped; this one is the second that was begun.
        assert_eq!(question.ask(LONG, count()).await, Some(true));
        assert_eq!(question.ask(LONG, || panic!("as planned")).await, None);
        assert_eq!(question.ask(LONG, || true).await, Some(true));
    }
}
