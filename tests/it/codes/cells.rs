//! Codes that follow from the cells of a row: each case is a valid row with some cells changed. *Edge.*

use super::{Desk, Fault};
use crate::batch_file::BatchRow;

/// A valid row with `cells` changed; what comes of it are exactly `faults`.
pub(super) struct Case {
    pub(super) code: &'static str,
    cells: &'static [(&'static str, &'static str)],
    faults: &'static [Fault],
}

#[test]
fn each_code_of_a_cell_comes_out_at_its_line_and_column() {
    let desk = Desk::open();
    for (case, number) in CASES.iter().zip((0..).step_by(10)) {
        assert!(
            case.faults.iter().any(|(_, code)| *code == case.code),
            "{} is not expected at all",
            case.code
        );
        let control = BatchRow::valid(number);
        let changed = change(BatchRow::valid(number + 1), case, &control);
        // The valid rows around it show that the change alone brought the code.
        let ran = desk.run(&[control, changed, BatchRow::valid(number + 2)]);
        ran.expect(3, "refused", case.faults);
        let json = ran.run.json();
        assert_eq!(
            json["answered"].as_u64().unwrap() + json["no_record"].as_u64().unwrap(),
            2,
            "{}",
            case.code
        );
    }
}

#[test]
fn an_old_resident_number_is_retired_on_its_day() {
    fn check(at: &'static str, faults: &[Fault]) {
        let desk = Desk::open_at(at);
        let row = BatchRow::valid_on("2030-12-31", "2030-12-30", 1).with("subject_id", OLD_RESIDENT);
        let ran = desk.run(&[row]);
        if faults.is_empty() {
            ran.expect_answered()
        } else {
            ran.expect(2, "refused", faults)
        };
    }
    check("2030-12-31T23:59:59+08:00", &[]);
    check("2031-01-01T00:00:00+08:00", &[("subject_id", "SUB-ID-RETIRED")]);
}

fn change(mut row: BatchRow, case: &Case, control: &BatchRow) -> BatchRow {
    for (column, value) in case.cells {
        row = match *column {
            BEYOND => row.with_a_field_beyond(),
            NOT_TEXT => row.with(value, b"\xe6\xb8"),
            AS_BEFORE => control.clone(),
            EMPTY_CONSENT => row.on_registered_consent(),
            _ => row.with(column, value),
        };
    }
    row
}

const fn case(
    code: &'static str,
    cells: &'static [(&'static str, &'static str)],
    faults: &'static [Fault],
) -> Case {
    Case { code, cells, faults }
}

const BEYOND: &str = "one field more";
const NOT_TEXT: &str = "bytes that are no text";
const AS_BEFORE: &str = "the line before again";
const EMPTY_CONSENT: &str = "all consent cells empty";
const OLD_RESIDENT: &str = "AB23456789";

