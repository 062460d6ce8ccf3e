//! Draws a frozen month, once: with the reviewer's value, or without a reviewer when that is overdue (D9). *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{
    Month,
    draw::Ingredients,
    enter, frozen, review,
    reviewer::{self, Who},
    size,
    steps::{ActName, Announced, Committed, Drawn, Extended, Frozen, Step, find},
    store::{self, Sample, State},
};
use crate::{
    access::{OPERATOR, maker::Maker, persons::Persons, takers::Takers},
    app::House,
    error::{Error, Result},
    ids,
    journal::{act, entry::SALT_BYTES, note::text_of, signing, store as journal_store},
    regime::people::Right,
};

/// What a reviewer brings.
pub struct Given<'a> {
    /// The reviewer's account.
    pub reviewer: &'a str,
    /// Who named the reviewer, if that is said: it has to be so.
    pub named_by: Option<&'a str>,
    /// The reviewer's value: 32 to 64 hexadecimal digits in lower case.
    pub value: &'a str,
}

/// Draws `month` of `member` with the value that its reviewer gives, whom a unit head named; that is possible once.
///
/// # Errors
/// `SAMPLE-VALUE`, `SAMPLE-UNFROZEN`, `SAMPLE-DRAWN`, `REVIEW-UNNAMED`, `SAMPLE-NAMED`, those of [`reviewer::check`].
pub async fn draw(house: &House, member: &str, month: Month, given: &Given<'_>) -> Result<Sample> {
    check_value(given.value)?;
    let mut reader = house.db.reader().await?;
    to_draw(&mut reader, member, month).await?;
    let who = Who {
        account: given.reviewer,
        named_by: None,
    };
    named(house, &mut reader, (member, month), given).await?;
    let actors = reviewer::actors(house, &mut reader, (member, month), who).await?;
    drop(reader);
    let mut tx = house.db.begin().await?;
    let sample = to_draw(tx.connection(), member, month).await?;
    let named_by = named(house, tx.connection(), (member, month), given).await?;
    reviewer::check(house, tx.connection(), member, who, &actors).await?;
    let drawn = Drawn {
        month: month.to_string(),
        by: given.reviewer.to_owned(),
        named_by: Some(named_by),
        value: Some(given.value.to_owned()),
        next_checkpoint: None,
        seed: String::new(),
        size: 0,
    };
    let sample = write(house, tx.connection(), sample, drawn, given.value).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(sample)
}

/// Draws `month` of `member` without a reviewer, once the due day of the regime file is over; `by` is who has it done. The
/// announcement comes first, and the checkpoint that covers it takes the place of the reviewer's value: neither was known
/// when the bureau committed to its own.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-DRAWN`, `SAMPLE-EARLY`.
pub async fn draw_without(house: &House, member: &str, month: Month, by: Maker<'_>) -> Result<Sample> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    if let Maker::Named(account) = by
        && account != OPERATOR
    {
        DRAWERS
            .check(house, tx.connection(), account, house.today(now))
            .await?;
    }
    let by = by.name();
    let mut sample = frozen(tx.connection(), member, month).await?;
    if sample.state == State::Drawn {
        return Err(drawn_already(&sample));
    }
    if now < month.next().at(house.regime.samples()?.drawn_by_day.value + 1, 0) {
        return Err(too_early());
    }
    if sample.announce_entry.is_none() {
        let announced = Announced {
            month: month.to_string(),
            by: by.to_owned(),
        };
        let step = enter(
            house,
            tx.connection(),
            (member, month),
            ActName::Announce,
            &announced,
            now,
        )
        .await?;
        sample.announce_entry = Some(step.entry);
        sample.steps.push(step);
        sample.last_at = now;
        store::advance(tx.connection(), &sample, (State::Frozen, 0)).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    signing::sign(house).await?;

    let mut tx = house.db.begin().await?;
    let sample = frozen(tx.connection(), member, month).await?;
    if sample.state == State::Drawn {
        // Another process went the same way meanwhile.
        return Ok(sample);
    }
    let announced = sample
        .announce_entry
        .ok_or(Error::Bug("an announcement is gone"))?;
    let note = journal_store::first_covering(tx.connection(), &house.signer.origin, announced)
        .await?
        .ok_or(Error::Bug("a signed journal has no checkpoint"))?;
    let text = text_of(note.as_bytes())
        .ok_or(Error::Bug("a stored checkpoint is not a note"))?
        .to_owned();
    let drawn = Drawn {
        month: month.to_string(),
        by: by.to_owned(),
        named_by: None,
        value: None,
        next_checkpoint: Some(note),
        seed: String::new(),
        size: 0,
    };
    let sample = write(house, tx.connection(), sample, drawn, &text).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(sample)
}

/// Makes a drawn sample larger: its first `size` records in the order of the draw. Nothing is drawn anew.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `SAMPLE-SIZE`, `REVIEW-SIGNED`, those of [`reviewer::check`].
pub async fn extend(house: &House, member: &str, month: Month, size: u64, by: &str) -> Result<Sample> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let who = Who {
        account: by,
        named_by: None,
    };
    let sample = frozen(&mut reader, member, month).await?;
    let actors = reviewer::actors_besides(house, &mut reader, &sample, who).await?;
    drop(reader);
    let mut tx = house.db.begin().await?;
    let mut sample = frozen(tx.connection(), member, month).await?;
    reviewer::check(house, tx.connection(), member, who, &actors).await?;
    if sample.state != State::Drawn {
        return Err(not_drawn());
    }
    review::check_unsigned(tx.connection(), member, month).await?;
    let before = sample.sample_size;
    if size <= before || size > sample.population {
        return Err(Error::Input {
            code: "SAMPLE-SIZE",
            sentence: format!(
                "the sample has {before} of {} records; it can only become larger, up to all of them",
                sample.population
            ),
            remedy: "give a number between the two",
        });
    }
    let extended = Extended {
        month: month.to_string(),
        size,
        by: by.to_owned(),
    };
    let step = enter(
        house,
        tx.connection(),
        (member, month),
        ActName::Extend,
        &extended,
        now,
    )
    .await?;
    sample.steps.push(step);
    sample.sample_size = size;
    sample.last_at = now;
    store::advance(tx.connection(), &sample, (State::Drawn, before)).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(sample)
}

