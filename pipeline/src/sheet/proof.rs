//! The proof of a sheet: a text that shows, with nothing but the journal's public key, what is on it and who signed it. *Pure.*
//!
//! Its first lines, six or with a unit seven, are the content of the sheet, so that `head -n 6` and `sha256sum` give the sheet's hash. Then come the
//! acts on it with what their entries commit to, the lines of the journal that are concerned, the hashes beside them in the
//! tree ([`subset`]), and the signed checkpoint; an empty line before each of the last three.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    Week,
    content::{ActName, Done, FORMAT, FORMAT_WITH_UNIT},
    entries::{self, Range},
};
use crate::{
    ids,
    journal::{
        checkpoint::Checkpoint,
        entry::{Entry, Kind, SALT_BYTES},
        merkle::{Hash, hash_leaf},
        note::VerifierKey,
        subset,
    },
};

/// What a proof says before anything of it is believed.
pub struct Proof<'p> {
    /// Institution code.
    pub member: &'p str,
    /// The week.
    pub week: Week,
    /// The querier's account.
    pub querier: &'p str,
    /// The unit for which they asked; empty if none.
    pub unit: &'p str,
    /// How many queries are on the sheet.
    pub queries: u64,
    /// Their journal indexes.
    pub ranges: Vec<Range>,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    acts: Vec<ShownAct>,
    lines: Vec<(u64, &'p str)>,
    beside: Vec<Hash>,
    note: &'p str,
}

struct ShownAct {
    act: ActName,
    entry: u64,
    /// What the entry commits to; `None`: its years are over.
    payload: Option<Vec<u8>>,
}

/// What a check of a proof says.
#[derive(Serialize)]
pub struct Checked {
    /// Institution code.
    pub member: String,
    /// The week.
    pub week: String,
    /// The querier's account.
    pub querier: String,
    /// The unit for which they asked; empty if none.
    pub unit: String,
    /// How many queries are on the sheet.
    pub queries: u64,
    /// SHA-256 of its content.
    pub sha256: String,
    /// What was done to it, by whom and when.
    pub acts: Vec<CheckedAct>,
    /// How many entries the journal had when the proof was made.
    pub journal: u64,
    /// What does not hold; empty if all does.
    pub findings: Vec<String>,
}

/// An act on a sheet.
#[derive(Serialize)]
pub struct CheckedAct {
    /// `make`, `sign` or `approve`.
    pub act: &'static str,
    /// Who; `None` where the years of that are over.
    pub by: Option<String>,
    /// When, as the journal has it.
    pub at: Option<Timestamp>,
    /// Journal index.
    pub entry: u64,
}

/// The line of an act in a proof; `payload` is what its entry commits to.
pub fn act_line(act: ActName, entry: u64, payload: Option<&[u8]>) -> String {
    let payload = payload.map_or_else(|| FORGOTTEN.to_owned(), ids::hex);
    format!("act {} {entry} {payload}\n", act.name())
}

/// Reads a proof; `None` if it is not of this form.
pub fn read(text: &str) -> Option<Proof<'_>> {
    let mut rest = text;
    let mut line = || {
        let (line, after) = rest.split_once('\n')?;
        rest = after;
        Some(line)
    };
    let with_unit = match line()? {
        FORMAT => false,
        FORMAT_WITH_UNIT => true,
        _ => return None,
    };
    let member = line()?.strip_prefix("member ")?;
    let week = Week::parse(line()?.strip_prefix("week ")?)?;
    let querier = line()?.strip_prefix("querier ")?;
    let unit = match with_unit {
        true => line()?.strip_prefix("unit ").filter(|unit| !unit.is_empty())?,
        false => "",
    };
    let queries = line()?.strip_prefix("queries ")?.parse().ok()?;
    let ranges = entries::parse(line()?.strip_prefix("entries ")?)?;
    let mut acts = Vec::new();
    loop {
        match line()? {
            "" => break,
            act => acts.push(shown_act(act)?),
        }
    }
    let mut lines = Vec::new();
    loop {
        match line()? {
            "" => break,
            shown => {
                let (index, entry) = shown.split_once(' ')?;
                lines.push((index.parse().ok()?, entry));
            }
        }
    }
    let mut beside = Vec::new();
    loop {
        match line()? {
            "" => break,
            hash => beside.push(BASE64_STANDARD.decode(hash).ok()?.try_into().ok()?),
        }
    }
    let lines_of_content = CONTENT_LINES + usize::from(with_unit);
    let content = text
        .split_inclusive('\n')
        .take(lines_of_content)
        .map(str::len)
        .sum();
    Some(Proof {
        member,
        week,
        querier,
        unit,
        queries,
        ranges,
        sha256: Sha256::digest(text.get(..content)?).into(),
        acts,
        lines,
        beside,
        note: rest,
    })
}

fn shown_act(line: &str) -> Option<ShownAct> {
    let mut words = line.strip_prefix("act ")?.split(' ');
    let name = words.next()?;
    let act = ACTS.into_iter().find(|act| act.name() == name)?;
    let entry = words.next()?.parse().ok()?;
    let payload = match words.next()? {
        FORGOTTEN => None,
        hex => Some(ids::unhex(hex)?),
    };
    words.next().is_none().then_some(ShownAct { act, entry, payload })
}

