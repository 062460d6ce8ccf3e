//! The pass of the years: records of year-long classes go at their own end, then the keys of their months (D16). *SQL.*
//!
//! Once a day, from the night hour of the file of classes on, if it was not done that day.
//!
//! First [`agenda`] is drawn up, which `purge plan` shows too; the pass does that and no more.
//!
//! The database says which records may be at their end, `mayfly_retention::ending` decides, `records`
//! deletes. Pages of records each have a transaction and a journal entry of their own, in which sealed files go too; a
//! crash in between leaves records whose end is past, and the next pass finds them.

use std::collections::BTreeSet;

use jiff::tz;
use mayfly_retention::{
    Cohort,
    certificate::Actor,
    ending,
    purge::{EvidenceQueue, Gone, Pass, destroy},
};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Accounted,
    account::{log_is_read, settle},
    agenda::{self, Agenda},
    hold,
    kinds::Kind,
    left, months,
    records::{self, Page},
    strength,
};
use crate::{
    app::House,
    db::meta,
    error::Result,
    journal::{
        self,
        act::{self, Act},
        entry,
    },
};

/// What a pass did. Every record at its end is in exactly one of the counts.
#[derive(Serialize, Default)]
pub struct Ended {
    /// Records deleted.
    pub deleted: u64,
    /// Records at their end that a hold keeps.
    pub held: u64,
    /// Records whose period has not begun: consents without an outcome, chunks that were never settled.
    pub open: u64,
    /// Sealed files removed with them.
    pub files: u64,
    /// Of these, files that are still there; `None` if that could not be found out.
    pub residue: Option<u64>,
    /// Months whose key was destroyed.
    pub months: u64,
}

/// What the journal keeps of a page.
#[derive(Serialize)]
struct Entered<'a> {
    records: &'a str,
    deleted: u64,
    held: u64,
    files: u64,
    residue: Option<u64>,
}

/// Whether the pass of this night is still to come: the night hour has struck, and none has been clean today.
pub async fn is_due(house: &House, conn: &mut AnyConnection) -> Result<bool> {
    let now = house.clock.now().to_zoned(tz::offset(8).to_time_zone());
    if now.hour() < house.regime.classes.night_hour() {
        return Ok(false);
    }
    Ok(meta::read(conn, meta::YEARS_DAY).await? != Some(now.date().to_string()))
}

/// Deletes every record whose period is over, certifies months of which nothing is left, destroys their keys when their own
/// period is over and accounts for that; certificates will say that `actor` had it done. With a clock that is not to be
/// trusted nothing ends: years are not short of a day.
///
/// # Errors
/// Those of the database and the disk; what was done until then stays done. `PURGE-LOG` as [`super::account`].
pub async fn pass(house: &House, actor: Actor) -> Result<(Ended, Accounted)> {
    let mut ended = Ended {
        residue: Some(0),
        ..Ended::default()
    };
    let Some(agenda) = agenda::plan(house, &mut *house.db.reader().await?).await? else {
        return Ok((ended, settle(house, &[]).await?));
    };
    ended.held = agenda.held;
    let pass = Pass {
        at: agenda.at,
        actor,
        strength: strength(house.config.environment, &house.custody),
    };
    for kind in Kind::ALL.into_iter().filter(|kind| agenda.has(*kind)) {
        let mut after = None;
        while let Some(last) = page(house, kind, after.as_deref(), &pass, &mut ended).await? {
            after = Some(last);
        }
    }
    ended.open += left::never_begun(&mut *house.db.reader().await?).await?;
    if ended.deleted > 0 {
        journal::signing::sign(house).await?;
        // Before anything is certified: what was deleted must be in the log no more either.
        if !house.db.empty_log().await? {
            return Err(log_is_read());
        }
    }
    forget_evidence(house).await?;
    months::certify_deleted(house, &pass.actor, pass.at).await?;
    let gone = destroy_months(house, &pass, &agenda).await?;
    ended.months = gone.len() as u64;
    ended.residue = gone.iter().map(|gone| gone.residue).chain([ended.residue]).sum();
    let accounted = settle(house, &gone).await?;
    if ended.is_clean() {
        let mut tx = house.db.begin().await?;
        meta::write(
            tx.connection(),
            meta::YEARS_DAY,
            &house.today(pass.at).to_string(),
        )
        .await?;
        tx.commit().await?;
    }
    tracing::info!(
        deleted = ended.deleted,
        held = ended.held,
        months = ended.months,
        "ended"
    );
    Ok((ended, accounted))
}

