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
use crate::{error::Error, printed, roc};

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
        Language::ZhTw => chinese(&TABLE, code, &english).unwrap_or(english),
    }
}

/// What a finding, a count or a state without a code says in `language`; as it is, if the table does not know it.
pub fn line(english: &str, language: Language) -> String {
    match language {
        Language::En => english.to_owned(),
        Language::ZhTw => TABLE.line(english),
    }
}

/// What a text of help says in Chinese; none, if the table does not know it.
pub fn help(english: &str) -> Option<&'static str> {
    HELP.get(english).map(String::as_str)
}

/// The texts of help that the table knows.
#[cfg(test)]
pub(crate) fn help_texts() -> impl Iterator<Item = &'static str> {
    HELP.keys().map(String::as_str)
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

fn chinese(table: &Table, code: &str, english: &Wording) -> Option<Wording> {
    let Wording {
        sentence: english,
        remedy: todo,
    } = english;
    let Some(entry) = table.codes.get(code) else {
        // What rows are refused with has no parameters, and both languages where it is made.
        let code = Code::parse(code)?;
        let sentence = code.sentence(Language::ZhTw);
        let known = code.sentence(Language::En) == english.as_str();
        return Some(Wording {
            sentence: if known {
                sentence.into()
            } else {
                general_with(sentence, english)
            },
            remedy: code.remedy(Language::ZhTw).into(),
        });
    };
    let of_todo = entry.todo.iter().find(|[english, _]| english == todo);
    let of_todo = of_todo.map(|[_, chinese]| chinese.as_str());
    let mut known = entry.said.iter();
    let found = known.find_map(|said| Some((said, Template(said.english()).parameters(english)?)));
    let Some((said, parameters)) = found else {
        return Some(Wording {
            sentence: general_with(&entry.zh, english),
            remedy: of_todo.unwrap_or(&entry.remedy).into(),
        });
    };
    let parameters: Vec<String> = parameters.into_iter().map(|text| table.part(text)).collect();
    Some(Wording {
        sentence: Template(said.chinese().unwrap_or(&entry.zh)).with(&parameters),
        remedy: of_todo.or(said.remedy()).unwrap_or(&entry.remedy).into(),
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
    /// Sentences without a code, and what is found in them: in English and in Chinese.
    line: Vec<[String; 2]>,
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
    /// Remedies of some of those who say the same: in English and in Chinese. These come first.
    #[serde(default)]
    todo: Vec<[String; 2]>,
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
    /// A parameter: a phrase that the table knows in Chinese, a day or an instant as readers of Chinese write it, anything else
    /// as it is.
    fn part(&self, text: &str) -> String {
        let Some((parameters, chinese)) = found(&self.part, text) else {
            let day = || Some(printed::day(roc::day(text)?, Language::ZhTw));
            let known = roc::republic_of(text).or_else(day);
            return known.unwrap_or_else(|| text.to_owned());
        };
        // A parameter is shorter than what it was found in, so that this ends.
        let parameters: Vec<String> = parameters.into_iter().map(|text| self.part(text)).collect();
        Template(chinese).with(&parameters)
    }

    /// A sentence without a code, or what was found in one.
    fn line(&self, text: &str) -> String {
        let Some((parameters, chinese)) = found(&self.line, text) else {
            return self.part(text);
        };
        let parameters: Vec<String> = parameters.into_iter().map(|text| self.line(text)).collect();
        Template(chinese).with(&parameters)
    }
}

/// The first of `phrases` that `text` is: what is set in, and its Chinese.
fn found<'s, 't>(phrases: &'t [[String; 2]], text: &'s str) -> Option<(Vec<&'s str>, &'t str)> {
    phrases.iter().find_map(|[english, chinese]| {
        let parameters = Template(english).parameters(text)?;
        Some((parameters, chinese.as_str()))
    })
}

/// The table of help.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Help {
    /// In English and in Chinese.
    help: Vec<(String, String)>,
}

static HELP: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let read: Result<Help, _> = toml::from_str(include_str!("wording/help.zh-TW.toml"));
    let help = read.expect("Invariant: the table is compiled in, and a test reads it");
    help.help.into_iter().collect()
});

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("wording/zh-TW.toml"))
        .expect("Invariant: the table is compiled in, and a test reads it")
});

#[cfg(test)]
#[path = "wording/tests.rs"]
mod tests;
