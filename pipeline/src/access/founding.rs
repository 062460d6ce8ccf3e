//! How far a place has come with its 授權表: a file founds it, and two people carry it on from there (五(一)2, 3). *Pure.*

use jiff::civil::Date;

use super::authorisation::Authorisation;
use crate::regime::{
    Regime,
    people::{Act, Right},
};

/// How far a place has come.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Standing {
    /// No two people could ever enter and approve an authorisation there: a file brings its book as it is, with its past.
    Founding,
    /// Two could, and today no two can: a file brings who is missing, from the day of the import on.
    Bereft,
    /// Two can: no file brings anything any more.
    Founded,
}

impl Standing {
    /// The standing on `today` of the place whose authorisations are `desk`. A stop does not found it anew.
    pub fn of(desk: &[Authorisation], regime: &Regime, today: Date) -> Self {
        let rule = regime.second_person(Act::Authorisation);
        let Some(rule) = rule else {
            // Nobody has to approve: one person may do all of it, by file or not.
            return Self::Founding;
        };
        let two = |meant: &dyn Fn(&Authorisation) -> bool| {
            let having = |right: Option<Right>| {
                let lines = desk.iter().filter(move |line| meant(line));
                lines.filter(move |line| right.is_none_or(|right| line.permits(regime, right)))
            };
            having(rule.does).any(|one| having(rule.approves).any(|other| other.person != one.person))
        };
        if two(&|line| line.holds_on(today)) {
            Self::Founded
        } else if two(&|line| line.from <= today && line.to != Some(line.from)) {
            Self::Bereft
        } else {
            Self::Founding
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: &str = "account_administrator";
    const HEAD: &str = "unit_head";

    fn line(person: &str, roles: &[&str], from: &str, to: Option<&str>) -> Authorisation {
        Authorisation {
            member: "004".into(),
            account: person.to_lowercase(),
            name: "虛構".into(),
            title: String::new(),
            query: false,
            approve: false,
            review: false,
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            from: from.parse().unwrap(),
            approved_by: "head".into(),
            to: to.map(|day| day.parse().unwrap()),
            ended_by: String::new(),
            person: person.into(),
            unit: String::new(),
            level: String::new(),
        }
    }

    #[test]
    fn a_place_is_founded_once_two_people_can_carry_its_table_on() {
        let regime = Regime::jcic_2024().unwrap();
        let check = |desk: &[Authorisation], expected: Standing| {
            let today = "2026-11-02".parse().unwrap();
            assert_eq!(Standing::of(desk, &regime, today), expected);
        };
        let long = "2024-01-01";
        let (admin, head) = (line("P1", &[ADMIN], long, None), line("P2", &[HEAD], long, None));
        check(&[], Standing::Founding);
        check(std::slice::from_ref(&admin), Standing::Founding);
        check(
            &[head.clone(), line("P3", &[HEAD], long, None)],
            Standing::Founding,
        );
        check(&[admin.clone(), head.clone()], Standing::Founded);
        check(&[line("P1", &[ADMIN, HEAD], long, None)], Standing::Founding);
        check(
            &[line("P1", &[ADMIN, HEAD], long, None), head.clone()],
            Standing::Founded,
        );
        // From tomorrow on; from today on.
        check(
            &[admin.clone(), line("P2", &[HEAD], "2026-11-03", None)],
            Standing::Founding,
        );
        check(
            &[admin.clone(), line("P2", &[HEAD], "2026-11-02", None)],
            Standing::Founded,
        );
        // One of the two has left; was there for a day; was withdrawn before it began.
        check(
            &[admin.clone(), line("P2", &[HEAD], long, Some("2026-11-03"))],
            Standing::Founded,
        );
        check(
            &[admin.clone(), line("P2", &[HEAD], long, Some("2026-11-02"))],
            Standing::Bereft,
        );
        check(
            &[admin, line("P2", &[HEAD], long, Some(long))],
            Standing::Founding,
        );
        check(
            &[head, line("P1", &[ADMIN], long, Some("2024-01-02"))],
            Standing::Bereft,
        );
    }
}
