//! Tokens and certificates, with which a member's system acts in the name of the person who answers for it (六(二)1; D25). *SQL.*
//!
//! A certificate is registered as a token is made: what the system shows is the certificate then, and there is no token.
//! A token is one account's, made by an account administrator with the approval of another person, for some days and no
//! longer than a password serves. It opens what its account opens on the day: with the authorisation it ends at its midnight.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};
use zeroize::Zeroizing;

use super::{
    change::note,
    desk::{ask, person},
    enter::{self, Session},
    verifier::Verifiers,
};
use crate::{
    access::{
        known,
        people::{Holder, Mover},
        persons::Persons,
        rows,
        stopping::check_reason,
    },
    app::House,
    approval::{Asked, Step, steps},
    db::{
        columns::{Column, instant},
        meta,
    },
    error::{Error, Result},
    ids::hex,
    journal,
    regime::people::{Act, Right},
    tls::Known,
};

/// What is wanted of a token.
pub struct Wanted<'a> {
    /// In whose name it acts.
    pub holder: &'a Holder,
    /// What it is for, in a word.
    pub name: &'a str,
    /// For how many days.
    pub days: i64,
    /// The certificate that is shown in place of a token.
    pub certificate: Option<Known>,
}

/// What a system shows.
pub enum Shown {
    /// A token.
    Token(Zeroizing<String>),
    /// A certificate with this fingerprint, which TLS has found to be of the right CA and its holder's.
    Certificate([u8; 32]),
}

impl Shown {
    fn digest(&self, house: &House) -> Vec<u8> {
        let verifiers = Verifiers::new(house.custody.index_key());
        match self {
            Self::Token(token) => verifiers.of_token(token),
            Self::Certificate(fingerprint) => verifiers.of_certificate(fingerprint),
        }
    }
}

/// A token that was made.
pub struct Made {
    /// Its number.
    pub number: i64,
    /// What the system shows, if that is no certificate. Only its keyed digest is kept.
    pub token: Option<Zeroizing<String>>,
    /// From then on it opens nothing.
    pub until: Timestamp,
}

/// A token as it is kept.
#[derive(Serialize)]
pub struct Token {
    /// Its number.
    pub token: i64,
    /// Institution code.
    pub at: String,
    /// In whose name it acts.
    pub account: String,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the certificate, in hex; none: a token is shown.
    pub fingerprint: Option<String>,
    /// Since when.
    pub made_at: Timestamp,
    /// From then on it opens nothing.
    pub until: Timestamp,
    /// Who made it.
    pub made_by: String,
}

/// Makes a token with an approval of another person, or applies for one.
///
/// # Errors
/// `TOKEN-TERM`, `PEOPLE-UNKNOWN`, `SIGNIN-HANDS`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn make(house: &House, wanted: &Wanted<'_>, mover: &Mover<'_>) -> Result<Step<Made>> {
    check_reason(mover.reason)?;
    let most = house.regime.session.token_days.value;
    let is_name = mayfly_consent::cells::account(wanted.name).is_ok();
    if !(1..=most).contains(&wanted.days) || !is_name {
        return Err(Error::Input {
            code: "TOKEN-TERM",
            sentence: format!(
                "a token serves from 1 to {most} days, and its name is 1 to 32 of A-Z a-z 0-9 . _ -"
            ),
            remedy: "give it fewer days, or another name",
        });
    }
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let conn = tx.connection();
    let person = person(house, &mut *conn, wanted.holder, now).await?;
    let fingerprint = wanted.certificate.as_ref().map(|known| hex(&known.fingerprint));
    let what = (wanted.name, wanted.days, &fingerprint);
    let asked = ask(
        house,
        &mut tx,
        Act::Token,
        (wanted.holder, &person),
        &what,
        mover,
        now,
    );
    if let Asked::Applied(applied) = asked.await? {
        return steps::applied(house, tx, applied).await;
    }
    let conn = tx.connection();
    let number = meta::take_numbers(&mut *conn, meta::TOKENS, 1).await?;
    let mut until = now
        .saturating_add(SignedDuration::from_hours(24 * wanted.days))
        .unwrap_or(Timestamp::MAX);
    let shown = match &wanted.certificate {
        None => Shown::Token(Zeroizing::new(format!("{PREFIX}{}", enter::token()?.as_str()))),
        Some(known) => {
            until = until.min(known.until);
            Shown::Certificate(known.fingerprint)
        }
    };
    let digest = shown.digest(house);
    if wanted.certificate.is_some() {
        make_room(&mut *conn, &digest, wanted.holder, (now, until)).await?;
    }
    sqlx::query(
        "INSERT INTO api_token (token_no, member, account, name, fingerprint, digest, made_at, until_at, made_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(number)
    .bind(&wanted.holder.at)
    .bind(&wanted.holder.account)
    .bind(wanted.name)
    .bind(fingerprint)
    .bind(digest)
    .bind(now.as_microsecond())
    .bind(until.as_microsecond())
    .bind(mover.by)
    .execute(&mut *conn)
    .await
    .map_err(Error::database("keep a token"))?;
    note(
        house,
        conn,
        wanted.holder,
        "token_made",
        mover.by,
        mover.reason,
        now,
    )
    .await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    let token = match shown {
        Shown::Token(token) => Some(token),
        Shown::Certificate(_) => None,
    };
    Ok(Step::Done(Made { number, token, until }))
}

