//! The way of a batch on the pages: checked, approved by another person, handed in, followed, read, forgotten. *Edge.*

use mayfly_consent::{IdKind, SubjectId};

use super::browser::{Browser, EDGE, Page, hidden};
use crate::{
    batch_file::{BatchRow, batch_file},
    http::caller::{Served, until},
    signin::{first_password, staffed},
    support::{NOW, Sandbox, files_below},
};

const BATCH: &str = "004-1151102-01";
const FILE: &str = "004-1151102-01.csv";
const CHEN: (&str, &str) = ("004/chen.yl", "Tide-9-Harbour");
const WANG: (&str, &str) = ("004/wang.dg", "Quill-5-Meadow");
const CHOU: (&str, &str) = ("012/chou.q", "Brass-3-Window");

/// Somebody at their first page.
#[track_caller]
pub fn settled<'s>(sandbox: &Sandbox, served: &'s Served, (holder, words): (&str, &str)) -> Browser<'s> {
    let first = first_password(sandbox, NOW, holder);
    let mut browser = Browser::new(served);
    browser.settle(holder, &first, words);
    browser
}

/// The encoding of a file is chosen, its name is the file's.
const CHOSEN: [(&str, &str); 1] = [("encoding", "utf-8")];

#[track_caller]
fn check(browser: &mut Browser<'_>, file: &[u8]) -> Page {
    let page = browser.open("/batches");
    browser.upload(&page, "/batches/check", &CHOSEN, (FILE, file))
}

fn intake(sandbox: &Sandbox) -> usize {
    files_below(&sandbox.data().join("sealed/intake")).len()
}

