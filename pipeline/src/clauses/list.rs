//! The clauses with their state at this moment: from the duties there are and from what is due for destruction. *SQL.*

use std::{collections::BTreeMap, sync::Arc};

use mayfly_retention::OsRandomness;
use serde::Serialize;

use super::{Clause, Live, jcic_2024};
use crate::{
    app::House,
    duty::{
        list::{self, Filter},
        state,
    },
    error::{Error, Result},
    purge::Purger,
    regime::source::BUILT_IN,
};

/// How a clause stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is due.
    Kept,
    /// Something is due, and there is time.
    Due,
    /// Something is overdue.
    Overdue,
    /// Others keep it; only evidence can be recorded here.
    Organisational,
    /// Its control is not there yet.
    Open,
}

/// A clause with its state.
pub struct Standing {
    /// The clause.
    pub clause: Clause,
    /// Its state.
    pub state: State,
    /// How much is due.
    pub due: usize,
    /// How much is overdue.
    pub overdue: usize,
}

/// The clauses whose id begins with `prefix`.
///
/// # Errors
/// `CLAUSE-UNKNOWN` if there is none; `DB-*`, `KEY-*`.
pub async fn list(house: &House, prefix: &str) -> Result<Vec<Standing>> {
    let mut clauses = match house.regime.id.as_str() {
        BUILT_IN => jcic_2024()?,
        _ => Vec::new(),
    };
    clauses.retain(|clause| clause.id.starts_with(prefix));
    if clauses.is_empty() {
        return Err(Error::Input {
            code: "CLAUSE-UNKNOWN",
            sentence: "no clause has an id that begins so".into(),
            remedy: "see `mayfly clauses` for all of them, such as JCIC-9.3",
        });
    }
    let duties = duties(house).await?;
    let purge = purge(house)?;
    let stand = |clause: Clause| {
        let (due, overdue) = match &clause.live {
            Live::Duties(rules) => {
                let counts = rules.iter().filter_map(|rule| duties.get(rule.as_str()));
                counts.fold((0, 0), |(due, over), (more, late)| (due + more, over + late))
            }
            Live::Purge => purge,
            Live::Kept | Live::Evidence | Live::Open => (0, 0),
        };
        let state = match (&clause.live, due, overdue) {
            (Live::Evidence, ..) => State::Organisational,
            (Live::Open, ..) => State::Open,
            (_, 0, 0) => State::Kept,
            (_, _, 0) => State::Due,
            _ => State::Overdue,
        };
        Standing {
            clause,
            state,
            due,
            overdue,
        }
    };
    Ok(clauses.into_iter().map(stand).collect())
}

/// How many duties of each rule are due and overdue today.
async fn duties(house: &House) -> Result<BTreeMap<&str, (usize, usize)>> {
    let filter = Filter {
        states: vec![state::State::Due, state::State::Overdue],
        ..Filter::default()
    };
    let today = house.today(house.clock.now());
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for listed in list::list(house, today, &filter).await? {
        let (due, overdue) = counts.entry(&listed.duty.rule.id).or_default();
        match listed.state {
            state::State::Overdue => *overdue += 1,
            _ => *due += 1,
        }
    }
    Ok(counts)
}

/// How many cohorts are due for destruction, and past the legal limit.
fn purge(house: &House) -> Result<(usize, usize)> {
    let purger = Purger::open_by(&house.dir, &house.config, &house.clock, Arc::new(OsRandomness))?;
    let due = purger.plan()?;
    let overdue = purger.overdue(&due);
    Ok((due.len() - overdue, overdue))
}
