//! Several codes at once, a specific code in place of a general one, and values that are just good enough. *Edge.*

use super::{Desk, Fault};
use crate::{
    batch_file::BatchRow,
    support::{NOW, Run},
};

#[test]
fn a_row_carries_all_codes_that_apply() {
    let desk = Desk::open();
    let row = BatchRow::valid(1)
        .with("case_no", "L-1234567890-1234567890-1234567890")
        .with("reason_code", "7")
        .with("reason", "")
        .with("item", "C0401")
        .with("subject_id", "A123456788")
        .with("birth_date", "2010-06-01")
        .with("querier", "hsu.rv")
        .with("approver", "hsu.rv")
        .with("approved_at", "2026-10-20T16:00:00+08:00")
        .with("form_version", "1")
        .with("form_sha256", "0".repeat(64))
        .with("consent_ip", "")
        .with("idv_method", "counter")
        .with("idv_result", "failed")
        .with("idv_at", "2026-11-01T00:00:00+08:00");
    desk.run(&[BatchRow::valid(2), row]).expect(
        3,
        "refused",
        &[
            ("case_no", "ROW-LENGTH"),
            ("reason_code", "ROW-FORMAT"),
            ("reason", "ROW-MISSING"),
            ("subject_id", "SUB-ID-CHECK"),
            ("birth_date", "SUB-MINOR"),
            ("approver", "APR-SELF"),
            ("querier", "APR-QUERIER"),
            ("approver", "APR-APPROVER"),
            ("approved_at", "APR-TIME"),
            ("item", "GATE-ITEM"),
            ("item", "CNS-ITEM"),
            ("form_version", "CNS-FORM-LAPSED"),
            ("form_sha256", "CNS-FORM-HASH"),
            ("consent_ip", "CNS-SOURCE"),
            ("idv_method", "CNS-IDV"),
            ("idv_result", "CNS-IDV-FAILED"),
            // Consented to after the approval, and checked too late: one code about two cells counts once.
            ("consented_at", "CNS-TIME"),
            ("idv_at", "CNS-TIME"),
        ],
    );
}

#[test]
fn a_specific_code_takes_the_place_of_the_general_one() {
    fn check(desk: &Desk, row: BatchRow, faults: &[Fault]) {
        desk.run(&[row]).expect(2, "refused", faults);
    }
    let desk = Desk::open();
    check(
        &desk,
        BatchRow::valid(1).with("subject_id", "A1234567890"),
        &[("subject_id", "SUB-ID-FORMAT")],
    );
    check(
        &desk,
        BatchRow::valid(2).with("subject_id", ""),
        &[("subject_id", "ROW-MISSING")],
    );
    check(
        &desk,
        BatchRow::valid(3).with("birth_date", "yesterday"),
        &[("birth_date", "SUB-BIRTH")],
    );
    check(
        &desk,
        BatchRow::valid(4).with("consent_ip", ""),
        &[("consent_ip", "CNS-SOURCE")],
    );
    check(
        &desk,
        BatchRow::valid(5).on_registered_consent(),
        &[("consent_ref", "CNS-MISSING")],
    );
    // An address that is none is a matter of form, and no missing source on top.
    check(
        &desk,
        BatchRow::valid(6).with("consent_ip", "203.0.113"),
        &[("consent_ip", "ROW-FORMAT")],
    );
}

#[test]
fn what_is_just_good_enough_passes() {
    let desk = Desk::open();
    desk.run(&[
        // Approved this very instant; seven days ago to the second, on a consent of its own day.
        BatchRow::valid(1).with("approved_at", NOW),
        BatchRow::valid(2)
            .with("approved_at", "2026-10-26T10:00:00+08:00")
            .with("form_version", "2")
            .with("consented_at", "2026-10-26T10:00:00+08:00")
            .with("idv_at", "2026-10-26T11:00:00+08:00"),
        // 90 days old to the second.
        BatchRow::valid(3)
            .with("form_version", "2")
            .with("consented_at", "2026-08-04T10:00:00+08:00")
            .with("idv_at", "2026-08-04T10:00:00+08:00"),
        // Eighteen on the day of the consent.
        BatchRow::valid(4).with("birth_date", "2008-10-31"),
        BatchRow::valid(5)
            .with("birth_date", "0750505")
            .with("subject_id", "AB23456789"),
        BatchRow::valid(6)
            .with("consent_ip", "")
            .with("consent_phone", "0901-671-560"),
        BatchRow::valid(7)
            .with("consent_channel", "paper")
            .with("consent_ip", "")
            .with("idv_method", "counter"),
        BatchRow::valid(8)
            .with("querier_ip", "")
            .with("idv_ref", "")
            .with("reason_code", "2"),
        BatchRow::valid(9).with("reason", "\"貸款,\"\"急\"\"件\""),
    ])
    .expect_answered();
}

#[test]
fn rejects_speak_chinese_when_asked() {
    let desk = Desk::open();
    let refused = desk.run(&[BatchRow::valid(1).with("approver", "chen.yl")]);
    let rejects = desk.sandbox.path("rejects-zh.csv");
    let mut command = desk.sandbox.command();
    command
        .args(["--at", NOW, "--lang", "zh-TW", "batch", "run", "--rejects"])
        .arg(&rejects)
        .arg(&refused.file);
    Run::of(command.output().unwrap()).expect(1);
    let text = std::fs::read_to_string(&rejects).unwrap();
    assert!(text.starts_with("line,column,code,message\n"), "{text}");
    assert!(text.contains("2,approver,APR-SELF,查詢"), "{text}");
}
