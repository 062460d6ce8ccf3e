//! What is taken away as a folder, by a browser as one archive: written where nobody else looks, sent, and kept nowhere. *Edge.*

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Seek},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::process::geteuid;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{page::Answer, sent::sent};
use crate::{
    app::House,
    config::passing_folder,
    error::{Error, Result},
    http::door::Shared,
    ids,
};

/// Sends as `NAME.zip` the folder `name` that `write` makes at the place which it is told.
pub(super) async fn taken<F>(
    door: &Shared,
    name: String,
    write: impl FnOnce(Arc<House>, PathBuf) -> F + Send + 'static,
) -> Answer
where
    F: Future<Output = Result<()>>,
{
    let folder = name.clone();
    let archive = door.act_to_send(move |house| async move {
        let desk = Desk::make()?;
        write(house, desk.place.join(&folder)).await?;
        archived(&desk.place, &folder).map_err(Error::io("write the archive"))
    });
    sent(archive.await?, "application/zip", &format!("{name}.zip"))
}

/// Removes the folders that a killed server left behind; those of servers that live are locked.
pub fn sweep() {
    let Ok(all) = fs::read_dir(passing_folder()) else {
        return;
    };
    let ours = all.flatten().filter(|folder| {
        let is_named = folder
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        let about = folder.path().symlink_metadata();
        is_named && about.is_ok_and(|about| about.is_dir() && about.uid() == geteuid().as_raw())
    });
    for folder in ours {
        let lock = File::open(folder.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(folder.path());
        }
    }
}

/// A folder of our own outside the data directory, which goes when it is dropped.
struct Desk {
    place: PathBuf,
    /// Locked as long as this server lives.
    _lock: File,
}

impl Desk {
    fn make() -> Result<Self> {
        let failed = || Error::io("make a folder for what is taken away");
        let place = passing_folder().join(format!("{PREFIX}{}", ids::hex(&ids::random::<16>()?)));
        DirBuilder::new().mode(0o700).create(&place).map_err(failed())?;
        let lock = File::create(place.join(LOCK)).map_err(failed())?;
        lock.lock().map_err(failed())?;
        Ok(Self { place, _lock: lock })
    }
}

const PREFIX: &str = "mayfly-taken-";
const LOCK: &str = "lock";

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

/// The folder `name` of `desk` as an archive, ready to be read; its own file goes with the desk.
fn archived(desk: &Path, name: &str) -> io::Result<File> {
    let mut options = File::options();
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(desk.join("archive"))?;
    let mut archive = ZipWriter::new(file);
    let mut open = vec![PathBuf::from(name)];
    while let Some(path) = open.pop() {
        let place = desk.join(&path);
        let about = fs::symlink_metadata(&place)?;
        if about.is_dir() {
            let mut children = fs::read_dir(&place)?
                .map(|child| Ok(path.join(child?.file_name())))
                .collect::<io::Result<Vec<_>>>()?;
            children.sort();
            open.extend(children.into_iter().rev());
            continue;
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(about.len() >= u64::from(u32::MAX));
        archive.start_file_from_path(&path, options)?;
        io::copy(&mut File::open(&place)?, &mut archive)?;
    }
    let mut file = archive.finish()?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_a_killed_server_left_goes_and_what_a_living_one_has_stays() {
        let (left, has) = (Desk::make().unwrap(), Desk::make().unwrap());
        // As after a kill: the lock is free, the folder is there.
        left._lock.unlock().unwrap();
        sweep();
        assert!(!left.place.exists());
        assert!(has.place.is_dir());
    }

    #[test]
    fn an_archive_holds_the_folder_and_the_desk_goes() {
        let desk = Desk::make().unwrap();
        let place = desk.place.clone();
        fs::create_dir_all(place.join("pack/sheets")).unwrap();
        fs::write(place.join("pack/sheets/a"), "alpha").unwrap();
        fs::write(place.join("pack/README"), "read me").unwrap();
        let file = archived(&place, "pack").unwrap();
        drop(desk);
        assert!(!place.exists());

        let mut archive = zip::ZipArchive::new(file).unwrap();
        let names: Vec<String> = archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert_eq!(names, ["pack/README", "pack/sheets/a"]);
        let mut text = String::new();
        let mut one = archive.by_name("pack/sheets/a").unwrap();
        one.read_to_string(&mut text).unwrap();
        assert_eq!(text, "alpha");
    }
}
