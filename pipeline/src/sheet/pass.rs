//! What has a date: on Mondays the sheets of the week before, and of weeks in which nothing ran (D11, D12). *SQL.*

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Week, made, make};
use crate::{access::maker::Maker, app::House, error::Result, regime::control::Every};

/// Makes every sheet that is due now, for every member; what fails for one member keeps no other from its own, and the first
/// trouble is returned at the end.
///
/// # Errors
/// Those of [`make::make`].
pub async fn pass(house: &House) -> Result<()> {
    let Some(rules) = &house.regime.sheet else {
        return Ok(());
    };
    if rules.every.value != Every::Week {
        return Ok(());
    }
    let now = house.trusted_now()?;
    let mut trouble = None;
    for (member, weeks) in due(house, rules.make_hour.value, now).await? {
        for week in weeks {
            if let Err(error) = make::make(house, &member, week, Maker::Schedule).await {
                tracing::error!(code = error.code(), "the sheets of a week could not be made");
                trouble.get_or_insert(error);
                break;
            }
        }
    }
    trouble.map_or(Ok(()), Err)
}

/// The weeks whose sheets are due, by member: all that are closed since its first and in which it was a member, the oldest
/// ones first; after a long standstill only some of them at a time.
async fn due(house: &House, make_hour: i8, now: Timestamp) -> Result<Vec<(String, Vec<Week>)>> {
    let mut reader = house.db.reader().await?;
    let closed = last_closed(now, make_hour);
    let spans = made::spans(&mut reader).await?;
    let mut due = Vec::new();
    for (member, from, to) in made::members(&mut reader).await? {
        let (first, made) = match spans.get(&member) {
            None => (make::begin(house, &member, now).await?.next(), BTreeSet::new()),
            Some((first, last, count)) if weeks(*first, *last).count() as u64 == *count => {
                (last.next(), BTreeSet::new())
            }
            Some((first, ..)) => (*first, made::weeks(&mut reader, &member).await?),
        };
        let weeks: Vec<Week> = weeks(first, closed)
            .filter(|week| from <= week.last_day() && to.is_none_or(|to| to > week.first_day()))
            .filter(|week| !made.contains(week))
            .take(WEEKS_AT_ONCE)
            .collect();
        if !weeks.is_empty() {
            due.push((member, weeks));
        }
    }
    Ok(due)
}

fn weeks(first: Week, last: Week) -> impl Iterator<Item = Week> {
    std::iter::successors(Some(first), |week| Some(week.next())).take_while(move |week| *week <= last)
}

/// The last week that is closed at `now`.
fn last_closed(now: Timestamp, hour: i8) -> Week {
    let before = Week::of(now).previous();
    if before.is_closed(now, hour) {
        before
    } else {
        before.previous()
    }
}

/// Weeks of a member that one pass makes.
const WEEKS_AT_ONCE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_closed_when_the_hour_has_struck_on_monday() {
        for (now, week) in [
            ("2026-11-08T23:59:59+08:00", "2026-W44"),
            ("2026-11-09T00:59:59+08:00", "2026-W44"),
            ("2026-11-09T01:00:00+08:00", "2026-W45"),
            ("2026-11-15T12:00:00+08:00", "2026-W45"),
        ] {
            assert_eq!(last_closed(now.parse().unwrap(), 1).to_string(), week, "{now}");
        }
    }
}
