//! The judge: every duty of the year, counted from what the clauses say and from who was there; it knows nothing of the product. *Pure.*

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};

use super::people::Person;

/// A duty as the judge counts it.
pub struct Due {
    /// First day on which it is there.
    pub from: Date,
    /// First day on which it can be closed.
    pub closable: Date,
    /// Last day in time.
    pub last: Date,
    /// When it was closed, if it was.
    pub closed: Option<Date>,
}

/// All duties by name.
#[derive(Default)]
pub struct Book {
    pub duties: BTreeMap<String, Due>,
}

/// What is listed: name, last day and state.
pub type Listed = BTreeMap<String, (String, &'static str)>;

impl Book {
    /// The duties of the periods that touch `begin..=end`.
    pub fn of_periods(people: &[Person], begin: Date, end: Date) -> Self {
        let mut book = Self::default();
        let mut day = begin;
        while day <= end {
            book.begin_of(people, begin, day);
            day = day.tomorrow().unwrap();
        }
        book
    }

    /// Those of the periods that `day` is in, unless they are there already.
    fn begin_of(&mut self, people: &[Person], begin: Date, day: Date) {
        let week = day.iso_week_date();
        let sunday = day + i64::from(6 - day.weekday().to_monday_zero_offset()).days();
        for person in people.iter().filter(|person| person.role == "querier") {
            if person.is_there(day) {
                let name = format!(
                    "weekly_sheet/004/{}/{}-W{:02}",
                    person.account,
                    week.year(),
                    week.week()
                );
                self.after(name, day, sunday, sunday + 7.days());
            }
        }
        let month = format!("{:04}-{:02}", day.year(), day.month());
        let (first, last) = (day.first_of_month(), day.last_of_month());
        for rule in ["monthly_sample", "reconciliation"] {
            self.after(format!("{rule}/004/{month}"), day, last, last + 10.days());
        }
        self.within(format!("incident_drill/bureau/{month}"), (day, first), last);
        let year = day.year();
        let (half, half_end) = match day.month() {
            ..=6 => (1, (6, 30)),
            _ => (2, (12, 31)),
        };
        let half_begin = Date::new(year, half_end.0 - 5, 1).unwrap();
        let half_end = Date::new(year, half_end.0, half_end.1).unwrap();
        for rule in [
            "account_review/004",
            "internal_audit/004",
            "supervisor_written_check/bureau",
        ] {
            self.within(format!("{rule}/{year}-H{half}"), (day, half_begin), half_end);
        }
        let years =
            |first: i16, last: i16| (Date::new(first, 1, 1).unwrap(), Date::new(last, 12, 31).unwrap());
        for rule in [
            "self_inspection/004",
            "consent_check/004",
            "yearly_use_review/bureau",
            "data_security_audit/bureau",
            "training/bureau",
            "iso_27001/bureau",
            "tpipas/bureau",
        ] {
            let (first, last) = years(year, year);
            self.within(format!("{rule}/{year}"), (day, first), last);
        }
        // The link began in 2019: 2019 and 2020, 2021 and 2022, …, and 2019 to 2023, 2024 to 2028.
        let two = year - (year - 2019) % 2;
        let (first, last) = years(two, two + 1);
        self.within(
            format!("supervisor_site_check/bureau/{two}-{}", two + 1),
            (day, first),
            last,
        );
        let five = year - (year - 2019) % 5;
        let (first, last) = years(five, five + 4);
        self.within(
            format!("member_round/004/{five}-{}", five + 4),
            (day, first),
            last,
        );
        if day == begin {
            // The 控管要點 are on file.
            self.event(format!("control_rules/004/{begin}"), begin, begin + 30.days());
            self.close(&format!("control_rules/004/{begin}"), begin);
            // These are not yet.
            for rule in [
                "deletion_procedure/004",
                "paper_filing/004",
                "link_application/bureau",
            ] {
                self.event(format!("{rule}/{begin}"), begin, begin + 30.days());
            }
        }
    }

    /// Due within its period.
    fn within(&mut self, name: String, (from, closable): (Date, Date), last: Date) {
        self.duties.entry(name).or_insert(Due {
            from,
            closable,
            last,
            closed: None,
        });
    }

    /// Due some days after its period.
    fn after(&mut self, name: String, from: Date, end: Date, last: Date) {
        self.duties.entry(name).or_insert(Due {
            from,
            closable: end.tomorrow().unwrap(),
            last,
            closed: None,
        });
    }

    /// Something happened on `day`.
    pub fn event(&mut self, name: String, day: Date, last: Date) {
        self.within(name, (day, day), last);
    }

    /// It was closed; it has to be there.
    pub fn close(&mut self, name: &str, on: Date) {
        let duty = self.duties.get_mut(name);
        let duty = duty.unwrap_or_else(|| panic!("{name} was closed and never was"));
        duty.closed.get_or_insert(on);
    }

    /// What is to be listed on `day`.
    pub fn on(&self, day: Date) -> Listed {
        let begun = self.duties.iter().filter(|(_, duty)| duty.from <= day);
        begun
            .map(|(name, duty)| (name.clone(), (duty.last.to_string(), duty.state(day))))
            .collect()
    }
}

impl Due {
    fn state(&self, day: Date) -> &'static str {
        if self.closed.is_some_and(|closed| closed <= day) {
            "closed"
        } else if day > self.last {
            "overdue"
        } else if day >= self.closable && day >= self.last - 14.days() {
            "due"
        } else {
            "open"
        }
    }
}

/// What is wrong with `listed`.
pub fn differences(told: &Listed, listed: &Listed) -> Vec<String> {
    let lost = told.iter().filter_map(|(name, expected)| match listed.get(name) {
        None => Some(format!("lost: {name}")),
        Some(found) if found != expected => Some(format!("{name} is {found:?} and not {expected:?}")),
        Some(_) => None,
    });
    let invented = listed.keys().filter(|name| !told.contains_key(*name));
    lost.chain(invented.map(|name| format!("invented: {name}")))
        .collect()
}
