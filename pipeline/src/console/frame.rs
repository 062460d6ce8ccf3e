//! What every page is set into: language, place and person, navigation by rights, messages, the system's day and hour. *Pure.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Language, day::taipei_day};

use super::{notice::Notice, page};
use crate::{
    printed,
    regime::people::{Party, Right},
    roc,
};

/// The frame of a page for one reader.
pub(crate) struct Frame {
    /// The reader's language.
    pub(crate) language: Language,
    /// The path of the page.
    pub(crate) path: String,
    /// The path with what is asked of it, to come back to.
    pub(crate) here: String,
    /// The system's time.
    pub(crate) now: Timestamp,
    /// Whether nothing here is real.
    pub(crate) is_sandbox: bool,
    /// Who reads it, once they have signed in.
    pub(crate) who: Option<Who>,
    /// What proves that a form is one of this session's.
    pub(crate) csrf: String,
    /// What was just done.
    pub(crate) notice: Option<&'static Notice>,
}

/// Somebody who is signed in.
pub(crate) struct Who {
    /// Institution code, or `bureau`, `supervisor`, `provider`.
    pub(crate) at: String,
    /// Their account.
    pub(crate) account: String,
    /// Their name on the 授權表.
    pub(crate) name: String,
    /// Their title there.
    pub(crate) title: String,
    /// What they may today.
    pub(crate) rights: Vec<Right>,
    /// Whether nothing can be done but to change the password.
    pub(crate) must_change: bool,
}

/// A line of the navigation.
pub(crate) struct Link {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_here: bool,
}

/// A page of the navigation, and whose it is.
struct Entry {
    path: &'static str,
    en: &'static str,
    zh: &'static str,
    is_theirs: fn(&Who) -> bool,
}

/// The navigation, in its order.
const MENU: &[Entry] = &[
    Entry {
        path: "/",
        en: "Today",
        zh: "今日",
        is_theirs: |_| true,
    },
    Entry {
        path: "/batches",
        en: "Batches",
        zh: "查詢批次",
        is_theirs: |who| Party::of(&who.at) != Party::Provider,
    },
    Entry {
        path: "/grants",
        en: "Use of answers",
        zh: "回覆使用授權",
        is_theirs: |who| who.may_one_at_a_member(&super::grants::READERS),
    },
    Entry {
        path: "/consents",
        en: "Consents",
        zh: "當事人同意",
        is_theirs: |who| {
            let rights = [Right::Query, Right::Approve, Right::Review];
            Party::of(&who.at) == Party::Member && rights.iter().any(|right| who.may(*right))
        },
    },
    Entry {
        path: "/records",
        en: "Query records",
        zh: "查詢紀錄",
        is_theirs: |who| who.may_one_at_a_member(&RECORD_READERS),
    },
    Entry {
        path: "/sheets",
        en: "Weekly sheets",
        zh: "查詢紀錄單",
        is_theirs: |who| who.may_one_at_a_member(&RECORD_READERS),
    },
    Entry {
        path: "/audit",
        en: "Self-audit",
        zh: "自行抽核",
        is_theirs: |who| who.may_one_at_a_member(&AUDITORS),
    },
    Entry {
        path: "/findings",
        en: "Findings",
        zh: "缺失追蹤",
        is_theirs: |who| who.may_one_at_a_member(&RECORD_READERS),
    },
    Entry {
        path: "/approvals",
        en: "Approvals",
        zh: "核准",
        is_theirs: |_| true,
    },
    Entry {
        path: "/incidents",
        en: "Incidents and stops",
        zh: "事件與停用",
        is_theirs: |who| match Party::of(&who.at) {
            Party::Member => who.may(Right::SignOff) || who.may(Right::Audit),
            _ => who.may(Right::Stop) || who.may(Right::Audit) || who.may(Right::Inspect),
        },
    },
    Entry {
        path: "/duties",
        en: "Duties",
        zh: "應辦事項",
        is_theirs: |_| true,
    },
    Entry {
        path: "/people",
        en: "People",
        zh: "人員",
        is_theirs: |who| super::people::READERS.iter().any(|right| who.may(*right)),
    },
    Entry {
        path: "/accounts",
        en: "Accounts",
        zh: "帳號",
        is_theirs: |who| who.may(Right::ManageAccounts),
    },
    Entry {
        path: "/deletion",
        en: "Deletion",
        zh: "刪除",
        is_theirs: |who| super::deletion::READERS.iter().any(|right| who.may(*right)),
    },
    Entry {
        path: "/holds",
        en: "Holds",
        zh: "保留",
        is_theirs: |who| who.at == "bureau" && who.may(Right::Audit),
    },
    Entry {
        path: "/oversight",
        en: "Oversight",
        zh: "監督總覽",
        is_theirs: |who| {
            let checks = who.may(Right::Inspect) || who.may(Right::Audit);
            Party::of(&who.at) != Party::Member && checks
        },
    },
];

