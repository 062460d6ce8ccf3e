//! Begins and ends authorisations, each by one person and approved by another, and reads both tables (五(一)). *SQL.*
//!
//! Nothing reaches back: what holds from today on holds from its commit on, what holds from a later day from its midnight
//! in Taipei on. The gate and every delivery ask the same lines.

use jiff::{Timestamp, ToSpan, civil::Date};
use mayfly_retention::Class;
use sqlx::AnyConnection;

pub use super::hands::{Hands, Mover};
use super::{
    authorisation::Authorisation,
    breach::{Breach, Known},
    changes::{self, Change, Entered, What},
    forms,
    hands::Second,
    rows,
    stopping::check_reason,
    units,
};
use crate::{
    app::House,
    approval::{Asked, Step, steps},
    db::meta,
    error::{Error, Result},
    journal,
    regime::people::{Party, Right},
};

/// An account at a member, the bureau, the supervisor or the provider.
#[derive(Clone)]
pub struct Holder {
    /// Institution code, or `bureau`, `supervisor`, `provider`.
    pub at: String,
    /// The account.
    pub account: String,
}

/// What is to begin. What is not given is as in the account's latest authorisation.
pub struct Beginning {
    /// Whose account.
    pub holder: Holder,
    /// Its roles, as the regime names them.
    pub roles: Vec<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's title.
    pub title: Option<String>,
    /// The person's number at their institution.
    pub person: Option<String>,
    /// Their unit.
    pub unit: Option<String>,
    /// Their level of approval.
    pub level: Option<String>,
    /// First day.
    pub from: Date,
    /// First day without it.
    pub to: Option<Date>,
}

impl Holder {
    /// Reads `AT/ACCOUNT`, such as `004/chen.yl` or `bureau/lee`.
    ///
    /// # Errors
    /// `PEOPLE-HOLDER`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('/');
        let fit = parts.filter(|(at, account)| {
            let is_code = at.len() == 3 && at.bytes().all(|byte| byte.is_ascii_digit());
            (is_code || Party::of(at) != Party::Member) && mayfly_consent::cells::account(account).is_ok()
        });
        let (at, account) = fit.ok_or_else(|| {
            refused(
                "PEOPLE-HOLDER",
                "that names no account: an institution code, bureau, supervisor or provider, then / and the account",
                "name it like 004/chen.yl; an account is 1 to 32 of A-Z a-z 0-9 . _ - and no identity number",
            )
        })?;
        Ok(Self {
            at: at.to_owned(),
            account: account.to_owned(),
        })
    }

    /// Where its people are looked after: at their own member, all others at the bureau.
    pub fn desk(&self) -> &str {
        desk(&self.at)
    }
}

/// Where the people of `at` are looked after.
pub(super) fn desk(at: &str) -> &str {
    match Party::of(at) {
        Party::Member => at,
        _ => "bureau",
    }
}

/// Lets an authorisation begin that its approver stands by.
///
/// # Errors
/// `PEOPLE-*`, `MEMBER-UNKNOWN`, `STOP-REASON`, `GATE-CLOCK`.
pub async fn begin(house: &House, beginning: &Beginning, hands: &Hands<'_>) -> Result<Authorisation> {
    done(begin_with(house, beginning, &Second::Beside(hands)).await?)
}

/// Lets an authorisation begin with an approval that was given before, or applies for one.
///
/// # Errors
/// `PEOPLE-*`, `MEMBER-UNKNOWN`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn begin_approved(
    house: &House,
    beginning: &Beginning,
    mover: &Mover<'_>,
) -> Result<Step<Authorisation>> {
    begin_with(house, beginning, &Second::Before(mover)).await
}

