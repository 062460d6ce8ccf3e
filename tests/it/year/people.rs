//! Who works at the member and at the bureau, from when until when. *Pure.*

use jiff::civil::{Date, date};

/// Somebody with one account.
#[derive(Clone)]
pub struct Person {
    pub account: String,
    pub role: &'static str,
    /// First day.
    pub from: Date,
    /// First day without it.
    pub to: Option<Date>,
}

impl Person {
    pub fn is_there(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// The fifty of member 004 at the beginning, by role.
pub fn of_member() -> Vec<Person> {
    let counts = [
        ("querier", "q", 20),
        ("approver", "a", 12),
        ("reviewer", "rv", 4),
        ("unit_head", "head", 3),
        ("account_administrator", "adm", 3),
        ("internal_auditor", "aud", 3),
        ("card_custodian", "card", 3),
        ("password_custodian", "pass", 2),
    ];
    let people = counts.into_iter().flat_map(|(role, account, count)| {
        (1..=count).map(move |number| Person {
            account: format!("{account}{number:02}"),
            role,
            from: date(2024, 1, 1),
            to: None,
        })
    });
    people.collect()
}

/// The register of them, and of the bureau and the supervisor, as the files that are imported.
pub fn register(people: &[Person]) -> String {
    let mut text = String::from(
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n",
    );
    for (person, number) in people.iter().zip(1..) {
        let flag = |role: &str| if person.role == role { "Y" } else { "" };
        let (query, approve, review) = (flag("querier"), flag("approver"), flag("reviewer"));
        let by_column = !(query.is_empty() && approve.is_empty() && review.is_empty());
        let role = if by_column { "" } else { person.role };
        let level = if approve.is_empty() { "" } else { "2" };
        text.push_str(&format!(
            "004,{},虛構,職員,{query},{approve},{review},{},ma.gm,,,P004-{number:02},徵信部,{level},{role}\n",
            person.account, person.from
        ));
    }
    text.push_str(
        "bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator
supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,yu.cmp,,,F-01,,,supervisor_auditor
",
    );
    text
}

pub const MEMBERS: &str =
    "code,name,valid_from,valid_to,age_recipients,control_rules_version,control_rules_date
004,虛構銀行甲,2020-01-01,,,3,2025-06-01
";
