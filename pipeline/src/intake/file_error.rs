//! Responsible for the reasons that refuse a whole file: their codes, sentences and remedies, in both languages. *Pure.*

use mayfly_consent::refusal::Language;

/// Why a whole file is refused; nothing of it is used (exit 65). It never holds the content of a cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use the file ({})", self.code())]
pub enum FileRefusal {
    /// `FILE-COLUMNS`: the header is not one of this kind of file. Every fault of it, in the order of the header,
    /// then what is missing.
    Columns(Vec<ColumnFault>),
    /// `FILE-ENCODING`: the file as a whole is not in the declared encoding.
    Encoding(EncodingFault),
    /// `FILE-EMPTY`: no bytes, or no row after the header.
    Empty,
    /// `FILE-LIMIT`: more than one file may hold.
    Limit(Limit),
    /// `FILE-NAME`: no member, date and batch number in the name, and none given.
    Name,
    /// `FILE-CONFLICT`: the batch number was used for other bytes.
    Conflict,
    /// `FILE-QUOTE`: a quote is never closed, so that the file cannot be cut into rows.
    Quote {
        /// The line (counted in records) of the record that never ends.
        line: u32,
    },
}

/// One thing wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnFault {
    /// A name that no column has.
    Unknown {
        /// The column's place, counted from 1.
        position: usize,
        /// The name, if it is sure to be one and not somebody's data.
        name: Option<String>,
    },
    /// A column that is there twice; its English name.
    Repeated(&'static str),
    /// A required column that is not there; its English name.
    Missing(&'static str),
}

/// How a file's encoding gives itself away as another than the declared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingFault {
    /// It begins with UTF-8's byte order mark, and CP950 was declared.
    Utf8Mark,
    /// It begins with UTF-16's byte order mark.
    Utf16,
    /// It begins with UTF-32's byte order mark.
    Utf32,
    /// There is a NUL byte in the header.
    Nul,
    /// The header has bytes that the declared encoding does not define.
    Header,
}

/// Which limit a file exceeds, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of the file.
    FileBytes(u64),
    /// Rows of the file.
    Rows(u32),
    /// Bytes of the header.
    HeaderBytes(usize),
    /// Columns of the header.
    Columns(usize),
}

impl FileRefusal {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Columns(_) => "FILE-COLUMNS",
            Self::Encoding(_) => "FILE-ENCODING",
            Self::Empty => "FILE-EMPTY",
            Self::Limit(_) => "FILE-LIMIT",
            Self::Name => "FILE-NAME",
            Self::Conflict => "FILE-CONFLICT",
            Self::Quote { .. } => "FILE-QUOTE",
        }
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Self::Columns(faults), _) => columns_sentence(faults, language),
            (Self::Encoding(fault), _) => fault.sentence(language).to_owned(),
            (Self::Empty, Language::En) => "The file has no rows.".to_owned(),
            (Self::Empty, Language::ZhTw) => "檔案沒有任何資料列。".to_owned(),
            (Self::Limit(limit), _) => limit.sentence(language),
            (Self::Name, Language::En) => {
                "The file name is not of the form <member>-<ROC date>-<batch number>.csv.".to_owned()
            }
            (Self::Name, Language::ZhTw) => "檔名不是「使用單位-民國日期-批號.csv」的形式。".to_owned(),
            (Self::Conflict, Language::En) => {
                "This batch number was already used for a file with other content.".to_owned()
            }
            (Self::Conflict, Language::ZhTw) => "此批號已用於內容不同的檔案。".to_owned(),
            (Self::Quote { line }, Language::En) => {
                format!("A double quote is never closed; the row that does not end is line {line}.")
            }
            (Self::Quote { line }, Language::ZhTw) => {
                format!("雙引號沒有結束；未結束的資料列為第 {line} 行。")
            }
        }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn remedy(&self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Columns(_), Language::En) => {
                "Name each column once in the first line, in English or Chinese as the specification lists them."
            }
            (Self::Columns(_), Language::ZhTw) => "請依規格在第一行列出各欄標題（中文或英文），每欄一次。",
            (Self::Encoding(_), Language::En) => {
                "Save the file as UTF-8, or as CP950 and declare it with --encoding cp950."
            }
            (Self::Encoding(_), Language::ZhTw) => {
                "請將檔案存為 UTF-8，或存為 CP950 並以 --encoding cp950 宣告。"
            }
            (Self::Empty, Language::En) => "Send a file with a header line and at least one row.",
            (Self::Empty, Language::ZhTw) => "請送出含標題行及至少一列資料的檔案。",
            (Self::Limit(Limit::HeaderBytes(_) | Limit::Columns(_)), Language::En) => {
                "Keep in the first line only the columns that the specification lists, each once."
            }
            (Self::Limit(Limit::HeaderBytes(_) | Limit::Columns(_)), Language::ZhTw) => {
                "請在第一行只保留規格所列的各欄標題，每欄一次。"
            }
            (Self::Limit(_), Language::En) => {
                "Split the file and send the parts under batch numbers of their own."
            }
            (Self::Limit(_), Language::ZhTw) => "請將檔案分割，各以不同批號送出。",
            (Self::Name, Language::En) => "Rename the file, or give --member and --batch-no.",
            (Self::Name, Language::ZhTw) => "請更改檔名，或以 --member 及 --batch-no 指定。",
            (Self::Conflict, Language::En) => "Send the file under the next free batch number.",
            (Self::Conflict, Language::ZhTw) => "請改用下一個未使用的批號送出。",
            (Self::Quote { .. }, Language::En) => {
                "Close the quote; within a quoted cell, write a double quote twice."
            }
            (Self::Quote { .. }, Language::ZhTw) => "請補上結尾的雙引號；欄內的雙引號須寫兩次。",
        }
    }
}

