//! What people read under `--lang zh-TW`: refusals with their parameters, heads of lists; programs read what they read before. *Edge.*
//!
//! `whole` looks for what is half English, in every command that shows something.

mod whole;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

const LATER: &str = "2026-11-09T01:00:00+08:00";

fn in_chinese(sandbox: &Sandbox, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", LATER, "--lang", "zh-TW"], words].concat())
}

/// Code and exit code are those of the English refusal; what it is about is named in both.
#[test]
fn a_refusal_is_said_in_chinese_with_what_it_is_about() {
    let sandbox = with_sheets();
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n\
        004,new.q,甲,專員,yes,,,2026-11-02,wu.head,,\n";
    let staff = sandbox.file("staff.csv", staff);
    let staff = staff.to_str().unwrap();
    let cases: [(&[&str], i32, &str, &str); 9] = [
        (
            &["sheet", "make", "004", "2026-W46"],
            75,
            "2026-W46 週尚未結束，不能產製查詢紀錄單 (SHEET-OPEN)",
            "請待次週星期一",
        ),
        (
            &["sheet", "sign", "004", "2026-W45", "chen.yl", "--as", "lin.ch"],
            77,
            "查詢紀錄單由查詢人員本人核章；查詢人員能核章時，他人不得代為 (SHEET-PERSON)",
            "由單位主管為之",
        ),
        (
            &["sheet", "show", "004", "2026-45", "chen.yl"],
            65,
            "週次的寫法有誤 (SHEET-WEEK)",
            "2026-W45",
        ),
        (
            &["staff", "import", staff],
            65,
            "staff.csv 第 2 行：query 欄應為 Y 或空白 (IMPORT-CELL)",
            "檔案內容均未採用",
        ),
        (
            &["batch", "show", "004-1151102-99"],
            65,
            "沒有此批次 (BATCH-UNKNOWN)",
            "`mayfly batch list`",
        ),
        (
            &["stop", "lift", "7", "--reason", "x", "--as", "wu.head"],
            65,
            "沒有編號 7 且生效中的停止 (STOP-UNKNOWN)",
            "`mayfly stop list`",
        ),
        (
            &["duty", "show", "nothing/004/2026"],
            65,
            "沒有此應辦事項：該日以前尚未開始，或已逾保存年限 (DUTY-UNKNOWN)",
            "`mayfly duty list --all`",
        ),
        (
            &["audit", "freeze", "004", "2026-11"],
            75,
            "2026-11 月尚未結束，不能凍結查詢紀錄 (SAMPLE-OPEN)",
            "`freeze_hour`",
        ),
        (
            &["batch", "run", "no-such-file.csv"],
            65,
            "檔案不存在；未執行任何作業 (FILE-UNREADABLE)",
            "請檢查路徑及檔案權限",
        ),
    ];
    for (words, exit, sentence, remedy) in cases {
        let said = in_chinese(&sandbox, words).expect(exit).stderr;
        assert!(
            said.starts_with(sentence) && said.contains(remedy),
            "{words:?}: {said}"
        );
        let english = sandbox
            .mayfly([&["--at", LATER], words].concat())
            .expect(exit)
            .stderr;
        let code = sentence.rsplit_once(" (").unwrap().1;
        assert!(
            english.contains(code) && !has_chinese(&english),
            "{words:?}: {english}"
        );
    }
}

#[test]
fn lists_have_chinese_heads_and_programs_read_what_they_read_before() {
    let sandbox = with_sheets();
    let open = ["incident", "open", "member", "012", "--reason", "trial"];
    sandbox
        .mayfly([&["--at", LATER, "--json"], &open[..]].concat())
        .expect(0);
    let cases: [(&[&str], &[&str]); 10] = [
        (
            &["batch", "show", "004-1151102-01"],
            &[
                "批次 004-1151102-01   使用單位 004   已結清   2 列",
                "已回覆",
                "回覆可讀至",
            ],
        ),
        (&["batch", "list"], &["批次", "查無資料"]),
        (
            &["sheet", "list"],
            &["單號", "應核章日", "待核章", "115/11/15", "4 份查詢紀錄單"],
        ),
        (
            &["sheet", "show", "004", "2026-W45", "chen.yl"],
            &[
                "查詢紀錄單 1　使用單位 004　2026-W45 週　查詢人員 chen.yl　2 筆　待核章",
                "產製",
                "軌跡序號",
                "應核章日  115/11/15",
                "自 115/11/23 起不得查詢",
            ],
        ),
        (
            &["sheet", "verify", "004", "2026-W45"],
            &["各查詢紀錄單合計正好是該週的全部查詢"],
        ),
        (&["audit", "list"], &["抽核樣本", "已承諾", "應抽樣日"]),
        (
            &["audit", "show", "004", "2026-11"],
            &[
                "使用單位 004 2026-11 月抽核樣本   已承諾",
                "抽核人員應於此日前抽樣",
            ],
        ),
        (
            &["incident", "show", "1"],
            &[
                "事件 1   疑似   處理中   使用單位 012",
                "知悉時間",
                "成立",
                "生效中",
                "停止後無任何放行",
                "監督機關",
            ],
        ),
        (
            &["duty", "list", "--due", "--member", "004"],
            &["狀態", "待辦", "每週查詢紀錄單核章", "115/11/09 應辦事項"],
        ),
        (
            &["people", "table", "--member", "004"],
            &["姓名", "115/11/09 授權"],
        ),
    ];
    for (words, heads) in cases {
        let text = in_chinese(&sandbox, words).expect(0).stdout;
        for head in heads {
            assert!(text.contains(head), "{words:?}: {head}\n{text}");
        }
        let json = |lang: &str| {
            let words = [&["--at", LATER, "--lang", lang, "--json"], words].concat();
            sandbox.mayfly(words).expect(0).stdout
        };
        assert_eq!(json("en"), json("zh-TW"), "{words:?}");
    }
}

/// Why a row was not asked, in its language.
#[test]
fn a_row_is_refused_in_chinese() {
    let sandbox = Sandbox::with_master_data();
    let row = BatchRow::valid(1)
        .with("approver", "chen.yl")
        .with("querier", "chen.yl");
    let file = sandbox.file("004-1151102-01.csv", batch_file(&[row]));
    let rejects = sandbox.path("rejects.csv");
    let words = [
        "--at",
        NOW,
        "--lang",
        "zh-TW",
        "batch",
        "run",
        file.to_str().unwrap(),
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    let said = sandbox.mayfly(words).expect(1).stdout;
    assert!(
        said.contains("原因（一列可能有數項）：") && said.contains("APR-SELF"),
        "{said}"
    );
    let line = said.lines().find(|line| line.contains("APR-SELF")).unwrap();
    assert!(has_chinese(line), "{line}");
    let rejects = std::fs::read_to_string(rejects).unwrap();
    assert!(
        rejects.starts_with("line,column,code,message") && has_chinese(&rejects),
        "{rejects}"
    );
}

/// Two queries of chen.yl, whose sheets of the week are made.
fn with_sheets() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let rows = [1, 2].map(|number| BatchRow::valid(number).with("querier", "chen.yl"));
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    sandbox.at(NOW, ["batch", "run"], [file]).expect(0);
    sandbox.mayfly(["--at", LATER, "serve", "--once"]).expect(0);
    sandbox
}

fn has_chinese(text: &str) -> bool {
    text.chars()
        .any(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character))
}
