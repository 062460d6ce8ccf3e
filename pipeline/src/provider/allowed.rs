//! Which fields of an answer may be kept (三, D19). *Pure.*

/// The fields of a change record that an item grants. Without the first three a record means nothing.
///
/// A field that is not on the list is dropped before anything is sealed, and counted; flags are derived only from
/// what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllowList {
    pub(super) unit_name: bool,
    pub(super) end_date: bool,
    pub(super) insured_salary: bool,
    pub(super) remark: bool,
}

impl AllowList {
    /// Every field of a C0101-like answer.
    pub const ALL: Self = Self {
        unit_name: true,
        end_date: true,
        insured_salary: true,
        remark: true,
    };

    /// Reads field names as the answer columns have them; `None` for a name that is no such field, or without
    /// `unit_no`, `change` and `effective_date`.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut list = Self {
            unit_name: false,
            end_date: false,
            insured_salary: false,
            remark: false,
        };
        let mut required = [false; 3];
        for name in names {
            match name {
                "unit_no" => required[0] = true,
                "change" => required[1] = true,
                "effective_date" => required[2] = true,
                "unit_name" => list.unit_name = true,
                "end_date" => list.end_date = true,
                "insured_salary" => list.insured_salary = true,
                "remark" => list.remark = true,
                _ => return None,
            }
        }
        (required == [true; 3]).then_some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_known_fields_and_the_needed_three() {
        #[track_caller]
        fn check(names: &str, expected: Option<AllowList>) {
            assert_eq!(AllowList::parse(names.split(' ')), expected, "{names}");
        }
        check(
            "unit_no unit_name change effective_date end_date insured_salary remark",
            Some(AllowList::ALL),
        );
        check(
            "unit_no change effective_date insured_salary",
            Some(AllowList {
                insured_salary: true,
                unit_name: false,
                end_date: false,
                remark: false,
            }),
        );
        check("unit_no change insured_salary", None);
        check("unit_no change effective_date nhi_no", None);
    }
}
