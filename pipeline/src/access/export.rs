//! Writes the two tables of authorisations as files: CSV, workbook, and a page to print. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use sqlx::AnyConnection;

use super::{forms, page, people, takers::Takers};
use crate::{
    app::House,
    error::{Error, Result},
    input,
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
    output::beside::Beside,
    printed::moment,
    printed::{Printed, day},
    regime::people::{Party, Right},
    workbook::Book,
};

/// Which of the tables, of `member` or of everybody.
pub enum Which {
    /// The 授權表 of a day.
    Table(Date),
    /// The 授權異動明細紀錄表 from a day to another.
    Changes(Date, Date),
}

/// Writes a table into `folder` for `by`, who keeps accounts, signs for them or checks that; it is entered in the journal
/// first. Returns the files.
///
/// # Errors
/// `PEOPLE-RANGE`, `PEOPLE-FILE`, `EXPORT-RIGHT`, `GATE-CLOCK`.
pub async fn export(
    house: &House,
    which: &Which,
    member: Option<&str>,
    folder: &Path,
    by: &str,
) -> Result<Vec<PathBuf>> {
    let now = house.trusted_now()?;
    if let Some(why) = input::unfit_for_export(folder, &house.dir) {
        return Err(refused(why));
    }
    let files = files(which, folder);
    if files.iter().any(|file| fs::symlink_metadata(file).is_ok()) {
        return Err(refused(
            "the folder has a file of this table already, and none is replaced",
        ));
    }
    let reference = which.stem();
    let act = Act {
        kind: Kind::Export,
        member: member.filter(|member| member.len() == 3).unwrap_or_default(),
        reference: &reference,
    };
    // What is refused is not entered.
    which.lines(house, member, Language::En).await?;
    // Nothing is made for whoever may not have it.
    let mut reader = house.db.reader().await?;
    taker(house, &mut reader, member, by, house.today(now)).await?;
    drop(reader);
    let begun = Beside::begin(folder)?;
    let mut tx = house.db.begin().await?;
    let today = house.today(house.trusted_now()?);
    let taker = taker(house, tx.connection(), member, by, today).await?;
    act::enter(house, tx.connection(), &act, &taker, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    let written = write(house, which, member, begun.path(), now).await?;
    begun.publish(&written)
}

/// `PLACE/ACCOUNT` of the account `by`, which may take the table of `member`, or of everybody, away on `today`.
async fn taker(
    house: &House,
    conn: &mut AnyConnection,
    member: Option<&str>,
    by: &str,
    today: Date,
) -> Result<String> {
    const THERE: &[Right] = &[
        Right::ManageAccounts,
        Right::Authorise,
        Right::SignOff,
        Right::Audit,
    ];
    let mut places = vec![
        ("bureau", THERE),
        ("supervisor", &[Right::Inspect]),
        ("provider", &[Right::Inspect]),
    ];
    places.extend(
        member
            .filter(|at| Party::of(at) == Party::Member)
            .map(|at| (at, THERE)),
    );
    let takers = Takers {
        places: &places,
        code: "EXPORT-RIGHT",
        remedy: "name one of the 授權表 (--as): of one member's people (--member) its account administrator, \
                 unit head or internal auditor; of anybody's the bureau's administrator or compliance, or an \
                 auditor of the supervisor or the provider",
    };
    takers.check(house, conn, by, today).await
}

/// Writes the files of a table into `folder` for whoever has entered that in the journal.
///
/// # Errors
/// `PEOPLE-RANGE`; those of the database and the disk.
pub async fn write(
    house: &House,
    which: &Which,
    member: Option<&str>,
    folder: &Path,
    now: Timestamp,
) -> Result<Vec<PathBuf>> {
    let [english, chinese] = [
        which.lines(house, member, Language::En).await?,
        which.lines(house, member, Language::ZhTw).await?,
    ];
    fs::create_dir_all(folder).map_err(Error::io("make the folder of the table"))?;
    let files = files(which, folder);
    let facts = [
        (which.name_of_days(), which.days()),
        ("範圍", member.unwrap_or("全部").to_owned()),
        ("列印", moment(now, Language::ZhTw)),
    ];
    english.put(&chinese, which, &facts, &files)?;
    Ok(files.into())
}

impl Which {
    /// The name of its files, without their endings; also the reference of its entry.
    fn stem(&self) -> String {
        match self {
            Self::Table(on) => format!("authorisations-{on}"),
            Self::Changes(from, to) => format!("changes-{from}-{to}"),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Table(_) => "授權表",
            Self::Changes(..) => "授權異動明細紀錄表",
        }
    }

    fn name_of_days(&self) -> &'static str {
        match self {
            Self::Table(_) => "基準日",
            Self::Changes(..) => "期間",
        }
    }

    fn days(&self) -> String {
        let roc = |on| day(on, Language::ZhTw);
        match self {
            Self::Table(on) => roc(*on),
            Self::Changes(from, to) => format!("{} 至 {}", roc(*from), roc(*to)),
        }
    }

    async fn lines(&self, house: &House, member: Option<&str>, language: Language) -> Result<Lines> {
        Ok(match self {
            Self::Table(on) => {
                let lines = people::table(house, *on, member).await?;
                Lines::Table(forms::table(&lines, &house.regime, language))
            }
            Self::Changes(from, to) => {
                let changes = people::changes(house, *from, *to, member).await?;
                Lines::Changes(forms::changes(&changes, &house.regime, language))
            }
        })
    }
}

/// The lines of either table.
enum Lines {
    Table(Printed<15>),
    Changes(Printed<19>),
}

impl Lines {
    fn put(
        &self,
        chinese: &Self,
        which: &Which,
        facts: &[(&str, String)],
        [csv, book, page]: &[PathBuf; 3],
    ) -> Result<()> {
        let mut workbook = Book::new(Language::ZhTw);
        let (text, html) = match chinese {
            Self::Table(table) => {
                workbook.add(which.title(), table)?;
                (self.csv(), page::html(which.title(), facts, table))
            }
            Self::Changes(table) => {
                workbook.add(which.title(), table)?;
                (self.csv(), page::html(which.title(), facts, table))
            }
        };
        let failed = || Error::io("write a file of the table");
        fs::write(csv, text).map_err(failed())?;
        fs::write(page, html).map_err(failed())?;
        workbook.save(book)
    }

    fn csv(&self) -> String {
        match self {
            Self::Table(table) => table.csv(),
            Self::Changes(table) => table.csv(),
        }
    }
}

fn files(which: &Which, folder: &Path) -> [PathBuf; 3] {
    ["csv", "xlsx", "html"].map(|ending| folder.join(format!("{}.{ending}", which.stem())))
}

fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "PEOPLE-FILE",
        sentence: sentence.into(),
        remedy: "name another folder, outside the data directory",
    }
}
