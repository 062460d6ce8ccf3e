//! `audit reconcile`: what came of it, the first findings, and all of them as a file. *Edge.*

use std::path::Path;

use super::out::Out;
use crate::{
    app::House,
    audit::{
        Month,
        comparison::Difference,
        reconcile::{self, Finding, Reconciled},
    },
    error::{Error, Exit, Result},
    input,
    output::file::NewFile,
};

/// What is to be reconciled, and who does it.
pub(super) struct Order<'o> {
    pub(super) house: &'o House,
    pub(super) of: (&'o str, Month),
    pub(super) log: &'o Path,
    pub(super) by: &'o str,
}

impl Order<'_> {
    pub(super) async fn run(&self, findings: Option<&Path>, out: &Out) -> Result<Exit> {
        let mut file = findings.map(|path| create(self.house, path)).transpose()?;
        let mut first = Vec::new();
        let ended = reconcile::reconcile(self.house, self.of, self.log, self.by, |finding| {
            if let Some(file) = &mut file {
                let row = row(&finding);
                file.write(&format!("{row}\r\n"))?;
            }
            if first.len() < SHOWN {
                first.push(finding);
            }
            Ok(())
        })
        .await;
        // Findings without an entry would be half a result.
        let (reconciled, entry) = ended?;
        if let Some(file) = file {
            file.publish()?;
        }
        let mut value =
            serde_json::to_value(&reconciled).map_err(|_| Error::Bug("a count has no JSON form"))?;
        value["entry"] = entry.into();
        value["findings"] =
            serde_json::to_value(&first).map_err(|_| Error::Bug("a finding has no JSON form"))?;
        out.show(&value, || text(&reconciled, entry, &first))?;
        Ok(match reconciled.is_clean() {
            true => Exit::Done,
            false => Exit::Findings,
        })
    }
}

fn create(house: &House, path: &Path) -> Result<NewFile> {
    let refused = |sentence: &str| Error::Input {
        code: "RECONCILE-FILE",
        sentence: sentence.into(),
        remedy: "name a new file in a folder that exists, outside the data directory (--findings FILE.csv)",
    };
    if input::inside(path, &house.dir) {
        return Err(refused(
            "the file of findings would lie in the data directory; nothing was done",
        ));
    }
    let mut file = NewFile::begin(path)
        .map_err(|_| refused("the file of findings is there already, or cannot be made; nothing was done"))?;
    file.write("batch,line,finding,fields\r\n")?;
    Ok(file)
}

/// A line of the file; batches were compared with the bureau's, or read within bounds, and are quoted all the same.
fn row(finding: &Finding) -> String {
    let batch = crate::printed::cell(&finding.batch);
    format!(
        "{batch},{},{},{}",
        finding.line,
        finding.difference.word(),
        fields(finding)
    )
}

fn fields(finding: &Finding) -> String {
    match &finding.difference {
        Difference::Different { fields } => {
            let names: Vec<&str> = fields.iter().map(|field| field.column()).collect();
            names.join(" ")
        }
        _ => String::new(),
    }
}

fn text(reconciled: &Reconciled, entry: u64, first: &[Finding]) -> String {
    let mut text = format!(
        "member {}, {}: {} query records here, {} lines in the member's log   (journal entry {entry})\n",
        reconciled.member, reconciled.month, reconciled.records, reconciled.lines
    );
    let counts = [
        ("in the log, not among the records", reconciled.missing_here),
        ("among the records, not in the log", reconciled.missing_there),
        ("more than once in the log", reconciled.twice),
        ("in both, with other values", reconciled.different),
        ("records without a consent", reconciled.no_consent),
        (
            "records without an approval before the query",
            reconciled.no_approval,
        ),
    ];
    for (what, count) in counts {
        text.push_str(&format!("  {count:>9}  {what}\n"));
    }
    if reconciled.is_clean() {
        text.push_str("both sides agree in every query\n");
        return text;
    }
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    text.push_str(&format!("the first {} of {all} findings:\n", first.len()));
    for finding in first {
        let word = finding.difference.word();
        let line = format!(
            "  {} line {}  {word}  {}",
            finding.batch,
            finding.line,
            fields(finding)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

const SHOWN: usize = 20;
