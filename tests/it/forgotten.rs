//! What is forgotten stays forgotten: stolen copies open nothing, and no disk that was looked through shows anything. *Edge.*
//!
//! `ciphers` is the specification (`retention/README.md`) written down a second time, on AWS-LC; `attacker` tries with it
//! every way in; `stolen` gives it copies. `windows` looks for keys by what they open; `forensics` looks through everything
//! that a purge leaves.

pub mod attacker;
mod ciphers;
mod forensics;
pub mod loot;
pub mod stolen;
mod windows;
