//! Refuses a regime that contradicts itself: roles, rights and duties that name what is not there. *Pure.*

use std::collections::BTreeSet;

use super::{
    Regime,
    control::{Every, RaisedBy, ReviewRules, SHEET},
    people::{Party, Right},
    place::{self, Fault, at},
};
use crate::error::{Error, Result};

/// Checks what the form of the file `text` cannot: names, and what refers to them.
///
/// # Errors
/// `REGIME-FILE` with the first contradiction and its line.
pub(super) fn check(regime: &Regime, text: &str) -> Result<()> {
    let fault = roles(regime)
        .or_else(|| rights(regime))
        .or_else(|| parts(regime))
        .or_else(|| numbers(regime))
        .or_else(|| duties(regime))
        .or_else(|| incidents(regime))
        .or_else(|| papers(regime))
        .map(|fault| (place::line_of(text, &fault.place), fault.said))
        .or_else(|| place::blank(text, "clause").map(|line| (line, "the clause is empty".into())));
    fault.map_or(Ok(()), |(line, said)| {
        Err(Error::Operator {
            code: "REGIME-FILE",
            sentence: format!("the regime file contradicts itself: line {line}: {said}"),
            remedy: MEND,
        })
    })
}

fn roles(regime: &Regime) -> Option<Fault> {
    let mut seen = BTreeSet::new();
    for (nth, role) in regime.roles.iter().enumerate() {
        let place = format!("role.{nth}.id");
        if !is_name(&role.id) {
            let id = role.id.escape_debug();
            return at(place, format!("the role {id} is not of small letters and _"));
        }
        if !seen.insert(&role.id) {
            return at(place, format!("the role {} stands there twice", role.id));
        }
    }
    // The three columns of a staff file each stand for the one role at a member that has the right.
    for (right, name) in [
        (Right::Query, "query"),
        (Right::Approve, "approve"),
        (Right::Review, "review"),
    ] {
        let all = regime.roles.iter().enumerate();
        let holders: Vec<_> = all.filter(|(_, role)| role.permits(right)).collect();
        let wrong = match holders[..] {
            [(_, role)] if role.at == Party::Member => continue,
            [] => 0,
            [(nth, _)] | [_, (nth, _), ..] => nth,
        };
        return at(
            format!("role.{wrong}"),
            format!("not exactly one role, at a member, has the right {name}"),
        );
    }
    let mut apart = regime.apart.iter().enumerate();
    let (nth, alone) = apart.find(|(_, apart)| apart.rights.len() < 2)?;
    at(
        format!("apart.{nth}.rights"),
        format!(
            "fewer than two rights are kept apart by {}",
            alone.clause.escape_debug()
        ),
    )
}

/// What is asked of somebody must be somebody's right.
fn rights(regime: &Regime) -> Option<Fault> {
    let acts = regime.second_person.iter().enumerate().flat_map(|(nth, rule)| {
        let asked = [("does", rule.does), ("approves", rule.approves)];
        asked.map(|(key, right)| (format!("second_person.{nth}.{key}"), right))
    });
    let sheet = regime.sheet.iter().flat_map(|rules| {
        let signs = rules.signed_by.value.iter();
        let signs = signs.map(|right| ("sheet.signed_by", *right));
        signs.chain([("sheet.leaver_signed_by", rules.leaver_signed_by.value)])
    });
    let review = regime.review.iter();
    let others = sheet.chain(review.map(|rules| ("review.signed_off_by", rules.signed_off_by.value)));
    let held = |right: Right| regime.roles.iter().any(|role| role.permits(right));
    let (place, _) = acts
        .chain(others.map(|(place, right)| (place.to_owned(), Some(right))))
        .find(|(_, right)| right.is_some_and(|right| !held(right)))?;
    at(place, "no role has the right that is asked for")
}

