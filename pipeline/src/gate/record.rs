//! The query record: the eight fields of 六(一)5 and what the approval rests on, as it is sealed for five years. *Pure.*

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

    /// Appends the record's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        serde_json::to_writer(out, self)
            .expect("Invariant: a record of texts and numbers always has a JSON form");
    }
}
