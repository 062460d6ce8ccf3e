//! Commits to the bureau's value while the month runs, and freezes the population when it is over (D9). *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;
use zeroize::{Zeroize, Zeroizing};

use super::{
    Month, enter, population,
    steps::{ActName, Committed, Frozen},
    store::{self, Sample, State},
};
use crate::{
    access::{
        maker::Maker,
        members::{self, Member},
    },
    app::House,
    duty::facts,
    error::{Error, Result},
    ids,
    journal::{checkpoint::Checkpoint, signing, store as journal_store},
    regime::SampleRules,
    sheet,
};

/// Commits to the bureau's value for `member` and `month`, unless that was done; tells whether it is new.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `GATE-CLOCK`, `DB-*`.
pub async fn commit(house: &House, member: &str, month: Month) -> Result<bool> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    if !commit_in(house, tx.connection(), member, month, now).await? {
        return Ok(false);
    }
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(true)
}

/// Freezes `month` of `member`, unless that was done; `by` is who wanted it.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `SAMPLE-OPEN`, `SAMPLE-MONTH` for a month before the first one, `PEOPLE-ABSENT`, `GATE-CLOCK`,
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn freeze(house: &House, member: &str, month: Month, by: Maker<'_>) -> Result<Sample> {
    let now = house.trusted_now()?;
    if !is_closed(month, now, house.regime.samples()?) {
        return Err(still_open(month));
    }
    // Whoever holds the one writer has no gate in the midst of its transaction, and the gate takes no draft that is older
    // than a minute: when this has been committed, every query of the month is in the journal.
    let mut tx = house.db.begin().await?;
    by.check(&mut tx, member, house.today(now)).await?;
    commit_in(house, tx.connection(), member, month, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;

    let mut reader = house.db.reader().await?;
    let note = journal_store::last_checkpoint(&mut reader, &house.signer.origin)
        .await?
        .ok_or(Error::Bug("a signed journal has no checkpoint"))?;
    let size = Checkpoint::open(note.as_bytes(), house.signer.verifier())
        .map_err(Error::journal)?
        .size();
    let population = population::count(&mut reader, member, month, size).await?;
    drop(reader);

    let mut tx = house.db.begin().await?;
    by.check(&mut tx, member, house.today(now)).await?;
    let conn = tx.connection();
    let mut sample = store::one(&mut *conn, member, month)
        .await?
        .ok_or(Error::Bug("a sample that was committed to is not there"))?;
    if sample.state != State::Committed {
        return Ok(sample);
    }
    let rules = house.regime.samples()?;
    let frozen = Frozen {
        month: month.to_string(),
        checkpoint: note,
        population,
        percent: rules.percent.value,
        at_least: rules.at_least.value,
        drawn_by_day: rules.drawn_by_day.value,
        by: by.name().to_owned(),
    };
    let step = enter(house, &mut *conn, (member, month), ActName::Freeze, &frozen, now).await?;
    sample.steps.push(step);
    sample.state = State::Frozen;
    sample.frozen_size = size;
    sample.population = population;
    sample.last_at = now;
    store::advance(conn, &sample, (State::Committed, 0)).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(sample)
}

/// Whether `month` is over, with the time that acts decided in it have to be entered.
pub fn is_closed(month: Month, now: Timestamp, rules: &SampleRules) -> bool {
    now >= month.next().at(1, rules.freeze_hour.value)
}

/// Commits in the transaction of the caller; tells whether it is new.
async fn commit_in(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    month: Month,
    now: Timestamp,
) -> Result<bool> {
    let Some(of) = members::one(&mut *conn, member).await? else {
        return Err(unknown_member());
    };
    if store::one(&mut *conn, member, month).await?.is_some() {
        return Ok(false);
    }
    let first = first_month(house, &mut *conn, &of).await?;
    if month < first {
        return Err(before(first));
    }
    let committed = Committed {
        month: month.to_string(),
        value: ids::hex(Zeroizing::new(ids::random::<32>()?).as_slice()),
    };
    // The payload is not kept as a step: it is shown when the sample is drawn, and until then rests sealed.
    let mut step = enter(
        house,
        &mut *conn,
        (member, month),
        ActName::Commit,
        &committed,
        now,
    )
    .await?;
    step.payload.zeroize();
    let sample = Sample {
        member: member.to_owned(),
        month,
        state: State::Committed,
        commit_entry: step.entry,
        committed_at: now,
        frozen_size: 0,
        population: 0,
        announce_entry: None,
        sample_size: 0,
        reviewer: String::new(),
        steps: Vec::new(),
        last_at: now,
    };
    store::insert(conn, &sample).await?;
    Ok(true)
}

/// The first month of which `member` can have a sample: the one in which it joined or this house was opened, or of its first query.
pub(super) async fn first_month(house: &House, conn: &mut AnyConnection, member: &Member) -> Result<Month> {
    let opened = facts::opened(house, &mut *conn).await?;
    let began = Month::of_day(member.valid_from.max(opened));
    let asked = sheet::made::first_query(conn, &member.code).await?;
    Ok(asked.map_or(began, |at| Month::of(at).min(began)))
}

fn before(first: Month) -> Error {
    Error::Input {
        code: "SAMPLE-MONTH",
        sentence: format!("the samples of this member begin with the month {first}"),
        remedy: "name that month or a later one: before it the member asked nothing",
    }
}

fn unknown_member() -> Error {
    Error::Input {
        code: "MEMBER-UNKNOWN",
        sentence: "no such member is in the register".into(),
        remedy: "give the institution code of a member that was imported, such as 004",
    }
}

fn still_open(month: Month) -> Error {
    Error::Operator {
        code: "SAMPLE-OPEN",
        sentence: format!("the month {month} is not closed yet, so its population cannot be frozen"),
        remedy: "wait until the 1st of the next month in Taipei, from the hour `freeze_hour` of the regime file on; `mayfly serve` \
                 then does it by itself",
    }
}
