//! What is still open with an account, and who takes it over when its person leaves (五(一)9). *SQL.*

use jiff::civil::Date;
use serde::Serialize;

use super::store::uses;
use crate::{
    access::{authorisation::Authorisation, people::Holder, rows},
    app::House,
    audit::waiting::{self, Waiting, What},
    duty::{
        facts,
        list::{self, Filter},
        owner,
        period::Due,
        state::State,
    },
    error::{Error, Result},
    regime::{
        Regime,
        papers::Form,
        people::{Party, Right, Role},
    },
    register,
    sheet::{
        Week, made,
        store::{self, Wanted},
    },
};

/// Something that is open with an account.
#[derive(Serialize)]
pub struct Task {
    /// `duty`, `sheet`, `review`, `paper`, or `role`.
    pub what: &'static str,
    /// Which: a duty's name, a sheet's, a sample's, a paper's number, a role.
    pub which: String,
    /// Its last day, of a duty, a sheet, or a sample that is to be drawn.
    pub due: Option<Date>,
    /// Who takes it over: accounts that may, as of today; empty where nobody can.
    pub taken_over_by: Vec<String>,
}

/// What is open with `holder` today: its own duties, the sheets of its queries that nobody has signed, samples that wait for it, papers addressed to it, and roles that nobody else has there, without whom
/// duties would have no owner.
///
/// # Errors
/// `PEOPLE-UNKNOWN` for an account that nobody knows.
pub async fn open_with(house: &House, holder: &Holder) -> Result<Vec<Task>> {
    let today = house.today(house.clock.now());
    let mut reader = house.db.reader().await?;
    let people = rows::of_member(&mut reader, &holder.at).await?;
    if !people.iter().any(|line| line.account == holder.account) {
        return Err(Error::Input {
            code: "PEOPLE-UNKNOWN",
            sentence: "nobody has or had this account there".into(),
            remedy: "see `mayfly people table` for the accounts there are",
        });
    }
    drop(reader);
    let others = Others {
        regime: &house.regime,
        people: &people,
        holder,
        today,
    };
    let mut tasks = duties(house, &others).await?;
    tasks.extend(sheets(house, &others, &tasks).await?);
    tasks.extend(reviews(house, &others).await?);
    tasks.extend(papers(house, &others).await?);
    tasks.extend(roles(&others));
    Ok(tasks)
}

/// Everybody there but the one who leaves.
struct Others<'o> {
    regime: &'o Regime,
    people: &'o [Authorisation],
    holder: &'o Holder,
    today: Date,
}

impl Others<'_> {
    fn who(&self, fits: impl Fn(&Authorisation) -> bool) -> Vec<String> {
        let lines = self.people.iter().filter(|line| line.holds_on(self.today));
        let others = lines.filter(|line| line.account != self.holder.account && fits(line));
        others.map(|line| line.account.clone()).collect()
    }

    fn with_role(&self, role: &Role) -> Vec<String> {
        self.who(|line| owner::has(line, role))
    }
}

async fn duties(house: &House, others: &Others<'_>) -> Result<Vec<Task>> {
    let filter = Filter {
        states: vec![State::Open, State::Due, State::Overdue],
        member: Some(others.holder.at.clone()),
        ..Filter::default()
    };
    let listed = list::list(house, others.today, &filter).await?;
    let own = listed
        .into_iter()
        .filter(|listed| listed.duty.account == others.holder.account);
    // What somebody leaves who is not there any more is closed by whoever signs off.
    let heads = others.who(|line| line.permits(&house.regime, Right::SignOff));
    Ok(own
        .map(|listed| Task {
            what: "duty",
            which: listed.duty.id,
            due: Some(listed.duty.due),
            taken_over_by: heads.clone(),
        })
        .collect())
}

