//! What the registers show of a duty by themselves: a paper that stands, somebody who took over. *Pure.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    owner,
    whose::{Met, OnFile, Whose},
};
use crate::{
    access::authorisation::Authorisation,
    regime::{
        Regime,
        control::DutyRule,
        people::{Party, Role},
    },
};

/// Each day on which somebody of `whose` leaves the role that owns `rule`, and who has it on that day.
pub(super) fn successors(regime: &Regime, rule: &DutyRule, whose: &Whose) -> Vec<(Date, Option<Met>)> {
    let Some(role) = regime.role(&rule.owner, Party::of(&whose.code)) else {
        return Vec::new();
    };
    let with_role = || whose.people.iter().filter(|line| owner::has(line, role));
    let left = left(whose, role).into_iter();
    let days: BTreeSet<Date> = left
        .map(|(_, day)| day)
        .filter(|day| *day >= whose.first)
        .collect();
    let met = |day| {
        let next = with_role()
            .filter(|line| line.holds_on(day))
            .min_by_key(|line| line.from)?;
        Some(Met::shown(
            next.from.max(whose.first),
            format!("account:{}", next.account),
        ))
    };
    days.into_iter().map(|day| (day, met(day))).collect()
}

/// Each day on which somebody leaves a role whom a paper of the kind `since` names, after it was entered; and the paper that meets
/// this: of the kind `met_by`, entered after the first, which names the same account or came on that day or later.
pub(super) fn holders_left(regime: &Regime, rule: &DutyRule, whose: &Whose) -> BTreeMap<Date, Option<Met>> {
    let mut days = BTreeMap::new();
    let (Some(since), Some(met_by)) = (&rule.since, &rule.met_by) else {
        return days;
    };
    let field = regime
        .paper(met_by)
        .and_then(|paper| paper.fields.iter().find(|field| field.role.is_some()));
    let role = field.and_then(|field| regime.role(field.role.as_ref()?, Party::of(&whose.code)));
    let Some((field, role)) = field.zip(role) else {
        return days;
    };
    let left = left(whose, role);
    let of_kind = |kind: &'_ String| {
        whose
            .papers
            .iter()
            .filter(move |paper| paper.kind == *kind)
            .collect::<Vec<_>>()
    };
    let asked = of_kind(met_by);
    for sent in of_kind(since) {
        let named = sent.fields.get(&field.name);
        let leaves = left
            .iter()
            .filter(|(account, day)| named == Some(account) && *day >= sent.entered_on);
        for (account, day) in leaves {
            let meets = |paper: &&&OnFile| {
                let names = paper.fields.get(&field.name) == Some(account);
                paper.number > sent.number && (names || paper.entered_on >= *day)
            };
            let met = asked.iter().find(meets);
            let met = met.map(|paper| Met::shown(paper.entered_on, format!("paper:{}", paper.number)));
            let before: Option<Option<Met>> = days.remove(day);
            let all = before.is_none_or(|before| before.is_some());
            days.insert(*day, met.filter(|_| all));
        }
    }
    days
}

/// Who left `role`, and on which day: it is not the account's any more.
fn left(whose: &Whose, role: &Role) -> Vec<(String, Date)> {
    let with_role = || whose.people.iter().filter(|line| owner::has(line, role));
    let leaves = |line: &Authorisation| {
        let day = line.to.filter(|day| *day != line.from)?;
        let goes_on = with_role().any(|other| other.account == line.account && other.holds_on(day));
        (!goes_on).then(|| (line.account.clone(), day))
    };
    with_role().filter_map(leaves).collect()
}

/// Since when a paper of `kind` stands, if one does; where it is about a recipient, one for each of the member's.
pub(super) fn on_file(regime: &Regime, kind: &str, whose: &Whose) -> Option<Met> {
    let of_kind = || whose.papers.iter().filter(|paper| paper.kind == kind);
    let standing = || of_kind().filter(|paper| paper.stands);
    let about = regime.paper(kind).and_then(|paper| paper.recipient());
    let is_covered = |recipient: &String| {
        let mut said = standing().filter_map(|paper: &OnFile| paper.fields.get(&about?.name));
        said.any(|said| said == recipient)
    };
    if about.is_some() && !whose.recipients.iter().all(is_covered) {
        return None;
    }
    let (first, newest) = (of_kind().next()?, standing().next_back()?);
    let on = first.entered_on.max(whose.first);
    Some(Met::shown(on, format!("paper:{}", newest.number)))
}

