//! What a page says after something was done: a closed list, so that an address names a word and no text of anybody's. *Pure.*

/// A message.
pub(crate) struct Notice {
    /// As `?done=` names it.
    word: &'static str,
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

/// The message of that word.
pub(super) fn of(word: &str) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.word == word)
}

const NOTICES: [Notice; 4] = [
    Notice {
        word: "signed-out",
        en: "You are signed out.",
        zh: "您已登出。",
    },
    Notice {
        word: "over",
        en: "You were signed out, because nothing was done for a while or because you signed in elsewhere. Nothing of your last form was kept.",
        zh: "您已被登出：閒置逾時，或您已於他處登入。方才送出的表單未予處理。",
    },
    Notice {
        word: "replaced",
        en: "An earlier session of yours, which you had not signed out of, has ended: one person has one session at a time.",
        zh: "您先前未登出的登入已結束：同一人同時僅得有一個登入。",
    },
    Notice {
        word: "password",
        en: "Your password is changed.",
        zh: "密碼已變更。",
    },
];
