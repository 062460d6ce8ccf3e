//! Every code that people see speaks Chinese, and every sentence that is written in the sources does. *Edge.*

use std::{collections::BTreeSet, fs};

use mayfly::wording;
use mayfly_consent::Language;

use super::{
    nothing_in,
    source::{rust, top},
};

#[test]
fn every_code_of_the_specification_has_chinese_words() {
    let page = fs::read_to_string(top().join("pipeline/README.md")).unwrap();
    let codes: BTreeSet<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| is_code(text) && !text.starts_with("YYYY"))
        .collect();
    assert!(codes.len() > 200, "only {} codes were found", codes.len());
    nothing_in(codes.into_iter().filter_map(without_words).collect());
    assert!(without_words("NO-SUCH-CODE").is_some() && without_words("SHEET-OPEN").is_none());
}

fn without_words(code: &str) -> Option<String> {
    let has = wording::general(code)
        .is_some_and(|(sentence, remedy)| [sentence, remedy].iter().all(|text| is_chinese(text)));
    (!has).then(|| format!("{code} has no Chinese sentence or remedy in pipeline/src/wording/zh-TW.toml"))
}

/// Each sentence that stands beside its code in the sources is in the table, not only its code.
#[test]
fn every_sentence_in_the_sources_has_chinese_words() {
    let sources = rust();
    let product = sources
        .iter()
        .filter(|source| source.is_product() && source.path.starts_with("pipeline/"));
    let mut count = 0;
    let mut findings = Vec::new();
    for source in product {
        for (code, sentence) in sentences(&source.code(true)) {
            count += 1;
            if !is_said(&code, &sentence) {
                findings.push(format!(
                    "{}: {code} says {sentence:?} in English only",
                    source.path
                ));
            }
        }
    }
    assert!(count > 200, "only {count} sentences were found");
    nothing_in(findings);
    let sample = "x(\"SHEET-OPEN\", \"a \\\"new\\\" {week} one\")  code: \"SHEET-OPEN\",\n sentence: format!(\n\"the \\\n   week\"";
    assert_eq!(
        sentences(sample),
        [
            ("SHEET-OPEN".to_owned(), "a \"new\" 7 one".to_owned()),
            ("SHEET-OPEN".into(), "the week".into())
        ]
    );
    assert!(!is_said("SHEET-OPEN", "a new one") && is_said("SHEET-UNKNOWN", "there is no such sheet"));
    assert!(is_said("IMPORT-CELL", "note is empty") && !is_said("IMPORT-CELL", "note is purple"));
}

/// Each step in which a database may fail has Chinese words.
#[test]
fn every_step_of_a_database_has_chinese_words() {
    let sources = rust();
    let product = sources
        .iter()
        .filter(|source| source.is_product() && source.path.starts_with("pipeline/"));
    let (mut count, mut findings) = (0, Vec::new());
    for source in product {
        for step in steps(&source.code(true)) {
            count += 1;
            if !is_chinese(&wording::line(&step, Language::ZhTw)) {
                findings.push(format!(
                    "{}: the step {step:?} is said in English only",
                    source.path
                ));
            }
        }
    }
    assert!(count > 150, "only {count} steps were found");
    nothing_in(findings);
    assert_eq!(
        steps("x(Error::database(\"read a \\\"b\\\"\"))"),
        ["read a \"b\""]
    );
    assert!(!is_chinese(&wording::line("paint the database", Language::ZhTw)));
}

/// What stands after `Error::database(` and `Error::away(`.
fn steps(code: &str) -> Vec<String> {
    let after = |opening: &'static str| code.match_indices(opening).map(|(at, _)| at + opening.len());
    let places = after("Error::database(").chain(after("Error::away("));
    let found = places.filter_map(|at| literal(code[at..].trim_start()));
    found.map(|(step, _)| step).collect()
}

/// Whether the table knows the sentence, alone or after the line of a file that it is about.
fn is_said(code: &str, sentence: &str) -> bool {
    let whole = ["", "7.csv ", "7.csv line 7 ", "7.csv line 7: "].map(|before| format!("{before}{sentence}"));
    whole.into_iter().any(|whole| {
        let said = wording::said(code, whole, String::new(), Language::ZhTw).sentence;
        is_chinese(&said) && !said.contains(sentence)
    })
}

/// A code and the literal after it, with `7` where something is set in.
fn sentences(code: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (place, _) in code.match_indices('"') {
        let Some((word, after)) = literal(&code[place..]).filter(|(word, _)| is_code(word)) else {
            continue;
        };
        let after = after.strip_prefix(',').unwrap_or("").trim_start();
        let after = after.strip_prefix("sentence:").unwrap_or(after).trim_start();
        let after = after.strip_prefix('&').unwrap_or(after);
        let after = after.strip_prefix("format!(").unwrap_or(after).trim_start();
        if let Some((sentence, _)) = literal(after).filter(|(sentence, _)| is_sentence(sentence)) {
            found.push((word, with_sevens(&sentence)));
        }
    }
    found
}

/// The string literal at the start of `code`, and what comes after it.
fn literal(code: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = code.strip_prefix('"')?.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((text, &code[place + 2..])),
            '\\' => match characters.next()?.1 {
                '\n' => {
                    while characters.as_str().starts_with(char::is_whitespace) {
                        characters.next();
                    }
                }
                'u' => {
                    let hex: String = characters
                        .by_ref()
                        .map(|(_, c)| c)
                        .skip(1)
                        .take_while(|c| *c != '}')
                        .collect();
                    text.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                }
                'n' => text.push('\n'),
                plain => text.push(plain),
            },
            plain => text.push(plain),
        }
    }
    None
}

/// `text` with `7` in place of what braces set in.
fn with_sevens(text: &str) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push('7');
        out.push_str(part.split_once('}').map_or(part, |(_, after)| after));
    }
    out
}

fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|character| ('\u{4E00}'..='\u{9FFF}').contains(&character))
}

/// Whether it says something by itself: not only what is set in.
fn is_sentence(text: &str) -> bool {
    let own = with_sevens(text);
    !is_code(text) && own.chars().any(char::is_alphabetic)
}

fn is_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    text.contains('-') && text.split('-').all(is_word)
}
