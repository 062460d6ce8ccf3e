//! The query record: the eight fields of 六(一)5 and what the approval rests on, as it is sealed for five years. *Pure.*

use mayfly_consent::json_text::JsonObject;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A row of a chunk as it rests in the chunk's query segment. The salt makes its SHA-256, which the journal entry
/// commits to, tell nothing once the record is forgotten.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryRecord<'a> {
    /// 128 random bits, hexadecimal.
    pub salt: &'a str,
    /// The query id; empty for a refused row.
    pub query: &'a str,
    /// Batch id.
    pub batch: &'a str,
    /// Line of the file.
    pub line: i64,
    /// 案號 (field 7 of 六(一)5).
    #[serde(borrow)]
    pub case_no: std::borrow::Cow<'a, str>,
    /// The member's number of the consent.
    #[serde(borrow)]
    pub consent_ref: std::borrow::Cow<'a, str>,
    /// Why a row was refused: column and code.
    #[serde(skip_serializing_if = "Vec::is_empty", default, borrow)]
    pub faults: Vec<(&'a str, &'a str)>,
    /// The query itself, for a row that passed.
    #[serde(skip_serializing_if = "Option::is_none", default, borrow)]
    pub asked: Option<AskedRecord<'a>>,
}

/// The query proper. Zeroized where it is owned: its values are the caller's.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedRecord<'a> {
    /// 查詢者帳號.
    pub account: &'a str,
    /// 查詢者 IP.
    pub ip: &'a str,
    /// 查詢日期, Asia/Taipei.
    pub date: &'a str,
    /// 時間, Asia/Taipei.
    pub time: &'a str,
    /// 查詢作業代號: the item.
    pub operation: &'a str,
    /// 查詢條件.
    #[serde(borrow)]
    pub conditions: Conditions<'a>,
    /// 事由代碼.
    pub reason_code: &'a str,
    /// 事由.
    #[serde(borrow)]
    pub reason: std::borrow::Cow<'a, str>,
    /// 核准人員.
    pub approver: &'a str,
    /// 核准時間, RFC 3339.
    pub approved_at: &'a str,
    /// The form version of the consent, `id/version`.
    pub form: &'a str,
}

/// What was asked for: the person.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions<'a> {
    /// 身分證號.
    pub subject_id: &'a str,
    /// 姓名.
    #[serde(borrow)]
    pub subject_name: std::borrow::Cow<'a, str>,
    /// 出生日期, `YYYY-MM-DD`.
    pub birth_date: &'a str,
}

impl Drop for Conditions<'_> {
    fn drop(&mut self) {
        if let std::borrow::Cow::Owned(name) = &mut self.subject_name {
            name.zeroize();
        }
    }
}

impl<'a> QueryRecord<'a> {
    /// Reads a record from the plaintext of a query segment.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Appends the record's bytes: the fields in the order of the types here.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut object = JsonObject::begin(out);
        object.text("salt", self.salt);
        object.text("query", self.query);
        object.text("batch", self.batch);
        object.bare("line", self.line);
        object.text("case_no", &self.case_no);
        object.text("consent_ref", &self.consent_ref);
        if !self.faults.is_empty() {
            serde_json::to_writer(object.key("faults"), &self.faults)
                .expect("Invariant: a list of texts always has a JSON form");
        }
        if let Some(asked) = &self.asked {
            object.object("asked", |object| asked.write(object));
        }
        object.end();
    }
}

impl AskedRecord<'_> {
    fn write(&self, object: &mut JsonObject<'_>) {
        object.text("account", self.account);
        object.text("ip", self.ip);
        object.text("date", self.date);
        object.text("time", self.time);
        object.text("operation", self.operation);
        object.object("conditions", |object| {
            object.text("subject_id", self.conditions.subject_id);
            object.text("subject_name", &self.conditions.subject_name);
            object.text("birth_date", self.conditions.birth_date);
        });
        object.text("reason_code", self.reason_code);
        object.text("reason", &self.reason);
        object.text("approver", self.approver);
        object.text("approved_at", self.approved_at);
        object.text("form", self.form);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(asked: bool) -> QueryRecord<'static> {
        QueryRecord {
            salt: "00ff",
            query: "7f3a9c0d5e1b2a48-0017",
            batch: "004-1151102-01",
            line: 18,
            case_no: "L\"20261102\"-17".into(),
            consent_ref: "C\\7".into(),
            faults: if asked {
                vec![]
            } else {
                vec![("", "ROW-COLUMNS"), ("item", "GATE-ITEM")]
            },
            asked: asked.then(|| AskedRecord {
                account: "wang.lo",
                ip: "192.0.2.7",
                date: "2026-11-02",
                time: "10:00:00+08:00",
                operation: "C0101",
                conditions: Conditions {
                    subject_id: "A123456789",
                    subject_name: "王\t小明".into(),
                    birth_date: "1980-02-03",
                },
                reason_code: "1",
                reason: "信用貸款申請".into(),
                approver: "lin.ap",
                approved_at: "2026-11-02T01:00:00Z",
                form: "LN-01/3",
            }),
        }
    }

    #[test]
    fn records_are_written_as_they_are_derived_and_read_back() {
        for asked in [true, false] {
            let mut out = Vec::new();
            record(asked).write(&mut out);
            assert_eq!(out, serde_json::to_vec(&record(asked)).unwrap());
            let read = QueryRecord::parse(&out).unwrap();
            assert_eq!(serde_json::to_vec(&read).unwrap(), out);
        }
    }
}
