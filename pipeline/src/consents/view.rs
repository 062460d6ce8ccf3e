//! A consent as people and programs are shown it: masked unless the whole is asked for. *Pure.*

use mayfly_consent::{Language, Retention, Terms};
use serde::Serialize;
use utoipa::ToSchema;

use super::show::ShownConsent;
use crate::printed::{channel, day, instant, moment, of};

/// A consent as it is shown, in the order of the batch file's columns. Who the subject is stays masked unless the
/// whole is asked for: showing what was agreed to needs no more.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct View<'a> {
    member: &'a str,
    consent_ref: &'a str,
    subject_id: String,
    subject_name: String,
    birth_date: String,
    consent_channel: &'a str,
    consented_at: String,
    consent_ip: String,
    consent_phone: String,
    idv_method: &'a str,
    idv_result: &'a str,
    idv_at: String,
    idv_ref: &'a str,
    registered_at: String,
    withdrawn_at: Option<String>,
    /// `granted`, `refused` or `withdrawn`, and the day.
    #[schema(value_type = Option<Vec<String>>, min_items = 2, max_items = 2)]
    outcome: Option<&'a (String, String)>,
    kept_until: String,
    form_id: &'a str,
    form_version: &'a str,
    form_title: &'a str,
    form_sha256: String,
    form_text: &'a str,
}

impl<'a> View<'a> {
    /// `shown`, without masks if `full`.
    pub fn of(shown: &'a ShownConsent, full: bool) -> Self {
        let claim = &shown.claim;
        let given = match &claim.terms {
            Terms::Given(given) => Some(given),
            Terms::Registered => None,
        };
        let instant = |at: Option<jiff::Timestamp>| at.map_or_else(String::new, |at| at.to_string());
        Self {
            member: &shown.member,
            consent_ref: claim.consent_ref.as_deref().unwrap_or(""),
            subject_id: claim.subject_id.as_ref().map_or_else(String::new, |id| {
                if full { id.expose().to_owned() } else { id.masked() }
            }),
            subject_name: claim.subject_name.as_ref().map_or_else(String::new, |name| {
                if full {
                    name.expose().to_owned()
                } else {
                    name.masked()
                }
            }),
            birth_date: claim.birth_date.map_or_else(String::new, |day| {
                if full {
                    day.to_string()
                } else {
                    format!("{}-**-**", day.year())
                }
            }),
            consent_channel: given
                .and_then(|given| given.channel)
                .map_or("", |channel| channel.as_str()),
            consented_at: instant(given.and_then(|given| given.consented_at)),
            consent_ip: given
                .and_then(|given| given.source_ip)
                .map_or_else(String::new, |ip| ip.to_string()),
            consent_phone: given.and_then(|given| given.source_phone.as_ref()).map_or_else(
                String::new,
                |phone| {
                    let digits = phone.expose();
                    if full {
                        return digits.to_owned();
                    }
                    format!(
                        "{}***{}",
                        &digits[..digits.len().min(4)],
                        &digits[digits.len().saturating_sub(3)..]
                    )
                },
            ),
            idv_method: given
                .and_then(|given| given.idv_method)
                .map_or("", |method| method.as_str()),
            idv_result: given
                .and_then(|given| given.idv_result)
                .map_or("", |result| result.as_str()),
            idv_at: instant(given.and_then(|given| given.idv_at)),
            idv_ref: given.and_then(|given| given.idv_ref.as_deref()).unwrap_or(""),
            registered_at: shown.registered_at.to_string(),
            withdrawn_at: shown.withdrawn_at.map(|at| at.to_string()),
            outcome: shown.outcome.as_ref(),
            kept_until: match shown.kept {
                Retention::Until(day) => day.to_string(),
                Retention::Open => "open: the outcome of the credit is not known yet".into(),
            },
            form_id: &shown.form.id,
            form_version: &shown.form.version,
            form_title: &shown.form.title,
            form_sha256: crate::ids::hex(&shown.form.sha256),
            form_text: &shown.form.text,
        }
    }

