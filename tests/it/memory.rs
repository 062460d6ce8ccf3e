//! What the kernel says of the memory of the real binary: no image of it is left by a crash, none of it is swapped out. *Edge.*

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::support::{NOW, Sandbox, pause};

#[test]
fn core_dumps_are_off_and_memory_is_locked_where_there_is_no_limit() {
    // As many core dumps as the host allows; memory that may be locked without a limit, if the host allows that, or not.
    for locking in ["64", "unlimited"] {
        let sandbox = Sandbox::empty();
        let script = format!("ulimit -S -c $(ulimit -H -c); ulimit -l {locking} 2>/dev/null; exec \"$@\"");
        let inner = sandbox.command();
        let mut command = Command::new("bash");
        command.args(["-c", &script, "bash"]).arg(inner.get_program());
        command.args(inner.get_args()).args(["--at", NOW, "serve"]);
        sandbox.database.choose(&mut command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut serving = command.spawn().unwrap();
        let begun = || sandbox.data().join("passes/purge").exists();
        for _ in 0..1_200 {
            if begun() {
                break;
            }
            pause(0.1);
        }
        assert!(begun(), "it does not begin");
        let of_it = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", serving.id())).unwrap();
        let (limits, status) = (of_it("limits"), of_it("status"));
        serving.kill().unwrap();
        serving.wait().unwrap();
        let words = |text: &str, name: &str| -> Vec<String> {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().map(String::from).collect()
        };
        assert_eq!(words(&limits, "Max core file size")[..2], ["0", "0"], "{limits}");
        let is_free = words(&limits, "Max locked memory")[0] == "unlimited";
        let locked: u64 = words(&status, "VmLck:")[0].parse().unwrap();
        assert_eq!(locked > 0, is_free, "{limits}{status}");
        assert!(locking != "64" || !is_free, "the control: under a limit");
    }
}