/// Checks a proof with the journal's public key.
pub fn check(proof: &Proof<'_>, key: &VerifierKey) -> Checked {
    let mut findings = Vec::new();
    let checkpoint = Checkpoint::open(proof.note.as_bytes(), key).ok();
    match &checkpoint {
        None => findings.push("the checkpoint is not signed with this key".into()),
        Some(checkpoint) => {
            let leaves: Vec<(u64, Hash)> = proof
                .lines
                .iter()
                .map(|(index, line)| (*index, hash_leaf(line.as_bytes())))
                .collect();
            if subset::root(checkpoint.size(), &leaves, &proof.beside) != Some(*checkpoint.root()) {
                findings.push("the lines are not entries of the journal that was signed".into());
            }
        }
    }
    queries(proof, &mut findings);
    let mut number = None;
    let acts: Vec<CheckedAct> = proof
        .acts
        .iter()
        .map(|act| checked_act(proof, act, &mut number, &mut findings))
        .collect();
    if acts.first().is_none_or(|first| first.act != ActName::Make.name()) {
        findings.push("nothing shows that the sheet was made".into());
    }
    let order = acts
        .iter()
        .map(|act| ACTS.iter().position(|known| known.name() == act.act));
    if !order.is_sorted_by(|one, other| one < other) {
        findings.push("the acts are not each once and in their order".into());
    }
    let by = |name: ActName| acts.iter().find(|act| act.act == name.name())?.by.as_deref();
    let signer = by(ActName::Sign);
    if signer.is_some() && signer == by(ActName::Approve) {
        findings.push("it was approved by who signed it".into());
    }
    Checked {
        member: proof.member.to_owned(),
        week: proof.week.to_string(),
        querier: proof.querier.to_owned(),
        unit: proof.unit.to_owned(),
        queries: proof.queries,
        sha256: ids::hex(&proof.sha256),
        acts,
        journal: checkpoint.map_or(0, |checkpoint| checkpoint.size()),
        findings,
    }
}

/// That the lines are the queries of the sheet and the acts on it, and those are queries of its member and week.
fn queries(proof: &Proof<'_>, findings: &mut Vec<String>) {
    if entries::count(&proof.ranges) != proof.queries {
        findings.push("it lists another number of entries than it has queries".into());
        return;
    }
    let mut found = 0;
    for (index, line) in &proof.lines {
        if !entries::holds(&proof.ranges, *index) {
            if !proof.acts.iter().any(|act| act.entry == *index) {
                findings.push(format!("entry {index} is neither of its queries nor of its acts"));
            }
            continue;
        }
        found += 1;
        let entry = Entry::parse(line.as_bytes());
        let is_query = entry.is_ok_and(|entry| {
            entry.kind == Kind::Query && entry.member == proof.member && proof.week.holds(entry.at)
        });
        if !is_query {
            findings.push(format!("entry {index} is no query of the member and week"));
        }
    }
    if found != proof.queries {
        findings.push("the entries of its queries are not all there".into());
    }
}

fn checked_act(
    proof: &Proof<'_>,
    act: &ShownAct,
    number: &mut Option<String>,
    findings: &mut Vec<String>,
) -> CheckedAct {
    let (name, index) = (act.act.name(), act.entry);
    let line = proof.lines.iter().find(|(at, _)| *at == index);
    let entry = line.and_then(|(_, line)| Entry::parse(line.as_bytes()).ok());
    let sheet = entry
        .filter(|entry| entry.kind == Kind::Sheet && entry.member == proof.member)
        .and_then(|entry| entry.reference.split_once(':'))
        .filter(|(act, _)| *act == name)
        .map(|(_, sheet)| sheet.to_owned());
    if sheet.is_none() || number.is_some() && *number != sheet {
        findings.push(format!(
            "entry {index} is not that somebody did \u{201c}{name}\u{201d} to this sheet"
        ));
    }
    *number = sheet.or_else(|| number.take());
    let done: Option<Done> = act.payload.as_ref().and_then(|payload| {
        let is_committed = entry.is_some_and(|entry| entry.proves(payload));
        let json = payload.get(SALT_BYTES..).filter(|_| is_committed)?;
        serde_json::from_slice(json).ok()
    });
    let is_to_this = done.as_ref().is_some_and(|done| {
        done.week == proof.week.to_string()
            && done.querier == proof.querier
            && done.unit == proof.unit
            && done.queries == proof.queries
            && done.sha256 == ids::hex(&proof.sha256)
    });
    if act.payload.is_some() && !is_to_this {
        findings.push(format!(
            "what entry {index} commits to is not about the sheet as it is"
        ));
    }
    CheckedAct {
        act: name,
        by: done.map(|done| done.by),
        at: entry.map(|entry| entry.at),
        entry: index,
    }
}

const ACTS: [ActName; 3] = [ActName::Make, ActName::Sign, ActName::Approve];
/// In the place of a payload that is not kept any more.
const FORGOTTEN: &str = "-";
/// Lines of the content of a sheet without a unit.
const CONTENT_LINES: usize = 6;
