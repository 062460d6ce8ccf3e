//! Refuses a regime that contradicts itself: roles, rights and duties that name what is not there. *Pure.*

use std::collections::BTreeSet;

use super::{
    Regime,
    control::Every,
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
        .or_else(|| duties(regime));
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
    if regime.password.length_default.value < regime.password.length_floor.value {
        return Some("the default length of a password is below the floor".into());
    }
    if regime.due.soon_days.value < 0 || regime.due.local_back_days.value < 0 {
        return Some("a number of [due] is below 0".into());
    }
    if regime.people.accounts_at_once.value == 0 || regime.people.backdate_days.value < 0 {
        return Some("a number of [people] is too small".into());
    }
    None
}

fn duties(regime: &Regime) -> Option<String> {
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
        if duty.due_days < 0 || duty.due_months < 0 {
            return Some(format!("the duty {id} is due before its period ends"));
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
