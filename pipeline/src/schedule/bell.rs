//! A bell: rung from anywhere, any number of times, heard once; and whoever listens may tire of waiting. *Edge.*

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

/// The rope's end.
#[derive(Clone)]
pub(super) struct Bell {
    rope: SyncSender<()>,
    stopped: Arc<AtomicBool>,
}

/// Where the bell is heard.
pub(super) struct Hearing {
    sound: Receiver<()>,
    stopped: Arc<AtomicBool>,
}

/// What was heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// Somebody rang.
    Rung,
    /// Nobody did, for as long as one cared to wait.
    Silence,
    /// It will not ring any more.
    Stop,
}

/// Hangs a bell.
pub(super) fn hang() -> (Bell, Hearing) {
    let (rope, sound) = sync_channel(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let bell = Bell {
        rope,
        stopped: stopped.clone(),
    };
    (bell, Hearing { sound, stopped })
}

impl Bell {
    /// Rings. A bell that has not been heard yet is not rung twice.
    pub(super) fn ring(&self) {
        let _ = self.rope.try_send(());
    }

    /// Rings for the last time.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.ring();
    }
}

impl Hearing {
    /// Waits for the bell, at most for `patience`; without one, for ever.
    pub(super) fn listen(&self, patience: Option<Duration>) -> Heard {
        let heard = match patience {
            Some(patience) => self.sound.recv_timeout(patience),
            None => self.sound.recv().map_err(RecvTimeoutError::from),
        };
        match heard {
            _ if self.stopped.load(Ordering::Relaxed) => Heard::Stop,
            Ok(()) => Heard::Rung,
            Err(RecvTimeoutError::Timeout) => Heard::Silence,
            Err(RecvTimeoutError::Disconnected) => Heard::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ringing_often_is_heard_once_and_silence_ends() {
        let (bell, hearing) = hang();
        let moment = Some(Duration::from_millis(5));
        assert_eq!(hearing.listen(moment), Heard::Silence);
        bell.ring();
        bell.ring();
        assert_eq!(hearing.listen(moment), Heard::Rung);
        assert_eq!(hearing.listen(moment), Heard::Silence);
        bell.clone().stop();
        assert_eq!(hearing.listen(None), Heard::Stop);
        drop(bell);
        assert_eq!(hearing.listen(None), Heard::Stop);
    }
}
