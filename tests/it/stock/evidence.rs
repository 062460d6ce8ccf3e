//! An evidence pack with tools of the system: exactly the commands of its README verify it, and find every change. *Edge.*

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use super::traced::{Traced, traced};
use crate::{
    audit::CLOSED,
    evidence::{flawed::packed_with_findings, month, packed},
    support::files_below,
};

#[test]
fn the_commands_of_its_readme_verify_a_pack_and_find_a_flipped_byte_in_any_file() {
    let sandbox = month();
    let (folder, key) = packed(&sandbox, "pack", &[]);
    let script = script(&folder, &key);
    let said = bash(&folder, &script);
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.status.success() && out.ends_with("全部相符\n"),
        "{out}\n{}",
        String::from_utf8_lossy(&said.stderr)
    );
    for told in [
        "Signature Verified Successfully",
        "entries, as they were signed",
        "every query of these weeks is on exactly one, and no other closed week has any",
        "1 samples were drawn: each is here",
        "1 reconciliations: as they were entered",
        "4 queries",
        "the sample is what the rule draws",
    ] {
        assert!(out.contains(told), "{told}: {out}");
    }
    for file in files_below(&folder) {
        let good = fs::read(&file).unwrap();
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut changed = good.clone();
            changed[at] ^= 1;
            fs::write(&file, &changed).unwrap();
            assert!(
                !bash(&folder, &script).status.success(),
                "{} at {at}",
                file.display()
            );
        }
        fs::write(&file, &good).unwrap();
    }
    let more = folder.join("more");
    fs::write(&more, "").unwrap();
    assert!(!bash(&folder, &script).status.success(), "a file more");
    fs::remove_file(more).unwrap();
    assert!(bash(&folder, &script).status.success(), "put back as it was");
    programs(&folder);
}

/// Whoever has nothing but the README comes to its end, and is told what did not verify when the pack was made.
#[test]
fn the_commands_of_its_readme_tell_what_did_not_verify_when_a_pack_was_made() {
    let sandbox = month();
    let change = "UPDATE sheet SET queries = queries + 1 WHERE member = '004' AND week = '2026-W45' AND querier = 'chen.yl' RETURNING 'changed'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), change), ["changed"]);
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    let script = script(&folder, made["key"].as_str().unwrap());
    let said = bash(&folder, &script);
    let out = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.status.success() && out.ends_with("除上列產製時不符者外，全部相符\n"),
        "{out}\n{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let finding = "sheet 004/2026-W45/chen.yl SHEET-CHANGED\n";
    assert!(out.contains(&format!("\n{finding}除上列")), "{out}");
    // Its hash is in the signed text: nobody takes it out.
    fs::write(folder.join("findings"), "mayfly-findings/1\n").unwrap();
    assert!(!bash(&folder, &script).status.success());
}

/// What was made above and for a document is on the disk before it is told as written, or the document is not there.
#[test]
fn the_name_of_a_new_folder_is_on_the_disk_before_what_is_in_it_is_handed_out() {
    let sandbox = month();
    for (number, document) in [
        "people table --member 004 --as wu.head --out",
        "audit export 004 2026-11 --as hsu.rv",
    ]
    .into_iter()
    .enumerate()
    {
        let above = sandbox.path(&format!("above-{number}"));
        fs::create_dir(&above).unwrap();
        let folder = above.join("new/deep");
        let words = format!("--at {CLOSED} {document} {}", folder.display());
        let words: Vec<&str> = words.split(' ').collect();
        let Traced { run, injected } =
            traced(&sandbox, "fsync:error=EIO", std::slice::from_ref(&above), &words);
        assert!(injected > 0, "{document}: {} {}", run.stdout, run.stderr);
        assert_ne!(run.code, 0, "{document}");
        assert!(files_below(&above).is_empty(), "{document}");
        sandbox.mayfly(&words).expect(0);
        assert!(!files_below(&folder).is_empty(), "{document}");
    }
}

/// The commands of the README of the pack in `folder`.
fn script(folder: &Path, key: &str) -> String {
    let guide = fs::read_to_string(folder.join("README.txt")).unwrap();
    let script: String = guide
        .lines()
        .skip_while(|line| !line.starts_with("一、"))
        .take_while(|line| !line.starts_with("八、"))
        .filter_map(|line| line.strip_prefix("  "))
        .map(|line| line.to_owned() + "\n")
        .collect();
    assert!(
        script.lines().count() > 25 && script.contains("KEY='<公鑰>'"),
        "{script}"
    );
    script.replace("<公鑰>", key)
}

/// The programs see by themselves what the list of hashes would have found before them.
fn programs(folder: &Path) {
    let check = |command: &str| bash(folder, command).status.success();
    let forge = |file: &str, from: &str, to: &str, command: &str| {
        let path = folder.join(file);
        let good = fs::read_to_string(&path).unwrap();
        assert!(check(command), "{command}");
        let changed = good.replacen(from, to, 1);
        assert_ne!(good, changed, "{file}");
        fs::write(&path, changed).unwrap();
        assert!(!check(command), "{file}: {from} to {to}");
        fs::write(&path, good).unwrap();
    };
    let pack = "python3 programs/check-pack.py";
    let proof = "sheets/004/2026-W45/004-2026-W45-chen.yl.proof";
    let sheet = format!("python3 programs/check-sheet.py {proof}");
    forge(proof, "querier chen.yl", "querier lin.ch", &sheet);
    let text = fs::read_to_string(folder.join(proof)).unwrap();
    let entries = text.lines().find(|line| line.starts_with("entries ")).unwrap();
    let first = entries
        .strip_prefix("entries ")
        .unwrap()
        .split('-')
        .next()
        .unwrap();
    let later = format!("entries {}", first.parse::<u64>().unwrap() + 1);
    forge(proof, &format!("entries {first}"), &later, pack);
    // What was left out of it, as if the bureau had signed it so.
    for left_out in ["sheets/004", "samples/004-2026-11"] {
        let (there, aside) = (folder.join(left_out), folder.join("aside"));
        fs::rename(&there, &aside).unwrap();
        assert!(!check(pack), "{left_out}");
        fs::rename(&aside, &there).unwrap();
        assert!(check(pack), "{left_out}");
    }
    let reconciliation = files_below(&folder.join("reconciliations")).remove(0);
    let name = reconciliation.strip_prefix(folder).unwrap().to_str().unwrap();
    forge(name, "\"missing_here\": 0", "\"missing_here\": 1", pack);
    let certificate = files_below(&folder.join("certificates"))
        .into_iter()
        .find(|file| file.extension().is_some_and(|end| end == "certificate"))
        .unwrap();
    let name = certificate.strip_prefix(folder).unwrap().to_str().unwrap();
    forge(name, "residue: 0", "residue: 1", pack);
    forge("checkpoints/at-the-end.checkpoint", "mayfly/", "mayfle/", pack);
    let sample = "samples/004-2026-11/sample.json";
    let text = fs::read_to_string(folder.join(sample)).unwrap();
    let entry = text
        .split("\"items\"")
        .nth(1)
        .unwrap()
        .split("\"entry\": ")
        .nth(1)
        .unwrap();
    let entry = entry.split(',').next().unwrap();
    let draw = "python3 programs/check-sample.py samples/004-2026-11 journal";
    forge(sample, &format!("\"entry\": {entry},"), "\"entry\": 1,", draw);
}

fn bash(folder: &Path, script: &str) -> Output {
    let mut child = Command::new("bash")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A shell that ends early does not read on.
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    child.wait_with_output().unwrap()
}
