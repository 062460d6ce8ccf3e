//! What refusals and findings say in the reader's language: in Chinese from one table, by code. *Pure.*
//!
//! An error is made with an English sentence; the table knows it by what stands around its parameters (file names, lines,
//! accounts, hours), and sets these, and nothing else, into the Chinese one: no value can come in that the English sentence
//! does not have. What the table does not know is said as the code's general sentence, with the English one after it.

mod template;

use std::{collections::BTreeMap, sync::LazyLock};

use mayfly_consent::{Code, Language};
use serde::Deserialize;

use self::template::Template;
use crate::error::Error;

/// What is wrong, and what to do.
#[derive(PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Wording {
    /// What is wrong, without the code.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

/// What `error` says in `language`.
pub fn of(error: &Error, language: Language) -> Wording {
    match error {
        Error::File(refusal) => Wording {
            sentence: refusal.sentence(language),
            remedy: refusal.remedy(language).into(),
        },
        error => said(error.code(), error.to_string(), error.remedy(), language),
    }
}

/// What a finding of `code` says in `language` that says `sentence` and `remedy` in English.
pub fn said(code: &str, sentence: String, remedy: String, language: Language) -> Wording {
    let english = Wording { sentence, remedy };
    match language {
        Language::En => english,
        Language::ZhTw => chinese(&TABLE, code, &english.sentence).unwrap_or(english),
    }
}

/// What `code` says in general: sentence and remedy; none, if it is no code of ours.
pub fn general(code: &str) -> Option<(&str, &str)> {
    let entry = TABLE.codes.get(code);
    let entry = entry.map(|entry| (entry.zh.as_str(), entry.remedy.as_str()));
    entry.or_else(|| {
        let code = Code::parse(code)?;
        Some((code.sentence(Language::ZhTw), code.remedy(Language::ZhTw)))
    })
}

fn chinese(table: &Table, code: &str, english: &str) -> Option<Wording> {
    let Some(entry) = table.codes.get(code) else {
        // What rows are refused with has no parameters, and both languages where it is made.
        let code = Code::parse(code)?;
        let sentence = code.sentence(Language::ZhTw);
        let known = code.sentence(Language::En) == english;
        return Some(Wording {
            sentence: if known {
                sentence.into()
            } else {
                general_with(sentence, english)
            },
            remedy: code.remedy(Language::ZhTw).into(),
        });
    };
    let mut known = entry.said.iter();
    let found = known.find_map(|said| Some((said, Template(said.english()).parameters(english)?)));
    let Some((said, parameters)) = found else {
        return Some(Wording {
            sentence: general_with(&entry.zh, english),
            remedy: entry.remedy.clone(),
        });
    };
    let parameters: Vec<String> = parameters.into_iter().map(|text| table.part(text)).collect();
    Some(Wording {
        sentence: Template(said.chinese().unwrap_or(&entry.zh)).with(&parameters),
        remedy: said.remedy().unwrap_or(&entry.remedy).into(),
    })
}

fn general_with(chinese: &str, english: &str) -> String {
    format!("{chinese}（{english}）")
}

/// The whole table.
#[derive(Deserialize)]
struct Table {
    /// Phrases within sentences: in English and in Chinese.
    part: Vec<[String; 2]>,
    #[serde(flatten)]
    codes: BTreeMap<String, Entry>,
}

/// What a code says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    zh: String,
    remedy: String,
    #[serde(default)]
    said: Vec<Sentence>,
}

/// An English sentence, its Chinese, its remedy.
#[derive(Deserialize)]
struct Sentence(Vec<String>);

impl Sentence {
    fn english(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    fn chinese(&self) -> Option<&str> {
        self.0.get(1).map(String::as_str)
    }

    fn remedy(&self) -> Option<&str> {
        self.0.get(2).map(String::as_str)
    }
}

impl Table {
    /// A parameter: a phrase that the table knows in Chinese, anything else as it is.
    fn part(&self, text: &str) -> String {
        let found = self.part.iter().find_map(|[english, chinese]| {
            let parameters = Template(english).parameters(text)?;
            Some((parameters, chinese))
        });
        let Some((parameters, chinese)) = found else {
            return text.to_owned();
        };
        // A parameter is shorter than what it was found in, so that this ends.
        let parameters: Vec<String> = parameters.into_iter().map(|text| self.part(text)).collect();
        Template(chinese).with(&parameters)
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("wording/zh-TW.toml"))
        .expect("Invariant: the table is compiled in, and a test reads it")
});

#[cfg(test)]
#[path = "wording/tests.rs"]
mod tests;
