//! Keeps the memory of this process, and the keys in it, out of core dumps and out of swap. *Edge.*
//!
//! Called once, before anything else. What the host does not allow is left; `doctor` tells what came of it.

use rustix::{
    mm::{MlockAllFlags, mlockall},
    process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit},
};

/// Forbids core dumps and foreign debuggers, and locks all memory if the host allows that without a limit.
pub fn apply() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Neither can fail for a process that restricts itself; `doctor` looks whether it did.
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // Beyond a limit on locked memory, memory that is wanted later would be refused: then nothing is locked at all.
    if getrlimit(Resource::Memlock).current.is_none() {
        let touched = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
        let _ = mlockall(touched);
    }
}

/// What holds of the memory of this process.
pub struct Lockdown {
    /// Whether a crash leaves no image of it.
    pub no_core_dumps: bool,
    /// Whether it is never swapped out.
    pub locked: bool,
}

/// Asks the kernel.
pub fn look() -> Lockdown {
    let locked_kib = std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmLck:"))?;
            line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
        });
    Lockdown {
        no_core_dumps: getrlimit(Resource::Core).current == Some(0),
        locked: locked_kib.is_some_and(|kib| kib > 0),
    }
}
