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

const NOTICES: &[Notice] = &[
    Notice {
        word: "stopped",
        en: "It is stopped, from now on.",
        zh: "停用已生效。",
    },
    Notice {
        word: "lifted",
        en: "The stop is lifted.",
        zh: "停用已解除。",
    },
    Notice {
        word: "drilled",
        en: "The drill is done; its stop is lifted.",
        zh: "演練完成，演練之停用已解除。",
    },
    Notice {
        word: "measured",
        en: "It was looked at again.",
        zh: "已重新量測。",
    },
    Notice {
        word: "noted",
        en: "It is noted.",
        zh: "已登錄。",
    },
    Notice {
        word: "closed",
        en: "It is closed.",
        zh: "已結案。",
    },
    Notice {
        word: "leaked",
        en: "That password opens nothing any more; its holder needs a first one.",
        zh: "該密碼已失效，須重新核發初始密碼。",
    },
    Notice {
        word: "checked",
        en: "It is noted of this account.",
        zh: "該帳號之審查結果已登錄。",
    },
    Notice {
        word: "applied",
        en: "Not done yet: it is applied for, and waits for another person on their page Today.",
        zh: "尚未執行：已提出申請，待另一人於其「今日」頁核准。",
    },
    Notice {
        word: "given",
        en: "It is approved; whoever applied for it can carry it out.",
        zh: "已核准，得由申請人執行。",
    },
    Notice {
        word: "refused",
        en: "It is refused.",
        zh: "已駁回。",
    },
    Notice {
        word: "carried-out",
        en: "It is done.",
        zh: "已執行。",
    },
    Notice {
        word: "grant-ended",
        en: "The grant is over.",
        zh: "使用授權已終止。",
    },
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
        word: "file-applied",
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
    Notice {
        word: "sheet-signed",
        en: "The sheet is signed.",
        zh: "查詢紀錄單已核章。",
    },
    Notice {
        word: "sheet-approved",
        en: "The sheet is approved.",
        zh: "查詢紀錄單已核定。",
    },
    Notice {
        word: "drawn",
        en: "The sample is drawn: it cannot be drawn again.",
        zh: "樣本已抽出，不得重抽。",
    },
    Notice {
        word: "named",
        en: "The reviewer is named.",
        zh: "已指定覆核人員。",
    },
    Notice {
        word: "verdict",
        en: "The verdict is entered.",
        zh: "判定已登錄。",
    },
    Notice {
        word: "signed-off",
        en: "The review is signed off, and stays as it was signed.",
        zh: "覆核已簽核，內容不再變更。",
    },
    Notice {
        word: "corrected",
        en: "It is noted that the finding is corrected; another person closes it.",
        zh: "已登錄改正；應由另一人結案。",
    },
    Notice {
        word: "finding-closed",
        en: "The finding is closed.",
        zh: "缺失已結案。",
    },
];
