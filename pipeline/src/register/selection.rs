//! Which consents the bureau looks at when it holds queries against them on the spot or in writing (九(二)3(1)). *SQL.*
//!
//! The paper that asks fixes member and days; the seed is a hash of the first checkpoint that was signed after it, which nobody knew when
//! it was entered. A consent's rank is `SHA-256(seed || its number)`, the member's own, and the smallest ranks are drawn: the member
//! repeats it from its own list. Nothing of it is stored, it is computed whenever it is shown.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{code_list::Channel, day::taipei_midnight, store as consent_store};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Row};

use super::store::Paper;
use crate::{
    app::House,
    audit::size,
    error::{Error, Result},
    ids,
    journal::{merkle::Hash, note::text_of, store as journal_store},
    regime::control::SelectionRules,
};

/// A selection as it is shown.
#[derive(Serialize)]
pub struct Selection {
    /// The paper that asked for it.
    pub paper: i64,
    /// Institution code.
    pub member: String,
    /// First day of the queries.
    pub from: Date,
    /// Last day of the queries.
    pub to: Date,
    /// The signed text of the checkpoint that the seed is made of.
    pub checkpoint: String,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// How many consents were used in these days.
    pub population: u64,
    /// Those that are drawn, in this order.
    pub drawn: Vec<Selected>,
}

/// A consent that is looked at.
#[derive(Serialize)]
pub struct Selected {
    /// The member's number for it.
    pub consent_ref: String,
    /// `paper` or `electronic`.
    pub channel: &'static str,
    /// The form it was given on.
    pub form: String,
    /// And its version.
    pub version: String,
    /// When it was given.
    pub consented_at: Timestamp,
    /// What the member is asked to show.
    pub asked_for: String,
}

/// The selection that `paper` asked for.
///
/// # Errors
/// `REGISTER-SELECTION` if the paper asks for none.
pub async fn of_paper(house: &House, paper: &Paper) -> Result<Selection> {
    let no_selection = || Error::Input {
        code: "REGISTER-SELECTION",
        sentence: "this paper asks for no selection of consents".into(),
        remedy: "name one of `mayfly register list --all` of the kind that the regime's [selection] names",
    };
    let rules = house
        .regime
        .selection
        .as_ref()
        .filter(|rules| rules.paper.value == paper.kind);
    let rules = rules.ok_or_else(no_selection)?;
    let day = |name: &str| paper.fields.get(name).and_then(|day| day.parse::<Date>().ok());
    let (from, to) = day("from").zip(day("to")).ok_or_else(no_selection)?;
    let mut reader = house.db.reader().await?;
    let entry = u64::try_from(paper.entry).map_err(|_| Error::Bug("a journal index is below 0"))?;
    let note = journal_store::first_covering(&mut reader, &house.signer.origin, entry).await?;
    let note = note.ok_or_else(|| Error::Operator {
        code: "REGISTER-UNSIGNED",
        sentence: "no checkpoint covers the paper yet, so there is no seed".into(),
        remedy: "let `mayfly serve --once` sign the journal, then show it again",
    })?;
    let checkpoint = text_of(note.as_bytes()).ok_or(Error::Bug("a stored checkpoint is not a note"))?;
    let checkpoint = checkpoint.trim_end_matches('\n').to_owned();
    let seed = seed(&paper.of, from, to, &checkpoint);
    // In the journal's order: what was asked before this paper.
    let span = Span {
        entry: paper.entry,
        gated: (begins(from), begins(to.tomorrow().unwrap_or(Date::MAX))),
    };
    let batches = batches(&mut reader, &paper.of).await?;
    let mut used = BTreeSet::new();
    for batch in &batches {
        used.extend(numbers(&mut reader, *batch, &span).await?);
    }
    let population = used.len() as u64;
    drop(used);
    let size = ruled(population, rules);
    let mut drawn: BTreeSet<(Hash, String)> = BTreeSet::new();
    for batch in &batches {
        for reference in references(&mut reader, *batch, &span).await? {
            drawn.insert((rank(&seed, &reference), reference));
            if drawn.len() as u64 > size {
                drawn.pop_last();
            }
        }
    }
    let refs: Vec<String> = drawn.into_iter().map(|(_, reference)| reference).collect();
    Ok(Selection {
        paper: paper.number,
        member: paper.of.clone(),
        from,
        to,
        checkpoint,
        seed: ids::hex(&seed),
        population,
        drawn: described(&mut reader, &paper.of, refs, rules).await?,
    })
}

