//! One batch: how far it is, what became of its rows, until when it can be read, and then the certificates in its place. *Edge.*

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::Uri,
};
use mayfly_consent::{Code, Language};

use super::{list, send::cells};
use crate::{
    access::people::Holder,
    app::House,
    batch::{Batch, Summary, store},
    certificate::of_batch::{self, Held},
    console::{
        frame::Frame,
        memory::Memory,
        page::{self, Answer},
        plot,
        reader::Reader,
        table::Table,
    },
    delivery::rejects::message,
    error::{Error, Result},
    http::door::Shared,
    printed,
    regime::people::{Party, Right},
    run::{self, hands::may_know},
};

#[derive(Template)]
#[template(path = "batch.html")]
struct One<'a> {
    frame: &'a Frame,
    summary: &'a Summary,
    state: &'a str,
    done: i64,
    /// How often the page still looks again by itself.
    follow: u8,
    outcomes: String,
    codes: Table,
    /// Whether the reader may read the rows.
    reads: bool,
    /// Whether the answers are in their window.
    is_open: bool,
    held: Table,
}

/// A batch, and what there is to say of it.
pub(in crate::console) struct Known {
    batch: Batch,
    summary: Summary,
    held: Vec<Held>,
}

/// The page.
pub(super) async fn page(
    State(door): State<Shared>,
    Extension(memory): Extension<Arc<Memory>>,
    reader: Reader,
    Path(batch): Path<String>,
    uri: Uri,
) -> Answer {
    let holder = reader.holder();
    let is_member = Party::of(&holder.at) == Party::Member;
    let found = door.act(move |house| async move {
        let changes = house.db.changes().await?;
        let known = memory
            .batches
            .find(changes, batch.clone(), read(&house, &batch))
            .await?;
        let known = known.filter(|known| may_know(&holder.at, &known.batch));
        let known = known.ok_or_else(unknown)?;
        let now = house.clock.now();
        let is_open = |held: &Held| now < house.regime.expires_at(held.obtained_at);
        let is_open = known.held.iter().any(is_open);
        Ok((known, is_open))
    });
    let (known, is_open) = found.await?;
    let (frame, summary) = (&reader.frame, &known.summary);
    page::shown(&One {
        frame,
        state: list::state(summary.state, frame),
        done: summary.counts.total(),
        follow: follow(&uri, summary.state),
        outcomes: outcomes(summary, frame.language),
        codes: codes(summary, frame),
        reads: is_member && reader.may(Right::Query) && summary.state == "settled",
        is_open,
        held: certificates(&known.held, frame),
        summary,
    })
}

async fn read(house: &House, name: &str) -> Result<Option<Arc<Known>>> {
    let mut reader = house.db.reader().await?;
    let Some(batch) = store::by_name(&mut reader, name).await? else {
        return Ok(None);
    };
    // In this order: what is told as settled has all its answers.
    let summary = run::summary(house, &batch.batch).await?;
    Ok(Some(Arc::new(Known {
        held: of_batch::answers(&mut reader, &batch).await?,
        summary,
        batch,
    })))
}

/// The batch of that name, if `holder` may know of it: another member's is as unknown as one that was never handed in.
pub(super) async fn known(conn: &mut sqlx::AnyConnection, holder: &Holder, name: &str) -> Result<Batch> {
    let found = store::by_name(conn, name).await?;
    found
        .filter(|found| may_know(&holder.at, found))
        .ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::Input {
        code: "BATCH-UNKNOWN",
        sentence: "there is no batch of this id".into(),
        remedy: "see `mayfly batch list` for the ids",
    }
}

/// How often a page that follows a batch looks again: so many times and no more, for whoever has left is signed out.
fn follow(uri: &Uri, state: &str) -> u8 {
    let asked = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "follow")
        .and_then(|(_, times)| times.parse().ok());
    match state {
        "settled" => 0,
        _ => asked.unwrap_or(0).min(FOLLOW),
    }
}

fn outcomes(summary: &Summary, language: Language) -> String {
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let counts = &summary.counts;
    let parts = [
        (printed::outcome("answered", language), count(counts.answered)),
        (printed::outcome("no_record", language), count(counts.no_record)),
        (
            printed::of(language, "refused", "未通過查核"),
            count(counts.refused),
        ),
        (printed::outcome("failed", language), count(counts.failed)),
        (printed::outcome("unresolved", language), count(counts.unresolved)),
    ];
    plot::outcomes(&parts, language)
}

fn codes(summary: &Summary, frame: &Frame) -> Table {
    let line = |(code, count): (&String, &i64)| {
        let said = Code::parse(code).map_or_else(String::new, |code| message(code, frame.language));
        cells([code.clone(), count.to_string(), said])
    };
    Table {
        columns: vec![
            frame.say("code", "代碼"),
            frame.say("rows", "列數"),
            frame.say("what is wrong, and what to do", "說明及處理方式"),
        ],
        lines: summary.codes.iter().map(line).collect(),
    }
}

fn certificates(held: &[Held], frame: &Frame) -> Table {
    let line = |held: &Held| {
        let facts = held.certificate.as_ref().map(|stored| &stored.certificate.facts);
        let at = |at: Option<&jiff::Timestamp>| at.map_or_else(String::new, |at| frame.instant(at));
        let count = |count: fn(&mayfly_retention::certificate::Counts) -> u64| {
            facts.map_or_else(String::new, |facts| count(&facts.segments).to_string())
        };
        cells([
            held.cohort.name(),
            held.certificate.as_ref().map_or_else(
                || frame.say("not destroyed yet", "尚未銷毀").to_owned(),
                |stored| stored.certificate.number.to_string(),
            ),
            at(facts.and_then(|facts| facts.key_destroyed_at.as_ref())),
            at(facts.map(|facts| &facts.bytes_removed_at)),
            count(|counts| counts.expected),
            count(|counts| counts.destroyed),
            count(|counts| counts.removed),
        ])
    };
    Table {
        columns: vec![
            frame.say("cohort", "批號"),
            frame.say("certificate", "銷毀證明編號"),
            frame.say("key destroyed", "金鑰銷毀時間"),
            frame.say("removed", "資料移除時間"),
            frame.say("expected", "應銷毀"),
            frame.say("destroyed", "已銷毀"),
            frame.say("gone", "已移除"),
        ],
        lines: held.iter().map(line).collect(),
    }
}

/// Five minutes of every fifteen seconds.
const FOLLOW: u8 = 20;