fn numbers(regime: &Regime) -> Option<Fault> {
    let mut acts = regime.second_person.iter().enumerate();
    if let Some((nth, _)) = acts.find(|(_, rule)| !(1..=8784).contains(&rule.valid_hours)) {
        return at(
            format!("second_person.{nth}.valid_hours"),
            "an approval does not serve from one hour to a year",
        );
    }
    let (password, session) = (&regime.password, &regime.session);
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (floor, length) = (password.length_floor.value, password.length_default.value);
    let mut bounds = vec![
        ("password.classes", number(password.classes.value), 1..=4),
        ("password.length_floor", number(floor), 1..=64),
        ("password.length_default", number(length), 1..=64),
        (
            "password.not_the_last",
            number(password.not_the_last.value),
            1..=24,
        ),
        (
            "password.lock_after_failures",
            password.lock_after_failures.value.into(),
            1..=100,
        ),
        ("password.valid_days", password.valid_days.value, 1..=1_000),
        ("password.first_hours", password.first_hours.value, 1..=8_784),
        ("session.idle_minutes", session.idle_minutes.value, 1..=1_440),
        ("session.longest_hours", session.longest_hours.value, 1..=24),
        ("session.token_days", session.token_days.value, 1..=1_000),
        ("due.soon_days", regime.due.soon_days.value, 0..=3_660),
        ("due.local_back_days", regime.due.local_back_days.value, 0..=3_660),
        (
            "people.accounts_at_once",
            number(regime.people.accounts_at_once.value),
            1..=1_000,
        ),
        (
            "people.backdate_days",
            regime.people.backdate_days.value.into(),
            0..=3_660,
        ),
    ];
    if let Some(rules) = &regime.sheet {
        let days = rules.stop_querier_after_days.value;
        bounds.push(("sheet.make_hour", rules.make_hour.value.into(), 0..=23));
        bounds.push(("sheet.stop_querier_after_days", days, 0..=3_660));
    }
    if let Some(rules) = &regime.sample {
        let percent = i64::try_from(rules.percent.value).unwrap_or(i64::MAX);
        bounds.push(("sample.percent", percent, 1..=100));
    }
    if let Some(rules) = &regime.review {
        bounds.push((
            "review.report_within_days",
            rules.report_within_days.value,
            0..=3_660,
        ));
    }
    let mut bounds = bounds.iter();
    if let Some((place, _, bound)) = bounds.find(|(_, value, bound)| !bound.contains(value)) {
        let (least, most) = (bound.start(), bound.end());
        return at(*place, format!("{place} is not between {least} and {most}"));
    }
    if length < floor {
        return at(
            "password.length_default",
            "the default length of a password is below the floor",
        );
    }
    let signed_by = regime.sheet.as_ref().map(|rules| rules.signed_by.value.len());
    if signed_by.is_some_and(|count| !(1..=2).contains(&count)) {
        return at("sheet.signed_by", "sheets are not signed by one right or two");
    }
    if let Some(fault) = regime.review.as_ref().and_then(verdicts) {
        return Some(fault);
    }
    let mut duties = regime.duties.iter().enumerate();
    let (nth, answered) = duties.find(|(_, duty)| duty.id == "subject_report")?;
    if i64::from(answered.due_days) == regime.subject.answer_days.value {
        return None;
    }
    at(
        format!("duty.{nth}.due_days"),
        "the duty subject_report is not due after the answer_days of [subject]",
    )
}

fn verdicts(review: &ReviewRules) -> Option<Fault> {
    let words = &review.verdicts.value;
    let (finds, clears) = (&review.finds.value, &review.clears.value);
    for (place, named, other) in [("review.finds", finds, clears), ("review.clears", clears, finds)] {
        let odd = |word: &String| !words.contains(word) || (other.contains(word) && words.contains(word));
        if named.iter().any(odd) {
            return at(place, "a verdict that finds or clears is no verdict, or is both");
        }
    }
    let mut named = words.iter().chain(&review.reasons.value);
    match named.all(|word| review.titles.value.contains_key(word)) {
        true => None,
        false => at("review.titles", "a verdict or a reason has no title"),
    }
}

