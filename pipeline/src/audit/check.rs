//! Judges an exported sample by what was seen in its journal: no database, no secret. *Pure.*

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Month,
    draw::{FORMAT, Ingredients},
    size::size,
    steps::{ActName, Announced, Committed, Drawn, Extended, FileItem, Frozen, SampleFile, Step, find},
};
use crate::{
    ids,
    journal::{
        checkpoint::Checkpoint,
        merkle::Hash,
        note::{VerifierKey, text_of},
    },
};

/// What a sample's file says, as far as the journal has to be read for it. Nothing of it is to be believed yet.
pub struct Claims {
    /// The month.
    pub month: Month,
    /// How many entries the checkpoint covers under which it was frozen.
    pub frozen_size: u64,
    /// How many the checkpoint covers that took the place of a reviewer's value.
    pub next_size: Option<u64>,
    /// The seed that its parts give.
    pub seed: Hash,
    /// How many records are in the sample.
    pub size: u64,
    committed: Committed,
    frozen: Frozen,
    drawn: Drawn,
}

/// What the journal says.
#[derive(Default)]
pub struct Seen {
    /// The entries about this sample.
    pub acts: Vec<SeenAct>,
    /// The roots of the tree at the sizes that [`Claims`] names.
    pub roots: BTreeMap<u64, Hash>,
    /// Queries of the member in the month that the checkpoint covers.
    pub population: u64,
    /// Queries of the member in the month behind it.
    pub late: u64,
    /// What the rule draws.
    pub items: Vec<FileItem>,
}

/// One entry about the sample.
pub struct SeenAct {
    /// Its journal index.
    pub index: u64,
    /// When it was entered.
    pub at: Timestamp,
    /// `<act>:<month>`.
    pub reference: String,
    /// What it commits to.
    pub payload: Hash,
}

/// Reads what `file` says; `None` if it is not a drawn sample in the form of such files.
pub fn read(file: &SampleFile) -> Option<Claims> {
    let month = Month::parse(&file.month).filter(|_| file.format == FORMAT)?;
    let committed: Committed = find(&file.steps, ActName::Commit)?;
    let frozen: Frozen = find(&file.steps, ActName::Freeze)?;
    let drawn: Drawn = find(&file.steps, ActName::Draw)?;
    let frozen_text = text_of(frozen.checkpoint.as_bytes())?;
    let next = match &drawn.next_checkpoint {
        Some(note) => Some(text_of(note.as_bytes())?),
        None => None,
    };
    let ingredients = Ingredients {
        member: &file.member,
        month,
        frozen: frozen_text,
        bureau: &committed.value,
        reviewer: drawn.value.as_deref().or(next)?,
    };
    let mut extended = file.steps.iter().filter(|step| step.act == ActName::Extend);
    let size = match extended.next_back() {
        Some(step) => step.read::<Extended>()?.size,
        None => drawn.size,
    };
    Some(Claims {
        month,
        frozen_size: size_of(frozen_text)?,
        next_size: next.map(size_of).map_or(Some(None), |size| size.map(Some))?,
        seed: ingredients.seed(),
        size,
        committed,
        frozen,
        drawn,
    })
}

/// What does not hold of `file`, whose claims are `claims`, beside what was seen in its journal.
pub fn judge(file: &SampleFile, claims: &Claims, seen: &Seen, key: &VerifierKey) -> Vec<String> {
    let mut findings = Findings(Vec::new());
    acts(file, claims, seen, &mut findings);
    times(file, claims, seen, &mut findings);
    frozen(file, claims, seen, key, &mut findings);
    drawn(file, claims, seen, key, &mut findings);
    findings.0
}

/// What is no fault of the sample and yet to be known.
pub fn remarks(claims: &Claims, seen: &Seen) -> Vec<String> {
    let mut remarks = Vec::new();
    let commit = format!("{}:{}", ActName::Commit.name(), claims.month);
    let late = |act: &SeenAct| act.reference == commit && act.at >= claims.month.end();
    if seen.acts.iter().any(late) {
        remarks.push("the bureau committed to its value after the month's end".into());
    }
    if claims.drawn.next_checkpoint.is_some() {
        remarks.push(
            "no reviewer drew in time: the next checkpoint took the place of a reviewer's value".into(),
        );
    }
    remarks
}

struct Findings(Vec<String>);

impl Findings {
    fn unless(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.0.push(otherwise.into());
        }
    }
}

/// Each act is an entry of the journal that commits to just this payload, and the journal knows no other.
fn acts(file: &SampleFile, claims: &Claims, seen: &Seen, findings: &mut Findings) {
    let of = |step: &Step| {
        let reference = format!("{}:{}", step.act.name(), claims.month);
        let entered = seen.acts.iter().find(|act| act.index == step.entry);
        let hash = step.salted().map(|salted| hash(&salted));
        entered.is_some_and(|act| act.reference == reference && Some(act.payload) == hash)
    };
    for step in &file.steps {
        findings.unless(
            of(step),
            &format!(
                "entry {} of the journal is not this {}",
                step.entry,
                step.act.name()
            ),
        );
    }
    findings.unless(
        seen.acts.len() == file.steps.len(),
        "the journal has other acts on this sample than the file",
    );
    let order: Vec<ActName> = file.steps.iter().map(|step| step.act).collect();
    let extensions = order.iter().filter(|act| **act == ActName::Extend).count();
    let whole: &[ActName] = match claims.drawn.next_checkpoint {
        None => &[ActName::Commit, ActName::Freeze, ActName::Draw],
        Some(_) => &[ActName::Commit, ActName::Freeze, ActName::Announce, ActName::Draw],
    };
    let rising = file.steps.is_sorted_by(|one, next| one.entry < next.entry);
    findings.unless(
        rising && order.starts_with(whole) && order.len() == whole.len() + extensions,
        "the acts are not commitment, freeze, draw and extensions, each once and in this order",
    );
}

