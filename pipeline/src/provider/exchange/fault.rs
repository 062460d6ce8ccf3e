//! Why a reply file is not believed; a file with any of these is quarantined whole. *Pure.*

/// What is wrong with a file from the other side. It never tells a cell of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileFault {
    /// It is larger than any reply may be.
    Size,
    /// It does not begin with the header of a reply, or the header has a field that is not of its kind.
    Header,
    /// It has no trailer: it was cut off, or is still being written.
    Cut,
    /// The trailer's hash is not that of what stands before it.
    Hash,
    /// The trailer counts other lines than there are.
    Count,
    /// A line that is no record, or records in an order that means nothing.
    Record,
    /// Bytes that CP950 does not define.
    Encoding,
    /// It is no reply to what we asked: the file number, the token, the member or a query id is not ours, or its name is
    /// another than its header says.
    Foreign,
    /// A reply to this chunk was taken before: under the same number with other bytes, or nothing is waiting for one.
    Double,
}

impl FileFault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::Size,
        Self::Header,
        Self::Cut,
        Self::Hash,
        Self::Count,
        Self::Record,
        Self::Encoding,
        Self::Foreign,
        Self::Double,
    ];

    /// The stable code, as the quarantine list has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Size => "XCH-SIZE",
            Self::Header => "XCH-HEADER",
            Self::Cut => "XCH-CUT",
            Self::Hash => "XCH-HASH",
            Self::Count => "XCH-COUNT",
            Self::Record => "XCH-RECORD",
            Self::Encoding => "XCH-ENCODING",
            Self::Foreign => "XCH-FOREIGN",
            Self::Double => "XCH-DOUBLE",
        }
    }

    /// What is wrong, for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Size => "larger than a reply may be",
            Self::Header => "no usable header",
            Self::Cut => "no trailer: cut off",
            Self::Hash => "the trailer's hash does not agree with the content",
            Self::Count => "the trailer's count does not agree with the content",
            Self::Record => "a line that is no record, or in the wrong place",
            Self::Encoding => "bytes that CP950 does not define",
            Self::Foreign => "no reply to what was asked",
            Self::Double => "a second reply where none is waited for",
        }
    }

    /// The fault of this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }
}
