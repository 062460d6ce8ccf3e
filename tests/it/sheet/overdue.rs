//! A sheet that waits too long for its querier stops the querier at the gate, and nobody else. *Edge.*

use super::*;

#[test]
fn fourteen_days_after_the_week_an_unsigned_sheet_stops_its_querier() {
    let sandbox = made(4);
    sheet(
        &sandbox,
        MONDAY,
        &["sign", "004", WEEK, "lin.ch", "--as", "lin.ch"],
    )
    .expect(0);
    let codes = |at: &str, number: u64, querier: &str| {
        let row = BatchRow::valid_on("2026-11-22", "2026-10-31", 100 + number).with("querier", querier);
        let told = run_rows(&sandbox, at, number, &[row]);
        let codes = told["codes"].as_object().unwrap();
        codes.keys().cloned().collect::<Vec<_>>()
    };
    let last = "2026-11-22T23:59:59+08:00";
    let midnight = "2026-11-23T00:00:00+08:00";
    assert!(codes(last, 2, "chen.yl").is_empty());
    assert_eq!(codes(midnight, 3, "chen.yl"), ["GATE-PERSON"]);
    assert!(codes(midnight, 4, "lin.ch").is_empty());
    let waiting = shown(&sandbox, midnight, "chen.yl");
    assert_eq!(
        (&waiting["overdue"], &waiting["stops_from"]),
        (&true.into(), &"2026-11-23".into())
    );
    // The signature opens the gate again; the approval is another's duty.
    sheet(
        &sandbox,
        midnight,
        &["sign", "004", WEEK, "chen.yl", "--as", "chen.yl"],
    )
    .expect(0);
    assert!(codes(midnight, 5, "chen.yl").is_empty());
    let signed = shown(&sandbox, midnight, "chen.yl");
    assert_eq!(
        (&signed["overdue"], &signed["stops_from"]),
        (&true.into(), &Value::Null)
    );
}
