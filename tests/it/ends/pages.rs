//! More records at their end than one page takes: all of them go, page by page. *Edge.*

use mayfly::{
    app::House,
    journal::{
        act::{Act, enter},
        entry::Kind,
        signing::sign,
    },
};

use super::*;
use crate::synthetic::journal;

#[test]
fn more_records_than_a_page_takes_all_end() {
    let sandbox = Sandbox::with_master_data();
    let lines = (0..REGISTERED).map(|i| {
        format!(
            "004,former.{i:04},前員{i},專員,Y,,,2024-01-01,wu.head,2026-10-01,wu.head,F004-{i:04},徵信部,\n"
        )
    });
    let header =
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level\n";
    let file = sandbox.file("former.csv", header.to_owned() + &lines.collect::<String>());
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    act(&sandbox, PAYLOADS);

    let payloads = "SELECT COUNT(*) FROM journal_payload WHERE cohort = 'audit-202611'";
    let former = "SELECT COUNT(*) FROM authorisation WHERE account LIKE 'former.%'";
    let (before, registered) = (number(&sandbox, payloads), number(&sandbox, former));
    assert!(before >= PAYLOADS as i64 && registered == REGISTERED as i64);
    let years = purged(&sandbox, LAST_DAY);
    assert!(years["deleted"].as_u64().unwrap() >= REGISTERED, "{years}");
    assert_eq!(
        (number(&sandbox, payloads), number(&sandbox, former)),
        (before, 0)
    );
    let years = purged(&sandbox, DAY_AFTER);
    assert_eq!(years["deleted"], before, "{years}");
    assert_eq!(number(&sandbox, payloads), 0);
    let entered = journal(&sandbox, DAY_AFTER);
    let pages = |records: &str| {
        let of_kind = entered.iter().filter(|entry| entry.kind == "deletion");
        of_kind
            .filter(|entry| entry.reference == format!("ended:{records}"))
            .count()
    };
    let payload_pages = before.unsigned_abs().div_ceil(500) as usize;
    assert_eq!(
        (pages("journal_payload"), pages("authorisation")),
        (payload_pages, 2)
    );
    // The certificate of the month counts them all, over every page.
    purged(&sandbox, MONTH_AFTER);
    let listed = sandbox
        .at(MONTH_AFTER, ["--json", "certificate", "list"], [""; 0])
        .expect(0)
        .json();
    let all = listed.as_array().unwrap();
    let erased = all
        .iter()
        .find(|one| one["cohort"] == "audit-202611" && one["state"] == "erased");
    assert_eq!(erased.unwrap()["answers"], before);
}

/// Enters `count` acts of the bureau.
fn act(sandbox: &Sandbox, count: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let now = NOW.parse().unwrap();
        let house = House::open(&sandbox.data(), Some(now)).await.unwrap();
        let mut tx = house.db.begin().await.unwrap();
        for number in 0..count {
            let reference = format!("trial-{number}");
            let act = Act {
                kind: Kind::Export,
                member: "",
                reference: &reference,
            };
            enter(&house, tx.connection(), &act, &number, now).await.unwrap();
        }
        tx.commit().await.unwrap();
        sign(&house).await.unwrap();
    });
}

/// Pages of 500: of payloads at least three, of authorisations two.
const PAYLOADS: u64 = 1_100;
const REGISTERED: u64 = 620;