impl EncodingFault {
    fn sentence(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Utf8Mark, Language::En) => "The file is marked as UTF-8, but CP950 was declared.",
            (Self::Utf8Mark, Language::ZhTw) => "檔案帶有 UTF-8 標記，但宣告的編碼是 CP950。",
            (Self::Utf16, Language::En) => "The file is in UTF-16.",
            (Self::Utf16, Language::ZhTw) => "檔案是 UTF-16 編碼。",
            (Self::Utf32, Language::En) => "The file is in UTF-32.",
            (Self::Utf32, Language::ZhTw) => "檔案是 UTF-32 編碼。",
            (Self::Nul, Language::En) => "The header contains a NUL byte.",
            (Self::Nul, Language::ZhTw) => "標題行含有 NUL 位元組。",
            (Self::Header, Language::En) => "The header is not in the declared encoding.",
            (Self::Header, Language::ZhTw) => "標題行不符合所宣告的編碼。",
        }
    }
}

impl Limit {
    fn sentence(self, language: Language) -> String {
        match (self, language) {
            (Self::FileBytes(most), Language::En) => format!("The file has more than {most} bytes."),
            (Self::FileBytes(most), Language::ZhTw) => format!("檔案超過 {most} 位元組。"),
            (Self::Rows(most), Language::En) => format!("The file has more than {most} rows."),
            (Self::Rows(most), Language::ZhTw) => format!("檔案超過 {most} 列。"),
            (Self::HeaderBytes(most), Language::En) => format!("The header has more than {most} bytes."),
            (Self::HeaderBytes(most), Language::ZhTw) => format!("標題行超過 {most} 位元組。"),
            (Self::Columns(most), Language::En) => format!("The header has more than {most} columns."),
            (Self::Columns(most), Language::ZhTw) => format!("標題行超過 {most} 欄。"),
        }
    }
}

fn columns_sentence(faults: &[ColumnFault], language: Language) -> String {
    let faults: Vec<String> = faults.iter().map(|fault| fault.phrase(language)).collect();
    match language {
        Language::En => format!("The header is not usable: {}.", faults.join(", ")),
        Language::ZhTw => format!("標題行無法使用：{}。", faults.join("、")),
    }
}

impl ColumnFault {
    fn phrase(&self, language: Language) -> String {
        match (self, language) {
            (
                Self::Unknown {
                    position,
                    name: Some(name),
                },
                Language::En,
            ) => {
                format!("column {position} ({name}) is unknown")
            }
            (
                Self::Unknown {
                    position,
                    name: Some(name),
                },
                Language::ZhTw,
            ) => {
                format!("第 {position} 欄（{name}）不明")
            }
            (Self::Unknown { position, name: None }, Language::En) => format!("column {position} is unknown"),
            (Self::Unknown { position, name: None }, Language::ZhTw) => format!("第 {position} 欄不明"),
            (Self::Repeated(name), Language::En) => format!("{name} appears twice"),
            (Self::Repeated(name), Language::ZhTw) => format!("{name} 重複"),
            (Self::Missing(name), Language::En) => format!("{name} is missing"),
            (Self::Missing(name), Language::ZhTw) => format!("缺少 {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_speaks_both_languages() {
        let unknown = |name: Option<&str>| ColumnFault::Unknown {
            position: 7,
            name: name.map(String::from),
        };
        let all = [
            FileRefusal::Columns(vec![
                unknown(None),
                unknown(Some("salary")),
                ColumnFault::Repeated("item"),
            ]),
            FileRefusal::Columns(vec![ColumnFault::Missing("subject_id")]),
            FileRefusal::Encoding(EncodingFault::Utf8Mark),
            FileRefusal::Encoding(EncodingFault::Utf16),
            FileRefusal::Encoding(EncodingFault::Utf32),
            FileRefusal::Encoding(EncodingFault::Nul),
            FileRefusal::Encoding(EncodingFault::Header),
            FileRefusal::Empty,
            FileRefusal::Limit(Limit::FileBytes(1)),
            FileRefusal::Limit(Limit::Rows(1)),
            FileRefusal::Limit(Limit::HeaderBytes(1)),
            FileRefusal::Limit(Limit::Columns(1)),
            FileRefusal::Name,
            FileRefusal::Conflict,
            FileRefusal::Quote { line: 9 },
        ];
        for refusal in &all {
            assert!(refusal.code().starts_with("FILE-"));
            let (english, chinese) = (refusal.sentence(Language::En), refusal.sentence(Language::ZhTw));
            assert!(english.is_ascii() && english.ends_with('.'), "{english}");
            assert!(!chinese.is_ascii() && chinese.ends_with('。'), "{chinese}");
            assert!(
                refusal.remedy(Language::En).is_ascii() && refusal.remedy(Language::ZhTw).ends_with('。')
            );
        }
    }

    #[test]
    fn a_header_names_its_columns() {
        fn check(faults: Vec<ColumnFault>, english: &str, chinese: &str) {
            let refusal = FileRefusal::Columns(faults);
            assert_eq!(refusal.sentence(Language::En), english);
            assert_eq!(refusal.sentence(Language::ZhTw), chinese);
        }
        let salary = || ColumnFault::Unknown {
            position: 7,
            name: Some("salary".to_owned()),
        };
        check(
            vec![salary(), ColumnFault::Missing("item")],
            "The header is not usable: column 7 (salary) is unknown, item is missing.",
            "標題行無法使用：第 7 欄（salary）不明、缺少 item。",
        );
        check(
            vec![ColumnFault::Unknown {
                position: 2,
                name: None,
            }],
            "The header is not usable: column 2 is unknown.",
            "標題行無法使用：第 2 欄不明。",
        );
    }
}
