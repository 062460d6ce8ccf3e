//! What was read, remembered for exactly as long as nobody changes anything ([`Db::changes`](super::Db::changes)). *Edge.*

use std::{
    collections::HashMap,
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use crate::error::Result;

/// Values by what was asked for.
pub struct Recall<K, V> {
    kept: Mutex<Kept<K, V>>,
    /// Who reads what is asked for by several at once: the others wait for it.
    reading: [tokio::sync::Mutex<()>; LANES],
}

struct Kept<K, V> {
    /// As of which change.
    changes: Option<i64>,
    values: HashMap<K, V>,
}

impl<K, V> Default for Recall<K, V> {
    fn default() -> Self {
        Self {
            kept: Mutex::new(Kept {
                changes: None,
                values: HashMap::new(),
            }),
            reading: [const { tokio::sync::Mutex::const_new(()) }; LANES],
        }
    }
}

impl<K: Eq + Hash, V: Clone> Recall<K, V> {
    /// What is kept under `key`, or what `read` finds; nothing that is not there is kept. `changes` is what the database told just now.
    ///
    /// # Errors
    /// What `read` returns.
    pub async fn find(
        &self,
        changes: Option<i64>,
        key: K,
        read: impl Future<Output = Result<Option<V>>>,
    ) -> Result<Option<V>> {
        if changes.is_none() {
            return read.await;
        }
        if let Some(value) = self.recall(changes, &key) {
            return Ok(Some(value));
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let lane = (hasher.finish() % LANES as u64) as usize;
        let _reading = self.reading[lane].lock().await;
        if let Some(value) = self.recall(changes, &key) {
            return Ok(Some(value));
        }
        let found = read.await?;
        if let Some(value) = &found {
            self.keep(changes, key, value.clone());
        }
        Ok(found)
    }

    fn recall(&self, changes: Option<i64>, key: &K) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.changes == changes {
            true => kept.values.get(key).cloned(),
            false => None,
        }
    }

    /// `changes` is what the database told before it was read.
    fn keep(&self, changes: Option<i64>, key: K, value: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // They do not go backwards: what was read before somebody else's later look is not kept.
        if kept.changes < changes || kept.values.len() >= MOST {
            kept.values.clear();
            kept.changes = kept.changes.max(changes);
        }
        if kept.changes == changes {
            kept.values.insert(key, value);
        }
    }
}

/// So many values at most; then it begins anew.
const MOST: usize = 4_096;
/// So many are read at one time.
const LANES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_remembered_until_something_changes() {
        let recall = Recall::default();
        recall.keep(Some(7), "a", 1);
        assert_eq!(recall.recall(Some(7), &"a"), Some(1));
        assert_eq!(recall.recall(Some(7), &"b"), None);
        assert_eq!(recall.recall(Some(8), &"a"), None);
        recall.keep(Some(8), "b", 2);
        // Read before that change, and kept after it.
        recall.keep(Some(7), "a", 1);
        assert_eq!(recall.recall(Some(8), &"a"), None);
        assert_eq!(recall.recall(Some(8), &"b"), Some(2));
    }

    #[tokio::test]
    async fn an_engine_that_does_not_tell_is_asked_each_time() {
        let recall = Recall::default();
        for round in 0..2 {
            let found = recall.find(None, "a", async { Ok(Some(round)) }).await;
            assert!(matches!(found, Ok(Some(found)) if found == round));
        }
        for round in 0..2 {
            let found = recall.find(Some(1), "a", async { Ok(Some(round)) }).await;
            assert!(matches!(found, Ok(Some(0))), "{round}");
        }
    }

    #[tokio::test]
    async fn what_several_ask_for_at_once_is_read_once() {
        let recall = Recall::default();
        let reads = std::sync::atomic::AtomicU32::new(0);
        let ask = || {
            recall.find(Some(1), "a", async {
                tokio::task::yield_now().await;
                Ok(Some(reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst)))
            })
        };
        let (one, other) = tokio::join!(ask(), ask());
        assert!(matches!((one, other), (Ok(Some(0)), Ok(Some(0)))));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let recall = Recall::default();
        for key in 0..=MOST {
            recall.keep(Some(1), key, ());
        }
        assert_eq!(recall.recall(Some(1), &0), None);
        assert_eq!(recall.recall(Some(1), &MOST), Some(()));
    }
}