/// The name of the page at `path`, if the navigation has it; else nothing.
pub(super) fn title(path: &str, language: Language) -> &'static str {
    let entry = MENU.iter().find(|entry| entry.path == path);
    entry.map_or("", |entry| printed::of(language, entry.en, entry.zh))
}

/// Who sees query records, at least their own.
pub(super) const RECORD_READERS: [Right; 5] = [
    Right::Query,
    Right::Approve,
    Right::Review,
    Right::SignOff,
    Right::Audit,
];
/// Who has to do with samples.
pub(super) const AUDITORS: [Right; 3] = [Right::Review, Right::SignOff, Right::Audit];

impl Frame {
    /// One of the two.
    pub(crate) fn say<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        printed::of(self.language, en, zh)
    }

    /// The language, as a page names it.
    pub(crate) fn lang(&self) -> &'static str {
        printed::of(self.language, "en", "zh-Hant-TW")
    }

    /// Whether it is read in Chinese.
    pub(crate) fn is_chinese(&self) -> bool {
        self.language == Language::ZhTw
    }

    /// A day.
    pub(crate) fn day(&self, day: &Date) -> String {
        printed::day(*day, self.language)
    }

    /// The system's day.
    pub(crate) fn today(&self) -> String {
        self.day(&taipei_day(self.now))
    }

    /// An instant.
    pub(crate) fn instant(&self, at: &Timestamp) -> String {
        printed::instant(*at, self.language)
    }

    /// The system's day and hour.
    pub(crate) fn clock(&self) -> String {
        match self.language {
            Language::En => format!("{} Asia/Taipei", printed::instant(self.now, self.language)),
            Language::ZhTw => roc::taipei(self.now),
        }
    }

    /// The style sheet.
    pub(crate) fn style(&self) -> String {
        page::style_path()
    }

    /// The hidden field that every form says: markup, made of what this server computed.
    pub(crate) fn proof(&self) -> String {
        let proof = printed::escaped(&self.csrf);
        format!("<input type=\"hidden\" name=\"{PROOF}\" value=\"{proof}\">")
    }

    /// What the reader may open.
    pub(crate) fn menu(&self) -> Vec<Link> {
        let Some(who) = self.who.as_ref().filter(|who| !who.must_change) else {
            return Vec::new();
        };
        let theirs = MENU.iter().filter(|entry| (entry.is_theirs)(who));
        let link = |entry: &Entry| Link {
            path: entry.path,
            name: self.say(entry.en, entry.zh),
            is_here: match entry.path {
                "/" => self.path == "/",
                path => self.path == path || self.path.starts_with(&format!("{path}/")),
            },
        };
        theirs.map(link).collect()
    }

    /// Where somebody stands, in words.
    pub(crate) fn place<'t>(&self, at: &'t str) -> &'t str {
        match Party::of(at) {
            Party::Member => at,
            Party::Bureau => self.say("bureau", "聯徵中心"),
            Party::Supervisor => self.say("supervisor", "監督機關"),
            Party::Provider => self.say("provider", "資料提供機關"),
        }
    }
}

impl Who {
    /// Whether they may today.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    /// Whether they are a member's and may one of these.
    fn may_one_at_a_member(&self, rights: &[Right]) -> bool {
        Party::of(&self.at) == Party::Member && rights.iter().any(|right| self.may(*right))
    }
}

/// The field of a form that proves whose it is.
pub(super) const PROOF: &str = "csrf";
