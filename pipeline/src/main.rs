//! Starts the machine and hands its exit code to the system. *Edge.*

// A batch makes some ten small texts for every row, on one thread, and drops them on another, which is where the
// system's own allocator spends a fifth of the run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mayfly::cli::main()
}