/// What the document does without asks for no duty either.
fn parts(regime: &Regime) -> Option<Fault> {
    if regime.sample.is_some() != regime.review.is_some() {
        return at(
            if regime.sample.is_some() {
                "sample"
            } else {
                "review"
            },
            "of [sample] and [review] one stands there without the other",
        );
    }
    for (artefact, is_there) in [
        (SHEET, regime.sheet.is_some()),
        ("review", regime.review.is_some()),
        ("reconciliation", regime.reconciliation.is_some()),
    ] {
        let mut duties = regime.duties.iter();
        if let Some(nth) = duties.position(|duty| !is_there && duty.artefact == artefact) {
            return at(
                format!("duty.{nth}.artefact"),
                format!("a duty asks for the artefact {artefact}, and there is no part of that name"),
            );
        }
    }
    let mut duties = regime.duties.iter();
    let nth = duties.position(|duty| duty.raised_by == Some(RaisedBy::Finding) && regime.review.is_none())?;
    at(
        format!("duty.{nth}.raised_by"),
        "a duty follows from a finding, and nothing is reviewed",
    )
}

fn duties(regime: &Regime) -> Option<Fault> {
    if regime.sheet.is_some() && regime.sheet_duty().is_none() {
        return at(
            "sheet.every",
            "no duty says when a sheet is signed: one with its period and the artefact sheet",
        );
    }
    let is_role = |name: &str| regime.roles.iter().any(|role| role.id == name);
    let mut seen = BTreeSet::new();
    for (nth, duty) in regime.duties.iter().enumerate() {
        let here = |key: &str| format!("duty.{nth}.{key}");
        let id = duty.id.escape_debug();
        if !seen.insert(&duty.id) {
            return at(here("id"), format!("the duty {id} stands there twice"));
        }
        if !is_role(&duty.owner) {
            return at(here("owner"), format!("the owner of the duty {id} is no role"));
        }
        if !["member", "bureau"].contains(&duty.of.as_str()) && !is_role(&duty.of) {
            return at(here("of"), format!("it is not said whose duty {id} is"));
        }
        if duty.raised_by.is_some() && (duty.every != Every::Event || is_role(&duty.of)) {
            return at(
                here("raised_by"),
                format!("the register raises the duty {id}, which is no event of a member or the bureau"),
            );
        }
        let finds = duty.raised_by == Some(RaisedBy::Finding);
        let within = regime.review.as_ref().map(|rules| rules.report_within_days.value);
        let is_within = duty.due_months == 0 && Some(i64::from(duty.due_days)) == within;
        if finds && (duty.of != "member" || !is_within) {
            return at(
                here("raised_by"),
                format!("the duty {id} is not a member's, or not due when its finding is"),
            );
        }
        if duty.due_days < 0 || duty.due_months < 0 {
            let key = if duty.due_days < 0 {
                "due_days"
            } else {
                "due_months"
            };
            return at(here(key), format!("the duty {id} is due before its period ends"));
        }
    }
    None
}

fn incidents(regime: &Regime) -> Option<Fault> {
    let rules = &regime.incident;
    let mut seen = BTreeSet::new();
    for (nth, notice) in rules.notices.iter().enumerate() {
        let here = |key: &str| format!("incident.notice.{nth}.{key}");
        let to = notice.to.escape_debug();
        if !is_name(&notice.to) || !seen.insert(&notice.to) {
            return at(
                here("to"),
                format!("the notice to {to} stands there twice, or is not of small letters and _"),
            );
        }
        let is_there = |id: &String, of: &str| {
            let mut duties = regime.duties.iter();
            duties.any(|duty| duty.id == *id && duty.every == Every::Event && duty.of == of)
        };
        let wanted = [
            ("duty", Some(&notice.duty), "bureau"),
            ("member_duty", notice.member_duty.as_ref(), "member"),
        ];
        for (key, id, of) in wanted {
            if id.is_some_and(|id| !is_there(id, of)) {
                return at(
                    here(key),
                    format!(
                        "the notice to {to} names a duty that does not follow from an event, or is not that one's"
                    ),
                );
            }
        }
        if !(1..=8_760).contains(&rules.hours(notice)) {
            let place = notice.hours.map(|_| here("hours"));
            return at(
                place.unwrap_or_else(|| "incident.notify_hours".into()),
                format!("the hours of the notice to {to} are not between 1 and 8760"),
            );
        }
    }
    let odd = rules.sanctions.value.keys().find(|word| !is_name(word))?;
    at(
        format!("incident.sanctions.value.{odd}"),
        "a sanction is not of small letters and _",
    )
}

