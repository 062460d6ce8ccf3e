//! Today tells each person what waits for them, and nobody what does not. *Edge.*

use super::browser::Browser;
use crate::{
    http::caller::Served,
    signin::{first_password, in_two_hands, staffed},
    support::{NOW, Sandbox, fixtures},
};

const WORDS: &str = "Tide-9-Harbour";
const MONDAY: &str = "2026-11-09T09:00:00+08:00";

/// The first password of somebody who gives others theirs, from other hands.
fn given(sandbox: &Sandbox, holder: &str, hands: (&str, &str)) -> String {
    let place = sandbox.path(&format!("notice-{}", holder.replace('/', "-")));
    let words = ["first", holder, "--out", place.to_str().unwrap()];
    in_two_hands(sandbox, NOW, &words, hands).expect(0);
    let notice = std::fs::read_to_string(&place).unwrap();
    notice
        .lines()
        .nth(1)
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned()
}

/// What was applied for waits for whoever may give it, and not for the applicant; a locked account is shown to who unlocks it.
#[test]
fn decisions_and_locked_accounts_are_on_the_page_of_whom_they_wait_for() {
    let sandbox = staffed();
    let head = given(&sandbox, "004/wu.head", ("lu.adm", "hu.head"));
    let administrator = given(&sandbox, "004/lu.adm", ("mo.adm", "wu.head"));
    first_password(&sandbox, NOW, "004/chen.yl");
    let served = Served::open(&sandbox, NOW, &[]);
    let mut one = Browser::new(&served);
    let page = one.settle("004/wu.head", &head, WORDS);
    assert!(
        !page.html.contains("待核准") && !page.html.contains("遭鎖定"),
        "{}",
        page.html
    );
    let mut other = Browser::new(&served);
    other.settle("004/lu.adm", &administrator, WORDS);

    let out = sandbox.path("out");
    let words = [
        "account",
        "first",
        "004/lin.ch",
        "--out",
        out.to_str().unwrap(),
        "--as",
        "lu.adm",
        "--reason",
        "新進",
    ];
    let applied = sandbox.at(NOW, ["--json"], words).expect(75).json();
    let number = applied["approval"].to_string();
    one.open("/").says(&["待核准", "核發初始密碼", "lu.adm"]);
    assert!(!other.open("/").html.contains("待核准"));
    let given = ["approval", "give", &number, "--as", "wu.head"];
    sandbox.at(NOW, [], given).expect(0);
    // What was given waits for the applicant to use it.
    other.open("/").says(&["已核准", "核發初始密碼"]);
    let page = one.open("/");
    assert!(
        !page.html.contains("待核准") && !page.html.contains("已核准"),
        "{}",
        page.html
    );

    let mut stranger = Browser::new(&served);
    for _ in 0..5 {
        assert_eq!(stranger.sign_in("004/chen.yl", "Wrong-1-Wrong").status, 401);
    }
    other.open("/").says(&["遭鎖定之帳號", "chen.yl"]);
    assert!(!one.open("/").html.contains("遭鎖定"));
    // Of another member nobody is told.
    let first = first_password(&sandbox, NOW, "012/chou.q");
    let page = Browser::new(&served).settle("012/chou.q", &first, WORDS);
    assert!(
        !page.html.contains("待核准") && !page.html.contains("chen.yl"),
        "{}",
        page.html
    );
    served.end();
}

/// The Monday after a week of queries its sheet waits for the querier; the pictures show a member its own, and no other's.
#[test]
fn a_sheet_waits_for_its_querier_and_pictures_are_of_ones_own_member() {
    let sandbox = staffed();
    let chen = first_password(&sandbox, NOW, "004/chen.yl");
    let chou = first_password(&sandbox, NOW, "012/chou.q");
    let (_, summary) = sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
    let answered = summary["answered"].as_i64().unwrap();
    assert!(answered > 0);
    let served = Served::open(&sandbox, NOW, &[]);
    let page = Browser::new(&served).settle("004/chen.yl", &chen, WORDS);
    page.says(&[
        "每日查詢筆數",
        "11月2日",
        &format!("已回覆 {answered}"),
        "尚餘",
        "72 h",
        "即將到期",
    ]);
    let page = Browser::new(&served).settle("012/chou.q", &chou, WORDS);
    assert!(
        !page.html.contains("每日查詢筆數") && !page.html.contains("已回覆"),
        "{}",
        page.html
    );
    served.end();
    sandbox.at(MONDAY, ["serve", "--once"], [""; 0]).expect(0);
    let served = Served::open(&sandbox, MONDAY, &[]);
    let mut chen = Browser::new(&served);
    let page = chen.sign_in("004/chen.yl", WORDS);
    // The session of a week ago was never signed out of.
    assert_eq!(page.path, "/?done=replaced");
    page.says(&["待簽章", "查詢紀錄單 2026-W45", "115/11/15"]);
    // Each task leads to where it is done.
    let tasks = page.html.split("<ul class=\"tasks\">").skip(1);
    let tasks: String = tasks.filter_map(|list| list.split("</ul>").next()).collect();
    let places: Vec<&str> = tasks
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(places.len(), tasks.matches("<li").count());
    assert!(places.contains(&"/sheets/1"), "{places:?}");
    for place in places {
        assert_eq!(chen.open(place).status, 200, "{place}");
    }
    served.end();
}
