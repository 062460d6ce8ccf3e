//! A place without a class is refused at the start, or told by `doctor`; no journey leaves one. *Edge.*

use std::fs;

use super::*;

#[test]
fn a_table_a_column_or_a_sealed_folder_without_a_class_is_refused() {
    let check = |spoil: &dyn Fn(&Sandbox), named: &str| {
        let sandbox = Sandbox::empty();
        sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(0);
        spoil(&sandbox);
        let told = sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(75).stderr;
        assert!(
            told.contains("(CLASS-MISSING)\n") && told.contains(named),
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
    check(&sql("CREATE TABLE notes (line TEXT)"), "notes");
    check(&sql("ALTER TABLE request ADD COLUMN remark TEXT"), "remark");
    check(&sql("CREATE VIEW asked AS SELECT querier FROM request"), "asked");
    check(
        &|sandbox| fs::create_dir(sandbox.data().join("sealed/answers")).unwrap(),
        "sealed/answers",
    );
}

#[test]
fn a_stray_file_hinders_nobody_and_is_told() {
    let sandbox = asked();
    let places = |code| {
        let checks = sandbox.at(NOW, ["--json"], ["doctor"]).expect(code).json();
        let all = checks.as_array().unwrap().clone();
        all.into_iter().find(|check| check["what"] == "places").unwrap()
    };
    assert_eq!(
        places(0)["health"],
        "good",
        "a journey leaves no place without a class"
    );
    fs::write(sandbox.data().join("notes.txt"), "x").unwrap();
    sandbox.at(NOW, ["batch", "list"], [""; 0]).expect(0);
    let found = places(1);
    assert_eq!(found["code"], "PATH-STRAY");
    assert!(found["finding"].as_str().unwrap().contains("notes.txt"));
}