/// The sheets of the account's queries that no duty of it asks for: of weeks in which it was ended on the day it queried. Those that
/// nobody has signed, and those of the running week, or of the last before its sheets are made.
async fn sheets(house: &House, others: &Others<'_>, duties: &[Task]) -> Result<Vec<Task>> {
    let (Some(rule), Some(rules)) = (house.regime.sheet_duty(), &house.regime.sheet) else {
        return Ok(Vec::new());
    };
    let holder = others.holder;
    let mut reader = house.db.reader().await?;
    let calendar = facts::calendar(&mut reader).await?;
    let mut open = Vec::new();
    let week = Week::of_day(others.today);
    for week in [week.previous(), week] {
        if made::made(&mut reader, &holder.at, week).await?.is_none()
            && uses(&mut reader, &holder.at, week.start())
                .await?
                .get(&holder.account)
                .is_some_and(|(_, last)| week.holds(*last))
        {
            open.push((week, Due::of(rule, &calendar, week.last_day()).on));
        }
    }
    let wanted = Wanted {
        member: Some(holder.at.clone()),
        open: true,
        ..Wanted::default()
    };
    for sheet in store::list(&mut reader, &wanted).await? {
        if sheet.querier == holder.account && sheet.state() == store::State::Unsigned {
            open.push((sheet.week, Due::of(rule, &calendar, sheet.counts_from()).on));
        }
    }
    let signs = rules.leaver_signed_by.value;
    let heads = others.who(|line| line.permits(&house.regime, signs));
    let of_a_duty = |week: Week| format!("{}/{}/{}/{week}", rule.id, holder.at, holder.account);
    open.retain(|(week, _)| duties.iter().all(|task| task.which != of_a_duty(*week)));
    Ok(open
        .into_iter()
        .map(|(week, due)| Task {
            what: "sheet",
            which: format!("{}/{week}/{}", holder.at, holder.account),
            due: Some(due),
            taken_over_by: heads.clone(),
        })
        .collect())
}

/// The samples that wait for the account: to be drawn, judged, or signed.
async fn reviews(house: &House, others: &Others<'_>) -> Result<Vec<Task>> {
    let Some(rules) = &house.regime.review else {
        return Ok(Vec::new());
    };
    let signs = rules.signed_off_by.value;
    let waiting = waiting::for_holder(house, others.holder).await?;
    let tasks = waiting.into_iter().map(|Waiting { sample, what }| {
        let right = match what {
            What::Draw | What::Verdicts(_) => Right::Review,
            What::Name | What::SignOff => signs,
        };
        Task {
            what: "review",
            which: format!("{}/{}", sample.member, sample.month),
            due: match what {
                What::Draw | What::Name => sample.due.parse().ok(),
                What::Verdicts(_) | What::SignOff => None,
            },
            taken_over_by: others.who(|line| line.permits(&house.regime, right)),
        }
    });
    Ok(tasks.collect())
}

async fn papers(house: &House, others: &Others<'_>) -> Result<Vec<Task>> {
    let filter = register::list::Filter {
        of: Some(others.holder.at.clone()),
        ..Default::default()
    };
    let waiting = register::list::list(house, &filter).await?;
    let mut tasks = Vec::new();
    for paper in waiting {
        let Some(rule) = house.regime.paper(&paper.kind) else {
            continue;
        };
        let names = rule.fields.iter().find(|field| {
            field.form == Form::Account && paper.fields.get(&field.name) == Some(&others.holder.account)
        });
        let Some(field) = names else {
            continue;
        };
        let role = field
            .role
            .as_ref()
            .and_then(|role| house.regime.role(role, Party::of(&paper.of)));
        tasks.push(Task {
            what: "paper",
            which: format!("{} {}", paper.number, paper.kind),
            due: None,
            taken_over_by: role.map_or_else(Vec::new, |role| others.with_role(role)),
        });
    }
    Ok(tasks)
}

/// The roles that the account has today and nobody else there.
fn roles(others: &Others<'_>) -> Vec<Task> {
    let at = Party::of(&others.holder.at);
    let mut own = others.people.iter().filter(|line| line.holds_on(others.today));
    let Some(line) = own.find(|line| line.account == others.holder.account) else {
        return Vec::new();
    };
    let alone = |role: &&Role| role.at == at && owner::has(line, role) && others.with_role(role).is_empty();
    let owns = |role: &&Role| others.regime.duties.iter().any(|duty| duty.owner == role.id);
    let roles = others.regime.roles.iter().filter(alone).filter(owns);
    roles
        .map(|role| Task {
            what: "role",
            which: role.id.clone(),
            due: None,
            taken_over_by: Vec::new(),
        })
        .collect()
}
