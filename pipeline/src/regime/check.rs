//! Refuses a regime that contradicts itself: roles, rights and duties that name what is not there. *Pure.*

use std::collections::BTreeSet;

use super::{
    Regime,
    control::{Every, RaisedBy},
    people::{Party, Right},
};
use crate::error::{Error, Result};

/// Checks what the form of the file cannot: names, and what refers to them.
///
/// # Errors
/// `REGIME-FILE` with the first contradiction.
pub(super) fn check(regime: &Regime) -> Result<()> {
    let fault = roles(regime)
        .or_else(|| numbers(regime))
        .or_else(|| duties(regime))
        .or_else(|| incidents(regime))
        .or_else(|| papers(regime));
    fault.map_or(Ok(()), |fault| {
        Err(Error::Operator {
            code: "REGIME-FILE",
            sentence: format!("the regime file contradicts itself: {fault}"),
            remedy: "compare the file with pipeline/src/regime/jcic-2024.toml and mend what is named",
        })
    })
}

fn roles(regime: &Regime) -> Option<String> {
    let mut seen = BTreeSet::new();
    for role in &regime.roles {
        if !is_name(&role.id) {
            return Some(format!(
                "the role {} is not of small letters and _",
                role.id.escape_debug()
            ));
        }
        if !seen.insert(&role.id) {
            return Some(format!("the role {} stands there twice", role.id));
        }
    }
    // The three columns of a staff file each stand for the one role at a member that has the right.
    for (right, name) in [
        (Right::Query, "query"),
        (Right::Approve, "approve"),
        (Right::Review, "review"),
    ] {
        let holders = regime.roles.iter().filter(|role| role.permits(right));
        let at: Vec<Party> = holders.map(|role| role.at).collect();
        if !matches!(at[..], [Party::Member]) {
            return Some(format!("not exactly one role, at a member, has the right {name}"));
        }
    }
    let alone = regime.apart.iter().find(|apart| apart.rights.len() < 2);
    alone.map(|apart| {
        format!(
            "fewer than two rights are kept apart by {}",
            apart.clause.escape_debug()
        )
    })
}

fn numbers(regime: &Regime) -> Option<String> {
    if !(1..=100).contains(&regime.sample.percent.value) {
        return Some("the percent of a sample is not between 1 and 100".into());
    }
    if regime
        .second_person
        .iter()
        .any(|rule| !(1..=8784).contains(&rule.valid_hours))
    {
        return Some("an approval does not serve from one hour to a year".into());
    }
    if regime.password.length_default.value < regime.password.length_floor.value {
        return Some("the default length of a password is below the floor".into());
    }
    let password = &regime.password;
    let session = &regime.session;
    let fits = (1..=4).contains(&password.classes.value)
        && (1..=64).contains(&password.length_floor.value)
        && (1..=64).contains(&password.length_default.value)
        && (1..=24).contains(&password.not_the_last.value)
        && (1..=100).contains(&password.lock_after_failures.value)
        && (1..=1_000).contains(&password.valid_days.value)
        && (1..=8_784).contains(&password.first_hours.value)
        && (1..=1_440).contains(&session.idle_minutes.value)
        && (1..=24).contains(&session.longest_hours.value)
        && (1..=1_000).contains(&session.token_days.value);
    if !fits {
        return Some("a number of [password] or [session] is out of its bounds".into());
    }
    let sheet = &regime.sheet;
    if !(0..=23).contains(&sheet.make_hour.value) {
        return Some("sheets are not made at an hour from 0 to 23".into());
    }
    if !(1..=2).contains(&sheet.signed_by.value.len())
        || !(0..=3660).contains(&sheet.stop_querier_after_days.value)
    {
        return Some(
            "sheets are not signed by one right or two, or a number of their days is out of bounds".into(),
        );
    }
    if regime.due.soon_days.value < 0 || regime.due.local_back_days.value < 0 {
        return Some("a number of [due] is below 0".into());
    }
    if regime.people.accounts_at_once.value == 0 || regime.people.backdate_days.value < 0 {
        return Some("a number of [people] is too small".into());
    }
    let review = &regime.review;
    let words = &review.verdicts.value;
    let (finds, clears) = (&review.finds.value, &review.clears.value);
    if !finds.iter().chain(clears).all(|word| words.contains(word))
        || finds.iter().any(|word| clears.contains(word))
    {
        return Some("a verdict that finds or clears is no verdict, or is both".into());
    }
    let mut named = words.iter().chain(&review.reasons.value);
    if !named.all(|word| review.titles.value.contains_key(word)) {
        return Some("a verdict or a reason has no title".into());
    }
    let answered = regime.duties.iter().find(|duty| duty.id == "subject_report");
    if answered.is_some_and(|duty| i64::from(duty.due_days) != regime.subject.answer_days.value) {
        return Some("the duty subject_report is not due after the answer_days of [subject]".into());
    }
    if review.report_within_days.value < 0 {
        return Some("a finding is due before it is made".into());
    }
    None
}

