//! `purge plan|run|status`. *Edge.*

use mayfly_consent::Language;
use mayfly_retention::{certificate::Actor, plan::Due, purge::Gone};

use super::{Opening, args::PurgeCommand, hold, of_desk, out::Out, timeline};
use crate::{
    error::{Error, Exit, Result},
    printed::{moment, of},
    purge::{
        Accounted, DueFiles, Purger, Swept, account,
        agenda::{self, Agenda},
        years::{self, Ended},
    },
    schedule, wording,
};

pub(super) async fn run(opening: &Opening, command: PurgeCommand, out: &Out) -> Result<Exit> {
    let purger = || Purger::open(&opening.dir, opening.at);
    match command {
        PurgeCommand::Hold(command) => hold::run(opening, command, out).await,
        PurgeCommand::Plan => {
            let purger = purger()?;
            let due = purger.plan()?;
            let files = purger.files();
            show_plan(opening, &purger, &due, &files, out).await?;
            Ok(Exit::Done)
        }
        PurgeCommand::Run { account } => {
            destroy(opening, &purger()?, of_desk("bureau", &account)?, out).await
        }
        PurgeCommand::Status { timeline } => {
            let purger = purger()?;
            let margins = purger.margins()?;
            out.show(&margins, || {
                if margins.is_empty() {
                    return of(out.language, "nothing is held\n", "目前未持有任何資料\n").into();
                }
                if timeline || out.is_at_terminal() {
                    return timeline::draw(&margins, purger.now(), out.language);
                }
                let mut text = String::new();
                for margin in &margins {
                    let cohort = &margin.cohort;
                    let at = |at| moment(at, out.language);
                    let (due, gone) = (at(margin.due_at), at(margin.gone_by));
                    text.push_str(&match (out.language, margin.due) {
                        (Language::En, true) => format!("{cohort:<20} DUE since {due}   gone by {gone}\n"),
                        (Language::En, false) => format!("{cohort:<20} due {due}   gone by {gone}\n"),
                        (Language::ZhTw, true) => {
                            format!("{cohort:<20} 已於 {due} 屆期　至遲 {gone} 銷毀\n")
                        }
                        (Language::ZhTw, false) => format!("{cohort:<20} 於 {due} 屆期　至遲 {gone} 銷毀\n"),
                    });
                }
                text
            })?;
            Ok(if margins.iter().any(|margin| margin.due) {
                Exit::Findings
            } else {
                Exit::Done
            })
        }
    }
}

/// What is due, of hours by the clock and the files alone, of years as far as the database tells.
async fn show_plan(
    opening: &Opening,
    purger: &Purger,
    due: &[Due],
    files: &DueFiles,
    out: &Out,
) -> Result<()> {
    let names: Vec<String> = due.iter().map(|due| due.cohort().name()).collect();
    let years = agenda(opening).await;
    let report = serde_json::json!({
        "due": names.len(), "cohorts": names, "files": files.len(), "overdue": purger.overdue(due),
        "years": years.as_ref().ok(), "unknown": years.as_ref().err().map(Error::code),
    });
    out.show(&report, || {
        let is_nothing = matches!(&years, Ok(agenda) if agenda.as_ref().is_none_or(Agenda::is_empty));
        if names.is_empty() && files.is_empty() && is_nothing {
            return of(out.language, "nothing is due\n", "沒有屆期的資料\n").into();
        }
        let mut text = String::new();
        if !names.is_empty() {
            let head = of(out.language, "due, oldest first:", "已屆期，由舊至新：");
            text.push_str(&format!("{head}\n  {}\n", names.join("\n  ")));
        }
        if !files.is_empty() {
            let count = files.len();
            text.push_str(&match out.language {
                Language::En => format!("due: {count} plain files of the exchange\n"),
                Language::ZhTw => format!("已屆期：交換資料夾之明文檔案 {count} 個\n"),
            });
        }
        match &years {
            Err(error) => {
                let nothing = of(
                    out.language,
                    "of the classes of years nothing is known: the database cannot be read",
                    "以年計之保存類別情形不明：資料庫無法讀取",
                );
                text.push_str(&format!("{nothing} ({})\n", error.code()));
            }
            Ok(agenda) => agenda
                .iter()
                .for_each(|agenda| text.push_str(&lines(agenda, out.language))),
        }
        text
    })
}

