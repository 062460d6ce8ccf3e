//! How accounts at the door are shown, and the notice of a first password. *Pure.*

use mayfly_consent::Language;
use zeroize::Zeroizing;

use super::{
    desk::{First, Standing, State},
    tokens::Token,
};
use crate::{
    access::people::Holder,
    printed::{Printed, stamp},
    roc::taipei,
};

/// The accounts of a place, and how they stand.
pub fn table(accounts: &[Standing], language: Language) -> Printed<6> {
    let time = |at: Option<jiff::Timestamp>| at.map_or_else(String::new, |at| stamp(at, language));
    let row = |account: &Standing| {
        [
            account.account.clone(),
            account.state.name(language).to_owned(),
            time(account.set_at),
            time(account.ends_at),
            account.failures.to_string(),
            if account.signed_in { "Y" } else { "" }.to_owned(),
        ]
    };
    Printed {
        columns: [
            ["account", "Account", "帳號"],
            ["state", "State", "狀態"],
            ["set_at", "Password set", "密碼設定時間"],
            ["ends_at", "To be changed by", "應變更時間"],
            ["failures", "Failures", "連續失敗次數"],
            ["signed_in", "Signed in", "登入中"],
        ],
        lines: accounts.iter().map(row).collect(),
    }
}

/// The tokens of a place.
pub fn tokens(tokens: &[Token], language: Language) -> Printed<7> {
    let row = |token: &Token| {
        [
            token.token.to_string(),
            token.account.clone(),
            token.name.clone(),
            token.fingerprint.clone().unwrap_or_default(),
            stamp(token.made_at, language),
            stamp(token.until, language),
            token.made_by.clone(),
        ]
    };
    Printed {
        columns: [
            ["token", "No.", "編號"],
            ["account", "Account", "帳號"],
            ["name", "For", "用途"],
            ["fingerprint", "Certificate (SHA-256)", "憑證 (SHA-256)"],
            ["made_at", "Made", "核發時間"],
            ["until", "Until", "到期時間"],
            ["made_by", "Made by", "核發人員"],
        ],
        lines: tokens.iter().map(row).collect(),
    }
}

/// The notice that is handed to `holder` in an envelope, and read by nobody else (五(一)10).
pub fn notice(holder: &Holder, first: &First) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "帳號 Account          {}/{}\n初始密碼 First password  {}\n\n\
         本通知限本人親閱，請於 {} 前登入並立即變更密碼，然後銷毀本通知；逾時即失效。\n\
         For this person alone. Sign in before that time, change the password at once, and destroy this notice.\n",
        holder.at,
        holder.account,
        first.password.expose(),
        taipei(first.ends_at)
    ))
}

impl State {
    /// In a word for people.
    pub fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::None, Language::En) => "no password",
            (Self::None, Language::ZhTw) => "無密碼",
            (Self::First, Language::En) => "first password",
            (Self::First, Language::ZhTw) => "初始密碼",
            (Self::Late, Language::En) => "first password, over",
            (Self::Late, Language::ZhTw) => "初始密碼逾時",
            (Self::Open, Language::En) => "open",
            (Self::Open, Language::ZhTw) => "正常",
            (Self::Expired, Language::En) => "to be changed",
            (Self::Expired, Language::ZhTw) => "應變更密碼",
            (Self::Locked, Language::En) => "locked",
            (Self::Locked, Language::ZhTw) => "鎖定",
            (Self::Leaked, Language::En) => "leaked",
            (Self::Leaked, Language::ZhTw) => "密碼疑似洩漏",
        }
    }
}
