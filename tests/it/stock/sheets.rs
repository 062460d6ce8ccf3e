//! The proof of a weekly sheet with tools of the system: Python checks it, and sees what was changed. *Edge.*

use std::{
    fs,
    process::{Command, Output},
};

use crate::sheet::proofs::{exported, signed};

#[test]
fn stock_python_checks_the_proof_of_a_sheet() {
    let (sandbox, _) = signed();
    let file = exported(&sandbox, "chen.yl");
    let folder = file.parent().unwrap();
    let python = |name: &str| -> Output {
        let ran = Command::new("python3")
            .args(["check-sheet.py", name])
            .current_dir(folder)
            .output();
        ran.expect("python3 cannot be run; see .ci/run for what the stock-tools tests need")
    };
    let name = file.file_name().unwrap().to_str().unwrap();
    let ran = python(name);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && said.contains("3 queries"), "{said}");
    assert!(
        said.contains("make by operator") && said.contains("approve by wang.dg"),
        "{said}"
    );
    exported(&sandbox, "huang.sm");
    assert!(python(&name.replace("chen.yl", "huang.sm")).status.success());

    let good = fs::read_to_string(&file).unwrap();
    let mut checkpoint = false;
    for (number, line) in good.lines().enumerate() {
        // What is behind the root of the checkpoint is its signature, which is openssl's part.
        checkpoint |= line.starts_with("mayfly/sandbox/");
        if checkpoint || line.is_empty() {
            continue;
        }
        let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
        let middle = line.floor_char_boundary(line.len() / 2);
        let other = if line.as_bytes()[middle] == b'7' { "8" } else { "7" };
        let end = middle + line[middle..].chars().next().map_or(1, char::len_utf8);
        lines[number].replace_range(middle..end, other);
        fs::write(folder.join("changed.proof"), lines.join("\n") + "\n").unwrap();
        let ran = python("changed.proof");
        assert!(
            !ran.status.success(),
            "line {number}: {}",
            String::from_utf8_lossy(&ran.stdout)
        );
    }
}
