//! What is wrong with a command line, without the words that were typed: one of them may be a person's number. *Pure.*

use std::ffi::OsString;

use clap::{
    ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};
use mayfly_consent::Language;

use super::args::Lang;
use crate::{error::Error, printed};

/// The language that a command line asks for, before the grammar has read it.
pub(super) fn language(words: impl IntoIterator<Item = OsString>) -> Lang {
    let mut words = words.into_iter().filter_map(|word| word.into_string().ok());
    let mut lang = Lang::En;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            None if word == "--" => break,
            None => None,
        };
        if let Some(value) = value {
            lang = Lang::from_str(&value, false).unwrap_or(lang);
        }
    }
    lang
}

/// The line that shows how the command is used; it names what the grammar knows, and nothing that was typed.
pub(super) fn line(error: &clap::Error, language: Language) -> Option<String> {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return None;
    };
    let usage = usage.to_string();
    let usage = usage.strip_prefix("Usage:").unwrap_or(&usage);
    let words: Vec<&str> = usage.split_whitespace().collect();
    let name = printed::of(language, "usage: ", "用法：");
    (!words.is_empty()).then(|| format!("{name}{}", words.join(" ")))
}

/// Whether there is something to refuse: help and version are shown, and so is help where words are missing.
pub(super) fn is_wrong(error: &clap::Error) -> bool {
    error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// The refusal of a command line that the grammar does not know.
pub(super) fn refusal(error: &clap::Error) -> Error {
    let mut sentence = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match told(error, ContextKind::InvalidArg) {
            Some(argument) => format!("{argument} does not take this value"),
            None => "an argument does not take its value".into(),
        },
        ErrorKind::MissingRequiredArgument => match told(error, ContextKind::InvalidArg) {
            Some(arguments) => format!("missing: {arguments}"),
            None => "an argument is missing".into(),
        },
        ErrorKind::ArgumentConflict => match told(error, ContextKind::InvalidArg) {
            Some(argument) => format!("{argument} cannot stand here, beside what stands with it or twice"),
            None => "arguments that exclude each other stand together".into(),
        },
        ErrorKind::InvalidSubcommand => "there is no such command".into(),
        ErrorKind::MissingSubcommand => "a command is missing".into(),
        ErrorKind::UnknownArgument => {
            "there is an argument too many, or one that this command does not know".into()
        }
        ErrorKind::WrongNumberOfValues | ErrorKind::TooManyValues | ErrorKind::TooFewValues => {
            "an argument has too many or too few values".into()
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".into(),
        _ => "the command line is not understood".to_owned(),
    };
    let hints = [
        (ContextKind::ValidValue, "it takes"),
        (ContextKind::ValidSubcommand, "there are"),
        (ContextKind::SuggestedSubcommand, "did you mean"),
        (ContextKind::SuggestedArg, "did you mean"),
    ];
    for (kind, words) in hints {
        if let Some(hint) = told(error, kind) {
            sentence.push_str(&format!("; {words} {hint}"));
        }
    }
    Error::Usage(sentence)
}

/// What the grammar itself knows, in one line; never what was typed.
fn told(error: &clap::Error, kind: ContextKind) -> Option<String> {
    // Of an argument or command that does not exist, the name is what was typed.
    let is_typed = matches!(
        error.kind(),
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand
    );
    if kind == ContextKind::InvalidArg && is_typed {
        return None;
    }
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Arguments;

    #[test]
    fn every_refusal_names_what_is_known_and_nothing_that_was_typed() {
        let cases: [(&[&str], &str); 7] = [
            (&["batch", "A123456789"], "there is no such command"),
            (
                &["synth", "batch", "--rows", "A123456789", "--seed", "1"],
                "--rows <ROWS> does not take this value",
            ),
            (
                &["synth", "batch", "--rows", "0", "--seed", "1"],
                "--rows <ROWS> does not take this value",
            ),
            (&["synth", "batch", "--seed", "1"], "missing: --rows <ROWS>"),
            (
                &["init", "--environment", "A123456789"],
                "does not take this value; it takes sandbox, production",
            ),
            (&["batch", "list", "A123456789"], "an argument too many"),
            (
                &["batch", "list", "--A123456789"],
                "one that this command does not know",
            ),
        ];
        for (words, told) in cases {
            let words = ["mayfly"].iter().chain(words);
            let Err(error) = Arguments::try_parse_from(words) else {
                panic!("{told}: it is understood");
            };
            let sentence = refusal(&error).to_string();
            assert!(sentence.contains(told), "{sentence}");
            assert!(!sentence.contains("A12345"), "{sentence}");
        }
    }

    #[test]
    fn the_language_is_known_before_the_grammar() {
        let check = |words: &[&str], is_chinese: bool| {
            let lang = language(words.iter().map(OsString::from));
            assert_eq!(matches!(lang, Lang::ZhTw), is_chinese, "{words:?}");
        };
        check(&["mayfly", "batch"], false);
        check(&["mayfly", "--lang", "zh-TW", "batch"], true);
        check(&["mayfly", "batch", "--lang=zh"], true);
        check(&["mayfly", "--lang", "fr"], false);
        check(&["mayfly", "--language", "zh-TW"], false);
        check(&["mayfly", "--", "--lang", "zh-TW"], false);
        check(&["mayfly", "--lang"], false);
    }

    /// Each kind of refusal has Chinese words of its own, and how the command is used is shown without what was typed.
    #[test]
    fn every_refusal_is_said_in_chinese() {
        let cases: [(&[&str], &str, &str); 8] = [
            (&["batch", "A123456789"], "沒有此指令", "用法：mayfly batch"),
            (
                &["synth", "batch", "--rows", "0", "--seed", "1"],
                "--rows <ROWS> 不接受此值",
                "",
            ),
            (
                &["synth", "batch", "--seed", "1"],
                "缺少：--rows <ROWS>",
                "--rows <ROWS>",
            ),
            (
                &["init", "--environment", "A123456789"],
                "不接受此值；可用者為 sandbox, production",
                "",
            ),
            (
                &["batch", "list", "A123456789"],
                "多出一個引數，或此指令沒有該引數",
                "用法：mayfly batch list",
            ),
            (&["batch", "lits"], "沒有此指令；是否為 list", ""),
            (&["batch", "list", "--jsn"], "此指令沒有該引數；是否為 --json", ""),
            (
                &["duty", "list", "--all", "--all"],
                "不得在此使用：與並列者互斥或重複",
                "",
            ),
        ];
        for (words, told, usage) in cases {
            let typed = ["mayfly"].iter().chain(words);
            let Err(error) = Arguments::try_parse_from(typed) else {
                panic!("{told}: it is understood");
            };
            let said = crate::wording::of(&refusal(&error), Language::ZhTw);
            assert!(said.sentence.contains(told), "{words:?}: {}", said.sentence);
            assert!(!said.sentence.contains('（'), "{words:?}: {}", said.sentence);
            let line = line(&error, Language::ZhTw).unwrap_or_default();
            assert!(
                line.contains(usage) && !line.contains("A123"),
                "{words:?}: {line}"
            );
        }
    }
}