/// Opens the commitment, computes the seed of which `last` is the third part, and enters the draw.
async fn write(
    house: &House,
    conn: &mut AnyConnection,
    mut sample: Sample,
    mut drawn: Drawn,
    last: &str,
) -> Result<Sample> {
    let now: Timestamp = house.trusted_now()?;
    let unreadable = || Error::Bug("a step of a sample is not readable");
    let salted = act::open(house, &mut *conn, sample.commit_entry)
        .await?
        .ok_or(Error::Bug("the commitment of a sample is gone"))?;
    let content = salted.get(SALT_BYTES..).ok_or_else(unreadable)?;
    let committed: Committed = serde_json::from_slice(content).map_err(|_| unreadable())?;
    let frozen: Frozen = find(&sample.steps, ActName::Freeze).ok_or_else(unreadable)?;
    let ingredients = Ingredients {
        member: &sample.member,
        month: sample.month,
        frozen: text_of(frozen.checkpoint.as_bytes()).ok_or_else(unreadable)?,
        bureau: &committed.value,
        reviewer: last,
    };
    drawn.seed = ids::hex(&ingredients.seed());
    drawn.size = size::ruled(sample.population, house.regime.samples()?);
    let place = (sample.member.as_str(), sample.month);
    let step = enter(house, &mut *conn, place, ActName::Draw, &drawn, now).await?;
    sample
        .steps
        .insert(0, Step::new(ActName::Commit, sample.commit_entry, &salted));
    sample.steps.push(step);
    sample.state = State::Drawn;
    sample.sample_size = drawn.size;
    // Without a reviewer nobody is one yet: who had it drawn at the bureau does not review.
    sample.reviewer = drawn.named_by.map_or_else(String::new, |_| drawn.by);
    sample.last_at = now;
    store::advance(conn, &sample, (State::Frozen, 0)).await?;
    Ok(sample)
}

/// Who named the reviewer.
async fn named(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    given: &Given<'_>,
) -> Result<String> {
    let persons = Persons::read(&mut *conn, member, house.today(house.trusted_now()?)).await?;
    reviewer::check_right(house, &persons, given.reviewer)?;
    let named_by = review::tables::named_by(conn, member, month, given.reviewer).await?;
    let named_by = named_by.ok_or_else(review::unnamed)?;
    match given.named_by.is_none_or(|said| said == named_by) {
        true => Ok(named_by),
        false => Err(Error::Denied {
            code: "SAMPLE-NAMED",
            sentence: "it was not this account that named the reviewer".into(),
            remedy: "leave --named-by out: who named whom is entered already (`mayfly audit name`)",
        }),
    }
}

/// A sample that waits for its reviewer.
async fn to_draw(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Sample> {
    let sample = frozen(conn, member, month).await?;
    match sample.state {
        State::Frozen if sample.announce_entry.is_none() => Ok(sample),
        _ => Err(drawn_already(&sample)),
    }
}

/// Hexadecimal only: long enough that nobody guesses it, and nobody's number or name.
fn check_value(value: &str) -> Result<()> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if (32..=64).contains(&value.len()) && value.bytes().all(is_hex) {
        return Ok(());
    }
    Err(Error::Input {
        code: "SAMPLE-VALUE",
        sentence: "the reviewer's value is not 32 to 64 hexadecimal digits in lower case".into(),
        remedy: "make one on a machine of the member's own, for example with `openssl rand -hex 16`",
    })
}

fn drawn_already(sample: &Sample) -> Error {
    let how = match sample.state {
        State::Drawn => "is drawn",
        _ => "is being drawn without a reviewer, because that was overdue",
    };
    Error::Input {
        code: "SAMPLE-DRAWN",
        sentence: format!("the sample of {} {how}; a value is given once", sample.month),
        remedy: "see `mayfly audit show MEMBER MONTH`; a sample can be made larger (`mayfly audit extend`), never drawn again",
    }
}

fn too_early() -> Error {
    Error::Operator {
        code: "SAMPLE-EARLY",
        sentence: "a reviewer of the member may still draw, so the bureau does not draw without one yet"
            .into(),
        remedy: "wait for the reviewer until the day `drawn_by_day` of the regime file is over",
    }
}

pub(super) fn not_drawn() -> Error {
    Error::Operator {
        code: "SAMPLE-UNDRAWN",
        sentence: "the sample is not drawn yet".into(),
        remedy: "let the reviewer draw it (`mayfly audit draw MEMBER MONTH --as ACCOUNT --value HEX`)",
    }
}

/// Who at the bureau draws in a reviewer's place (D9).
const DRAWERS: Takers<'static> = Takers {
    places: &[("bureau", &[Right::Audit, Right::Transfer])],
    code: "SAMPLE-RIGHT",
    remedy: "name an account of the bureau's compliance or operators (--as); who stands at the terminal leaves --as out",
};
