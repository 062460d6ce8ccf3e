//! How things are shown: sentences for people, one JSON document for programs, errors on standard error. *Edge.*

use std::{
    io::{IsTerminal, Write},
    path::Path,
};

use mayfly_consent::{Code, Language};
use serde::Serialize;

use super::{args::Lang, terminal, usage};
use crate::{
    batch::Summary,
    error::{Error, Result},
    printed::{self, moment},
    wording,
};

/// Where and how a command shows what it did.
#[derive(Clone)]
pub(super) struct Out {
    json: bool,
    pub(super) language: Language,
}

impl Out {
    pub(super) fn new(json: bool, lang: Lang) -> Self {
        let language = lang.into();
        Self { json, language }
    }

    /// Whether progress may be shown: people at a terminal only.
    pub(super) fn is_lively(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Whether people read it at a terminal.
    pub(super) fn is_at_terminal(&self) -> bool {
        !self.json && std::io::stdout().is_terminal()
    }

    /// Shows `value` as JSON, or as `text` says it.
    pub(super) fn show(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            let json =
                serde_json::to_string_pretty(value).map_err(|_| Error::Bug("a result has no JSON form"))?;
            write(&format!("{json}\n"))
        } else {
            write(&terminal::lines(&text()))
        }
    }

    /// Shows CSV, which is neither the one JSON document of `--json` nor text to be made fit for a terminal.
    pub(super) fn csv(&self, csv: &str) -> Result<()> {
        if self.json {
            return Err(Error::Usage(
                "--csv and --json are two forms of the same: name one of them".into(),
            ));
        }
        write(csv)
    }

    /// Says a sentence to people; programs do not hear it.
    pub(super) fn say(&self, text: &str) {
        if !self.json {
            // Whether somebody listens does not change what was done.
            let _ = write(&format!("{}\n", terminal::lines(text)));
        }
    }

    /// Tells that a data directory was made.
    pub(super) fn made(&self, dir: &Path, again: &str) {
        let place = dir.display();
        self.say(&match self.language {
            Language::En => format!("made {place}\nnext: {again} member import FILE"),
            Language::ZhTw => format!("已建立 {place}\n接下來：{again} member import FILE"),
        });
        if self.json {
            let _ = write(&format!("{}\n", serde_json::json!({ "data": dir })));
        }
    }

    /// Tells what stopped the command: sentence, code and remedy, on standard error.
    pub(super) fn error(&self, error: &Error) {
        let said = wording::of(error, self.language);
        let _ = writeln!(
            std::io::stderr(),
            "{} ({})\n{}",
            terminal::line(&said.sentence),
            error.code(),
            said.remedy
        );
    }

    /// Tells how a command is used that was not understood.
    pub(super) fn usage(&self, error: &clap::Error) {
        if let Some(line) = usage::line(error, self.language) {
            let _ = writeln!(std::io::stderr(), "{}", terminal::line(&line));
        }
    }

    /// A batch and what became of it, for people.
    pub(super) fn summary(&self, summary: &Summary) -> String {
        let of = |en, zh| printed::of(self.language, en, zh);
        let (batch, member, rows) = (&summary.batch, &summary.member, summary.rows);
        let state = batch_state(summary.state, self.language);
        let mut text = match self.language {
            Language::En => format!("batch {batch}   member {member}   {state}   {rows} rows\n\n"),
            Language::ZhTw => format!("批次 {batch}   使用單位 {member}   {state}   {rows} 列\n\n"),
        };
        let counts = &summary.counts;
        for (name, count) in [
            (of("answered  ", "已回覆    "), counts.answered),
            (of("no record ", "查無資料  "), counts.no_record),
            (of("refused   ", "不予查詢  "), counts.refused),
            (of("failed    ", "查詢失敗  "), counts.failed),
            (of("unresolved", "結果未明  "), counts.unresolved),
        ] {
            text.push_str(&format!("  {name}  {count:>9}\n"));
        }
        if !summary.codes.is_empty() {
            text.push_str(of(
                "\nwhy (a row may have several reasons):\n",
                "\n原因（一列可能有數項）：\n",
            ));
        }
        for (code, count) in &summary.codes {
            let sentence = Code::parse(code).map_or("", |code| code.sentence(self.language));
            text.push_str(&format!("  {count:>6}  {code:<18} {sentence}\n"));
        }
        if let Some(expires_at) = summary.expires_at {
            let name = of("answers can be read until ", "回覆可讀至 ");
            text.push_str(&format!("\n{name}{}\n", moment(expires_at, self.language)));
        }
        text
    }
}

/// How far a batch has come, for people.
pub(super) fn batch_state(word: &str, language: Language) -> &str {
    match (word, language) {
        ("accepted", Language::ZhTw) => "已受理",
        ("settled", Language::ZhTw) => "已結清",
        (word, _) => word,
    }
}

/// Writes to standard output; a closed pipe is not an error of ours.
pub(super) fn write(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to standard output")(error))
        }
        _ => Ok(()),
    }
}