#[test]
fn a_batch_is_checked_approved_by_another_handed_in_read_and_forgotten() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let mut chen = settled(&sandbox, &served, CHEN);
    let mut wang = settled(&sandbox, &served, WANG);
    let mut chou = settled(&sandbox, &served, CHOU);
    let rows = vec![
        BatchRow::valid(1),
        BatchRow::valid(2).with("reason_code", "Z"),
        BatchRow::valid(3).with("idv_result", "failed"),
    ];
    let file = batch_file(&rows);

    // Everything that is wrong, by line, and nothing is kept of it.
    let checked = check(&mut chen, &file);
    assert_eq!((checked.status, checked.path.as_str()), (200, "/batches/check"));
    checked.says(&[
        "檢核結果",
        BATCH,
        "<b>1</b> / 3",
        "<td>3</td><td class=\"long\">reason_code</td>",
        "<td>4</td>",
    ]);
    let subject = SubjectId::invent(IdKind::National, 1);
    assert!(!checked.html.contains(subject.expose()), "a cell is shown");
    assert_eq!(intake(&sandbox), 0);

    // Handed in without approval: nothing. Applied for by one, given by another.
    let proof = hidden(checked.form("/batches/apply").unwrap());
    let unapproved = chen.post_parts("/batches/hand-in", &proof, (FILE, &file));
    unapproved.says(&["APPROVAL-OPEN"]);
    assert_eq!(intake(&sandbox), 0);
    let applied = chen.send(&checked, "/batches/apply", &[]);
    assert_eq!(applied.path, "/batches?done=file-applied");
    applied.says(&["待他人核准", BATCH]);
    let number = applied.html.split("/batches/approvals/").nth(1).unwrap();
    let number = number.split('"').next().unwrap().to_owned();
    let approval = format!("/batches/approvals/{number}");
    let own = chen.open(&approval);
    assert!(own.form(&approval).is_none(), "their own approval is offered");
    let csrf = proof.iter().find(|(name, _)| name == "csrf").unwrap().clone();
    let own = chen.post(&approval, &[csrf, ("verdict".into(), "give".into())]);
    assert_eq!(own.status, 403);
    own.says(&["APPROVAL-"]);
    let foreign = chou.open(&approval);
    foreign.says(&["APPROVAL-UNKNOWN"]);

    wang.open("/").says(&["查詢批次送件", BATCH]);
    let seen = wang.open(&approval);
    seen.says(&["核准查詢批次", BATCH, "chen.yl"]);
    let other = batch_file(&rows[..1]);
    let looked = wang.upload(&seen, "/batches/check", &[], (FILE, &other));
    assert!(
        !looked.html.contains("此即待您核准之檔案"),
        "another file is taken for it"
    );
    wang.upload(&seen, "/batches/check", &[], (FILE, &file))
        .says(&["此即待您核准之檔案", &approval]);
    let refused = wang.send(&seen, &approval, &[("verdict", "refuse"), ("reason", "")]);
    refused.says(&["STOP-REASON"]);
    let given = wang.send(&seen, &approval, &[("verdict", "give")]);
    assert_eq!(given.path, "/batches?done=given");

    // These bytes and no others, from this page and no other.
    let page = chen.open("/batches");
    page.says(&["已核准，待送件"]);
    let changed = chen.upload(&page, "/batches/hand-in", &[], (FILE, &other));
    assert_eq!(changed.status, 403);
    changed.says(&["APPROVAL-CHANGED"]);
    let mut fields = hidden(page.form("/batches/hand-in").unwrap());
    fields.retain(|(name, _)| name != "csrf");
    let unproved = chen.post_parts("/batches/hand-in", &fields, (FILE, &file));
    assert_eq!(unproved.status, 403);
    unproved.says(&["HTTP-CSRF"]);
    assert_eq!(intake(&sandbox), 0);
    let taken = chen.upload(&page, "/batches/hand-in", &[], (FILE, &file));
    assert_eq!(taken.path, format!("/batches/{BATCH}?done=handed-in"));
    taken.says(&["批次已受理", BATCH]);
    let place = format!("/batches/{BATCH}");
    let done = until("the batch is not worked", || {
        Some(chen.open(&place)).filter(|page| page.html.contains("已結清"))
    });
    done.says(&["3 / 3", "查閱結果"]);
    let following = chen.open(&format!("{place}?follow=3"));
    assert!(
        !following.html.contains("http-equiv"),
        "it follows what is at its end"
    );

    // Masked; without masks for a reason, which is on record.
    let results = format!("{place}/results");
    let masked = chen.open(&results);
    masked.says(&["L-1", &subject.masked()]);
    assert!(!masked.html.contains(subject.expose()), "it is not masked");
    let silent = chen.send(&masked, &results, &[("reason", "")]);
    silent.says(&["STOP-REASON"]);
    let opened = chen.send(&masked, &results, &[("reason", "覆核徵信報告")]);
    assert_eq!(opened.path, results);
    opened.says(&[subject.expose(), "留存軌跡"]);
    let journal = crate::synthetic::journal(&sandbox, NOW);
    assert_eq!(journal.iter().filter(|entry| entry.kind == "read").count(), 2);

    // The whole of it is encrypted to the member, and lies nowhere.
    let fields = hidden(done.form(&format!("{place}/download")).unwrap());
    let download = |browser: &Browser<'_>, kind: &str| {
        let cookies = browser.cookies();
        let headers = [
            ("Cookie", cookies.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let body = format!("csrf={}&kind={kind}", fields[0].1);
        served.ask("POST", &format!("{place}/download"), &headers, body.as_bytes())
    };
    for kind in ["results", "answers"] {
        let sent = download(&chen, kind);
        assert_eq!(sent.status, 200);
        assert!(
            sent.bytes.starts_with(b"age-encryption.org/v1\n"),
            "not encrypted"
        );
        assert!(sent.header("content-disposition").unwrap().contains(kind));
    }
    assert_eq!(download(&chou, "answers").status, 403, "of another session");
    let left = files_below(&sandbox.data());
    let left = left.iter().filter(|path| path.to_str().unwrap().contains(".csv"));
    assert_eq!(left.count(), 0, "a file was left");

    // Nobody without the right, nobody of another member.
    let denied = wang.open(&results);
    assert_eq!(denied.status, 403);
    denied.says(&["DELIVERY-PERSON"]);
    for path in [&place, &results] {
        let foreign = chou.open(path);
        assert!([404, 422].contains(&foreign.status), "{}", foreign.status);
        foreign.says(&["BATCH-UNKNOWN"]);
    }
    assert!(!chou.open("/batches").html.contains(BATCH));
    chen.speak("en");
    for (path, title) in [
        ("/batches", "Batches"),
        (place.as_str(), "How far it is"),
        (results.as_str(), "Results"),
        (approval.as_str(), "Approval of a batch"),
    ] {
        chen.open(path).says(&[title]);
    }
    served.end();

    let served = Served::open(&sandbox, "2026-11-06T12:00:00+08:00", &[]);
    let mut chen = Browser::new(&served);
    chen.sign_in(CHEN.0, CHEN.1);
    chen.open(&results).says(&["WINDOW-CLOSED"]);
    let gone = until("the answers are not destroyed", || {
        let page = chen.open(&place);
        (page.html.contains("銷毀證明編號") && !page.html.contains("尚未銷毀")).then_some(page)
    });
    assert!(!gone.html.contains("查閱結果"));
    served.end();
}

