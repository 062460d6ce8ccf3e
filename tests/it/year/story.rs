//! What happens on each day of the year, and what came of it. *Edge.*

mod months;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, Weekday, date},
};

use super::{
    acts::{Moment, at},
    book::{Book, differences},
    people::{self, Person},
};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{Chance, NOW, Sandbox, fixtures},
};

/// The year so far.
pub struct Story {
    sandbox: Sandbox,
    chance: Chance,
    people: Vec<Person>,
    /// Events: name, day, last day in time.
    events: Vec<(String, Date, Date)>,
    closed: BTreeMap<String, Date>,
    /// Sheets that are signed and approved on a day: week and querier.
    to_sign: BTreeMap<Date, Vec<(String, String)>>,
    /// Lines of the member's own log, by month.
    log: BTreeMap<String, Vec<String>>,
    /// Findings: month of the sample, number, duty.
    findings: Vec<(String, i64, String)>,
    asked: u64,
    counts: BTreeMap<String, u64>,
}

impl Story {
    pub fn begin() -> Self {
        let sandbox = Sandbox::in_memory();
        let people = people::of_member();
        assert_eq!(people.len(), 50);
        let members = sandbox.file("members.csv", people::MEMBERS);
        let staff = sandbox.file("staff.csv", people::register(&people));
        sandbox.at(NOW, ["member", "import"], [members]).expect(0);
        sandbox.at(NOW, ["staff", "import"], [staff]).expect(0);
        let form = fixtures().join("forms/LN-01-3.toml");
        sandbox.at(NOW, ["form", "import"], [form]).expect(0);
        Self {
            sandbox,
            chance: Chance(20_261_102),
            people,
            events: Vec::new(),
            closed: BTreeMap::new(),
            to_sign: BTreeMap::new(),
            log: BTreeMap::new(),
            findings: Vec::new(),
            asked: 0,
            counts: BTreeMap::new(),
        }
    }

    /// Lets the year pass.
    pub fn tell(&mut self) {
        let mut day = BEGIN;
        while day <= END {
            let number = day.day();
            let (monday, first) = (day.weekday() == Weekday::Monday, number == 1);
            if day > BEGIN && (monday || first || number == 11) {
                self.sandbox
                    .mayfly(["--at", &at(day, 2, 0), "serve", "--once"])
                    .expect(0);
            }
            if day.weekday() == Weekday::Tuesday {
                self.ask(day);
            }
            if monday && day > BEGIN {
                self.sheets(day);
            }
            let busy = self.to_sign.contains_key(&day) || BUSY.contains(&number) || monday;
            if busy && day > BEGIN {
                let moment = Moment::open(&self.sandbox.data(), &at(day, 10, 0));
                self.sign(&moment, day);
                self.review(&moment, day);
                self.reconcile(&moment, day);
                self.change(&moment, day);
                self.close(&moment, day);
                if monday {
                    let told = self.book_until(day).on(day);
                    assert_eq!(differences(&told, &moment.listed(day)), NOTHING, "live, on {day}");
                }
            }
            day = day.tomorrow().unwrap();
        }
    }

    /// The judge's book of the whole year.
    pub fn book(&self) -> Book {
        self.book_until(END)
    }

    /// Holds what the product lists on each day against `book`.
    pub fn hold_against(&self, book: &Book) {
        let moment = self.end();
        let mut day = BEGIN;
        while day <= END {
            assert_eq!(
                differences(&book.on(day), &moment.listed(day)),
                NOTHING,
                "on {day}"
            );
            day = day.tomorrow().unwrap();
        }
    }

    /// Holds the day on which each sheet is due against its duty's; returns how many there are.
    pub fn sheets_due_with_their_duties(&self) -> usize {
        let (moment, mut count) = (self.end(), 0);
        let listed = moment.listed(END);
        for (week, querier, due) in moment.sheets_due() {
            assert_eq!(listed[&sheet_of(&querier, &week)].0, due, "{querier}, {week}");
            count += 1;
        }
        count
    }

    pub fn overdue_at_the_end(&self) -> BTreeSet<String> {
        let shown = self.end().shown(END).into_iter();
        let overdue = shown.filter(|duty| duty.state == "overdue");
        overdue.map(|duty| duty.name).collect()
    }

    /// What nobody did.
    pub fn left_open(&self) -> BTreeSet<String> {
        let found = self.findings.iter().filter(|(month, ..)| month == NOT_CORRECTED);
        let found = found.map(|(_, _, duty)| duty.clone());
        LEFT.map(str::to_owned).into_iter().chain(found).collect()
    }