/// Nothing came before its time.
fn times(file: &SampleFile, claims: &Claims, seen: &Seen, findings: &mut Findings) {
    let at = |name: ActName| {
        let step = file.steps.iter().find(|step| step.act == name)?;
        let act = seen.acts.iter().find(|act| act.index == step.entry)?;
        Some(act.at)
    };
    let month = claims.month;
    findings.unless(
        at(ActName::Freeze).is_none_or(|at| at >= month.end()),
        "the month was frozen before it was over",
    );
    let due = month.next().at(claims.frozen.drawn_by_day + 1, 0);
    findings.unless(
        at(ActName::Announce).is_none_or(|at| at >= due),
        "the bureau drew without a reviewer before that was due",
    );
}

fn frozen(file: &SampleFile, claims: &Claims, seen: &Seen, key: &VerifierKey, findings: &mut Findings) {
    let frozen = &claims.frozen;
    findings.unless(
        is_signed(&frozen.checkpoint, claims.frozen_size, seen, key),
        "the checkpoint under which the month was frozen is not a signed one of this journal",
    );
    let entry = |name: ActName| {
        file.steps
            .iter()
            .find(|step| step.act == name)
            .map(|step| step.entry)
    };
    let covered = entry(ActName::Commit).is_some_and(|entry| entry < claims.frozen_size);
    let before = entry(ActName::Freeze).is_some_and(|entry| claims.frozen_size <= entry);
    findings.unless(
        covered && before,
        "the checkpoint of the freeze does not lie between commitment and freeze",
    );
    let same_month = claims.committed.month == file.month
        && frozen.month == file.month
        && claims.drawn.month == file.month;
    findings.unless(same_month, "an act is about another month");
    findings.unless(
        seen.population == frozen.population,
        &format!(
            "the journal has {} query records of the month, the freeze says {}",
            seen.population, frozen.population
        ),
    );
    findings.unless(
        seen.late == 0,
        &format!(
            "{} query records of the month came after it was frozen",
            seen.late
        ),
    );
}

fn drawn(file: &SampleFile, claims: &Claims, seen: &Seen, key: &VerifierKey, findings: &mut Findings) {
    let drawn = &claims.drawn;
    findings.unless(
        drawn.value.is_some() != drawn.next_checkpoint.is_some(),
        "the draw has not just one of a reviewer's value and the next checkpoint",
    );
    if let (Some(note), Some(size)) = (&drawn.next_checkpoint, claims.next_size) {
        let announced = file.steps.iter().find(|step| step.act == ActName::Announce);
        let same_month = announced.is_some_and(|step| {
            step.read::<Announced>()
                .is_some_and(|said| said.month == file.month)
                && step.entry < size
        });
        findings.unless(
            same_month && is_signed(note, size, seen, key),
            "the next checkpoint is not a signed one of this journal after the announcement",
        );
    }
    findings.unless(
        drawn.seed == ids::hex(&claims.seed),
        "the seed does not follow from its parts",
    );
    let frozen = &claims.frozen;
    let ruled = size(frozen.population, frozen.percent, frozen.at_least);
    findings.unless(
        drawn.size == ruled,
        &format!("{} records were drawn; the rule says {ruled}", drawn.size),
    );
    let extended = file.steps.iter().filter(|step| step.act == ActName::Extend);
    let sizes = extended.map(|step| step.read::<Extended>().filter(|said| said.month == file.month));
    let sizes: Option<Vec<u64>> = sizes.map(|said| said.map(|said| said.size)).collect();
    let grows = sizes.is_some_and(|sizes| {
        let mut all = vec![drawn.size];
        all.extend(sizes);
        all.is_sorted_by(|one, next| one < next) && all.last().is_none_or(|last| *last <= frozen.population)
    });
    findings.unless(grows, "an extension does not make the sample larger");
    findings.unless(
        file.items.len() as u64 == claims.size && file.items == seen.items,
        "the records are not those that the rule draws, or not in its order",
    );
}

/// Whether `note` is signed by the journal's key, under this origin or an earlier one, and is the head of its first `size`
/// entries.
fn is_signed(note: &str, size: u64, seen: &Seen, key: &VerifierKey) -> bool {
    let origin = note.lines().next().unwrap_or_default();
    let opened = key
        .named(origin)
        .and_then(|key| Checkpoint::open(note.as_bytes(), &key));
    opened.is_ok_and(|head| head.size() == size && seen.roots.get(&size) == Some(head.root()))
}

fn size_of(text: &str) -> Option<u64> {
    text.lines().nth(1)?.parse().ok()
}

fn hash(salted: &[u8]) -> Hash {
    <Hash>::from(<sha2::Sha256 as sha2::Digest>::digest(salted))
}
