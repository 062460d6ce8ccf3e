//! Writes what the gate decided: consents, requests and journal entries, in the gate's transaction. Only when that is
//! committed is there a pass. *SQL.*

use mayfly_consent::{
    ConsentError,
    store::{self as consent_store, NewConsent},
};
use sqlx::AnyConnection;

use super::{Asked, GatePass, Gated, draft::Draft, screen::Screened};
use crate::{
    app::House,
    batch::{
        Batch, Chunk, Counts, chunks,
        requests::{self, NewQuery, NewRefusal},
    },
    db::{Tx, meta},
    error::{Error, Result},
    intake::Row,
    journal::{
        act::{self, Act},
        entry::Kind,
        store as journal_store,
    },
    provider::{Item, QueryId, Question, Visit},
};

/// A chunk that is entered and not yet committed.
pub(super) struct Entered {
    chunk: Chunk,
    counts: Counts,
}

/// Enters the decisions over one chunk, or nothing, if one of its new consents is registered by now: then the
/// transaction is not to be committed.
pub(super) async fn enter(
    house: &House,
    batch: &Batch,
    conn: &mut AnyConnection,
    draft: &Draft,
) -> Result<Option<Entered>> {
    let Some(first_consent) = register_consents(conn, batch, draft).await? else {
        return Ok(None);
    };
    let first_entry = if draft.entries.is_empty() {
        journal_store::size(conn).await?
    } else {
        journal_store::append(conn, &draft.entries).await?
    };
    let count = draft.rows.len() as i64;
    let queries = draft.entries.len() as i64;
    let counts = Counts {
        refused: count - queries,
        ..Counts::default()
    };
    let mut chunk = Chunk {
        chunk_no: 0,
        batch_no: batch.batch_no,
        tag: draft.tag,
        first_line: draft.rows.first().map_or(0, |row| i64::from(row.line)),
        row_count: count,
        settled: queries == 0,
        gated_at: draft.at,
        first_entry: first_entry as i64,
        queries: draft.records.clone(),
        obtained_at: None,
        answers: None,
    };
    chunk.chunk_no = chunks::insert(conn, &chunk, &counts).await?;
    let new = queries_of(draft, first_consent);
    requests::insert_queries(conn, batch.batch_no, chunk.chunk_no, chunk.first_entry, &new).await?;
    if counts.refused > 0 {
        enter_refusals(house, batch, conn, draft, &chunk).await?;
    }
    meta::write(conn, meta::KEYRING, &house.custody.standing()?.to_string()).await?;
    Ok(Some(Entered { chunk, counts }))
}

/// Commits what was entered of `draft`; only then is there a pass.
pub(super) async fn commit(tx: Tx, draft: Draft, entered: Entered) -> Result<Gated> {
    let Entered { chunk, counts } = entered;
    let queries = draft.entries.len();
    // The writer is free before the questions are listed.
    tx.commit().await?;
    let (asked, questions) = ask_list(draft);
    if asked.len() != queries {
        return Err(Error::Bug("a row that passed the gate cannot be asked"));
    }
    let pass = (queries > 0).then_some(GatePass {
        chunk,
        asked,
        questions,
        held: Vec::new(),
        visit: Visit::Ask,
    });
    Ok(Gated { pass, counts })
}

/// Registers the consents that are new with the chunk; returns the number of the first, and nothing if one is there
/// already.
async fn register_consents(conn: &mut AnyConnection, batch: &Batch, draft: &Draft) -> Result<Option<i64>> {
    let Some((sealer, sealed)) = &draft.consents else {
        return Ok(Some(0));
    };
    let first_no = meta::take_numbers(&mut *conn, meta::CONSENTS, sealed.len() as i64).await?;
    let new: Vec<NewConsent<'_>> = sealed.iter().map(|consent| consent.row(&batch.member)).collect();
    match consent_store::insert_consents(conn, first_no, &sealer.registration(), &new).await {
        Ok(()) => Ok(Some(first_no)),
        Err(ConsentError::StateChanged) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn enter_refusals(
    house: &House,
    batch: &Batch,
    conn: &mut AnyConnection,
    draft: &Draft,
    chunk: &Chunk,
) -> Result<()> {
    let refusals = refusals_of(draft);
    requests::insert_refusals(conn, batch.batch_no, chunk.chunk_no, &refusals).await?;
    let refused: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal.line, refusal.codes.to_string()))
        .collect();
    let reference = format!("{}:{}", batch.batch, chunk.first_line);
    let act = Act {
        kind: Kind::Refusal,
        member: &batch.member,
        reference: &reference,
    };
    act::enter(house, conn, &act, &refused, draft.at).await?;
    Ok(())
}

fn queries_of(draft: &Draft, first_consent: i64) -> Vec<NewQuery<'_>> {
    let passed = draft
        .rows
        .iter()
        .zip(&draft.screened)
        .filter_map(|(row, screened)| Some((row, screened.verdict.as_ref()?)));
    passed
        .map(|(row, verdict)| NewQuery {
            line: i64::from(row.line),
            item: row.item.as_deref().unwrap_or_default(),
            querier: row.querier.as_deref().unwrap_or_default(),
            consent_no: verdict.number.at(first_consent),
            use_no: verdict.use_no,
        })
        .collect()
}

fn refusals_of(draft: &Draft) -> Vec<NewRefusal<'_>> {
    let refused = draft
        .rows
        .iter()
        .zip(&draft.screened)
        .filter(|(_, screened)| screened.verdict.is_none());
    refused
        .map(|(row, screened)| NewRefusal {
            line: i64::from(row.line),
            item: row.item.as_deref().unwrap_or_default(),
            querier: row
                .querier
                .as_deref()
                .filter(|_| screened.knows_querier)
                .unwrap_or_default(),
            codes: screened.faults.codes(),
        })
        .collect()
}

/// The questions of the rows that passed. This is where a verdict is used up.
fn ask_list(draft: Draft) -> (Vec<Asked>, Vec<Question>) {
    let tag = draft.tag as u64;
    let rows = draft.rows.into_iter().zip(draft.screened);
    let passed = (0u32..).zip(rows).filter_map(|(ordinal, (row, screened))| {
        let Screened {
            verdict: Some(_used_up),
            ..
        } = screened
        else {
            return None;
        };
        ask(tag, ordinal, row)
    });
    passed.unzip()
}

fn ask(tag: u64, ordinal: u32, row: Row) -> Option<(Asked, Question)> {
    let claim = row.claim;
    let question = Question::new(
        QueryId::new(tag, ordinal),
        Item::parse(&row.item?)?,
        claim.subject_id?,
        claim.subject_name?,
        claim.birth_date?,
    );
    let asked = Asked {
        line: i64::from(row.line),
        case_no: row.case_no?,
        consent_ref: claim.consent_ref?,
        querier: row.querier?,
    };
    Some((asked, question))
}
