//! A week of a member: its querier and its approver, from the file with problems to the sheet on paper. *Edge.*

use super::{driver::ENTER, stage::Stage};
use crate::{
    batch_file::{BatchRow, batch_file, consent_ref},
    console::house,
    http::caller::until,
    sheet::{MONDAY, asked},
    support::Sandbox,
};

const CHEN: &str = "004/chen.yl";
const WANG: &str = "004/wang.dg";
const BATCH: &str = "004-1151109-01";

/// A row of this week.
fn row(number: u64) -> BatchRow {
    BatchRow::valid_on("2026-11-08", "2026-11-07", number)
}

/// A house in which somebody asked a week ago.
pub fn week() -> Sandbox {
    let sandbox = asked(11);
    house::furnish(&sandbox);
    sandbox.mayfly(["--at", MONDAY, "serve", "--once"]).expect(0);
    sandbox
}

#[test]
fn a_querier_and_an_approver_go_through_their_week() {
    let stage = Stage::open(week(), MONDAY, &[CHEN, WANG]);
    let wrong = [
        row(21),
        row(22).with("reason_code", "Z"),
        row(23).with("idv_result", "failed"),
    ];
    let bad = stage.sandbox.file("bad.csv", batch_file(&wrong));
    let good = stage
        .sandbox
        .file(&format!("{BATCH}.csv"), batch_file(&[row(21), row(22)]));
    let driver = &stage.driver;

    stage.enter(CHEN);
    stage.see("chen.today");
    // The sheet of the week is signed.
    stage.click("nav a[href=\"/sheets\"]", "/sheets");
    stage.see("chen.sheets");
    stage.click("td a[href^=\"/sheets/\"]", "/sheets/");
    let sheet = driver.path();
    stage.see("chen.sheet");
    stage.click("form[action$=\"/sign\"] button", &format!("{sheet}?done="));
    stage.seen("chen.sheet-signed");

    // A file with problems, then a good one.
    stage.click("nav a[href=\"/batches\"]", "/batches");
    stage.see("chen.batches");
    driver.fill("#batch", BATCH);
    driver.fill("#file", bad.to_str().unwrap());
    stage.click("form[action=\"/batches/check\"] button", "/batches/check");
    stage.says(&["1 / 3", "逐列問題", "reason_code"]);
    stage.seen("chen.checked-bad");
    stage.go("/batches");
    driver.fill("#file", good.to_str().unwrap());
    stage.click("form[action=\"/batches/check\"] button", "/batches/check");
    stage.says(&["2 / 2"]);
    stage.seen("chen.checked-good");
    stage.click("form[action=\"/batches/apply\"] button", "/batches?done=");

    // The approver looks at the file, and gives it; and approves the sheet.
    stage.enter(WANG);
    stage.see("wang.today");
    stage.click("nav a[href=\"/batches\"]", "/batches");
    stage.see("wang.batches");
    stage.click("main a[href^=\"/batches/approvals/\"]", "/batches/approvals/");
    stage.see("wang.batch-approval");
    driver.fill("#file", good.to_str().unwrap());
    stage.click("form[action=\"/batches/check\"] button", "/batches/check");
    stage.says(&["此即待您核准之檔案"]);
    stage.seen("wang.checked");
    stage.click("a.main", "/batches/approvals/");
    driver.click("#give");
    stage.click(
        "form[action^=\"/batches/approvals/\"] button",
        "/batches?done=given",
    );
    stage.go(&sheet);
    stage.see("wang.sheet");
    stage.click("form[action$=\"/approve\"] button", &format!("{sheet}?done="));
    stage.go(&format!("{sheet}/print"));
    stage.print("sheet");
    stage.go("/approvals");
    stage.see("wang.approvals");

    // It is handed in, followed, read.
    stage.enter(CHEN);
    stage.go("/batches");
    stage.see("chen.batches-given");
    driver.fill("[id^=\"file-\"]", good.to_str().unwrap());
    stage.click(
        "form[action=\"/batches/hand-in\"] button",
        &format!("/batches/{BATCH}"),
    );
    until("the batch is not worked", || {
        stage.go(&format!("/batches/{BATCH}"));
        driver.text().contains("已結清").then_some(())
    });
    stage.see("chen.batch");
    driver.click("#kind option[value=\"answers\"]");
    driver.click("form[action$=\"/download\"] button");
    until("nothing is downloaded", || {
        let files = std::fs::read_dir(driver.downloads()).unwrap();
        let mut names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names
            .any(|name| name.contains("answers") && name.ends_with(".age"))
            .then_some(())
    });
    stage.click("a.main", &format!("/batches/{BATCH}/results"));
    stage.see("chen.results");
    // By keyboard alone: the reason of the first line.
    driver.tab_to("input[name=\"reason\"]");
    driver.keys(&format!("review of the report{ENTER}"));
    stage.says(&["本次查閱及其原因已留存軌跡"]);
    stage.seen("chen.answer");

    stage.go("/consents");
    stage.see("chen.consents");
    driver.fill("#reference", &consent_ref(21));
    stage.click("form[action=\"/consents/show\"] button", "/consents/show");
    stage.seen("chen.consent");
    driver.click("#word option[value=\"withdrawn\"]");
    driver.pick("#date", "2026-11-09");
    stage.click(
        "form[action=\"/consents/outcome\"] button",
        "/consents?done=withdrawn",
    );
    stage.seen("chen.consent-withdrawn");
    stage.go("/records");
    stage.see("chen.records");
    driver.run("document.querySelector('#period').value = ''");
    driver.fill("#period", "2026-11");
    driver.click("#outcome option:nth-child(2)");
    stage.click("form.filter button", "/records");
    stage.seen("chen.records-found");
    for (path, name) in [
        ("/grants", "chen.grants"),
        ("/findings", "chen.findings"),
        ("/duties", "chen.duties"),
        ("/approvals", "chen.approvals"),
        ("/password", "chen.password"),
    ] {
        stage.go(path);
        stage.see(name);
    }
    stage.served.end();
}
