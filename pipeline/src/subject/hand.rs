//! Answers a person: checks who answers and on what proof, starts the clock, enters it, and writes the report with its proofs. *Edge.*

use std::path::Path;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Language, cells};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    applicant::Applicant,
    find, page, paper,
    report::{self, Report, Request},
};
use crate::{
    access::persons::Persons,
    app::House,
    duty::{
        list,
        raise::{self, Raise},
        state::State,
    },
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        archive,
        entry::Kind,
        signing,
    },
    output::folder::Staging,
    regime::people::Right,
};

/// What an officer enters of a person who asks.
pub struct Entered<'e> {
    /// The kind of proof that was seen, as the regime names it.
    pub proof: &'e str,
    /// Its reference: the number of the document's issue, the serial number of the certificate.
    pub reference: &'e str,
    /// The day the request came in; `None`: today.
    pub received: Option<Date>,
    /// The duty of a request that has been entered already.
    pub duty: Option<&'e str>,
    /// The officer.
    pub by: &'e str,
}

/// What was handed out.
#[derive(Serialize)]
pub struct Handed {
    /// The duty that is to be closed with the report.
    pub duty: String,
    /// Its last day.
    pub due: Date,
    /// How many consents and queries are in the report.
    pub consents: usize,
    /// See `consents`.
    pub queries: usize,
    /// Consents under the same number with another birth date, of which nothing was told.
    pub other_birth: u64,
    /// Journal index of the act.
    pub entry: u64,
}

/// Writes the report about `who` to the new or empty folder `folder`.
///
/// # Errors
/// `SUBJECT-RIGHT`, `SUBJECT-PROOF`, `SUBJECT-DUTY`, `DUTY-DAY`, `EXPORT-FOLDER`, `GATE-CLOCK`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn hand(house: &House, who: &Applicant, entered: &Entered<'_>, folder: &Path) -> Result<Handed> {
    let now = house.trusted_now()?;
    let today = house.today(now);
    let proof = check_proof(house, entered)?;
    let mut reader = house.db.reader().await?;
    check_right(house, &mut reader, entered.by, today).await?;
    if let Some(duty) = entered.duty {
        check_duty(house, duty, today).await?;
    }
    let staging = Staging::begin(folder, &house.dir)?;
    let held = find::consents(house, &mut reader, who).await?;
    let (duty, entry) = enter(house, who, entered, held.consents.len(), now).await?;
    let due = list::show(house, &duty, today).await?.duty;
    let request = Request {
        received: due.period.first,
        due: due.due,
        duty: duty.clone(),
        proof,
    };
    let report = report::gather(house, &mut reader, (who, &held), request, now).await?;
    write(house, &report, &staging).await?;
    let handed = Handed {
        duty,
        due: report.due,
        consents: report.consents.len(),
        queries: report.queries.len(),
        other_birth: held.other_birth,
        entry,
    };
    staging.name()?;
    Ok(handed)
}

/// The title of the proof that was seen, in Chinese and in English.
fn check_proof(house: &House, entered: &Entered<'_>) -> Result<(String, String)> {
    let known = &house.regime.subject.proofs.value;
    let reference = entered.reference.trim();
    let fits = !reference.is_empty()
        && reference.chars().count() <= REFERENCE_CHARACTERS
        && !reference.chars().any(char::is_control)
        && !cells::holds_identity_number(reference);
    match known.get(entered.proof).filter(|_| fits) {
        Some(title) => {
            let english = house.regime.subject.proofs_en.get(entered.proof);
            let english = english
                .cloned()
                .unwrap_or_else(|| entered.proof.replace('_', " "));
            Ok((title.clone(), english))
        }
        None => Err(Error::Input {
            code: "SUBJECT-PROOF",
            sentence: format!(
                "nothing is told without proof of identity: its kind is one of {}, and its reference has 1 to {REFERENCE_CHARACTERS} characters and no identity number",
                known.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
            ),
            remedy: "let the person show a document; give its kind (--proof) and the number of its issue or its serial number (--reference)",
        }),
    }
}

