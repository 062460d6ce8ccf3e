//! What gives no evidence pack: code, sentence and remedy, and nothing written. *Edge.*

use super::*;

#[test]
fn days_members_people_and_folders_that_do_not_fit_are_refused_and_nothing_is_written() {
    let sandbox = month();
    let out = sandbox.path("out");
    let out = out.to_str().unwrap();
    let full = sandbox.path("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("x"), "x").unwrap();
    let file = sandbox.file("file", "x");
    let inside = sandbox.data().join("pack");
    let (full, file, inside) = (
        full.to_str().unwrap(),
        file.to_str().unwrap(),
        inside.to_str().unwrap(),
    );
    let november = ["2026-11-01", "2026-11-30"];
    let before = crate::synthetic::journal(&sandbox, CLOSED).len();
    for (days, folder, more, exit, code) in [
        (
            ["2026-11-30", "2026-11-01"],
            out,
            &["--as", "yu.cmp"][..],
            65,
            "EVIDENCE-RANGE",
        ),
        (
            ["2026-11-01", "2026-12-02"],
            out,
            &["--as", "yu.cmp"],
            65,
            "EVIDENCE-RANGE",
        ),
        (
            ["2021-11-30", "2026-11-30"],
            out,
            &["--as", "yu.cmp"],
            65,
            "EVIDENCE-RANGE",
        ),
        (["2026-02-30", "2026-11-30"], out, &["--as", "yu.cmp"], 2, "USAGE"),
        (["november", "2026-11-30"], out, &["--as", "yu.cmp"], 2, "USAGE"),
        (november, out, &[], 2, "USAGE"),
        (
            november,
            out,
            &["--as", "yu.cmp", "--member", "999"],
            65,
            "MEMBER-UNKNOWN",
        ),
        (november, out, &["--as", "xu.adm"], 77, "EVIDENCE-RIGHT"),
        (
            november,
            out,
            &["--as", "hsu.rv", "--member", "004"],
            77,
            "EVIDENCE-RIGHT",
        ),
        (november, out, &["--as", "nobody"], 77, "EVIDENCE-RIGHT"),
        (november, out, &["--as", "bureau/fan.fsc"], 77, "EVIDENCE-RIGHT"),
        (november, full, &["--as", "yu.cmp"], 65, "EXPORT-FOLDER"),
        (november, file, &["--as", "yu.cmp"], 65, "EXPORT-FOLDER"),
        (november, inside, &["--as", "yu.cmp"], 65, "EXPORT-FOLDER"),
    ] {
        let words = ["--from", days[0], "--to", days[1], "--out", folder];
        let run = pack(&sandbox, &[&words[..], more].concat()).expect(exit);
        assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
        assert!(
            !Path::new(out).exists() && !sandbox.path("out.partial").exists(),
            "{code}"
        );
    }
    assert_eq!(fs::read_dir(full).unwrap().count(), 1);
    assert!(!Path::new(inside).exists());
    assert_eq!(
        crate::synthetic::journal(&sandbox, CLOSED).len(),
        before,
        "a refusal was entered as an export"
    );
    // An empty folder will do; one that was left half-written is said to be there.
    fs::create_dir(out).unwrap();
    let words = [
        "--from",
        november[0],
        "--to",
        november[1],
        "--out",
        out,
        "--as",
        "yu.cmp",
    ];
    fs::create_dir(sandbox.path("out.partial")).unwrap();
    let run = pack(&sandbox, &words).expect(65);
    assert!(run.stderr.contains("(EXPORT-FOLDER)"), "{}", run.stderr);
    fs::remove_dir(sandbox.path("out.partial")).unwrap();
    pack(&sandbox, &words).expect(0);

    let key = sandbox.at(CLOSED, ["--json", "journal"], ["verify"]).json()["key"].to_string();
    let run = verify(&sandbox.path("full"), key.trim_matches('"')).expect(65);
    assert!(run.stderr.contains("(EVIDENCE-FILE)"), "{}", run.stderr);
    let run = verify(Path::new(out), "no key").expect(65);
    assert!(run.stderr.contains("(CERTIFICATE-KEY)"), "{}", run.stderr);
}

#[test]
fn nothing_is_exported_into_the_data_directory_and_what_is_exported_is_its_owners() {
    let sandbox = month();
    let inside = sandbox.data().join("export");
    let outside = sandbox.path("export");
    let before = crate::synthetic::journal(&sandbox, CLOSED).len();
    let of = ["004", "2026-11"];
    for (verb, words, end, code) in [
        (
            ["sheet", "export"],
            &["004", "2026-W45", "chen.yl"][..],
            &["--as", "chen.yl"][..],
            "SHEET-FILE",
        ),
        (["audit", "export"], &of, &["--as", "hsu.rv"], "EXPORT-FOLDER"),
        (
            ["audit", "report"],
            &["004", "2026-11", "--to"],
            &["--as", "wu.head"],
            "EXPORT-FOLDER",
        ),
    ] {
        let to = |folder: &Path| [words, &[folder.to_str().unwrap()], end].concat().join(" ");
        let run = sandbox.at(CLOSED, verb, to(&inside).split(' ')).expect(65);
        assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
        assert!(!inside.exists(), "{verb:?}");
        assert_eq!(
            crate::synthetic::journal(&sandbox, CLOSED).len(),
            before,
            "{verb:?}"
        );
    }
    for (number, (verb, words, end)) in [
        (
            ["sheet", "export"],
            &["004", "2026-W45", "chen.yl"][..],
            &["--as", "chen.yl"][..],
        ),
        (["audit", "export"], &of, &["--as", "hsu.rv"]),
        (
            ["audit", "report"],
            &["004", "2026-11", "--to"],
            &["--as", "wu.head"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = outside.with_extension(number.to_string());
        let words = [words, &[folder.to_str().unwrap()], end].concat();
        sandbox.at(CLOSED, verb, words).expect(0);
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{verb:?}");
    }
}