    /// What is to be said of it, each under its name, for a page.
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let name = |en, zh| of(language, en, zh);
        let at = |text: &str| {
            let at = text.parse();
            at.map_or_else(|_| text.to_owned(), |at| instant(at, language))
        };
        vec![
            (name("identity number", "身分證號"), self.subject_id.clone()),
            (name("name", "姓名"), self.subject_name.clone()),
            (name("born", "出生日期"), self.birth_date.clone()),
            (
                name("channel", "授權方式"),
                channel(self.consent_channel, language).to_owned(),
            ),
            (name("given", "授權時間"), at(&self.consented_at)),
            (name("from the address", "來源 IP"), self.consent_ip.clone()),
            (name("from the telephone", "來源電話"), self.consent_phone.clone()),
            (
                name("identity verified by", "身分驗證方式"),
                method(self.idv_method, language).to_owned(),
            ),
            (
                name("found", "驗證結果"),
                proven(self.idv_result, language).to_owned(),
            ),
            (name("verified", "驗證時間"), at(&self.idv_at)),
            (name("number of the check", "驗證序號"), self.idv_ref.to_owned()),
            (name("registered", "登錄時間"), at(&self.registered_at)),
            (
                name("withdrawn", "撤回時間"),
                self.withdrawn_at
                    .as_deref()
                    .map_or_else(|| name("no", "否").to_owned(), at),
            ),
            (name("outcome", "授信結果"), self.outcome(language)),
            (name("kept until", "保存至"), self.kept_until(language)),
        ]
    }

    fn outcome(&self, language: Language) -> String {
        match self.outcome {
            None => of(language, "not known yet", "尚未得知").to_owned(),
            Some((word, on)) => {
                let on = on.parse().map_or_else(|_| on.clone(), |on| day(on, language));
                format!("{} {on}", became(word, language))
            }
        }
    }

    fn kept_until(&self, language: Language) -> String {
        match self.kept_until.starts_with("open") {
            true => of(language, &self.kept_until, "未定：授信結果尚未得知").to_owned(),
            false => self
                .kept_until
                .parse()
                .map_or_else(|_| self.kept_until.clone(), |on| day(on, language)),
        }
    }

    /// For people.
    pub fn text(&self, language: Language) -> String {
        let name = |en, zh| of(language, en, zh);
        let taipei = |text: &str| {
            let at = text.parse();
            at.map_or_else(|_| text.to_owned(), |at| moment(at, language))
        };
        let withdrawn = self.withdrawn_at.as_deref();
        let withdrawn = withdrawn.map_or_else(|| name("no", "否").to_owned(), taipei);
        let (id, subject, birth) = (&self.subject_id, &self.subject_name, &self.birth_date);
        let version = name("version", "版本");
        let lines = [
            (
                name("subject      ", "當事人      "),
                format!("{id}  {subject}  {} {birth}", name("born", "生日")),
            ),
            (
                name("channel      ", "授權方式    "),
                channel(self.consent_channel, language).to_owned(),
            ),
            (name("given        ", "授權時間    "), taipei(&self.consented_at)),
            (
                name("source       ", "來源        "),
                format!("{} {}", self.consent_ip, self.consent_phone),
            ),
            (
                name("identity     ", "身分驗證    "),
                format!(
                    "{} {} {} {}",
                    method(self.idv_method, language),
                    proven(self.idv_result, language),
                    taipei(&self.idv_at),
                    self.idv_ref
                ),
            ),
            (name("registered   ", "登錄時間    "), taipei(&self.registered_at)),
            (name("withdrawn    ", "撤回        "), withdrawn),
            (name("outcome      ", "授信結果    "), self.outcome(language)),
            (name("kept until   ", "保存至      "), self.kept_until(language)),
        ];
        let (member, reference) = (self.member, self.consent_ref);
        let mut text = format!("{} {member}/{reference}\n\n", name("consent", "當事人同意"));
        for (name, value) in lines {
            text.push_str(&format!("  {name} {value}\n"));
        }
        text.push_str(&format!(
            "\n  {} {} {version} {}: {}\n  SHA-256       {}\n\n{}\n",
            name("form         ", "授權書      "),
            self.form_id,
            self.form_version,
            self.form_title,
            self.form_sha256,
            self.form_text.trim_end(),
        ));
        text
    }
}

/// By which means somebody proved who they are (四(二)3(3), (4)).
fn method(word: &str, language: Language) -> &str {
    match (word, language) {
        ("moica", Language::ZhTw) => "自然人憑證",
        ("fido", Language::ZhTw) => "FIDO 行動身分識別",
        ("otp", Language::ZhTw) => "一次性密碼（OTP）",
        ("chip_card", Language::ZhTw) => "晶片金融卡",
        ("mydata", Language::ZhTw) => "MyData 平臺",
        ("video", Language::ZhTw) => "視訊",
        ("counter", Language::ZhTw) => "臨櫃",
        (word, _) => word,
    }
}

/// How it ended when somebody proved who they are.
fn proven(word: &str, language: Language) -> &str {
    match (word, language) {
        ("passed", Language::ZhTw) => "通過",
        ("failed", Language::ZhTw) => "未通過",
        (word, _) => word,
    }
}

/// What became of the credit.
fn became(word: &str, language: Language) -> &str {
    match (word, language) {
        ("granted", Language::En) => "granted, ends",
        ("granted", Language::ZhTw) => "核准授信，結束日",
        ("refused", Language::ZhTw) => "未核准",
        ("withdrawn", Language::ZhTw) => "撤回",
        (word, _) => word,
    }
}