/// A certificate is one account's. Registered anew by the same, it serves from `now` on by the new entry.
async fn make_room(
    conn: &mut AnyConnection,
    digest: &[u8],
    holder: &Holder,
    (now, until): (Timestamp, Timestamp),
) -> Result<()> {
    let serving = serving(&mut *conn, digest, now).await?;
    let is_theirs = |token: &Token| token.at == holder.at && token.account == holder.account;
    if until <= now || serving.as_ref().is_some_and(|token| !is_theirs(token)) {
        return Err(Error::Input {
            code: "TOKEN-CERTIFICATE",
            sentence: "the certificate is over, or serves another account".into(),
            remedy: "have one issued for this system alone; `mayfly account token list AT` shows what serves",
        });
    }
    sqlx::query("UPDATE api_token SET until_at = $1 WHERE digest = $2 AND until_at > $1")
        .bind(now.as_microsecond())
        .bind(digest)
        .execute(conn)
        .await
        .map_err(Error::database("end a token"))?;
    Ok(())
}

/// Ends the token `number` now: by its holder or an account administrator, alone and by any clock.
///
/// # Errors
/// `TOKEN-UNKNOWN`, `SIGNIN-HANDS`, `STOP-REASON`.
pub async fn end(house: &House, number: i64, by: &str, reason: &str) -> Result<()> {
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let conn = tx.connection();
    let token = of_number(&mut *conn, number)
        .await?
        .filter(|token| now < token.until);
    let token = token.ok_or_else(unknown)?;
    let holder = Holder {
        at: token.at,
        account: token.account,
    };
    let by = known::own(by, holder.desk());
    let desk = (holder.desk(), by);
    let today = house.today(now);
    if by != holder.account
        && !Persons::read(&mut *conn, desk.0, today)
            .await?
            .may(&house.regime, desk.1, Right::ManageAccounts)
    {
        return Err(Error::Denied {
            code: "SIGNIN-HANDS",
            sentence: "only its holder or an account administrator ends a token".into(),
            remedy: "`mayfly people table` shows who is account administrator",
        });
    }
    sqlx::query("UPDATE api_token SET until_at = $1 WHERE token_no = $2 AND until_at > $1")
        .bind(now.as_microsecond())
        .bind(number)
        .execute(&mut *conn)
        .await
        .map_err(Error::database("end a token"))?;
    note(house, conn, &holder, "token_ended", by, reason, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await
}

/// The tokens at `at` that are not over.
pub async fn list(house: &House, at: &str) -> Result<Vec<Token>> {
    let mut reader = house.db.reader().await?;
    let rows = sqlx::query(
        "SELECT token_no, member, account, name, fingerprint, made_at, until_at, made_by FROM api_token
         WHERE member = $1 AND until_at > $2 ORDER BY token_no",
    )
    .bind(at)
    .bind(house.clock.now().as_microsecond())
    .fetch_all(&mut *reader)
    .await
    .map_err(Error::database("list the tokens"))?;
    rows.iter()
        .map(|row| of_row(row).map_err(Error::database("list the tokens")))
        .collect()
}

/// In whose name whoever shows this acts.
///
/// # Errors
/// `SIGNIN-NEEDED`.
pub async fn resume(house: &House, shown: &Shown) -> Result<Session> {
    let digest = shown.digest(house);
    let mut reader = house.db.reader().await?;
    let now = house.clock.now();
    let found = serving(&mut reader, &digest, now).await?;
    let found = found.ok_or_else(enter::needed)?;
    let place = (found.at.as_str(), found.account.as_str());
    if !Persons::read(&mut reader, place.0, house.today(now))
        .await?
        .is_there(place.1)
    {
        return Err(enter::needed());
    }
    let person = rows::holder(&mut reader, &found.at, &found.account).await?;
    Ok(Session {
        holder: Holder {
            at: found.at,
            account: found.account,
        },
        person: person.ok_or_else(enter::needed)?,
        must_change: false,
    })
}

/// What serves at `now` and is shown by what has this digest.
async fn serving(conn: &mut AnyConnection, digest: &[u8], now: Timestamp) -> Result<Option<Token>> {
    let row = sqlx::query(
        "SELECT token_no, member, account, name, fingerprint, made_at, until_at, made_by FROM api_token
         WHERE digest = $1 AND until_at > $2 ORDER BY token_no DESC LIMIT 1",
    )
    .bind(digest)
    .bind(now.as_microsecond())
    .fetch_optional(conn)
    .await
    .map_err(Error::database("look for a token"))?;
    row.map(|row| of_row(&row).map_err(Error::database("look for a token")))
        .transpose()
}

async fn of_number(conn: &mut AnyConnection, number: i64) -> Result<Option<Token>> {
    let row = sqlx::query(
        "SELECT token_no, member, account, name, fingerprint, made_at, until_at, made_by FROM api_token
         WHERE token_no = $1",
    )
    .bind(number)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("look for a token"))?;
    row.map(|row| of_row(&row).map_err(Error::database("look for a token")))
        .transpose()
}

fn of_row(row: &AnyRow) -> Column<Token> {
    Ok(Token {
        token: row.try_get(0)?,
        at: row.try_get(1)?,
        account: row.try_get(2)?,
        name: row.try_get(3)?,
        fingerprint: row.try_get(4)?,
        made_at: instant(row.try_get(5)?)?,
        until: instant(row.try_get(6)?)?,
        made_by: row.try_get(7)?,
    })
}

fn unknown() -> Error {
    Error::Input {
        code: "TOKEN-UNKNOWN",
        sentence: "there is no token of that number, or it is over".into(),
        remedy: "see `mayfly account token list AT`",
    }
}

/// By it a token that was left somewhere is found.
pub const PREFIX: &str = "mayfly_";
