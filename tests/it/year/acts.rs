//! What people of the year do, by the product's use-cases, in this process: thousands of acts, each in a transaction of its own. *Edge.*

use std::path::Path;

use jiff::{Timestamp, civil::Date};
use mayfly::{
    access::people::{self, Beginning, Hands, Holder},
    app::House,
    audit::{
        Month,
        drawing::{self, Given},
        reconcile,
        review::{
            finding::{self, Step},
            item, name, sign as review_sign, verdict,
        },
    },
    duty::{
        close,
        list::{self, Filter},
        raise::{self, Raise},
        state::State,
    },
    register::enter::{self, New},
    sheet::{self, Name, Week, store::Wanted},
};
use tokio::runtime::{Builder, Runtime};

use super::book::Listed;

const MEMBER: &str = "004";

/// The house at one moment.
pub struct Moment {
    runtime: Runtime,
    house: House,
}

/// A duty as the product lists it.
pub struct Shown {
    pub name: String,
    pub asks_for: String,
    pub owner: String,
    pub due: String,
    pub state: &'static str,
    pub is_event: bool,
}

/// An instant of `day` in Taipei, for `--at`.
pub fn at(day: Date, hour: i8, minute: i8) -> String {
    format!("{day}T{hour:02}:{minute:02}:00+08:00")
}

impl Moment {
    pub fn open(dir: &Path, instant: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let at: Timestamp = instant.parse().unwrap();
        let house = runtime.block_on(House::open(dir, Some(at)));
        let house = house.unwrap_or_else(|error| panic!("{instant}: {error}"));
        Self { runtime, house }
    }

    /// The sheets of `week`: querier, and whether it waits for its signature.
    pub fn sheets(&self, week: &str) -> Vec<(String, bool)> {
        let sheets = self.runtime.block_on(async {
            let mut reader = self.house.db.reader().await?;
            sheet::store::of_week(&mut reader, MEMBER, Week::parse(week).unwrap()).await
        });
        let sheets = sheets.unwrap().into_iter();
        sheets
            .map(|sheet| (sheet.querier, sheet.signed.is_none()))
            .collect()
    }

    /// All sheets: week, querier, and the day on which each is due.
    pub fn sheets_due(&self) -> Vec<(String, String, String)> {
        let reports = self
            .runtime
            .block_on(sheet::report::list(&self.house, &Wanted::default()));
        let reports = reports.unwrap().into_iter();
        reports
            .map(|report| (report.week, report.querier, report.due.to_string()))
            .collect()
    }

    pub fn sign_sheet(&self, week: &str, querier: &str, by: &str, approver: &str) {
        let name = Name {
            member: MEMBER,
            week: Week::parse(week).unwrap(),
            querier,
            unit: None,
        };
        self.runtime.block_on(async {
            let signed = sheet::sign::sign(&self.house, &name, by).await;
            signed.unwrap_or_else(|error| panic!("{week} {querier} by {by}: {error}"));
            let approved = sheet::sign::approve(&self.house, &name, approver).await;
            approved.unwrap_or_else(|error| panic!("{week} {querier} by {approver}: {error}"));
        });
    }

    pub fn draw(&self, month: &str, reviewer: &str, head: &str) {
        self.name_reviewer(month, reviewer, head);
        let given = Given {
            reviewer,
            named_by: Some(head),
            value: "5f0c1d2e3a4b59687a8b9cadbecfd0e1",
        };
        let drawn = drawing::draw(&self.house, MEMBER, month_of(month), &given);
        self.runtime.block_on(drawn).unwrap();
    }

    pub fn name_reviewer(&self, month: &str, reviewer: &str, head: &str) {
        let named = name::name(&self.house, MEMBER, month_of(month), reviewer, head);
        self.runtime.block_on(named).unwrap();
    }

    /// How many records the sample of `month` has.
    pub fn sample_size(&self, month: &str) -> u64 {
        let sample = self.runtime.block_on(async {
            let mut reader = self.house.db.reader().await?;
            mayfly::audit::store::one(&mut reader, MEMBER, month_of(month)).await
        });
        sample.unwrap().unwrap().sample_size
    }

    /// Opens a record and says of it what is so; returns the number of the finding.
    pub fn judge(&self, month: &str, place: u64, reviewer: &str, finds: bool) -> Option<i64> {
        let of = (MEMBER, month_of(month));
        let said = verdict::Said {
            verdict: if finds { "finding" } else { "in_order" }.into(),
            reasons: if finds { vec!["no_case".into()] } else { vec![] },
            remark: String::new(),
        };
        let given = self.runtime.block_on(async {
            item::open(&self.house, of, place, reviewer).await?;
            verdict::give(&self.house, of, place, said, reviewer).await
        });
        given.unwrap().finding.map(|(number, _)| number)
    }