/// Whether `rule` asks about recipients, and there are none: nothing can be delivered, and nobody says where to.
pub(super) fn has_nothing_to_say(regime: &Regime, rule: &DutyRule, whose: &Whose) -> bool {
    let paper = rule.met_by.as_ref().and_then(|kind| regime.paper(kind));
    paper.is_some_and(|paper| paper.recipient().is_some()) && whose.recipients.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::{
        calendar::Calendar,
        duties::{
            Duty, duties_of,
            tests::{querier, until, whose},
        },
    };

    /// 五(一)10: the day an administrator leaves, another one is there; where nobody is, somebody is asked for.
    #[test]
    fn an_administrator_who_leaves_has_a_successor_on_that_day() {
        let regime = Regime::jcic_2024().unwrap();
        let mut member = whose("004", "2026-11-02", None);
        let line = |account: &str, from: &str, to: Option<&str>| Authorisation {
            query: false,
            roles: vec!["account_administrator".into()],
            ..querier(account, from, to)
        };
        member.people = vec![
            // Gone before these duties began.
            line("z", "2024-01-01", Some("2026-11-01")),
            line("a", "2024-01-01", Some("2026-12-01")),
            // The same account goes on.
            line("b", "2026-12-01", Some("2027-03-01")),
            line("b", "2027-03-01", Some("2027-06-01")),
            querier("c", "2026-11-02", Some("2026-11-20")),
        ];
        let duties = |member: &Whose| -> Vec<String> {
            let duties = duties_of(&regime, &Calendar::new([]), member, until("2028-01-01"));
            let of_rule = duties
                .iter()
                .filter(|duty| duty.rule.id == "administrator_handover");
            let met = |duty: &Duty<'_>| {
                duty.met
                    .as_ref()
                    .map(|met| format!("{} {}", met.on, met.artefact))
            };
            of_rule
                .map(|duty| format!("{} {:?}", duty.id, met(duty)))
                .collect()
        };
        assert_eq!(
            duties(&member),
            [
                "administrator_handover/004/2026-12-01 Some(\"2026-12-01 account:b\")",
                "administrator_handover/004/2027-06-01 None",
            ]
        );
        member.people.push(line("d", "2027-05-20", None));
        assert!(duties(&member)[1].contains("2027-05-20 account:d"));
    }

    /// 五(一)8: whoever has a card's password and leaves is followed by a request for another one.
    #[test]
    fn a_card_holder_who_leaves_is_followed_by_a_request() {
        let regime = Regime::jcic_2024().unwrap();
        let mut member = whose("004", "2026-11-02", None);
        member.people = vec![
            querier("a", "2024-01-01", Some("2026-12-01")),
            querier("b", "2024-01-01", Some("2026-12-01")),
            querier("c", "2024-01-01", None),
        ];
        let paper = |number: i64, kind: &str, account: &str, day: &str| OnFile {
            number,
            kind: kind.into(),
            entered_on: day.parse().unwrap(),
            stands: false,
            fields: [("querier".to_owned(), account.to_owned())].into(),
        };
        let of_rule = |member: &Whose| -> Vec<String> {
            let duties = duties_of(&regime, &Calendar::new([]), member, until("2028-01-01"));
            let of_rule = duties
                .iter()
                .filter(|duty| duty.rule.id == "card_password_renewal");
            let met = |duty: &Duty<'_>| duty.met.as_ref().map(|met| met.artefact.clone());
            of_rule
                .map(|duty| format!("{} {} {:?}", duty.id, duty.due, met(duty)))
                .collect()
        };
        // Nobody has a card.
        assert!(of_rule(&member).is_empty());
        member
            .papers
            .push(paper(1, "card_password_sent", "c", "2026-11-02"));
        assert!(of_rule(&member).is_empty());
        member
            .papers
            .push(paper(2, "card_password_sent", "a", "2026-11-02"));
        let name = "card_password_renewal/004/2026-12-01 2026-12-08";
        assert_eq!(of_rule(&member), [format!("{name} None")]);
        // For somebody else, and before that day: of no use.
        member
            .papers
            .push(paper(3, "card_password_request", "c", "2026-11-20"));
        assert_eq!(of_rule(&member), [format!("{name} None")]);
        member
            .papers
            .push(paper(4, "card_password_request", "a", "2026-11-20"));
        assert_eq!(of_rule(&member), [format!("{name} Some(\"paper:4\")")]);
        // Two on one day are both asked for.
        member
            .papers
            .push(paper(5, "card_password_sent", "b", "2026-11-21"));
        assert_eq!(of_rule(&member), [format!("{name} None")]);
        member
            .papers
            .push(paper(6, "card_password_request", "d", "2026-12-01"));
        assert!(of_rule(&member)[0].ends_with("Some(\"paper:6\")"));
    }
}
