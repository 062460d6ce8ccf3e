//! What nobody does alone (核准): what waits for the reader's decision, and what they applied for themselves. *Edge.*

use askama::Template;
use axum::extract::{Path, State};
use mayfly_consent::Language;
use zeroize::Zeroizing;

use super::{
    carry::{self, Carried},
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    incidents::numbered,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    theirs::Typed,
};
use crate::{
    access::people::Holder,
    app::House,
    approval::{
        forms,
        judge::{Standing, standing},
        steps,
        store::Approval,
        waiting,
    },
    error::Result,
    http::door::Shared,
    ids,
    printed::{instant, of},
};

#[derive(Template)]
#[template(path = "approvals.html")]
struct Approvals<'a> {
    frame: &'a Frame,
    waiting: Table,
    own: Table,
}

#[derive(Template)]
#[template(path = "approval.html")]
struct One<'a> {
    frame: &'a Frame,
    shown: Shown,
    typed: Typed,
    refused: Option<Told>,
}

/// An approval, ready to be read.
struct Shown {
    number: i64,
    facts: Vec<(&'static str, String)>,
    content: Option<String>,
    /// It waits for the reader.
    is_to_decide: bool,
    /// It is the reader's own, and was given.
    is_to_carry_out: bool,
}

#[derive(Template)]
#[template(path = "first-password.html")]
struct First<'a> {
    frame: &'a Frame,
    notice: Zeroizing<String>,
}

/// What waits, and what one waits for.
pub(super) async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    let (holder, language) = (reader.holder(), reader.frame.language);
    let (waiting, own) = door
        .act(move |house| async move {
            let waiting = waiting::for_decision(&house, &holder).await?;
            let mut own = steps::list(&house, true).await?;
            own.retain(|approval| is_own(approval, &holder));
            own.reverse();
            own.truncate(OWN);
            Ok((table(&house, &waiting, language), table(&house, &own, language)))
        })
        .await?;
    page::shown(&Approvals {
        frame: &reader.frame,
        waiting,
        own,
    })
}

/// One of them, with exactly what is to be done.
pub(super) async fn one(State(door): State<Shared>, reader: Reader, Path(number): Path<String>) -> Answer {
    shown(&door, &reader, numbered(&number)?, Typed::default(), None).await
}

async fn shown(door: &Shared, reader: &Reader, number: i64, typed: Typed, refused: Option<Told>) -> Answer {
    let (holder, language) = (reader.holder(), reader.frame.language);
    let shown = door.act(move |house| async move {
        let (approval, content) = visible(&house, number, &holder).await?;
        let now = house.clock.now();
        let is_to_decide = waits(&house, number, &holder).await?;
        let is_given = standing(&approval, now) == Standing::Given;
        Ok(Shown {
            number,
            facts: facts(&approval, &house, language),
            is_to_decide,
            is_to_carry_out: is_own(&approval, &holder) && is_given && carry::is_known(approval.act),
            content: content.map(spread),
        })
    });
    let status = refused.as_ref().map(|told| told.status);
    let view = One {
        frame: &reader.frame,
        shown: shown.await?,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

/// Gives it, or refuses it with a reason.
pub(super) async fn decide(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    let (number, holder, by) = (numbered(&number)?, reader.holder(), reader.name());
    let refused_for = match fields.one("verdict")? {
        "give" => None,
        _ => Some(fields.one("reason")?.trim().to_owned()),
    };
    let done = match refused_for {
        None => "given",
        Some(_) => "refused",
    };
    let decided = door.act(move |house| async move {
        visible(&house, number, &holder).await?;
        steps::decide(&house, &[number], &by, refused_for.as_deref()).await
    });
    match decided.await {
        Ok(_) => Ok(page::after(&format!("/approvals?done={done}"))),
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            let typed = Typed::of(&fields, &["reason"]);
            shown(&door, &reader, number, typed, Some(told)).await
        }
    }
}

/// Does what was applied for and given, in the words in which it was applied for.
pub(super) async fn carry_out(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    _: Form,
) -> Answer {
    let (number, holder) = (numbered(&number)?, reader.holder());
    let carried = door.act(move |house| async move {
        let (approval, content) = visible(&house, number, &holder).await?;
        match is_own(&approval, &holder) {
            true => carry::carry_out(&house, &approval, content.as_deref()).await,
            false => Err(carry::not_theirs()),
        }
    });
    match carried.await? {
        Carried::Done => Ok(page::after("/approvals?done=carried-out")),
        Carried::First(notice) => page::shown(&First {
            frame: &reader.frame,
            notice,
        }),
    }
}

/// The approval `number`, if it waits for `holder` or is theirs; to all others it is not there.
async fn visible(house: &House, number: i64, holder: &Holder) -> Result<(Approval, Option<String>)> {
    let (approval, content) = steps::show(house, number).await?;
    let is_visible = is_own(&approval, holder)
        || format!("{}/{}", holder.at, holder.account) == approval.decided_by
        || waits(house, number, holder).await?;
    match is_visible {
        true => Ok((approval, content)),
        false => Err(carry::not_theirs()),
    }
}

async fn waits(house: &House, number: i64, holder: &Holder) -> Result<bool> {
    let waiting = waiting::for_decision(house, holder).await?;
    Ok(waiting.iter().any(|approval| approval.number == number))
}

fn is_own(approval: &Approval, holder: &Holder) -> bool {
    approval.desk == holder.at && approval.applied_by == holder.account
}

fn table(house: &House, approvals: &[Approval], language: Language) -> Table {
    let printed = forms::table(approvals, house.clock.now(), language);
    let table = Table::of(&printed, language);
    table.leading(|place| format!("/approvals/{}", approvals[place].number))
}

fn facts(approval: &Approval, house: &House, language: Language) -> Vec<(&'static str, String)> {
    let name = |en, zh| of(language, en, zh);
    let state = standing(approval, house.clock.now());
    let mut facts = vec![
        (name("Act", "事項"), forms::act(approval.act, language).to_owned()),
        (
            name("About", "對象"),
            format!("{} {}", approval.desk, approval.subject),
        ),
        (name("State", "狀態"), forms::state(state, language).to_owned()),
        (
            name("Applied for by", "申請人"),
            format!(
                "{}　{}",
                approval.applied_by,
                instant(approval.applied_at, language)
            ),
        ),
        (
            name("Serves until", "有效至"),
            instant(approval.expires_at, language),
        ),
    ];
    if let Some(at) = approval.decided_at {
        let told = format!("{}　{}", approval.decided_by, instant(at, language));
        facts.push((name("Decided by", "核准人"), told));
    }
    if let Some(at) = approval.used_at {
        facts.push((name("Used", "使用時間"), instant(at, language)));
    }
    facts.push(("SHA-256", ids::hex(&approval.digest)));
    facts
}

/// The content on lines of its own.
fn spread(content: String) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(&content).ok();
    let spread = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    spread.unwrap_or(content)
}

/// So many of one's own are shown, the newest.
const OWN: usize = 50;