fn duties(regime: &Regime) -> Option<String> {
    if regime.sheet_duty().is_none() {
        return Some(
            "no duty says when a sheet is signed: one with its period and the artefact sheet".into(),
        );
    }
    let is_role = |name: &str| regime.roles.iter().any(|role| role.id == name);
    let mut seen = BTreeSet::new();
    for duty in &regime.duties {
        let id = duty.id.escape_debug();
        if !seen.insert(&duty.id) {
            return Some(format!("the duty {id} stands there twice"));
        }
        if !is_role(&duty.owner) {
            return Some(format!("the owner of the duty {id} is no role"));
        }
        if !["member", "bureau"].contains(&duty.of.as_str()) && !is_role(&duty.of) {
            return Some(format!("it is not said whose duty {id} is"));
        }
        if duty.raised_by.is_some() && (duty.every != Every::Event || is_role(&duty.of)) {
            return Some(format!(
                "the register raises the duty {id}, which is no event of a member or the bureau"
            ));
        }
        let finds = duty.raised_by == Some(RaisedBy::Finding);
        let within = (i64::from(duty.due_days), duty.due_months);
        if finds && (duty.of != "member" || within != (regime.review.report_within_days.value, 0)) {
            return Some(format!(
                "the duty {id} is not a member's, or not due when its finding is"
            ));
        }
        if duty.due_days < 0 || duty.due_months < 0 {
            return Some(format!("the duty {id} is due before its period ends"));
        }
    }
    None
}

fn incidents(regime: &Regime) -> Option<String> {
    let rules = &regime.incident;
    let mut seen = BTreeSet::new();
    for notice in &rules.notices {
        let to = notice.to.escape_debug();
        if !is_name(&notice.to) || !seen.insert(&notice.to) {
            return Some(format!(
                "the notice to {to} stands there twice, or is not of small letters and _"
            ));
        }
        let wanted = [
            (Some(&notice.duty), "bureau"),
            (notice.member_duty.as_ref(), "member"),
        ];
        let is_there = |(id, of): &(Option<&String>, &str)| {
            let mut duties = regime.duties.iter();
            id.is_none_or(|id| {
                duties.any(|duty| duty.id == *id && duty.every == Every::Event && duty.of == *of)
            })
        };
        if !wanted.iter().all(is_there) {
            return Some(format!(
                "the notice to {to} names a duty that does not follow from an event, or is not that one's"
            ));
        }
        if !(1..=8_760).contains(&rules.hours(notice)) {
            return Some(format!(
                "the hours of the notice to {to} are not between 1 and 8760"
            ));
        }
    }
    let words = rules.sanctions.value.keys();
    let odd = words.filter(|word| !is_name(word)).count();
    (odd > 0).then(|| "a sanction is not of small letters and _".into())
}

fn papers(regime: &Regime) -> Option<String> {
    let is_role = |name: &str| regime.roles.iter().any(|role| role.id == name);
    let is_paper = |name: &String| regime.paper(name).is_some();
    let mut seen = BTreeSet::new();
    for paper in &regime.papers {
        let id = paper.id.escape_debug();
        if !is_name(&paper.id) || !seen.insert(&paper.id) {
            return Some(format!(
                "the paper {id} is not of small letters and _, or stands there twice"
            ));
        }
        if !is_role(&paper.by) || !["member", "bureau"].contains(&paper.of.as_str()) {
            return Some(format!("it is not said whose paper {id} is, or who enters it"));
        }
        let has = |name: &String| paper.field(name).is_some();
        let fields = [
            paper.one_each.as_ref(),
            paper.only_if.as_ref().map(|only| &only.field),
        ];
        let roles = paper.fields.iter().filter_map(|field| field.role.as_ref());
        if !fields.into_iter().flatten().all(has) || !roles.into_iter().all(|role| is_role(role)) {
            return Some(format!(
                "the paper {id} names a field or a role that is not there"
            ));
        }
        let before = paper.follows.as_ref().map(|before| regime.paper(before));
        let by_field = paper.by_field.as_ref();
        if before.is_some_and(|before| {
            before.is_none_or(|before| by_field.is_some_and(|field| before.field(field).is_none()))
        }) || (before.is_none() && (paper.must_follow || by_field.is_some()))
        {
            return Some(format!(
                "the paper {id} follows one that is not there, or a field that it has not"
            ));
        }
        let raised = paper
            .raises
            .as_ref()
            .map(|rule| regime.duties.iter().find(|duty| duty.id == *rule));
        if raised
            .is_some_and(|duty| duty.is_none_or(|duty| duty.every != Every::Event || duty.of != paper.of))
        {
            return Some(format!(
                "the paper {id} raises a duty that is not there, or no event of the same one"
            ));
        }
    }
    let named = regime
        .duties
        .iter()
        .flat_map(|duty| duty.met_by.iter().chain(&duty.since));
    let units = regime.people.units.as_ref().map(|units| &units.value);
    named
        .chain(units)
        .chain(regime.selection.as_ref().map(|rules| &rules.paper.value))
        .any(|name| !is_paper(name))
        .then(|| "a duty is met by a paper that is not there, or a unit or a selection has none".into())
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
