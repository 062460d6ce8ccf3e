//! Tests of reading forms and of their time in force. *Pure.*

use jiff::civil::date;

use super::*;

const GOOD: &str = r#"
id = "LN-01"
version = "3"
title = "consent"
in_force_from = 2026-10-31
in_force_to = "2027-01-01"
items = ["C0101"]
purposes = ["credit"]
recipients = ["supervisor", "bureau", "member"]
notices = ["pdpa-8"]
valid_days = 90
text = "甲"
"#;

#[test]
fn a_form_is_read() {
    let form = Form::parse(GOOD).unwrap();
    assert_eq!(
        (form.id.as_str(), form.version.as_str(), form.valid_days),
        ("LN-01", "3", 90)
    );
    assert_eq!(
        (form.in_force_from, form.in_force_to),
        (date(2026, 10, 31), Some(date(2027, 1, 1)))
    );
    assert_eq!(form.sha256, Form::hash("甲"));
    // SHA-256 of the three bytes E7 94 B2, by another program.
    assert_eq!(form.sha256[..4], HASH_START);
    assert!(form.covers_item("C0101") && !form.covers_item("C0201"));
    assert!(form.covers_purpose("credit") && !form.covers_purpose("marketing"));
    assert_eq!(Form::parse(&format!("\u{FEFF}{GOOD}")).unwrap(), form);
}

#[test]
fn a_wrong_form_is_refused_by_line_or_field() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(GOOD.contains(from), "{from}");
        assert_eq!(
            Form::parse(&GOOD.replace(from, to)).unwrap_err().to_string(),
            expected
        );
    };
    check(
        "valid_days = 90",
        "valid_days = ",
        "read the form: line 11 is not valid TOML",
    );
    check(
        "valid_days",
        "days",
        "read the form: line 11 has a field that forms do not have",
    );
    check(
        "title = \"consent\"\n",
        "",
        "read the form: the field title is missing",
    );
    check(
        "\"consent\"",
        "7",
        "read the form: the field title is not a text in quotes",
    );
    check(
        "\"LN-01\"",
        "\"LN 01\"",
        "read the form: the field id has characters other than A-Z a-z 0-9 . _ -",
    );
    check(
        "2026-10-31",
        "2026-10-32",
        "read the form: line 5 is not valid TOML",
    );
    check(
        "2026-10-31",
        "2026-10-31T00:00:00",
        "read the form: the field in_force_from is not a day written YYYY-MM-DD",
    );
    check(
        "2027-01-01",
        "2026-10-31",
        "read the form: the field in_force_to is not later than in_force_from",
    );
    check(
        "[\"C0101\"]",
        "[\"c0101\"]",
        "read the form: the field items has an entry that is not of its kind",
    );
    check(
        "[\"C0101\"]",
        "[]",
        "read the form: the field items has no entry or too many",
    );
    check(
        "= 90",
        "= 0",
        "read the form: the field valid_days is not a number from 1 to 3650",
    );
    check("\"甲\"", "\" \"", "read the form: the field text is empty");
    for (from, missing) in [
        ("\"supervisor\", ", "supervisor"),
        ("\"bureau\", ", "bureau"),
        (", \"member\"", "member"),
    ] {
        let error = Form::parse(&GOOD.replace(from, "")).unwrap_err();
        assert_eq!(error, ConsentError::FormRecipient { missing });
        assert!(error.remedy().contains(missing));
    }
    check(
        "pdpa-8",
        "pdpa-9",
        "register the form: notices do not name pdpa-8",
    );
}

#[test]
fn a_form_is_in_force_on_half_open_days() {
    let mut form = Form::parse(GOOD).unwrap();
    let check = |form: &Form, day, expected| assert_eq!(form.in_force_on(day), expected, "{day}");
    check(&form, date(2026, 10, 30), false);
    check(&form, date(2026, 10, 31), true);
    check(&form, date(2026, 12, 31), true);
    check(&form, date(2027, 1, 1), false);
    form.in_force_to = None;
    check(&form, date(2099, 1, 1), true);
}

#[test]
fn forms_are_found_by_number_and_version() {
    let form = Form::parse(GOOD).unwrap();
    let forms: Forms = [
        Form {
            version: "2".into(),
            ..form.clone()
        },
        form,
    ]
    .into_iter()
    .collect();
    assert_eq!(forms.iter().count(), 2);
    assert!(forms.find("LN-01", "3").is_some() && forms.find("LN-01", "4").is_none());
    assert!(forms.find("LN-02", "3").is_none() && forms.knows("LN-01") && !forms.knows("LN-02"));
}

#[test]
fn the_fixture_forms_pass_their_own_import() {
    let read = |file: &str| Form::parse(file).unwrap();
    let loan = [
        read(include_str!("../../fixtures/forms/LN-01-1.toml")),
        read(include_str!("../../fixtures/forms/LN-01-2.toml")),
        read(include_str!("../../fixtures/forms/LN-01-3.toml")),
    ];
    for pair in loan.windows(2) {
        assert_eq!(pair[0].in_force_to, Some(pair[1].in_force_from));
    }
    for form in &loan {
        assert!(form.covers_item("C0101") && form.covers_purpose("credit") && form.valid_days == 90);
        for named in [
            "金融監督管理委員會",
            "財團法人金融聯合徵信中心",
            "個人資料保護法第八條",
            "虛構",
        ] {
            assert!(form.text.contains(named), "{named}");
        }
    }
    assert!(!read(include_str!("../../fixtures/forms/CARD-02-1.toml")).covers_purpose("credit"));
}

const HASH_START: [u8; 4] = [0x33, 0xE3, 0x58, 0x0C];
