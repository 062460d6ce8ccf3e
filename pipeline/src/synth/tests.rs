//! Responsible for holding invented batches to what they promise: valid unless spoilt, spoilt as ordered, repeatable. *Pure.*

use std::collections::HashSet;

use mayfly_consent::code_list::IdvMethod;
use mayfly_consent::verify::{Asked, Rules, verify};
use mayfly_consent::{Code, Forms};

use super::*;
use crate::intake::{Chunks, Encoding, Limits, Reading, Row};

const FORM: &str = include_str!("../../../fixtures/forms/LN-01-3.toml");

fn form() -> Form {
    Form::parse(FORM).unwrap()
}

fn order(form: &Form, rows: u32, faults_percent: u8) -> Order<'_> {
    Order {
        member: "004",
        rows,
        seed: 7,
        now: "2026-11-02T06:00:00Z".parse().unwrap(),
        faults_percent,
        ahead: false,
        form,
    }
}

fn batch(order: &Order<'_>) -> Vec<u8> {
    let mut file = Vec::new();
    write_batch(order, &mut file).unwrap();
    file
}

/// The rows of a batch, with the faults of the consent rules added to the parser's.
fn rows(order: &Order<'_>) -> Vec<Row> {
    let file = batch(order);
    let (kind, limits) = (FileKind::Batch, Limits::default());
    let reading = Reading {
        encoding: Encoding::Utf8,
        kind,
        limits,
        chunk_rows: 1000,
    };
    let chunks = Chunks::start(&file[..], &reading, 0, [9; 16]).unwrap();
    let mut rows: Vec<Row> = chunks.flat_map(|chunk| chunk.unwrap().rows).collect();
    let mut forms = Forms::new();
    forms.insert(order.form.clone());
    let methods = |names: &[&str]| names.iter().map(|name| IdvMethod::parse(name).unwrap()).collect();
    let rules = Rules {
        minimum_age: 18,
        oldest_years: 120,
        uses_per_item: 1,
        idv_bound_secs: 3600,
        electronic_methods: methods(&["moica", "fido", "otp", "chip_card", "mydata", "video"]),
        paper_methods: methods(&["counter", "video", "moica", "chip_card"]),
    };
    for row in rows.iter_mut().filter(|row| !row.is_unreadable()) {
        let asked = Asked {
            member: order.member,
            item: row.item.as_deref(),
            purpose: row.reason_code.map(|code| code.purpose()),
            approved_at: row.approved_at,
            now: order.now,
        };
        let _ = verify(&row.claim, &asked, &forms, None, false, &rules, &mut row.faults);
    }
    rows
}

#[test]
fn every_row_is_valid_and_somebody_elses() {
    let form = form();
    let order = order(&form, 3000, 0);
    let rows = rows(&order);
    assert_eq!(rows.len(), 3000);
    let (mut subjects, mut consents, mut cases) = (HashSet::new(), HashSet::new(), HashSet::new());
    for row in &rows {
        assert_eq!(row.faults.codes().to_string(), "", "line {}", row.line);
        assert!(row.is_complete());
        subjects.insert(row.claim.subject_id.as_ref().map(|id| id.expose().to_owned()));
        consents.insert(row.claim.consent_ref.clone());
        cases.insert(row.case_no.clone());
        let (querier, approver) = (row.querier.as_deref().unwrap(), row.approver.as_deref().unwrap());
        assert!(querier.starts_with("synth.q") && approver.starts_with("synth.a"));
        assert!(row.approved_at.unwrap() < order.now);
    }
    assert_eq!((subjects.len(), consents.len(), cases.len()), (3000, 3000, 3000));
}

