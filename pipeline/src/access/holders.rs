//! Who is one person: which accounts of a place are held, or have been held, by the same. *Pure.*

use std::collections::{BTreeSet, HashMap};

use super::authorisation::Authorisation;

/// The persons whom the 授權表 of one place names as the holders of its accounts, on whatever day.
///
/// Two accounts are one person's if the table names one person as a holder of both, today or long ago: whoever asked under an
/// account that has ended does not approve, sign or review that under a new one, and a stop of one account stops the person
/// (四(二)3(6), 五(一)6; D8, D10). An account that the table does not know is its own and nobody else's. A name means one person at
/// a place: the table takes no account or person of a name that is another's there ([`Breach::Namesake`]), so persons are
/// compared by their names.
///
/// [`Breach::Namesake`]: super::breach::Breach::Namesake
pub struct Holders {
    /// By account, in the order of its authorisations.
    persons: HashMap<String, Vec<String>>,
}

impl Holders {
    /// Those of `lines`, which are of one place and of all days.
    pub fn of<'l>(lines: impl IntoIterator<Item = &'l Authorisation>) -> Self {
        let mut persons: HashMap<String, Vec<String>> = HashMap::new();
        for line in lines {
            let held_by = persons.entry(line.account.clone()).or_default();
            if !held_by.contains(&line.person) {
                held_by.push(line.person.clone());
            }
        }
        Self { persons }
    }

    /// Whether one person holds, or has held, both accounts.
    pub fn are_one(&self, account: &str, other: &str) -> bool {
        let others = self.persons_of(other);
        account == other
            || self
                .persons_of(account)
                .iter()
                .any(|person| others.contains(person))
    }

    /// Whether one person is behind `account` and one of `others`.
    pub fn is_among(&self, account: &str, others: &BTreeSet<String>) -> bool {
        others.iter().any(|other| self.are_one(account, other))
    }

    /// `account`, and every other account of its person.
    pub fn accounts_of(&self, account: &str) -> BTreeSet<String> {
        let others = self.persons.keys().filter(|other| self.are_one(account, other));
        others.cloned().chain([account.to_owned()]).collect()
    }

    /// `accounts`, and every other account of their persons.
    pub fn accounts_of_all(&self, accounts: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        let each = accounts.into_iter();
        each.flat_map(|account| self.accounts_of(&account)).collect()
    }

    /// The person behind `account`, the first where it had several; the account itself where nobody is known.
    pub fn person<'p>(&'p self, account: &'p str) -> &'p str {
        self.persons_of(account).first().map_or(account, String::as_str)
    }

    fn persons_of(&self, account: &str) -> &[String] {
        self.persons.get(account).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: &str, person: &str, from: &str, to: Option<&str>) -> Authorisation {
        Authorisation {
            member: "004".into(),
            account: account.into(),
            name: "虛構".into(),
            title: String::new(),
            query: true,
            approve: false,
            review: false,
            roles: vec![],
            from: from.parse().unwrap(),
            approved_by: "head".into(),
            to: to.map(|day| day.parse().unwrap()),
            ended_by: String::new(),
            person: person.into(),
            unit: String::new(),
            level: String::new(),
        }
    }

    /// `q.old` and `q` are P1's one after the other; `shared` was P2's and is P3's, where a regime lets accounts go on.
    fn holders() -> Holders {
        Holders::of(&[
            line("q.old", "P1", "2024-01-01", Some("2025-01-01")),
            line("q", "P1", "2025-01-01", None),
            line("a", "P2", "2024-01-01", None),
            line("shared", "P2", "2024-01-01", Some("2025-01-01")),
            line("shared", "P3", "2025-01-01", None),
            line("r", "P3", "2024-01-01", None),
        ])
    }

    #[test]
    fn accounts_are_one_persons_whatever_the_day() {
        #[track_caller]
        fn check(account: &str, others: &[&str]) {
            let holders = holders();
            let others: BTreeSet<String> = others.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(holders.accounts_of(account), others);
            assert_eq!(holders.accounts_of_all([account.to_owned()]), others);
            for other in ["q.old", "q", "a", "shared", "r", "unknown"] {
                assert_eq!(
                    holders.are_one(account, other),
                    others.contains(other),
                    "{account} {other}"
                );
                assert_eq!(
                    holders.are_one(account, other),
                    holders.are_one(other, account),
                    "{account} {other}"
                );
                assert_eq!(
                    holders.is_among(account, &BTreeSet::from([other.to_owned(), "nobody".to_owned()])),
                    others.contains(other),
                    "{account} {other}"
                );
            }
        }
        check("q.old", &["q", "q.old"]);
        check("q", &["q", "q.old"]);
        check("a", &["a", "shared"]);
        check("shared", &["a", "r", "shared"]);
        check("r", &["r", "shared"]);
        check("unknown", &["unknown"]);
    }

    #[test]
    fn a_person_is_who_held_the_account_first_and_an_unknown_account_is_its_own() {
        let holders = holders();
        let persons = ["q.old", "q", "shared", "unknown"].map(|account| holders.person(account));
        assert_eq!(persons, ["P1", "P1", "P2", "unknown"]);
        assert!(!holders.are_one("P1", "q"), "persons are no accounts");
        assert_eq!(holders.accounts_of_all(Vec::new()), BTreeSet::new());
    }
}
