//! Proves that the sheets of a member and week are exactly its queries of that week, from the journal and the records. *SQL.*
//!
//! Three readings, each a stream. Of the sheets: that each is what its making, signing and approving in the journal commit to.
//! Of the journal: that each query of the member in the week is on one sheet, and nothing else is on any. Of the sealed
//! records: that each is the one its entry commits to, and that its account is its sheet's.

use jiff::ToSpan;
use mayfly_retention::Class;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{
    Week,
    content::ActName,
    entries::{self, Range},
    made, make,
    sign::{is_as_entered, is_content},
    store::{self, Sheet},
    tiling::{Flaw, Tiling},
    unit::Units,
};
use crate::{
    app::House,
    batch::{Chunk, chunks},
    error::{Error, Result},
    gate::record::QueryRecord,
    journal::{
        entry::{Entry, Kind},
        merkle::Hash,
        span, store as journal_store,
    },
    sealed,
};

/// The units of the queriers, and how many queries are on sheets of others.
struct Held {
    units: Units,
    others: u64,
}

/// What a verification says.
#[derive(Serialize)]
pub struct Verified {
    /// Institution code.
    pub member: String,
    /// The week.
    pub week: String,
    /// How many sheets it has.
    pub sheets: u64,
    /// How many queries of the member are in the journal for that week.
    pub queries: u64,
    /// How many sealed records were opened and found to be theirs.
    pub records: u64,
    /// What does not hold; empty if all does.
    pub findings: Vec<String>,
    /// What is no fault and yet to be known.
    pub remarks: Vec<String>,
}

impl Verified {
    pub(super) fn find(&mut self, what: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(what);
        } else if self.findings.len() == FINDINGS_MAX {
            self.findings.push("and more".into());
        }
    }
}

/// Verifies the sheets of `week` of `member`. That the journal is the signed one is told by `journal verify`.
///
/// # Errors
/// `SHEET-UNKNOWN` when they were not made; `JOURNAL-DAMAGED`, `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn verify(house: &House, member: &str, week: Week) -> Result<Verified> {
    let mut reader = house.db.reader().await?;
    let made = made::made(&mut reader, member, week).await?;
    let made = made.ok_or_else(|| Error::Input {
        code: "SHEET-UNKNOWN",
        sentence: "the sheets of that member and week were not made".into(),
        remedy: "make them (`mayfly sheet make MEMBER WEEK`), or leave it to `mayfly serve`",
    })?;
    let sheets = store::of_week(&mut reader, member, week).await?;
    let mut verified = Verified {
        member: member.to_owned(),
        week: week.to_string(),
        sheets: sheets.len() as u64,
        queries: 0,
        records: 0,
        findings: Vec::new(),
        remarks: Vec::new(),
    };
    if made != verified.sheets {
        verified.find(format!(
            "{made} sheets were made and {} are there",
            verified.sheets
        ));
    }
    let ranges = ranges(house, &mut reader, &sheets, &mut verified).await?;
    let (tiling, flaws) = Tiling::new(&ranges);
    for flaw in flaws {
        verified.find(told(&flaw, &sheets));
    }
    journal(
        &mut reader,
        (member, week),
        &sheets,
        tiling.clone(),
        &mut verified,
    )
    .await?;
    if is_past_its_years(house, week)? {
        let remark = "the query records of that week are past their years: only the journal was compared";
        verified.remarks.push(remark.into());
        return Ok(verified);
    }
    let mut accounts = tiling;
    let mut units = Held {
        units: make::units(&mut reader, member, week).await?,
        others: 0,
    };
    for chunk in chunks::between(&mut reader, member, (week.start(), week.end())).await? {
        records(
            house,
            &mut reader,
            &chunk,
            (&sheets, &mut accounts, &mut units),
            &mut verified,
        )
        .await?;
    }
    if units.others > 0 {
        // The 授權表 may have been amended since the sheets were made.
        let others = units.others;
        verified.remarks.push(format!(
            "{others} queries are on a sheet of another unit than the 授權表 has for their day by now"
        ));
    }
    if verified.records < verified.queries {
        let missing = verified.queries - verified.records;
        verified.find(format!("{missing} queries have no record that is theirs"));
    }
    Ok(verified)
}