fn papers(regime: &Regime) -> Option<Fault> {
    let is_role = |name: &str| regime.roles.iter().any(|role| role.id == name);
    let is_paper = |name: &String| regime.paper(name).is_some();
    let mut seen = BTreeSet::new();
    for (nth, paper) in regime.papers.iter().enumerate() {
        let here = |key: &str| format!("paper.{nth}.{key}");
        let id = paper.id.escape_debug();
        if !is_name(&paper.id) || !seen.insert(&paper.id) {
            return at(
                here("id"),
                format!("the paper {id} is not of small letters and _, or stands there twice"),
            );
        }
        let whose = ["member", "bureau"].contains(&paper.of.as_str());
        if !is_role(&paper.by) || !whose {
            return at(
                here(if whose { "by" } else { "of" }),
                format!("it is not said whose paper {id} is, or who enters it"),
            );
        }
        let named = [
            ("one_each", paper.one_each.as_ref()),
            ("only_if.field", paper.only_if.as_ref().map(|only| &only.field)),
        ];
        let lacks = |name: &&String| paper.field(name).is_none();
        let field = named.iter().find(|(_, name)| name.as_ref().is_some_and(lacks));
        let unknown = |role: &String| !is_role(role);
        let mut fields = paper.fields.iter();
        let role = fields.position(|field| field.role.as_ref().is_some_and(unknown));
        let place = field
            .map(|(key, _)| here(key))
            .or_else(|| role.map(|field| here(&format!("fields.{field}.role"))));
        if let Some(place) = place {
            return at(
                place,
                format!("the paper {id} names a field or a role that is not there"),
            );
        }
        let before = paper.follows.as_ref().map(|before| regime.paper(before));
        let by_field = paper.by_field.as_ref();
        let unnamed = match before {
            Some(None) => Some("follows"),
            Some(Some(before)) => by_field
                .filter(|field| before.field(field).is_none())
                .map(|_| "by_field"),
            None if paper.must_follow => Some("must_follow"),
            None => by_field.map(|_| "by_field"),
        };
        if let Some(key) = unnamed {
            return at(
                here(key),
                format!("the paper {id} follows one that is not there, or a field that it has not"),
            );
        }
        let raised = |rule: &String| {
            let mut duties = regime.duties.iter();
            duties.any(|duty| duty.id == *rule && duty.every == Every::Event && duty.of == paper.of)
        };
        if paper.raises.as_ref().is_some_and(|rule| !raised(rule)) {
            return at(
                here("raises"),
                format!("the paper {id} raises a duty that is not there, or no event of the same one"),
            );
        }
    }
    let duties = regime.duties.iter().enumerate().flat_map(|(nth, duty)| {
        let named = [("met_by", &duty.met_by), ("since", &duty.since)];
        named.map(|(key, name)| (format!("duty.{nth}.{key}"), name.as_ref()))
    });
    let units = regime.people.units.as_ref().map(|units| &units.value);
    let selection = regime.selection.as_ref().map(|rules| &rules.paper.value);
    let (place, _) = duties
        .chain([
            ("people.units".to_owned(), units),
            ("selection.paper".to_owned(), selection),
        ])
        .find(|(_, name)| name.is_some_and(|name| !is_paper(name)))?;
    at(
        place,
        "a duty is met by a paper that is not there, or a unit or a selection has none",
    )
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

pub(super) const MEND: &str = "mend that line of the regime file";
