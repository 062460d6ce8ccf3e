//! Reconciles a member's own query log of a month with the bureau's records, their consents and approvals (九(三)2(1)). *Edge.*

use std::path::Path;

use jiff::Timestamp;
use mayfly_consent::day::taipei_day;
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    Month,
    comparison::{Comparison, Difference, Field, Values},
    freeze::first_month,
    log, reviewer, store,
};
use crate::{
    access::{members, persons::Persons, table::Table},
    app::House,
    db::Tx,
    duty::{artefact, close},
    error::{Error, Result},
    gate::record::{AskedRecord, QueryRecord},
    input::{self, Hashed, Look},
    intake::{BatchName, Limits},
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
    regime::{
        control::{DutyRule, Every},
        people::Right,
    },
    run::accept::open,
    sealed,
};

/// What is wrong with one query, and where it stands.
#[derive(Clone, Serialize)]
pub struct Finding {
    /// The batch.
    pub batch: String,
    /// The line of the batch's file.
    pub line: u32,
    /// What.
    #[serde(flatten)]
    pub difference: Difference,
}

/// How a reconciliation ended.
#[derive(Serialize)]
pub struct Reconciled {
    /// Institution code.
    pub member: String,
    /// `YYYY-MM`.
    pub month: String,
    /// Queries of the month among the bureau's records.
    pub records: u64,
    /// Lines of the member's log.
    pub lines: u64,
    /// SHA-256 of the log, hexadecimal.
    pub log_sha256: String,
    /// In the log, not among the records.
    pub missing_here: u64,
    /// Among the records, not in the log.
    pub missing_there: u64,
    /// More than once in the log.
    pub twice: u64,
    /// In both, with other values.
    pub different: u64,
    /// Lines of the log with a cell that cannot be read; what else is wrong with them is told besides.
    pub unreadable: u64,
    /// Records without a consent.
    pub no_consent: u64,
    /// Records without an approval by another person before the query.
    pub no_approval: u64,
    /// Who reconciled.
    pub by: String,
}

impl Reconciled {
    /// Whether both sides agree in everything.
    pub fn is_clean(&self) -> bool {
        self.missing_here
            + self.missing_there
            + self.twice
            + self.different
            + self.unreadable
            + self.no_consent
            + self.no_approval
            == 0
    }

    fn count(&mut self, difference: &Difference) {
        *match difference {
            Difference::MissingHere => &mut self.missing_here,
            Difference::MissingThere => &mut self.missing_there,
            Difference::Twice => &mut self.twice,
            Difference::Different { .. } => &mut self.different,
            Difference::Unreadable { .. } => &mut self.unreadable,
            Difference::NoConsent => &mut self.no_consent,
            Difference::NoApproval => &mut self.no_approval,
        } += 1;
    }
}

