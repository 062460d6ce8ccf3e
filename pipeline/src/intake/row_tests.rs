//! Responsible for checking rows cell by cell: every code of the parser, all at once, and none for a good row. *Pure.*

use super::super::cutter::Limits;
use super::super::reader::RecordReader;
use super::*;

/// A good row: column and cell.
const GOOD: [(&str, &str); 23] = [
    ("case_no", "CASE-1"),
    ("reason_code", "1"),
    ("reason", "房屋貸款申請"),
    ("item", "C0101"),
    ("subject_id", "A123456789"),
    ("subject_name", "王小明"),
    ("birth_date", "0790131"),
    ("querier", "wang.m"),
    ("querier_ip", "203.0.113.7"),
    ("approver", "lee.k"),
    ("approved_at", "2026-11-02T10:00:00+08:00"),
    ("consent_ref", "L20261102-17"),
    ("consent_channel", "electronic"),
    ("consented_at", "2026-11-01T09:30:00+08:00"),
    ("consent_ip", "2001:db8::7"),
    ("consent_phone", "0912-345-678"),
    ("form_id", "LN-01"),
    ("form_version", "3"),
    ("form_sha256", ""),
    ("idv_method", "moica"),
    ("idv_result", "passed"),
    ("idv_at", "2026-11-01T09:31:00+08:00"),
    ("idv_ref", "TX-1"),
];

/// The row of a file with these columns and cells.
fn read(cells: &[(&str, &str)], kind: FileKind) -> Row {
    let header = cells
        .iter()
        .map(|(column, _)| *column)
        .collect::<Vec<_>>()
        .join(",");
    let line = cells
        .iter()
        .map(|(_, cell)| format!("\"{}\"", cell.replace('"', "\"\"")))
        .collect::<Vec<_>>()
        .join(",");
    read_line(format!("{header}\n{line}\n").as_bytes(), kind, Encoding::Utf8)
}

fn read_line(file: &[u8], kind: FileKind, encoding: Encoding) -> Row {
    let limits = Limits {
        record_bytes: 2000,
        fields: 30,
        ..Limits::default()
    };
    let mut records = RecordReader::new(file, encoding, limits);
    let header = Header::parse(
        records.next_record().unwrap().unwrap().cut,
        kind,
        encoding,
        &limits,
    )
    .unwrap();
    RowReader::new(header, encoding).read(&records.next_record().unwrap().unwrap())
}

fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let changed = |column| changes.iter().find(|(name, _)| *name == column);
    GOOD.iter().map(|good| *changed(good.0).unwrap_or(good)).collect()
}

fn shown(faults: &Faults) -> Vec<String> {
    faults
        .iter()
        .map(|fault| format!("{} {}", fault.code, fault.column))
        .collect()
}

const CONSENT: [&str; 11] = [
    "consent_channel",
    "consented_at",
    "consent_ip",
    "consent_phone",
    "form_id",
    "form_version",
    "form_sha256",
    "idv_method",
    "idv_result",
    "idv_at",
    "idv_ref",
];