/// Looks at the next page of records of `kind`, after the record `after`; returns the last one, if there may be more.
async fn page(
    house: &House,
    kind: Kind,
    after: Option<&str>,
    pass: &Pass,
    ended: &mut Ended,
) -> Result<Option<String>> {
    let now = pass.at;
    let (today, years) = (house.today(now), house.regime.keep_years(kind.class())?);
    let mut tx = house.db.begin().await?;
    let cut = ending::latest_over(years, today);
    let Page { records, last } = records::page(tx.connection(), kind, after, cut).await?;
    let holds = hold::in_force(tx.connection()).await?;
    let found = ending::sort(records, &holds, today, years);
    if !found.due.is_empty() {
        let removed = records::delete(house, tx.connection(), kind, &found.due, pass).await?;
        let entered = Entered {
            records: kind.name(),
            deleted: removed.records,
            held: found.held,
            files: removed.files,
            residue: removed.residue,
        };
        let reference = format!("ended:{}", kind.name());
        let act = Act {
            kind: entry::Kind::Deletion,
            member: "",
            reference: &reference,
        };
        act::enter(house, tx.connection(), &act, &entered, now).await?;
        ended.deleted += removed.records;
        ended.files += removed.files;
        ended.residue = ended.residue.zip(removed.residue).map(|(all, these)| all + these);
        tx.commit().await?;
    }
    Ok(last)
}

/// Forgets the evidence of files whose rows are gone by now: every page has been committed.
async fn forget_evidence(house: &House) -> Result<()> {
    // The one writer: nobody else's page is in the midst of its files.
    let tx = house.db.begin().await?;
    let queue = EvidenceQueue::open(&house.dir);
    for cohort in queue.cohorts()? {
        if !cohort.class().is_hours() && !house.custody.is_destroyed(cohort)? {
            queue.remove(cohort)?;
        }
    }
    drop(tx);
    Ok(())
}

/// Destroys the keys of the months of the agenda of which, as it was meant, no row is left, and whatever files they still have.
async fn destroy_months(house: &House, pass: &Pass, agenda: &Agenda) -> Result<Vec<Gone>> {
    let mut living = agenda::living(house)?;
    living.retain(|month| agenda.ends(*month));
    let today = house.today(pass.at);
    let years = |class| house.regime.classes.keep_years(class);
    let over = |month: &Cohort| {
        years(month.class()).is_some_and(|years| ending::month_is_over(*month, years, today))
    };
    let mut in_use = BTreeSet::new();
    // The one writer: nobody enters a record of these months meanwhile.
    let mut tx = house.db.begin().await?;
    let holds = hold::in_force(tx.connection()).await?;
    for month in living.iter().filter(|month| over(month)) {
        if left::sealed_in(tx.connection(), *month).await? > 0 {
            in_use.insert(*month);
        }
    }
    let due = ending::months(living, &in_use, &holds, today, years);
    if due.is_empty() {
        return Ok(vec![]);
    }
    let queue = EvidenceQueue::open(&house.dir);
    let gone = destroy(&house.custody, &house.vault, &queue, pass, due)?;
    drop(tx);
    Ok(gone)
}

impl Ended {
    /// Whether something that ought to be gone is still there, as far as anybody knows.
    pub fn is_clean(&self) -> bool {
        self.residue == Some(0)
    }
}
