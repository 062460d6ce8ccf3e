//! The tables of passwords and sessions. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::judge::Known;
use crate::{
    access::people::Holder,
    db::{columns::instant, meta},
    error::{Error, Result},
};

/// An account's password, as it is kept.
pub struct Credential {
    /// Whose.
    pub account: String,
    /// What is kept of it.
    pub verifier: Vec<u8>,
    /// What is judged by.
    pub known: Known,
}

/// A session, as it is kept.
pub struct Kept {
    /// Whose account.
    pub holder: Holder,
    /// Who they are at their institution.
    pub person: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether nothing can be done in it but to change the password.
    pub must_change: bool,
}

/// The password of `holder`, if they have one.
pub async fn credential(conn: &mut AnyConnection, holder: &Holder) -> Result<Option<Credential>> {
    let row = sqlx::query(
        "SELECT account, verifier, set_at, is_first, is_void, failures, locked_at FROM credential
         WHERE member = $1 AND account = $2",
    )
    .bind(&holder.at)
    .bind(&holder.account)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a password"))?;
    row.map(|row| of_row(&row).map_err(Error::database("read a password")))
        .transpose()
}

/// The passwords of everybody at `at`.
pub async fn credentials(conn: &mut AnyConnection, at: &str) -> Result<Vec<Credential>> {
    let rows = sqlx::query(
        "SELECT account, verifier, set_at, is_first, is_void, failures, locked_at FROM credential
         WHERE member = $1 ORDER BY account",
    )
    .bind(at)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the passwords"))?;
    rows.iter()
        .map(|row| of_row(row).map_err(Error::database("read the passwords")))
        .collect()
}

/// Keeps `verifier` as the password of `holder`; the one before it becomes one of the last, of which `last` are kept.
pub async fn set(
    conn: &mut AnyConnection,
    holder: &Holder,
    verifier: &[u8],
    is_first: bool,
    last: usize,
    now: Timestamp,
) -> Result<()> {
    if let Some(before) = credential(&mut *conn, holder).await? {
        retire(&mut *conn, holder, &before.verifier, last).await?;
    }
    sqlx::query(
        "INSERT INTO credential (member, account, verifier, set_at, is_first, is_void, failures, locked_at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, NULL) ON CONFLICT (member, account) DO UPDATE SET
         verifier = excluded.verifier, set_at = excluded.set_at, is_first = excluded.is_first, is_void = 0,
         failures = 0, locked_at = NULL",
    )
    .bind(&holder.at)
    .bind(&holder.account)
    .bind(verifier)
    .bind(now.as_microsecond())
    .bind(i64::from(is_first))
    .execute(conn)
    .await
    .map_err(Error::database("set a password"))?;
    Ok(())
}

async fn retire(conn: &mut AnyConnection, holder: &Holder, verifier: &[u8], last: usize) -> Result<()> {
    let number = meta::take_numbers(&mut *conn, meta::PASSWORDS, 1).await?;
    sqlx::query("INSERT INTO past_password (password_no, member, account, verifier) VALUES ($1, $2, $3, $4)")
        .bind(number)
        .bind(&holder.at)
        .bind(&holder.account)
        .bind(verifier)
        .execute(&mut *conn)
        .await
        .map_err(Error::database("keep a password that was"))?;
    sqlx::query(
        "DELETE FROM past_password WHERE member = $1 AND account = $2 AND password_no NOT IN
         (SELECT password_no FROM past_password WHERE member = $1 AND account = $2
         ORDER BY password_no DESC LIMIT CAST($3 AS BIGINT))",
    )
    .bind(&holder.at)
    .bind(&holder.account)
    .bind(i64::try_from(last).unwrap_or(i64::MAX))
    .execute(conn)
    .await
    .map_err(Error::database("forget a password that was"))?;
    Ok(())
}

