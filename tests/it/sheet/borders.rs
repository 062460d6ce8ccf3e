//! Midnight between Sunday and Monday in Taipei, for queries and for rights. *Edge.*

use super::*;

#[test]
fn a_week_ends_at_the_midnight_of_its_sunday_in_taipei() {
    let sandbox = Sandbox::with_master_data();
    let row = |number| BatchRow::valid_on("2026-11-08", "2026-10-31", number);
    ask(&sandbox, "2026-11-08T23:59:59.999999+08:00", 1, &[row(1), row(2)]);
    ask(&sandbox, "2026-11-09T00:00:00+08:00", 2, &[row(3)]);
    let week = |at: &str, week: &str| {
        sheet(&sandbox, at, &["make", "004", week]).expect(0);
        let shown = sheet(&sandbox, at, &["show", "004", week, "chen.yl"])
            .expect(0)
            .json();
        (shown["queries"].as_u64().unwrap(), entries(&shown).len())
    };
    assert_eq!(week(MONDAY, WEEK), (2, 2));
    let next = "2026-11-16T01:00:00+08:00";
    assert_eq!(week(next, "2026-W46"), (1, 1));
    for (of, queries) in [(WEEK, 2), ("2026-W46", 1)] {
        assert_eq!(verify(&sandbox, next, of, 0)["queries"], queries);
    }
}

/// A nil sheet is for whoever had the right on a day of the week, be it the first or the last.
#[test]
fn a_right_of_one_day_has_a_sheet() {
    let sandbox = Sandbox::with_master_data();
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n\
        004,on.sunday,甲,專員,Y,,,2026-11-08,wu.head,,\n\
        004,on.monday,乙,專員,Y,,,2026-11-09,wu.head,,\n\
        004,till.monday,丙,專員,Y,,,2024-01-01,wu.head,2026-11-03,wu.head\n\
        004,till.sunday,丁,專員,Y,,,2024-01-01,wu.head,2026-11-02,wu.head\n\
        004,no.querier,戊,專員,,Y,,2024-01-01,wu.head,,\n";
    let file = sandbox.file("staff.csv", staff);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    let listed = sheet(&sandbox, MONDAY, &["list", "--member", "004"])
        .expect(0)
        .json();
    let queriers: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|sheet| sheet["querier"].as_str().unwrap())
        .collect();
    assert_eq!(
        queriers,
        ["chen.yl", "huang.sm", "lin.ch", "on.sunday", "till.monday"]
    );
}
