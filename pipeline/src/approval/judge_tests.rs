//! Every state of an approval against every use of it. *Pure.*

use super::*;
use crate::regime::people::Act;

const DIGEST: [u8; 32] = [7; 32];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Applied for at 100, over at 200.
fn approval(verdict: &str, used: bool) -> Approval {
    Approval {
        number: 1,
        act: Act::Hold,
        desk: "bureau".into(),
        subject: "hold".into(),
        about: "bureau/J-9".into(),
        digest: DIGEST,
        applied_by: "he.cmp".into(),
        applied_person: "bureau/J-1".into(),
        applied_at: at(100),
        expires_at: at(200),
        verdict: verdict.into(),
        decided_by: String::new(),
        decided_person: String::new(),
        decided_at: None,
        decided_in: None,
        used_at: used.then(|| at(150)),
        entry: 0,
    }
}

#[test]
fn an_approval_serves_once_for_exactly_what_was_approved_and_in_its_time() {
    let check = |verdict, used, digest, second, expected| {
        assert_eq!(
            use_up(&approval(verdict, used), digest, at(second)),
            expected,
            "{verdict} {used} {second}"
        );
    };
    check(GIVEN, false, DIGEST, 199, Ok(()));
    check(GIVEN, false, DIGEST, 200, Err(Fault::Expired));
    check(GIVEN, false, [8; 32], 199, Err(Fault::Changed));
    check(GIVEN, false, [8; 32], 200, Err(Fault::Changed));
    check(GIVEN, true, DIGEST, 160, Err(Fault::Used));
    check(GIVEN, true, DIGEST, 300, Err(Fault::Used));
    check("", false, DIGEST, 160, Err(Fault::Open));
    check("", false, DIGEST, 200, Err(Fault::Expired));
    check(REFUSED, false, DIGEST, 160, Err(Fault::Refused));
    check(REFUSED, false, DIGEST, 300, Err(Fault::Refused));
}

#[test]
fn an_approval_serves_the_two_persons_who_made_it() {
    let check = |applied: &str, decided: &str, applicant, approver, expected| {
        let mut given = approval(GIVEN, false);
        (given.applied_person, given.decided_person) = (applied.into(), decided.into());
        assert_eq!(
            same_hands(&given, applicant, approver),
            expected,
            "{applicant} {approver}"
        );
    };
    let (one, two, third) = ("bureau/J-1", "bureau/J-2", "bureau/J-3");
    check(one, two, one, two, Ok(()));
    check(one, two, third, two, Err(Fault::Applicant));
    check(one, two, two, two, Err(Fault::Applicant));
    check(one, two, one, third, Err(Fault::Giver));
    check(one, two, one, one, Err(Fault::Giver));
    check(one, one, one, one, Err(Fault::Approver));
    assert_eq!(super::two(one, one), Err(Fault::Approver));
    assert_eq!(super::two(one, "004/J-1"), Ok(()));
}

#[test]
fn nobody_decides_on_their_own_and_nobody_twice() {
    let check = |verdict, used, person, second, expected| {
        assert_eq!(
            decide(&approval(verdict, used), person, at(second)),
            expected,
            "{verdict} {used} {person} {second}"
        );
    };
    check("", false, "bureau/J-2", 199, Ok(()));
    check("", false, "bureau/J-1", 199, Err(Fault::Own));
    check("", false, "bureau/J-9", 199, Err(Fault::Own));
    // Another institution's number is another person's.
    check("", false, "004/J-1", 199, Ok(()));
    check("", false, "bureau/J-2", 200, Err(Fault::Expired));
    check(GIVEN, false, "bureau/J-2", 150, Err(Fault::Decided));
    check(REFUSED, false, "bureau/J-2", 150, Err(Fault::Decided));
    check(GIVEN, true, "bureau/J-2", 300, Err(Fault::Used));
}