/// Reconciles `month` of `member` with the log at `path` and hands each finding to `found`; what came of it is entered in the
/// journal, whose index is returned too. `by` must have the review right at the member today, or the audit right at the
/// bureau. Where both sides agree and `by` owns the month's duty, it is closed with that.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `RECONCILE-RIGHT`, `SAMPLE-OWN` for whoever queried or approved in it, `RECONCILE-OPEN` for a month that is not over,
/// `RECONCILE-MONTH` for one before the member or this house began, `IMPORT-*` for a log that cannot be
/// used, `FILE-CHANGED`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn reconcile(
    house: &House,
    (member, month): (&str, Month),
    path: &Path,
    by: &str,
    mut found: impl FnMut(Finding) -> Result<()>,
) -> Result<(Reconciled, u64)> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let place = check(house, &mut reader, (member, month), by, now).await?;
    if place == member {
        reviewer::check_not_in_month(house, &mut reader, (member, month), by).await?;
    }
    let file = open(path).map_err(log::refused)?;
    let look = Look::at(&file).map_err(Error::io("look at the file"))?;
    let mut reconciled = Reconciled {
        member: member.to_owned(),
        month: month.to_string(),
        records: 0,
        lines: 0,
        log_sha256: String::new(),
        missing_here: 0,
        missing_there: 0,
        twice: 0,
        different: 0,
        unreadable: 0,
        no_consent: 0,
        no_approval: 0,
        by: by.to_owned(),
    };
    let mut tell = |reconciled: &mut Reconciled, batch: &str, line: u32, difference: Difference| {
        reconciled.count(&difference);
        found(Finding {
            batch: batch.to_owned(),
            line,
            difference,
        })
    };
    let mut comparison = Comparison::default();
    let persons = Persons::read(&mut reader, member, taipei_day(now)).await?;
    for place in store::records(&mut reader, member, month).await? {
        for record in sealed::segment(house, &place)?.iter() {
            let bytes = record?;
            let record = QueryRecord::parse(&bytes).ok_or(UNREADABLE)?;
            let line = u32::try_from(record.line).map_err(|_| UNREADABLE)?;
            let asked = record.asked.as_ref();
            comparison.hold(
                record.batch,
                line,
                asked.map(|asked| values(&record, asked)).as_ref(),
            );
            let Some(asked) = asked else { continue };
            reconciled.records += 1;
            if !is_approved(asked, |one, other| persons.are_one(one, other)) {
                tell(&mut reconciled, record.batch, line, Difference::NoApproval)?;
            }
        }
    }
    for (batch, line) in without_consent(&mut reader, member, month).await? {
        tell(&mut reconciled, &batch, line, Difference::NoConsent)?;
    }
    drop(reader);
    let limits = Limits {
        rows: LINES,
        file_bytes: BYTES,
        ..Limits::default()
    };
    let name = input::name_of(path);
    let lines = Table::read_within(Hashed::new(file), name, (&COLUMNS, &[]), limits);
    let mut lines = lines.map_err(log::refused)?;
    while let Some(line) = lines.next_line().map_err(log::refused)? {
        let unfit = |what: &str| log::refused(line.refuse("IMPORT-CELL", what));
        reconciled.lines += 1;
        let batch = line.cell(0);
        if !BatchName::parse(batch).is_ok_and(|name| name.member() == member) {
            return Err(unfit(
                "batch is not the name of a batch of this member, such as 004-1151102-01",
            ));
        }
        let number = line.cell(1).parse().ok().filter(|number| *number >= 2);
        let number: u32 =
            number.ok_or_else(|| unfit("line is not the number of a line of a batch file, from 2 on"))?;
        let cells: Values<'_> = std::array::from_fn(|place| line.cell(place + 2));
        let approved_at = instant(cells[APPROVED_AT]);
        let mut cells = cells;
        cells[APPROVED_AT] = approved_at.as_deref().unwrap_or(NO_INSTANT);
        let mut difference = comparison.name(batch, number, &cells);
        if approved_at.is_none() {
            let fields = vec![Field::ApprovedAt];
            tell(&mut reconciled, batch, number, Difference::Unreadable { fields })?;
            difference = difference.and_then(|difference| difference.besides(Field::ApprovedAt));
        }
        if let Some(difference) = difference {
            tell(&mut reconciled, batch, number, difference)?;
        }
    }
    let (file, sha256) = lines.into_source().finish();
    look.still(&file).map_err(log::refused)?;
    reconciled.log_sha256 = sha256;
    for (batch, line) in comparison.unnamed() {
        tell(&mut reconciled, batch, line, Difference::MissingThere)?;
    }
    let entry = enter(house, &reconciled, month).await?;
    Ok((reconciled, entry))
}

async fn check<'m>(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&'m str, Month),
    by: &str,
    now: Timestamp,
) -> Result<&'m str> {
    let of = members::one(&mut *conn, member).await?;
    let of = of.ok_or_else(|| Error::Input {
        code: "MEMBER-UNKNOWN",
        sentence: "no member of this code is in the register".into(),
        remedy: "check the three digits; see `mayfly member import`",
    })?;
    if now < month.end() {
        return Err(Error::Input {
            code: "RECONCILE-OPEN",
            sentence: format!("{month} is not over; a log of it cannot be whole"),
            remedy: "reconcile a month that is over",
        });
    }
    let first = first_month(house, &mut *conn, &of).await?;
    if month < first {
        return Err(Error::Input {
            code: "RECONCILE-MONTH",
            sentence: format!("the queries of this member begin with the month {first}"),
            remedy: "reconcile that month or a later one: before it there is nothing to hold a log against",
        });
    }
    let today = taipei_day(now);
    for (place, right) in [(member, Right::Review), (BUREAU, Right::Audit)] {
        let persons = Persons::read(&mut *conn, place, today).await?;
        if persons.may(&house.regime, by, right) {
            return Ok(place);
        }
    }
    Err(Error::Denied {
        code: "RECONCILE-RIGHT",
        sentence:
            "this account has neither the review right at the member nor the audit right at the bureau today, or is stopped"
                .into(),
        remedy: "name such an account of the 授權表 (--as)",
    })
}

/// What the bureau's record holds in each [`Field`].
fn values<'v>(record: &'v QueryRecord<'_>, asked: &'v AskedRecord<'_>) -> Values<'v> {
    Field::ALL.map(|field| match field {
        Field::Querier => asked.account,
        Field::Item => asked.operation,
        Field::SubjectId => asked.conditions.subject_id,
        Field::CaseNo => &record.case_no,
        Field::ConsentRef => &record.consent_ref,
        Field::Approver => asked.approver,
        Field::ApprovedAt => asked.approved_at,
        Field::Reason => &asked.reason,
    })
}

/// Whether another person approved it before it was asked; `are_one`: whether two accounts are one person's.
fn is_approved(asked: &AskedRecord<'_>, are_one: impl Fn(&str, &str) -> bool) -> bool {
    let at = format!("{}T{}", asked.date, asked.time).parse::<Timestamp>();
    let approved = asked.approved_at.parse::<Timestamp>();
    !asked.approver.is_empty()
        && !are_one(asked.approver, asked.account)
        && at.is_ok_and(|at| approved.is_ok_and(|approved| approved <= at))
}

