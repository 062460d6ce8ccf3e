//! The clause matrix: each clause of the governing document, the control that carries it, the test that shows it. *Pure.*
//!
//! One table, `jcic-2024.csv` beside this file, is all there is to it; `list` adds the state of this moment, `forms` prints it.

pub mod forms;
pub mod list;

use csv::ReaderBuilder;

use crate::error::{Error, Result};

/// The table of the regime `jcic-2024`.
const JCIC_2024: &str = include_str!("jcic-2024.csv");

/// One clause and what carries it.
pub struct Clause {
    /// Its id, such as `JCIC-9.3.2.1a`.
    pub id: String,
    /// Where it stands, such as 九(三)2(1).
    pub clause: String,
    /// What it asks.
    pub obligation: String,
    /// Words of it by which it is found.
    pub key_phrase: String,
    /// What carries it; for an open one, what is missing.
    pub control: String,
    /// The same in Chinese.
    pub control_zh: String,
    /// The test that shows it, a function's name; `none` for what cannot be tested here.
    pub test: String,
    /// Where its state is seen.
    pub live: Live,
}

/// Where the state of a clause is seen.
pub enum Live {
    /// The program holds to it, always.
    Kept,
    /// In the duties of these rules.
    Duties(Vec<String>),
    /// In what is due for destruction.
    Purge,
    /// Nowhere here: others keep it, and only their evidence can be recorded.
    Evidence,
    /// Nowhere yet.
    Open,
}

/// The clauses of the regime `jcic-2024`, in their order.
///
/// # Errors
/// A bug: the table is embedded.
pub fn jcic_2024() -> Result<Vec<Clause>> {
    let mut reader = ReaderBuilder::new().from_reader(JCIC_2024.as_bytes());
    reader
        .records()
        .map(|record| {
            let record = record.ok();
            record
                .as_ref()
                .and_then(clause)
                .ok_or(Error::Bug("a line of the clause matrix is not readable"))
        })
        .collect()
}

fn clause(record: &csv::StringRecord) -> Option<Clause> {
    let cell = |place| record.get(place).map(str::to_owned);
    Some(Clause {
        id: cell(0)?,
        clause: cell(1)?,
        obligation: cell(2)?,
        key_phrase: cell(3)?,
        control: cell(4)?,
        control_zh: cell(7)?,
        test: cell(5)?,
        live: match record.get(6)? {
            "kept" => Live::Kept,
            "purge" => Live::Purge,
            "evidence" => Live::Evidence,
            "open" => Live::Open,
            rules => {
                let rules = rules
                    .split(' ')
                    .map(|rule| rule.strip_prefix("duty:").map(str::to_owned));
                Live::Duties(rules.collect::<Option<_>>()?)
            }
        },
    })
}

/// What stands for the test of a clause that an organisation keeps, and no program.
const NO_TEST: &str = "none";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    #[test]
    fn the_matrix_is_readable_and_names_duties_that_are_there() {
        let regime = Regime::jcic_2024().unwrap();
        let clauses = jcic_2024().unwrap();
        for clause in &clauses {
            if let Live::Duties(rules) = &clause.live {
                let there = |rule: &String| regime.duties.iter().any(|duty| duty.id == *rule);
                assert!(rules.iter().all(there), "{}", clause.id);
            }
            // What only evidence shows names who asks for it: a duty or a paper of the register.
            if matches!(clause.live, Live::Evidence) {
                let (_, evidence) = clause.control.split_once("evidence: ").unwrap();
                let mut asks = regime
                    .duties
                    .iter()
                    .map(|duty| &duty.id)
                    .chain(regime.papers.iter().map(|paper| &paper.id));
                assert!(asks.any(|id| evidence.contains(id.as_str())), "{}", clause.id);
            }
            let untested = matches!(clause.live, Live::Evidence | Live::Open);
            assert_eq!(clause.test == NO_TEST, untested, "{}", clause.id);
            let is_chinese = |letter: char| ('\u{4E00}'..='\u{9FFF}').contains(&letter);
            assert!(clause.control_zh.contains(is_chinese), "{}", clause.id);
            // Whatever the control names, both languages name.
            for rule in regime.duties.iter().map(|duty| duty.id.as_str()) {
                let names = |text: &str| {
                    let mut words =
                        text.split(|letter: char| letter != '_' && !letter.is_ascii_alphanumeric());
                    words.any(|word| word == rule)
                };
                let is_named = [&clause.control, &clause.control_zh].map(|text| names(text));
                // Some ids are English words as well.
                if rule.contains('_') {
                    assert_eq!(is_named[0], is_named[1], "{}: {rule}", clause.id);
                }
            }
            let missing = clause.control.starts_with("missing: ");
            assert_eq!(missing, matches!(clause.live, Live::Open), "{}", clause.id);
        }
        // And the other way round: no periodic duty of the regime is without its clause.
        let shown = |rule: &str| {
            let is_of =
                |clause: &Clause| matches!(&clause.live, Live::Duties(of) if of.iter().any(|of| of == rule));
            clauses.iter().any(is_of)
        };
        let hidden: Vec<&str> = regime
            .duties
            .iter()
            .map(|duty| duty.id.as_str())
            .filter(|rule| !shown(rule))
            .collect();
        // A finding's report is asked by the self-audit as a whole, not by a clause of its own.
        assert_eq!(hidden, ["finding_report"]);
    }
}
