//! The marked persons of the redaction journey, and the files, right and wrong, that they are in. *Pure.*

use mayfly_consent::{IdKind, SubjectId};

use crate::{
    batch_file::{BatchRow, batch_file, chinese_batch_file, consent_ref, consents_file},
    scanner::{Spelling, spellings_of_text},
};

/// An invented person whose number, name and phone occur nowhere else.
#[derive(Clone, Copy)]
pub struct Marked(pub u64);

/// Whose consent is sent ahead.
pub const AHEAD: Marked = Marked(5_000_000);

impl Marked {
    pub fn number(self) -> String {
        let kind = if self.0 % 7 == 3 {
            IdKind::Resident
        } else {
            IdKind::National
        };
        SubjectId::invent(kind, self.0).expose().to_owned()
    }

    pub fn name(self) -> &'static str {
        NAMES[self.0 as usize % NAMES.len()].0
    }

    /// Nine digits, which both ways to write a phone end with.
    fn phone(self) -> String {
        format!("9{:08}", (self.0 * 7_919 + 31_415_927) % 100_000_000)
    }

    pub fn consent_ref(self) -> String {
        consent_ref(self.0)
    }

    fn row(self) -> BatchRow {
        let row = BatchRow::valid(self.0)
            .with("subject_id", self.number())
            .with("subject_name", self.name());
        let phone = self.phone();
        match self.0 % 3 {
            0 => row.with("consent_phone", format!("+886{phone}")),
            1 => row
                .with("consent_phone", format!("0{phone}"))
                .with("consent_ip", ""),
            _ => row,
        }
    }

    fn spellings(self) -> Vec<Spelling> {
        let mut spellings =
            spellings_of_text(&format!("the number of person {}", self.0), &self.number(), None);
        spellings.extend(spellings_of_text(
            &format!("the small number of person {}", self.0),
            &self.number().to_lowercase(),
            None,
        ));
        spellings.extend(spellings_of_text(
            &format!("the phone of person {}", self.0),
            &self.phone(),
            None,
        ));
        spellings
    }
}

/// Everything that must not be found.
pub fn spellings() -> Vec<Spelling> {
    let persons = GOOD
        .chain(SPOILT)
        .chain(CP950)
        .chain([AHEAD.0, AHEAD.0 + 1])
        .chain(LARGE.step_by(50));
    let mut spellings: Vec<_> = persons.flat_map(|number| Marked(number).spellings()).collect();
    for (name, cp950) in NAMES {
        spellings.extend(spellings_of_text(
            &format!("the name {}", cp950.len()),
            name,
            Some(cp950),
        ));
    }
    spellings
}

/// Consents sent ahead: one stays, one is withdrawn.
pub fn consents() -> Vec<u8> {
    consents_file("004", &[AHEAD.row(), Marked(AHEAD.0 + 1).row()])
}

pub fn withdrawals() -> Vec<u8> {
    format!(
        "member,consent_ref,outcome,date\n004,{},withdrawn,2026-11-02\n",
        Marked(AHEAD.0 + 1).consent_ref()
    )
    .into_bytes()
}

/// Good rows, and a row for each way to be refused, with marked values also where they do not belong.
pub fn batch() -> Vec<u8> {
    let mut rows: Vec<_> = GOOD.map(|number| Marked(number).row()).collect();
    rows.push(AHEAD.row().on_registered_consent());
    rows.push(Marked(AHEAD.0 + 1).row().on_registered_consent());
    let (number, name) = (AHEAD.number(), AHEAD.name());
    let twisted = number.chars().rev().collect::<String>();
    let long = number.repeat(40);
    let spoilt = [
        ("subject_id", number.to_lowercase()),
        ("subject_id", format!("{number}{number}")),
        ("subject_id", name.to_owned()),
        ("subject_name", name.repeat(30)),
        ("subject_name", String::new()),
        ("birth_date", number.clone()),
        ("birth_date", "1990-02-30".into()),
        ("birth_date", "2015-01-01".into()),
        ("case_no", long.clone()),
        ("case_no", name.to_owned()),
        ("reason_code", number.clone()),
        ("reason", long.clone()),
        ("item", number.clone()),
        ("item", name.to_owned()),
        ("querier", number.clone()),
        ("querier", name.to_owned()),
        ("querier_ip", number.clone()),
        ("approver", number.clone()),
        ("approver", "chen.yl".into()),
        ("approved_at", number.clone()),
        ("approved_at", "2026-11-03T10:00:00+08:00".into()),
        ("consent_ref", long.clone()),
        ("consent_channel", number.clone()),
        ("consented_at", number.clone()),
        ("consented_at", "2020-01-01T10:00:00+08:00".into()),
        ("consent_ip", number.clone()),
        ("consent_phone", number.clone()),
        ("consent_phone", name.to_owned()),
        ("form_id", number.clone()),
        ("form_version", number.clone()),
        ("form_sha256", number.clone()),
        ("idv_method", number.clone()),
        ("idv_result", "failed".into()),
        ("idv_result", number.clone()),
        ("idv_at", number.clone()),
        ("idv_ref", long),
        ("idv_ref", number.clone()),
        ("subject_id", twisted),
    ];
    rows.extend(
        SPOILT
            .zip(&spoilt)
            .map(|(number, (column, cell))| Marked(number).row().with(column, cell)),
    );
    rows.push(Marked(SPOILT.start).row().with_a_field_beyond());
    rows.push(
        Marked(SPOILT.start + 1)
            .row()
            .with("subject_name", [AHEAD.number().as_bytes(), b"\xff\xfe"].concat()),
    );
    rows.push(Marked(GOOD.start).row());
    batch_file(&rows)
}

