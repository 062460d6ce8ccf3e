//! `audit reconcile`: what came of it, the first findings, and all of them as a file. *Edge.*

use std::path::Path;

use mayfly_consent::Language;

use super::out::Out;
use crate::{
    app::House,
    audit::{
        Month,
        comparison::{Difference, Field},
        reconcile::{self, Finding, Reconciled},
    },
    error::{Error, Exit, Result},
    input,
    output::file::NewFile,
    printed::of,
};

/// What is to be reconciled, and who does it.
pub(super) struct Order<'o> {
    pub(super) house: &'o House,
    pub(super) of: (&'o str, Month),
    pub(super) log: &'o Path,
    pub(super) by: &'o str,
}

impl Order<'_> {
    pub(super) async fn run(&self, findings: Option<&Path>, out: &Out) -> Result<Exit> {
        let mut file = findings.map(|path| create(self.house, path)).transpose()?;
        let mut first = Vec::new();
        let ended = reconcile::reconcile(self.house, self.of, self.log, self.by, |finding| {
            if let Some(file) = &mut file {
                let row = row(&finding);
                file.write(&format!("{row}\r\n"))?;
            }
            if first.len() < SHOWN {
                first.push(finding);
            }
            Ok(())
        })
        .await;
        // Findings without an entry would be half a result.
        let (reconciled, entry) = ended?;
        if let Some(file) = file {
            file.publish()?;
        }
        let mut value =
            serde_json::to_value(&reconciled).map_err(|_| Error::Bug("a count has no JSON form"))?;
        value["entry"] = entry.into();
        value["findings"] =
            serde_json::to_value(&first).map_err(|_| Error::Bug("a finding has no JSON form"))?;
        out.show(&value, || text(&reconciled, entry, &first, out.language))?;
        Ok(match reconciled.is_clean() {
            true => Exit::Done,
            false => Exit::Findings,
        })
    }
}

fn create(house: &House, path: &Path) -> Result<NewFile> {
    let refused = |sentence: &str| Error::Input {
        code: "RECONCILE-FILE",
        sentence: sentence.into(),
        remedy: "name a new file in a folder that exists, outside the data directory (--findings FILE.csv)",
    };
    if input::inside(path, &house.dir) {
        return Err(refused(
            "the file of findings would lie in the data directory; nothing was done",
        ));
    }
    let mut file = NewFile::begin(path)
        .map_err(|_| refused("the file of findings is there already, or cannot be made; nothing was done"))?;
    file.write("batch,line,finding,fields\r\n")?;
    Ok(file)
}

/// A line of the file; batches were compared with the bureau's, or read within bounds, and are quoted all the same.
fn row(finding: &Finding) -> String {
    let batch = crate::printed::cell(&finding.batch);
    format!(
        "{batch},{},{},{}",
        finding.line,
        finding.difference.word(),
        fields(finding)
    )
}

fn fields(finding: &Finding) -> String {
    match &finding.difference {
        Difference::Different { fields } | Difference::Unreadable { fields } => {
            let names: Vec<&str> = fields.iter().map(|field| field.column()).collect();
            names.join(" ")
        }
        _ => String::new(),
    }
}

fn text(reconciled: &Reconciled, entry: u64, first: &[Finding], language: Language) -> String {
    let of = |en, zh| of(language, en, zh);
    let (member, month) = (&reconciled.member, &reconciled.month);
    let (records, lines) = (reconciled.records, reconciled.lines);
    let mut text = match language {
        Language::En => format!(
            "member {member}, {month}: {records} query records here, {lines} rows in the member's log   (journal entry {entry})\n"
        ),
        Language::ZhTw => format!(
            "使用單位 {member} {month} 月勾稽：本機構查詢紀錄 {records} 筆，使用單位紀錄 {lines} 筆（軌跡序號 {entry}）\n"
        ),
    };
    let counts = [
        (
            of("in the log, not among the records", "使用單位有紀錄，本機構無"),
            reconciled.missing_here,
        ),
        (
            of("among the records, not in the log", "本機構有紀錄，使用單位無"),
            reconciled.missing_there,
        ),
        (
            of("more than once in the log", "使用單位重複紀錄"),
            reconciled.twice,
        ),
        (
            of("in both, with other values", "雙方均有紀錄而內容不同"),
            reconciled.different,
        ),
        (
            of(
                "rows of the log that cannot be read in full",
                "使用單位紀錄有無法讀取之欄位",
            ),
            reconciled.unreadable,
        ),
        (
            of("records without a consent", "查無當事人同意"),
            reconciled.no_consent,
        ),
        (
            of(
                "records without an approval before the query",
                "查詢前未經他人核准",
            ),
            reconciled.no_approval,
        ),
    ];
    for (what, count) in counts {
        text.push_str(&format!("  {count:>9}  {what}\n"));
    }
    if reconciled.is_clean() {
        text.push_str(of("both sides agree in every query\n", "雙方每筆查詢均相符\n"));
        return text;
    }
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let count = first.len();
    text.push_str(&match language {
        Language::En => format!("the first {count} of {all} findings:\n"),
        Language::ZhTw => format!("不符共 {all} 項，列出前 {count} 項：\n"),
    });
    for finding in first {
        text.push_str(shown(finding, language).trim_end());
        text.push('\n');
    }
    text
}

/// A finding in a line; its word and fields are those of the file, in Chinese what a bank calls them. What the file calls `line` is a
/// row: a cell in quotes may have line ends in it.
fn shown(finding: &Finding, language: Language) -> String {
    let (batch, line, difference) = (&finding.batch, finding.line, &finding.difference);
    match language {
        Language::En => format!("  {batch} row {line}  {}  {}", difference.word(), fields(finding)),
        Language::ZhTw => {
            let what = match difference {
                Difference::MissingHere => "本機構無紀錄".to_owned(),
                Difference::MissingThere => "使用單位無紀錄".to_owned(),
                Difference::Twice => "使用單位重複紀錄".to_owned(),
                Difference::NoConsent => "查無當事人同意".to_owned(),
                Difference::NoApproval => "查詢前未經他人核准".to_owned(),
                Difference::Different { fields } => format!("內容不同：{}", titles(fields)),
                Difference::Unreadable { fields } => format!("無法讀取：{}", titles(fields)),
            };
            format!("  {batch} 第 {line} 列　{what}")
        }
    }
}

fn titles(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.title()).collect();
    names.join("、")
}

const SHOWN: usize = 20;
