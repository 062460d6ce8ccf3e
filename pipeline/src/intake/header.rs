//! Responsible for the header of a file: which column stands where, and what makes a header unusable. *Pure.*

use super::cutter::Cut;
use super::cutter::Limits;
use super::encoding::{Cells, Encoding};
use super::file_error::{ColumnFault, EncodingFault, FileRefusal, Limit};

macro_rules! columns {
    ($($name:ident = $english:literal, $chinese:literal;)*) => {
        /// A column that a batch file or a file of consents can have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column {
            $(#[doc = concat!("`", $english, "`, ", $chinese, ".")] $name,)*
        }

        impl Column {
            /// Every column, in the order of the specification.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The English name, by which faults and reports call the column.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Self::$name => $english,)* }
            }

            /// The Chinese name.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$name => $chinese,)* }
            }
        }
    };
}

columns! {
    CaseNo = "case_no", "案號";
    ReasonCode = "reason_code", "事由代碼";
    Reason = "reason", "事由";
    Item = "item", "查詢項目";
    SubjectId = "subject_id", "身分證號";
    SubjectName = "subject_name", "姓名";
    BirthDate = "birth_date", "出生日期";
    Querier = "querier", "查詢人員";
    QuerierIp = "querier_ip", "查詢IP";
    Approver = "approver", "核准人員";
    ApprovedAt = "approved_at", "核准時間";
    ConsentRef = "consent_ref", "授權編號";
    ConsentChannel = "consent_channel", "授權方式";
    ConsentedAt = "consented_at", "授權時間";
    ConsentIp = "consent_ip", "來源IP";
    ConsentPhone = "consent_phone", "來源電話";
    FormId = "form_id", "授權書代號";
    FormVersion = "form_version", "授權書版本";
    FormSha256 = "form_sha256", "授權書雜湊";
    IdvMethod = "idv_method", "身分驗證方式";
    IdvResult = "idv_result", "身分驗證結果";
    IdvAt = "idv_at", "身分驗證時間";
    IdvRef = "idv_ref", "身分驗證序號";
    Member = "member", "使用單位";
}

/// Which file a header belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A batch file: every column but `member`.
    Batch,
    /// A file of consents to import: the consent columns, the subject and the member.
    Consents,
}

impl FileKind {
    /// Whether such a file may have the column at all.
    #[must_use]
    pub fn allows(self, column: Column) -> bool {
        match self {
            Self::Batch => column != Column::Member,
            Self::Consents => {
                column.is_consent_cell()
                    || matches!(
                        column,
                        Column::Member
                            | Column::ConsentRef
                            | Column::SubjectId
                            | Column::SubjectName
                            | Column::BirthDate
                    )
            }
        }
    }

    /// Whether the header must have the column. In a batch file, what may be empty in every row may be absent as
    /// well, the whole consent included; a consent to import is nothing without its own columns.
    #[must_use]
    pub fn requires(self, column: Column) -> bool {
        let may_be_empty = match self {
            Self::Batch => column.is_consent_cell() || column == Column::QuerierIp,
            Self::Consents => column.is_consent_cell() && !column.is_starred(),
        };
        self.allows(column) && !may_be_empty
    }
}

impl Column {
    /// The cells that are all empty when a consent was registered before.
    #[must_use]
    pub fn is_consent_cell(self) -> bool {
        (Self::ConsentChannel as usize..=Self::IdvRef as usize).contains(&(self as usize))
    }

    /// The consent cells that a consent given in the row itself must have.
    #[must_use]
    pub fn is_starred(self) -> bool {
        let optional = matches!(
            self,
            Self::ConsentIp | Self::ConsentPhone | Self::FormSha256 | Self::IdvRef
        );
        self.is_consent_cell() && !optional
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|column| column.english() == name || column.chinese() == name)
    }
}

/// Where each column stands in the rows of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    kind: FileKind,
    count: usize,
    places: [Option<u8>; Column::ALL.len()],
}

impl Header {
    /// Reads the first record of a file.
    ///
    /// # Errors
    ///
    /// `FILE-LIMIT` for a header over the limits, `FILE-ENCODING` for one that is not text in the declared encoding,
    /// `FILE-COLUMNS` for an unknown, repeated or missing column.
    pub fn parse(
        cut: Cut<'_>,
        kind: FileKind,
        encoding: Encoding,
        limits: &Limits,
    ) -> Result<Self, FileRefusal> {
        let fields = match cut {
            Cut::Fields(fields) => fields,
            Cut::TooLong => return Err(FileRefusal::Limit(Limit::HeaderBytes(limits.record_bytes))),
            Cut::TooManyFields => return Err(FileRefusal::Limit(Limit::Columns(limits.fields))),
        };
        if fields.joined().contains(&0) {
            return Err(FileRefusal::Encoding(EncodingFault::Nul));
        }
        let mut cells = Cells::default();
        cells.decode(&fields, encoding);
        let names: Result<Vec<&str>, _> = (0..cells.count()).map(|position| cells.cell(position)).collect();
        Self::of_names(
            &names.map_err(|_| FileRefusal::Encoding(EncodingFault::Header))?,
            kind,
        )
    }

    /// How many fields each row must have.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Which file the header belongs to.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// The column's place in a row, counted from 0; `None` when the file does not have it.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize].map(usize::from)
    }

    fn of_names(names: &[&str], kind: FileKind) -> Result<Self, FileRefusal> {
        let mut header = Self {
            kind,
            count: names.len(),
            places: [None; Column::ALL.len()],
        };
        let found: Vec<Option<Column>> = names
            .iter()
            .map(|name| Column::named(name).filter(|&column| kind.allows(column)))
            .collect();
        // A file without a header shows a person's data here. Only where some names are known is the rest names.
        let is_header = found.iter().flatten().count() >= NAMES_OF_A_HEADER;
        let mut faults = Vec::new();
        for (place, (column, name)) in found.iter().zip(names).enumerate() {
            match column {
                None => faults.push(ColumnFault::Unknown {
                    position: place + 1,
                    name: Some(*name)
                        .filter(|name| is_header && is_showable(name))
                        .map(String::from),
                }),
                Some(column) => {
                    let slot = &mut header.places[*column as usize];
                    if slot.is_some() {
                        faults.push(ColumnFault::Repeated(column.english()));
                    }
                    *slot = u8::try_from(place).ok();
                }
            }
        }
        let missing = Column::ALL
            .iter()
            .filter(|&&column| kind.requires(column) && header.place(column).is_none());
        faults.extend(missing.map(|column| ColumnFault::Missing(column.english())));
        if faults.is_empty() {
            Ok(header)
        } else {
            Err(FileRefusal::Columns(faults))
        }
    }
}

/// Whether a name is a short word that a terminal and a page can show, without a number that could be a person's.
fn is_showable(name: &str) -> bool {
    let digits = name
        .chars()
        .filter(|character| character.is_ascii_digit())
        .count();
    let is_plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | ' ');
    !name.trim().is_empty() && name.chars().count() <= 32 && digits < 4 && name.chars().all(is_plain)
}

/// So many known names make the first record a header for certain.
const NAMES_OF_A_HEADER: usize = 3;

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
