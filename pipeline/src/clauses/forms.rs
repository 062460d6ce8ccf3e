//! The clause matrix as it is handed out: for programs, for people, for spreadsheets. *Pure.*

use mayfly_consent::Language;
use serde::Serialize;

use super::{
    NO_TEST,
    list::{Standing, State},
};
use crate::printed::Printed;

/// A clause for programs.
#[derive(Serialize)]
pub struct Line<'l> {
    id: &'l str,
    clause: &'l str,
    obligation: &'l str,
    key_phrase: &'l str,
    control: &'l str,
    control_zh: &'l str,
    test: &'l str,
    state: State,
    due: usize,
    overdue: usize,
}

/// A clause for programs.
pub fn line(standing: &Standing) -> Line<'_> {
    let clause = &standing.clause;
    Line {
        id: &clause.id,
        clause: &clause.clause,
        obligation: &clause.obligation,
        key_phrase: &clause.key_phrase,
        control: &clause.control,
        control_zh: &clause.control_zh,
        test: &clause.test,
        state: standing.state,
        due: standing.due,
        overdue: standing.overdue,
    }
}

/// Clauses for people: what each asks is for spreadsheets and programs, a terminal has the words by which it is found.
pub fn table(standings: &[Standing], language: Language) -> Printed<6> {
    let row = |standing: &Standing| {
        let clause = &standing.clause;
        [
            clause.id.clone(),
            clause.clause.clone(),
            word(standing, language),
            clause.key_phrase.clone(),
            match language {
                Language::En => clause.control.clone(),
                Language::ZhTw => clause.control_zh.clone(),
            },
            match (clause.test.as_str(), language) {
                (NO_TEST, Language::ZhTw) => "無".to_owned(),
                (test, _) => test.to_owned(),
            },
        ]
    };
    Printed {
        columns: [ID, CLAUSE, STATE, PHRASE, CONTROL, TEST],
        lines: standings.iter().map(row).collect(),
    }
}

/// The same with what each asks, for spreadsheets.
pub fn sheet(standings: &[Standing]) -> Printed<8> {
    let row = |standing: &Standing| {
        let clause = &standing.clause;
        [
            clause.id.clone(),
            clause.clause.clone(),
            word(standing, Language::En),
            clause.obligation.clone(),
            clause.key_phrase.clone(),
            clause.control.clone(),
            clause.test.clone(),
            clause.control_zh.clone(),
        ]
    };
    let obligation = ["obligation", "Obligation", "義務"];
    Printed {
        columns: [ID, CLAUSE, STATE, obligation, PHRASE, CONTROL, TEST, CONTROL_ZH],
        lines: standings.iter().map(row).collect(),
    }
}

fn word(standing: &Standing, language: Language) -> String {
    let (due, overdue) = (standing.due, standing.overdue);
    match (standing.state, language) {
        (State::Kept, Language::En) => "kept".into(),
        (State::Kept, Language::ZhTw) => "遵循".into(),
        (State::Due, Language::En) => format!("due ({due})"),
        (State::Due, Language::ZhTw) => format!("待辦（{due}）"),
        (State::Overdue, Language::En) => format!("overdue ({overdue})"),
        (State::Overdue, Language::ZhTw) => format!("逾期（{overdue}）"),
        (State::Organisational, Language::En) => "organisational: evidence only".into(),
        (State::Organisational, Language::ZhTw) => "組織面：僅存佐證".into(),
        (State::Open, Language::En) => "open".into(),
        (State::Open, Language::ZhTw) => "未完成".into(),
    }
}

const ID: [&str; 3] = ["id", "Id", "編號"];
const CLAUSE: [&str; 3] = ["clause", "Clause", "條款"];
const STATE: [&str; 3] = ["state", "State", "狀態"];
const PHRASE: [&str; 3] = ["key_phrase", "Words", "關鍵文字"];
const CONTROL: [&str; 3] = ["control", "Control", "控制措施"];
const CONTROL_ZH: [&str; 3] = ["control_zh", "Control (Chinese)", "控制措施（中文）"];
const TEST: [&str; 3] = ["test", "Test", "測試"];
