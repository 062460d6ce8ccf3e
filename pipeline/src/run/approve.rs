//! A batch that is handed in by hand is approved as a whole by another person, bound to its bytes (四(二)3(6), D10). *SQL.*

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hands;
use crate::{
    access::people::Holder,
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, judge::Fault, steps, store::Approval},
    db::Tx,
    error::Result,
    ids,
    intake::{BatchName, Encoding},
    regime::people,
};

/// A whole file, as somebody hands it in.
pub struct Whole<'a> {
    /// The batch it is.
    pub name: &'a BatchName,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its rows.
    pub rows: i64,
}

/// Applies for the approval of `whole` as `by`; done where the regime asks for none.
///
/// # Errors
/// `BATCH-HANDS`, `APPROVAL-HANDS`, `GATE-CLOCK`.
pub async fn apply(house: &House, by: &Holder, whole: &Whole<'_>) -> Result<Step<()>> {
    hands::check_giver(house, by, whole.name).await?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    match steps::ask(house, &mut tx, &whole.wish(&by.account)?, None, now).await? {
        Asked::Granted(_) => Ok(Step::Done(())),
        Asked::Applied(applied) => steps::applied(house, tx, applied).await,
    }
}

/// The approvals of batches at `by`'s place that they applied for and that still serve, or may.
///
/// # Errors
/// `DB-*`.
pub async fn own(house: &House, by: &Holder) -> Result<Vec<Approval>> {
    let mut approvals = steps::list(house, false).await?;
    approvals.retain(|approval| {
        approval.act == people::Act::Batch && approval.desk == by.at && approval.applied_by == by.account
    });
    Ok(approvals)
}

/// The approval `number` of a batch at `by`'s place, and what it is bound to while the journal still tells.
///
/// # Errors
/// `APPROVAL-UNKNOWN`, also for another place's and for another act's.
pub async fn told(house: &House, by: &Holder, number: i64) -> Result<(Approval, Bound)> {
    let (approval, content) = steps::show(house, number).await?;
    if approval.act != people::Act::Batch || approval.desk != by.at {
        return Err(Fault::Unknown.error());
    }
    let told: Option<Told> = content.and_then(|content| serde_json::from_str(&content).ok());
    Ok((approval, told.ok_or_else(|| Fault::Unknown.error())?.what))
}

/// Uses the approval `number` of `whole` up, in the transaction in which `by` hands it in.
///
/// # Errors
/// `APPROVAL-*`.
pub(super) async fn used(
    house: &House,
    tx: &mut Tx,
    (whole, by): (&Whole<'_>, &str),
    number: Option<i64>,
    now: Timestamp,
) -> Result<Warrant> {
    match steps::ask(house, tx, &whole.wish(by)?, number, now).await? {
        Asked::Granted(warrant) => Ok(warrant),
        // Nothing is applied for by handing it in: the transaction is given up.
        Asked::Applied(_) => Err(Fault::Open.error()),
    }
}

impl Whole<'_> {
    fn wish(&self, by: &str) -> Result<Wish> {
        let batch = self.name.to_string();
        let matter = Matter {
            act: people::Act::Batch,
            desk: self.name.member(),
            subject: &batch,
            about: "",
        };
        // Why is in each row.
        Wish::new(
            &matter,
            by,
            "",
            &Bound {
                batch: batch.clone(),
                sha256: ids::hex(&self.sha256),
                rows: self.rows,
                encoding: self.encoding.name().to_owned(),
            },
        )
    }
}

/// What the approval is bound to.
#[derive(Serialize, Deserialize)]
pub struct Bound {
    /// The batch.
    pub batch: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its rows.
    pub rows: i64,
    /// How its text is encoded.
    pub encoding: String,
}

/// Of a wish's content, what it is bound to.
#[derive(Deserialize)]
struct Told {
    what: Bound,
}
