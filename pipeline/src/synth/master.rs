//! Responsible for the master data that an invented batch needs: its member and the 授權表. *Pure.*

use std::io::{self, Write};

use super::Order;
use super::people::{APPROVERS, HEADS, Person, QUERIERS, REVIEWERS};

/// Writes the members file: the batch's member. `age_recipients` are separated by spaces; without one the bureau
/// delivers nothing to files.
///
/// # Errors
///
/// Those of `out`.
pub fn write_members(order: &Order<'_>, age_recipients: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "code,name,valid_from,valid_to,age_recipients,control_rules_version,control_rules_date"
    )?;
    writeln!(
        out,
        "{},虛構示範銀行,{FIRST_DAY},,{age_recipients},1,{FIRST_DAY}",
        order.member
    )
}

/// Writes the staff file: those whom the rows name, each with one right, two who review, and who names them.
///
/// # Errors
///
/// Those of `out`.
pub fn write_staff(order: &Order<'_>, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,unit,roles"
    )?;
    for (people, rights, role) in [
        (&QUERIERS[..], "Y,,", ""),
        (&APPROVERS, ",Y,", ""),
        (&REVIEWERS, ",,Y", ""),
        (&HEADS, ",,", "unit_head"),
    ] {
        for Person {
            account,
            name,
            title,
            unit,
        } in people
        {
            let member = order.member;
            writeln!(
                out,
                "{member},{account},{name},{title},{rights},{FIRST_DAY},虛擬主管,,,{unit},{role}"
            )?;
        }
    }
    Ok(())
}

/// The same for every order, so that a second import changes nothing; long before any batch.
const FIRST_DAY: &str = "2020-01-01";