/// The same kind of rows in CP950, with a Chinese header.
pub fn cp950_batch() -> Vec<u8> {
    let rows: Vec<_> = CP950
        .map(|number| Marked(number).row().with("reason", "credit"))
        .collect();
    let text = String::from_utf8(chinese_batch_file(&rows)).unwrap();
    let (_, rows) = text.split_once("\r\n").unwrap();
    // An English header needs no encoding; the names are all that does.
    let header = batch_file(&[]);
    let mut bytes = header;
    let mut rest = rows;
    while let Some((place, (name, cp950))) = NAMES
        .iter()
        .filter_map(|known| Some((rest.find(known.0)?, known)))
        .min_by_key(|(place, _)| *place)
    {
        bytes.extend_from_slice(&rest.as_bytes()[..place]);
        bytes.extend_from_slice(cp950);
        rest = &rest[place + name.len()..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Enough rows that a run can be stopped in the midst of it.
pub fn large_batch() -> Vec<u8> {
    batch_file(&LARGE.map(|number| Marked(number).row()).collect::<Vec<_>>())
}

/// Files that are refused whole: their names, their bytes and further words.
pub fn wrong_batches() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let whole = batch();
    let start = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let row = format!("{},{},{}", AHEAD.number(), AHEAD.name(), AHEAD.phone());
    let utf16: Vec<u8> = String::from_utf8_lossy(&whole)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("004-1151102-11.csv", whole[start..].to_vec(), &[]),
        (
            "004-1151102-12.csv",
            [&whole[..start], b"\"never closed ", row.as_bytes()].concat(),
            &[],
        ),
        (
            "004-1151102-13.csv",
            [
                b"case_no,reason_code,reason,",
                AHEAD.number().as_bytes(),
                b"\n1,2,3,4\n",
            ]
            .concat(),
            &[],
        ),
        ("004-1151102-14.csv", [b"\xff\xfe".to_vec(), utf16].concat(), &[]),
        (
            "004-1151102-15.csv",
            [b"\xef\xbb\xbf".as_slice(), &whole].concat(),
            &["--encoding", "cp950"],
        ),
        ("004-1151102-16.csv", whole[..start].to_vec(), &[]),
        ("004-1151102-17.csv", [row.as_bytes(), b"\0\n"].concat(), &[]),
        (
            "004-1151102-02.csv",
            [
                &whole[..start],
                whole[start..].rsplit(|&byte| byte == b'\r').next().unwrap(),
                row.as_bytes(),
                b"\n",
            ]
            .concat(),
            &[],
        ),
        ("999-1151102-01.csv", whole, &[]),
    ]
}

/// Imports that are refused, with marked values in their cells.
pub fn wrong_imports() -> Vec<(&'static [&'static str], Vec<u8>)> {
    let (number, name, phone) = (AHEAD.number(), AHEAD.name(), AHEAD.phone());
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n";
    let other = AHEAD.row().with("consented_at", "2026-10-31T15:00:01+08:00");
    vec![
        (
            &["consent", "import"],
            consents_file(
                "004",
                &[Marked(SPOILT.start)
                    .row()
                    .with("subject_id", number.to_lowercase())],
            ),
        ),
        (
            &["consent", "import"],
            consents_file("004", &[Marked(SPOILT.start).row().with("idv_at", &number)]),
        ),
        (
            &["consent", "import"],
            consents_file("999", &[Marked(SPOILT.start).row()]),
        ),
        (&["consent", "import"], consents_file("004", &[other])),
        (&["consent", "import"], batch()),
        (
            &["consent", "outcome"],
            format!("member,consent_ref,outcome,date\n004,{number},refused,2026-11-01\n").into_bytes(),
        ),
        (
            &["consent", "outcome"],
            format!("member,consent_ref,outcome,date\n004,T-000001,{number},{name}\n").into_bytes(),
        ),
        (
            &["consent", "outcome"],
            format!("{number},{name},{phone}\n").into_bytes(),
        ),
        (&["member", "import"], batch()),
        (
            &["member", "import"],
            format!("code,name,valid_from,valid_to,age_recipients\n004,{name},{number},,{phone}\n")
                .into_bytes(),
        ),
        (
            &["staff", "import"],
            format!("{staff}004,{number},{name},{phone},{number},,,2024-01-01,x,,\n").into_bytes(),
        ),
        (
            &["staff", "import"],
            format!("{staff}004,a,b,c,Y,,,{number},x,,\n").into_bytes(),
        ),
        (
            &["staff", "import"],
            format!("{staff}{number},a,b,c,Y,,,2024-01-01,x,,\n").into_bytes(),
        ),
        (&["form", "import"], batch()),
        (
            &["form", "import"],
            format!("id = \"{number}\"\n{name} = {phone}\n").into_bytes(),
        ),
        (
            &["form", "import"],
            format!("id = \"X\"\nversion = {phone}\n\"{number}\" = \"{name}\"\n").into_bytes(),
        ),
    ]
}

const GOOD: std::ops::Range<u64> = 1_000_000..1_000_150;
const SPOILT: std::ops::Range<u64> = 2_000_000..2_000_040;
const CP950: std::ops::Range<u64> = 3_000_000..3_000_040;
const LARGE: std::ops::Range<u64> = 4_000_000..4_024_000;

/// Characters that nothing else in this repository needs, with their bytes in CP950.
const NAMES: [(&str, &[u8]); 3] = [
    ("龘麤驫", b"\xf9\xd5\xf9\xd2\xf9\xcd"),
    ("鸞驫龘", b"\xc6\x7d\xf9\xcd\xf9\xd5"),
    ("麤鸞麤", b"\xf9\xd2\xc6\x7d\xf9\xd2"),
];
