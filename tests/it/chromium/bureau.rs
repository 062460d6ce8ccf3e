//! Whoever looks after people, the bureau and the supervisor: accounts, stops, certificates, and all of it at a glance. *Edge.*

use super::{members::week, stage::Stage};
use crate::{console::browser::Browser, sheet::MONDAY};

const LU: &str = "004/lu.adm";
const WU: &str = "004/wu.head";
const HEAD: &str = "012/sun.head";
const CHEN: &str = "004/chen.yl";

#[test]
fn people_begin_and_end_in_two_hands_and_accounts_are_reviewed() {
    let stage = Stage::open(week(), MONDAY, &[LU, WU, HEAD, CHEN]);
    let driver = &stage.driver;
    let mut stranger = Browser::new(&stage.served);
    for _ in 0..5 {
        stranger.sign_in(CHEN, "Wrong-1-Wrong");
    }
    stage.enter(LU);
    stage.see("lu.today");
    stage.click("nav a[href=\"/people\"]", "/people");
    stage.see("lu.people");
    stage.print("people");
    driver.fill("#account", "zhou.ql");
    driver.fill("#name", "周虛齊");
    driver.fill("#unit", "徵信部");
    driver.pick("#begin-from", "2026-11-10");
    driver.click("#role-querier");
    driver.fill("#begin-reason", "到職");
    stage.click("form[action=\"/people/begin\"] button.main", "/approvals/");
    let begin = driver.path().split('?').next().unwrap().to_owned();
    stage.see("lu.approval");
    stage.go("/people");
    stage.click("main a[href=\"/accounts\"]", "/accounts");
    stage.see("lu.accounts");
    driver.fill(
        "form[action=\"/accounts/unlock\"] input[name=\"reason\"]",
        "本人確認",
    );
    stage.click("form[action=\"/accounts/unlock\"] button", "/approvals/");
    let unlock = driver.path().split('?').next().unwrap().to_owned();
    stage.go("/accounts");
    driver.click("#first-account option:nth-child(2)");
    driver.fill("#first-reason", "初次使用");
    stage.click("form[action=\"/accounts/first\"] button", "/approvals/");
    let first = driver.path().split('?').next().unwrap().to_owned();

    stage.enter(WU);
    stage.see("wu.today");
    stage.click("nav a[href=\"/approvals\"]", "/approvals");
    stage.see("wu.approvals");
    for approval in [&begin, &unlock, &first] {
        stage.click(&format!("td a[href=\"{approval}\"]"), approval);
        stage.see("wu.approval");
        stage.click("button[value=\"give\"]", "/approvals?done=given");
    }
    stage.go("/people/review");
    stage.see("wu.review");

    stage.enter(LU);
    for approval in [&begin, &unlock] {
        stage.go(approval);
        stage.see("lu.approved");
        stage.click(
            "form[action$=\"/carry-out\"] button",
            "/approvals?done=carried-out",
        );
    }
    stage.go(&first);
    stage.click("form[action$=\"/carry-out\"] button", &first);
    stage.says(&["初始密碼通知"]);
    stage.seen("lu.first-password");
    stage.print("first-password");
    stage.go("/accounts");
    stage.see("lu.accounts-unlocked");

    stage.enter(HEAD);
    stage.go("/people/review");
    stage.see("head.review");
    stage.click("button[value=\"keep\"]", "/people/review?done=checked");
    stage.click(
        "form[action=\"/people/review/close\"] button",
        "/people/review/close",
    );
    stage.refused("head.review-open");
    stage.served.end();
}

const HE: &str = "bureau/he.cmp";
const JIN: &str = "bureau/jin.cmp";
const FAN: &str = "supervisor/fan.fsc";

#[test]
fn the_supervisor_stops_two_of_the_bureau_lift_and_all_of_it_is_seen() {
    let stage = Stage::open(week(), MONDAY, &[HE, JIN, FAN, "004/na.aud"]);
    let driver = &stage.driver;
    stage.enter(FAN);
    stage.see("fan.today");
    stage.click("nav a[href=\"/oversight\"]", "/oversight");
    stage.see("fan.oversight");
    stage.click("a.danger", "/incidents");
    stage.see("fan.incidents");
    driver.fill("#subject", "004");
    driver.click("#nature option[value=\"actual\"]");
    driver.fill("#reason", "查詢紀錄外流");
    stage.click("button[value=\"incident\"]", "/incidents/1?done=stopped");
    stage.see("fan.incident");
    for (path, name) in [
        ("/deletion", "fan.deletion"),
        ("/duties", "fan.duties"),
        ("/people", "fan.people"),
        ("/oversight", "fan.oversight-stopped"),
    ] {
        stage.go(path);
        stage.see(name);
    }

    stage.enter(HE);
    stage.see("he.today");
    stage.go("/incidents/1");
    stage.see("he.incident");
    driver.fill("input[name=\"note\"]", "主機遭侵入");
    stage.click("form[action$=\"/note\"] button", "/incidents/1?done=");
    stage.seen("he.incident-noted");
    stage.click("form[action$=\"/notice\"] button", "/incidents/1/notice");
    stage.seen("he.letter");
    stage.print("letter");
    stage.go("/incidents");
    stage.see("he.incidents");
    driver.fill("#lift-1", "已查明並改善");
    stage.click("form[action=\"/stops/1/lift\"] button", "/approvals/");
    let lift = driver.path().split('?').next().unwrap().to_owned();
    stage.enter(JIN);
    stage.go("/approvals");
    stage.click(&format!("td a[href=\"{lift}\"]"), &lift);
    stage.see("jin.approval");
    stage.click("button[value=\"give\"]", "/approvals?done=given");
    stage.enter(HE);
    stage.go(&lift);
    stage.click(
        "form[action$=\"/carry-out\"] button",
        "/approvals?done=carried-out",
    );
    stage.go("/incidents");
    stage.click("form[action=\"/drill\"] button", "/incidents");
    stage.seen("he.drill");
    stage.go("/deletion");
    stage.see("he.deletion");
    stage.click("td a", "/deletion/");
    stage.see("he.certificate");
    let note = driver.run("return document.querySelector('pre').innerText");
    stage.print("certificate");
    stage.go("/deletion");
    driver.pick("#note", note.as_str().unwrap());
    stage.click("form[action=\"/deletion/verify\"] button", "/deletion/verify");
    stage.says(&["查驗相符"]);
    stage.seen("he.verified");
    for (path, name) in [
        ("/duties", "he.duties"),
        ("/holds", "he.holds"),
        ("/people", "he.people"),
        ("/batches", "he.batches"),
    ] {
        stage.go(path);
        stage.see(name);
    }

    stage.enter("004/na.aud");
    for (path, name) in [
        ("/", "na.today"),
        ("/sheets", "na.sheets"),
        ("/records", "na.records"),
        ("/findings", "na.findings"),
        ("/incidents", "na.incidents"),
        ("/incidents/1", "na.incident"),
    ] {
        stage.go(path);
        stage.see(name);
    }
    // What nobody has written is told as a page too.
    stage.go("/incidents/99");
    stage.refused("na.unknown");
    stage.served.end();
}
