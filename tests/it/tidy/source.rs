//! The sources of the house, and a reader that tells code from comments and strings. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::files_below;

/// One source file.
pub struct Source {
    /// Its path from the top of the repository, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A sample for a control.
    pub fn sample(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether the file is part of what is shipped, not of its tests.
    pub fn is_product(&self) -> bool {
        let test = ["_tests.rs", "/tests.rs", "/fixture.rs", "_case.rs"]
            .iter()
            .any(|end| self.path.ends_with(end));
        self.path.contains("/src/") && !test
    }

    /// The first paragraph of the file's `//!` lines, as one line.
    pub fn headline(&self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("//! "));
        lines.collect::<Vec<_>>().join(" ")
    }

    /// Which kind of file it says it is.
    pub fn kind(&self) -> Option<&'static str> {
        let headline = self.headline();
        ["Pure", "SQL", "Edge"]
            .into_iter()
            .find(|kind| headline.ends_with(&format!("*{kind}.*")))
    }

    /// The code without comments, without its unit tests, and without the contents of strings unless `strings`.
    pub fn code(&self, strings: bool) -> String {
        let product = self
            .text
            .find("#[cfg(test)]\nmod tests {")
            .unwrap_or(self.text.len());
        strip(&self.text[..product], strings)
    }
}

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of the house.
pub fn rust() -> Vec<Source> {
    let sources = with_ending(&["consent", "retention", "pipeline", "tests"], ".rs");
    assert!(
        sources.len() > 100,
        "only {} Rust files were found",
        sources.len()
    );
    sources
}

/// Every file below `folders` whose name ends in `ending`.
pub fn with_ending(folders: &[&str], ending: &str) -> Vec<Source> {
    let files = folders.iter().flat_map(|folder| files_below(&top().join(folder)));
    files
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(top()).unwrap().to_string_lossy().into_owned(),
        })
        .collect()
}

/// `text` without comments; the contents of strings stay only if `strings`. Line ends stay.
pub fn strip(text: &str, strings: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token(rest);
        let (token, after) = rest.split_at(length.unwrap_or(first.len_utf8()));
        match (length, first) {
            (Some(_), '/') => out.extend(token.chars().filter(|&character| character == '\n')),
            (Some(_), _) if !strings => {
                out.push('"');
                out.extend(token.chars().filter(|&character| character == '\n'));
                out.push('"');
            }
            _ => out.push_str(token),
        }
        rest = after;
    }
    out
}

/// The length of the comment, string or character that `text` begins with, if it does.
fn token(text: &str) -> Option<usize> {
    let up_to = |end: &str, from: usize| {
        text[from..]
            .find(end)
            .map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(up_to("*/", 2));
    }
    if let Some(raw) = text.strip_prefix('r')
        && let Some(hashes) = raw
            .find('"')
            .filter(|&at| raw[..at].bytes().all(|byte| byte == b'#'))
    {
        return Some(up_to(&format!("\"{}", "#".repeat(hashes)), hashes + 2));
    }
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            _ if character == quote => return Some(at + 1),
            // A lifetime, not a character.
            _ if quote == '\'' && at > 1 && !text[1..].starts_with('\\') => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn comments_and_strings_are_told_from_code() {
    fn check(text: &str, bare: &str) {
        assert_eq!(strip(text, false), bare);
    }
    check("a // b\nc", "a \nc");
    check("a /* b\n */ c", "a \n c");
    check("f(\"x // y\", 'z') // w", "f(\"\", \"\") ");
    check(r#"f("a\"b", '\'', '"', c)"#, r#"f("", "", "", c)"#);
    check("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
    check("r#\"a \" b\"# + c", "\"\" + c");
    assert_eq!(strip("f(\"x\") // y", true), "f(\"x\") ");
}
