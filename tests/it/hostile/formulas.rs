//! What a spreadsheet would carry out: kept as text, unchanged for machines, shown to people as what it is. *Edge.*

use serde_json::json;

use super::{ran, run};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Sandbox, fixtures},
    synthetic::opened,
};

#[test]
fn a_formula_is_text() {
    let sandbox = Sandbox::with_master_data();
    let mut rows = Vec::new();
    for (number, formula) in (1..).zip(FORMULAS) {
        for (place, column) in COLUMNS.iter().enumerate() {
            let row = BatchRow::valid(10 * number + place as u64).with(column, format!("\"{formula}\""));
            rows.push(if *column == "consent_ref" {
                row
            } else {
                row.with("consent_ref", format!("R-{number}-{place}"))
            });
        }
    }
    let count = rows.len() as u64;
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        count,
        0,
    );

    // Result files are for machines: what the member sent comes back byte for byte.
    let out = sandbox.path("out");
    run(
        &sandbox,
        [
            "batch",
            "results",
            "004-1151102-01",
            "--as",
            "chen.yl",
            "--out",
            out.to_str().unwrap(),
        ],
    )
    .expect(0);
    for kind in ["results", "answers"] {
        let table = opened(&out.join(format!("004-1151102-01.{kind}.csv.age")));
        let mut table = csv::Reader::from_reader(&*table);
        let place = table
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "consent_ref")
            .unwrap();
        let refs: Vec<String> = table
            .records()
            .map(|record| record.unwrap()[place].to_owned())
            .collect();
        assert!(!refs.is_empty());
        if kind == "results" {
            for formula in FORMULAS {
                assert!(refs.iter().any(|known| known == formula), "{formula} was changed");
            }
        }
        assert!(
            refs.iter()
                .all(|known| known.starts_with("R-") || FORMULAS.contains(&known.as_str()))
        );
    }
    // At a terminal and in JSON it is what it is: neither carries anything out.
    for formula in FORMULAS {
        let shown = run(&sandbox, ["consent", "show", "--full", "--", "004", formula])
            .expect(0)
            .json();
        assert_eq!(shown["consent_ref"], json!(formula));
        let told = sandbox
            .at(NOW, ["consent", "show", "--full", "--"], ["004", formula])
            .expect(0);
        assert!(
            told.stdout.starts_with(&format!("consent 004/{formula}\n")),
            "{}",
            told.stdout
        );
    }
    let shown = run(&sandbox, ["consent", "show", "--full", "--", "004", "R-1-1"])
        .expect(0)
        .json();
    assert_eq!(shown["subject_name"], json!(FORMULAS[0]));
}

/// A tab or a line end before a formula gets past some filters; neither is text of one line.
#[test]
fn a_formula_behind_a_control_character_is_refused() {
    let sandbox = Sandbox::with_master_data();
    let starts = ["\t=1+1", "\r=1+1", "\n=1+1", "\u{0}=1+1", "=1\u{b}+1"];
    let rows: Vec<BatchRow> = (1..)
        .zip(
            starts
                .iter()
                .flat_map(|start| COLUMNS.map(|column| (column, start))),
        )
        .map(|(number, (column, start))| BatchRow::valid(number).with(column, format!("\"{start}\"")))
        .collect();
    let count = rows.len() as u64;
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let rejects = sandbox.path("rejects.csv");
    let words = [
        "batch",
        "run",
        file.to_str().unwrap(),
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    let summary = ran(&sandbox, &run(&sandbox, words), count, count);
    assert_eq!(summary["codes"], json!({ "ROW-FORMAT": count }));
    // The rejects file is for people and opens in a spreadsheet: no cell of it begins a formula, for it holds none.
    for record in csv::Reader::from_path(rejects).unwrap().records() {
        for cell in record.unwrap().iter() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']),
                "{cell}"
            );
        }
    }
}

#[test]
fn a_formula_in_a_register_is_text_as_well() {
    let sandbox = Sandbox::empty();
    let mut members = String::from("code,name,valid_from,valid_to,age_recipients\n");
    let mut staff = String::from(
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level\n",
    );
    for (number, formula) in (100..).zip(FORMULAS) {
        members.push_str(&format!("{number},\"{formula}\",2020-01-01,,\n"));
        staff.push_str(&format!("{number},a.b,\"{formula}\",\"{formula}\",Y,,,2020-01-01,\"{formula}\",,,\"{formula}\",\"{formula}\",\"{formula}\"\n"));
    }
    for (register, text) in [("member", members), ("staff", staff)] {
        let file = sandbox.file(register, text);
        let told = run(&sandbox, [register, "import", file.to_str().unwrap()])
            .expect(0)
            .json();
        assert_eq!(told["changed"], FORMULAS.len());
        // The same again is the same: what was stored is what was sent.
        let told = run(&sandbox, [register, "import", file.to_str().unwrap()])
            .expect(0)
            .json();
        assert_eq!(told["changed"], 0);
    }
    run(
        &sandbox,
        [
            "member",
            "import",
            fixtures().join("demo/members.csv").to_str().unwrap(),
        ],
    )
    .expect(0);
    run(&sandbox, ["stop", "add", "member", "004", "--reason", "=1+1"]).expect(0);
    assert_eq!(
        run(&sandbox, ["stop", "list"]).expect(0).json()[0]["reason"],
        "=1+1"
    );
}

const COLUMNS: [&str; 4] = ["consent_ref", "subject_name", "reason", "idv_ref"];
const FORMULAS: [&str; 12] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|'/c calc'!A0",
    "=HYPERLINK(0)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "%=1",
    "'=1",
];
