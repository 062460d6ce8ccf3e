//! What people do to their own password: change it, which begins a session anew (五(一)4, 7). *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Password,
    enter::{self, Entered, Session, Told},
    judge::{Refused, Verdict},
    rules::{self, Fault},
    store::{self, Kept},
    verifier::Verifiers,
};
use crate::{
    access::people::Holder,
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

/// Changes the password of whoever is in `session` from `old` to `new`. The session they did it in is over, and so is any other;
/// a new one begins. An `old` that is wrong counts as a failure to sign in.
///
/// # Errors
/// `SIGNIN-REFUSED`; `PASSWORD-RULE` with all that is wrong with `new`.
pub async fn change(
    house: &House,
    session: &Session,
    (old, new): (&Password, &Password),
    address: &str,
) -> Result<Entered> {
    let verifiers = Verifiers::new(house.custody.index_key());
    let mut reader = house.db.reader().await?;
    let kept = store::credential(&mut reader, &session.holder).await?;
    let kept = kept.map(|kept| kept.verifier);
    let matches = verifiers.matches(kept.as_deref(), old)?;
    let faults = match &kept {
        Some(kept) if matches => faults(house, &mut reader, session, (kept, new), &verifiers).await?,
        _ => Vec::new(),
    };
    let verifier = verifiers.make(new, ids::random()?)?;
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let conn = tx.connection();
    let verdict = enter::judged(house, &mut *conn, &session.holder, (kept, matches), now).await?;
    if let Verdict::Refused(why) = verdict {
        if !matches!(why, Refused::Wrong(_)) {
            store::end(&mut *conn, &session.holder.at, &session.person).await?;
        }
        let mut told = Told::of(&session.holder, true, address);
        told.why = Some(why);
        enter::enter(house, conn, &told, now).await?;
        tx.commit().await?;
        return Err(enter::refused());
    }
    if !faults.is_empty() {
        return Err(wrong(house, &faults));
    }
    let last = house.regime.password.not_the_last.value;
    store::set(&mut *conn, &session.holder, &verifier, false, last, now).await?;
    let token = enter::token()?;
    let begins = Kept {
        holder: session.holder.clone(),
        person: session.person.clone(),
        began_at: now,
        seen_at: now,
        must_change: false,
    };
    let replaced = store::begin(&mut *conn, &begins, &verifiers.of_token(&token)).await?;
    note(
        house,
        conn,
        &session.holder,
        "password_changed",
        &session.holder.account,
        "",
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(Entered {
        token,
        must_change: false,
        replaced,
    })
}

/// All that is wrong with `new`, whose history is the present password and those before it.
async fn faults(
    house: &House,
    conn: &mut AnyConnection,
    session: &Session,
    (kept, new): (&[u8], &Password),
    verifiers: &Verifiers,
) -> Result<Vec<Fault>> {
    let own = [
        session.holder.account.as_str(),
        session.person.as_str(),
        session.holder.at.as_str(),
    ];
    let mut faults = rules::faults(new.expose(), &own, &house.regime.password);
    let before = house.regime.password.not_the_last.value.saturating_sub(1);
    let past = store::past(conn, &session.holder, before).await?;
    for verifier in [kept].into_iter().chain(past.iter().map(Vec::as_slice)) {
        if verifiers.matches(Some(verifier), new)? {
            faults.push(Fault::Again);
            break;
        }
    }
    Ok(faults)
}

fn wrong(house: &House, faults: &[Fault]) -> Error {
    let what: Vec<String> = faults
        .iter()
        .map(|fault| fault.what(&house.regime.password))
        .collect();
    Error::Input {
        code: "PASSWORD-RULE",
        sentence: format!("the new password is not taken: {}", what.join("; ")),
        remedy: "choose another: some words that do not belong together, with a capital, a digit and a sign (五(一)4)",
    }
}

/// Enters in the journal what was done to an account's password, by whom and why.
pub(super) async fn note(
    house: &House,
    conn: &mut AnyConnection,
    holder: &Holder,
    what: &'static str,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let number = meta::take_numbers(&mut *conn, meta::SIGN_INS, 1).await?;
    let reference = format!("signin:{number}");
    let act = Act {
        kind: Kind::Account,
        member: match Party::of(&holder.at) {
            Party::Member => &holder.at,
            _ => "",
        },
        reference: &reference,
    };
    let noted = Noted {
        what,
        at: &holder.at,
        account: &holder.account,
        by,
        reason,
    };
    act::enter(house, conn, &act, &noted, now).await?;
    Ok(())
}

#[derive(Serialize)]
struct Noted<'a> {
    what: &'static str,
    at: &'a str,
    account: &'a str,
    by: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}
