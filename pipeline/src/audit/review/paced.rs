//! How the approvals and the reviews of a month were made, as figures per person (六(一)1, 6). *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    item::asked_at,
    pace::{Bulk, Spread, bulk, spread},
    tables,
};
use crate::{
    access::{members, persons::Persons},
    app::House,
    approval::store::{self as approvals, Approval},
    audit::{Month, store},
    error::{Error, Result},
    gate::record::QueryRecord,
    regime::{control::PaceRules, people::Party},
    sealed,
};

/// The figures of a month.
#[derive(Serialize)]
pub struct Paces {
    /// Institution code.
    pub member: String,
    /// The month.
    pub month: String,
    /// Those who approved queries of the month.
    pub approvals: Vec<Approver>,
    /// Those who gave verdicts on its sample.
    pub reviews: Vec<Reviewer>,
    /// Those who gave or refused other approvals in the month.
    pub decisions: Vec<Decider>,
}

impl Paces {
    /// Whether nobody did anything of all that.
    pub fn is_empty(&self) -> bool {
        self.approvals.is_empty() && self.reviews.is_empty() && self.decisions.is_empty()
    }
}

/// How a person approved.
#[derive(Serialize)]
pub struct Approver {
    /// The person's accounts.
    pub accounts: Vec<String>,
    /// Seconds from the approval to the query.
    pub to_query: Option<Spread>,
    /// Approvals in bulk.
    pub bulk: Bulk,
}

/// How a person reviewed.
#[derive(Serialize)]
pub struct Reviewer {
    /// The person's accounts.
    pub accounts: Vec<String>,
    /// Seconds from opening a record to the verdict on it.
    pub to_verdict: Option<Spread>,
    /// Verdicts in bulk.
    pub bulk: Bulk,
}

/// How a person decided on what others had applied for.
#[derive(Serialize)]
pub struct Decider {
    /// The person's accounts.
    pub accounts: Vec<String>,
    /// Seconds from the application to the decision, where there were two acts.
    pub to_decision: Option<Spread>,
    /// Decisions in bulk.
    pub bulk: Bulk,
}

/// What is gathered of a person.
#[derive(Default)]
struct Gathered {
    accounts: BTreeSet<String>,
    seconds: Vec<i64>,
    /// When each act was, and in which act of many.
    times: Vec<(Timestamp, Option<i64>)>,
}

/// The figures of `month` of `member`, which may be the bureau: its people approve nothing but what was applied for there.
///
/// # Errors
/// `MEMBER-UNKNOWN`, `SAMPLE-MONTH` of one to come, `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn of(house: &House, conn: &mut AnyConnection, member: &str, month: Month) -> Result<Paces> {
    if month.start() > house.clock.now() {
        return Err(Error::Input {
            code: "SAMPLE-MONTH",
            sentence: "that month has not begun yet".into(),
            remedy: "name this month or an earlier one",
        });
    }
    let is_member = Party::of(member) == Party::Member;
    if is_member && members::one(&mut *conn, member).await?.is_none() {
        return Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            sentence: "no such member is in the register".into(),
            remedy: "give the institution code of a member that was imported, such as 004",
        });
    }
    let persons = Persons::read(&mut *conn, member, house.today(house.clock.now())).await?;
    let mut approvers: BTreeMap<String, Gathered> = BTreeMap::new();
    for place in store::records(&mut *conn, member, month).await? {
        for record in sealed::segment(house, &place)?.iter() {
            let bytes = record?;
            let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
            let Some(asked) = &record.asked else { continue };
            if let (Ok(approved), Some(asked_at)) = (asked.approved_at.parse(), asked_at(asked)) {
                add(&mut approvers, asked.approver, (approved, asked_at), approved);
            }
        }
    }
    let decided = approvals::decided_between(&mut *conn, member, (month.start(), month.end())).await?;
    let given = tables::verdicts(conn, member, month).await?;
    let mut reviewers: BTreeMap<String, Gathered> = BTreeMap::new();
    for row in &given {
        add(
            &mut reviewers,
            &row.account,
            (row.opened_at, row.given_at),
            row.given_at,
        );
    }
    let rules = &house.regime.pace;
    Ok(Paces {
        member: member.to_owned(),
        month: month.to_string(),
        approvals: by_person(&persons, approvers)
            .into_iter()
            .map(|mut gathered| Approver {
                to_query: spread(&mut gathered.seconds),
                bulk: bulk(&mut gathered.times, rules),
                accounts: gathered.accounts.into_iter().collect(),
            })
            .collect(),
        reviews: by_person(&persons, reviewers)
            .into_iter()
            .map(|mut gathered| Reviewer {
                to_verdict: spread(&mut gathered.seconds),
                bulk: bulk(&mut gathered.times, rules),
                accounts: gathered.accounts.into_iter().collect(),
            })
            .collect(),
        decisions: deciders(&decided, rules),
    })
}

fn deciders(decided: &[Approval], rules: &PaceRules) -> Vec<Decider> {
    let mut all: BTreeMap<&str, Gathered> = BTreeMap::new();
    for approval in decided {
        let Some(at) = approval.decided_at else { continue };
        let gathered = all.entry(&approval.decided_person).or_default();
        gathered.accounts.insert(approval.decided_by.clone());
        gathered.times.push((at, approval.decided_in));
        // Where the approver stood by there was one act, and no time between two.
        if !approval.is_attested() {
            gathered
                .seconds
                .push(at.as_second() - approval.applied_at.as_second());
        }
    }
    let decider = |mut gathered: Gathered| Decider {
        to_decision: spread(&mut gathered.seconds),
        bulk: bulk(&mut gathered.times, rules),
        accounts: gathered.accounts.into_iter().collect(),
    };
    all.into_values().map(decider).collect()
}

/// Adds an act of `account` at `at` that ended a span.
fn add(
    all: &mut BTreeMap<String, Gathered>,
    account: &str,
    (from, to): (Timestamp, Timestamp),
    at: Timestamp,
) {
    if !all.contains_key(account) {
        all.insert(account.to_owned(), Gathered::default());
    }
    if let Some(gathered) = all.get_mut(account) {
        gathered.seconds.push(to.as_second() - from.as_second());
        gathered.times.push((at, None));
    }
}

/// The accounts of one person together.
fn by_person(persons: &Persons, accounts: BTreeMap<String, Gathered>) -> Vec<Gathered> {
    let mut all: BTreeMap<String, Gathered> = BTreeMap::new();
    for (account, mut gathered) in accounts {
        let of_person = all.entry(persons.person(&account).to_owned()).or_default();
        of_person.seconds.append(&mut gathered.seconds);
        of_person.times.append(&mut gathered.times);
        of_person.accounts.insert(account);
    }
    all.into_values().collect()
}
