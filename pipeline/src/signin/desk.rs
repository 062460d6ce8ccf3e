//! What others do to somebody's password: a first one, the lifting of a lock, the word that it has leaked (五(一)5, 7, 10). *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{Password, change, judge, rules, store, verifier::Verifiers};
use crate::{
    access::{
        people::{Holder, Mover},
        persons::Persons,
        rows,
        stopping::check_reason,
    },
    app::House,
    approval::{Asked, Matter, Step, Wish, steps},
    db::Tx,
    error::{Error, Result},
    ids, journal,
    regime::people::{Act, PasswordRules, Right},
};

/// A first password.
pub struct First {
    /// Known to whoever reads the notice, and to nobody else.
    pub password: Password,
    /// From then on it lets nobody in.
    pub ends_at: Timestamp,
}

/// Gives `holder` a first password, with an approval of another person, or applies for one. It has to be changed before anything
/// else can be done. What they had before is void, their session ends, and a lock with it.
///
/// # Errors
/// `PEOPLE-UNKNOWN`, `SIGNIN-HANDS`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn first(house: &House, holder: &Holder, mover: &Mover<'_>) -> Result<Step<First>> {
    check_reason(mover.reason)?;
    let password = make(&house.regime.password)?;
    let verifier = Verifiers::new(house.custody.index_key()).make(&password, ids::random()?)?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let conn = tx.connection();
    let person = person(house, &mut *conn, holder, now).await?;
    let asked = ask(
        house,
        &mut tx,
        Act::FirstPassword,
        (holder, &person),
        &"",
        mover,
        now,
    );
    if let Asked::Applied(applied) = asked.await? {
        return steps::applied(house, tx, applied).await;
    }
    let conn = tx.connection();
    let last = house.regime.password.not_the_last.value;
    store::set(&mut *conn, holder, &verifier, true, last, now).await?;
    store::end(&mut *conn, &holder.at, &person).await?;
    change::note(house, conn, holder, "first_password", mover.by, mover.reason, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(First {
        password,
        ends_at: judge::first_ends(now, &house.regime.password),
    }))
}

/// Unlocks the account of `holder`, with an approval of another person, or applies for one (五(一)5).
///
/// # Errors
/// `ACCOUNT-OPEN` if it is not locked; `PEOPLE-UNKNOWN`, `SIGNIN-HANDS`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn unlock(house: &House, holder: &Holder, mover: &Mover<'_>) -> Result<Step<()>> {
    check_reason(mover.reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let conn = tx.connection();
    let person = person(house, &mut *conn, holder, now).await?;
    let locked = store::credential(&mut *conn, holder).await?;
    if locked.is_none_or(|credential| credential.known.locked_at.is_none()) {
        return Err(Error::Input {
            code: "ACCOUNT-OPEN",
            sentence: "the account is not locked".into(),
            remedy: "see `mayfly account list AT`; somebody who has forgotten their password needs a first one (`mayfly account first`)",
        });
    }
    let asked = ask(house, &mut tx, Act::Unlock, (holder, &person), &"", mover, now);
    if let Asked::Applied(applied) = asked.await? {
        return steps::applied(house, tx, applied).await;
    }
    let conn = tx.connection();
    store::note(&mut *conn, holder, 0, None).await?;
    change::note(house, conn, holder, "unlocked", mover.by, mover.reason, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(()))
}

/// Notes that the password of `holder` may be known to others (五(一)7): it opens nothing from the commit on, their session ends,
/// and they need a first one. One person is enough: the holder, an account administrator, or a head. By any clock.
///
/// # Errors
/// `PEOPLE-UNKNOWN`, `SIGNIN-HANDS`, `STOP-REASON`.
pub async fn leaked(house: &House, holder: &Holder, by: &str, reason: &str) -> Result<()> {
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let today = house.today(now);
    let conn = tx.connection();
    let person = person(house, &mut *conn, holder, now).await?;
    let desk = (holder.desk(), by);
    let persons = Persons::read(&mut *conn, desk.0, today).await?;
    let may = [Right::ManageAccounts, Right::Authorise]
        .iter()
        .any(|right| persons.may(&house.regime, desk.1, *right));
    if !may && by != holder.account {
        return Err(not_theirs(
            "only its holder, an account administrator or a head says that a password has leaked",
        ));
    }
    store::void(&mut *conn, holder).await?;
    store::end(&mut *conn, &holder.at, &person).await?;
    change::note(house, conn, holder, "password_leaked", by, reason, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await
}

/// How an account stands at the door.
#[derive(Serialize)]
pub struct Standing {
    /// The account.
    pub account: String,
    /// In a word.
    pub state: State,
    /// Since when its password is what it is.
    pub set_at: Option<Timestamp>,
    /// Until when it serves without being changed.
    pub ends_at: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u32,
    /// Whether somebody is signed in with it, as far as is known: a session that is over ends when it is used.
    pub signed_in: bool,
}

/// How an account stands, in a word.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has no password.
    None,
    /// It has a first one, which has to be changed.
    First,
    /// A first one that nobody used in time.
    Late,
    /// It has one that serves.
    Open,
    /// It has one that has to be changed.
    Expired,
    /// It is locked.
    Locked,
    /// Its password has leaked.
    Leaked,
}

