//! The notice of an incident to one recipient, as printable text from a template: without anybody's name or number. *SQL.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{
    Nature, affected, one,
    release::Reading,
    step::{FINDING, MEASURE},
    store::{self, Incident, Step},
};
use crate::{
    access::{members, stop::Target, takers::Takers},
    app::House,
    db::Tx,
    duty::list,
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    printed::moment,
    regime::{
        control::{IncidentRules, NoticeRule},
        people::Right,
    },
};

/// A notice as it is printed.
#[derive(Serialize)]
pub struct Printed {
    /// The incident.
    pub incident: i64,
    /// The recipient, as the regime names it.
    pub to: String,
    /// Until when it is to be given.
    pub due_at: Timestamp,
    /// The duty that it is; none of a drill.
    pub duty: Option<String>,
    /// SHA-256 of the text.
    pub sha256: String,
    /// The text.
    pub text: String,
}

/// Prints the notice of the incident `number` to `recipient` for `by`, who gives or checks it; that is entered in the journal first.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-RECIPIENT`, `EXPORT-RIGHT`; `GATE-CLOCK`, `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn print(
    house: &House,
    number: i64,
    recipient: &str,
    language: Language,
    by: &str,
) -> Result<Printed> {
    let now = house.trusted_now()?;
    let rules = &house.regime.incident;
    let mut reader = house.db.reader().await?;
    let incident = one(&mut reader, number).await?;
    let rule = rules.notice(recipient).ok_or_else(|| Error::Input {
        code: "INCIDENT-RECIPIENT",
        sentence: "the regime has nobody of that name notified".into(),
        remedy: "`mayfly incident show` names the recipients: supervisor, provider or bureau",
    })?;
    let notices = store::notices(&mut reader, number).await?;
    let duty = notices.into_iter().find(|notice| notice.recipient == recipient);
    let duty = duty.map(|notice| notice.duty);
    let due_at = due(house, duty.as_deref(), &incident, rule).await?;
    let facts = Facts::gather(house, &mut reader, &incident, (rule, due_at), language).await?;
    let text = facts.text(language);
    let sha256 = ids::hex(&Sha256::digest(&text));
    let reference = format!("incident:{number}");
    let act = Act {
        kind: Kind::Export,
        member: incident.target.member(),
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    let taker = taker(house, &mut tx, &incident, by, house.today(now)).await?;
    let entered = Entered {
        what: "notice",
        to: recipient,
        sha256: &sha256,
        by: &taker,
    };
    act::enter(house, tx.connection(), &act, &entered, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Printed {
        incident: number,
        to: recipient.to_owned(),
        due_at,
        duty,
        sha256,
        text,
    })
}

/// `PLACE/ACCOUNT` of the account `by`, which may have a notice of `incident` printed on `today`: at the bureau, or whoever owes
/// it as the head of the member that is concerned.
async fn taker(house: &House, tx: &mut Tx, incident: &Incident, by: &str, today: Date) -> Result<String> {
    let mut places: Vec<(&str, &[Right])> = vec![
        ("bureau", &[Right::Audit, Right::Stop]),
        ("supervisor", &[Right::Inspect]),
        ("provider", &[Right::Inspect]),
    ];
    let member = incident.target.member();
    if !member.is_empty() {
        places.push((member, &[Right::SignOff, Right::Audit]));
    }
    let takers = Takers {
        places: &places,
        code: "EXPORT-RIGHT",
        remedy: "name one of the 授權表 (--as): compliance at the bureau, the unit head or internal auditor of the member that is concerned, or an auditor of the supervisor or the provider",
    };
    takers.check(house, tx.connection(), by, today).await
}

/// The instant until which it is to be given: that of its duty, which may have moved.
async fn due(house: &House, duty: Option<&str>, incident: &Incident, rule: &NoticeRule) -> Result<Timestamp> {
    if let Some(duty) = duty {
        let listed = list::find(house, duty, house.today(house.clock.now())).await?;
        if let Some(at) = listed.and_then(|listed| listed.duty.due_at) {
            return Ok(at);
        }
    }
    Ok(counted(&house.regime.incident, rule, incident.known_at))
}

/// That instant, before anything moves.
pub(super) fn counted(rules: &IncidentRules, rule: &NoticeRule, known_at: Timestamp) -> Timestamp {
    let hours = jiff::SignedDuration::from_hours(rules.hours(rule));
    known_at.saturating_add(hours).unwrap_or(Timestamp::MAX)
}

/// What stands in a notice: by name of its place in the template.
struct Facts(Vec<(&'static str, String)>);

impl Facts {
    async fn gather(
        house: &House,
        conn: &mut AnyConnection,
        incident: &Incident,
        (rule, due_at): (&NoticeRule, Timestamp),
        language: Language,
    ) -> Result<Self> {
        let rules = &house.regime.incident;
        let affected = affected::count(house, &mut *conn, incident).await?;
        let steps = store::steps(&mut *conn, incident.number).await?;
        let readings = store::readings(&mut *conn, incident.number).await?;
        let code = incident.target.member();
        let member = members::one(conn, code).await?.map(|member| member.name);
        let of_member = rule.member_duty.as_ref().and(member.as_ref());
        let bureau = rules.notice("bureau");
        let sender = match (of_member, language) {
            (Some(name), _) => format!("{code} {name}"),
            (None, Language::ZhTw) => bureau.map_or_else(|| "管理機構".into(), |bureau| bureau.name.clone()),
            (None, Language::En) => {
                bureau.map_or_else(|| "the bureau".into(), |bureau| bureau.name_en.clone())
            }
        };
        let recipient = match language {
            Language::ZhTw => &rule.name,
            Language::En => &rule.name_en,
        };
        let count = |what: &str| steps.iter().filter(|step| step.what == what).count().to_string();
        Ok(Self(vec![
            (
                "drill",
                said(incident.nature == Nature::Drill, language, "（演練）", " (DRILL)"),
            ),
            ("recipient", recipient.clone()),
            ("sender", sender),
            ("number", incident.number.to_string()),
            ("nature", nature(incident.nature, language).to_owned()),
            ("reason", incident.reason.clone()),
            ("known", moment(incident.known_at, language)),
            ("due", moment(due_at, language)),
            ("hours", rules.hours(rule).to_string()),
            ("scope", scope(&incident.target, member.as_deref(), language)),
            ("stopped", moment(incident.opened_at, language)),
            ("stop", incident.stop.to_string()),
            ("release", release(readings.last(), language)),
            ("from", moment(affected.from, language)),
            ("until", moment(incident.opened_at, language)),
            ("queries", affected.queries.to_string()),
            ("subjects", affected.subjects.to_string()),
            ("findings", count(FINDING)),
            ("measures", count(MEASURE)),
            ("sanctions", sanctions(&steps, rules, language)),
            ("clause", rule.clause.clone()),
        ]))
    }

    /// The template with its places filled in.
    fn text(&self, language: Language) -> String {
        let template = match language {
            Language::ZhTw => TEMPLATE_ZH,
            Language::En => TEMPLATE_EN,
        };
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.0.iter().find(|(name, _)| *name == place);
            text.push_str(before);
            text.push_str(value.map_or("", |(_, value)| value));
            rest = after;
        }
        text + rest
    }
}

fn said(is_so: bool, language: Language, chinese: &str, english: &str) -> String {
    match (is_so, language) {
        (false, _) => String::new(),
        (true, Language::ZhTw) => chinese.to_owned(),
        (true, Language::En) => english.to_owned(),
    }
}

/// The kind of an incident for people.
pub fn nature(nature: Nature, language: Language) -> &'static str {
    match (nature, language) {
        (nature, Language::En) => nature.word(),
        (Nature::Suspected, Language::ZhTw) => "疑似",
        (Nature::Actual, Language::ZhTw) => "確認",
        (Nature::Drill, Language::ZhTw) => "演練",
    }
}

/// What is concerned: of a person only the member.
fn scope(target: &Target, member: Option<&str>, language: Language) -> String {
    let name = member.unwrap_or("");
    match (target, language) {
        (Target::Member(code), Language::ZhTw) => format!("使用單位 {code} {name}"),
        (Target::Member(code), Language::En) => format!("member {code} {name}"),
        (Target::Person(_), Language::ZhTw) => format!("使用單位 {} {name} 之人員一名", target.member()),
        (Target::Person(_), Language::En) => format!("one person of member {} {name}", target.member()),
        (Target::Item(item), Language::ZhTw) => format!("查詢項目 {item}"),
        (Target::Item(item), Language::En) => format!("the item {item}"),
        (Target::Link, Language::ZhTw) => "全部介接連線".into(),
        (Target::Link, Language::En) => "the whole link".into(),
        (Target::Drill(_), Language::ZhTw) => "演練用項目，不涉及任何人".into(),
        (Target::Drill(_), Language::En) => "a demonstration item, and nobody".into(),
    }
}

fn release(reading: Option<&Reading>, language: Language) -> String {
    let elapsed = reading.and_then(|reading| reading.elapsed_micros);
    let seconds = elapsed.map(|micros| micros as f64 / 1e6);
    match (seconds, language) {
        (Some(seconds), Language::ZhTw) => format!("停止命令生效後 {seconds:.3} 秒"),
        (Some(seconds), Language::En) => format!("{seconds:.3} s after the stop took effect"),
        (None, Language::ZhTw) => "尚有查詢在途，量測中".into(),
        (None, Language::En) => "queries are still on the way; it is being measured".into(),
    }
}

fn sanctions(steps: &[Step], rules: &IncidentRules, language: Language) -> String {
    let titles = &rules.sanctions.value;
    let imposed: Vec<&str> = steps
        .iter()
        .filter_map(|step| titles.get_key_value(&step.what))
        .map(|(word, title)| match language {
            Language::ZhTw => title.as_str(),
            Language::En => word.as_str(),
        })
        .collect();
    match (imposed.is_empty(), language) {
        (false, Language::ZhTw) => imposed.join("、"),
        (false, Language::En) => imposed.join(", "),
        (true, Language::ZhTw) => "無".into(),
        (true, Language::En) => "none".into(),
    }
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    to: &'a str,
    sha256: &'a str,
    by: &'a str,
}

const TEMPLATE_ZH: &str = include_str!("notice.zh-TW.txt");
const TEMPLATE_EN: &str = include_str!("notice.en.txt");

#[cfg(test)]
mod tests {
    use super::*;

    /// Each place of both templates is filled, each fact has its place, and braces in a fact are text.
    #[test]
    fn every_place_of_a_notice_is_filled_once() {
        for (template, language) in [(TEMPLATE_ZH, Language::ZhTw), (TEMPLATE_EN, Language::En)] {
            let mut places: Vec<&str> = template
                .split('{')
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap())
                .collect();
            let facts = Facts(PLACES.map(|place| (place, format!("<{{{place}}}>"))).to_vec());
            let text = facts.text(language);
            for place in PLACES {
                assert!(text.contains(&format!("<{{{place}}}>")), "{place}");
            }
            places.sort_unstable();
            let mut known = PLACES;
            known.sort_unstable();
            assert_eq!(places, known);
        }
    }

    #[test]
    fn a_notice_about_a_person_names_the_member_only() {
        let target = Target::Person("004/chen.yl".into());
        for language in [Language::En, Language::ZhTw] {
            let text = scope(&target, Some("虛構銀行"), language);
            assert!(text.contains("004") && !text.contains("chen"), "{text}");
        }
    }

    const PLACES: [&str; 21] = [
        "drill",
        "recipient",
        "sender",
        "number",
        "nature",
        "reason",
        "known",
        "due",
        "hours",
        "scope",
        "stopped",
        "stop",
        "release",
        "from",
        "until",
        "queries",
        "subjects",
        "findings",
        "measures",
        "sanctions",
        "clause",
    ];
}
