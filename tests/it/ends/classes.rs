//! A place without a class is refused at the start and told by `doctor`; no journey leaves one. *Edge.*

use std::fs;

use super::*;

#[test]
fn a_place_without_a_class_is_refused() {
    let check = |spoil: &dyn Fn(&Sandbox), code: &str, named: &str| {
        let sandbox = Sandbox::empty();
        sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(0);
        spoil(&sandbox);
        let told = sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(75).stderr;
        assert!(
            told.contains(&format!("({code})\n")) && told.contains(named),
            "{told}"
        );
        // What is due goes all the same: the purge needs no database.
        sandbox.at(NOW, ["purge"], ["plan"]).expect(0);
    };
    let sql = |text: &'static str| {
        move |sandbox: &Sandbox| {
            sandbox.database.ask(&sandbox.data(), text);
        }
    };
    check(&sql("CREATE TABLE notes (line TEXT)"), "CLASS-MISSING", "notes");
    check(
        &sql("ALTER TABLE request ADD COLUMN remark TEXT"),
        "CLASS-MISSING",
        "remark",
    );
    check(
        &sql("CREATE VIEW asked AS SELECT querier FROM request"),
        "CLASS-MISSING",
        "asked",
    );
    let folder =
        |path: &'static str| move |sandbox: &Sandbox| fs::create_dir(sandbox.data().join(path)).unwrap();
    check(&folder("sealed/answers"), "PATH-STRAY", "sealed/answers");
    check(&folder("answers"), "PATH-STRAY", "answers");
}

#[test]
fn no_journey_leaves_a_stray_and_one_is_told() {
    let sandbox = asked();
    let places = |code| {
        let checks = sandbox.at(NOW, ["--json"], ["doctor"]).expect(code).json();
        let all = checks.as_array().unwrap().clone();
        all.into_iter().find(|check| check["what"] == "places").unwrap()
    };
    assert_eq!(places(0)["health"], "good");
    let stray = sandbox.data().join("notes.txt");
    fs::write(&stray, "x").unwrap();
    let found = places(1);
    assert_eq!(found["code"], "PATH-STRAY");
    assert!(found["finding"].as_str().unwrap().contains("notes.txt"));
    fs::remove_file(stray).unwrap();
    sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(0);
}
