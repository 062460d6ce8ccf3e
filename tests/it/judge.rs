//! Whether what the provider, the member and the journal saw of a batch agree: nothing lost, nothing asked twice. *Pure.*

use std::collections::{HashMap, HashSet};

use crate::synthetic::{JournalLine, ResultLine};

/// Holds the member's results against the provider's ledger and the journal. Clean means: every line of the file
/// (header is line 1) has one outcome; every query id belongs to one line and every line has at most one; the provider
/// received every one of them, never another, and none by a second `ask`, but nothing of what a stop held back; each id stands in the
/// journal once; no consent was used by two queries.
pub fn judge(rows: u64, results: &[ResultLine], ledger: &str, journal: &[JournalLine]) -> Result<(), String> {
    let lines: Vec<u64> = results.iter().map(|result| result.line).collect();
    if lines != (2..rows + 2).collect::<Vec<_>>() {
        return Err(format!(
            "the results do not hold each of {rows} lines once, in order"
        ));
    }
    let mut line_of: HashMap<&str, u64> = HashMap::new();
    let mut held = HashSet::new();
    let mut consents = HashSet::new();
    for result in results {
        let line = result.line;
        match (result.status.as_str(), result.query.as_str()) {
            ("refused", "") => continue,
            ("answered" | "no_record" | "failed" | "unresolved", query) if !query.is_empty() => {
                if let Some(other) = line_of.insert(query, line) {
                    return Err(format!("lines {other} and {line} share query {query}"));
                }
                if result.status == "failed" && result.codes.starts_with("GATE-") {
                    held.insert(query);
                }
            }
            (status, query) => return Err(format!("line {line} ended as {status} with query '{query}'")),
        }
        if !consents.insert(result.consent_ref.as_str()) {
            return Err(format!("line {line} uses a consent that another line has used"));
        }
    }
    received(&line_of, &held, ledger)?;
    entered(&line_of, journal)
}

fn received(line_of: &HashMap<&str, u64>, held: &HashSet<&str>, ledger: &str) -> Result<(), String> {
    let (mut asked, mut seen) = (HashSet::new(), HashSet::new());
    for entry in ledger.lines() {
        // Whoever was killed in the midst of noting it had not asked yet.
        if is_fragment(entry, line_of) {
            continue;
        }
        let (word, query) = entry.split_once(' ').ok_or("the ledger has a torn line")?;
        if !line_of.contains_key(query) {
            return Err(format!(
                "the provider received {query}, which is the query of no line: a row was asked twice"
            ));
        }
        if held.contains(query) {
            return Err(format!("{query} was held back, and the provider received it"));
        }
        let fresh = match word {
            "ask" => asked.insert(query),
            "recall" => true,
            _ => return Err(format!("the ledger has the word {word}")),
        };
        if !fresh {
            return Err(format!("{query} was asked twice"));
        }
        seen.insert(query);
    }
    match line_of
        .keys()
        .find(|query| !seen.contains(**query) && !held.contains(**query))
    {
        Some(query) => Err(format!(
            "line {} has an outcome, but {query} never reached the provider",
            line_of[query]
        )),
        None => Ok(()),
    }
}

/// Whether it is the beginning of a line about one of these queries, and no more.
fn is_fragment(entry: &str, line_of: &HashMap<&str, u64>) -> bool {
    ["ask ", "recall "]
        .iter()
        .any(|word| match entry.strip_prefix(word) {
            None => word.starts_with(entry),
            Some(begun) => {
                !line_of.contains_key(begun) && line_of.keys().any(|query| query.starts_with(begun))
            }
        })
}