/// What is not such a form is refused without being kept, however it is sent.
#[test]
fn a_form_with_a_file_has_its_limits() {
    let sandbox = staffed();
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[limits]\nfile_bytes = 20000\n")).unwrap();
    let served = Served::open(&sandbox, NOW, &[]);
    let mut chen = settled(&sandbox, &served, CHEN);
    let rows: Vec<_> = (1..=400).map(BatchRow::valid).collect();
    let large = check(&mut chen, &batch_file(&rows));
    assert!([400, 422].contains(&large.status), "{}", large.status);
    check(&mut chen, b"").says(&["FILE-EMPTY"]);
    check(&mut chen, b"a,b\r\n1,2\r\n").says(&["FILE-COLUMNS"]);
    let page = chen.open("/batches");
    let foreign = [("encoding", "utf-8"), ("batch", "012-1151102-01")];
    let small = batch_file(&rows[..1]);
    let foreign = chen.upload(&page, "/batches/check", &foreign, (FILE, &small));
    assert_eq!(foreign.status, 403);
    foreign.says(&["BATCH-HANDS"]);
    let nameless = chen.upload(&page, "/batches/check", &CHOSEN, ("x.csv", &small));
    nameless.says(&["FILE-NAME"]);
    // A beginning without an end, a file without its end, a file before the proof, and another field after it.
    let fields = hidden(page.form("/batches/check").unwrap());
    let csrf = &fields.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let part = |name: &str, rest: &str, value: &str| {
        format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"{rest}\r\n\r\n{value}")
    };
    let proof = part("csrf", "", csrf) + "\r\n";
    let chosen = part("encoding", "", "utf-8") + "\r\n";
    let file = part(
        "file",
        "; filename=\"004-1151102-01.csv\"",
        std::str::from_utf8(&small).unwrap(),
    );
    let endless = "x".repeat(3 << 20);
    let end = format!("\r\n--{EDGE}--\r\n");
    for (body, status) in [
        (endless.clone(), 400),
        (format!("{proof}--{EDGE}\r\nX: {endless}"), 400),
        (format!("{proof}{chosen}{file}"), 400),
        (format!("{chosen}{file}{end}"), 403),
        (format!("{proof}{chosen}{file}\r\n{chosen}--{EDGE}--\r\n"), 400),
        (format!("{proof}{chosen}{file}{end}"), 200),
    ] {
        let answer = chen.post_body("/batches/check", body.as_bytes());
        assert_eq!(answer.status, status, "{}", answer.html);
    }
    assert_eq!(intake(&sandbox), 0);
    served.end();
}
