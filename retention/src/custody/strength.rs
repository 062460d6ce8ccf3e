//! Judges from facts about a host whether overwriting a key there erases it. *Pure.*
//!
//! A destroyed key is overwritten where it lies. That erases it on a file system that overwrites in place, on a device
//! that does so too. Where the one does not, keys are not erased at all; where the other may not, they are erased for
//! everybody but those who take the device apart. Every certificate says which it was (D6).

/// How well a destroyed key is erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strength {
    /// By a security module that never hands a key out. Not built.
    Hardware,
    /// Overwritten in place, on a medium that does so.
    File,
    /// Overwritten as far as the host can tell; the device may keep an old block.
    Logical,
    /// Old bytes may stay on the disk: production refuses it unless it is told to accept it.
    Weak,
}

impl Strength {
    /// As certificates and `doctor` say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hardware => "hardware",
            Self::File => "file",
            Self::Logical => "logical",
            Self::Weak => "weak",
        }
    }

    /// The strength of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Hardware, Self::File, Self::Logical, Self::Weak]
            .into_iter()
            .find(|strength| strength.name() == name)
    }
}

/// A strength, and the sentence that gives the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// How strong.
    pub strength: Strength,
    /// Why.
    pub reason: &'static str,
}

/// What the host says of the place where keys lie.
pub(super) struct Facts {
    /// The file system, by the number that the kernel gives its kind (`statfs`).
    pub(super) magic: u64,
    /// Whether contents go through the file system's journal, where old ones stay for a while.
    pub(super) journals_contents: bool,
    /// The block devices beneath it, from the top down.
    pub(super) layers: Vec<Layer>,
}

/// One block device of a stack; a partition counts as its disk.
#[derive(Default)]
pub(super) struct Layer {
    /// The kernel's name, such as `sda`, `dm-0`, `loop3`.
    pub(super) name: String,
    /// The device mapper's own name for what it is.
    pub(super) mapped: Option<String>,
    /// Vendor and model.
    pub(super) maker: String,
    /// Whether it turns.
    pub(super) rotational: Option<bool>,
    /// Whether nothing is beneath it.
    pub(super) lowest: bool,
}

impl Erasure {
    /// Judges the place that `facts` describe; `None` if the host does not tell.
    pub(super) fn judge(facts: Option<&Facts>) -> Self {
        let Some(facts) = facts else {
            return weak("the host does not tell what the keys lie on");
        };
        match facts.magic {
            EXT if facts.journals_contents => {
                weak("ext4 with data=journal keeps old contents in its journal")
            }
            EXT | XFS => on_device(&facts.layers),
            TMPFS | RAMFS => Self {
                strength: Strength::File,
                reason: "in memory, where it is overwritten in place; a restart of the host loses every key",
            },
            BTRFS => weak("btrfs writes to a new place instead of overwriting"),
            ZFS => weak("zfs writes to a new place instead of overwriting"),
            F2FS => weak("f2fs writes to a new place instead of overwriting"),
            OVERLAY => weak("an overlay copies files between its layers"),
            NFS => weak("on NFS the server decides what is overwritten"),
            FUSE => weak("a FUSE file system decides for itself what is overwritten"),
            _ => weak("nothing is known about overwriting on this file system"),
        }
    }
}

fn on_device(layers: &[Layer]) -> Erasure {
    let lowest = || layers.iter().filter(|layer| layer.lowest);
    let logical = |reason| Erasure {
        strength: Strength::Logical,
        reason,
    };
    if layers.iter().any(Layer::copies) {
        return weak(
            "a layer beneath may keep old blocks: a snapshot, a thin volume, a cache or a loop device",
        );
    }
    if lowest().any(Layer::is_virtual) {
        return logical("overwritten in place on a virtual disk; what is beneath it is not known");
    }
    if lowest().next().is_none() || lowest().any(|layer| layer.rotational.is_none()) {
        return logical("overwritten in place on a device of an unknown kind");
    }
    if lowest().any(|layer| layer.rotational == Some(false)) {
        return logical("overwritten in place on flash, which may keep an old block");
    }
    Erasure {
        strength: Strength::File,
        reason: "overwritten in place on a disk that turns",
    }
}

impl Layer {
    fn copies(&self) -> bool {
        let kind = |kinds: &[&str]| kinds.iter().any(|kind| self.name.starts_with(kind));
        let mapped = self.mapped.as_ref().is_some_and(|mapped| {
            PLAIN_MAPPINGS.iter().all(|plain| !mapped.starts_with(plain))
                || COPYING_ENDS.iter().any(|end| mapped.ends_with(end))
        });
        mapped || (self.name.starts_with("dm-") && self.mapped.is_none()) || kind(&["loop", "bcache", "drbd"])
    }

