//! The unit head signs the review off, over the hash of every verdict (九(三)2(1)). *SQL.*

use std::{collections::BTreeSet, fmt::Write};

use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{
    check_unsigned, drawn, enter,
    steps::SignedOff,
    tables::{self, SignOff, VerdictRow},
};
use crate::{
    access::persons::Persons,
    app::House,
    audit::{
        Month, report,
        steps::FileItem,
        store::{Sample, State},
    },
    error::{Error, Result},
    ids,
    journal::{entry::Kind, signing},
};

/// What was signed.
#[derive(Serialize)]
pub struct Signed {
    /// Records of the sample.
    pub records: u64,
    /// Verdicts given on them.
    pub verdicts: u64,
    /// SHA-256 of the list of verdicts, in hexadecimal.
    pub digest: String,
    /// Journal index of the signature.
    pub entry: u64,
}

/// Signs the review of `month` of `member` off as `account`.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `REVIEW-SIGNED`, `REVIEW-HEAD`, `REVIEW-SELF`, `REVIEW-OPEN`.
pub async fn sign_off(house: &House, member: &str, month: Month, account: &str) -> Result<Signed> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let sample = drawn(&mut *conn, member, month).await?;
    check_unsigned(&mut *conn, member, month).await?;
    let given = check_shown(house, &mut *conn, &sample, account).await?;
    let digest = digest(member, month, &given);
    let verdicts = given.len() as u64;
    let payload = SignedOff {
        month: month.to_string(),
        by: account,
        records: sample.sample_size,
        verdicts,
        digest: ids::hex(&digest),
    };
    let reference = format!("review:{month}");
    let place = (member, month);
    let entry = enter(house, &mut *conn, place, (Kind::Sign, &reference), &payload, now).await?;
    let row = SignOff {
        account: account.to_owned(),
        signed_at: now,
        digest: digest.to_vec(),
        verdicts,
        entry,
    };
    tables::insert_sign_off(conn, place, &row).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(Signed {
        records: sample.sample_size,
        verdicts,
        digest: ids::hex(&digest),
        entry,
    })
}

/// Refuses `account` unless it is shown the review of `sample` as whoever signs it off: a unit head who has no part in it and was
/// not named to have one, when every record has a verdict. Returns the verdicts.
///
/// # Errors
/// `REVIEW-HEAD`, `REVIEW-SELF`, `REVIEW-OPEN`.
pub(super) async fn check_shown(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    account: &str,
) -> Result<Vec<VerdictRow>> {
    let (member, month) = (sample.member.as_str(), sample.month);
    let persons = Persons::read(&mut *conn, member, house.today(house.trusted_now()?)).await?;
    let given = tables::verdicts(&mut *conn, member, month).await?;
    // Whoever has still to give a verdict sees none of another before it.
    let named = tables::named(&mut *conn, member, month).await?;
    let hands = (given.iter().map(|row| row.account.clone()))
        .chain(named.into_iter().map(|(account, _)| account))
        .chain(Some(sample.reviewer.clone()).filter(|account| !account.is_empty()));
    check_hand(house, &persons, account, &hands.collect())?;
    check_complete(&report::items(conn, sample).await?, &given)?;
    Ok(given)
}

/// Refuses to have `account` named as a reviewer of `sample` if it could be shown the verdicts of all others: a unit head on a day
/// since every record has one.
///
/// # Errors
/// `REVIEW-SEEN`.
pub(super) async fn check_unshown(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    account: &str,
) -> Result<()> {
    let given = tables::verdicts(&mut *conn, &sample.member, sample.month).await?;
    if sample.state != State::Drawn
        || check_complete(&report::items(&mut *conn, sample).await?, &given).is_err()
    {
        return Ok(());
    }
    let today = house.today(house.trusted_now()?);
    let last = given.iter().map(|row| row.given_at).max();
    let mut day = last.map_or(today, |at| house.today(at));
    while day <= today {
        let persons = Persons::read(&mut *conn, &sample.member, day).await?;
        if persons.may(
            &house.regime,
            account,
            house.regime.reviews()?.signed_off_by.value,
        ) {
            return Err(denied(
                "REVIEW-SEEN",
                "every record has its verdict, and this account may have been shown them as a unit head",
                "name somebody who was no unit head of the member since the last verdict, in place of REVIEWER",
            ));
        }
        day = day.saturating_add(1.day());
    }
    Ok(())
}

fn check_hand(house: &House, persons: &Persons, account: &str, hands: &BTreeSet<String>) -> Result<()> {
    if !persons.may(
        &house.regime,
        account,
        house.regime.reviews()?.signed_off_by.value,
    ) {
        return Err(denied(
            "REVIEW-HEAD",
            "this account may not sign reviews off at the member today",
            "let a unit head of the member sign (--as); `mayfly people table` shows who is one",
        ));
    }
    if persons.is_among(account, hands) {
        return Err(denied(
            "REVIEW-SELF",
            "who drew the sample, gave a verdict on it or was named to, does not sign its review off",
            "let another unit head of the member sign (--as)",
        ));
    }
    Ok(())
}

fn check_complete(items: &[FileItem], given: &[VerdictRow]) -> Result<()> {
    let judged: BTreeSet<u64> = given.iter().map(|row| row.query_entry).collect();
    let left = items.iter().filter(|item| !judged.contains(&item.entry)).count();
    match left {
        0 => Ok(()),
        left => Err(Error::Operator {
            code: "REVIEW-OPEN",
            sentence: format!("{left} of {} records have no verdict yet", items.len()),
            remedy: "let the reviewer finish: `mayfly audit verdicts MEMBER MONTH --as REVIEWER` shows what is left",
        }),
    }
}

/// Who signed the review of `month` of `member` off, and when.
///
/// # Errors
/// `DB-*`.
pub async fn signed_by(house: &House, member: &str, month: Month) -> Result<Option<(String, Timestamp)>> {
    let signed = tables::sign_off(&mut *house.db.reader().await?, member, month).await?;
    Ok(signed.map(|signed| (signed.account, signed.signed_at)))
}

/// What is signed: a line for each verdict, in the order in which they were given. The journal entry of each commits to its
/// remark too.
pub fn list(member: &str, month: Month, given: &[VerdictRow]) -> String {
    let mut text = format!("{FORMAT}\n{member}\n{month}\n");
    for row in given {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{} {} {} {} {}",
            row.entry,
            row.query_entry,
            row.account,
            row.verdict,
            row.reasons.join(";")
        );
    }
    text
}

/// The hash of [`list`].
pub fn digest(member: &str, month: Month, given: &[VerdictRow]) -> [u8; 32] {
    Sha256::digest(list(member, month, given)).into()
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}

const FORMAT: &str = "mayfly-verdicts-v1";