/// An instant as the bureau's records spell it, and an empty cell as it is; none for what is neither, which is told of its line:
/// a row that the bureau refused is compared with nothing, so it would pass there.
fn instant(cell: &str) -> Option<String> {
    match cell {
        "" => Some(String::new()),
        cell => cell.parse::<Timestamp>().ok().map(|at| at.to_string()),
    }
}

/// The queries of the month that name no consent that is there.
async fn without_consent(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Vec<(String, u32)>> {
    let failed = || Error::database("look for queries without a consent");
    let found = sqlx::query(
        "SELECT batch.batch, request.line FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         JOIN request ON request.batch_no = chunk.batch_no AND request.chunk_no = chunk.chunk_no
         AND request.line >= chunk.first_line AND request.line < chunk.first_line + chunk.row_count
         LEFT JOIN consent ON consent.consent_no = request.consent_no
         WHERE batch.member = $1 AND chunk.gated_at >= $2 AND chunk.gated_at < $3 AND request.entry IS NOT NULL
         AND consent.consent_no IS NULL ORDER BY batch.batch, request.line",
    )
    .bind(member)
    .bind(month.start().as_microsecond())
    .bind(month.end().as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let finding = |row: &sqlx::any::AnyRow| -> std::result::Result<(String, u32), sqlx::Error> {
        let line: i64 = row.try_get(1)?;
        Ok((row.try_get(0)?, u32::try_from(line).unwrap_or(u32::MAX)))
    };
    found.iter().map(|row| finding(row).map_err(failed())).collect()
}

async fn enter(house: &House, reconciled: &Reconciled, month: Month) -> Result<u64> {
    let act = Act {
        kind: Kind::Reconciliation,
        member: &reconciled.member,
        reference: &reconciled.month,
    };
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    // Once more: the log may have taken minutes, and a stop holds from its commit on.
    let place = (reconciled.member.as_str(), month);
    check(house, tx.connection(), place, &reconciled.by, now).await?;
    let entry = act::enter(house, tx.connection(), &act, reconciled, now).await?;
    if reconciled.is_clean() {
        close_duty(house, &mut tx, reconciled, entry, now).await?;
    }
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(entry)
}

/// Closes the duty of the month, unless that was done, or it is not `by`'s to close.
async fn close_duty(
    house: &House,
    tx: &mut Tx,
    reconciled: &Reconciled,
    entry: u64,
    now: Timestamp,
) -> Result<()> {
    let asks = |rule: &&DutyRule| rule.every == Every::Month && rule.artefact == artefact::RECONCILIATION;
    let Some(rule) = house.regime.duties.iter().find(asks) else {
        return Ok(());
    };
    let id = format!("{}/{}/{}", rule.id, reconciled.member, reconciled.month);
    let given = format!("{}:{entry}", rule.artefact);
    close::close_if_open_and_own(house, tx, &id, given, &reconciled.by, now).await?;
    Ok(())
}

/// The columns of a member's log: where the query stands, then each [`Field`].
pub const COLUMNS: [&str; 10] = {
    let mut columns = ["batch", "line", "", "", "", "", "", "", "", ""];
    let mut place = 0;
    while place < Field::ALL.len() {
        columns[place + 2] = Field::ALL[place].column();
        place += 1;
    }
    columns
};
/// The place of [`Field::ApprovedAt`].
const APPROVED_AT: usize = 6;
/// What stands for a time that cannot be read: no record has it.
const NO_INSTANT: &str = "?";
const UNREADABLE: Error = Error::Bug("a query record is not readable");
const BUREAU: &str = "bureau";
/// As many queries as a month may have, and more.
const LINES: u32 = 20_000_000;
const BYTES: u64 = 4 << 30;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::record::Conditions;

    #[test]
    fn an_approval_is_another_persons_and_comes_before_the_query() {
        let are_one = |one: &str, other: &str| one == other || (one, other) == ("chen.old", "chen.yl");
        let check = |approver: &str, approved_at: &str| {
            let asked = AskedRecord {
                account: "chen.yl",
                ip: "",
                date: "2026-11-02",
                time: "10:00:00+08:00",
                operation: "C0101",
                conditions: Conditions {
                    subject_id: "",
                    subject_name: "".into(),
                    birth_date: "",
                },
                reason_code: "1",
                reason: "".into(),
                approver,
                approved_at,
                form: "",
            };
            is_approved(&asked, are_one)
        };
        assert!(check("wang.dg", "2026-11-02T01:00:00Z"));
        assert!(check("wang.dg", "2026-11-02T02:00:00Z"), "at the same moment");
        assert!(!check("wang.dg", "2026-11-02T02:00:01Z"));
        assert!(!check("chen.yl", "2026-11-02T01:00:00Z"));
        assert!(!check("chen.old", "2026-11-02T01:00:00Z"), "the same person");
        assert!(!check("", "2026-11-02T01:00:00Z"));
        assert!(!check("wang.dg", ""));
    }
}