/// The ranges of each sheet, which are held against its hash and the journal.
async fn ranges(
    house: &House,
    conn: &mut AnyConnection,
    sheets: &[Sheet],
    verified: &mut Verified,
) -> Result<Vec<Vec<Range>>> {
    let mut all = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let text = store::entries(&mut *conn, sheet.number).await?;
        if !is_content(sheet, &text) {
            verified.find(format!(
                "sheet {} of {} is not what its hash says",
                sheet.number, sheet.querier
            ));
        }
        let acts = [
            (ActName::Make, Some(sheet.make_entry)),
            (ActName::Sign, sheet.signed.as_ref().map(|mark| mark.entry)),
            (ActName::Approve, sheet.approved.as_ref().map(|mark| mark.entry)),
        ];
        for (act, entry) in acts {
            if let Some(entry) = entry
                && !is_as_entered(house, &mut *conn, sheet, act, entry).await?
            {
                let name = act.name();
                verified.find(format!(
                    "sheet {} of {}: entry {entry} is not that somebody did \u{201c}{name}\u{201d} to it as it is",
                    sheet.number, sheet.querier
                ));
            }
        }
        all.push(entries::parse(&text).unwrap_or_default());
    }
    Ok(all)
}

/// Holds the sheets against the journal's queries of the member and week.
async fn journal(
    conn: &mut AnyConnection,
    (member, week): (&str, Week),
    sheets: &[Sheet],
    mut tiling: Tiling,
    verified: &mut Verified,
) -> Result<()> {
    let size = journal_store::size(&mut *conn).await?;
    span::by_time(conn, (week.start(), week.end()), size, |index, entry| {
        if is_query(entry, member) && week.holds(entry.at) {
            verified.queries += 1;
            tiling.take(index, |flaw| verified.find(told(&flaw, sheets)));
        }
    })
    .await?;
    tiling.finish(|flaw| verified.find(told(&flaw, sheets)));
    Ok(())
}

/// Holds the sealed records of a chunk against their entries and sheets.
async fn records(
    house: &House,
    conn: &mut AnyConnection,
    chunk: &Chunk,
    (sheets, accounts, units): (&[Sheet], &mut Tiling, &mut Held),
    verified: &mut Verified,
) -> Result<()> {
    let mut found: Vec<(Hash, String)> = Vec::new();
    for record in sealed::segment(house, &chunk.queries)?.iter() {
        let bytes = record?;
        let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
        if let Some(asked) = &record.asked {
            found.push((Sha256::digest(&*bytes).into(), asked.account.to_owned()));
        }
    }
    let first = chunk.first_entry.unsigned_abs();
    let mut expected = found.iter();
    span::by_index(conn, first, first + found.len() as u64, |index, entry| {
        let Some((hash, account)) = expected.next() else {
            return;
        };
        if entry.kind != Kind::Query || entry.payload != *hash {
            verified.find(format!(
                "the record of entry {index} is not the one that was committed to"
            ));
            return;
        }
        verified.records += 1;
        // What is on no sheet was told by the journal.
        let sheet = accounts.take(index, |_| ());
        let sheet = sheet.and_then(|place| sheets.get(place));
        if sheet.is_some_and(|sheet| sheet.unit != units.units.at(account, chunk.gated_at)) {
            units.others += 1;
        }
        if let Some(sheet) = sheet.filter(|sheet| sheet.querier != *account) {
            verified.find(format!(
                "entry {index} is a query of {account} and is on the sheet of {}",
                sheet.querier
            ));
        }
    })
    .await
}

fn is_query(entry: &Entry<'_>, member: &str) -> bool {
    entry.kind == Kind::Query && entry.member == member
}

fn is_past_its_years(house: &House, week: Week) -> Result<bool> {
    let years = house.regime.keep_years(Class::Query)?;
    let end = week.first_day().saturating_add(years.years());
    Ok(house.today(house.clock.now()) > end)
}

fn told(flaw: &Flaw, sheets: &[Sheet]) -> String {
    let of = |sheet: &usize| match sheets.get(*sheet) {
        None => "nobody".to_owned(),
        Some(sheet) if sheet.unit.is_empty() => sheet.querier.clone(),
        Some(Sheet { querier, unit, .. }) => format!("{querier} ({unit})"),
    };
    let indexes = |range: &Range| match range.first == range.last {
        true => format!("entry {}", range.first),
        false => format!("entries {} to {}", range.first, range.last),
    };
    match flaw {
        Flaw::Doubled(range, [one, other]) => {
            format!(
                "doubled: {} on the sheets of {} and {}",
                indexes(range),
                of(one),
                of(other)
            )
        }
        Flaw::Missing(index) => format!("missing: entry {index} is a query on no sheet"),
        Flaw::Foreign(range, sheet) => format!(
            "foreign: {} on the sheet of {}, and no query of the member and week",
            indexes(range),
            of(sheet)
        ),
    }
}

/// Findings that are told one by one.
const FINDINGS_MAX: usize = 100;
