//! What is wrong with a command line, without the words that were typed: one of them may be a person's number. *Pure.*

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

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
}
