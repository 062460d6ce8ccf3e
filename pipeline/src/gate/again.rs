//! Rebuilds the pass of a chunk whose gate was committed before a crash, or whose rows are still unresolved. *SQL.*

use mayfly_consent::{Code, SubjectId, SubjectName};
use sqlx::{AnyConnection, Row};

use super::{Asked, GatePass, held, record::QueryRecord};
use crate::{
    access::Registers,
    app::House,
    batch::{Batch, Chunk, Outcome, requests},
    error::{Error, Result},
    provider::{Item, QueryId, Question, Visit},
    sealed,
};

/// A pass for those queries of `chunk` that stand at `outcome`, under the query ids they have. A stop or a withdrawal
/// that came in between wins: such queries are held back, and come out as unresolved, since they may have left.
pub async fn pass(
    house: &House,
    conn: &mut AnyConnection,
    batch: &Batch,
    chunk: &Chunk,
    outcome: Outcome,
) -> Result<GatePass> {
    let now = house.trusted_now()?;
    super::health::check(house, &mut *conn, now).await?;
    let registers = Registers::load(&mut *conn, &batch.member).await?;
    let withdrawn = withdrawn(&mut *conn, chunk).await?;
    let open = requests::of_chunk(conn, chunk).await?;
    let closed = held::closed(&house.regime, &registers, house.today(now));
    let segment = sealed::segment(house, &chunk.queries)?;
    let mut pass = GatePass {
        chunk: chunk.clone(),
        asked: vec![],
        questions: vec![],
        held: vec![],
        visit: Visit::Recall,
    };
    for request in open.iter().filter(|request| request.outcome == outcome) {
        let ordinal = u32::try_from(request.line - chunk.first_line)
            .map_err(|_| Error::Bug("a line outside its chunk"))?;
        let bytes = segment.record(ordinal)?;
        let record = QueryRecord::parse(&bytes).ok_or_else(unreadable)?;
        let asked = record.asked.as_ref().ok_or_else(unreadable)?;
        let held = closed
            .or_else(|| held::stopped(&registers, asked.account, asked.operation))
            .or(withdrawn.contains(&request.line).then_some(Code::CnsWithdrawn));
        if let Some(code) = held {
            pass.held.push((request.line, code));
            continue;
        }
        pass.asked.push(Asked {
            line: request.line,
            case_no: record.case_no.to_string(),
            consent_ref: record.consent_ref.to_string(),
            querier: asked.account.to_owned(),
        });
        pass.questions
            .push(question(chunk, ordinal, &record).ok_or_else(unreadable)?);
    }
    Ok(pass)
}

fn question(chunk: &Chunk, ordinal: u32, record: &QueryRecord<'_>) -> Option<Question> {
    let asked = record.asked.as_ref()?;
    Some(Question::new(
        QueryId::new(chunk.tag as u64, ordinal),
        Item::parse(asked.operation)?,
        SubjectId::parse(asked.conditions.subject_id).ok()?,
        SubjectName::parse(&asked.conditions.subject_name).ok()?,
        asked.conditions.birth_date.parse().ok()?,
    ))
}

/// Lines of the chunk whose consent has been withdrawn.
async fn withdrawn(conn: &mut AnyConnection, chunk: &Chunk) -> Result<Vec<i64>> {
    let rows = sqlx::query(
        "SELECT request.line FROM request JOIN consent ON consent.consent_no = request.consent_no
         WHERE request.batch_no = $1 AND request.line >= $2 AND request.line < $3 AND consent.withdrawn_at IS NOT NULL",
    )
    .bind(chunk.batch_no)
    .bind(chunk.first_line)
    .bind(chunk.first_line + chunk.row_count)
    .fetch_all(conn)
    .await
    .map_err(Error::database("look for withdrawals"))?;
    rows.iter()
        .map(|row| row.try_get(0))
        .collect::<std::result::Result<_, _>>()
        .map_err(Error::database("look for withdrawals"))
}

fn unreadable() -> Error {
    Error::Bug("a sealed query record is not what was written")
}