async fn check_right(house: &House, conn: &mut AnyConnection, by: &str, today: Date) -> Result<()> {
    let persons = Persons::read(conn, BUREAU, today).await?;
    if persons.may(&house.regime, by, Right::Audit) {
        return Ok(());
    }
    Err(Error::Denied {
        code: "SUBJECT-RIGHT",
        sentence: "this account does not answer subjects today".into(),
        remedy: "name an account of the bureau with the audit right on the 授權表 (--as): compliance",
    })
}

async fn check_duty(house: &House, duty: &str, today: Date) -> Result<()> {
    let listed = list::show(house, duty, today).await?;
    if listed.duty.rule.id == RULE && listed.state != State::Closed {
        return Ok(());
    }
    Err(Error::Input {
        code: "SUBJECT-DUTY",
        sentence: "that duty is no request of a person, or is closed".into(),
        remedy: "copy its name from `mayfly duty list --clause 個資法`, or leave --duty out for a new request",
    })
}

#[derive(Serialize)]
struct Told<'t> {
    by: &'t str,
    proof: &'t str,
    reference: &'t str,
    duty: &'t str,
    /// The keyed index of the person, in hexadecimal: no number rests anywhere.
    subject: String,
    consents: usize,
}

/// Enters the request, if it is a new one, and that it is answered; returns the duty's name and the index of the act.
async fn enter(
    house: &House,
    who: &Applicant,
    entered: &Entered<'_>,
    consents: usize,
    now: Timestamp,
) -> Result<(String, u64)> {
    let mut tx = house.db.begin().await?;
    // Once more: the consents have been looked for meanwhile, and a stop holds from its commit on.
    let today = house.today(house.trusted_now()?);
    check_right(house, tx.connection(), entered.by, today).await?;
    let conn = tx.connection();
    let duty = match entered.duty {
        Some(duty) => duty.to_owned(),
        None => {
            let event = Raise {
                rule: RULE,
                day: entered.received.unwrap_or_else(|| house.today(now)),
                of: BUREAU,
                due_at: None,
                reason: entered.proof,
                by: entered.by,
            };
            raise::raise_within(house, &mut *conn, &event, now).await?
        }
    };
    let number = duty.rsplit('.').next().unwrap_or_default();
    let reference = format!("subject:{number}");
    let act = Act {
        kind: Kind::Export,
        member: "",
        reference: &reference,
    };
    let told = Told {
        by: entered.by,
        proof: entered.proof,
        reference: entered.reference.trim(),
        duty: &duty,
        subject: ids::hex(&house.index.person(&who.id, who.birth)),
        consents,
    };
    let entry = act::enter(house, &mut *conn, &act, &told, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok((duty, entry))
}

async fn write(house: &House, report: &Report, staging: &Staging) -> Result<()> {
    let json = serde_json::to_string_pretty(report).map_err(|_| Error::Bug("a report has no JSON form"))?;
    staging.put("report.json", &format!("{json}\n"))?;
    staging.put("report.txt", &paper::text(report, Language::ZhTw))?;
    staging.put("report.en.txt", &paper::text(report, Language::En))?;
    staging.put("report.html", &page::html(report))?;
    let entries = report.queries.iter().map(|line| line.entry);
    for entry in entries.chain(report.certificates.iter().map(|line| line.entry)) {
        let proof = archive::prove(house, &entry.to_string()).await?;
        staging.put(&format!("proofs/entry-{entry}.tlog-proof"), &proof)?;
    }
    for certificate in &report.certificates {
        staging.put(
            &format!("certificates/{}.certificate", certificate.number),
            &certificate.note,
        )?;
    }
    staging.put("check-proof.py", CHECK)?;
    staging.put("verifier-key", &format!("{}\n", report.key))
}

/// The duty of the regime file.
const RULE: &str = "subject_report";
const BUREAU: &str = "bureau";
const REFERENCE_CHARACTERS: usize = 64;
/// What checks one proof, as the specification has it.
const CHECK: &str = include_str!("check-proof.py");
