//! Every drop, double and change is found, and a clean month has none. *Pure.*

use super::*;

const ROWS: u32 = 500;

fn values(line: u32) -> [String; 8] {
    Field::ALL.map(|field| format!("{}-{line}", field.column()))
}

/// The bureau's month: two batches, of which every tenth row was refused.
fn month() -> Comparison {
    let mut month = Comparison::default();
    for batch in ["004-1151102-01", "004-1151103-01"] {
        for line in 2..ROWS {
            let own = values(line);
            let asked = (line % 10 != 0).then(|| own.each_ref().map(String::as_str));
            month.hold(batch, line, asked.as_ref());
        }
    }
    month
}

/// What is wrong with the log that `change` makes of each line: nothing, once, twice, or otherwise.
fn found(
    change: impl Fn(&str, u32, [String; 8]) -> Vec<(u32, [String; 8])>,
) -> Vec<(String, u32, Difference)> {
    let mut month = month();
    let mut found = Vec::new();
    for batch in ["004-1151103-01", "004-1151102-01"] {
        for line in (2..ROWS).filter(|line| line % 10 != 0) {
            for (line, own) in change(batch, line, values(line)) {
                let wrong = month.name(batch, line, &own.each_ref().map(String::as_str));
                found.extend(wrong.map(|wrong| (batch.to_owned(), line, wrong)));
            }
        }
    }
    let missing = month.unnamed();
    found.extend(missing.map(|(batch, line)| (batch.to_owned(), line, Difference::MissingThere)));
    found
}

fn at(batch: &str, line: u32, here: u32) -> bool {
    batch == "004-1151102-01" && line == here
}

#[test]
fn a_clean_month_has_no_difference() {
    assert!(found(|_, line, own| vec![(line, own)]).is_empty());
}

#[test]
fn a_row_that_was_refused_may_be_in_the_log() {
    let own = values(20);
    let mut month = month();
    assert!(
        month
            .name("004-1151102-01", 20, &own.each_ref().map(String::as_str))
            .is_none()
    );
}

#[test]
fn every_dropped_doubled_or_strange_line_is_found() {
    for here in (2..ROWS).filter(|line| line % 10 != 0) {
        let here_is = |wrong| vec![("004-1151102-01".to_owned(), here, wrong)];
        let dropped = found(|batch, line, own| match at(batch, line, here) {
            true => vec![],
            false => vec![(line, own)],
        });
        assert!(dropped == here_is(Difference::MissingThere), "{here}");
        let doubled = found(|batch, line, own| match at(batch, line, here) {
            true => vec![(line, own.clone()), (line, own)],
            false => vec![(line, own)],
        });
        assert!(doubled == here_is(Difference::Twice), "{here}");
    }
    let strange = found(|batch, line, own| match at(batch, line, 3) {
        true => vec![(line, own.clone()), (ROWS + 7, own)],
        false => vec![(line, own)],
    });
    assert!(strange == [("004-1151102-01".to_owned(), ROWS + 7, Difference::MissingHere)]);
    let own = values(2);
    let foreign = month().name("004-1151199-01", 2, &own.each_ref().map(String::as_str));
    assert!(foreign == Some(Difference::MissingHere));
}

#[test]
fn every_changed_field_is_found_and_named() {
    for (place, field) in Field::ALL.into_iter().enumerate() {
        let changed = found(|batch, line, mut own| {
            if at(batch, line, 33) {
                own[place].push('x');
            }
            vec![(line, own)]
        });
        let fields = vec![field];
        assert!(changed == [("004-1151102-01".to_owned(), 33, Difference::Different { fields })]);
    }
}
