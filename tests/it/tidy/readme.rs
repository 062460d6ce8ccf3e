//! What the README pages say is there: folders, files, tests, and the same in both languages. *Edge.*

use std::{collections::BTreeSet, fs};

use super::{
    nothing_in,
    source::{rust, top},
};

#[test]
fn the_readme_names_every_folder_and_only_files_and_tests_that_are_there() {
    let sources = rust();
    let paths: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let all: String = sources.iter().map(|source| source.text.as_str()).collect();
    for page in PAGES {
        let text = fs::read_to_string(top().join(page)).unwrap();
        for folder in ["consent/", "retention/", "pipeline/", "tests/", "fixtures/"] {
            assert!(text.contains(folder), "{page} does not mention {folder}");
        }
        nothing_in(absent(&text, &paths, &all));
    }
    let control = |text: &str| absent(text, &paths, &all).len();
    assert_eq!(
        control("`pipeline/src/main.rs` and `gate/mod.rs` and `every_file_is_short`"),
        1
    );
    assert_eq!(control("`pipeline/src/nowhere.rs`"), 1);
    assert_eq!(
        control("`the_readme_names_every_folder_and_only_files_and_tests_that_are_there`"),
        0
    );
}

/// Names in backquotes that look like a file or a test of the house and are none.
fn absent(text: &str, paths: &BTreeSet<&str>, all: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| {
            let is_word = |character: char| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
            };
            if name.ends_with(".rs") && !name.contains('*') {
                !paths.iter().any(|path| path.ends_with(*name))
            } else {
                name.matches('_').count() >= 3
                    && name.chars().all(is_word)
                    && !all.contains(&format!("fn {name}("))
            }
        })
        .map(|name| format!("the README names {name}, which is not there"))
        .collect()
}

#[test]
fn the_specification_explains_every_code() {
    let pages = ["pipeline/README.md", "consent/README.md", "retention/README.md"];
    let pages: String = pages
        .map(|page| fs::read_to_string(top().join(page)).unwrap())
        .concat();
    let sources = rust();
    let product = sources.iter().filter(|source| source.is_product());
    let found: BTreeSet<_> = product.flat_map(|source| codes(&source.code(true))).collect();
    assert!(found.len() > 100, "only {} codes were found", found.len());
    nothing_in(
        found
            .iter()
            .filter(|code| !is_explained(code, &pages))
            .cloned()
            .collect(),
    );
    assert_eq!(
        codes("(\"BATCH-HELD\", \"a-b\", \"UTF-8\", \"DB-BUSY\")"),
        ["BATCH-HELD", "DB-BUSY"]
    );
    assert!(!is_explained("NO-SUCH-CODE", &pages) && is_explained("BATCH-HELD", &pages));
}

/// Strings that look like a code: capital words joined by hyphens.
fn codes(code: &str) -> Vec<String> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let quoted = code.split('"').skip(1).step_by(2);
    quoted
        .filter(|text| text.contains('-') && text.split('-').all(is_word))
        .map(str::to_owned)
        .collect()
}

/// Codes of a crate's own inside, which never reach a person, are explained by their family.
fn is_explained(code: &str, pages: &str) -> bool {
    let inner = ["FORM-", "OUTCOME-", "CONSENT-"]
        .iter()
        .any(|family| code.starts_with(family));
    inner || pages.contains(&format!("`{code}`"))
}

#[test]
fn both_readme_pages_have_the_same_parts() {
    let [english, chinese] = PAGES.map(|page| skeleton(&fs::read_to_string(top().join(page)).unwrap()));
    assert_eq!(english, chinese);
    assert_ne!(skeleton("# a\n## b\n"), skeleton("# a\n"));
    assert_ne!(skeleton("```sh\nls\n```\n"), skeleton("```sh\nls -l\n```\n"));
}

/// Levels of the headings, commands, and the number of lines of each table.
fn skeleton(text: &str) -> Vec<String> {
    let (mut parts, mut fence) = (Vec::new(), None);
    for line in text.lines() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => fence = Some(language == "sh"),
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => parts.push(line.split('#').next().unwrap_or("").trim_end().to_owned()),
            (None, None) if line.starts_with('#') => {
                parts.push(line.chars().take_while(|&character| character == '#').collect());
            }
            (None, None) if line.starts_with('|') => parts.push("|".into()),
            _ => {}
        }
    }
    parts
}

const PAGES: [&str; 2] = ["README.md", "README.zh-TW.md"];
