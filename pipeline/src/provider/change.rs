//! One change record, read from the provider's cells. *Pure.*

use jiff::civil::Date;

use super::{
    allowed::AllowList,
    digits::{parse_amount, parse_date},
    reply::ChangeCells,
};

/// A change record whose cells are what they should be, and allowed.
pub(super) struct Change<'a> {
    pub(super) unit_no: &'a str,
    pub(super) unit_name: &'a str,
    pub(super) kind: Kind,
    pub(super) effective_date: Date,
    pub(super) end_date: Option<Date>,
    pub(super) insured_salary: Option<u32>,
    pub(super) remark: &'a str,
}

/// What changed (異動別).
///
/// The codes are modelled on practice: 4, 2 and 3 are seen in enrolment uploads; 5 and 6 are this project's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// 加保
    Enrol,
    /// 退保
    Withdraw,
    /// 薪調
    Adjust,
    /// 轉保
    Transfer,
    /// 續保
    Renew,
}

/// A cell that is not of its kind. Which one is not told: it is the provider's to find.
pub(super) struct Malformed;

impl<'a> Change<'a> {
    /// Reads the allowed cells; the other ones are skipped and, if not empty, added to `unlisted`.
    pub(super) fn read(
        cells: &ChangeCells<'a>,
        allowed: &AllowList,
        unlisted: &mut usize,
    ) -> Result<Self, Malformed> {
        let mut take = |cell: &'a str, listed: bool| {
            *unlisted += usize::from(!listed && !cell.is_empty());
            if listed { cell } else { "" }
        };
        let change = Self {
            unit_no: cells.unit_no,
            unit_name: take(cells.unit_name, allowed.unit_name),
            kind: Kind::from_code(cells.code).ok_or(Malformed)?,
            effective_date: parse_date(cells.effective_date).ok_or(Malformed)?,
            end_date: optional(take(cells.end_date, allowed.end_date), parse_date)?,
            insured_salary: optional(take(cells.insured_salary, allowed.insured_salary), parse_amount)?,
            remark: take(cells.remark, allowed.remark),
        };
        let salary_missing =
            allowed.insured_salary && change.insured_salary.is_none() && change.kind != Kind::Withdraw;
        if salary_missing || !is_unit_no(change.unit_no) {
            return Err(Malformed);
        }
        Ok(change)
    }
}

impl Kind {
    /// The word that answers carry.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Withdraw => "withdraw",
            Self::Adjust => "adjust",
            Self::Transfer => "transfer",
            Self::Renew => "renew",
        }
    }

    /// The provider's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Enrol => "4",
            Self::Withdraw => "2",
            Self::Adjust => "3",
            Self::Transfer => "5",
            Self::Renew => "6",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        ALL_KINDS.into_iter().find(|kind| kind.code() == code)
    }
}

/// 勞工保險證號: eight digits and a letter. How the letter follows from the digits is not published.
fn is_unit_no(text: &str) -> bool {
    matches!(text.as_bytes(), [digits @ .., letter]
        if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) && letter.is_ascii_uppercase())
}

fn optional<T>(cell: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Malformed> {
    if cell.is_empty() {
        Ok(None)
    } else {
        parse(cell).map(Some).ok_or(Malformed)
    }
}

const ALL_KINDS: [Kind; 5] = [
    Kind::Enrol,
    Kind::Withdraw,
    Kind::Adjust,
    Kind::Transfer,
    Kind::Renew,
];

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: ChangeCells<'_> = ChangeCells {
        unit_no: "99000001A",
        unit_name: "蜉露工坊",
        code: "4",
        effective_date: "1110301",
        end_date: "",
        insured_salary: "30300",
        remark: "部分工時",
    };

    #[test]
    fn a_cell_of_another_kind_spoils_the_record() {
        #[track_caller]
        fn check(cells: ChangeCells<'_>, good: bool) {
            assert_eq!(Change::read(&cells, &AllowList::ALL, &mut 0).is_ok(), good);
        }
        check(GOOD, true);
        check(
            ChangeCells {
                effective_date: "1110231",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                effective_date: "",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                end_date: "soon",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                insured_salary: "30,300",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                insured_salary: "",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                insured_salary: "",
                code: "2",
                ..GOOD
            },
            true,
        );
        check(ChangeCells { code: "9", ..GOOD }, false);
        check(ChangeCells { code: "", ..GOOD }, false);
        check(
            ChangeCells {
                unit_no: "99000001",
                ..GOOD
            },
            false,
        );
        check(
            ChangeCells {
                unit_no: "99000001a",
                ..GOOD
            },
            false,
        );
        check(ChangeCells { unit_no: "", ..GOOD }, false);
    }

    #[test]
    fn what_is_not_allowed_is_dropped_and_counted() {
        let allowed = AllowList::parse(["unit_no", "change", "effective_date"]).unwrap();
        let mut unlisted = 0;
        let Ok(change) = Change::read(&GOOD, &allowed, &mut unlisted) else {
            panic!("a good record was refused")
        };
        assert_eq!(
            (change.unit_name, change.insured_salary, change.remark),
            ("", None, "")
        );
        assert_eq!(unlisted, 3, "three cells were not empty");
    }
}
