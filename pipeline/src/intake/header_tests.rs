//! Responsible for checking headers: both languages, any order, and what refuses a file. *Pure.*

use super::super::reader::RecordReader;
use super::*;

fn parse(line: &[u8], kind: FileKind, encoding: Encoding) -> Result<Header, FileRefusal> {
    let limits = Limits::default();
    let mut reader = RecordReader::new(line, encoding, limits);
    let first = reader.next_record().unwrap().unwrap();
    Header::parse(first.cut, kind, encoding, &limits)
}

fn english(kind: FileKind, wanted: impl Fn(Column) -> bool) -> String {
    let names = Column::ALL
        .iter()
        .filter(|&&column| kind.allows(column) && wanted(column));
    names.map(|column| column.english()).collect::<Vec<_>>().join(",")
}

fn faults(line: &str, kind: FileKind) -> Vec<ColumnFault> {
    match parse(line.as_bytes(), kind, Encoding::Utf8) {
        Err(FileRefusal::Columns(faults)) => faults,
        Err(_) => panic!("the columns are at fault"),
        Ok(_) => Vec::new(),
    }
}

const REQUIRED: &str = "case_no,reason_code,reason,item,subject_id,subject_name,birth_date,querier,approver,\
                        approved_at,consent_ref";

#[test]
fn the_required_columns_are_those_of_the_specification() {
    assert_eq!(
        english(FileKind::Batch, |column| FileKind::Batch.requires(column)),
        REQUIRED
    );
    assert_eq!(
        english(FileKind::Consents, |column| FileKind::Consents.requires(column)),
        "subject_id,subject_name,birth_date,consent_ref,consent_channel,consented_at,form_id,form_version,\
         idv_method,idv_result,idv_at,member"
    );
    assert_eq!(Column::ALL.iter().filter(|column| column.is_starred()).count(), 7);
    assert_eq!(
        Column::ALL
            .iter()
            .filter(|column| column.is_consent_cell())
            .count(),
        11
    );
}

#[test]
fn columns_stand_in_any_order_and_language() {
    let header = parse(REQUIRED.as_bytes(), FileKind::Batch, Encoding::Utf8).unwrap();
    assert_eq!(
        (
            header.count(),
            header.place(Column::ConsentRef),
            header.place(Column::IdvRef)
        ),
        (11, Some(10), None)
    );

    let mut names: Vec<&str> = Column::ALL
        .iter()
        .filter(|&&column| FileKind::Batch.allows(column))
        .enumerate()
        .map(|(place, column)| {
            if place % 2 == 0 {
                column.chinese()
            } else {
                column.english()
            }
        })
        .collect();
    names.reverse();
    let line = names.join(",");
    let header = parse(line.as_bytes(), FileKind::Batch, Encoding::Utf8).unwrap();
    assert_eq!(
        (
            header.count(),
            header.place(Column::CaseNo),
            header.place(Column::IdvRef)
        ),
        (23, Some(22), Some(0))
    );

    let mut bytes = Vec::new();
    super::super::cp950::encode(&line, &mut bytes).unwrap();
    assert_eq!(parse(&bytes, FileKind::Batch, Encoding::Cp950), Ok(header));
    assert_eq!(
        parse(&bytes, FileKind::Batch, Encoding::Utf8),
        Err(FileRefusal::Encoding(EncodingFault::Header))
    );
}

#[test]
fn unknown_repeated_and_missing_columns_are_named() {
    fn check(line: &str, expected: &[ColumnFault]) {
        assert_eq!(faults(line, FileKind::Batch), expected, "{line}");
    }
    let unknown = |position, name: Option<&str>| ColumnFault::Unknown {
        position,
        name: name.map(String::from),
    };
    check(REQUIRED, &[]);
    check(&format!("{REQUIRED},salary"), &[unknown(12, Some("salary"))]);
    check(&format!("{REQUIRED},備註"), &[unknown(12, Some("備註"))]);
    check(&format!("{REQUIRED},"), &[unknown(12, None)]);
    check(&format!("{REQUIRED},A123456789"), &[unknown(12, None)]);
    check(&format!("{REQUIRED},\u{1B}[31m"), &[unknown(12, None)]);
    check(&format!("{REQUIRED},member"), &[unknown(12, Some("member"))]);
    check(&format!("{REQUIRED},事由"), &[ColumnFault::Repeated("reason")]);
    check(&REQUIRED.replace("item,", ""), &[ColumnFault::Missing("item")]);
    check(
        &REQUIRED.replace("item", "Item"),
        &[unknown(4, Some("Item")), ColumnFault::Missing("item")],
    );
    check(
        &REQUIRED.replace("item", " item"),
        &[unknown(4, Some(" item")), ColumnFault::Missing("item")],
    );
}

#[test]
fn a_file_without_a_header_shows_nothing_of_its_first_row() {
    let found = faults(
        "CASE-1,1,房貸,C0101,A123456789,王小明,0790101,wang,lee",
        FileKind::Batch,
    );
    assert_eq!(found.len(), 9 + 11);
    assert!(
        found
            .iter()
            .all(|fault| !matches!(fault, ColumnFault::Unknown { name: Some(_), .. }))
    );
}

#[test]
fn a_file_of_consents_has_its_own_columns() {
    let all = english(FileKind::Consents, |_| true);
    assert_eq!(faults(&all, FileKind::Consents), []);
    assert_eq!(
        faults(&format!("{all},case_no"), FileKind::Consents),
        [ColumnFault::Unknown {
            position: 17,
            name: Some("case_no".to_owned())
        }]
    );
    assert_eq!(
        faults(&all.replace("member", "consent_ip"), FileKind::Consents).len(),
        2
    );
}

#[test]
fn a_header_that_is_no_text_or_over_the_limits_refuses_the_file() {
    fn check(line: &[u8], expected: FileRefusal) {
        assert_eq!(parse(line, FileKind::Batch, Encoding::Utf8), Err(expected));
    }
    check(b"case_no,\0,item", FileRefusal::Encoding(EncodingFault::Nul));
    check(b"case_no,\xFF", FileRefusal::Encoding(EncodingFault::Header));
    check(&[b'x'; 70_000], FileRefusal::Limit(Limit::HeaderBytes(65_536)));
    check(&[b','; 64], FileRefusal::Limit(Limit::Columns(64)));
}
