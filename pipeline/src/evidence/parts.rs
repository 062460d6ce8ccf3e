//! The parts of a pack that have proofs: sheets, samples, reviews, reconciliations, certificates, earlier checkpoints. *Edge.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mayfly_consent::{Language, cells, day::taipei_day};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::{
    asked::Asked,
    finding::Finding,
    held::{self, Querier},
    weeks::Of,
};
use crate::{
    access::members,
    app::House,
    audit::{
        self,
        review::report as review,
        store::{self as sample_store, Sample, State},
    },
    certificate::{export as certificates, stored},
    duty::facts,
    error::{Error, Result},
    ids,
    journal::{
        act,
        entry::{Kind, SALT_BYTES},
        signing, span, store as journal_store,
    },
    output::{beside::Beside, folder::Staging},
    printed::MASK,
    sheet::{
        self, Week, export as sheets, made,
        sign::desk,
        store::{self as sheet_store, Sheet},
    },
};

/// How much is in a pack.
#[derive(Default, serde::Serialize)]
pub struct Counts {
    /// Weekly sheets.
    pub sheets: u64,
    /// Drawn samples.
    pub samples: u64,
    /// Signed reviews.
    pub reviews: u64,
    /// Reconciliations.
    pub reconciliations: u64,
    /// Deletion certificates.
    pub certificates: u64,
}

/// What was written of the parts.
pub struct Written {
    /// How much.
    pub counts: Counts,
    /// What of them is not what the journal says: an examiner gets all the rest, and is told.
    pub findings: Vec<Finding>,
    /// Whose sheets are there.
    pub(super) queriers: BTreeMap<Of, BTreeSet<Querier>>,
}

/// Writes the parts of what is `asked` for at `now`, but the samples.
///
/// # Errors
/// Those of the exports they come from.
pub async fn write(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    now: Timestamp,
) -> Result<Written> {
    let (mut counts, mut findings) = (Counts::default(), Vec::new());
    let queriers = weekly(
        house,
        &mut *conn,
        asked,
        staging,
        now,
        (&mut counts, &mut findings),
    )
    .await?;
    reviews(
        house,
        &mut *conn,
        asked,
        staging,
        now,
        (&mut counts, &mut findings),
    )
    .await?;
    reconciled(house, &mut *conn, asked, staging, &mut counts).await?;
    let mut certified = stored::all(&mut *conn).await?;
    certified.retain(|stored| {
        let day = taipei_day(stored.certificate.facts.bytes_removed_at);
        asked.meets(day, day)
    });
    certificates::write(house, &certified, &staging.folder("certificates")?)?;
    counts.certificates = certified.len() as u64;
    let start = Week::of_day(asked.from).start();
    for (name, until) in [("before", start), ("at-the-end", now)] {
        if let Some(note) = journal_store::last_before(&mut *conn, &house.signer.origin, until).await? {
            staging.put(&format!("checkpoints/{name}.checkpoint"), &note)?;
        }
    }
    Ok(Written {
        counts,
        findings,
        queriers,
    })
}

/// The samples of every month with a day of those asked for, as they are in the first `journal` entries: one that is made larger
/// while the journal is read is not as that says. Returns how many are drawn.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`, those of the disk.
pub async fn samples(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    journal: u64,
) -> Result<u64> {
    let (mut reports, mut drawn) = (Vec::new(), 0);
    for sample in of_months(&mut *conn, asked).await? {
        let Some(sample) = sample.until(journal) else {
            continue;
        };
        reports.push(audit::report::report(house, &sample, None)?);
        if sample.state == State::Drawn {
            let place = format!("samples/{}-{}/", sample.member, sample.month);
            audit::export::write(&mut *conn, &sample, staging, &place).await?;
            drawn += 1;
        }
    }
    staging.put_json("samples/samples.json", &json!(reports))?;
    Ok(drawn)
}