/// The seed: SHA-256 of what it is made of, one a line.
fn seed(member: &str, from: Date, to: Date, checkpoint: &str) -> Hash {
    Sha256::digest(format!("{FORMAT}\n{member}\n{from}\n{to}\n{checkpoint}\n")).into()
}

fn rank(seed: &Hash, reference: &str) -> Hash {
    let rank = Sha256::new()
        .chain_update(seed)
        .chain_update(reference.as_bytes());
    rank.finalize().into()
}

fn ruled(population: u64, rules: &SelectionRules) -> u64 {
    size::size(population, rules.percent.value, rules.at_least.value)
}

/// Queries that are meant: which passed the gate from one instant until another, before an entry of the journal.
struct Span {
    gated: (Timestamp, Timestamp),
    entry: i64,
}

async fn batches(conn: &mut AnyConnection, member: &str) -> Result<Vec<i64>> {
    let failed = || Error::database("list a member's batches");
    let rows = sqlx::query("SELECT batch_no FROM batch WHERE member = $1 ORDER BY batch_no")
        .bind(member)
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter().map(|row| row.try_get(0).map_err(failed())).collect()
}

/// Our numbers of the consents that queries of `batch` used which passed the gate within `span`.
async fn numbers(conn: &mut AnyConnection, batch: i64, span: &Span) -> Result<Vec<i64>> {
    let failed = || Error::database("count the consents of a batch");
    let rows = sqlx::query(
        "SELECT DISTINCT request.consent_no FROM request JOIN chunk ON chunk.chunk_no = request.chunk_no
         WHERE request.batch_no = $1 AND request.entry < $4 AND request.consent_no IS NOT NULL
         AND chunk.gated_at >= $2 AND chunk.gated_at < $3",
    )
    .bind(batch)
    .bind(span.gated.0.as_microsecond())
    .bind(span.gated.1.as_microsecond())
    .bind(span.entry)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| row.try_get(0).map_err(failed())).collect()
}

/// The member's numbers of the same consents.
async fn references(conn: &mut AnyConnection, batch: i64, span: &Span) -> Result<Vec<String>> {
    let failed = || Error::database("read the consents of a batch");
    let rows = sqlx::query(
        "SELECT DISTINCT consent.consent_ref FROM request JOIN chunk ON chunk.chunk_no = request.chunk_no
         JOIN consent ON consent.consent_no = request.consent_no
         WHERE request.batch_no = $1 AND request.entry < $4 AND chunk.gated_at >= $2 AND chunk.gated_at < $3",
    )
    .bind(batch)
    .bind(span.gated.0.as_microsecond())
    .bind(span.gated.1.as_microsecond())
    .bind(span.entry)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| row.try_get(0).map_err(failed())).collect()
}

/// What is known of the consents `refs`, in their order.
async fn described(
    conn: &mut AnyConnection,
    member: &str,
    refs: Vec<String>,
    rules: &SelectionRules,
) -> Result<Vec<Selected>> {
    let names: Vec<&str> = refs.iter().map(String::as_str).collect();
    let known = consent_store::find_consents(conn, member, &names).await?;
    let of = |reference: &String| known.iter().find(|consent| consent.consent_ref == *reference);
    let selected = refs.iter().filter_map(|reference| {
        let terms = &of(reference)?.terms;
        let (channel, asked_for) = match terms.channel {
            Channel::Paper => ("paper", &rules.paper_evidence.value),
            Channel::Electronic => ("electronic", &rules.electronic_evidence.value),
        };
        Some(Selected {
            consent_ref: reference.clone(),
            channel,
            form: terms.form_id.clone(),
            version: terms.form_version.clone(),
            consented_at: terms.consented_at,
            asked_for: asked_for.clone(),
        })
    });
    Ok(selected.collect())
}

fn begins(day: Date) -> Timestamp {
    taipei_midnight(day).unwrap_or(Timestamp::MAX)
}

/// The first line of what the seed is the hash of.
const FORMAT: &str = "mayfly-consents-v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_follows_its_checkpoint_and_nothing_else() {
        let (from, to) = (jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31));
        let one = seed("004", from, to, "origin\n10\nroot");
        assert_ne!(one, seed("004", from, to, "origin\n11\nroot"));
        assert_ne!(one, seed("012", from, to, "origin\n10\nroot"));
        assert_ne!(one, seed("004", to, to, "origin\n10\nroot"));
        assert_eq!(one, seed("004", from, to, "origin\n10\nroot"));
        assert_ne!(rank(&one, "L-1"), rank(&one, "L-2"));
    }
}