fn entered(line_of: &HashMap<&str, u64>, journal: &[JournalLine]) -> Result<(), String> {
    let mut seen = HashSet::new();
    for entry in journal.iter().filter(|entry| entry.kind == "query") {
        if !line_of.contains_key(entry.reference.as_str()) {
            return Err(format!(
                "the journal has query {}, which is the query of no line",
                entry.reference
            ));
        }
        if !seen.insert(entry.reference.as_str()) {
            return Err(format!("the journal has query {} twice", entry.reference));
        }
    }
    if seen.len() == line_of.len() {
        return Ok(());
    }
    Err(format!(
        "{} queries were made, {} stand in the journal",
        line_of.len(),
        seen.len()
    ))
}

#[test]
fn a_clean_story_passes_and_each_planted_fault_is_caught() {
    let line = |line: u64, status: &str, query: &str| ResultLine {
        line,
        consent_ref: format!("C-{line}"),
        status: status.into(),
        codes: String::new(),
        query: query.into(),
    };
    let query = |query: &str| JournalLine {
        kind: "query",
        reference: query.into(),
    };
    let results = vec![
        line(2, "answered", "a-0000"),
        line(3, "refused", ""),
        line(4, "unresolved", "b-0000"),
    ];
    let ledger = "ask a-0000\nask b-0000\nrecall b-0000\nrecall b-0000\n";
    let journal = vec![
        query("a-0000"),
        JournalLine {
            kind: "settle",
            reference: "x".into(),
        },
        query("b-0000"),
    ];
    assert_eq!(judge(3, &results, ledger, &journal), Ok(()));

    #[track_caller]
    fn caught(verdict: Result<(), String>, expected: &str) {
        assert!(
            verdict.as_ref().is_err_and(|found| found.contains(expected)),
            "{verdict:?}"
        );
    }
    // The same person under a new query id, and the same id by a second `ask`: the two ways to ask twice.
    caught(
        judge(3, &results, &format!("{ledger}ask c-0000\n"), &journal),
        "asked twice",
    );
    caught(
        judge(3, &results, &format!("{ledger}ask a-0000\n"), &journal),
        "asked twice",
    );
    caught(judge(3, &results, "ask a-0000\n", &journal), "never reached");
    caught(
        judge(3, &results, &format!("{ledger}asrecall b-0000\n"), &journal),
        "the word asrecall",
    );
    caught(judge(3, &results, &format!("{ledger}tell"), &journal), "torn");
    for fragment in ["", "a", "ask", "recall ", "ask a-00", "recall b-000"] {
        let torn = format!("{fragment}\n{ledger}{fragment}");
        assert_eq!(judge(3, &results, &torn, &journal), Ok(()), "{fragment}");
    }
    caught(judge(4, &results, ledger, &journal), "each of 4 lines");
    caught(judge(3, &results, ledger, &journal[..2]), "stand in the journal");
    caught(
        judge(
            3,
            &results,
            ledger,
            &[journal.clone(), vec![query("a-0000")]].concat(),
        ),
        "twice",
    );
    caught(
        judge(
            3,
            &results,
            ledger,
            &[journal.clone(), vec![query("c-0000")]].concat(),
        ),
        "no line",
    );
    // What a stop held back: it never reached the provider, and must not have.
    let mut doctored = results.clone();
    (doctored[2].status, doctored[2].codes) = ("failed".into(), "GATE-LINK".into());
    assert_eq!(judge(3, &doctored, "ask a-0000\n", &journal), Ok(()));
    caught(judge(3, &doctored, ledger, &journal), "held back");
    let mut doctored = results.clone();
    doctored[2].query = "a-0000".into();
    caught(judge(3, &doctored, ledger, &journal), "share");
    let mut doctored = results.clone();
    doctored[2].consent_ref = "C-2".into();
    caught(judge(3, &doctored, ledger, &journal), "another line has used");
    let mut doctored = results.clone();
    doctored[1].status = "asked".into();
    caught(judge(3, &doctored, ledger, &journal), "ended as asked");
    let mut doctored = results;
    doctored.swap(0, 1);
    caught(judge(3, &doctored, ledger, &journal), "in order");
}