pub(super) const CASES: &[Case] = &[
    case("ROW-COLUMNS", &[(BEYOND, "")], &[("", "ROW-COLUMNS")]),
    case(
        "ROW-ENCODING",
        &[(NOT_TEXT, "reason")],
        &[("reason", "ROW-ENCODING")],
    ),
    case(
        "ROW-ENCODING",
        &[(NOT_TEXT, "subject_name")],
        &[("subject_name", "ROW-ENCODING")],
    ),
    case("ROW-MISSING", &[("case_no", "")], &[("case_no", "ROW-MISSING")]),
    case(
        "ROW-MISSING",
        &[("consent_channel", "")],
        &[("consent_channel", "ROW-MISSING")],
    ),
    case(
        "ROW-FORMAT",
        &[("reason_code", "3")],
        &[("reason_code", "ROW-FORMAT")],
    ),
    case("ROW-FORMAT", &[("case_no", "L#1")], &[("case_no", "ROW-FORMAT")]),
    case(
        "ROW-FORMAT",
        &[("approved_at", "2026-11-01T16:00:00")],
        &[("approved_at", "ROW-FORMAT")],
    ),
    case(
        "ROW-FORMAT",
        &[("querier_ip", "10.4.12")],
        &[("querier_ip", "ROW-FORMAT")],
    ),
    case(
        "ROW-FORMAT",
        &[("consent_phone", "phone")],
        &[("consent_phone", "ROW-FORMAT")],
    ),
    case(
        "ROW-LENGTH",
        &[("case_no", "L-1234567890-1234567890-1234567890")],
        &[("case_no", "ROW-LENGTH")],
    ),
    case(
        "ROW-DUPLICATE",
        &[(AS_BEFORE, "")],
        &[("", "ROW-DUPLICATE"), ("consent_ref", "CNS-USED")],
    ),
    case(
        "SUB-ID-FORMAT",
        &[("subject_id", "a123456789")],
        &[("subject_id", "SUB-ID-FORMAT")],
    ),
    case(
        "SUB-ID-FORMAT",
        &[("subject_id", "A12345678")],
        &[("subject_id", "SUB-ID-FORMAT")],
    ),
    case(
        "SUB-ID-CHECK",
        &[("subject_id", "A123456788")],
        &[("subject_id", "SUB-ID-CHECK")],
    ),
    case(
        "SUB-BIRTH",
        &[("birth_date", "2001-02-29")],
        &[("birth_date", "SUB-BIRTH")],
    ),
    case(
        "SUB-BIRTH",
        &[("birth_date", "2026-11-03")],
        &[("birth_date", "SUB-BIRTH")],
    ),
    case(
        "SUB-BIRTH",
        &[("birth_date", "1906-11-01")],
        &[("birth_date", "SUB-BIRTH")],
    ),
    case(
        "SUB-MINOR",
        &[("birth_date", "2008-11-01")],
        &[("birth_date", "SUB-MINOR")],
    ),
    case(
        "CNS-MISSING",
        &[(EMPTY_CONSENT, "")],
        &[("consent_ref", "CNS-MISSING")],
    ),
    case(
        "CNS-FORM-UNKNOWN",
        &[("form_id", "LN-99")],
        &[("form_id", "CNS-FORM-UNKNOWN")],
    ),
    case(
        "CNS-FORM-UNKNOWN",
        &[("form_version", "9")],
        &[("form_version", "CNS-FORM-UNKNOWN")],
    ),
    case(
        "CNS-FORM-LAPSED",
        &[("form_version", "2")],
        &[("form_version", "CNS-FORM-LAPSED")],
    ),
    case(
        "CNS-FORM-HASH",
        &[(
            "form_sha256",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        )],
        &[("form_sha256", "CNS-FORM-HASH")],
    ),
    case(
        "CNS-TIME",
        &[("consented_at", "2026-11-01T16:00:01+08:00")],
        &[("consented_at", "CNS-TIME")],
    ),
    case(
        "CNS-TIME",
        &[("idv_at", "2026-10-31T16:00:01+08:00")],
        &[("idv_at", "CNS-TIME")],
    ),
    case(
        "CNS-EXPIRED",
        &[
            ("form_version", "2"),
            ("consented_at", "2026-08-04T09:59:59+08:00"),
            ("idv_at", "2026-08-04T09:00:00+08:00"),
        ],
        &[("consented_at", "CNS-EXPIRED")],
    ),
    case(
        "CNS-SOURCE",
        &[("consent_ip", "")],
        &[("consent_ip", "CNS-SOURCE")],
    ),
    case(
        "CNS-IDV",
        &[("idv_method", "counter")],
        &[("idv_method", "CNS-IDV")],
    ),
    case(
        "CNS-IDV",
        &[("consent_channel", "paper")],
        &[("idv_method", "CNS-IDV")],
    ),
    case(
        "CNS-IDV-FAILED",
        &[("idv_result", "failed")],
        &[("idv_result", "CNS-IDV-FAILED")],
    ),
    case(
        "CNS-PURPOSE",
        &[("form_id", "CARD-02"), ("form_version", "1")],
        &[("form_id", "CNS-PURPOSE")],
    ),
    case(
        "CNS-ITEM",
        &[("item", "C0201")],
        &[("item", "CNS-ITEM"), ("item", "GATE-ITEM")],
    ),
    case(
        "APR-SELF",
        &[("querier", "twin.a"), ("approver", "twin.b")],
        &[("approver", "APR-SELF")],
    ),
    case(
        "APR-SELF",
        &[("approver", "chen.yl")],
        &[("approver", "APR-SELF"), ("approver", "APR-APPROVER")],
    ),
    case(
        "APR-QUERIER",
        &[("querier", "nobody")],
        &[("querier", "APR-QUERIER")],
    ),
    case(
        "APR-QUERIER",
        &[("querier", "tsai.ex")],
        &[("querier", "APR-QUERIER")],
    ),
    case(
        "APR-QUERIER",
        &[("querier", "chou.q")],
        &[("querier", "APR-QUERIER")],
    ),
    case(
        "APR-APPROVER",
        &[("approver", "hsu.rv")],
        &[("approver", "APR-APPROVER")],
    ),
    case(
        "APR-TIME",
        &[("approved_at", "2026-11-02T10:00:01+08:00")],
        &[("approved_at", "APR-TIME")],
    ),
    case(
        "APR-TIME",
        &[
            ("approved_at", "2026-10-26T09:59:59+08:00"),
            ("form_version", "2"),
            ("consented_at", "2026-10-25T15:00:00+08:00"),
            ("idv_at", "2026-10-25T15:00:00+08:00"),
        ],
        &[("approved_at", "APR-TIME")],
    ),
];

/// Codes that are tried at an instant of their own.
pub(super) const AT_THEIR_INSTANT: [&str; 1] = ["SUB-ID-RETIRED"];
