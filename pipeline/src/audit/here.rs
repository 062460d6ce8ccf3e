//! How a sample was drawn, and that it was, recomputed from the journal of this house for whoever works with it (D9). *SQL.*

use jiff::Timestamp;

use super::{
    Month,
    check::{self, Seen},
    drawing::not_drawn,
    export, frozen,
    steps::{ActName, Committed, Drawn, Frozen, SampleFile, find},
    store::State,
    taker,
    verify::{Looking, Verified},
};
use crate::{
    app::House,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        archive,
        entry::Kind,
        signing, span,
    },
};

/// A sample that was drawn again.
pub struct Again {
    /// Who drew it.
    pub by: String,
    /// Who named the reviewer; where the bureau drew it, nobody.
    pub named_by: Option<String>,
    /// The value to which the bureau had committed before the month was over.
    pub bureau: String,
    /// The reviewer's value; where the bureau drew it, none.
    pub reviewer: Option<String>,
    /// The signed checkpoint that took its place.
    pub next_checkpoint: Option<String>,
    /// The signed checkpoint under which the month was frozen.
    pub checkpoint: String,
    /// The hash of these, from which the draw follows.
    pub seed: String,
    /// The acts on the sample, as the journal has them: which, its index, when.
    pub acts: Vec<(String, u64, Timestamp)>,
    /// What holds of it.
    pub verified: Verified,
}

/// Draws the sample of `month` of `member` again from the journal of this house, for `by`, who might take it away as well and whose
/// looking is entered in the journal first: whoever knows the seed knows the draw.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `EXPORT-RIGHT`, `SAMPLE-OWN`, `GATE-CLOCK`; `JOURNAL-DAMAGED`, `DB-*`.
pub async fn again(house: &House, member: &str, month: Month, by: &str) -> Result<Again> {
    let mut reader = house.db.reader().await?;
    let sample = frozen(&mut reader, member, month).await?;
    if sample.state != State::Drawn {
        return Err(not_drawn());
    }
    let now = house.trusted_now()?;
    let taker = taker::check(house, &mut reader, member, by, house.today(now)).await?;
    taker::check_not_looked_at(house, &mut reader, &sample, &taker).await?;
    let reference = format!("sample:{month}");
    let act = Act {
        kind: Kind::Read,
        member,
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    let taker = taker::check(
        house,
        tx.connection(),
        member,
        &taker,
        house.today(house.trusted_now()?),
    )
    .await?;
    act::enter(house, tx.connection(), &act, &taker, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;

    let journal = archive::verify(house).await?;
    // It may have been made larger meanwhile: it is what its signed acts say.
    let sample = frozen(&mut reader, member, month).await?.until(journal.signed);
    let sample = sample.filter(|sample| sample.state == State::Drawn);
    let sample = sample.ok_or(Error::Bug("the journal lacks the draw of a sample"))?;
    let file = export::file(&mut reader, &sample).await?;
    let unreadable = || Error::Bug("a step of a sample is not readable");
    let claims = check::read(&file).ok_or_else(unreadable)?;
    let mut looking = Looking::at(&file, &claims);
    span::lines(&mut reader, journal.signed, |line| looking.take(line)).await?;
    let seen = looking.finish();
    let mut findings = journal.findings;
    findings.extend(check::judge(&file, &claims, &seen, house.signer.verifier()));
    let committed: Committed = find(&file.steps, ActName::Commit).ok_or_else(unreadable)?;
    let frozen: Frozen = find(&file.steps, ActName::Freeze).ok_or_else(unreadable)?;
    let drawn: Drawn = find(&file.steps, ActName::Draw).ok_or_else(unreadable)?;
    Ok(Again {
        by: drawn.by,
        named_by: drawn.named_by,
        bureau: committed.value.clone(),
        reviewer: drawn.value,
        next_checkpoint: drawn.next_checkpoint,
        checkpoint: frozen.checkpoint,
        seed: drawn.seed,
        acts: acts(&file, &seen),
        verified: Verified {
            population: seen.population,
            size: claims.size,
            remarks: check::remarks(&claims, &seen),
            findings,
            member: member.to_owned(),
            month: month.to_string(),
        },
    })
}

fn acts(file: &SampleFile, seen: &Seen) -> Vec<(String, u64, Timestamp)> {
    let end = format!(":{}", file.month);
    let name = |reference: &str| reference.trim_end_matches(&end).to_owned();
    let acts = seen.acts.iter();
    acts.map(|act| (name(&act.reference), act.index, act.at))
        .collect()
}