    pub fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts = self.counts.clone();
        for name in self.closed.keys() {
            let rule = name.split('/').next().unwrap();
            *counts.entry(rule.to_owned()).or_default() += 1;
        }
        counts
    }

    fn end(&self) -> Moment {
        Moment::open(&self.sandbox.data(), &at(END, 12, 0))
    }

    fn book_until(&self, day: Date) -> Book {
        let mut book = Book::of_periods(&self.people, BEGIN, day);
        for (name, day, last) in &self.events {
            book.event(name.clone(), *day, *last);
        }
        for (name, day) in &self.closed {
            book.close(name, *day);
        }
        book
    }

    fn count(&mut self, what: &str, count: u64) {
        *self.counts.entry(what.to_owned()).or_default() += count;
    }

    fn done(&mut self, name: String, day: Date) {
        let again = self.closed.insert(name, day);
        assert_eq!(again, None, "a duty was closed twice");
    }

    fn role(&self, role: &str, day: Date) -> Vec<String> {
        let there = self
            .people
            .iter()
            .filter(|one| one.role == role && one.is_there(day));
        there.map(|one| one.account.clone()).collect()
    }

    /// Tuesday: everybody who queries asks about one or two persons.
    fn ask(&mut self, day: Date) {
        let (monday, sunday) = (day - 1.day(), day - 2.days());
        let batch = format!(
            "004-{:03}{:02}{:02}-01",
            day.year() - 1911,
            day.month(),
            day.day()
        );
        let mut rows = Vec::new();
        // An approval is given to somebody who is there that day.
        let there = self.role("querier", monday);
        for querier in self
            .role("querier", day)
            .into_iter()
            .filter(|one| there.contains(one))
        {
            for _ in 0..=self.chance.below(2) {
                self.asked += 1;
                let approver = format!("a{:02}", 1 + self.chance.below(12));
                let row = BatchRow::valid_on(&monday.to_string(), &sunday.to_string(), self.asked);
                rows.push(row.with("querier", &querier).with("approver", &approver));
            }
        }
        let log = self.log.entry(month_of(day)).or_default();
        for (row, line) in rows.iter().zip(2..) {
            let cells = LOGGED.map(|column| row.cell(column));
            log.push(format!("{batch},{line},{}\n", cells.join(",")));
        }
        self.count("queries", rows.len() as u64);
        let file = self.sandbox.file(&format!("{batch}.csv"), batch_file(&rows));
        let run = self
            .sandbox
            .at(&at(day, 9, 30), ["--json", "batch", "run"], [file]);
        let summary = run.expect(0).json();
        assert_eq!(summary["refused"], 0, "{summary}");
    }

    /// Monday: the sheets of the week before are there; each is signed and approved within the week, some are late.
    fn sheets(&mut self, monday: Date) {
        let week = (monday - 7.days()).iso_week_date();
        let week = format!("{}-W{:02}", week.year(), week.week());
        let moment = Moment::open(&self.sandbox.data(), &at(monday, 9, 0));
        let sheets = moment.sheets(&week);
        assert!(sheets.len() >= 20, "{} sheets of {week}", sheets.len());
        for (querier, waits) in sheets {
            assert!(waits, "{week} {querier} is signed already");
            let late = self.chance.below(40) == 0 && monday + 14.days() < END;
            let days = if late { 9 } else { self.chance.below(5) };
            self.count("late", u64::from(late));
            if !LEFT.contains(&sheet_of(&querier, &week).as_str()) {
                let on = monday + i64::try_from(days).unwrap().days();
                self.to_sign.entry(on).or_default().push((week.clone(), querier));
            }
        }
    }

    fn sign(&mut self, moment: &Moment, day: Date) {
        let there = self.role("querier", day);
        for (week, querier) in self.to_sign.remove(&day).unwrap_or_default() {
            // Who has left signs nothing any more.
            let by = if there.contains(&querier) {
                &querier
            } else {
                "head01"
            };
            let approver = format!("a{:02}", 1 + self.chance.below(12));
            moment.sign_sheet(&week, &querier, by, &approver);
            self.done(sheet_of(&querier, &week), day);
        }
    }

    /// People come and go, and things happen.
    fn change(&mut self, moment: &Moment, day: Date) {
        let (number, tomorrow) = (day.day(), day.tomorrow().unwrap());
        if number == 14 && day.month() != 11 {
            let (count, hands) = (
                self.counts.get("leavers").map_or(1, |count| count + 1),
                ("adm01", "head01"),
            );
            let (leaver, joiner) = (format!("q{count:02}"), format!("n{count:02}"));
            moment.ends(&format!("004/{leaver}"), tomorrow, hands);
            moment.begins(&format!("004/{joiner}"), "querier", tomorrow, hands);
            let left = self.people.iter_mut().find(|one| one.account == leaver);
            left.unwrap().to = Some(tomorrow);
            self.people.push(Person {
                account: joiner,
                role: "querier",
                from: tomorrow,
                to: None,
            });
            self.count("leavers", 1);
            self.count("joiners", 1);
        }
        if number == 10 {
            // Used up: deleted within a month.
            let name = moment.raise("member_deletion", day, "004", "head01");
            self.events.push((name, day, day + 1.month()));
        }
        if day == INCIDENT {
            let name = moment.raise("incident_notice", day, "bureau", "yu.cmp");
            self.events.push((name, day, day + 3.days()));
        }
        if day == STAFF_CHANGE {
            moment.begins("bureau/op.new", "operator", day, ("xu.adm", "yu.cmp"));
            let name = format!("staff_change_notice/bureau/{day}");
            self.events.push((name, day, day + 7.days()));
        }
        if day == HANDOVER {
            let hands = ("adm01", "head01");
            moment.ends("004/adm02", day, hands);
            moment.begins("004/adm09", "account_administrator", day, hands);
            let name = moment.raise("administrator_handover", day, "004", "adm01");
            let change = "SELECT CAST(MAX(change_no) AS TEXT) FROM authorisation_change";
            let change = self.sandbox.database.ask(&self.sandbox.data(), change).remove(0);
            moment.close(&name, &format!("authorisation:{change}"), "adm01");
            // The table raises one as well, and shows that others have the role.
            for name in [name, format!("administrator_handover/004/{day}")] {
                self.events.push((name.clone(), day, day));
                self.done(name, day);
            }
        }
    }

    /// The 20th: whatever else is due, or has happened, is closed by its owner.
    fn close(&mut self, moment: &Moment, day: Date) {
        if day.day() != 20 {
            return;
        }
        for duty in moment.shown(day) {
            let own = ["sheet", "review", "reconciliation"].contains(&duty.asks_for.as_str());
            let waits = ["due", "overdue"].contains(&duty.state) || (duty.is_event && duty.state == "open");
            let found = duty.name.starts_with("finding_report/");
            if own || found || !waits || LEFT.contains(&duty.name.as_str()) {
                continue;
            }
            let by = match duty.owner.as_str() {
                "account_administrator" => "adm01",
                "internal_auditor" => "aud01",
                "unit_head" => "head01",
                "supervisor_auditor" => "fan.fsc",
                _ => "yu.cmp",
            };
            match duty.asks_for.as_str() {
                "paper" => moment.put_on_file(&duty.name, day, &self.paper(), by),
                // Drilled elsewhere: its paper shows it.
                "drill" => moment.close(&duty.name, self.paper().to_str().unwrap(), by),
                kind => moment.close(&duty.name, &format!("{kind}:{day}"), by),
            }
            self.done(duty.name, day);
        }
    }
}