async fn begin_with(
    house: &House,
    beginning: &Beginning,
    second: &Second<'_>,
) -> Result<Step<Authorisation>> {
    let holder = &beginning.holder;
    check_reason(second.reason())?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let today = house.today(now);
    let conn = tx.connection();
    if Party::of(&holder.at) == Party::Member && super::members::one(&mut *conn, &holder.at).await?.is_none()
    {
        return Err(refused(
            "MEMBER-UNKNOWN",
            "the member is not in the register",
            "import the member first (`mayfly member import`)",
        ));
    }
    second.check_rights(house, &mut tx, holder.desk(), now).await?;
    let conn = tx.connection();
    let of_account = rows::of_holder(&mut *conn, &holder.at, &holder.account, "").await?;
    let mut line = draft(
        house,
        beginning,
        of_account.iter().max_by_key(|line| line.from),
        second.approver(),
    )?;
    let holder_of_account = rows::holder(&mut *conn, &holder.at, &holder.account).await?;
    let known = rows::of_holder(&mut *conn, &holder.at, &holder.account, &line.person).await?;
    let facts = Known {
        lines: &known,
        holder: holder_of_account.as_deref(),
        is_namesake: rows::is_namesake(&mut *conn, &line).await?,
    };
    let needs_level = || {
        let role = house.regime.member_role(Right::Approve);
        line.approve && line.level.is_empty() && role.is_some_and(|role| role.needs_level)
    };
    let breach = Breach::of_day(line.from, today, &house.regime)
        .or_else(|| Breach::of_beginning(&line, &facts, &house.regime))
        .or_else(|| Breach::of_accounts(&line, &facts, &house.regime))
        .or_else(|| needs_level().then_some(Breach::Level));
    if let Some(breach) = breach {
        return Err(breach.error());
    }
    if !units::is_known(&mut *conn, &house.regime, &line.member, &line.unit).await? {
        return Err(Breach::Unit.error());
    }
    let drafted = forms::table_lines(std::slice::from_ref(&line));
    let warrant = match second
        .ask(house, &mut tx, (holder, &line.person), &drafted[0], now)
        .await?
    {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    drop(drafted);
    let conn = tx.connection();
    line.approved_by = second.approved_by(warrant);
    if line.to.is_some() {
        line.ended_by.clone_from(&line.approved_by);
    }
    rows::insert(&mut *conn, &line).await?;
    rows::give(&mut *conn, &line.member, &line.account, &line.person).await?;
    let mut entered = vec![Change::of(&line, What::Begin)];
    if line.to.is_some() {
        entered.push(Change::of(&line, What::End));
    }
    enter(house, &mut *conn, entered, second, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(line))
}

/// Ends the authorisation of `holder` that would hold on `day`: `day` is the first without it. An end that was set for a
/// later day comes earlier. Of an authorisation that begins on `day` nothing is left. Its approver stands by.
///
/// # Errors
/// `PEOPLE-*`, `STOP-REASON`, `GATE-CLOCK`.
pub async fn end(house: &House, holder: &Holder, day: Date, hands: &Hands<'_>) -> Result<Authorisation> {
    done(end_with(house, holder, day, &Second::Beside(hands)).await?)
}

/// As [`end`], with an approval that was given before, or applies for one.
///
/// # Errors
/// `PEOPLE-*`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn end_approved(
    house: &House,
    holder: &Holder,
    day: Date,
    mover: &Mover<'_>,
) -> Result<Step<Authorisation>> {
    end_with(house, holder, day, &Second::Before(mover)).await
}

