//! Samples for people: their list, and one of them as text. *Pure.*

use mayfly_consent::Language;

use super::report::Report;
use crate::printed::{self, Printed, day, moment};

/// Samples, a line each.
pub fn list(reports: &[Report], language: Language) -> Printed<7> {
    let row = |report: &Report| {
        [
            report.month.clone(),
            report.member.clone(),
            state(report.state, language).to_owned(),
            report.population.to_string(),
            report.size.to_string(),
            due(report, language),
            match report.overdue {
                true => printed::of(language, "overdue", "逾期").to_owned(),
                false => String::new(),
            },
        ]
    };
    Printed {
        columns: [
            ["month", "Month", "月份"],
            ["member", "Member", "使用單位"],
            ["state", "State", "狀態"],
            ["population", "Query records", "查詢紀錄"],
            ["size", "In the sample", "抽出筆數"],
            ["due", "Due", "應抽樣日"],
            ["overdue", "Overdue", "逾期"],
        ],
        lines: reports.iter().map(row).collect(),
    }
}

/// One of them, with its records if the report has them.
pub fn text(report: &Report, language: Language) -> String {
    let of = |en, zh| printed::of(language, en, zh);
    let mut text = match language {
        Language::En => format!("sample of member {}, {}", report.member, report.month),
        Language::ZhTw => format!("使用單位 {} {} 月抽核樣本", report.member, report.month),
    };
    let late = match report.committed_late {
        true => of(", after the month's end", "（月底之後）"),
        false => "",
    };
    text.push_str(&format!(
        "   {}\n\n  {}  {}{late}\n",
        state(report.state, language),
        of("bureau committed to its value", "管理機構承諾數值之時間    "),
        moment(report.committed_at, language)
    ));
    if report.frozen_size > 0 {
        let (population, entries, size) = (report.population, report.frozen_size, report.size);
        text.push_str(&match language {
            Language::En => format!(
                "  query records of the month     {population}   (frozen under the checkpoint over {entries} journal entries)\n  in the sample                  {size}\n"
            ),
            Language::ZhTw => format!(
                "  當月查詢紀錄                {population}   （凍結於涵蓋 {entries} 筆軌跡之檢查點）\n  抽出筆數                    {size}\n"
            ),
        });
    }
    text.push_str(&drawn(report, language));
    if !report.chances.is_empty() {
        text.push_str(of(
            "\nwere this share of the records misused, the sample would hold at least one of them:\n",
            "\n如有下列比率之紀錄為不當查詢，樣本至少抽中一筆之機率：\n",
        ));
    }
    for chance in &report.chances {
        let (share, finds) = (tenths(chance.per_mille), tenths(chance.finds_per_mille));
        let misused = chance.misused;
        text.push_str(&match language {
            Language::En => {
                format!("  {share:>5} %  ({misused:>6} records)   with a chance of {finds:>5} %\n")
            }
            Language::ZhTw => format!("  {share:>5} %  （{misused:>6} 筆）   機率 {finds:>5} %\n"),
        });
    }
    if let Some(items) = &report.items {
        text.push_str(of(
            "\nrecords, in the order of the draw: place, journal entry, query id\n",
            "\n抽中之紀錄（依抽出順序）：序號、軌跡序號、查詢編號\n",
        ));
        for (place, item) in (1..).zip(items) {
            text.push_str(&format!("  {place:>6}  {:>10}  {}\n", item.entry, item.query));
        }
    }
    text
}

/// Who drew it, or until when somebody has to.
fn drawn(report: &Report, language: Language) -> String {
    match (&report.reviewer, &report.named_by, language) {
        (Some(reviewer), Some(named_by), Language::En) => {
            format!("  drawn by                       {reviewer}, named by {named_by}\n")
        }
        (Some(reviewer), Some(named_by), Language::ZhTw) => {
            format!("  抽樣人員                    {reviewer}（由 {named_by} 指定）\n")
        }
        (_, _, Language::En) if report.state == "drawn" => {
            "  drawn by                       the bureau, because no reviewer had by the due day: overdue\n"
                .into()
        }
        (_, _, Language::ZhTw) if report.state == "drawn" => {
            "  抽樣人員                    管理機構（期限內無抽核人員抽樣：逾期）\n".into()
        }
        (_, _, Language::En) => {
            let overdue = if report.overdue { ", overdue" } else { "" };
            format!("  a reviewer draws by            {}{overdue}\n", report.due)
        }
        (_, _, Language::ZhTw) => {
            let overdue = if report.overdue { "（逾期）" } else { "" };
            format!(
                "  抽核人員應於此日前抽樣      {}{overdue}\n",
                due(report, language)
            )
        }
    }
}

fn due(report: &Report, language: Language) -> String {
    let on = report.due.parse();
    on.map_or_else(|_| report.due.clone(), |on| day(on, language))
}

/// How far a sample has come.
fn state(word: &'static str, language: Language) -> &'static str {
    match (word, language) {
        ("committed", Language::ZhTw) => "已承諾",
        ("frozen", Language::ZhTw) => "已凍結",
        ("drawn", Language::ZhTw) => "已抽出",
        (word, _) => word,
    }
}

/// Parts of a thousand as a percentage with one decimal.
fn tenths(per_mille: u64) -> String {
    format!("{}.{}", per_mille / 10, per_mille % 10)
}
