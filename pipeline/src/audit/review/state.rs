//! How far a review is, as one of its reviewers, or who signs it off, may know it (D8). *SQL.*

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    check_reviewer, drawn,
    item::{self, Verdict},
    sign, tables,
};
use crate::{
    app::House,
    audit::{Month, report},
    error::Result,
};

/// How far a review is.
#[derive(Serialize)]
pub struct State {
    /// Institution code.
    pub member: String,
    /// The month.
    pub month: String,
    /// Records of the sample.
    pub records: u64,
    /// How many of them this reviewer has given no verdict on: what others have done is not told before that.
    pub without_verdict: usize,
    /// Whether it is signed off.
    pub signed_off: bool,
    /// The records on which this reviewer has given a verdict, with everybody's; all of them for whoever signs the review off, once
    /// each has one.
    pub seen: Vec<Seen>,
    /// The places of all others.
    pub left: Vec<u64>,
}

/// A record on which one has given a verdict.
#[derive(Serialize)]
pub struct Seen {
    /// Its place in the sample.
    pub place: u64,
    /// All verdicts on it.
    pub verdicts: Vec<Verdict>,
}

/// How far the review of `month` of `member` is, for `account`, which reviews it or, when every record has a verdict, signs it off.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `SAMPLE-RIGHT`, `REVIEW-UNNAMED`, `REVIEW-OPEN`.
pub async fn of(house: &House, (member, month): (&str, Month), account: &str) -> Result<State> {
    let mut reader = house.db.reader().await?;
    let sample = drawn(&mut reader, member, month).await?;
    let (given, signs) = match sign::check_shown(house, &mut reader, &sample, account).await {
        Ok(given) => (given, true),
        // Who is no unit head, or has a part in the review, may be its reviewer.
        Err(error) if ["REVIEW-HEAD", "REVIEW-SELF"].contains(&error.code()) => {
            check_reviewer(house, &mut reader, &sample, account, &BTreeSet::new()).await?;
            (tables::verdicts(&mut reader, member, month).await?, false)
        }
        Err(error) => return Err(error),
    };
    let items = report::items(&mut reader, &sample).await?;
    let own: BTreeSet<u64> = given
        .iter()
        .filter(|row| signs || row.account == account)
        .map(|row| row.query_entry)
        .collect();
    let mut state = State {
        member: member.to_owned(),
        month: month.to_string(),
        records: sample.sample_size,
        without_verdict: items.iter().filter(|item| !own.contains(&item.entry)).count(),
        signed_off: tables::sign_off(&mut reader, member, month).await?.is_some(),
        seen: Vec::new(),
        left: Vec::new(),
    };
    for (place, item) in (1..).zip(&items) {
        if own.contains(&item.entry) {
            let verdicts = item::all_of(house, &mut reader, &given, item.entry).await?;
            state.seen.push(Seen { place, verdicts });
        } else {
            state.left.push(place);
        }
    }
    Ok(state)
}
