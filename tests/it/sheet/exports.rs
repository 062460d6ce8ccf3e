//! The files of a sheet: what a spreadsheet must not carry out, what nobody may read, and whether a file is still true. *Edge.*

use std::{fs, io::Read};

use super::*;

#[test]
fn exports_are_masked_and_safe_from_formulas_and_markup() {
    let sandbox = Sandbox::with_master_data();
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n\
        004,fx.q,＝1+1,專員,Y,,,2024-01-01,wu.head,,\n";
    let file = sandbox.file("staff.csv", staff);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    let reasons = ["=1+1", "@SUM(A1)", "<b>&x", "\"a,\"\"b\"\"\""];
    let rows: Vec<BatchRow> = (1..)
        .zip(reasons)
        .map(|(number, reason)| {
            BatchRow::valid(number)
                .with("querier", "fx.q")
                .with("reason", reason)
        })
        .collect();
    ask(&sandbox, NOW, 1, &rows);
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    let folder = sandbox.path("out");
    let export = [
        "export",
        "004",
        WEEK,
        "fx.q",
        folder.to_str().unwrap(),
        "--as",
        "fx.q",
    ];
    let told = sheet(&sandbox, MONDAY, &export).expect(0).json();
    assert_eq!(told["files"].as_array().unwrap().len(), 5);
    let file = |ending: &str| folder.join(format!("004-{WEEK}-fx.q.{ending}"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 5);

    let csv = fs::read_to_string(file("csv")).unwrap();
    // As a bank knows it, and with the mark by which a spreadsheet reads it.
    let heading =
        "\u{FEFF}序號,日期,時間,查詢人員,帳號,IP,作業代號,查詢條件,案號,事由,結果,軌跡序號,核章\r\n";
    assert!(csv.starts_with(heading), "{csv}");
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = table.records().map(std::result::Result::unwrap).collect();
    let told: Vec<&str> = records.iter().map(|record| &record[9]).collect();
    assert_eq!(told, ["1 =1+1", "1 @SUM(A1)", "1 <b>&x", "1 a,\"b\""]);
    assert!(
        records
            .iter()
            .all(|record| &record[3] == "'＝1+1" && &record[1] == "115/11/02")
    );
    assert!(records.iter().all(|record| &record[10] == "已回覆"), "{csv}");
    let page = fs::read_to_string(file("html")).unwrap();
    assert!(page.contains("1 &lt;b&gt;&amp;x") && !page.contains("<b>"));
    for text in [
        "115/11/02",
        "查詢條件",
        "Querier",
        "單位主管",
        "密件",
        "size: A4",
        "虛構銀行甲",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let book = worksheet(&file("xlsx"));
    assert!(!book.contains("<f>") && !book.contains("<v>"), "{book}");
    // Each line, and the querier in the head.
    assert_eq!(book.matches("'＝1+1</t>").count(), 4);
    is_laid_out(&file("xlsx"), &book);
    for row in &rows {
        let subject = row.cell("subject_id");
        let masked = format!("{}***{}", &subject[..4], &subject[7..]);
        for text in [&csv, &page, &book] {
            assert!(text.contains(&masked) && !text.contains(&subject), "{masked}");
        }
    }

    // No file is replaced.
    let again = sheet(&sandbox, MONDAY, &export).expect(65);
    assert!(again.stderr.contains("(SHEET-FILE)"), "{}", again.stderr);
    is_still_true(&sandbox, &csv);
}

/// A workbook for A4 with title, head, headings of the columns and boxes for seals.
fn is_laid_out(path: &std::path::Path, book: &str) {
    for text in [
        "密件",
        "每週查詢紀錄單",
        "表單編號",
        "004 虛構銀行甲",
        "2026-W45（115/11/02–115/11/08）",
        "應核章日",
        "115/11/15",
        "查詢條件",
        "115/11/02",
        "已回覆",
        "軌跡序號",
        "核章",
        "查詢人員",
        "核定人員",
        "單位主管",
        "機構首長",
        "SHA-256 ",
    ] {
        assert!(book.contains(text), "{text}: {book}");
    }
    // Upright A4, as wide as the paper; the widths of all columns; the heading on each page.
    for part in [
        "paperSize=\"9\" fitToHeight=\"0\" orientation=\"portrait\"",
        "<pageSetUpPr fitToPage=\"1\"/>",
        "<col min=\"1\"",
        "max=\"13\"",
    ] {
        assert!(book.contains(part), "{part}: {book}");
    }
    // A row that is there twice makes a spreadsheet refuse the file.
    let rows: Vec<&str> = book
        .split("<row r=\"")
        .skip(1)
        .map(|row| row.split('"').next().unwrap())
        .collect();
    let mut once = rows.clone();
    once.dedup();
    assert_eq!(rows, once);
    assert!(entry(path, "xl/workbook.xml").contains("$6:$6"));
    assert!(book.contains("第 &amp;P 頁"), "{book}");
}

/// The file as it was written, and with a planted change each.
fn is_still_true(sandbox: &Sandbox, csv: &str) {
    let compared = |text: &str| {
        let file = sandbox.file("given.csv", text);
        let words = ["verify", "004", WEEK, "--querier", "fx.q", "--file"];
        sheet(sandbox, MONDAY, &[&words[..], &[file.to_str().unwrap()]].concat())
    };
    compared(csv).expect(0);
    let lines: Vec<&str> = csv.split_inclusive('\n').collect();
    let cases = [
        (csv.replacen("10.4.12.9", "10.4.12.8", 1), "line 1 of the file"),
        (lines[..lines.len() - 1].concat(), "the file ends before line 4"),
        ([csv, lines[1]].concat(), "lines that are not on the sheet"),
        ([&lines[..2], &lines[3..]].concat().concat(), "line 2 of the file"),
    ];
    for (text, said) in cases {
        let found = compared(&text).expect(1).json()["findings"].to_string();
        assert!(found.contains(said), "{said}: {found}");
    }
    for text in ["", "a,b\r\n", "\0", &csv[..csv.len() - 1]] {
        let run = compared(text).expect(65);
        assert!(run.stderr.contains("(SHEET-FILE)"), "{}", run.stderr);
    }
}

/// The first worksheet of a workbook.
fn worksheet(path: &std::path::Path) -> String {
    entry(path, "xl/worksheets/sheet1.xml")
}

fn entry(path: &std::path::Path, name: &str) -> String {
    let mut book = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A line of the CSV is a query: of a nil sheet there is none, and the other files say whose it is.
#[test]
fn a_nil_sheet_is_a_header_as_csv_and_says_elsewhere_that_it_has_no_query() {
    let sandbox = Sandbox::with_master_data();
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    let folder = sandbox.path("out");
    let whose = ["004", WEEK, "huang.sm"];
    let export = [
        &["export"],
        &whose[..],
        &[folder.to_str().unwrap(), "--as", "huang.sm"],
    ]
    .concat();
    sheet(&sandbox, MONDAY, &export).expect(0);
    let read =
        |ending: &str| fs::read_to_string(folder.join(format!("004-{WEEK}-huang.sm.{ending}"))).unwrap();
    assert_eq!(
        read("csv"),
        "\u{FEFF}序號,日期,時間,查詢人員,帳號,IP,作業代號,查詢條件,案號,事由,結果,軌跡序號,核章,單位\r\n"
    );
    let proof = read("proof");
    for line in ["member 004", "week 2026-W45", "querier huang.sm", "queries 0"] {
        assert!(proof.lines().any(|said| said == line), "{line}: {proof}");
    }
    assert!(read("html").contains("本週無查詢"));
    let shown = sheet(&sandbox, MONDAY, &[&["show"], &whose[..]].concat())
        .expect(0)
        .json();
    assert!(shown.to_string().contains("\"queries\":0"), "{shown}");
}
