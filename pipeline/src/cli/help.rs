//! Help in the reader's language: every text of the grammar, and clap's own words around it. *Pure.*

use clap::{Arg, ArgAction, Command};
use mayfly_consent::Language;

use crate::wording;

/// The grammar with its texts in `language`.
pub(super) fn of(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::ZhTw => chinese(command, true),
    }
}

fn chinese(command: Command, is_top: bool) -> Command {
    let about = command.get_about().map(|text| said(&text.to_string()));
    let after = command.get_after_help().map(|text| said(&text.to_string()));
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("指令")
        .subcommand_value_name("指令")
        .mut_args(argument)
        .mut_subcommands(|command| chinese(command, false))
        .disable_help_flag(true)
        .arg(own("help", 'h', ActionOf::Help));
    if is_top {
        command = command
            .disable_version_flag(true)
            .arg(own("version", 'V', ActionOf::Version));
    }
    if let Some(about) = about {
        command = command.about(about);
    }
    match after {
        Some(after) => command.after_help(after),
        None => command,
    }
}

/// What clap would add by itself, in English.
enum ActionOf {
    Help,
    Version,
}

fn own(name: &'static str, short: char, action: ActionOf) -> Arg {
    let (action, help) = match action {
        ActionOf::Help => (ArgAction::Help, "Print help"),
        ActionOf::Version => (ArgAction::Version, "Print version"),
    };
    let arg = Arg::new(name).short(short).long(name).action(action);
    arg.help(said(help)).help_heading(OPTIONS)
}

fn argument(arg: Arg) -> Arg {
    let mut help = arg
        .get_help()
        .map_or_else(String::new, |text| said(&text.to_string()));
    let heading = match arg.get_help_heading() {
        Some(heading) => wording::help(heading).unwrap_or(OPTIONS),
        None if arg.is_positional() => ARGUMENTS,
        None => OPTIONS,
    };
    let takes_values = arg.get_action().takes_values();
    if takes_values {
        let values = arg.get_possible_values();
        if !values.is_empty() && !arg.is_hide_possible_values_set() {
            let values = values.iter().map(|value| match value.get_help() {
                Some(help) => format!("{}（{}）", value.get_name(), said(&help.to_string())),
                None => value.get_name().to_owned(),
            });
            help.push_str(&format!("［可填：{}］", values.collect::<Vec<_>>().join("、")));
        }
        let default = arg.get_default_values();
        if !default.is_empty() && !arg.is_hide_default_value_set() {
            let default: Vec<_> = default.iter().map(|value| value.to_string_lossy()).collect();
            help.push_str(&format!("［預設：{}］", default.join(" ")));
        }
    }
    let arg = arg.help(help).help_heading(heading);
    match takes_values {
        true => arg.hide_possible_values(true).hide_default_value(true),
        false => arg,
    }
}

fn said(english: &str) -> String {
    wording::help(english).unwrap_or(english).to_owned()
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";
const OPTIONS: &str = "選項";
const ARGUMENTS: &str = "引數";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Arguments;

    /// Every text of the grammar is in the table, and the table has no other.
    #[test]
    fn every_text_of_help_has_chinese_words() {
        let mut texts = BTreeSet::from(["Print help".to_owned(), "Print version".to_owned()]);
        texts_of(&Arguments::command(), &mut texts);
        assert!(texts.len() > 300, "only {} texts were found", texts.len());
        let without: Vec<_> = texts
            .iter()
            .filter(|text| wording::help(text).is_none())
            .collect();
        assert!(without.is_empty(), "in English only: {without:#?}");
        let over: Vec<_> = wording::help_texts()
            .filter(|text| !texts.contains(*text))
            .collect();
        assert!(over.is_empty(), "no text of the grammar: {over:#?}");
    }

    fn texts_of(command: &Command, texts: &mut BTreeSet<String>) {
        texts.extend(
            [
                command.get_about(),
                command.get_long_about(),
                command.get_after_help(),
            ]
            .into_iter()
            .flatten()
            .map(ToString::to_string),
        );
        for arg in command.get_arguments() {
            texts.extend(
                [arg.get_help(), arg.get_long_help()]
                    .into_iter()
                    .flatten()
                    .map(ToString::to_string),
            );
            texts.extend(arg.get_help_heading().map(str::to_owned));
            if arg.get_action().takes_values() && !arg.is_hide_possible_values_set() {
                let values = arg.get_possible_values();
                let helps = values
                    .iter()
                    .filter_map(|value| value.get_help().map(ToString::to_string));
                texts.extend(helps);
            }
        }
        for command in command.get_subcommands() {
            texts_of(command, texts);
        }
    }
}
