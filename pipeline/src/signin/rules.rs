//! What a password must be (五(一)4, D13): all that is wrong with one is told at once, and none of its characters. *Pure.*

use crate::regime::people::PasswordRules;

/// What is wrong with a new password.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Fault {
    /// Fewer characters than the least.
    Short,
    /// More than anybody types.
    Long,
    /// Of digits, capitals, small letters and signs, too few kinds.
    Kinds,
    /// It holds a line end or another control character.
    Control,
    /// It is one that everybody tries first, or hardly more than one character again and again.
    Common,
    /// It holds the account, the person's number or the institution.
    Own,
    /// It is one of the last.
    Again,
}

/// All that is wrong with `password` for whoever is called by `names`. Whether it is one of the last is for whoever can tell.
pub fn faults(password: &str, names: &[&str], rules: &PasswordRules) -> Vec<Fault> {
    let length = password.chars().count();
    let checks = [
        (
            length < rules.length_default.value.max(rules.length_floor.value),
            Fault::Short,
        ),
        (length > LONGEST, Fault::Long),
        (kinds(password) < rules.classes.value, Fault::Kinds),
        (password.chars().any(char::is_control), Fault::Control),
        (rules.blocklist.value && is_common(password), Fault::Common),
        (rules.blocklist.value && is_own(password, names), Fault::Own),
    ];
    let wrong = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong.map(|(_, fault)| fault).collect()
}

impl Fault {
    /// In a few words.
    pub fn what(self, rules: &PasswordRules) -> String {
        match self {
            Self::Short => {
                let least = rules.length_default.value.max(rules.length_floor.value);
                format!("it has fewer than {least} characters")
            }
            Self::Long => format!("it has more than {LONGEST} characters"),
            Self::Kinds => format!(
                "of digits, capitals, small letters and signs it has fewer than {} kinds",
                rules.classes.value
            ),
            Self::Control => "it holds a control character".into(),
            Self::Common => "it is one of those that are tried first".into(),
            Self::Own => "it holds the account, the person's number or the institution".into(),
            Self::Again => format!("it is one of the last {}", rules.not_the_last.value),
        }
    }
}

/// Of digits, capitals, small letters and signs, how many kinds there are. Other characters count for length only.
fn kinds(password: &str) -> usize {
    let of: [fn(&char) -> bool; 4] = [
        char::is_ascii_digit,
        char::is_ascii_uppercase,
        char::is_ascii_lowercase,
        |character| character.is_ascii_punctuation() || *character == ' ',
    ];
    of.iter()
        .filter(|is| password.chars().any(|character| is(&character)))
        .count()
}

/// Whether what is left of it without the usual disguises is on the list, or it is made of very few characters.
fn is_common(password: &str) -> bool {
    let mut distinct: Vec<char> = password.to_lowercase().chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let bare = undisguised(password);
    let listed = |core: &str| COMMON.lines().any(|word| word == core);
    // Twice the same word is no better than once.
    let half = &bare[..bare.len() / 2];
    distinct.len() < DISTINCT || listed(&bare) || (bare == [half, half].concat() && listed(half))
}

fn is_own(password: &str, names: &[&str]) -> bool {
    let letters = |text: &str| -> String {
        let kept = text.chars().filter(|character| character.is_alphanumeric());
        kept.collect::<String>().to_lowercase()
    };
    let bare = letters(password);
    let mut names = names.iter().map(|name| letters(name));
    names.any(|name| name.len() >= SHORTEST_NAME && bare.contains(&name))
}

/// Its small letters, with digits and signs that stand for letters turned back, and without what is put before and after.
fn undisguised(password: &str) -> String {
    let is_trimmed = |character: char| !character.is_ascii_alphabetic() && !"@$".contains(character);
    let core = password.trim_matches(is_trimmed).to_ascii_lowercase();
    let turned = core.chars().map(|character| match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    });
    turned.filter(char::is_ascii_lowercase).collect()
}

/// Passwords that are tried first, as `undisguised` leaves them: one a line.
const COMMON: &str = include_str!("common.txt");
const LONGEST: usize = 128;
const DISTINCT: usize = 6;
const SHORTEST_NAME: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    #[track_caller]
    fn check(password: &str, expected: &[Fault]) {
        let rules = Regime::jcic_2024().unwrap().password;
        let names = ["chen.yl", "E-1024", "004"];
        assert_eq!(faults(password, &names, &rules), expected, "{password}");
    }

    #[test]
    fn a_password_has_its_length_and_four_kinds() {
        check("Tide-9-Harbo", &[]);
        check("Tide-9-Harb", &[Fault::Short]);
        check("Tide 9 Harbour", &[]);
        check("tide-9-harbour", &[Fault::Kinds]);
        check("TIDE-9-HARBOUR", &[Fault::Kinds]);
        check("Tide-x-Harbour", &[Fault::Kinds]);
        check("Tide9xHarbour", &[Fault::Kinds]);
        check("", &[Fault::Short, Fault::Kinds, Fault::Common]);
        check("Tide-9-\u{6d77}\u{6e2f}\u{6f6e}\u{6c50}\u{591c}", &[]);
        check("Tide-9-Harbour\n", &[Fault::Control]);
        let long = "Tide-9-Harbour-".repeat(9);
        check(&long[..128], &[]);
        check(&long[..129], &[Fault::Long]);
    }

    /// The clause's floor holds where a regime's own length is below it.
    #[test]
    fn the_floor_of_the_clause_holds() {
        let mut rules = Regime::jcic_2024().unwrap().password;
        rules.length_default.value = 1;
        assert_eq!(faults("Ab-4567", &[], &rules), [Fault::Short]);
        assert_eq!(faults("Ab-45678", &[], &rules), []);
    }

    #[test]
    fn what_is_tried_first_and_ones_own_names_are_refused() {
        for password in [
            "P@ssw0rd1234",
            "1!Password99",
            "Qwertyuiop12#",
            "Welcome2026!!",
            "Mayfly-20261!",
        ] {
            check(password, &[Fault::Common]);
        }
        check("PasswordPassword1!", &[Fault::Common]);
        check("Aa1!Aa1!Aa1!", &[Fault::Common]);
        check("Chen.YL-Harbour-9", &[Fault::Own]);
        check("Tide-E1024-Harbour", &[Fault::Own]);
        // Three characters are in many a word.
        check("Tide-004-Harbour", &[]);
        let mut rules = Regime::jcic_2024().unwrap().password;
        rules.blocklist.value = false;
        assert_eq!(faults("P@ssw0rd1234", &[], &rules), []);
    }

    #[test]
    fn every_common_word_is_as_it_is_looked_up() {
        for word in COMMON.lines() {
            assert_eq!(undisguised(word), word);
        }
        assert!(COMMON.lines().count() >= 100);
    }
}
