//! Who asks: an identity number and a birth date, a line each. *Pure.*

use jiff::civil::Date;
use mayfly_consent::{Code, Language, SubjectId, cells};

use crate::error::{Error, Result};

/// The person who is asked about, and who asks.
pub struct Applicant {
    /// The identity number.
    pub id: SubjectId,
    /// The birth date: both together decide identity (D23).
    pub birth: Date,
}

/// Reads two lines: the identity number in capitals, and the birth date as `YYYY-MM-DD` or in years of the republic.
///
/// # Errors
/// `SUBJECT-FILE`; `SUB-ID-FORMAT`, `SUB-ID-CHECK`, `SUB-BIRTH`. None of them repeats what was read.
pub fn parse(text: &str) -> Result<Applicant> {
    let text = text.trim_start_matches('\u{FEFF}');
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let [id, birth] = lines[..] else {
        return Err(unusable());
    };
    let id = cells::subject_id(id).map_err(refused)?;
    let birth = cells::birth_date(birth).map_err(|_| refused(Code::SubBirth))?;
    Ok(Applicant { id, birth })
}

/// That what was given has not the form.
pub fn unusable() -> Error {
    Error::Input {
        code: "SUBJECT-FILE",
        sentence: "what was given is not a text of two lines, an identity number and a birth date".into(),
        remedy: "write the identity number in the first line and the birth date, such as 1980-02-03, in the second; give the file's name, or - to write them on standard input",
    }
}

fn refused(code: Code) -> Error {
    Error::Input {
        code: code.as_str(),
        sentence: code.sentence(Language::En).into(),
        remedy: code.remedy(Language::En),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_are_read_and_nothing_else() {
        let read = |text: &str| {
            parse(text)
                .map(|who| (who.id.masked(), who.birth))
                .map_err(|error| error.code())
        };
        let who = Ok(("A123***789".to_owned(), jiff::civil::date(1980, 2, 3)));
        assert_eq!(read("A123456789\n1980-02-03\n"), who);
        assert_eq!(read("\u{FEFF}A123456789 \r\n\r\n0690203"), who);
        for (text, code) in [
            ("", "SUBJECT-FILE"),
            ("A123456789", "SUBJECT-FILE"),
            ("A123456789\n1980-02-03\nmore", "SUBJECT-FILE"),
            ("A123456788\n1980-02-03", "SUB-ID-CHECK"),
            ("A12345678\n1980-02-03", "SUB-ID-FORMAT"),
            ("A123456789\n1980-02-30", "SUB-BIRTH"),
        ] {
            assert_eq!(read(text), Err(code));
        }
    }

    #[test]
    fn what_was_read_is_in_no_error() {
        for text in [
            "A123456788\n1980-02-03",
            "A123456789\n1980-02-30",
            "A123456788 1980-02-03",
        ] {
            let Err(error) = parse(text) else {
                panic!("it was read")
            };
            let said = format!("{error} {}", error.remedy());
            assert!(
                !said.contains("A12345678") && !said.contains("1980-02-30"),
                "{said}"
            );
        }
    }
}
