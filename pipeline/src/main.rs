//! Starts the machine and hands its exit code to the system. *Edge.*

fn main() -> std::process::ExitCode {
    mayfly::cli::main()
}
