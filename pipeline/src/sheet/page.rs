//! A sheet as a page to print: A4, both languages, boxes for seals; modelled on the forms that banks use (六(一)6). *Pure.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;

use super::{
    form::COLUMNS,
    store::{Mark, Sheet},
};
use crate::{
    ids,
    printed::{self, escaped},
    roc,
};

/// What stands on the page besides the lines.
pub struct Head<'h> {
    /// The sheet.
    pub sheet: &'h Sheet,
    /// The member's name.
    pub member: &'h str,
    /// The querier's name.
    pub querier: &'h str,
    /// The day by which it is to be signed.
    pub due: Date,
    /// When it is printed.
    pub at: Timestamp,
    /// The first lines of the newest signed checkpoint: origin, size and root hash.
    pub checkpoint: Vec<&'h str>,
}

/// The page up to its first line.
pub fn begin(head: &Head<'_>) -> String {
    let sheet = head.sheet;
    let week = sheet.week;
    let roc = |day| printed::day(day, Language::ZhTw);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"zh-Hant\">\n<meta charset=\"utf-8\">\n<title>查詢紀錄單 {week}</title>\n<style>\n{STYLE}</style>\n\
         <p class=\"secret\">密件 Confidential</p>\n<h1>每週查詢紀錄單<br><small>Weekly query record sheet</small></h1>\n\
         <table class=\"head\">\n<tr><th>表單編號<br>Sheet<td>{}<th>列印時間<br>Printed<td>{}\n",
        sheet.number,
        escaped(&roc::taipei(head.at)),
    );
    let rows = [
        (
            ("機構", "Member", format!("{} {}", sheet.member, head.member)),
            (
                "週次",
                "Week",
                format!("{week}（{}–{}）", roc(week.first_day()), roc(week.last_day())),
            ),
        ),
        (
            (
                "查詢人員",
                "Querier",
                format!("{} {}", head.querier, sheet.querier),
            ),
            (
                "筆數",
                "Queries",
                match sheet.queries {
                    0 => "0（本週無查詢 no query）".to_owned(),
                    queries => queries.to_string(),
                },
            ),
        ),
        (
            ("應核章日", "Due", roc(head.due)),
            (
                "產製",
                "Made",
                format!("{} #{}", roc::taipei(sheet.made_at), sheet.make_entry),
            ),
        ),
    ];
    for (left, right) in rows {
        text.push_str("<tr>");
        for (chinese, english, value) in [left, right] {
            text.push_str(&format!("<th>{chinese}<br>{english}<td>{}", escaped(&value)));
        }
        text.push('\n');
    }
    text.push_str("</table>\n<table class=\"lines\">\n<thead><tr>");
    for [_, english, chinese] in COLUMNS {
        let both = if english == chinese {
            english.to_owned()
        } else {
            format!("{chinese}<br><small>{english}</small>")
        };
        text.push_str(&format!("<th>{both}"));
    }
    text.push_str("</thead>\n<tbody>\n");
    text
}

/// One line of the page.
pub fn line(cells: &[String; 13]) -> String {
    let mut text = String::from("<tr>");
    for cell in cells {
        text.push_str("<td>");
        text.push_str(&escaped(cell));
    }
    text.push('\n');
    text
}

/// The page after its last line: boxes for seals, and by what the sheet is checked.
pub fn end(head: &Head<'_>) -> String {
    let sheet = head.sheet;
    let box_of = |mark: &Option<Mark>| {
        mark.as_ref().map_or_else(String::new, |mark| {
            format!(
                "{}<br>{}<br>#{}",
                escaped(&mark.by),
                escaped(&roc::taipei(mark.at)),
                mark.entry
            )
        })
    };
    let checkpoint: Vec<String> = head.checkpoint.iter().map(|line| escaped(line)).collect();
    format!(
        "</tbody>\n</table>\n<table class=\"seals\">\n<tr><th>查詢人員<br>Querier<th>核定人員<br>Approver<th>單位主管<br>Unit head\
         <th>機構首長<br>Head of institution\n<tr><td>{}<td>{}<td><td>\n</table>\n<p class=\"note\">說明：本單所列各筆以軌跡序號對應\
         簽章軌跡；結果為列印時之狀態，不在核章範圍。電子核章之人員、時間及軌跡序號如核章欄。<br>Each line names its entry of the signed \
         journal. Outcomes are as of printing and no part of what is signed. SHA-256 {}<br>軌跡檢核點 Checkpoint: {}</p>\n</html>\n",
        box_of(&sheet.signed),
        box_of(&sheet.approved),
        ids::hex(&sheet.sha256),
        checkpoint.join(" · "),
    )
}

const STYLE: &str = "\
@page { size: A4 portrait; margin: 12mm 10mm; }
body { font-family: DFKai-SB, BiauKai, \"標楷體\", serif; font-size: 9pt; margin: 0 auto; max-width: 190mm; }
h1 { font-size: 16pt; text-align: center; margin: 0 0 4mm; }
h1 small { font-size: 10pt; }
table { border-collapse: collapse; width: 100%; margin-bottom: 4mm; }
th, td { border: 0.3mm solid #000; padding: 0.6mm 0.8mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: normal; background: #eee; }
.head th { width: 14%; }
.head td { width: 36%; }
.lines { font-size: 7pt; }
.lines small { font-size: 6pt; }
.lines thead { display: table-header-group; }
.lines tr, .seals { break-inside: avoid; }
.seals th { width: 25%; text-align: center; }
.seals td { height: 22mm; text-align: center; }
.secret { position: absolute; margin: 0; border: 0.5mm solid #000; padding: 1mm 3mm; }
.note { font-size: 7pt; overflow-wrap: anywhere; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_markup() {
        let cells = std::array::from_fn(|_| "<b>&\"'".to_owned());
        let text = line(&cells);
        assert_eq!(text.matches('<').count(), 14, "{text}");
        assert!(text.contains("&lt;b&gt;&amp;&quot;&#39;"));
    }
}
