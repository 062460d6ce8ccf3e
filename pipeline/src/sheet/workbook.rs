//! A sheet as a workbook laid out for A4 (六(一)6): every cell is a text, so that none is a formula; written as it grows. *Edge.*

use std::path::Path;

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::{
    form::COLUMNS,
    head::{Head, SECRET, TITLE},
};
use crate::{
    error::{Error, Result},
    printed::{guarded, width},
};

/// A workbook whose lines are written one by one.
pub(super) struct Lines {
    workbook: Workbook,
    facts: Vec<Vec<(&'static str, String)>>,
    looks: Looks,
    pages: usize,
    /// Whether lines rest on the disk until it is saved.
    is_long: bool,
    /// The next row of the worksheet.
    row: u32,
}

impl Lines {
    /// One with the head of a sheet and no lines; what has no room in memory rests, without a name, in `folder`; without
    /// one, all of it is in memory.
    pub(super) fn new(folder: Option<&Path>, head: &Head<'_>) -> Result<Self> {
        let mut workbook = Workbook::new();
        if let Some(folder) = folder {
            workbook.set_tempdir(folder).map_err(failed)?;
        }
        let facts = head.facts().into_iter();
        let facts = facts.map(|row| row.into_iter().map(|(name, value)| (name.0, value)).collect());
        let mut lines = Self {
            workbook,
            facts: facts.collect(),
            looks: Looks::new(),
            pages: 0,
            is_long: folder.is_some(),
            row: 0,
        };
        lines.turn().map_err(failed)?;
        Ok(lines)
    }

    /// Adds a line.
    pub(super) fn push(&mut self, cells: &[String; 13]) -> Result<()> {
        if self.row == PAGE_ROWS {
            self.turn().map_err(failed)?;
        }
        self.line(cells).map_err(failed)
    }

    /// Adds the boxes for seals and the notes, and writes the file `path`.
    pub(super) fn save(mut self, head: &Head<'_>, path: &Path) -> Result<()> {
        self.end(head).map_err(failed)?;
        self.workbook.save(path).map_err(failed)
    }

    /// The same, as bytes.
    pub(super) fn bytes(mut self, head: &Head<'_>) -> Result<Vec<u8>> {
        self.end(head).map_err(failed)?;
        self.workbook.save_to_buffer().map_err(failed)
    }

    /// Begins a worksheet with title, head and heading: one holds a million rows.
    fn turn(&mut self) -> std::result::Result<(), XlsxError> {
        if self.pages > 0 {
            self.leave()?;
        }
        self.pages += 1;
        let page = match self.is_long {
            true => self.workbook.add_worksheet_with_constant_memory()?,
            false => self.workbook.add_worksheet(),
        };
        page.set_name(format!("查詢紀錄單 {}", self.pages))?;
        // The row of the heading, below title and facts.
        let heading = u32::try_from(self.facts.len()).unwrap_or_default() + 1;
        set_up(page, heading)?;
        let looks = &self.looks;
        page.set_row_height(0, 24)?;
        page.merge_range(0, 0, 0, 1, SECRET.0, &looks.name)?;
        page.merge_range(0, 2, 0, LAST, TITLE.0, &looks.title)?;
        for (row, facts) in (1..).zip(&self.facts) {
            page.set_row_height(row, 30)?;
            for ((name, from, mut to), (said, value)) in FACTS.into_iter().zip(facts) {
                if facts.len() == 1 {
                    to = LAST;
                }
                page.merge_range(row, name, row, from - 1, said, &looks.name)?;
                page.merge_range(row, from, row, to, &guarded(value), &looks.fact)?;
            }
        }
        for (column, [_, _, name]) in (0..).zip(COLUMNS) {
            page.write_string_with_format(heading, column, name, &looks.name)?;
        }
        self.row = heading + 1;
        Ok(())
    }

    fn line(&mut self, cells: &[String; 13]) -> std::result::Result<(), XlsxError> {
        let page = self.workbook.worksheet_from_index(self.pages - 1)?;
        // Not every spreadsheet finds the height of a row by itself.
        let wrapped = cells.iter().zip(WIDTHS);
        let most = wrapped
            .map(|(cell, wide)| width(cell).div_ceil(usize::from(wide)))
            .max();
        if let Some(lines) = most
            .and_then(|lines| u16::try_from(lines).ok())
            .filter(|lines| *lines > 1)
        {
            page.set_row_height(self.row, LINE_POINTS * lines.min(20))?;
        }
        for (column, cell) in (0..).zip(cells) {
            // A spreadsheet that edits the cell must not take it for a formula either.
            page.write_string_with_format(self.row, column, guarded(cell), &self.looks.cell)?;
        }
        self.row += 1;
        Ok(())
    }