#[test]
fn consents_sent_ahead_are_those_of_the_rows_that_leave_them_out() {
    let form = form();
    let apart = order(&form, 200, 10);
    let ahead = Order { ahead: true, ..apart };
    let mut consents = Vec::new();
    write_consents(&ahead, &mut consents).unwrap();
    let (batch, whole) = (batch(&ahead), batch(&apart));
    let table = |bytes: &[u8]| -> Vec<Vec<Vec<u8>>> {
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(bytes);
        table
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect()
    };
    let (batch, whole, consents) = (table(&batch), table(&whole), table(&consents));
    assert_eq!((batch.len(), consents.len()), (201, 181));
    let first = whole[0]
        .iter()
        .position(|name| name == b"consent_channel")
        .unwrap();
    let mut next = consents.iter().skip(1);
    for (index, (row, whole)) in (0..).zip(batch.iter().zip(&whole).skip(1)) {
        if ahead.fault(index).is_some() {
            assert_eq!(row, whole);
            continue;
        }
        assert!(row[..first] == whole[..first] && row[first..].iter().all(Vec::is_empty));
        let consent = next.next().unwrap();
        let in_row = |name: &Vec<u8>| {
            consents[0]
                .iter()
                .position(|column| column == name)
                .map(|place| &consent[place])
        };
        let held = whole
            .iter()
            .zip(&batch[0])
            .filter_map(|(cell, name)| Some((cell, in_row(name)?)));
        assert_eq!(held.clone().count(), 15);
        assert!(held.clone().all(|(cell, sent)| cell == sent));
    }
    assert!(next.next().is_none());
}

#[test]
fn a_batch_is_valid_on_the_first_morning_of_its_form() {
    let form = form();
    for now in ["2026-10-31T00:00:00+08:00", "2026-10-31T01:00:00+08:00"] {
        let order = Order {
            now: now.parse().unwrap(),
            ..order(&form, 500, 0)
        };
        assert!(rows(&order).iter().all(|row| row.faults.is_empty()));
    }
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    let form = form();
    let ordered = order(&form, 200, 10);
    let file = batch(&ordered);
    assert_eq!(file, batch(&ordered));
    assert_ne!(file, batch(&Order { seed: 8, ..ordered }));
    assert_ne!(
        file,
        batch(&Order {
            now: "2026-11-02T06:00:01Z".parse().unwrap(),
            ..ordered
        })
    );
    // A longer batch begins like a shorter one.
    assert!(batch(&Order { rows: 300, ..ordered }).starts_with(&file));
    assert_eq!(file.iter().filter(|&&byte| byte == b'\n').count(), 201);
}

#[test]
fn every_spoilt_row_earns_its_code_and_no_other_row_does() {
    fn check(percent: u8, count: u32, spoilt: usize) {
        let form = form();
        let order = order(&form, count, percent);
        let mut found = 0;
        for row in rows(&order) {
            let codes = row.faults.codes();
            match order.fault(row.line - 2).map(Fault::code) {
                None => assert!(codes.is_empty(), "line {}: {codes}", row.line),
                // These are seen by the gate, which knows accounts, grants and the clock.
                Some(Code::AprSelf | Code::AprQuerier | Code::AprApprover) => {
                    found += usize::from(codes.is_empty())
                }
                Some(Code::AprTime) => found += usize::from(row.approved_at.unwrap() > order.now),
                Some(Code::GateItem) => found += usize::from(row.item.as_deref() == Some("C0201")),
                Some(code) => {
                    assert_eq!(codes.to_string(), code.as_str(), "line {}", row.line);
                    found += 1;
                }
            }
        }
        assert_eq!(found, spoilt, "{percent} % of {count}");
    }
    check(0, 50, 0);
    check(1, 150, 1);
    check(10, 500, 50);
    check(35, 1000, 350);
    check(100, 300, 300);
}

#[test]
fn the_batch_has_a_name_and_its_master_data() {
    let form = form();
    let order = order(&form, 1, 0);
    assert_eq!(
        order.batch_name().map(|name| name.to_string()).ok().as_deref(),
        Some("004-1151102-01")
    );
    let (mut members, mut staff) = (Vec::new(), Vec::new());
    master::write_members(&order, "age1invented", &mut members).unwrap();
    master::write_staff(&order, &mut staff).unwrap();
    let (members, staff) = (
        String::from_utf8(members).unwrap(),
        String::from_utf8(staff).unwrap(),
    );
    assert_eq!(
        members.lines().nth(1),
        Some("004,虛構示範銀行,2020-01-01,,age1invented,1,2020-01-01")
    );
    assert_eq!(staff.lines().count(), 1 + 8 + 3 + 2 + 1);
    assert_eq!(
        staff.lines().nth(1),
        Some("004,synth.q1,虛擬查甲,徵信專員,Y,,,2020-01-01,虛擬主管,,,虛構總行,")
    );
    let columns = |line: &str| line.split(',').count();
    assert!(staff.lines().all(|line| columns(line) == 13) && members.lines().all(|line| columns(line) == 7));
}
