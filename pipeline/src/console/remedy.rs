//! A remedy for somebody at a browser: the page in place of the command that does the same, and no options, which nobody types there. *Pure.*

use mayfly_consent::Language;

use super::frame::title;

/// `remedy`, as it is written for the command line, in the words of the pages. A command that no page does stays as it is: it is
/// somebody else's at a terminal.
pub(super) fn for_page(remedy: &str, language: Language) -> String {
    let mut text = without_options(remedy);
    for (phrase, instead) in PHRASES {
        text = text.replace(phrase, instead);
    }
    let mut pieces = text.split('`');
    let mut told = pieces.next().unwrap_or("").to_owned();
    while let (Some(command), Some(after)) = (pieces.next(), pieces.next()) {
        match (page_of(command), language) {
            (None, _) => told.extend(["`", command, "`", after]),
            (Some(path), Language::En) => told.extend(["the page “", title(path, language), "”", after]),
            (Some(path), Language::ZhTw) => {
                told.truncate(told.trim_end().len());
                told.extend(["「", title(path, language), "」頁", after.trim_start()]);
            }
        }
    }
    told
}

/// `text` without what stands in brackets and begins with an option.
fn without_options(text: &str) -> String {
    let mut left = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, after)) = BRACKETS.iter().find_map(|(open, close)| {
        let (before, inside) = left.split_once(open)?;
        Some((before, inside.split_once(close)?.1))
    }) {
        kept.push_str(before);
        left = after;
    }
    kept + left
}

/// The page that does what `command` does.
fn page_of(command: &str) -> Option<&'static str> {
    let words = command.strip_prefix("mayfly ")?;
    let of = |(prefix, _): &&(&str, Option<&str>)| {
        words
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '|']))
    };
    COMMANDS.iter().find(of).and_then(|(_, page)| *page)
}

/// Commands, the longer before the shorter, and their page.
const COMMANDS: &[(&str, Option<&str>)] = &[
    ("account", Some("/accounts")),
    ("approval", Some("/approvals")),
    ("audit export", Some("/audit")),
    ("audit finding", Some("/findings")),
    ("audit findings", Some("/findings")),
    ("audit freeze", None),
    ("audit", Some("/audit")),
    ("batch", Some("/batches")),
    ("certificate", Some("/deletion")),
    ("consent import", None),
    ("consent", Some("/consents")),
    ("duty calendar", None),
    ("duty", Some("/duties")),
    ("evidence pack", Some("/oversight")),
    ("grant", Some("/grants")),
    ("incident", Some("/incidents")),
    ("people check", Some("/accounts")),
    ("people", Some("/people")),
    ("purge hold", Some("/holds")),
    ("sheet make", None),
    ("sheet", Some("/sheets")),
    ("stop", Some("/incidents")),
];
/// Words about options that stand in the midst of a sentence.
const PHRASES: &[(&str, &str)] = &[
    ("; who stands at the terminal leaves --as out", ""),
    (" with --as", ""),
    ("the command without --approval", "sending it again"),
    (", or without --approval to apply", ", or apply"),
    ("；在終端機前者不填 --as", ""),
    ("以 --as 指定", "指定"),
    ("以 --from 及 --until 指定", "指定"),
    ("以 --from 指定起日，--to 指定迄日", "填寫起日及迄日"),
    ("不加 --approval 執行原指令即提出申請", "再次送出即提出申請"),
    ("不加 --approval 執行原指令即另行申請", "再次送出即另行申請"),
];
/// How brackets begin that hold an option, and end.
const BRACKETS: [(&str, &str); 2] = [(" (--", ")"), ("（--", "）")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stands_where_the_command_stood() {
        let check = |remedy: &str, language: Language, expected: &str| {
            assert_eq!(for_page(remedy, language), expected);
        };
        let (en, zh) = (Language::En, Language::ZhTw);
        check(
            "let a unit head of the member sign (--as); `mayfly people table` shows who is one",
            en,
            "let a unit head of the member sign; the page “People” shows who is one",
        );
        check(
            "請由該使用單位的單位主管簽核（--as），見 `mayfly people table`",
            zh,
            "請由該使用單位的單位主管簽核，見「人員」頁",
        );
        check(
            "the members are the register's; `mayfly member import FILE` brings one",
            en,
            "the members are the register's; `mayfly member import FILE` brings one",
        );
        check(
            "`mayfly audit freeze` is the bureau's",
            en,
            "`mayfly audit freeze` is the bureau's",
        );
        check("see `mayfly audit findings --all`", en, "see the page “Findings”");
        check(
            "name an account with the role (--as); who stands at the terminal leaves --as out",
            en,
            "name an account with the role",
        );
    }

    #[test]
    fn every_page_that_is_named_is_in_the_menu() {
        for (command, page) in COMMANDS {
            if let Some(page) = page {
                assert!(!title(page, Language::ZhTw).is_empty(), "{command}");
            }
        }
    }
}
