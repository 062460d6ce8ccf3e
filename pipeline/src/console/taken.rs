//! What is taken away as a folder, by a browser as one archive: written where nobody else looks, sent, and kept nowhere. *Edge.*

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Seek},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

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
    let archive = door.act_at_length(move |house| async move {
        let desk = Desk::make()?;
        write(house, desk.0.join(&folder)).await?;
        archived(&desk.0, &folder).map_err(Error::io("write the archive"))
    });
    sent(archive.await?, "application/zip", &format!("{name}.zip"))
}

/// A folder of our own outside the data directory, which goes when it is dropped.
struct Desk(PathBuf);

impl Desk {
    fn make() -> Result<Self> {
        let place = passing_folder().join(format!("mayfly-{}", ids::hex(&ids::random::<16>()?)));
        let made = DirBuilder::new().mode(0o700).create(&place);
        made.map_err(Error::io("make a folder for what is taken away"))?;
        Ok(Self(place))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
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
    fn an_archive_holds_the_folder_and_the_desk_goes() {
        let desk = Desk::make().unwrap();
        let place = desk.0.clone();
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