/// The sheets of every week with a day of those asked for; returns whose.
async fn weekly(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    now: Timestamp,
    (counts, findings): (&mut Counts, &mut Vec<Finding>),
) -> Result<BTreeMap<Of, BTreeSet<Querier>>> {
    let (mut reports, mut queriers) = (Vec::new(), BTreeMap::<Of, BTreeSet<Querier>>::new());
    let calendar = facts::calendar(&mut *conn).await?;
    for member in members::codes(&mut *conn).await? {
        if !asked.is_of(&member) {
            continue;
        }
        let desk = desk(house, &mut *conn, &member, now).await?;
        for week in made::weeks(&mut *conn, &member).await? {
            if !asked.meets(week.first_day(), week.last_day()) {
                continue;
            }
            for mut sheet in sheet_store::of_week(&mut *conn, &member, week).await? {
                cover(house, &mut *conn, &sheet).await?;
                let folder = staging.folder(&format!("sheets/{member}/{week}"))?;
                let is_one_of_several = sheet::is_one_of_several(&mut *conn, &sheet).await?;
                let flaw = match cells::account(&sheet.querier) {
                    Ok(_) if is_plain(&sheet.unit) => {
                        let begun = Beside::begin(&folder)?;
                        match sheets::write(house, &mut *conn, (&sheet, &desk), begun.path(), now).await {
                            Ok(written) => begun.name(&written).map(|_| None)?,
                            Err(error) if is_of_the_sheet(&error) => Some(error.code()),
                            Err(error) => return Err(error),
                        }
                    }
                    // No file is called that, and nobody is told what somebody wrote there.
                    _ => {
                        sheet.querier = MASK.into();
                        sheet.unit = String::new();
                        Some("SHEET-CHANGED")
                    }
                };
                match flaw {
                    None => {
                        counts.sheets += 1;
                        let querier = held::querier(&sheet.querier, &sheet.unit);
                        queriers
                            .entry((member.clone(), week))
                            .or_default()
                            .insert(querier);
                    }
                    Some(code) => {
                        let claimed = sheet_store::entries(&mut *conn, sheet.number).await?;
                        let whose = match is_one_of_several {
                            true => format!("{}/{}", sheet.querier, sheet.number),
                            false => sheet.querier.clone(),
                        };
                        let found = Finding::sheet((&member, week), &whose, code, &claimed);
                        findings.push(found);
                    }
                }
                reports.push(sheet::report::report(house, &calendar, &sheet)?);
            }
        }
    }
    let list = sheet::form::list(&reports, Language::En).csv();
    staging.put("sheets/sheets.csv", &list)?;
    Ok(queriers)
}

/// Has the acts on `sheet` signed: one may have come since the last checkpoint, and its proof ends with a checkpoint over them.
async fn cover(house: &House, conn: &mut AnyConnection, sheet: &Sheet) -> Result<()> {
    let marks = [&sheet.signed, &sheet.approved].into_iter().flatten();
    let last = marks.map(|mark| mark.entry).fold(sheet.make_entry, u64::max);
    match signing::signed(house, conn).await?.size() <= last {
        true => signing::sign(house).await,
        false => Ok(()),
    }
}

/// Whether a unit is one that the 授權表 may have.
fn is_plain(unit: &str) -> bool {
    !unit.chars().any(char::is_control) && !cells::holds_identity_number(unit)
}

/// Whether what went wrong is of this sheet or its records alone, so that all others can be written.
fn is_of_the_sheet(error: &Error) -> bool {
    ["SHEET-CHANGED", "SEAL-BROKEN", "SEAL-MISSING", "SEAL-KEY-DIFFERS"].contains(&error.code())
}

/// The samples of every month with a day of those asked for.
async fn of_months(conn: &mut AnyConnection, asked: &Asked) -> Result<Vec<Sample>> {
    let mut found = sample_store::all(conn).await?;
    found.retain(|sample| {
        asked.is_of(&sample.member) && asked.meets(sample.month.first_day(), sample.month.last_day())
    });
    Ok(found)
}

/// The reviews that are signed of samples of such months.
async fn reviews(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    now: Timestamp,
    (counts, findings): (&mut Counts, &mut Vec<Finding>),
) -> Result<()> {
    for sample in of_months(&mut *conn, asked).await? {
        if sample.state != State::Drawn {
            continue;
        }
        let of @ (member, month) = (sample.member.as_str(), sample.month);
        let place = format!("reviews/{member}-{month}/");
        match review::write_if_signed(house, &mut *conn, of, (staging, &place), now).await? {
            None => continue,
            Some(true) => {}
            Some(false) => findings.push(Finding::review(member, &month.to_string(), "REVIEW-CHANGED")),
        }
        counts.reviews += 1;
    }
    Ok(())
}

/// The reconciliations of every month with a day of those asked for, with what their entries commit to.
async fn reconciled(
    house: &House,
    conn: &mut AnyConnection,
    asked: &Asked,
    staging: &Staging,
    counts: &mut Counts,
) -> Result<()> {
    let mut found = Vec::new();
    let size = journal_store::size(&mut *conn).await?;
    let first = audit::Month::of(Week::of_day(asked.from).start());
    span::by_time(
        &mut *conn,
        (first.start(), Timestamp::MAX),
        size,
        |index, entry| {
            let month = audit::Month::parse(entry.reference).filter(|_| entry.kind == Kind::Reconciliation);
            let is_asked = |month: &audit::Month| asked.meets(month.first_day(), month.last_day());
            if asked.is_of(entry.member) && month.as_ref().is_some_and(is_asked) {
                found.push((index, format!("{}-{}", entry.member, entry.reference)));
            }
        },
    )
    .await?;
    for (index, name) in found {
        let Some(payload) = act::open(house, &mut *conn, index).await? else {
            continue;
        };
        let said: Value = payload
            .get(SALT_BYTES..)
            .and_then(|json| serde_json::from_slice(json).ok())
            .ok_or(Error::Bug("a payload is not readable"))?;
        let shown = json!({ "entry": index, "payload": ids::hex(&payload), "said": said });
        staging.put_json(&format!("reconciliations/{name}-{index}.json"), &shown)?;
        counts.reconciliations += 1;
    }
    Ok(())
}
