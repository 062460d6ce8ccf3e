//! The embedded file of classes, and every contradiction that a changed one could have. *Pure.*

use super::*;

#[test]
fn the_embedded_classes_are_whole() {
    let classes = Classes::parse(JCIC_2024).unwrap();
    assert_eq!(classes.night_hour(), 2);
    assert_eq!(classes.window(), Some(Window::try_new(72, 96).unwrap()));
    for class in Class::ALL {
        assert_eq!(classes.keep_years(class), (!class.is_hours()).then_some(5));
        assert_eq!(classes.folder(class.name()), Some(class));
    }
    assert_eq!(classes.periods().count(), Class::ALL.len());
    assert_eq!(classes.column("consent", "sealed"), Some(Holds::Sealed));
    assert_eq!(classes.column("consent", "seal"), None);
    assert_eq!(classes.column("consents", "sealed"), None);
    assert!(classes.knows_entry("clock") && classes.knows_entry("sealed"));
    assert!(!classes.knows_entry("notes.txt") && !classes.knows_entry("answer"));
    assert!(classes.folder("answers").is_none());
    let is_whole = |derived: &Derived| !derived.from.is_empty() && !derived.removed.is_empty();
    assert!(classes.derived().iter().all(is_whole));
}

#[test]
fn what_contradicts_itself_is_refused_with_its_line() {
    let check = |from: &str, to: &str, sentence: &str| {
        assert_eq!(
            JCIC_2024.matches(from).count().min(1),
            1,
            "{from} is not in the file"
        );
        let changed = JCIC_2024.replacen(from, to, 1);
        let fault = Classes::parse(&changed)
            .err()
            .unwrap_or_else(|| panic!("{to} was taken"));
        assert!(fault.sentence.contains(sentence), "{to}: {fault}");
        assert!(!fault.remedy.is_empty());
        let expected = JCIC_2024[..JCIC_2024.find(from).unwrap()].lines().count();
        let lines_off = fault.line.abs_diff(expected);
        // Of two lines that contradict each other the later one is named.
        assert!(lines_off <= 10, "{fault} is not near {expected}");
    };
    check("night_hour = 2", "night_hour = 6", "no hour of the night");
    check("gone_by_hours = 96", "gone_by_hours = 97", "legal");
    check(
        "readable_hours = 72",
        "readable_hours = 95",
        "longer than its limit",
    );
    check(
        "readable_hours = 72",
        "readable_hours = 0",
        "longer than its limit",
    );
    check("readable_hours = 72", "readable_hours = 71", "another window");
    check("readable_hours = 72", "readable_hour = 72", "unknown field");
    check("readable_hours = 72\n", "", "a class of hours has");
    check("keep_years = 5", "keep_years = 4", "below the least");
    check("keep_years = 5", "keep_years = 101", "between 1 and 100");
    check("keep_years = 5", "readable_hours = 72", "a class of years has");
    check("name = \"sheet\"", "name = \"sheets\"", "no class of this name");
    check("name = \"sheet\"", "name = \"review\"", "folder of its name");
    check(
        "\nfolders = [\"sealed/sheet\"]",
        "\nfolders = [\"sealed/query\"]",
        "a second time",
    );
    check("name = \"transfer\"", "name = \"batch\"", "a second time");
    check("path = \"locks\"", "path = \"sealed/answer\"", "a second time");
    check(
        "plain = [\"batch_no\", \"line\"",
        "plain = [\"querier\", \"line\"",
        "a second time",
    );
    check("from = \"gated_at\"", "from = \"gated\"", "not said when");
    check("from = \"gated_at\"", "with = \"request\"", "end with a table");
    check("with = \"chunk\"", "with = \"consent\"", "end with a table");
    check("from = [\"answer\"]", "from = [\"query\"]", "classes of hours");
    check(
        "clause = \"六(一)6, 九(三)1; D11\"",
        "clause = \"\"",
        "names no clause",
    );
    check("why = \"empty\"", "why = \"\"", "no reason");
    check("name = \"answer\"", "name = \"intake\"", "folder of its name");
}

#[test]
fn a_class_that_is_missing_is_named() {
    let at = JCIC_2024.find("[[class]]\nname = \"sheet\"").unwrap();
    let end = JCIC_2024.find("[[class]]\nname = \"register\"").unwrap();
    let changed = format!("{}{}", &JCIC_2024[..at], &JCIC_2024[end..]);
    let fault = Classes::parse(&changed).err().unwrap();
    assert!(fault.sentence.contains("lack sheet"), "{fault}");
}
