//! The unit head names who reviews a month: before the draw, which only who was named makes, and after it (D8). *SQL.*

use super::{check_unsigned, enter, frozen, sign, steps::Named, tables};
use crate::{
    app::House,
    audit::{
        Month,
        reviewer::{self, Who},
    },
    error::{Error, Result},
    journal::{entry::Kind, signing},
};

/// Names `account` as a reviewer of the sample of `member` and `month`, drawn or not; `by` is the unit head.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `REVIEW-SIGNED`, `REVIEW-SEEN`, `REVIEW-NAMED`, those of [`reviewer::check`].
pub async fn name(house: &House, member: &str, month: Month, account: &str, by: &str) -> Result<()> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    frozen(&mut reader, member, month).await?;
    let who = Who {
        account,
        named_by: Some(by),
    };
    let actors = reviewer::actors(house, &mut reader, (member, month), who).await?;
    drop(reader);
    let mut tx = house.db.begin().await?;
    reviewer::check(house, tx.connection(), member, who, &actors).await?;
    let conn = tx.connection();
    let sample = frozen(&mut *conn, member, month).await?;
    check_unsigned(&mut *conn, member, month).await?;
    sign::check_unshown(house, &mut *conn, &sample, account).await?;
    if sample.reviewer == account || tables::is_named(&mut *conn, member, month, account).await? {
        return Err(Error::Input {
            code: "REVIEW-NAMED",
            sentence: "this account reviews this sample already".into(),
            remedy: "let it draw (`mayfly audit draw`), or open its records (`mayfly audit item MEMBER MONTH N --as REVIEWER`)",
        });
    }
    let payload = Named {
        month: month.to_string(),
        reviewer: account,
        by,
    };
    let reference = format!("name:{month}");
    let place = (member, month);
    let entry = enter(
        house,
        &mut *conn,
        place,
        (Kind::Review, &reference),
        &payload,
        now,
    )
    .await?;
    tables::insert_named(conn, place, (account, by), now, entry).await?;
    tx.commit().await?;
    signing::sign(house).await
}

/// Who was named to review `month` of `member`, each with the unit head who named them, in that order.
///
/// # Errors
/// `DB-*`.
pub async fn named(house: &House, member: &str, month: Month) -> Result<Vec<(String, String)>> {
    tables::named(&mut *house.db.reader().await?, member, month).await
}