#[test]
fn a_good_row_is_typed_whole() {
    let row = read(&GOOD, FileKind::Batch);
    assert_eq!(shown(&row.faults), [""; 0]);
    assert!(row.is_complete() && !row.is_unreadable());
    assert_eq!(
        (row.line, row.case_no.as_deref(), row.reason_code),
        (2, Some("CASE-1"), Some(ReasonCode::NewBusiness))
    );
    assert_eq!(
        (row.reason.as_deref(), row.item.as_deref()),
        (Some("房屋貸款申請"), Some("C0101"))
    );
    assert_eq!(
        (row.querier.as_deref(), row.approver.as_deref()),
        (Some("wang.m"), Some("lee.k"))
    );
    assert_eq!(row.querier_ip, "203.0.113.7".parse().ok());
    assert_eq!(row.approved_at, "2026-11-02T02:00:00Z".parse().ok());
    assert_eq!(row.member, None);
    let claim = &row.claim;
    assert_eq!(claim.consent_ref.as_deref(), Some("L20261102-17"));
    assert_eq!(
        claim.subject_id.as_ref().map(|id| id.expose()),
        Some("A123456789")
    );
    assert_eq!(
        claim.subject_name.as_ref().map(|name| name.expose()),
        Some("王小明")
    );
    assert_eq!(claim.birth_date, Some(jiff::civil::date(1990, 1, 31)));
    let Terms::Given(given) = &claim.terms else {
        panic!("the terms are given")
    };
    assert!(given.is_complete() && given.source_present);
    assert_eq!(
        (given.form_id.as_deref(), given.form_version.as_deref()),
        (Some("LN-01"), Some("3"))
    );
    assert_eq!(given.source_ip, "2001:db8::7".parse().ok());
    assert_eq!(
        given.source_phone.as_ref().map(|phone| phone.expose()),
        Some("0912345678")
    );
    assert_eq!(
        (given.form_sha256, given.idv_ref.as_deref()),
        (None, Some("TX-1"))
    );
}

#[test]
fn every_cell_has_its_codes() {
    fn check(changes: &[(&'static str, &'static str)], expected: &[&str]) {
        let row = read(&with(changes), FileKind::Batch);
        assert_eq!(shown(&row.faults), expected, "{changes:?}");
        assert_eq!(row.is_complete(), expected.is_empty());
    }
    check(&[("case_no", "")], &["ROW-MISSING case_no"]);
    check(&[("case_no", "a b")], &["ROW-FORMAT case_no"]);
    check(
        &[("case_no", "012345678901234567890123456789012")],
        &["ROW-LENGTH case_no"],
    );
    check(&[("reason_code", " 1")], &["ROW-FORMAT reason_code"]);
    check(&[("reason", "  ")], &["ROW-MISSING reason"]);
    check(&[("item", "c0101")], &["ROW-FORMAT item"]);
    check(&[("subject_id", "")], &["ROW-MISSING subject_id"]);
    check(&[("subject_id", "A1234567890")], &["SUB-ID-FORMAT subject_id"]);
    check(&[("subject_id", " A123456789")], &["SUB-ID-FORMAT subject_id"]);
    check(&[("subject_id", "A123456788")], &["SUB-ID-CHECK subject_id"]);
    check(&[("subject_name", "王\n明")], &["ROW-FORMAT subject_name"]);
    check(&[("birth_date", "1990-02-30")], &["SUB-BIRTH birth_date"]);
    check(&[("querier", "")], &["ROW-MISSING querier"]);
    check(&[("querier_ip", "")], &[]);
    check(&[("querier_ip", "203.0.113")], &["ROW-FORMAT querier_ip"]);
    check(
        &[("approved_at", "2026-11-02 10:00")],
        &["ROW-FORMAT approved_at"],
    );
    check(&[("consent_ref", "")], &["ROW-MISSING consent_ref"]);
    check(&[("consent_channel", "fax")], &["ROW-FORMAT consent_channel"]);
    check(&[("consent_ip", ""), ("consent_phone", "")], &[]);
    check(&[("consent_ip", " ")], &["ROW-FORMAT consent_ip"]);
    check(&[("form_sha256", "12")], &["ROW-FORMAT form_sha256"]);
    check(&[("idv_ref", "")], &[]);
    check(&[("idv_ref", " ")], &["ROW-FORMAT idv_ref"]);
    check(
        &[("idv_at", ""), ("item", "X"), ("case_no", "")],
        &["ROW-MISSING case_no", "ROW-FORMAT item", "ROW-MISSING idv_at"],
    );
}

