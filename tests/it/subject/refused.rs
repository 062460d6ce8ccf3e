//! Requests that are refused with code, sentence and remedy; no folder is made, no clock is started. *Edge.*

use super::*;

#[test]
fn without_proof_number_right_or_place_nothing_is_told() {
    let sandbox = asked();
    let row = BatchRow::valid(2);
    let (id, birth) = (row.cell("subject_id"), row.cell("birth_date"));
    let last = id.as_bytes()[9];
    let wrong = format!(
        "{}{}",
        &id[..9],
        char::from(if last == b'9' { b'0' } else { last + 1 })
    );
    let good = person(&sandbox, 2);
    let text = |name: &str, said: String| sandbox.file(name, said);
    let out = sandbox.path("out");
    let full = sandbox.path("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("x"), "x").unwrap();
    let inside = sandbox.data().join("report");
    let before = crate::synthetic::journal(&sandbox, NOW).len();
    let check = |who: &Path, folder: &Path, more: &[&str], exit: i32, code: &str| {
        let run = report(&sandbox, NOW, who, folder, more).expect(exit);
        assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
        assert!(
            run.stderr.trim().lines().count() >= 2,
            "no remedy: {}",
            run.stderr
        );
        for said in [&id, &wrong, &birth] {
            assert!(
                !run.stderr.contains(said.as_str()),
                "{code} repeats what was given"
            );
        }
        assert!(!out.exists() && !sandbox.path("out.partial").exists(), "{code}");
    };
    check(
        &text("digit", format!("{wrong}\n{birth}\n")),
        &out,
        &[],
        65,
        "(SUB-ID-CHECK)",
    );
    check(
        &text("shape", format!("{}\n{birth}\n", &id[..9])),
        &out,
        &[],
        65,
        "(SUB-ID-FORMAT)",
    );
    check(
        &text("birth", format!("{id}\n1980-02-30\n")),
        &out,
        &[],
        65,
        "(SUB-BIRTH)",
    );
    check(&text("one", format!("{id}\n")), &out, &[], 65, "(SUBJECT-FILE)");
    check(&text("empty", String::new()), &out, &[], 65, "(SUBJECT-FILE)");
    check(&sandbox.path("absent"), &out, &[], 65, "(SUBJECT-FILE)");
    check(&sandbox.data(), &out, &[], 65, "(SUBJECT-FILE)");
    check(&good, &out, &["--proof", "a_friend"], 65, "(SUBJECT-PROOF)");
    check(&good, &out, &["--reference", " "], 65, "(SUBJECT-PROOF)");
    check(&good, &out, &["--reference", &id], 65, "(SUBJECT-PROOF)");
    check(&good, &out, &["--as", "xu.adm"], 77, "(SUBJECT-RIGHT)");
    check(&good, &out, &["--as", "hsu.rv"], 77, "(SUBJECT-RIGHT)");
    check(&good, &out, &["--received", "2026-11-03"], 65, "(DUTY-DAY)");
    check(
        &good,
        &out,
        &["--duty", "iso_27001/bureau/2026"],
        65,
        "(SUBJECT-DUTY)",
    );
    check(
        &good,
        &out,
        &["--duty", "subject_report/bureau/2026-11-02.99"],
        65,
        "(DUTY-UNKNOWN)",
    );
    check(&good, &full, &[], 65, "(EXPORT-FOLDER)");
    check(&good, &inside, &[], 65, "(EXPORT-FOLDER)");
    assert_eq!(
        crate::synthetic::journal(&sandbox, NOW).len(),
        before,
        "a refusal was entered"
    );
    // No proof at all, and an identity number on the command line, are not even commands.
    for words in [
        &["--reference", "x", "--as", "yu.cmp"][..],
        &["--proof", "id_card", "--as", "yu.cmp"],
    ] {
        let words = [&[good.to_str().unwrap(), "--out", out.to_str().unwrap()], words].concat();
        let run = sandbox.at(NOW, ["subject", "report"], words).expect(2);
        assert!(run.stderr.contains("USAGE"), "{}", run.stderr);
    }
    check(Path::new(&id), &out, &[], 65, "(SUBJECT-FILE)");
}
