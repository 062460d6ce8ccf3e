//! What a thief takes along: the files of a data directory as they lay there at one moment. *Edge.*

use std::{collections::BTreeMap, fs, rc::Rc};

use super::ciphers::{Key, entries, keyring_context, open_envelope};
use crate::support::{Sandbox, files_below};

/// The slot file, the one thing that must never be copied.
pub const SLOTS: &str = "keys/root.slots";

/// Files by their names below the data directory; a journal's export and the certificates are among them.
#[derive(Clone, Default)]
pub struct Copy {
    pub files: BTreeMap<String, Rc<[u8]>>,
}

impl Copy {
    /// Everything, the slots included: what a running machine has.
    pub fn of(sandbox: &Sandbox) -> Self {
        let data = sandbox.data();
        let mut files = BTreeMap::new();
        for path in files_below(&data) {
            let name = path.strip_prefix(&data).unwrap().display().to_string();
            files.insert(name, fs::read(path).unwrap().into());
        }
        Self { files }
    }

    /// What a backup has.
    pub fn without_slots(&self) -> Self {
        let mut copy = self.clone();
        copy.files.remove(SLOTS);
        copy
    }
}

/// What a running machine has in its memory.
pub struct Keys {
    pub root: Key,
    pub cohorts: Vec<(String, Key)>,
}

impl Copy {
    /// The living keys of a copy with slots.
    pub fn keys(&self) -> Keys {
        let (slots, keyring) = (&self.files[SLOTS], &self.files["keys/keyring"]);
        let context = keyring_context(keyring);
        let roots = [0, 4096].map(|slot| slots[slot + 24..slot + 56].try_into().unwrap());
        let mut opened = roots.into_iter().filter_map(|root: Key| {
            Some(Keys {
                root,
                cohorts: entries(&open_envelope(&root, &context, &keyring[58..])?),
            })
        });
        opened.next().unwrap()
    }
}