#[test]
fn the_consent_may_be_empty_only_as_a_whole() {
    let empty = CONSENT.map(|column| (column, ""));
    let row = read(&with(&empty), FileKind::Batch);
    assert!(matches!(row.claim.terms, Terms::Registered) && row.is_complete());

    let absent: Vec<_> = GOOD
        .iter()
        .filter(|(column, _)| !CONSENT.contains(column))
        .copied()
        .collect();
    let row = read(&absent, FileKind::Batch);
    assert!(matches!(row.claim.terms, Terms::Registered) && row.is_complete());

    for column in CONSENT {
        let mut changes = empty;
        changes[CONSENT.iter().position(|&name| name == column).unwrap()] =
            GOOD.iter().find(|(name, _)| *name == column).copied().unwrap();
        if column == "form_sha256" {
            changes[6].1 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        }
        let row = read(&with(&changes), FileKind::Batch);
        let starred = Column::ALL
            .iter()
            .filter(|other| other.is_starred() && other.english() != column);
        let expected: Vec<String> = starred
            .map(|other| format!("ROW-MISSING {}", other.english()))
            .collect();
        assert_eq!(shown(&row.faults), expected, "only {column}");
        assert!(matches!(row.claim.terms, Terms::Given(_)));
    }
}

#[test]
fn a_line_of_consents_has_its_member_and_always_its_terms() {
    let columns = [
        &["subject_id", "subject_name", "birth_date", "consent_ref"][..],
        &CONSENT,
    ]
    .concat();
    let mut cells: Vec<_> = GOOD
        .iter()
        .filter(|(column, _)| columns.contains(column))
        .copied()
        .collect();
    cells.push(("member", "004"));
    let row = read(&cells, FileKind::Consents);
    assert_eq!((shown(&row.faults), row.member.as_deref()), (vec![], Some("004")));
    assert!(matches!(row.claim.terms, Terms::Given(_)));

    let empty: Vec<_> = cells
        .iter()
        .map(|&(column, cell)| (column, if CONSENT.contains(&column) { "" } else { cell }))
        .collect();
    assert_eq!(read(&empty, FileKind::Consents).faults.len(), 7);
}

#[test]
fn a_record_that_does_not_fit_has_one_code_and_no_cells() {
    fn check(line: &str, expected: &str) {
        let file = format!("{}\n{line}\n", GOOD.map(|(column, _)| column).join(","));
        let row = read_line(file.as_bytes(), FileKind::Batch, Encoding::Utf8);
        assert_eq!(shown(&row.faults), [expected]);
        assert!(row.is_unreadable() && !row.is_complete() && row.case_no.is_none());
    }
    check("CASE-1", "ROW-COLUMNS ");
    check(&",".repeat(21), "ROW-COLUMNS ");
    check(&",".repeat(23), "ROW-COLUMNS ");
    check(&",".repeat(40), "ROW-COLUMNS ");
    check(&"x".repeat(2001), "ROW-LENGTH ");
}

#[test]
fn an_undefined_cell_is_an_encoding_fault_of_its_own() {
    let header = GOOD.map(|(column, _)| column).join(",");
    let cells = GOOD.map(|(_, cell)| cell).join(",");
    let mut file = format!("{header}\n").into_bytes();
    super::super::cp950::encode(&cells, &mut file).unwrap();
    let row = read_line(&file, FileKind::Batch, Encoding::Cp950);
    assert!(row.is_complete() && row.reason.as_deref() == Some("房屋貸款申請"));

    // 造字 for 王: FA40 is the first code of the area that CP950 leaves to users.
    let mut name = Vec::new();
    super::super::cp950::encode("王小明", &mut name).unwrap();
    let place = file.windows(6).position(|window| window == name).unwrap();
    file[place..place + 2].copy_from_slice(&[0xFA, 0x40]);
    let row = read_line(&file, FileKind::Batch, Encoding::Cp950);
    assert_eq!(shown(&row.faults), ["ROW-ENCODING subject_name"]);
    assert!(row.reason.as_deref() == Some("房屋貸款申請") && row.claim.subject_name.is_none());

    let row = read_line(&file, FileKind::Batch, Encoding::Utf8);
    assert_eq!(
        shown(&row.faults),
        ["ROW-ENCODING reason", "ROW-ENCODING subject_name"]
    );
}