/// The agenda of the years; `None` inside while the clock is not to be trusted.
async fn agenda(opening: &Opening) -> Result<Option<Agenda>> {
    let house = opening.to_look().await?;
    agenda::plan(&house, &mut *house.db.reader().await?).await
}

fn lines(agenda: &Agenda, language: Language) -> String {
    let mut text = String::new();
    for line in &agenda.records {
        let (records, table, month, files) = (line.records, line.table, &line.month, line.files);
        text.push_str(&match language {
            Language::En => format!(
                "at the end of their years: {records:>7} of {table:<16} {month} with {files} sealed files\n"
            ),
            Language::ZhTw => {
                format!("保存年限屆滿：{records:>7} 筆　{table:<16} {month}　含封存檔 {files} 個\n")
            }
        });
    }
    for month in &agenda.months {
        text.push_str(&match language {
            Language::En => format!("at the end of its years: the key of {month}\n"),
            Language::ZhTw => format!("保存年限屆滿：{month} 之金鑰\n"),
        });
    }
    text
}

async fn destroy(opening: &Opening, purger: &Purger, account: &str, out: &Out) -> Result<Exit> {
    let (due, files) = (purger.plan(), purger.files());
    let (count, overdue) = due
        .as_ref()
        .map_or((0, 0), |due| (due.len(), purger.overdue(due)));
    let actor = Actor::Person(account.into());
    let gone = due.and_then(|due| purger.run(due, actor.clone()));
    let swept = purger.sweep(&files, &actor);
    // As a pass of the schedule leaves it: who watches sees that it ran.
    let outcome = match &gone {
        Ok(_) if swept.is_clean() => "ok",
        Ok(_) => "PURGE-RESIDUE",
        Err(error) => error.code(),
    };
    schedule::purged_by_hand(&opening.dir, outcome);
    let gone = gone?;
    let segments: usize = gone.iter().map(|gone| gone.evidence.objects.len()).sum();
    let residue: Option<u64> = gone.iter().map(|gone| gone.residue).sum();
    // The keys are gone by now, whatever becomes of the evidence; that waits for the database if it has to.
    let (accounted, ended, unaccounted) = match enter(opening, &gone, account).await {
        Ok((accounted, ended)) => (Some(accounted), Some(ended), None),
        Err(error) => (None, None, Some(error)),
    };
    let accounted = accounted.as_ref();
    let held_back = accounted.map_or(&[][..], |accounted| &accounted.held_back);
    // What an earlier pass left counts as long as it is there.
    let residue = held_back
        .iter()
        .try_fold(residue.unwrap_or(0), |most, held| Some(most.max(held.residue?)))
        .filter(|_| residue.is_some());
    let report = serde_json::json!({
        "due": count, "destroyed": gone.len(), "segments": segments, "answers": accounted.map(|done| done.answers),
        "residue": residue, "overdue": overdue, "certified": accounted.map(|done| done.certified),
        "held_back": held_back, "files": swept, "incidents": accounted.map(|done| done.incidents), "years": ended,
    });
    out.show(&report, || {
        let known = |count: Option<u64>| told(count, out.language);
        let answers = accounted.and_then(|done| u64::try_from(done.answers).ok());
        let (destroyed, answers, residue) = (gone.len(), known(answers), known(residue));
        let certified = known(accounted.map(|done| done.certified as u64));
        let mut text = match out.language {
            Language::En => format!(
                "{count} cohorts due, {destroyed} destroyed: {segments} sealed objects, {answers} answers; \
                 residue {residue}; overdue {overdue}; {certified} certified\n"
            ),
            Language::ZhTw => format!(
                "屆期 {count} 批，已銷毀 {destroyed} 批：封存檔 {segments} 個，回覆 {answers} 筆；\
                 殘留 {residue}；逾期 {overdue}；簽發佐證 {certified} 份\n"
            ),
        };
        for held in held_back {
            let left = known(held.residue);
            let why = match (held.why, out.language) {
                (Some(why), language) => wording::line(why, language),
                (None, Language::En) => format!("{left} files are left"),
                (None, Language::ZhTw) => format!("尚餘檔案 {left} 個"),
            };
            let cohort = &held.cohort;
            text.push_str(&match out.language {
                Language::En => format!("finding: {cohort} is destroyed and not certified: {why}\n"),
                Language::ZhTw => format!("不符：{cohort} 已銷毀而未簽發佐證：{why}\n"),
            });
        }
        text.push_str(&plain(swept, out.language));
        let years = |ended| years(ended, out.language);
        text + &ended.as_ref().map_or_else(String::new, years)
    })?;
    if let Some(error) = unaccounted {
        return Err(error);
    }
    let incidents = accounted.map_or(0, |done| done.incidents);
    let is_clean = residue == Some(0)
        && overdue == 0
        && held_back.is_empty()
        && incidents == 0
        && swept.is_clean()
        && ended.is_none_or(|ended| ended.is_clean());
    Ok(if is_clean { Exit::Done } else { Exit::Findings })
}

