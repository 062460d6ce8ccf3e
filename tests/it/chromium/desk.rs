//! The reviewer's desk, by keyboard alone, until the head has signed and the report is on paper. *Edge.*

use super::{
    driver::{ENTER, SPACE},
    stage::Stage,
};
use crate::{
    audit::{CLOSED, VALUE, asked, freeze},
    console::house,
};

const HSU: &str = "004/hsu.rv";
const HEAD: &str = "004/hu.head";
const SAMPLE: &str = "/audit/2026-11";

#[test]
fn a_reviewer_judges_a_month_by_keyboard_and_the_head_signs() {
    let sandbox = asked(4);
    house::furnish(&sandbox);
    freeze(&sandbox, CLOSED);
    let stage = Stage::open(sandbox, CLOSED, &[HSU, HEAD]);
    let driver = &stage.driver;
    stage.enter(HEAD);
    stage.go(SAMPLE);
    stage.see("head.frozen");
    driver.fill("#account", "hsu.rv");
    stage.click("form[action$=\"/name\"] button", &format!("{SAMPLE}?done="));
    stage.enter(HSU);
    stage.see("hsu.today");
    stage.click("nav a[href=\"/audit\"]", "/audit");
    stage.see("hsu.samples");
    // The schedule may have committed to the next month meanwhile, which stands above.
    stage.click(&format!("td a[href=\"{SAMPLE}\"]"), SAMPLE);
    stage.see("hsu.frozen");
    driver.tab_to("#value");
    driver.keys(&format!("{VALUE}{ENTER}"));
    stage.arrive(&format!("{SAMPLE}?done="));
    stage.see("hsu.drawn");
    stage.press("n", &format!("{SAMPLE}/1"));
    stage.see("hsu.item");
    // A finding without a reason is refused, and what was typed stays.
    driver.tab_to("#remark");
    driver.keys("no case file was found");
    stage.press("2", &format!("{SAMPLE}/1"));
    stage.says(&["REVIEW-REASON"]);
    stage.refused("hsu.item-refused");
    driver.tab_to("#reason-no_case");
    driver.keys(SPACE);
    stage.press("2", &format!("{SAMPLE}/2"));
    for next in ["/3", "/4", "?done=verdict"] {
        stage.press("1", &format!("{SAMPLE}{next}"));
    }
    stage.go(&format!("{SAMPLE}/1"));
    stage.see("hsu.item-judged");
    stage.go(SAMPLE);
    stage.see("hsu.judged");
    stage.click("form[action$=\"/verify\"] button", SAMPLE);
    stage.says(&["樣本與規則自簽章軌跡抽出者相符"]);
    stage.seen("hsu.verified");

    stage.enter(HEAD);
    stage.see("head.today");
    stage.go(SAMPLE);
    stage.see("head.sample");
    stage.click("form[action$=\"/sign\"] button", &format!("{SAMPLE}?done="));
    stage.seen("head.signed");
    stage.go(&format!("{SAMPLE}/report/print"));
    stage.print("report");
    // Corrected by one, closed by the other with a paper.
    stage.enter(HSU);
    stage.go("/findings");
    stage.see("hsu.findings");
    stage.click("form[action$=\"/correct\"] button", "/findings?all=1&done=");
    stage.seen("hsu.corrected");
    stage.enter(HEAD);
    stage.go("/findings");
    stage.see("head.findings");
    driver.fill("input[name=\"artefact\"]", &"ab".repeat(32));
    stage.click("form[action$=\"/close\"] button", "/findings?all=1&done=");
    stage.go("/findings?all=1");
    stage.see("head.findings-closed");
    stage.served.end();
}
