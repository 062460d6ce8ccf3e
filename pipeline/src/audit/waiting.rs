//! The samples that wait for one person: to be drawn, to be reviewed, to be signed off. *SQL.*

use std::collections::BTreeSet;

use super::{
    report::{self, Report},
    review::tables,
    store::{self, State},
};
use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    error::Result,
    regime::people::Right,
};

/// A sample that waits for somebody.
pub struct Waiting {
    /// The sample.
    pub sample: Report,
    /// For what.
    pub what: What,
}

/// What a sample waits for.
pub enum What {
    /// That the unit head names who draws.
    Name,
    /// That the reviewer gives a value, by which it is drawn.
    Draw,
    /// Verdicts of this reviewer, on so many records.
    Verdicts(u64),
    /// A signature over all verdicts.
    SignOff,
}

/// The samples of their member that `holder` may do something about now, as far as rights and names tell; who had to do with
/// the records is asked when it is done.
///
/// # Errors
/// `DB-*`.
pub async fn for_holder(house: &House, holder: &Holder) -> Result<Vec<Waiting>> {
    let mut reader = house.db.reader().await?;
    let today = house.today(house.clock.now());
    let persons = Persons::read(&mut reader, &holder.at, today).await?;
    let may = |right| persons.may(&house.regime, &holder.account, right);
    let mut waiting = Vec::new();
    let Some(rules) = &house.regime.review else {
        return Ok(waiting);
    };
    let (reviews, signs) = (may(Right::Review), may(rules.signed_off_by.value));
    if !reviews && !signs {
        return Ok(waiting);
    }
    let mut samples = store::all(&mut reader).await?;
    samples.retain(|sample| sample.member == holder.at);
    for sample in &samples {
        let what = match sample.state {
            State::Committed => None,
            State::Frozen => {
                let named = tables::named(&mut reader, &sample.member, sample.month).await?;
                let is_named = named.iter().any(|(account, _)| *account == holder.account);
                match (reviews && is_named, signs && named.is_empty()) {
                    (true, _) => Some(What::Draw),
                    (false, true) => Some(What::Name),
                    (false, false) => None,
                }
            }
            State::Drawn => {
                let name = (sample.member.as_str(), sample.month);
                if tables::sign_off(&mut reader, name.0, name.1).await?.is_some() {
                    continue;
                }
                let given = tables::verdicts(&mut reader, name.0, name.1).await?;
                let of = |own: bool| {
                    let rows = given.iter().filter(|row| !own || row.account == holder.account);
                    rows.map(|row| row.query_entry).collect::<BTreeSet<_>>().len() as u64
                };
                let is_named = sample.reviewer == holder.account
                    || tables::is_named(&mut reader, name.0, name.1, &holder.account).await?;
                let left = sample.sample_size.saturating_sub(of(true));
                match (
                    reviews && is_named && left > 0,
                    signs && of(false) >= sample.sample_size,
                ) {
                    (true, _) => Some(What::Verdicts(left)),
                    (false, true) => Some(What::SignOff),
                    (false, false) => None,
                }
            }
        };
        if let Some(what) = what {
            let sample = report::report(house, sample, None)?;
            waiting.push(Waiting { sample, what });
        }
    }
    Ok(waiting)
}