    pub fn sign_review(&self, month: &str, head: &str) {
        let signed = review_sign::sign_off(&self.house, MEMBER, month_of(month), head);
        self.runtime.block_on(signed).unwrap();
    }

    pub fn end_finding(&self, number: i64, corrects: &str, closes: &str, paper: &Path) {
        self.runtime.block_on(async {
            let corrected = finding::advance(&self.house, number, Step::Correct, None, corrects).await;
            corrected.unwrap();
            let closed = finding::advance(&self.house, number, Step::Close, Some(paper), closes).await;
            closed.unwrap();
        });
    }

    /// Reconciles `month` with `log`; returns how many findings there were, and the entry.
    pub fn reconcile(&self, month: &str, log: &Path, by: &str) -> (u64, u64) {
        let mut findings = 0;
        let done = reconcile::reconcile(&self.house, (MEMBER, month_of(month)), log, by, |_| {
            findings += 1;
            Ok(())
        });
        let (_, entry) = self.runtime.block_on(done).unwrap();
        (findings, entry)
    }

    /// Lets an authorisation begin; `roles` are the regime's.
    pub fn begins(&self, holder: &str, role: &str, from: Date, hands: (&str, &str)) {
        let beginning = Beginning {
            holder: Holder::parse(holder).unwrap(),
            roles: vec![role.into()],
            name: Some("新虛構".into()),
            title: None,
            person: Some(holder.replace('/', "-")),
            unit: None,
            level: None,
            from,
            to: None,
        };
        let hands = signed(hands);
        let begun = people::begin(&self.house, &beginning, &hands);
        let begun = self.runtime.block_on(begun);
        begun.unwrap_or_else(|error| panic!("{holder}: {error}"));
    }

    pub fn ends(&self, holder: &str, day: Date, hands: (&str, &str)) {
        let holder = Holder::parse(holder).unwrap();
        let hands = signed(hands);
        let ended = people::end(&self.house, &holder, day, &hands);
        self.runtime.block_on(ended).unwrap();
    }

    /// The duties that are listed on `day`.
    pub fn shown(&self, day: Date) -> Vec<Shown> {
        let filter = Filter {
            states: State::ALL.into(),
            ..Filter::default()
        };
        let listed = self
            .runtime
            .block_on(list::list(&self.house, day, &filter))
            .unwrap();
        let shown = listed.iter().map(|listed| Shown {
            name: listed.duty.id.clone(),
            asks_for: listed.duty.rule.artefact.clone(),
            owner: listed.duty.rule.owner.clone(),
            due: listed.duty.due.to_string(),
            state: listed.state.name(),
            is_event: listed.duty.cause.is_some() || listed.duty.period.first == listed.duty.period.last,
        });
        shown.collect()
    }

    pub fn listed(&self, day: Date) -> Listed {
        let shown = self.shown(day);
        let count = shown.len();
        let listed: Listed = shown
            .into_iter()
            .map(|duty| (duty.name, (duty.due, duty.state)))
            .collect();
        assert_eq!(listed.len(), count, "a duty is listed twice on {day}");
        listed
    }

    pub fn close(&self, duty: &str, artefact: &str, by: &str) {
        let closed = self
            .runtime
            .block_on(close::close(&self.house, duty, artefact, by));
        closed.unwrap_or_else(|error| panic!("{duty} by {by}: {error}"));
    }

    /// Enters the paper of which `duty` asks that it is on file.
    pub fn put_on_file(&self, duty: &str, day: Date, file: &Path, by: &str) {
        let (kind, of) = (duty.split('/').next().unwrap(), duty.split('/').nth(1).unwrap());
        let fields = match kind {
            "deletion_procedure" => vec!["version=1"],
            "paper_filing" => vec!["place=A", "confidential_place=B", "keeper=adm01"],
            "link_application" => vec!["letter_no=1", "subject=A"],
            other => panic!("nobody knows what {other} says"),
        };
        let fields: Vec<String> = fields.into_iter().map(str::to_owned).collect();
        let new = New {
            kind,
            of,
            day,
            fields: &fields,
            file: Some(file),
            follows: None,
            duty: None,
            by,
        };
        let entered = self.runtime.block_on(enter::add(&self.house, &new));
        entered.unwrap_or_else(|error| panic!("{duty} by {by}: {error}"));
    }

    /// Raises an event; returns the name of its duty.
    pub fn raise(&self, rule: &str, day: Date, of: &str, by: &str) -> String {
        let event = Raise {
            rule,
            day,
            of,
            reason: "年度模擬",
            due_at: None,
            by,
        };
        let raised = self.runtime.block_on(raise::raise(&self.house, &event));
        raised.unwrap().duty.id
    }
}

fn signed<'h>((by, approved_by): (&'h str, &'h str)) -> Hands<'h> {
    Hands {
        by,
        approved_by,
        reason: "年度模擬",
    }
}

fn month_of(month: &str) -> Month {
    Month::parse(month).unwrap()
}
