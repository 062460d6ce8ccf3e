//! A reviewer's verdict on one record of the sample: added, never changed (九(三)2(1), D8). *SQL.*

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    check_reviewer, check_unsigned, drawn, enter, finding, item_at,
    records::{Records, gone},
    steps::Given,
    tables::{self, VerdictRow},
};
use crate::{
    app::House,
    audit::Month,
    db::meta,
    error::{Error, Result},
    journal::{
        act,
        entry::{Kind, SALT_BYTES},
        signing,
    },
    regime::control::ReviewRules,
};

/// What a reviewer says.
pub struct Said {
    /// One of the regime's verdicts.
    pub verdict: String,
    /// Of the regime's reasons.
    pub reasons: Vec<String>,
    /// In the reviewer's own words; may be empty.
    pub remark: String,
}

/// What was entered.
#[derive(Serialize)]
pub struct Entered {
    /// The number of the verdict.
    pub verdict_no: i64,
    /// Its journal entry.
    pub entry: u64,
    /// The finding that it opened, and until when that is to be closed.
    pub finding: Option<(i64, String)>,
}

/// Enters what `account` says of the record at `place` of the sample of `member` and `month`.
///
/// # Errors
/// `REVIEW-VERDICT`, `REVIEW-REASON`, `REVIEW-REMARK`, `REVIEW-ITEM`, `REVIEW-SIGNED`, `REVIEW-UNNAMED`, `REVIEW-UNOPENED`,
/// `REVIEW-TWICE`, `SAMPLE-*`.
pub async fn give(
    house: &House,
    (member, month): (&str, Month),
    place: u64,
    mut said: Said,
    account: &str,
) -> Result<Entered> {
    said.reasons.sort();
    said.check(house.regime.reviews()?)?;
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let sample = drawn(&mut reader, member, month).await?;
    let (item, _) = item_at(&mut reader, &sample, place).await?;
    let found = Records::new(house).find(&mut reader, &item.query).await?;
    let actors = found.ok_or_else(gone)?.actors()?;
    drop(reader);

    let mut tx = house.db.begin().await?;
    check_reviewer(house, tx.connection(), &sample, account, &actors).await?;
    let conn = tx.connection();
    check_unsigned(&mut *conn, member, month).await?;
    let opened_at = tables::last_opening(&mut *conn, (member, month), item.entry, account)
        .await?
        .ok_or_else(unopened)?;
    if said
        .is_said(house, &mut *conn, (member, month), item.entry, account)
        .await?
    {
        return Err(twice());
    }
    let verdict_no = meta::take_numbers(&mut *conn, meta::VERDICTS, 1).await?;
    let given = Given {
        month: month.to_string(),
        query_entry: item.entry,
        by: account.to_owned(),
        verdict: said.verdict.clone(),
        reasons: said.reasons.clone(),
        remark: said.remark.clone(),
        opened_at,
    };
    let reference = format!("verdict:{verdict_no}");
    let entry = enter(
        house,
        &mut *conn,
        (member, month),
        (Kind::Review, &reference),
        &given,
        now,
    )
    .await?;
    let row = VerdictRow {
        verdict_no,
        query_entry: item.entry,
        account: account.to_owned(),
        verdict: given.verdict,
        reasons: given.reasons,
        opened_at,
        given_at: now,
        entry,
    };
    tables::insert_verdict(&mut *conn, (member, month), &row).await?;
    let finding = match house.regime.reviews()?.finds.value.contains(&row.verdict) {
        true => Some(finding::open(house, conn, (member, month), &row, now).await?),
        false => None,
    };
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(Entered {
        verdict_no,
        entry,
        finding,
    })
}

