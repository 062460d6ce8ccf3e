//! Text of strangers made fit for a terminal: what would move the cursor or turn the reading order is written out. *Pure.*

use std::borrow::Cow;

/// `text` with every character that a terminal obeys instead of showing as `\u{…}`; line ends and tabs stay.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    written_out(text, |c| !matches!(c, '\n' | '\t') && is_unseen(c))
}

/// The same for what has to stay one line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    written_out(text, is_unseen)
}

fn written_out(text: &str, is_unfit: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&is_unfit) {
        return Cow::Borrowed(text);
    }
    let mut fit = String::with_capacity(text.len() + 32);
    for c in text.chars() {
        if is_unfit(c) {
            fit.extend(c.escape_unicode());
        } else {
            fit.push(c);
        }
    }
    Cow::Owned(fit)
}

/// Control characters, and characters that print nothing or reorder what is printed.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_terminal_would_obey_is_written_out() {
        fn check(text: &str, expected: &str) {
            assert_eq!(lines(text), expected);
            assert_eq!(
                line(text),
                expected.replace('\n', "\\u{a}").replace('\t', "\\u{9}")
            );
        }
        check("", "");
        check("林士弘\t=1+1\n＝＋", "林士弘\t=1+1\n＝＋");
        check("a\u{1b}[2Jb\r", "a\\u{1b}[2Jb\\u{d}");
        check("\u{9b}2J\u{7f}\0", "\\u{9b}2J\\u{7f}\\u{0}");
        check("abc\u{202e}fdp.exe\u{2066}", "abc\\u{202e}fdp.exe\\u{2066}");
        check("\u{feff}x\u{e0041}", "\\u{feff}x\\u{e0041}");
    }
}
