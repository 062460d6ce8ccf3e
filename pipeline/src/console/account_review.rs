//! The review of accounts twice a year (帳號審查), account by account: each stays or is to be changed, then the review is closed. *Edge.*

use askama::Template;
use axum::extract::State;

use super::{
    fault::Fault,
    form::Form,
    frame::Frame,
    page::{self, Answer},
    people::READERS,
    reader::Reader,
    table::Table,
    theirs::nothing,
};
use crate::{
    access::people::Holder,
    accounts::{
        check, close, forms,
        review::{self, State as Standing},
        store::Verdict,
    },
    http::door::Shared,
    regime::people::Right,
};

#[derive(Template)]
#[template(path = "account-review.html")]
struct Review<'a> {
    frame: &'a Frame,
    reviews: bool,
    /// The reader's own account, of which another says whether it stays.
    own: String,
    shown: Shown,
}

impl Review<'_> {
    fn is_own(&self, line: &usize) -> bool {
        self.shown.accounts[*line] == self.own
    }
}

/// A review, ready to be read.
struct Shown {
    duty: String,
    period: String,
    is_closed: bool,
    /// Accounts that nobody has said anything of, and all.
    left: usize,
    table: Table,
    /// The account of each line.
    accounts: Vec<String>,
}

/// The running review of the reader's member.
pub(super) async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    let member = member(&reader)?;
    let language = reader.frame.language;
    let shown = door.act(move |house| async move {
        let review = review::show(&house, &member).await?;
        let accounts = review.accounts.iter();
        Ok(Shown {
            left: accounts
                .clone()
                .filter(|account| matches!(account.state, Standing::Unchecked | Standing::ToChange))
                .count(),
            accounts: accounts.map(|account| account.line.account.clone()).collect(),
            table: Table::of(&forms::table(&review, &house.regime, language), language),
            is_closed: review.closed,
            period: review.period.name,
            duty: review.duty,
        })
    });
    page::shown(&Review {
        frame: &reader.frame,
        reviews: reader.may_any(&[Right::ManageAccounts, Right::Authorise]),
        own: reader.holder().account,
        shown: shown.await?,
    })
}

/// Says of one account whether its rights stay.
pub(super) async fn check(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let holder = Holder {
        at: member(&reader)?,
        account: fields.one("account")?.to_owned(),
    };
    let verdict = match fields.one("verdict")? {
        "keep" => Verdict::Keep,
        _ => Verdict::Change,
    };
    let (remark, by) = (fields.one("remark")?.trim().to_owned(), reader.holder().account);
    door.act(move |house| async move { check::check(&house, &holder, verdict, &remark, &by).await })
        .await?;
    Ok(page::after("/people/review?done=checked"))
}

/// Closes the review, with what was said of each account.
pub(super) async fn close(State(door): State<Shared>, reader: Reader, _: Form) -> Answer {
    let (member, by) = (member(&reader)?, reader.holder().account);
    door.act(move |house| async move { close::close(&house, &member, &by).await })
        .await?;
    Ok(page::after("/people/review?done=closed"))
}

/// The member whose accounts are reviewed: the reader's, or there is nothing.
fn member(reader: &Reader) -> Result<String, Fault> {
    reader.only(&READERS)?;
    match reader.is_of_member() {
        true => Ok(reader.holder().at),
        false => Err(nothing()),
    }
}