/// How the accounts at `at` stand that are authorised today.
///
/// # Errors
/// `DB-*`.
pub async fn list(house: &House, at: &str) -> Result<Vec<Standing>> {
    let mut reader = house.db.reader().await?;
    let now = house.clock.now();
    let rules = &house.regime.password;
    let held = rows::held_on(&mut reader, house.today(now), Some(at)).await?;
    let credentials = store::credentials(&mut reader, at).await?;
    let signed_in = store::with_session(&mut reader, at).await?;
    let standing = |account: String| {
        let credential = credentials
            .iter()
            .find(|credential| credential.account == account);
        let known = credential.map(|credential| &credential.known);
        let state = known.map_or(State::None, |known| state(known, rules, now));
        Standing {
            state,
            set_at: known.map(|known| known.set_at),
            ends_at: known.map(|known| match known.is_first {
                true => judge::first_ends(known.set_at, rules),
                false => judge::ends(known.set_at, rules),
            }),
            failures: known.map_or(0, |known| known.failures),
            signed_in: signed_in.contains(&account),
            account,
        }
    };
    Ok(held.into_iter().map(|line| standing(line.account)).collect())
}

fn state(known: &judge::Known, rules: &PasswordRules, now: Timestamp) -> State {
    if known.is_void {
        State::Leaked
    } else if known.locked_at.is_some() {
        State::Locked
    } else if known.is_first && now >= judge::first_ends(known.set_at, rules) {
        State::Late
    } else if known.is_first {
        State::First
    } else if now >= judge::ends(known.set_at, rules) {
        State::Expired
    } else {
        State::Open
    }
}

/// Whoever does it manages accounts at the holder's desk and is not the holder; another person approves it.
pub(super) async fn ask(
    house: &House,
    tx: &mut Tx,
    act: Act,
    (holder, person): (&Holder, &str),
    what: &(impl Serialize + Sync),
    mover: &Mover<'_>,
    now: Timestamp,
) -> Result<Asked> {
    let desk = holder.desk();
    let today = house.today(now);
    let persons = Persons::load(tx, desk, today).await?;
    if !persons.may(&house.regime, mover.by, Right::ManageAccounts) {
        return Err(not_theirs(
            "whoever does it (--as) is no account administrator there today",
        ));
    }
    let by = rows::holder(tx.connection(), desk, mover.by).await?;
    if desk == holder.at && by.as_deref() == Some(person) {
        return Err(not_theirs("nobody does this to their own account"));
    }
    let subject = format!("{}/{}", holder.at, holder.account);
    let about = format!("{}/{person}", holder.at);
    let matter = Matter {
        act,
        desk,
        subject: &subject,
        about: &about,
    };
    let wish = Wish::new(&matter, mover.by, mover.reason, &(&subject, what))?;
    steps::ask(house, tx, &wish, mover.approval, now).await
}

/// Who holds the account, which is authorised today or will be.
pub(super) async fn person(
    house: &House,
    conn: &mut AnyConnection,
    holder: &Holder,
    now: Timestamp,
) -> Result<String> {
    let today = house.today(now);
    let lines = rows::of_holder(&mut *conn, &holder.at, &holder.account, "").await?;
    let stands = |to: Option<jiff::civil::Date>| to.is_none_or(|to| to > today);
    let is_known = lines
        .iter()
        .any(|line| line.account == holder.account && stands(line.to));
    let person = rows::holder(conn, &holder.at, &holder.account).await?;
    person.filter(|_| is_known).ok_or_else(|| Error::Input {
        code: "PEOPLE-UNKNOWN",
        sentence: "no authorisation of this account holds today or later".into(),
        remedy: "see `mayfly people table` for the accounts that have one; an account begins with `mayfly people begin`",
    })
}

/// A password that nobody guesses and anybody can type, which breaks none of the rules.
fn make(rules: &PasswordRules) -> Result<Password> {
    loop {
        let mut text = String::with_capacity(24);
        while text.len() < 23 {
            if text.len() % 6 == 5 {
                text.push('-');
                continue;
            }
            let byte = usize::from(ids::random::<1>()?[0]);
            // Whatever is beyond the last whole round would make some characters likelier.
            if byte < 256 / LETTERS.len() * LETTERS.len() {
                text.push(char::from(LETTERS[byte % LETTERS.len()]));
            }
        }
        let password = Password::new(text);
        if rules::faults(password.expose(), &[], rules).is_empty() {
            return Ok(password);
        }
    }
}

fn not_theirs(sentence: &str) -> Error {
    Error::Denied {
        code: "SIGNIN-HANDS",
        sentence: sentence.into(),
        remedy: "`mayfly people table` shows who is account administrator of a member, and of the bureau for everybody else",
    }
}

/// None that looks like another.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    #[test]
    fn first_passwords_break_no_rule_and_are_all_different() {
        let rules = Regime::jcic_2024().unwrap().password;
        let made: Vec<_> = (0..50).map(|_| make(&rules).unwrap()).collect();
        let distinct: std::collections::HashSet<_> = made.iter().map(Password::expose).collect();
        assert_eq!(distinct.len(), made.len());
        for password in &made {
            assert_eq!(password.expose().len(), 23);
            assert_eq!(rules::faults(password.expose(), &["chen.yl"], &rules), []);
        }
    }
}