fn sheet_of(querier: &str, week: &str) -> String {
    format!("weekly_sheet/004/{querier}/{week}")
}

fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The day of [`NOW`], a Monday.
const BEGIN: Date = date(2026, 11, 2);
const BEGIN_MONTH: &str = "2026-11";
/// The Monday after a year.
const END: Date = date(2027, 11, 8);
/// Days of a month on which something happens whatever day of the week it is.
const BUSY: [i8; 13] = [3, 4, 5, 6, 8, 10, 12, 13, 14, 15, 18, 20, 25];
const NOBODY_DRAWS: &str = "2027-04";
const SIGNED_LATE: &str = "2027-06";
const LINE_MISSING: &str = "2027-03";
/// The months whose sample has a finding, which is made on the 4th of the next: the last day of its report, a working day.
const FOUND: [(&str, &str); 5] = [
    ("2026-11", "2026-12-14"),
    ("2027-01", "2027-02-15"),
    ("2027-05", "2027-06-14"),
    // The 14th is a Saturday.
    ("2027-07", "2027-08-16"),
    ("2027-09", "2027-10-14"),
];
const CORRECTED_LATE: &str = "2027-01";
const NOT_CORRECTED: &str = "2027-09";
const INCIDENT: Date = date(2027, 2, 18);
const STAFF_CHANGE: Date = date(2027, 3, 15);
const HANDOVER: Date = date(2027, 6, 14);
/// What nobody does, beside the last finding: a paper, a drill, a log, and the last sheet of somebody who has left.
const LEFT: [&str; 4] = [
    "internal_audit/004/2027-H1",
    "incident_drill/bureau/2027-08",
    "reconciliation/004/2027-08",
    "weekly_sheet/004/q05/2027-W15",
];
const LOGGED: [&str; 8] = [
    "querier",
    "item",
    "subject_id",
    "case_no",
    "consent_ref",
    "approver",
    "approved_at",
    "reason",
];
const NOTHING: Vec<String> = Vec::new();
