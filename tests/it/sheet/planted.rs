//! What is stored is changed behind the program's back: `sheet verify` finds it, and nobody signs it. *Edge.*

use mayfly::sheet::entries::Entries;

use super::*;

/// Each case is a change of a week that verifies, and what is said of it.
#[test]
fn what_is_missing_doubled_foreign_or_somebody_else_s_is_found() {
    let sandbox = made(6);
    verify(&sandbox, MONDAY, WEEK, 0);
    let of = |querier: &str| entries(&shown(&sandbox, MONDAY, querier));
    let (chen, lin) = (of("chen.yl"), of("lin.ch"));
    let without_last = written(&chen[..2]);
    let twice = written(&[&chen[..], &lin[1..2]].concat());
    let foreign = written(&[&[0], &chen[..]].concat());
    let replaced = |querier: &str, entries: &str| {
        vec![format!(
            "UPDATE sheet SET entries = '{entries}' WHERE querier = '{querier}'"
        )]
    };
    let cases = [
        (replaced("chen.yl", &without_last), "missing: entry"),
        (replaced("chen.yl", ""), "is not what its hash says"),
        (replaced("chen.yl", &twice), "doubled: entry"),
        (replaced("chen.yl", &foreign), "foreign: entry 0 "),
        (
            vec!["UPDATE sheet SET sha256 = (SELECT other.sha256 FROM sheet other WHERE other.querier = 'lin.ch')
                  WHERE querier = 'chen.yl'".into()],
            "is not what its hash says",
        ),
        (
            vec![
                "UPDATE sheet SET querier = 'x' WHERE querier = 'chen.yl'".into(),
                "UPDATE sheet SET querier = 'chen.yl' WHERE querier = 'lin.ch'".into(),
                "UPDATE sheet SET querier = 'lin.ch' WHERE querier = 'x'".into(),
            ],
            "is a query of chen.yl and is on the sheet of lin.ch",
        ),
        (vec!["DELETE FROM sheet WHERE querier = 'lin.ch'".into()], "3 sheets were made and 2 are there"),
        (vec!["UPDATE sheet SET make_entry = 0 WHERE querier = 'lin.ch'".into()], "entry 0 is not that somebody did"),
        (
            vec!["UPDATE sheet SET signed_by = 'chen.yl', signed_at = 1, sign_entry = 3 WHERE querier = 'chen.yl'".into()],
            "entry 3 is not that somebody did",
        ),
        // A record that is no member's any more.
        (vec!["DELETE FROM chunk".into()], "6 queries have no record that is theirs"),
    ];
    for (changes, said) in cases {
        let changed = sandbox.copy();
        for change in changes {
            changed.database.ask(&changed.data(), &change);
        }
        let findings = verify(&changed, MONDAY, WEEK, 1)["findings"].to_string();
        assert!(findings.contains(said), "{said}: {findings}");
    }
    // Untouched, it still verifies.
    verify(&sandbox, MONDAY, WEEK, 0);
}

#[test]
fn nobody_signs_or_approves_what_was_changed() {
    let sandbox = made(4);
    let sign = ["sign", "004", WEEK, "chen.yl", "--as", "chen.yl"];
    let approve = ["approve", "004", WEEK, "chen.yl", "--as", "wang.dg"];
    let refused = |changed: &Sandbox, words: &[&str]| {
        let run = sheet(changed, MONDAY, words).expect(75);
        assert!(run.stderr.contains("(SHEET-CHANGED)"), "{}", run.stderr);
    };
    let changed = sandbox.copy();
    changed.database.ask(
        &changed.data(),
        "UPDATE sheet SET entries = '' WHERE querier = 'chen.yl'",
    );
    refused(&changed, &sign);
    sheet(&sandbox, MONDAY, &sign).expect(0);
    let changed = sandbox.copy();
    changed.database.ask(
        &changed.data(),
        "UPDATE sheet SET queries = 1 WHERE querier = 'chen.yl'",
    );
    refused(&changed, &approve);
    sheet(&sandbox, MONDAY, &approve).expect(0);
}

/// Indexes in the one spelling of a sheet.
fn written(indexes: &[u64]) -> String {
    let mut sorted = indexes.to_vec();
    sorted.sort_unstable();
    let mut entries = Entries::default();
    sorted.into_iter().for_each(|index| entries.push(index));
    entries.finish().0
}
