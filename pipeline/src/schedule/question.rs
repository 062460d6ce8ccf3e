//! A question asked in a thread of its own, so that an answer that never comes holds nobody up. *Edge.*
//!
//! Whoever watches must not share the fate of what it watches: a process that hangs while it holds the lock of the keys,
//! or a disk that answers nothing, would otherwise keep the watcher waiting too.

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::sync::oneshot::{Receiver, channel};

use crate::error::{Error, Result};

/// One question. It is not asked again before it was answered, so that at most one thread waits for it.
pub(super) struct Question<T> {
    asked: Mutex<Option<Receiver<Result<T>>>>,
}

impl<T: Send + 'static> Question<T> {
    /// Nothing was asked yet.
    pub(super) fn new() -> Self {
        Self {
            asked: Mutex::new(None),
        }
    }

    /// What `ask` says, or what an earlier one says that is still waited for.
    ///
    /// # Errors
    /// Those of the answer; `WATCH-NO-ANSWER` if there is none within `patience`.
    pub(super) async fn answer(
        &self,
        patience: Duration,
        ask: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let waiting = self.slot().take();
        let mut answer = match waiting {
            Some(answer) => answer,
            None => {
                let (say, answer) = channel();
                thread::Builder::new()
                    .name("question".into())
                    .spawn(move || {
                        let _ = say.send(ask());
                    })
                    .map_err(Error::io("start a thread"))?;
                answer
            }
        };
        match tokio::time::timeout(patience, &mut answer).await {
            Ok(Ok(said)) => said,
            Ok(Err(_)) => Err(Error::Bug("a question of the watcher panicked")),
            Err(_) => {
                *self.slot() = Some(answer);
                Err(Error::Operator {
                    code: "WATCH-NO-ANSWER",
                    sentence:
                        "there was no answer in time: something holds the lock of the keys, or a disk hangs"
                            .into(),
                    remedy: "end the process that hangs, or mend the disk; the next look opens the gate",
                })
            }
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Receiver<Result<T>>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_question_without_an_answer_is_given_up_and_not_asked_twice() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let question = Question::new();
        let (say, hear) = channel::<u32>();
        let moment = Duration::from_millis(5);
        runtime.block_on(async {
            let ask = move || hear.recv().map_err(|_| Error::Bug("nobody answers"));
            let late = question.answer(moment, ask).await;
            assert_eq!(late.err().map(|error| error.code()), Some("WATCH-NO-ANSWER"));
            let late = question.answer(moment, || Ok(2)).await;
            assert_eq!(late.err().map(|error| error.code()), Some("WATCH-NO-ANSWER"));
            say.send(1).unwrap();
            let hour = Duration::from_secs(3_600);
            assert_eq!(
                question.answer(hour, || Ok(2)).await.ok(),
                Some(1),
                "the one it waited for"
            );
            assert_eq!(question.answer(hour, || Ok(2)).await.ok(), Some(2));
            let panicked = question.answer(hour, || panic!("as planned")).await;
            assert!(panicked.is_err());
        });
    }
}
