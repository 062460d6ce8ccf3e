//! What stands on a sheet besides its lines: whose it is, boxes for seals (核章欄), and by what it is checked (六(一)6). *Pure.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;

use super::{
    form::UNIT,
    store::{Mark, Sheet},
};
use crate::{
    ids,
    printed::{day, instant},
};

/// The head and the foot of a sheet.
pub struct Head<'h> {
    /// The sheet.
    pub sheet: &'h Sheet,
    /// The member's name.
    pub member: &'h str,
    /// The querier's name.
    pub querier: &'h str,
    /// The day by which it is to be signed.
    pub due: Date,
    /// When it is printed.
    pub at: Timestamp,
    /// The first lines of the newest signed checkpoint: origin, size and root hash.
    pub checkpoint: Vec<&'h str>,
}

/// Something said in Chinese and in English.
pub type Named = (&'static str, &'static str);

impl Head<'_> {
    /// Names and values, in rows of two; the unit, where there is one, has a row of its own.
    pub fn facts(&self) -> Vec<Vec<(Named, String)>> {
        let sheet = self.sheet;
        let week = sheet.week;
        let roc = |on| day(on, Language::ZhTw);
        let mut facts = vec![
            vec![
                (("表單編號", "Sheet"), sheet.number.to_string()),
                (("列印時間", "Printed"), at(self.at)),
            ],
            vec![
                (("機構", "Member"), format!("{} {}", sheet.member, self.member)),
                (
                    ("週次", "Week"),
                    format!("{week}（{}–{}）", roc(week.first_day()), roc(week.last_day())),
                ),
            ],
            vec![
                (
                    ("查詢人員", "Querier"),
                    format!("{} {}", self.querier, sheet.querier),
                ),
                (
                    ("筆數", "Queries"),
                    match sheet.queries {
                        0 => "0（本週無查詢 no query）".to_owned(),
                        queries => queries.to_string(),
                    },
                ),
            ],
            vec![
                (("應核章日", "Due"), roc(self.due)),
                (
                    ("產製", "Made"),
                    format!("{} #{}", at(sheet.made_at), sheet.make_entry),
                ),
            ],
        ];
        if !sheet.unit.is_empty() {
            facts.push(vec![((UNIT[2], UNIT[1]), sheet.unit.clone())]);
        }
        facts
    }

    /// The boxes for seals: whose each is, and who signed by the system: account, instant, journal entry.
    pub fn seals(&self) -> [(Named, Vec<String>); 4] {
        let marked = |mark: &Option<Mark>| {
            let lines = |mark: &Mark| vec![mark.by.clone(), at(mark.at), format!("#{}", mark.entry)];
            mark.as_ref().map(lines).unwrap_or_default()
        };
        [
            (("查詢人員", "Querier"), marked(&self.sheet.signed)),
            (("核定人員", "Approver"), marked(&self.sheet.approved)),
            (("單位主管", "Unit head"), Vec::new()),
            (("機構首長", "Head of institution"), Vec::new()),
        ]
    }

    /// What the reader has to know, and by what the sheet is checked: in Chinese, in English, and the hashes.
    pub fn notes(&self) -> [String; 4] {
        [
            NOTE.0.to_owned(),
            NOTE.1.to_owned(),
            format!("SHA-256 {}", ids::hex(&self.sheet.sha256)),
            format!("軌跡檢核點 Checkpoint: {}", self.checkpoint.join(" · ")),
        ]
    }
}

/// Day and time in Taipei, in years of the republic.
fn at(at: Timestamp) -> String {
    instant(at, Language::ZhTw)
}

/// What it is called.
pub const TITLE: Named = ("每週查詢紀錄單", "Weekly query record sheet");
/// That it is confidential.
pub const SECRET: Named = ("密件", "Confidential");
const NOTE: Named = (
    "說明：本單所列各筆以軌跡序號對應簽章軌跡；結果為列印時之狀態，不在核章範圍。電子核章之人員、時間及軌跡序號如核章欄。",
    "Each line names its entry of the signed journal. Outcomes are as of printing and no part of what is signed.",
);
