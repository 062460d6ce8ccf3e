//! Signs people in and out, and says whose session a token is: each step one journal entry (五(一)5, 六(一)4). *SQL.*

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::{
    Password,
    judge::{self, Over, Refused, Verdict},
    sessions::{Found, Sessions},
    store::{self, Kept},
    verifier::Verifiers,
};
use crate::{
    access::{people::Holder, persons::Persons, rows},
    app::House,
    db::meta,
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
    regime::people::Party,
};

/// Somebody who wants to sign in.
pub struct Attempt<'a> {
    /// As whom.
    pub holder: &'a Holder,
    /// With what.
    pub password: &'a Password,
    /// From where.
    pub address: &'a str,
}

/// Somebody who has.
pub struct Entered {
    /// What their browser shows from now on. Only its keyed digest is kept.
    pub token: Zeroizing<String>,
    /// Whether nothing can be done before the password is changed.
    pub must_change: bool,
    /// Whether another session of the same person was ended by it.
    pub replaced: bool,
}

/// Whose session it is.
pub struct Session {
    /// Their account.
    pub holder: Holder,
    /// Who they are at their institution.
    pub person: String,
    /// Whether nothing can be done in it but to change the password.
    pub must_change: bool,
}

/// Signs `attempt` in, or says no in the one way there is, after the same work whoever it is.
///
/// # Errors
/// `SIGNIN-REFUSED`; `DB-*`.
pub async fn sign_in(house: &House, attempt: &Attempt<'_>) -> Result<Entered> {
    let verifiers = Verifiers::new(house.custody.index_key());
    let mut reader = house.db.reader().await?;
    let kept = store::credential(&mut reader, attempt.holder).await?;
    let kept = kept.map(|kept| kept.verifier);
    let matches = verifiers.matches(kept.as_deref(), attempt.password)?;
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let conn = tx.connection();
    let person = rows::holder(&mut *conn, &attempt.holder.at, &attempt.holder.account).await?;
    let verdict = judged(house, &mut *conn, attempt.holder, (kept, matches), now).await?;
    let mut told = Told::of(attempt.holder, person.is_some(), attempt.address);
    let entered = match (verdict, person) {
        (Verdict::Enters { must_change }, Some(person)) => {
            let token = token()?;
            let session = Kept {
                holder: attempt.holder.clone(),
                person,
                began_at: now,
                seen_at: now,
                must_change,
            };
            let replaced = store::begin(&mut *conn, &session, &verifiers.of_token(&token)).await?;
            told.what = "in";
            (told.must_change, told.replaced) = (must_change, replaced);
            Ok(Entered {
                token,
                must_change,
                replaced,
            })
        }
        (Verdict::Refused(why), _) => {
            told.why = Some(why);
            Err(refused())
        }
        (Verdict::Enters { .. }, None) => return Err(Error::Bug("somebody is authorised under no account")),
    };
    enter(house, conn, &told, now).await?;
    tx.commit().await?;
    entered
}

/// What becomes of an attempt with what is known within the transaction: a lock or a change that came meanwhile holds. The
/// failures are noted, of nobody too: it is the same work.
pub(super) async fn judged(
    house: &House,
    conn: &mut AnyConnection,
    holder: &Holder,
    (kept, matches): (Option<Vec<u8>>, bool),
    now: Timestamp,
) -> Result<Verdict> {
    let known = store::credential(&mut *conn, holder).await?;
    let is_same = known.as_ref().map(|known| &known.verifier) == kept.as_ref();
    let known = known.map(|known| known.known);
    let place = (holder.at.as_str(), holder.account.as_str());
    let may = Persons::read(&mut *conn, place.0, house.today(now))
        .await?
        .is_there(place.1);
    let verdict = judge::attempt(
        known.as_ref(),
        (may, matches && is_same),
        &house.regime.password,
        now,
    );
    let before = known.map_or((0, None), |known| (known.failures, known.locked_at));
    let (failures, locked_at) = match verdict {
        Verdict::Enters { .. } => (0, None),
        Verdict::Refused(Refused::Locks(failures)) => (failures, Some(now)),
        Verdict::Refused(why) => (why.failures().unwrap_or(before.0), before.1),
    };
    store::note(conn, holder, failures, locked_at).await?;
    Ok(verdict)
}

