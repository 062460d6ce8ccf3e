//! A request file: the questions of one chunk as bytes, and read again by the other side of a trial. *Pure.*

use jiff::civil::Date;
use mayfly_consent::{SubjectId, SubjectName};
use zeroize::Zeroizing;

use super::{
    super::{
        digits::{Short, parse_date, roc},
        question::{Item, QueryId, Question},
    },
    fault::FileFault,
    frame::{self, Frame, Header, Way},
    layout::{QUESTION, QUESTION_TABLE},
};
use crate::intake::cp950;

/// The request file that asks `questions`.
#[must_use]
pub fn write_request(header: &Header, questions: &[Question]) -> Zeroizing<Vec<u8>> {
    let mut out = frame::begin(Way::Request, header, questions.len() * (QUESTION.width() + 2));
    for question in questions {
        let (era, birth_date) = birth(question.birth_date);
        QUESTION.write(
            &mut out,
            [
                QUESTION_TABLE,
                question.query_id.written().as_str(),
                question.item.as_str(),
                question.subject_id.expose(),
                era,
                birth_date.as_str(),
                question.subject_name.expose(),
            ],
        );
    }
    frame::end(&mut out, questions.len(), header.made_at);
    out
}

/// The questions of a request file.
pub(super) fn read_request(bytes: &[u8]) -> Result<(Header, Vec<Question>), FileFault> {
    let width = |table: &[u8]| (table == QUESTION_TABLE.as_bytes()).then(|| QUESTION.width());
    let Frame { header, lines } = Frame::open(Way::Request, bytes, width)?;
    let questions = lines.into_iter().map(|line| read_question(line, header.tag));
    let questions = questions.collect::<Result<_, _>>()?;
    Ok((header, questions))
}

fn read_question(line: &[u8], tag: u64) -> Result<Question, FileFault> {
    let [_, query_id, item, subject_id, era, birth_date, name] =
        QUESTION.read(line).ok_or(FileFault::Record)?;
    let ascii = |field: &'_ [u8]| -> Result<String, FileFault> {
        String::from_utf8(field.trim_ascii_end().to_vec()).map_err(|_| FileFault::Record)
    };
    let query_id = QueryId::parse(&ascii(query_id)?)
        .filter(|id| id.chunk() == tag)
        .ok_or(FileFault::Foreign)?;
    let mut text = Zeroizing::new(String::with_capacity(2 * name.len()));
    cp950::decode(name.trim_ascii_end(), &mut text).map_err(|_| FileFault::Encoding)?;
    Ok(Question::new(
        query_id,
        Item::parse(&ascii(item)?).ok_or(FileFault::Record)?,
        SubjectId::parse(&ascii(subject_id)?).map_err(|_| FileFault::Record)?,
        SubjectName::parse(&text).map_err(|_| FileFault::Record)?,
        parse_date(birth_text(era, &ascii(birth_date)?).as_str()).ok_or(FileFault::Record)?,
    ))
}

/// A birth date in two fields: `R` and the ROC date, or `B` (民前) and the years before it, for those born before 1912.
pub(super) fn birth(date: Date) -> (&'static str, Short<12>) {
    if date.year() >= FIRST_ROC_YEAR {
        return ("R", roc(date));
    }
    let mut text = Short::new();
    text.push_number((FIRST_ROC_YEAR - date.year()).unsigned_abs().into(), 3);
    text.push_number(date.month().unsigned_abs().into(), 2);
    text.push_number(date.day().unsigned_abs().into(), 2);
    ("B", text)
}

/// The two fields as one text that [`parse_date`] reads; what is no date stays none.
pub(super) fn birth_text(era: &[u8], digits: &str) -> Short<12> {
    let mut text = Short::new();
    match (era, digits.get(..3), digits.get(3..5), digits.get(5..)) {
        (b"R", ..) => text.push(digits),
        (b"B", Some(years), Some(month), Some(day)) => {
            let years = frame::decimal(years.as_bytes()).and_then(|years| u32::try_from(years).ok());
            let year = years.and_then(|years| (FIRST_ROC_YEAR as u32).checked_sub(years));
            text.push_number(year.unwrap_or(0), 4);
            for part in ["-", month, "-", day] {
                text.push(part);
            }
        }
        _ => {}
    }
    text
}

/// 民國元年; the year before it is 民前1年.
const FIRST_ROC_YEAR: i16 = 1912;

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn birth_dates_before_the_republic_have_a_mark() {
        #[track_caller]
        fn check(day: Date, era: &str, digits: &str) {
            let (written_era, written) = birth(day);
            assert_eq!((written_era, written.as_str()), (era, digits));
            assert_eq!(parse_date(birth_text(era.as_bytes(), digits).as_str()), Some(day));
        }
        check(date(1985, 5, 5), "R", "0740505");
        check(date(1912, 1, 1), "R", "0010101");
        check(date(1911, 12, 31), "B", "0011231");
        check(date(1906, 11, 2), "B", "0061102");
        for (era, digits) in [
            ("X", "0740505"),
            ("B", "07405"),
            ("R", ""),
            ("B", "9990001"),
            ("B", "許功"),
        ] {
            assert_eq!(
                parse_date(birth_text(era.as_bytes(), digits).as_str()),
                None,
                "{era}{digits}"
            );
        }
    }
}
