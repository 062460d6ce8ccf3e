//! What a sample's journal entries commit to, and the file in which it leaves the house. *Pure.*

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use super::draw::Item;
use crate::{ids, journal::entry::SALT_BYTES};

/// An act on a sample. Its journal entry is of the kind `sample`, with `<act>:<month>` as its reference.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ActName {
    /// The bureau committed to its value.
    Commit,
    /// The population was frozen.
    Freeze,
    /// The bureau announced that it draws without a reviewer: the checkpoint after this entry is the next one.
    Announce,
    /// The sample was drawn.
    Draw,
    /// The sample was made larger.
    Extend,
}

impl ActName {
    /// The act's name in a reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Freeze => "freeze",
            Self::Announce => "announce",
            Self::Draw => "draw",
            Self::Extend => "extend",
        }
    }
}

/// Payload of a commitment. Its hash is in the journal before the month ends; the payload itself is shown after the draw.
/// Until then the value is a secret: whoever knew it could tell what will be drawn.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// The month.
    pub month: String,
    /// 32 random bytes in hexadecimal.
    pub value: String,
}

/// Payload of a freeze.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// The month.
    pub month: String,
    /// The signed checkpoint: the population are the month's queries of the member among the entries that it covers.
    pub checkpoint: String,
    /// How many they are.
    pub population: u64,
    /// How many of a hundred are to be drawn.
    pub percent: u64,
    /// The least that is to be drawn.
    pub at_least: u64,
    /// From which day of the next month on the bureau may draw without a reviewer.
    pub drawn_by_day: i8,
    /// Who had it frozen.
    pub by: String,
}

/// Payload of an announcement.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The month.
    pub month: String,
    /// Who had it drawn.
    pub by: String,
}

/// Payload of a draw. Either a reviewer gave a value, or there is the next checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// The month.
    pub month: String,
    /// Who drew: the reviewer, or who had it drawn at the bureau.
    pub by: String,
    /// Who named the reviewer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub named_by: Option<String>,
    /// The reviewer's value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
    /// The first signed checkpoint that covers the announcement.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_checkpoint: Option<String>,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// How many records were drawn.
    pub size: u64,
}

/// Payload of an extension.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extended {
    /// The month.
    pub month: String,
    /// How many records are in the sample from now on: the first so many of the draw's order.
    pub size: u64,
    /// Who wanted it larger.
    pub by: String,
}

/// One act as it may be shown to outsiders.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Which.
    pub act: ActName,
    /// Its journal index.
    pub entry: u64,
    /// The entry's payload, in hexadecimal: 16 random bytes, then JSON. Its SHA-256 is in the entry.
    pub payload: String,
}

impl Step {
    /// The step whose entry commits to `salted`.
    pub fn new(act: ActName, entry: u64, salted: &[u8]) -> Self {
        Self {
            act,
            entry,
            payload: ids::hex(salted),
        }
    }

    /// The payload's bytes, salt included; `None` if they are not hexadecimal.
    pub fn salted(&self) -> Option<Vec<u8>> {
        ids::unhex(&self.payload)
    }

    /// What the payload says.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(self.salted()?.get(SALT_BYTES..)?).ok()
    }
}

/// The first step of the kind `act`, as its payload says it.
pub fn find<T: DeserializeOwned>(steps: &[Step], act: ActName) -> Option<T> {
    steps.iter().find(|step| step.act == act)?.read()
}

/// `sample.json`: what an outsider needs beside the exported journal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleFile {
    /// [`super::draw::FORMAT`].
    pub format: String,
    /// Institution code.
    pub member: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// All acts, in their order.
    pub steps: Vec<Step>,
    /// The sample, in the order of the draw.
    pub items: Vec<FileItem>,
}

/// One record of the sample.
#[derive(Serialize, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SampleItem)]
pub struct FileItem {
    /// Its journal index.
    pub entry: u64,
    /// Its query id.
    pub query: String,
}

impl From<Item> for FileItem {
    fn from(item: Item) -> Self {
        Self {
            entry: item.entry,
            query: item.query,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_is_committed_to_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: ZeroizeOnDrop>() {}
        is_wiped::<Committed>();
    }
}