/// Whose session `token` is, and that they do something in it now; and the people of their place as they are today.
///
/// # Errors
/// `SIGNIN-NEEDED` if it is nobody's, or over: then it is ended.
pub async fn resume(
    house: &House,
    sessions: &Sessions,
    token: &str,
    address: &str,
) -> Result<(Session, Arc<Persons>)> {
    let digest = Verifiers::new(house.custody.index_key()).of_token(token);
    let now = house.clock.now();
    let found = sessions.find(house, &digest, house.today(now)).await?;
    let Found { kept, persons } = found.ok_or_else(needed)?;
    let times = (kept.began_at, kept.seen_at);
    let may = persons.is_there(&kept.holder.account);
    if let Some(over) = judge::over(times, may, &house.regime.session, now) {
        let mut told = Told::of(&kept.holder, true, address);
        (told.what, told.over) = ("ended", Some(over));
        end(house, &kept, &told).await?;
        return Err(needed());
    }
    // No more than one note a second: what was done within it ends the session by less than that too early.
    if now.duration_since(kept.seen_at) >= SignedDuration::from_secs(1) {
        sessions.note(house, &digest, now).await?;
    }
    let session = Session {
        holder: kept.holder.clone(),
        person: kept.person.clone(),
        must_change: kept.must_change,
    };
    Ok((session, persons))
}

/// What each act that changes something shows in the session of `token`.
pub fn proof(house: &House, token: &str) -> String {
    Verifiers::new(house.custody.index_key()).proof(token)
}

/// Whether `shown` is that: the request comes from a page of ours.
pub fn is_ours(house: &House, token: &str, shown: &str) -> bool {
    Verifiers::new(house.custody.index_key()).proves(token, shown)
}

/// Ends the session of `token`; one that is over already is nobody's.
///
/// # Errors
/// `DB-*`.
pub async fn sign_out(house: &House, token: &str, address: &str) -> Result<()> {
    let digest = Verifiers::new(house.custody.index_key()).of_token(token);
    let Some(kept) = store::session(&mut *house.db.reader().await?, &digest).await? else {
        return Ok(());
    };
    let mut told = Told::of(&kept.holder, true, address);
    told.what = "out";
    end(house, &kept, &told).await
}

async fn end(house: &House, kept: &Kept, told: &Told<'_>) -> Result<()> {
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    if store::end(tx.connection(), &kept.holder.at, &kept.person).await? {
        enter(house, tx.connection(), told, now).await?;
    }
    tx.commit().await
}

/// A token that nobody guesses.
pub(super) fn token() -> Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(ids::random::<32>()?);
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// The one answer to whoever is not let in.
pub(super) fn refused() -> Error {
    Error::Denied {
        code: "SIGNIN-REFUSED",
        sentence: "account and password do not open the door: one of them is not right, or the account is locked, has no password, or is not authorised today".into(),
        remedy: "try again; after five failures an account is locked, and an account administrator unlocks it with another person (`mayfly account unlock`)",
    }
}

pub(super) fn needed() -> Error {
    Error::Denied {
        code: "SIGNIN-NEEDED",
        sentence: "nobody is signed in here, or not any more".into(),
        remedy: "sign in; who does nothing for a while is signed out (六(一)4)",
    }
}

/// Enters a step. A lock is an entry of its own, of the kind that all changes of an account have.
pub(super) async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    told: &Told<'_>,
    now: Timestamp,
) -> Result<()> {
    let number = meta::take_numbers(&mut *conn, meta::SIGN_INS, 1).await?;
    let reference = format!("signin:{number}");
    let member = match (told.account, Party::of(told.at)) {
        (Some(_), Party::Member) => told.at,
        _ => "",
    };
    let of_kind = |kind| Act {
        kind,
        member,
        reference: &reference,
    };
    let mut acts = vec![(of_kind(Kind::SignIn), told.clone())];
    if let Some(Refused::Locks(_)) = told.why {
        let locked = Told {
            what: "locked",
            ..told.clone()
        };
        acts.push((of_kind(Kind::Account), locked));
    }
    act::enter_all(house, conn, &acts, now).await?;
    Ok(())
}

/// What the journal keeps of a step. What somebody typed for an account that is none may be a password: it is not kept.
#[derive(Serialize, Clone)]
pub(super) struct Told<'a> {
    pub(super) what: &'static str,
    at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    must_change: bool,
    replaced: bool,
}

impl<'a> Told<'a> {
    pub(super) fn of(holder: &'a Holder, is_known: bool, address: &'a str) -> Self {
        Self {
            what: "refused",
            at: if is_known { &holder.at } else { "" },
            account: is_known.then_some(holder.account.as_str()),
            address,
            why: None,
            over: None,
            must_change: false,
            replaced: false,
        }
    }
}