impl Said {
    /// Holds it against the regime's lists.
    fn check(&self, rules: &ReviewRules) -> Result<()> {
        if !rules.verdicts.value.contains(&self.verdict) {
            return Err(refused(
                "REVIEW-VERDICT",
                format!(
                    "that is no verdict; there are {}",
                    rules.verdicts.value.join(", ")
                ),
                "give one of them (--verdict)",
            ));
        }
        let known = |reason: &String| rules.reasons.value.contains(reason);
        let once: BTreeSet<&String> = self.reasons.iter().collect();
        let fits = match self.reasons.is_empty() {
            true => !rules.finds.value.contains(&self.verdict),
            false => !rules.clears.value.contains(&self.verdict),
        };
        if !fits || !self.reasons.iter().all(known) || once.len() != self.reasons.len() {
            return Err(refused(
                "REVIEW-REASON",
                format!(
                    "a finding has one reason or more, each once, and a clearing verdict has none; there are {}",
                    rules.reasons.value.join(", ")
                ),
                "give the reasons that apply (--reason, once for each)",
            ));
        }
        let remark = &self.remark;
        if remark.chars().count() > REMARK_CHARS
            || remark.chars().any(char::is_control)
            || mayfly_consent::cells::holds_identity_number(remark)
        {
            return Err(refused(
                "REVIEW-REMARK",
                format!(
                    "the remark is longer than {REMARK_CHARS} characters, or holds an identity number or control characters"
                ),
                "say it in fewer words, and name no person in it",
            ));
        }
        Ok(())
    }

    /// Whether the latest verdict of `account` on the record says just this.
    async fn is_said(
        &self,
        house: &House,
        conn: &mut AnyConnection,
        (member, month): (&str, Month),
        query_entry: u64,
        account: &str,
    ) -> Result<bool> {
        let all = tables::verdicts(&mut *conn, member, month).await?;
        let own = |row: &&VerdictRow| row.account == account && row.query_entry == query_entry;
        let Some(last) = all.iter().rfind(own) else {
            return Ok(false);
        };
        let same = last.verdict == self.verdict && last.reasons == self.reasons;
        Ok(same && remark(house, conn, last.entry).await? == self.remark)
    }
}

/// The remark of the verdict of `entry`; empty once its payload is not kept any more.
///
/// # Errors
/// `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn remark(house: &House, conn: &mut AnyConnection, entry: u64) -> Result<String> {
    let Some(salted) = act::open(house, conn, entry).await? else {
        return Ok(String::new());
    };
    let given: Option<Given> = salted
        .get(SALT_BYTES..)
        .and_then(|content| serde_json::from_slice(content).ok());
    given
        .map(|given| given.remark)
        .ok_or(Error::Bug("a verdict is not readable"))
}

fn unopened() -> Error {
    Error::Operator {
        code: "REVIEW-UNOPENED",
        sentence: "this reviewer has not opened the record yet".into(),
        remedy: "look at it first: `mayfly audit item MEMBER MONTH N --as REVIEWER`",
    }
}

fn twice() -> Error {
    Error::Input {
        code: "REVIEW-TWICE",
        sentence: "this reviewer has said just this of the record already".into(),
        remedy: "nothing is to be done; another verdict, other reasons or another remark are added beside it",
    }
}

fn refused(code: &'static str, sentence: String, remedy: &'static str) -> Error {
    Error::Input {
        code,
        sentence,
        remedy,
    }
}

const REMARK_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    #[test]
    fn a_verdict_fits_the_regime_s_lists() {
        let rules = Regime::jcic_2024().unwrap().review.unwrap();
        let check = |verdict: &str, reasons: &[&str], remark: &str| {
            let said = Said {
                verdict: verdict.into(),
                reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
                remark: remark.into(),
            };
            said.check(&rules).err().map_or("", |error| error.code())
        };
        assert_eq!(check("in_order", &[], ""), "");
        assert_eq!(check("finding", &["no_case", "other"], "查無案件"), "");
        assert_eq!(check("unclear", &[], ""), "");
        assert_eq!(check("unclear", &["no_case"], ""), "");
        assert_eq!(check("In_order", &[], ""), "REVIEW-VERDICT");
        assert_eq!(check("", &[], ""), "REVIEW-VERDICT");
        assert_eq!(check("finding", &[], "no reason"), "REVIEW-REASON");
        assert_eq!(check("finding", &["no_cases"], ""), "REVIEW-REASON");
        assert_eq!(check("finding", &["no_case", "no_case"], ""), "REVIEW-REASON");
        assert_eq!(check("in_order", &["other"], ""), "REVIEW-REASON");
        assert_eq!(check("in_order", &[], &"字".repeat(200)), "");
        assert_eq!(check("in_order", &[], &"字".repeat(201)), "REVIEW-REMARK");
        assert_eq!(check("in_order", &[], "of A123456789"), "REVIEW-REMARK");
        assert_eq!(check("in_order", &[], "two\nlines"), "REVIEW-REMARK");
    }
}
