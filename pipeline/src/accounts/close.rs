//! Ends the running review of accounts: every account was looked at, what was to be changed is, and the duty is closed with that. *SQL.*

use sha2::{Digest, Sha256};

use super::{
    check,
    review::{self, State},
    store::Check,
};
use crate::{
    app::House,
    duty::close,
    error::{Error, Result},
    ids, journal,
};

/// Closes the running review of `member` as `by`, who owns the duty. Its artefact counts the accounts and commits to all that was
/// said of them.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `DUTY-OWNER`; to its owner `DUTY-CLOSED`, `CHECK-OPEN` while an account was not looked at or has not been
/// changed; `GATE-CLOCK`.
pub async fn close(house: &House, member: &str, by: &str) -> Result<()> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let today = house.today(now);
    let review = review::running(house, tx.connection(), member, today).await?;
    close::check_owner(house, &mut tx, &review.duty, by, today).await?;
    if review.closed {
        return Err(check::closed());
    }
    let count = |state: State| {
        review
            .accounts
            .iter()
            .filter(|account| account.state == state)
            .count()
    };
    let (unchecked, unchanged) = (count(State::Unchecked), count(State::ToChange));
    if unchecked + unchanged > 0 {
        return Err(Error::Operator {
            code: "CHECK-OPEN",
            sentence: format!(
                "the review is not finished: of {} accounts {unchecked} were not looked at, {unchanged} are to be changed and have not been",
                review.accounts.len()
            ),
            remedy: "`mayfly people check list MEMBER` names them: say of each whether it stays, and end those that do not (`mayfly people end`)",
        });
    }
    let said = review
        .accounts
        .iter()
        .filter_map(|account| account.check.as_ref());
    let artefact = format!(
        "account_review:{} accounts, sha256 {}",
        review.accounts.len(),
        commitment(said.collect())
    );
    close::close_within(house, &mut tx, &review.duty, artefact, by, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await
}

/// SHA-256 over all that was said, by number: databases differ in how they order accounts.
fn commitment(mut said: Vec<&Check>) -> String {
    said.sort_by_key(|said| said.number);
    let mut hash = Sha256::new();
    for said in said {
        let line = format!(
            "{} {} {} {} {} {}\n",
            said.number,
            said.account,
            said.from,
            said.verdict.name(),
            said.by,
            said.entry
        );
        hash.update(line);
    }
    ids::hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::accounts::store::Verdict;

    #[test]
    fn what_was_said_has_one_hash_in_whichever_order_a_database_tells_it() {
        let said = |number, account: &str| Check {
            number,
            duty: String::new(),
            member: "004".into(),
            account: account.into(),
            from: date(2026, 1, 1),
            verdict: Verdict::Keep,
            remark: String::new(),
            at: Timestamp::UNIX_EPOCH,
            by: "lu.adm".into(),
            entry: number,
        };
        let (one, other) = (said(1, "b_a"), said(2, "B.a"));
        assert_eq!(commitment(vec![&one, &other]), commitment(vec![&other, &one]));
        assert_ne!(commitment(vec![&one]), commitment(vec![&other]));
    }
}
