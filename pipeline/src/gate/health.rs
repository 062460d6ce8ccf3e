//! Data comes in only while data can go out: closes the gate while purge, journal or custody is behind. *SQL.*

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::Class;
use sqlx::AnyConnection;

use crate::{
    access::persons::Persons,
    app::{House, check_keyring},
    config::ProviderKind,
    db::meta,
    error::{Error, Result},
    journal,
    regime::people::Right,
};

/// Refuses new queries while the keys are not whole (at once), something that must be gone is not gone (60 minutes after it
/// was due), or the journal is behind (60 seconds) or damaged. Nothing of that is remembered from one chunk to the next.
///
/// # Errors
/// `GATE-PURGE`.
pub async fn check(house: &House, conn: &mut AnyConnection, now: Timestamp) -> Result<()> {
    // The database first: another process may be making a key, and then notes it there.
    let noted = meta::read(&mut *conn, meta::KEYRING).await?;
    let keys = house.custody.check().map_err(Error::from);
    keys.and_then(|keys| check_keyring(&keys, noted.as_deref()))
        .map_err(|error| {
            closed(
                &format!("the keys are not in order ({}: {error})", error.code()),
                "see `mayfly doctor` for what is missing; the gate opens when it is back",
            )
        })?;
    let overdue = house.custody.cohorts()?.into_iter().any(|cohort| {
        matches!(cohort.class(), Class::Answer | Class::Intake)
            && cohort
                .end()
                .saturating_add(house.regime.window() + GRACE)
                .is_ok_and(|due| now >= due)
    });
    if overdue {
        return Err(closed(
            "answers whose time is over are not yet destroyed",
            "run `mayfly purge run`, then try again",
        ));
    }
    if house.dir.join("closed").exists() {
        return Err(closed(
            "the watcher has found that the purge, the journal or the keys are not in order",
            "see `mayfly watch --once`, which says what, and opens the gate again when nothing is wrong any more; a purge that is silent wants `mayfly serve` started",
        ));
    }
    let since = journal::store::unsigned_since(&mut *conn).await?;
    if since.is_some_and(|since| now.duration_since(since) > UNSIGNED) {
        return Err(closed(
            "entries of the journal have been unsigned for too long",
            "run the same command again; it signs them first",
        ));
    }
    let noted = house
        .signer
        .noted(&house.custody)?
        .map_or(0, |checkpoint| checkpoint.size());
    if journal::store::size(&mut *conn).await? < noted {
        return Err(closed(
            "the journal is shorter than its last signed checkpoint",
            "run `mayfly doctor`",
        ));
    }
    check_operator(house, conn, now).await
}

/// Files are transferred by a named person (六(二)1): while whoever answers for the transfers is nobody at the bureau with the
/// right to, nothing is asked through files. A regime without such a right asks for no such person.
async fn check_operator(house: &House, conn: &mut AnyConnection, now: Timestamp) -> Result<()> {
    let has_right = house
        .regime
        .roles
        .iter()
        .any(|role| role.permits(Right::Transfer));
    let exchange = house.config.exchange.as_ref();
    let by_files = matches!(house.config.provider, ProviderKind::Exchange);
    let Some(operator) = exchange.and_then(|exchange| exchange.operator.as_deref()) else {
        return Ok(());
    };
    if !by_files || !has_right {
        return Ok(());
    }
    let persons = Persons::read(conn, "bureau", house.today(now)).await?;
    if persons.may(&house.regime, operator, Right::Transfer) {
        return Ok(());
    }
    Err(Error::Operator {
        code: "GATE-OPERATOR",
        sentence: "the operator of [exchange] is no person of the bureau with the right to transfer today; nothing was asked"
            .into(),
        remedy: "authorise that account (`mayfly people begin bureau/ACCOUNT --role operator`), or name one that is in mayfly.toml",
    })
}

fn closed(why: &str, remedy: &'static str) -> Error {
    Error::Operator {
        code: "GATE-PURGE",
        sentence: format!("the gate is closed: {why}; nothing was asked"),
        remedy,
    }
}

/// How long an entry of the journal may stay unsigned before the gate closes.
const UNSIGNED: SignedDuration = SignedDuration::from_secs(60);
/// How far the purge may be behind before the gate closes.
const GRACE: SignedDuration = SignedDuration::from_mins(60);
