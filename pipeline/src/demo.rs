//! The demonstration: a sandbox with the fixtures' members, staff and forms, and one real batch through every stage. *Edge.*

pub mod people;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    access::import::{self, Register},
    app::House,
    config::Environment,
    consents,
    error::{Error, Result},
    intake::Encoding,
    places,
    regime::source::BUILT_IN,
    setup,
};

/// The data directory that the demonstration leaves.
pub const DIR: &str = "mayfly-demo";
/// The instant at which the demonstration's clock stands: the morning its batch was handed in.
pub const INSTANT: &str = "2026-11-02T10:00:00+08:00";
/// The member that hands the batch in.
pub const MEMBER: &str = "004";
/// An account of that member that may query.
pub const ACCOUNT: &str = "chen.yl";
/// The recipient of `fixtures/demo/member-004.agekey`.
pub const RECIPIENT: &str = "age1wmhcfw88uunhcmd938vxd2s263g9tq45n4apnvxaj5uqmhkuup4qktd3r8";
/// The batch.
pub const BATCH: &str = "004-1151102-01";

/// The fixtures as they lie in a demonstration's folder.
pub struct Fixtures {
    /// The batch file.
    pub batch: PathBuf,
    /// The member's secret `age` key.
    pub member_key: PathBuf,
}

/// Makes the sandbox `dir`, unless a demonstration has left one there. One that was cut off is made anew.
pub async fn prepare(dir: &Path) -> Result<Fixtures> {
    let folder = dir.join(places::FIXTURES);
    let unfinished = dir.with_extension("unfinished");
    if unfinished.is_file() && dir.is_dir() {
        fs::remove_dir_all(dir).map_err(Error::io("remove the demonstration that was cut off"))?;
    }
    if !folder.is_dir() {
        fs::write(&unfinished, "").map_err(Error::io("make the demonstration's folder"))?;
        let plan = setup::Plan {
            regime: BUILT_IN,
            dir,
            environment: Environment::Sandbox,
            keys: None,
            database: None,
            clock_stands: true,
            accept_weak_erasure: false,
        };
        let made = setup::init(&plan).await;
        if made.is_ok() {
            fs::create_dir(&folder).map_err(Error::io("make the demonstration's folder"))?;
            for (name, content) in FILES {
                fs::write(folder.join(name), content)
                    .map_err(Error::io("write the demonstration's files"))?;
            }
        }
        fs::remove_file(&unfinished).map_err(Error::io("make the demonstration's folder"))?;
        made?;
    }
    Ok(Fixtures {
        batch: folder.join("004-1151102-01.csv"),
        member_key: folder.join("member-004.agekey"),
    })
}

/// Loads the fixtures' master data, consents sent ahead and a withdrawal; loading them again changes nothing.
pub async fn load(house: &Arc<House>) -> Result<()> {
    let folder = house.dir.join(places::FIXTURES);
    let path = |name: &str| folder.join(name);
    let forms = FORMS.map(|(name, _)| path(name));
    import::import(house, Register::Members, &[path("members.csv")]).await?;
    import::import(house, Register::Staff, &[path("staff.csv"), path("console.csv")]).await?;
    import::import(house, Register::Forms, &forms).await?;
    consents::import::import(house, &[path("consents.csv")], Encoding::Utf8).await?;
    consents::outcome::record(house, &path("outcomes.csv")).await?;
    Ok(())
}

/// The forms of the demonstration, and of `synth`.
pub const FORMS: [(&str, &str); 4] = [
    ("LN-01-1.toml", include_str!("../../fixtures/forms/LN-01-1.toml")),
    ("LN-01-2.toml", include_str!("../../fixtures/forms/LN-01-2.toml")),
    ("LN-01-3.toml", include_str!("../../fixtures/forms/LN-01-3.toml")),
    (
        "CARD-02-1.toml",
        include_str!("../../fixtures/forms/CARD-02-1.toml"),
    ),
];

const FILES: [(&str, &str); 11] = [
    FORMS[0],
    FORMS[1],
    FORMS[2],
    FORMS[3],
    ("members.csv", include_str!("../../fixtures/demo/members.csv")),
    ("staff.csv", include_str!("../../fixtures/demo/staff.csv")),
    ("console.csv", include_str!("../../fixtures/demo/console.csv")),
    ("consents.csv", include_str!("../../fixtures/demo/consents.csv")),
    ("outcomes.csv", include_str!("../../fixtures/demo/outcomes.csv")),
    (
        "004-1151102-01.csv",
        include_str!("../../fixtures/demo/004-1151102-01.csv"),
    ),
    (
        "member-004.agekey",
        include_str!("../../fixtures/demo/member-004.agekey"),
    ),
];
