//! The query records of a sheet as a stream: one sealed chunk is open at a time. *SQL.*

use mayfly_consent::{SubjectId, SubjectName};
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use super::{
    changed, entries,
    store::{self, Sheet},
};
use crate::{
    app::House,
    batch::{Outcome, chunks, requests},
    error::{Error, Result},
    gate::record::{AskedRecord, QueryRecord},
    printed::{MASK, hidden},
    sealed,
};

/// One query on a sheet, as people see it: whom it was about is masked.
#[derive(Serialize, PartialEq, Eq, ToSchema)]
#[schema(as = SheetLine)]
pub struct Line {
    /// Its place on the sheet, from 1 on.
    pub place: u64,
    /// 日期, `YYYY-MM-DD`, Asia/Taipei.
    pub date: String,
    /// 時間, to the second.
    pub time: String,
    /// 帳號.
    pub account: String,
    /// IP.
    pub ip: String,
    /// 作業代號: the item.
    pub operation: String,
    /// 查詢條件, masked.
    pub condition: String,
    /// 案號.
    pub case_no: String,
    /// 事由: its code and its text.
    pub reason: String,
    /// 結果, as it stands now.
    pub outcome: &'static str,
    /// Journal index.
    pub entry: u64,
}

/// Offers each query of `sheet` in order, until `take` says that it is enough.
///
/// # Errors
/// `SHEET-CHANGED`, `KEY-*`, `SEAL-*`, `DB-*`; what `take` returns.
pub async fn each(
    house: &House,
    conn: &mut AnyConnection,
    sheet: &Sheet,
    mut take: impl FnMut(Line) -> Result<Next>,
) -> Result<()> {
    let text = store::entries(&mut *conn, sheet.number).await?;
    let ranges = entries::parse(&text).ok_or_else(changed)?;
    let mut place = 0;
    let span = (sheet.week.start(), sheet.week.end());
    for chunk in chunks::between(&mut *conn, &sheet.member, span).await? {
        let first = chunk.first_entry.unsigned_abs();
        let end = first + chunk.row_count.unsigned_abs();
        let reaches = ranges.partition_point(|range| range.last < first);
        if ranges.get(reaches).is_none_or(|range| range.first >= end) {
            continue;
        }
        let requests = requests::of_chunk(&mut *conn, &chunk).await?;
        let mut rows = requests.iter().peekable();
        let mut index = first;
        for (line, record) in (chunk.first_line..).zip(sealed::segment(house, &chunk.queries)?.iter()) {
            let bytes = record?;
            let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
            let Some(asked) = &record.asked else { continue };
            if entries::holds(&ranges, index) {
                while rows.next_if(|row| row.line < line).is_some() {}
                let row = rows.peek().filter(|row| row.line == line);
                place += 1;
                let outcome = row.map_or(Outcome::Asked, |row| row.outcome);
                let shown = shown(&record, asked, outcome, (place, index));
                if take(shown)? == Next::Enough {
                    return Ok(());
                }
            }
            index += 1;
        }
    }
    Ok(())
}

/// Whether more lines are wanted.
#[derive(PartialEq, Eq)]
pub enum Next {
    /// The next one.
    More,
    /// No more.
    Enough,
}

/// The record as people see it, at its place and journal index.
pub(super) fn shown(
    record: &QueryRecord<'_>,
    asked: &AskedRecord<'_>,
    outcome: Outcome,
    (place, entry): (u64, u64),
) -> Line {
    let conditions = &asked.conditions;
    let id = SubjectId::parse(conditions.subject_id).map_or_else(|_| MASK.into(), |id| id.masked());
    let name =
        SubjectName::parse(&conditions.subject_name).map_or_else(|_| MASK.into(), |name| name.masked());
    Line {
        place,
        date: asked.date.to_owned(),
        time: asked.time.get(..8).unwrap_or_default().to_owned(),
        account: asked.account.to_owned(),
        ip: asked.ip.to_owned(),
        operation: asked.operation.to_owned(),
        condition: format!("{id} {name}"),
        case_no: hidden(&record.case_no),
        reason: hidden(&format!("{} {}", asked.reason_code, asked.reason)),
        outcome: outcome.word(),
        entry,
    }
}