    fn is_virtual(&self) -> bool {
        let named = ["vd", "xvd", "nbd", "rbd", "zram"]
            .iter()
            .any(|kind| self.name.starts_with(kind));
        named || VIRTUAL_MAKERS.iter().any(|maker| self.maker.contains(maker))
    }
}

fn weak(reason: &'static str) -> Erasure {
    Erasure {
        strength: Strength::Weak,
        reason,
    }
}

const EXT: u64 = 0xef53;
const XFS: u64 = 0x5846_5342;
const TMPFS: u64 = 0x0102_1994;
const RAMFS: u64 = 0x8584_58f6;
const BTRFS: u64 = 0x9123_683e;
const ZFS: u64 = 0x2fc1_2fc1;
const F2FS: u64 = 0xf2f5_2010;
const OVERLAY: u64 = 0x794c_7630;
const NFS: u64 = 0x6969;
const FUSE: u64 = 0x6573_5546;
/// Encrypted, linear, striped and multipath devices, and partitions of mapped ones: they overwrite in place.
const PLAIN_MAPPINGS: [&str; 4] = ["CRYPT-", "LVM-", "mpath-", "part"];
/// What LVM puts beneath thin volumes, and beneath volumes that have snapshots.
const COPYING_ENDS: [&str; 6] = ["-tpool", "-pool", "-real", "-cow", "-cdata", "-vpool"];
const VIRTUAL_MAKERS: [&str; 7] = ["QEMU", "VMware", "Virtual", "VBOX", "Msft", "Google", "Amazon"];

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, rotational: Option<bool>) -> Layer {
        Layer {
            name: name.into(),
            rotational,
            lowest: true,
            ..Layer::default()
        }
    }

    fn mapped(mapped: &str) -> Layer {
        Layer {
            name: "dm-0".into(),
            mapped: Some(mapped.into()),
            rotational: Some(true),
            ..Layer::default()
        }
    }

    fn check(magic: u64, journals_contents: bool, layers: Vec<Layer>, strength: Strength) -> &'static str {
        let facts = Facts {
            magic,
            journals_contents,
            layers,
        };
        let judged = Erasure::judge(Some(&facts));
        assert_eq!(judged.strength, strength, "{magic:x}: {}", judged.reason);
        judged.reason
    }

    #[test]
    fn file_systems_that_do_not_overwrite_are_weak_whatever_is_beneath() {
        for magic in [
            BTRFS,
            ZFS,
            F2FS,
            OVERLAY,
            NFS,
            FUSE,
            0xca45_1a4e,
            0xff53_4d42,
            0,
            u64::MAX,
        ] {
            check(magic, false, vec![layer("sda", Some(true))], Strength::Weak);
        }
        check(EXT, true, vec![layer("sda", Some(true))], Strength::Weak);
        assert_eq!(Erasure::judge(None).strength, Strength::Weak);
    }

    #[test]
    fn memory_is_overwritten_in_place() {
        for magic in [TMPFS, RAMFS] {
            let reason = check(magic, false, vec![], Strength::File);
            assert!(reason.contains("loses every key"));
        }
    }

    #[test]
    fn the_device_decides_where_the_file_system_overwrites() {
        use Strength::{File, Logical, Weak};
        let disk = || layer("sda", Some(true));
        let virtual_disk = || Layer {
            maker: "QEMU HARDDISK".into(),
            ..disk()
        };
        for magic in [EXT, XFS] {
            for (layers, strength) in [
                (vec![disk()], File),
                (vec![layer("sda", Some(false))], Logical),
                (vec![layer("nvme0n1", Some(false))], Logical),
                (vec![layer("sda", None)], Logical),
                (vec![], Logical),
                // A virtual disk says that it turns.
                (vec![layer("vda", Some(true))], Logical),
                (vec![layer("xvda", Some(true))], Logical),
                (vec![virtual_disk()], Logical),
                // LUKS on LVM on a disk, and on a mirror of a disk and flash.
                (vec![mapped("CRYPT-LUKS2-ab"), mapped("LVM-abc"), disk()], File),
                (
                    vec![mapped("LVM-abc"), disk(), layer("sdb", Some(false))],
                    Logical,
                ),
                // A thin volume, an origin of snapshots, a cached one, something unheard of, a device of no name.
                (vec![mapped("LVM-abc"), mapped("LVM-abc-tpool"), disk()], Weak),
                (vec![mapped("LVM-abc"), mapped("LVM-abc-real"), disk()], Weak),
                (vec![mapped("LVM-abc"), mapped("LVM-abc-cdata"), disk()], Weak),
                (vec![mapped("VDO-abc"), disk()], Weak),
                (vec![layer("dm-3", Some(true))], Weak),
                (vec![layer("loop0", Some(true))], Weak),
                (vec![layer("bcache0", Some(true)), disk()], Weak),
            ] {
                check(magic, false, layers, strength);
            }
        }
    }
}
