//! Where the way of a batch begins: the file that is to be checked, what waits for approval, and the batches there are. *Edge.*

use std::sync::Arc;

use askama::Template;
use axum::{Extension, extract::State};

use super::send::cells;
use crate::{
    access::people::Holder,
    app::House,
    approval::{
        self,
        judge::{Standing, standing},
        store::Approval,
    },
    batch::{Summary, store},
    console::{
        frame::Frame,
        memory::{Memory, Seen},
        page::{self, Answer},
        reader::Reader,
        table::Table,
    },
    error::{Error, Result},
    http::door::Shared,
    regime::people::{Act, Party, Right},
    run::{
        approve::{self, Bound},
        hands::may_know,
        summary,
    },
};

#[derive(Template)]
#[template(path = "batches.html")]
struct Batches<'a> {
    frame: &'a Frame,
    /// Whether the reader may have a file checked.
    is_looker: bool,
    found: &'a Found,
    table: Table,
}

pub(in crate::console) struct Found {
    /// What waits for the reader's decision.
    waiting: Vec<Approval>,
    /// What the reader applied for and nobody has decided yet.
    applied: Vec<Approval>,
    /// What was given and can be handed in.
    given: Vec<(Approval, Bound)>,
    batches: Vec<Summary>,
}

/// The page.
pub(super) async fn page(
    State(door): State<Shared>,
    Extension(memory): Extension<Arc<Memory>>,
    reader: Reader,
) -> Answer {
    let holder = reader.holder();
    let is_member = Party::of(&holder.at) == Party::Member;
    let seen = Seen::by(&holder, reader.frame.is_chinese(), reader.frame.now.as_second());
    let found = door.act(move |house| async move {
        let changes = house.db.changes().await?;
        let read = async { Ok(Some(Arc::new(find(&house, &holder).await?))) };
        memory.lists.find(changes, seen, read).await
    });
    let found = found.await?.ok_or(Error::Bug("the batches of nobody"))?;
    let frame = &reader.frame;
    page::shown(&Batches {
        frame,
        is_looker: is_member && (reader.may(Right::Query) || reader.may(Right::Approve)),
        table: table(&found.batches, frame),
        found: &found,
    })
}

async fn find(house: &House, holder: &Holder) -> Result<Found> {
    let mut waiting = approval::waiting::for_decision(house, holder).await?;
    waiting.retain(|approval| approval.act == Act::Batch && approval.desk == holder.at);
    let (mut applied, mut given) = (Vec::new(), Vec::new());
    for approval in approve::own(house, holder).await? {
        match standing(&approval, house.clock.now()) {
            Standing::Given => given.push(approve::told(house, holder, approval.number).await?),
            Standing::Open => applied.push(approval),
            _ => {}
        }
    }
    let known = store::list(&mut *house.db.reader().await?, false).await?;
    let mut batches = Vec::new();
    for batch in known
        .iter()
        .filter(|batch| may_know(&holder.at, batch))
        .take(MOST)
    {
        batches.push(summary(house, &batch.batch).await?);
    }
    Ok(Found {
        waiting,
        applied,
        given,
        batches,
    })
}

fn table(batches: &[Summary], frame: &Frame) -> Table {
    let line = |summary: &Summary| {
        let counts = &summary.counts;
        cells([
            summary.batch.clone(),
            state(summary.state, frame).to_owned(),
            frame.instant(&summary.accepted_at),
            summary.rows.to_string(),
            counts.answered.to_string(),
            counts.no_record.to_string(),
            counts.refused.to_string(),
            counts.failed.to_string(),
            counts.unresolved.to_string(),
        ])
    };
    let table = Table {
        columns: vec![
            frame.say("batch", "批次"),
            frame.say("state", "狀態"),
            frame.say("received", "收件時間"),
            frame.say("rows", "列數"),
            frame.say("answered", "已回覆"),
            frame.say("no record", "查無資料"),
            frame.say("refused", "未通過查核"),
            frame.say("failed", "查詢失敗"),
            frame.say("unresolved", "結果未明"),
        ],
        lines: batches.iter().map(line).collect(),
    };
    table.leading(|place| format!("/batches/{}", batches[place].batch))
}

/// How a batch stands.
pub(super) fn state<'f>(word: &str, frame: &'f Frame) -> &'f str {
    match word {
        "settled" => frame.say("settled", "已結清"),
        _ => frame.say("taken in", "已受理"),
    }
}

/// The newest so many are listed.
const MOST: usize = 100;
