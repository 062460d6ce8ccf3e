//! Holds: an investigation keeps records of a class of years beyond their end, and never an answer (四(二)2, D16). *SQL.*

use jiff::Timestamp;
use mayfly_retention::{Class, Cohort, ending};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    access::{members, stopping::check_reason},
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, steps},
    db::{columns::instant, meta},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::people,
    run,
};

/// Which records a hold keeps.
#[derive(Serialize, Deserialize, Default, Clone)]
pub struct Scope {
    /// The class, by name.
    pub class: String,
    /// Only those of this month, `YYYY-MM` (UTC).
    pub month: Option<String>,
    /// Only this member's.
    pub member: Option<String>,
    /// Only those of this batch.
    pub batch: Option<String>,
}

/// A hold.
#[derive(Serialize)]
pub struct Hold {
    /// Its number, by which it is lifted.
    pub hold: i64,
    /// Which records it keeps.
    #[serde(flatten)]
    pub scope: Scope,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Who lifted it and when.
    pub lifted: Option<(String, Timestamp)>,
}

/// Places a hold with `approval` and returns its number, or applies for one where the regime wants a second person for it.
/// What has gone already does not come back.
///
/// # Errors
/// `HOLD-ANSWER` for answers and submitted files; `HOLD-SCOPE`, `MEMBER-UNKNOWN`, `BATCH-UNKNOWN`, `STOP-REASON`, `APPROVAL-*`,
/// `GATE-CLOCK`.
pub async fn add(
    house: &House,
    scope: &Scope,
    reason: &str,
    by: &str,
    approval: Option<i64>,
) -> Result<Step<i64>> {
    check_reason(reason)?;
    let kept = read(scope)?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    check_known(tx.connection(), scope).await?;
    let wish = Wish::new(&matter("hold"), by, reason, scope)?;
    let warrant = match steps::ask(house, &mut tx, &wish, approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    let number = place(
        house,
        tx.connection(),
        (scope, kept.class),
        (reason, by),
        warrant,
        now,
    )
    .await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(number))
}

/// Lifts the hold `number` with `approval`, or applies for one: what it kept goes with the next pass.
///
/// # Errors
/// `HOLD-UNKNOWN`, `STOP-REASON`, `APPROVAL-*`,
/// `GATE-CLOCK`.
pub async fn lift(
    house: &House,
    number: i64,
    reason: &str,
    by: &str,
    approval: Option<i64>,
) -> Result<Step<()>> {
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let in_force = list(tx.connection(), true).await?;
    let hold = in_force.iter().find(|hold| hold.hold == number);
    let hold = hold.ok_or_else(|| unknown(number))?;
    let reference = format!("hold:{number}");
    let wish = Wish::new(&matter(&reference), by, reason, hold)?;
    let warrant = match steps::ask(house, &mut tx, &wish, approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    take_away(house, tx.connection(), number, (reason, by), warrant, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(()))
}

/// Enters a hold that `warrant` permits; returns its number.
async fn place(
    house: &House,
    conn: &mut AnyConnection,
    (scope, class): (&Scope, Class),
    (reason, by): (&str, &str),
    warrant: Warrant,
    now: Timestamp,
) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::HOLDS, 1).await?;
    sqlx::query(
        "INSERT INTO hold (hold_no, class, month, member, batch, reason, placed_by, placed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(number)
    .bind(class.name())
    .bind(scope.month.as_deref())
    .bind(scope.member.as_deref())
    .bind(scope.batch.as_deref())
    .bind(reason)
    .bind(by)
    .bind(now.as_microsecond())
    .execute(&mut *conn)
    .await
    .map_err(Error::database("place a hold"))?;
    let told = (scope, reason, by, warrant.approval());
    enter(house, conn, Kind::Hold, number, &told, now).await?;
    Ok(number)
}

/// Enters that the hold `number` is lifted, as `warrant` permits.
async fn take_away(
    house: &House,
    conn: &mut AnyConnection,
    number: i64,
    (reason, by): (&str, &str),
    warrant: Warrant,
    now: Timestamp,
) -> Result<()> {
    let done = sqlx::query(
        "UPDATE hold SET lifted_by = $1, lifted_at = $2 WHERE hold_no = $3 AND lifted_at IS NULL",
    )
    .bind(by)
    .bind(now.as_microsecond())
    .bind(number)
    .execute(&mut *conn)
    .await
    .map_err(Error::database("lift a hold"))?;
    if done.rows_affected() != 1 {
        return Err(unknown(number));
    }
    let told = (reason, by, warrant.approval());
    enter(house, conn, Kind::Lift, number, &told, now).await
}

/// All holds; `in_force` leaves out the lifted ones.
pub async fn list(conn: &mut AnyConnection, in_force: bool) -> Result<Vec<Hold>> {
    let rows = sqlx::query(
        "SELECT hold_no, class, month, member, batch, reason, placed_by, placed_at, lifted_by, lifted_at FROM hold
         WHERE lifted_at IS NULL OR $1 = 0 ORDER BY hold_no",
    )
    .bind(i64::from(in_force))
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the holds"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("list the holds")))
        .collect()
}

