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

const NOTICES: [Notice; 12] = [
    Notice {
        word: "recorded",
        en: "The outcome is recorded.",
        zh: "結果已登錄。",
    },
    Notice {
        word: "withdrawn",
        en: "The consent is withdrawn: nothing is asked on it any more.",
        zh: "已登錄撤回，不得再據以查詢。",
    },
    Notice {
        word: "no-change",
        en: "This was known already; nothing was changed.",
        zh: "先前已登錄，未作變更。",
    },
    Notice {
        word: "applied",
        en: "Applied for. Another person approves it; after that you hand the file in.",
        zh: "已送出申請。經另一人核准後，即可由您送件。",
    },
    Notice {
        word: "handed-in",
        en: "The batch is taken in, sealed, and will be worked.",
        zh: "批次已受理並加密保存，將進行查詢。",
    },
    Notice {
        word: "known",
        en: "The same file was taken in before; nothing was done twice.",
        zh: "相同檔案先前已受理，未重複辦理。",
    },
    Notice {
        word: "given",
        en: "You have approved it.",
        zh: "您已核准。",
    },
    Notice {
        word: "refused",
        en: "You have refused it.",
        zh: "您已駁回。",
    },
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
