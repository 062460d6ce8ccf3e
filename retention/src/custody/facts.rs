//! Asks the host what keys lie on: file system, mount options and the block devices beneath. *Edge.*

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{IFlags, ioctl_getflags, statfs};

use super::strength::{Facts, Layer};

/// What the host says of the directory `dir`; `None` if it does not tell.
pub(super) fn gather(dir: &Path) -> Option<Facts> {
    let dir = dir.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mount = mount_of(&mounts, &dir)?;
    Some(Facts {
        magic: statfs(&dir).ok()?.f_type as u64 & 0xffff_ffff,
        journals_contents: mount.journals_contents || is_journalled(&dir),
        layers: layers(Path::new("/sys/dev/block").join(mount.device)),
    })
}

/// One line of `mountinfo`.
#[derive(Debug, PartialEq, Eq)]
struct Mount<'a> {
    /// `MAJOR:MINOR`.
    device: &'a str,
    journals_contents: bool,
}

/// The mount that `dir` lies on: of the points on the way to it, the longest, and of those the last.
fn mount_of<'a>(mounts: &'a str, dir: &Path) -> Option<Mount<'a>> {
    mounts
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            let point = PathBuf::from(unescape(fields.get(4)?));
            let options = fields.last()?;
            let mount = Mount {
                device: fields.get(2)?,
                journals_contents: options.split(',').any(|option| option == "data=journal"),
            };
            dir.starts_with(&point)
                .then(|| (point.components().count(), mount))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, mount)| mount)
}

/// Blanks, line ends and backslashes stand as three octal digits behind a backslash.
fn unescape(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(field.to_owned(), |text, (escaped, plain)| {
            text.replace(escaped, plain)
        })
}

/// Whether ext4 was told to journal the contents of this directory's files (`chattr +j`), which they inherit.
fn is_journalled(dir: &Path) -> bool {
    let flags = File::open(dir).ok().and_then(|dir| ioctl_getflags(&dir).ok());
    flags.is_some_and(|flags| flags.contains(IFlags::JOURNALING))
}

/// The device at `path` of sysfs and everything beneath it. A device that is not there gives nothing.
fn layers(path: PathBuf) -> Vec<Layer> {
    let mut found = Vec::new();
    let mut open = vec![path];
    while let Some(path) = open.pop() {
        let Ok(mut path) = path.canonicalize() else {
            continue;
        };
        if path.join("partition").exists() {
            path.pop();
        }
        let beneath: Vec<PathBuf> = fs::read_dir(path.join("slaves"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        found.push(Layer {
            name: path
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            mapped: text(&path, "dm/uuid"),
            maker: [text(&path, "device/vendor"), text(&path, "device/model")]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
            rotational: text(&path, "queue/rotational").map(|text| text == "1"),
            lowest: beneath.is_empty(),
        });
        if found.len() > MOST_LAYERS {
            // Nobody understands such a stack: a layer of no known kind spoils the judgement.
            found.push(Layer {
                name: "dm-".into(),
                ..Layer::default()
            });
            break;
        }
        open.extend(beneath);
    }
    found
}

fn text(device: &Path, attribute: &str) -> Option<String> {
    fs::read_to_string(device.join(attribute))
        .ok()
        .map(|text| text.trim().to_owned())
}

const MOST_LAYERS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 21 8:2 / /srv/my\\040keys rw,nosuid - ext4 /dev/sda2 rw,data=journal
31 21 0:40 / /srv/mem rw - tmpfs tmpfs rw,size=8k
32 21 8:3 / /srv/mem rw - ext4 /dev/sda3 rw,data=journalled
";

    #[test]
    fn the_innermost_and_latest_mount_counts() {
        for (dir, device, journals_contents) in [
            ("/srv/my", "8:1", false),
            ("/srv/my keys/a", "8:2", true),
            ("/srv/my keysake", "8:1", false),
            ("/srv/mem", "8:3", false),
        ] {
            let expected = Mount {
                device,
                journals_contents,
            };
            assert_eq!(mount_of(MOUNTS, Path::new(dir)), Some(expected), "{dir}");
        }
        assert_eq!(mount_of("nonsense\n", Path::new("/srv")), None);
    }

    #[test]
    fn a_stack_of_devices_is_followed_to_its_disks() {
        let folder = tempfile::TempDir::new().unwrap();
        let sys = folder.path();
        let write = |path: &str, text: &str| {
            let path = sys.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("dm-0/dm/uuid", "CRYPT-LUKS2-ab\n");
        write("dm-0/queue/rotational", "1\n");
        write("sda/queue/rotational", "1\n");
        write("sda/device/model", "Turning\n");
        write("sda/sda2/partition", "2\n");
        fs::create_dir(sys.join("dm-0/slaves")).unwrap();
        std::os::unix::fs::symlink(sys.join("sda/sda2"), sys.join("dm-0/slaves/sda2")).unwrap();
        let found = layers(sys.join("dm-0"));
        let seen: Vec<_> = found
            .iter()
            .map(|layer| (layer.name.as_str(), layer.rotational, layer.lowest))
            .collect();
        assert_eq!(seen, [("dm-0", Some(true), false), ("sda", Some(true), true)]);
        assert_eq!(found[0].mapped.as_deref(), Some("CRYPT-LUKS2-ab"));
        assert_eq!(found[1].maker, "Turning");
        assert!(layers(sys.join("nothing")).is_empty());
    }

    #[test]
    fn this_host_tells_of_a_folder_in_memory() {
        // Every Linux host has one here; where it is a tmpfs the kernel says so itself.
        let facts = gather(Path::new("/dev/shm"));
        assert_eq!(facts.map(|facts| facts.magic), Some(0x0102_1994));
        assert!(gather(Path::new("/nowhere/at/all")).is_none());
    }
}
