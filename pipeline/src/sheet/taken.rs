//! One file of a sheet for whoever asks for it at the door: the page to print, CSV or workbook, as an export writes them. *SQL.*

use mayfly_consent::Language;

use super::{
    Name,
    desk::Desk,
    export::{Around, Csv},
    form,
    lines::{self, Next},
    looked::{check_reader, looked},
    one, page,
    sign::desk,
    workbook,
};
use crate::{
    app::House,
    error::{Error, Result},
    journal::entry::Kind,
};

/// What is taken of a sheet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The page to print, with boxes for seals (核章欄).
    Page,
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Workbook,
}

/// The sheet of that name as one file for `account`, which is entered in the journal first.
///
/// # Errors
/// `SHEET-UNKNOWN`, `SHEET-RIGHT`, `SHEET-FILE`, `SHEET-CHANGED`, `GATE-CLOCK`.
pub async fn take(house: &House, name: &Name<'_>, format: Format, account: &str) -> Result<Vec<u8>> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let sheet = one(&mut reader, name).await?;
    let desk: Desk<'_> = desk(house, &mut reader, name.member, now).await?;
    check_reader(house, &mut reader, (&desk, &sheet), account, now).await?;
    if sheet.queries > LINES_MAX {
        return Err(Error::Input {
            code: "SHEET-FILE",
            sentence: "the sheet has too many lines to be shown or taken at the door".into(),
            remedy: "let it be written where the bureau runs: `mayfly sheet export`",
        });
    }
    let now = looked(house, Kind::Export, &sheet, account).await?;

    let around = Around::of(house, &mut reader, &sheet).await?;
    let head = around.head((&sheet, &desk), now);
    let mut cells = Vec::new();
    lines::each(house, &mut reader, &sheet, |line| {
        cells.push(form::cells(&line, head.querier, Language::ZhTw));
        Ok(Next::More)
    })
    .await?;
    match format {
        Format::Page => {
            let lines: String = cells.iter().map(page::line).collect();
            Ok(format!("{}{lines}{}", page::begin(&head), page::end(&head)).into_bytes())
        }
        Format::Csv => {
            let mut csv = Csv::begin(Vec::new(), &sheet.unit)?;
            cells.iter().try_for_each(|cells| csv.record(cells))?;
            csv.finish()
        }
        Format::Workbook => {
            let mut workbook = workbook::Lines::new(None, &head)?;
            cells.iter().try_for_each(|cells| workbook.push(cells))?;
            workbook.bytes(&head)
        }
    }
}

/// More lines than a browser shows well; a sheet of them takes some megabytes.
const LINES_MAX: u64 = 20_000;
