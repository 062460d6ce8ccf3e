//! What stands in the way of a world's disk, and how it is put there and taken away. *Edge.*

use std::fs;

use super::World;

/// What stands in the way of the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Fault {
    /// No keyring can be written.
    Keyring,
    /// No evidence can be kept.
    Evidence,
    /// What is remembered of the clocks cannot be written.
    ClockStuck,
    /// It was damaged.
    ClockDamaged,
    /// The database is away: nothing is certified.
    Books,
}

impl World {
    /// Something gets in the way of the disk.
    pub fn fault(&mut self, fault: Fault) {
        if self.has(fault) {
            return;
        }
        match fault {
            Fault::Keyring => fs::create_dir_all(self.dir.join("keys/keyring.new/x")).unwrap(),
            Fault::Evidence => {
                let _ = fs::rename(self.dir.join("purged"), self.dir.join("purged.away"));
                fs::write(self.dir.join("purged"), b"").unwrap();
            }
            Fault::ClockStuck => fs::create_dir_all(self.dir.join("clock.new/x")).unwrap(),
            Fault::ClockDamaged => fs::write(self.dir.join("clock"), b"mayfly-clock-v1\nboot").unwrap(),
            Fault::Books => {}
        }
        self.oracle.tally.faults += 1;
        self.faults.push(fault);
    }

    /// It is mended.
    pub fn mend(&mut self, fault: Fault) {
        if !self.has(fault) {
            return;
        }
        self.faults.retain(|other| *other != fault);
        match fault {
            Fault::Keyring => fs::remove_dir_all(self.dir.join("keys/keyring.new")).unwrap(),
            Fault::Evidence => {
                fs::remove_file(self.dir.join("purged")).unwrap();
                let _ = fs::rename(self.dir.join("purged.away"), self.dir.join("purged"));
            }
            Fault::ClockStuck => fs::remove_dir_all(self.dir.join("clock.new")).unwrap(),
            Fault::ClockDamaged => self.forget_clocks(),
            Fault::Books => {}
        }
    }

    /// An operator removes what is remembered of the clocks, and begins anew.
    pub fn forget_clocks(&mut self) {
        let _ = fs::remove_file(self.dir.join("clock"));
        self.oracle.forget();
        self.restart();
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
}