/// Enters what was destroyed, then ends what is past its years, which needs the database.
async fn enter(opening: &Opening, gone: &[Gone], actor: &str) -> Result<(Accounted, Ended)> {
    let house = opening.to_act().await?;
    let accounted = account(&house, gone).await?;
    let (ended, of_months) = years::pass(&house, Actor::Person(actor.into())).await?;
    Ok((accounted.and(of_months), ended))
}

/// A line about the plain files of the exchange, if there is anything to say.
fn plain(swept: Swept, language: Language) -> String {
    match (swept.due, swept.left, language) {
        (0, Some(0), _) => String::new(),
        (due, Some(0), Language::En) => format!("{due} plain files of the exchange removed\n"),
        (due, Some(0), Language::ZhTw) => format!("已移除交換資料夾之明文檔案 {due} 個\n"),
        (due, Some(left), Language::En) => format!(
            "finding: of {due} plain files of the exchange that were due {left} are left; see that this account may write its folders\n"
        ),
        (due, Some(left), Language::ZhTw) => {
            format!("不符：交換資料夾之明文檔案已屆期 {due} 個，尚餘 {left} 個；請確認此帳號得寫入其資料夾\n")
        }
        (_, None, language) => of(
            language,
            "finding: a folder of the exchange cannot be listed, so nobody knows what lies there in plain\n",
            "不符：交換資料夾無法列出，無從得知其中有何明文檔案\n",
        )
        .into(),
    }
}

/// A line about the classes of years, if there is anything to say.
fn years(ended: &Ended, language: Language) -> String {
    if ended.deleted + ended.held + ended.months == 0 {
        return String::new();
    }
    let residue = told(ended.residue, language);
    let (deleted, files, held, months) = (ended.deleted, ended.files, ended.held, ended.months);
    match language {
        Language::En => format!(
            "at the end of their years: {deleted} records deleted with {files} sealed files, {held} held, {months} months' keys destroyed; residue {residue}\n"
        ),
        Language::ZhTw => format!(
            "保存年限屆滿：已刪除紀錄 {deleted} 筆及封存檔 {files} 個，保留 {held} 筆，銷毀月份金鑰 {months} 把；殘留 {residue}\n"
        ),
    }
}

/// A count, if it is known.
fn told(count: Option<u64>, language: Language) -> String {
    count.map_or_else(
        || of(language, "unknown", "不明").into(),
        |count| count.to_string(),
    )
}
