//! Signed notes against the published examples of C2SP and of Go's note package. *Pure.*

use super::*;

const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

const PETER_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_LINE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_KEY: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const ENOCH_LINE: &str = "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";

fn key(text: &str) -> VerifierKey {
    VerifierKey::parse(text).unwrap()
}

#[test]
fn the_specification_s_example_opens() {
    assert_eq!(
        key(SPEC_KEY).open(SPEC_NOTE.as_bytes()).unwrap(),
        "This is an example message.\n"
    );
}

#[test]
fn signing_gives_go_s_bytes() {
    let seed = BASE64_STANDARD.decode(PETER_SEED).unwrap();
    let peter = SigningKey::from_seed(seed[1..].try_into().unwrap());
    assert_eq!(peter.verifier_key("PeterNeumann").unwrap().text(), PETER_KEY);
    assert_eq!(
        peter.sign_note("PeterNeumann", TEXT).unwrap(),
        format!("{TEXT}\n{PETER_LINE}")
    );
    assert!(matches!(
        peter.sign_note("Peter Neumann", TEXT),
        Err(JournalError::KeyName)
    ));
    assert!(matches!(
        peter.sign_note("PeterNeumann", "abc"),
        Err(JournalError::NoteMalformed)
    ));
    assert!(matches!(
        peter.sign_note("PeterNeumann", "a\tc\n"),
        Err(JournalError::NoteMalformed)
    ));
}

#[test]
fn other_keys_lines_are_ignored_but_must_be_lines() {
    let both = format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}");
    assert_eq!(key(PETER_KEY).open(both.as_bytes()).unwrap(), TEXT);
    assert_eq!(key(ENOCH_KEY).open(both.as_bytes()).unwrap(), TEXT);
    assert!(matches!(
        key(SPEC_KEY).open(both.as_bytes()),
        Err(JournalError::NoteUnsigned)
    ));
    let (head, tail) = PETER_LINE.split_at(60);
    let forged = format!("{TEXT}\n{head}ABCD{tail}");
    assert!(matches!(
        key(PETER_KEY).open(forged.as_bytes()),
        Err(JournalError::NoteForged)
    ));
    let also_forged = format!("{TEXT}\n{PETER_LINE}{head}ABCD{tail}");
    assert!(matches!(
        key(PETER_KEY).open(also_forged.as_bytes()),
        Err(JournalError::NoteForged)
    ));
}

#[test]
fn malformed_notes() {
    let line = PETER_LINE;
    let check = |note: &[u8]| {
        let opened = key(PETER_KEY).open(note);
        assert!(
            matches!(opened, Err(JournalError::NoteMalformed)),
            "{}",
            String::from_utf8_lossy(note)
        );
    };
    check(b"");
    check(TEXT.as_bytes());
    check(format!("{TEXT}\n").as_bytes());
    check(format!("{TEXT}\n{}", &line[..line.len() - 1]).as_bytes());
    check(format!("\x01{TEXT}\n{line}").as_bytes());
    check(&[b"\xff", TEXT.as_bytes(), b"\n", line.as_bytes()].concat());
    check(format!("{TEXT}\n{}", line.replace("PeterN", "Peter N")).as_bytes());
    check(format!("{TEXT}\n{}", line.replace("nAM=", "nAN=")).as_bytes());
    check(format!("{TEXT}\n{line}Unexpected line.\n").as_bytes());
    check(format!("{TEXT}\n{}", line.repeat(SIGNATURES_MAX + 1)).as_bytes());
    check(format!("{}\n{line}", "a\n".repeat(NOTE_BYTES_MAX)).as_bytes());
}

#[test]
fn every_flipped_bit_of_a_note_is_seen() {
    let note = format!("{TEXT}\n{PETER_LINE}").into_bytes();
    for at in 0..note.len() * 8 {
        let mut note = note.clone();
        note[at / 8] ^= 1 << (at % 8);
        assert!(key(PETER_KEY).open(&note).is_err(), "bit {at}");
    }
}

#[test]
fn mangled_keys_are_refused() {
    for text in [SPEC_KEY, PETER_KEY, ENOCH_KEY] {
        assert_eq!(key(text).text(), text);
        for start in 0..text.len() {
            for end in start..=text.len() {
                let whole = start == 0 && end == text.len();
                assert_eq!(VerifierKey::parse(&text[start..end]).is_ok(), whole);
            }
        }
        for at in 0..text.len() {
            let mut text = text.as_bytes().to_vec();
            text[at] += 1;
            assert!(VerifierKey::parse(std::str::from_utf8(&text).unwrap()).is_err());
        }
    }
    for text in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(VerifierKey::parse(text).is_err());
    }
}