    fn end(&mut self, head: &Head<'_>) -> std::result::Result<(), XlsxError> {
        let page = self.workbook.worksheet_from_index(self.pages - 1)?;
        let (boxes, notes) = (self.row + 1, self.row + 3);
        // Name and room for the seal in one row, so that no page break comes between them.
        page.set_row_height(boxes, 84)?;
        for ((from, to), (name, signed)) in SEALS.into_iter().zip(head.seals()) {
            let text = [vec![name.0.to_owned()], signed].concat().join("\n");
            page.merge_range(boxes, from, boxes, to, &guarded(&text), &self.looks.seal)?;
        }
        let [chinese, _, hash, checkpoint] = head.notes();
        page.set_row_height(notes, 66)?;
        let text = [chinese, hash, checkpoint].join("\n");
        page.merge_range(notes, 0, notes, LAST, &text, &self.looks.note)?;
        self.row = notes + 1;
        self.leave()
    }

    /// Ends a worksheet below its last row.
    fn leave(&mut self) -> std::result::Result<(), XlsxError> {
        let page = self.workbook.worksheet_from_index(self.pages - 1)?;
        // The library writes the last row twice if it has a height of its own, and a spreadsheet calls the file damaged.
        page.write_blank(self.row, 0, &self.looks.note)?;
        let ignored = IgnoreError::NumberStoredAsText;
        page.ignore_error_range(0, 0, self.row, LAST, ignored).map(|_| ())
    }
}

/// How cells look.
struct Looks {
    title: Format,
    name: Format,
    fact: Format,
    cell: Format,
    seal: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = Format::new()
            .set_font_name("標楷體")
            .set_font_size(10)
            .set_text_wrap();
        let boxed = plain.clone().set_border(FormatBorder::Thin);
        let centre = FormatAlign::Center;
        let middle = FormatAlign::VerticalCenter;
        Self {
            title: plain
                .clone()
                .set_font_size(16)
                .set_align(centre)
                .set_align(middle),
            name: boxed
                .clone()
                .set_align(centre)
                .set_align(middle)
                .set_background_color(Color::RGB(0x00EE_EEEE)),
            fact: boxed.clone().set_align(middle),
            seal: boxed.clone().set_align(centre).set_align(FormatAlign::Top),
            cell: boxed.set_align(FormatAlign::Top),
            note: plain.set_font_size(8).set_align(FormatAlign::Top),
        }
    }
}

/// Widths, and how it is printed: A4 upright, as wide as the paper, the heading on each page.
fn set_up(page: &mut Worksheet, heading: u32) -> std::result::Result<(), XlsxError> {
    for (column, width) in (0..).zip(WIDTHS) {
        page.set_column_width(column, width)?;
    }
    page.set_freeze_panes(heading + 1, 0)?;
    page.set_repeat_rows(heading, heading)?;
    page.set_portrait()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3)
        .set_header("&R密件")
        .set_footer("&C第 &P 頁，共 &N 頁");
    Ok(())
}

/// What the library says may name a path; the kind is enough.
fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::io("write a workbook")(error),
        _ => Error::Bug("a workbook could not be put together"),
    }
}

/// Points of a line of text.
const LINE_POINTS: u16 = 15;
/// Widths of the columns in characters.
const WIDTHS: [u16; 13] = [5, 9, 8, 8, 10, 12, 8, 18, 12, 20, 8, 8, 9];
const LAST: u16 = 12;
/// Where the two facts of a row stand: the name's first column, the value's first and last.
const FACTS: [(u16, u16, u16); 2] = [(0, 2, 5), (6, 8, LAST)];
/// Columns of each box for a seal.
const SEALS: [(u16, u16); 4] = [(0, 2), (3, 5), (6, 8), (9, LAST)];
/// Rows of one worksheet; the format's limit is a little more.
const PAGE_ROWS: u32 = 1_000_000;