async fn end_with(
    house: &House,
    holder: &Holder,
    day: Date,
    second: &Second<'_>,
) -> Result<Step<Authorisation>> {
    check_reason(second.reason())?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let today = house.today(now);
    second.check_rights(house, &mut tx, holder.desk(), now).await?;
    let conn = tx.connection();
    let lines = rows::of_holder(&mut *conn, &holder.at, &holder.account, "").await?;
    let found = lines
        .into_iter()
        .find(|line| line.account == holder.account && line.holds_on(day));
    let mut line = found.ok_or_else(|| {
        refused(
            "PEOPLE-UNKNOWN",
            "no authorisation of this account would hold on that day",
            "see `mayfly people table --on DAY` for the accounts that have one",
        )
    })?;
    if Breach::of_day(day, today, &house.regime).is_some() {
        return Err(Breach::EndedBack.error());
    }
    let standing = forms::table_lines(std::slice::from_ref(&line));
    let ending = (&standing[0], "ends", day);
    let warrant = match second
        .ask(house, &mut tx, (holder, &line.person), &ending, now)
        .await?
    {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    drop(standing);
    let conn = tx.connection();
    let before = line.to.replace(day);
    line.ended_by = second.approved_by(warrant);
    rows::end(&mut *conn, &line, before).await?;
    let ended = vec![Change::of(&line, What::End)];
    enter(house, &mut *conn, ended, second, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(line))
}

/// The 授權表 of `on`, of `member` or of everybody.
///
/// # Errors
/// `PEOPLE-RANGE` for a day before those that are kept, `MEMBER-UNKNOWN`.
pub async fn table(house: &House, on: Date, member: Option<&str>) -> Result<Vec<Authorisation>> {
    check_range(house, on, on)?;
    let mut reader = house.db.reader().await?;
    super::members::check(&mut reader, member).await?;
    rows::held_on(&mut reader, on, member).await
}

/// The changes that hold from a day of `from..=to` on, or were entered on one.
///
/// # Errors
/// `PEOPLE-RANGE` for days before those that are kept, or in the wrong order, `MEMBER-UNKNOWN`.
pub async fn changes(house: &House, from: Date, to: Date, member: Option<&str>) -> Result<Vec<Entered>> {
    check_range(house, from, to)?;
    let mut reader = house.db.reader().await?;
    super::members::check(&mut reader, member).await?;
    changes::between(&mut reader, from, to, member).await
}

/// The line that is to begin, as it will stand on the table.
fn draft(
    house: &House,
    beginning: &Beginning,
    latest: Option<&Authorisation>,
    approver: &str,
) -> Result<Authorisation> {
    let holder = &beginning.holder;
    let cell = |given: &Option<String>, kept: fn(&Authorisation) -> &String, most: usize| {
        let text = given.clone().or_else(|| latest.map(|line| kept(line).clone()));
        let text = text.unwrap_or_default();
        let fits = text.chars().count() <= most && !text.chars().any(char::is_control);
        if fits && !mayfly_consent::cells::holds_identity_number(&text) {
            Ok(text)
        } else {
            Err(refused(
                "PEOPLE-CELL",
                "a name, title, unit, level or number is too long, or holds control characters or an identity number",
                "at most 50 characters for a name, title and unit, 20 for a level, 64 for a number",
            ))
        }
    };
    let person = cell(&beginning.person, |line| &line.person, 64)?;
    let mut line = Authorisation {
        member: holder.at.clone(),
        account: holder.account.clone(),
        name: cell(&beginning.name, |line| &line.name, 50)?,
        title: cell(&beginning.title, |line| &line.title, 50)?,
        query: false,
        approve: false,
        review: false,
        roles: Vec::new(),
        from: beginning.from,
        approved_by: approver.to_owned(),
        to: beginning.to,
        ended_by: beginning.to.map_or_else(String::new, |_| approver.to_owned()),
        person: if person.is_empty() {
            holder.account.clone()
        } else {
            person
        },
        unit: cell(&beginning.unit, |line| &line.unit, 50)?,
        level: cell(&beginning.level, |line| &line.level, 20)?,
    };
    if line.name.is_empty() || line.to.is_some_and(|to| to <= line.from) {
        return Err(refused(
            "PEOPLE-CELL",
            "the person has no name, or the authorisation would end before it begins",
            "give the name (--name), and an end that is later than the first day",
        ));
    }
    for id in &beginning.roles {
        let role = house.regime.role(id, Party::of(&holder.at)).ok_or_else(|| {
            refused(
                "PEOPLE-ROLE",
                "the regime has no such role there",
                "see \u{201c}People\u{201d} in pipeline/README.md for the roles of a member, the bureau, the supervisor and the provider",
            )
        })?;
        line.add(&house.regime, role);
    }
    Ok(line)
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    mut entered: Vec<Change>,
    second: &Second<'_>,
    now: Timestamp,
) -> Result<()> {
    for change in &mut entered {
        change.reason = second.reason().to_owned();
    }
    meta::registers_changed(&mut *conn).await?;
    changes::enter(house, conn, &entered, second.by(), now).await
}

/// With an approver that stands by, nothing is only applied for.
fn done(step: Step<Authorisation>) -> Result<Authorisation> {
    match step {
        Step::Done(line) => Ok(line),
        Step::Applied(_) => Err(Error::Bug(
            "an approver stood by, and an approval was applied for",
        )),
    }
}

/// Days of which everything is kept, and in order.
fn check_range(house: &House, from: Date, to: Date) -> Result<()> {
    let years = house.regime.keep_years(Class::Register)?;
    let today = house.today(house.clock.now());
    let earliest = today.checked_sub(years.years()).unwrap_or(Date::MIN);
    if earliest <= from && from <= to {
        return Ok(());
    }
    Err(Error::Input {
        code: "PEOPLE-RANGE",
        sentence: format!(
            "authorisations are kept for {years} years after their end, and the days run from the first to the last"
        ),
        remedy: "name days of the years that are kept, the earlier one first",
    })
}

fn refused(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Input {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
