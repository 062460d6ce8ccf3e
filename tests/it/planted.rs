//! The planted bugs: each patch applies to the tree as it is, and the test that catches it is there. *Edge.*
//!
//! That it is caught is what `.ci/planted` shows, which takes a build for each.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::files_below;

#[test]
fn each_planted_bug_applies_and_names_a_test_that_is_there() {
    let patches = files_below(&top().join("tests/planted"));
    assert!(patches.len() >= 10, "only {} bugs are planted", patches.len());
    let sources = ["retention", "pipeline", "tests"].map(|folder| files_below(&top().join(folder)));
    let sources: String = sources
        .concat()
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for patch in &patches {
        let text = fs::read_to_string(patch).unwrap();
        let test = test_of(&text).unwrap_or_else(|| panic!("{}: names no test", patch.display()));
        assert!(
            sources.contains(&format!("fn {test}()")),
            "{}: there is no test {test}",
            patch.display()
        );
        assert!(applies(&text), "{}: does not apply", patch.display());
        // Control: what was planted already cannot be planted again.
        let planted = text
            .replace("\n-", "\n~")
            .replace("\n+", "\n-")
            .replace("\n~", "\n+");
        assert!(!applies(&planted), "{}: applies backwards", patch.display());
    }
    assert_eq!(test_of("Caught-by: -p x --lib a::b::c\n"), Some("c"));
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The name of the test that is to fail.
fn test_of(patch: &str) -> Option<&str> {
    let line = patch.lines().find_map(|line| line.strip_prefix("Caught-by: "))?;
    line.rsplit([' ', ':']).next()
}

fn applies(patch: &str) -> bool {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("bug.patch");
    fs::write(&file, patch).unwrap();
    let git = Command::new("git")
        .args(["apply", "--check"])
        .arg(&file)
        .current_dir(top())
        .output();
    git.expect("git is needed to see whether a patch applies")
        .status
        .success()
}