/// What is kept of the last `count` passwords that `holder` had before the present one, the newest first.
pub async fn past(conn: &mut AnyConnection, holder: &Holder, count: usize) -> Result<Vec<Vec<u8>>> {
    let rows = sqlx::query(
        "SELECT verifier FROM past_password WHERE member = $1 AND account = $2
         ORDER BY password_no DESC LIMIT CAST($3 AS BIGINT)",
    )
    .bind(&holder.at)
    .bind(&holder.account)
    .bind(i64::try_from(count).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the passwords that were"))?;
    rows.iter()
        .map(|row| {
            row.try_get(0)
                .map_err(Error::database("read the passwords that were"))
        })
        .collect()
}

/// Notes the failures of `holder` since the last success, and since when it is locked; of nobody, nothing.
pub async fn note(
    conn: &mut AnyConnection,
    holder: &Holder,
    failures: u32,
    locked_at: Option<Timestamp>,
) -> Result<()> {
    sqlx::query("UPDATE credential SET failures = $1, locked_at = $2 WHERE member = $3 AND account = $4")
        .bind(i64::from(failures))
        .bind(locked_at.map(Timestamp::as_microsecond))
        .bind(&holder.at)
        .bind(&holder.account)
        .execute(conn)
        .await
        .map_err(Error::database("note an attempt to sign in"))?;
    Ok(())
}

/// Notes that the password of `holder` has leaked.
pub async fn void(conn: &mut AnyConnection, holder: &Holder) -> Result<()> {
    sqlx::query("UPDATE credential SET is_void = 1 WHERE member = $1 AND account = $2")
        .bind(&holder.at)
        .bind(&holder.account)
        .execute(conn)
        .await
        .map_err(Error::database("note that a password has leaked"))?;
    Ok(())
}

/// Begins the one session of its person; what is kept of its token is `token`. Tells whether another was ended by it.
pub async fn begin(conn: &mut AnyConnection, session: &Kept, token: &[u8]) -> Result<bool> {
    let ended = end(&mut *conn, &session.holder.at, &session.person).await?;
    sqlx::query(
        "INSERT INTO session (member, person, account, token, began_at, seen_at, must_change)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&session.holder.at)
    .bind(&session.person)
    .bind(&session.holder.account)
    .bind(token)
    .bind(session.began_at.as_microsecond())
    .bind(session.seen_at.as_microsecond())
    .bind(i64::from(session.must_change))
    .execute(conn)
    .await
    .map_err(Error::database("begin a session"))?;
    Ok(ended)
}

/// The session of that token.
pub async fn session(conn: &mut AnyConnection, token: &[u8]) -> Result<Option<Kept>> {
    let row = sqlx::query(
        "SELECT member, account, person, began_at, seen_at, must_change FROM session WHERE token = $1",
    )
    .bind(token)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a session"))?;
    row.map(|row| kept(&row).map_err(Error::database("read a session")))
        .transpose()
}

/// Accounts at `at` in whose name a session has begun and was not ended.
pub async fn with_session(conn: &mut AnyConnection, at: &str) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT account FROM session WHERE member = $1")
        .bind(at)
        .fetch_all(conn)
        .await
        .map_err(Error::database("read the sessions"))?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(Error::database("read the sessions")))
        .collect()
}

/// Notes that the session of that token was used at `now`.
pub async fn seen(conn: &mut AnyConnection, token: &[u8], now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE session SET seen_at = $1 WHERE token = $2 AND seen_at < $1")
        .bind(now.as_microsecond())
        .bind(token)
        .execute(conn)
        .await
        .map_err(Error::database("note the use of a session"))?;
    Ok(())
}

/// Ends the session of `person` at `member`; tells whether there was one.
pub async fn end(conn: &mut AnyConnection, member: &str, person: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM session WHERE member = $1 AND person = $2")
        .bind(member)
        .bind(person)
        .execute(conn)
        .await
        .map_err(Error::database("end a session"))?;
    Ok(done.rows_affected() > 0)
}

fn of_row(row: &AnyRow) -> std::result::Result<Credential, sqlx::Error> {
    let locked_at: Option<i64> = row.try_get(6)?;
    Ok(Credential {
        account: row.try_get(0)?,
        verifier: row.try_get(1)?,
        known: Known {
            set_at: instant(row.try_get(2)?)?,
            is_first: row.try_get::<i64, _>(3)? == 1,
            is_void: row.try_get::<i64, _>(4)? == 1,
            failures: u32::try_from(row.try_get::<i64, _>(5)?).unwrap_or(u32::MAX),
            locked_at: locked_at.map(instant).transpose()?,
        },
    })
}

fn kept(row: &AnyRow) -> std::result::Result<Kept, sqlx::Error> {
    Ok(Kept {
        holder: Holder {
            at: row.try_get(0)?,
            account: row.try_get(1)?,
        },
        person: row.try_get(2)?,
        began_at: instant(row.try_get(3)?)?,
        seen_at: instant(row.try_get(4)?)?,
        must_change: row.try_get::<i64, _>(5)? == 1,
    })
}