/// The holds in force, as the decision wants them.
pub(super) async fn in_force(conn: &mut AnyConnection) -> Result<Vec<ending::Hold>> {
    let holds = list(conn, true).await?;
    holds
        .iter()
        .map(|hold| read(&hold.scope).map_err(|_| Error::Bug("a stored hold is not what was written")))
        .collect()
}

/// What a scope means, if it can mean anything.
fn read(scope: &Scope) -> Result<ending::Hold> {
    let class = Class::parse(&scope.class).map_err(|_| unusable("there is no record class of that name"))?;
    if class.is_hours() {
        return Err(Error::Denied {
            code: "HOLD-ANSWER",
            sentence: "answers and submitted files are gone by 96 hours, and no hold keeps them (四(二)2)"
                .into(),
            remedy: "hold the records about them: the classes query, consent or audit",
        });
    }
    let month = match &scope.month {
        None => None,
        Some(month) => {
            let digits = month
                .split_once('-')
                .filter(|(year, month)| year.len() == 4 && month.len() == 2);
            let cohort =
                digits.map(|(year, month)| Cohort::parse(&format!("{}-{year}{month}", class.name())));
            Some(
                cohort
                    .and_then(std::result::Result::ok)
                    .ok_or_else(|| unusable("the month is not YYYY-MM"))?,
            )
        }
    };
    if scope.batch.is_some() && class != Class::Query {
        return Err(unusable("only records of the class query belong to a batch"));
    }
    if scope.member.is_some()
        && !matches!(
            class,
            Class::Query | Class::Consent | Class::Sheet | Class::Register | Class::Review
        )
    {
        return Err(unusable("records of this class belong to no member"));
    }
    let plain = |text: &Option<String>| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        text.as_ref()
            .is_none_or(|text| (1..=32).contains(&text.len()) && text.bytes().all(is_plain))
    };
    let names_a_person = [&scope.member, &scope.batch]
        .into_iter()
        .flatten()
        .any(|text| mayfly_consent::cells::holds_identity_number(text));
    if !plain(&scope.member) || !plain(&scope.batch) || names_a_person {
        return Err(unusable("the member or the batch is none"));
    }
    Ok(ending::Hold {
        class,
        month,
        member: scope.member.clone(),
        batch: scope.batch.clone(),
    })
}

/// Refuses a member or a batch that is not there: a slip of the pen would keep nothing, and lose the evidence.
async fn check_known(conn: &mut AnyConnection, scope: &Scope) -> Result<()> {
    if let Some(member) = &scope.member
        && members::one(conn, member).await?.is_none()
    {
        return Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            sentence: "the hold names a member that is not in the register; nothing is held".into(),
            remedy: "check the code; every member there ever was is in the register",
        });
    }
    if let Some(batch) = &scope.batch {
        let batch = run::find(conn, batch).await?;
        if scope
            .member
            .as_ref()
            .is_some_and(|member| *member != batch.member)
        {
            return Err(unusable("the batch is another member's"));
        }
    }
    Ok(())
}

/// What an approval of a hold is about.
fn matter(subject: &str) -> Matter<'_> {
    Matter {
        act: people::Act::Hold,
        desk: "bureau",
        subject,
        about: "",
    }
}

fn unknown(number: i64) -> Error {
    Error::Input {
        code: "HOLD-UNKNOWN",
        sentence: format!("there is no hold {number} in force"),
        remedy: "see `mayfly purge hold list` for the numbers of the holds in force",
    }
}

fn unusable(why: &str) -> Error {
    Error::Input {
        code: "HOLD-SCOPE",
        sentence: format!("the hold would keep nothing: {why}"),
        remedy: "name one of consent, query, sheet, register, review, audit, certificate; and if wanted --month YYYY-MM, \
                 --member CODE (consent, query, sheet, register, review), --batch ID (query)",
    }
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    kind: Kind,
    number: i64,
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<()> {
    let reference = format!("hold:{number}");
    let act = Act {
        kind,
        member: "",
        reference: &reference,
    };
    act::enter(house, conn, &act, payload, now).await?;
    Ok(())
}

fn from_row(row: &AnyRow) -> std::result::Result<Hold, sqlx::Error> {
    let lifted_by: Option<String> = row.try_get(8)?;
    let lifted_at: Option<i64> = row.try_get(9)?;
    Ok(Hold {
        hold: row.try_get(0)?,
        scope: Scope {
            class: row.try_get(1)?,
            month: row.try_get(2)?,
            member: row.try_get(3)?,
            batch: row.try_get(4)?,
        },
        reason: row.try_get(5)?,
        placed_by: row.try_get(6)?,
        placed_at: instant(row.try_get(7)?)?,
        lifted: lifted_by.zip(lifted_at.map(instant).transpose()?),
    })
}
