//! A sample as people see it: its counts, what it is able to find, and, for its reviewer, its records. *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use super::{
    Month,
    chance::{Chance, chances},
    drawing::not_drawn,
    frozen, pass, population,
    reviewer::{self, Who},
    size,
    steps::{ActName, Drawn, FileItem, find},
    store::{self, Sample, State},
};
use crate::{
    app::House,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
        merkle::Hash,
    },
};

/// A sample and what is to be said of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Sample)]
pub struct Report {
    /// Institution code.
    pub member: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// `committed`, `frozen` or `drawn`.
    pub state: &'static str,
    /// Query records of the month; 0 before it is frozen.
    pub population: u64,
    /// How many of them are drawn, or will be.
    pub size: u64,
    /// When the bureau committed to its value.
    pub committed_at: Timestamp,
    /// Whether that was after the month's end.
    pub committed_late: bool,
    /// How many journal entries the checkpoint covers under which the month was frozen; 0: not yet.
    pub frozen_size: u64,
    /// The day by which a reviewer draws.
    pub due: String,
    /// Whether that day has passed without a draw, or the bureau had to draw.
    pub overdue: bool,
    /// Who drew it, where that was the member's reviewer.
    pub reviewer: Option<String>,
    /// Who named the reviewer.
    pub named_by: Option<String>,
    /// The chance that this sample finds misuse, for some shares of misused records.
    pub chances: Vec<Chance>,
    /// The records, in the order of the draw; for who may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<FileItem>>,
}

/// The sample of `month` of `member`; its records are shown only to `account`, if that is or may be its reviewer, and that
/// is entered in the journal first (D8).
///
/// # Errors
/// `SAMPLE-UNKNOWN`; with an account `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, those of [`reviewer::check`].
pub async fn show(house: &House, member: &str, month: Month, account: Option<&str>) -> Result<Report> {
    let mut reader = house.db.reader().await?;
    let Some(account) = account else {
        let sample = store::one(&mut reader, member, month)
            .await?
            .ok_or_else(unknown)?;
        return report(house, &sample, None);
    };
    let sample = frozen(&mut reader, member, month).await?;
    if sample.state != State::Drawn {
        return Err(not_drawn());
    }
    let who = Who {
        account,
        named_by: None,
    };
    let actors = reviewer::actors_besides(house, &mut reader, &sample, who).await?;
    let reference = format!("sample:{month}");
    let act = Act {
        kind: Kind::Read,
        member,
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    reviewer::check(house, tx.connection(), member, who, &actors).await?;
    act::enter(house, tx.connection(), &act, &account, house.trusted_now()?).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    let items = items(&mut reader, &sample).await?;
    report(house, &sample, Some(items))
}

/// Every sample, newest month first.
pub async fn list(house: &House) -> Result<Vec<Report>> {
    let samples = store::all(&mut *house.db.reader().await?).await?;
    samples.iter().map(|sample| report(house, sample, None)).collect()
}

/// The samples of `member`, newest month first.
///
/// # Errors
/// `DB-*`.
pub async fn of_member(house: &House, member: &str) -> Result<Vec<Report>> {
    let mut reports = list(house).await?;
    reports.retain(|report| report.member == member);
    Ok(reports)
}

/// The records of a drawn sample, in the order of the draw.
pub(super) async fn items(conn: &mut AnyConnection, sample: &Sample) -> Result<Vec<FileItem>> {
    let drawn: Option<Drawn> = find(&sample.steps, ActName::Draw);
    let seed = drawn.and_then(|drawn| seed(&drawn.seed));
    let seed = seed.ok_or(Error::Bug("a step of a sample is not readable"))?;
    let items = population::drawn(conn, sample, seed).await?;
    Ok(items.into_iter().map(FileItem::from).collect())
}

/// What is to be said of `sample`.
pub fn report(house: &House, sample: &Sample, items: Option<Vec<FileItem>>) -> Result<Report> {
    let rules = house.regime.samples()?;
    let size = match sample.state {
        State::Drawn => sample.sample_size,
        State::Committed | State::Frozen => size::ruled(sample.population, rules),
    };
    let drawn: Option<Drawn> = find(&sample.steps, ActName::Draw);
    let now = house.clock.now();
    let due = sample
        .month
        .next()
        .first_day()
        .with()
        .day(rules.drawn_by_day.value)
        .build();
    Ok(Report {
        member: sample.member.clone(),
        month: sample.month.to_string(),
        state: sample.state.word(),
        population: sample.population,
        size,
        committed_at: sample.committed_at,
        committed_late: sample.committed_at >= sample.month.end(),
        frozen_size: sample.frozen_size,
        due: due
            .map_err(|_| Error::Bug("the regime's due day is no day"))?
            .to_string(),
        overdue: pass::is_overdue(sample, now, rules.drawn_by_day.value) || sample.announce_entry.is_some(),
        reviewer: (!sample.reviewer.is_empty()).then(|| sample.reviewer.clone()),
        named_by: drawn.and_then(|drawn| drawn.named_by),
        chances: match sample.state {
            State::Committed => Vec::new(),
            State::Frozen | State::Drawn => chances(sample.population, size, &rules.found_per_mille.value),
        },
        items,
    })
}

fn seed(text: &str) -> Option<Hash> {
    let pairs = text.as_bytes().as_chunks::<2>().0;
    let bytes = pairs
        .iter()
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    bytes.try_into().ok()
}

fn unknown() -> Error {
    Error::Input {
        code: "SAMPLE-UNKNOWN",
        sentence: "there is no sample of that member and month".into(),
        remedy: "see `mayfly audit list`; the first is made by `mayfly audit freeze MEMBER MONTH`",
    }
}
