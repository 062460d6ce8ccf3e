//! One line of the 授權表: what an account may do from one day to another, and who approved it (五(一)1, 2). *Pure.*

use jiff::civil::Date;

use crate::regime::{
    Regime,
    people::{Party, Right, Role},
};

/// One authorisation.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// Institution code, or `bureau`, `supervisor`, `provider`.
    pub member: String,
    /// Account, one person's own.
    pub account: String,
    /// The person's name, as printed on the 授權表.
    pub name: String,
    /// The person's title.
    pub title: String,
    /// May query (查詢).
    pub query: bool,
    /// May approve queries (授權核定).
    pub approve: bool,
    /// May review query records (覆核, 抽核).
    pub review: bool,
    /// Its other roles, as the regime names and orders them.
    pub roles: Vec<String>,
    /// First day.
    pub from: Date,
    /// Who approved its start.
    pub approved_by: String,
    /// First day without it.
    pub to: Option<Date>,
    /// Who approved its end.
    pub ended_by: String,
    /// Who holds the account.
    pub person: String,
    /// Unit of the member.
    pub unit: String,
    /// Level of approval.
    pub level: String,
}

impl Authorisation {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        day >= self.from && self.to.is_none_or(|to| day < to)
    }

    /// Whether it holds on any day on which `other` does. One that was withdrawn before it began holds on none.
    pub fn overlaps(&self, other: &Self) -> bool {
        let meets = self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to);
        meets && self.to != Some(self.from) && other.to != Some(other.from)
    }

    /// Whether `self` is `known` with nothing but an end added.
    pub fn ends(&self, known: &Self) -> bool {
        let open = Self {
            to: None,
            ended_by: String::new(),
            ..self.clone()
        };
        known.to.is_none() && known.ended_by.is_empty() && open == *known
    }

    /// Whether its roles permit `right` under `regime`.
    pub fn permits(&self, regime: &Regime, right: Right) -> bool {
        match right {
            Right::Query => self.query,
            Right::Approve => self.approve,
            Right::Review => self.review,
            other => self.others(regime).any(|role| role.permits(other)),
        }
    }

    /// Gives it `role`: one of the three that have a column of their own, or another.
    pub fn add(&mut self, regime: &Regime, role: &Role) {
        self.query |= role.permits(Right::Query);
        self.approve |= role.permits(Right::Approve);
        self.review |= role.permits(Right::Review);
        let has_column = [Right::Query, Right::Approve, Right::Review]
            .into_iter()
            .any(|right| role.permits(right));
        // A role with a column that permits more than its column says is remembered by its name too.
        if (!has_column || role.rights.len() > 1) && !self.roles.contains(&role.id) {
            self.roles.push(role.id.clone());
            let place = |id: &String| regime.roles.iter().position(|role| role.id == *id);
            self.roles.sort_by_key(place);
        }
    }

    /// Its other roles, as far as `regime` knows them.
    pub fn others<'r>(&'r self, regime: &'r Regime) -> impl Iterator<Item = &'r Role> {
        let party = Party::of(&self.member);
        self.roles.iter().filter_map(move |id| regime.role(id, party))
    }
}
