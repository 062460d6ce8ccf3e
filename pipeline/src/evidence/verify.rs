//! Verifies a pack from its folder and the public key: no database, no secret of ours. *Edge.*
//!
//! First the signature under the manifest, the list it names and every file by its hash; then what the files say, each by the
//! check of its own export: the journal, the sheets and that they are exactly the queries of their weeks, the samples, the
//! reconciliations, the certificates.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use mayfly_consent::day::taipei_day;
use mayfly_retention::certificate::Certificate;
use serde_json::Value;

use super::{
    FINDINGS, JOURNAL, MANIFEST, SUMS,
    finding::{self, Finding},
    held::{self, Querier, Registers},
    manifest::Manifest,
    verified::{Findings, Verified},
    weeks::{Of, Weeks},
};
use crate::{
    audit::{self, Month},
    certificate::check as certificates,
    error::{Error, Result},
    ids,
    input::{self, name_of},
    journal::{
        checkpoint::Checkpoint,
        entry::{Entry, Kind, SALT_BYTES},
        finding::Report,
        folder::{each_entry, plain_file},
        frontier::Frontier,
        merkle::{Hash, hash_leaf},
        note::{NOTE_BYTES_MAX, VerifierKey, text_of},
        verify::verify_folder,
    },
    output::folder::files_below,
    sheet::{Week, check as sheets, entries::Range, proof},
};

/// Verifies the pack in `folder` with the public key, or the file that holds it.
///
/// # Errors
/// `CERTIFICATE-KEY`; `EVIDENCE-FILE` for a folder that is no pack. Whatever is wrong with one is a finding.
pub fn verify(folder: &Path, key: &str) -> Result<Verified> {
    let keys = certificates::keys(&[key.to_owned()])?;
    let key = keys.first().ok_or(Error::Bug("a key that was read is gone"))?;
    let note = plain_file(&folder.join(MANIFEST), NOTE_BYTES_MAX).ok_or_else(unusable)?;
    let mut pack = Pack {
        folder,
        key,
        findings: Findings::default(),
    };
    let manifest = key.open(&note).ok().and_then(Manifest::parse);
    let Some(manifest) = manifest.filter(|manifest| pack.is_signed_once(&note, manifest)) else {
        pack.find("the manifest is not signed with this key, or was changed; nothing else was looked at");
        return Ok(Verified::unsigned(pack.findings.into_told()));
    };
    let files = pack.files(&manifest)?;
    let known = pack.known(&manifest);
    let report = verify_folder(&folder.join(JOURNAL), &key.text()).unwrap_or_default();
    for finding in &report.findings {
        pack.find(&format!("{JOURNAL}/{finding}"));
    }
    let journal = report.checkpoint.as_ref().map_or(0, Checkpoint::size);
    if journal != manifest.journal {
        pack.find("the journal has another size than the manifest says");
    }
    let of = |part: &str, end: &str| -> Vec<PathBuf> {
        let named = files
            .iter()
            .filter(|path| path.starts_with(part) && path.ends_with(end));
        named.map(|path| folder.join(path)).collect()
    };
    let registers = Registers::read(&manifest.asked, |name| {
        let path = format!("registers/{name}");
        let bytes = plain_file(&folder.join(&path), REGISTER_BYTES_MAX).filter(|_| files.contains(&path));
        bytes.and_then(|bytes| String::from_utf8(bytes).ok())
    });
    let seen = pack.journal(
        (&manifest, &known, &report),
        &registers,
        &of("checkpoints/", ".checkpoint"),
        &of("sheets/", ".proof"),
    );
    let mut due = seen.opened.map_or_else(BTreeMap::new, |opened| {
        registers.due(&manifest.asked, manifest.made_at, opened)
    });
    // Of a week with queries and without any sheet it is told already.
    due.retain(|of, _| !seen.absent.contains(of));
    held::compare(&due, &seen.queriers, &known, &mut pack.findings);
    let samples = of("samples/", "/sample.json");
    let mut drawn = seen.drawn;
    for sample in &samples {
        if let Some(of) = pack.sample(sample, &report) {
            drawn.remove(&of);
        }
    }
    for (member, month) in drawn {
        pack.find(&format!(
            "the sample of {member}, {month}: was drawn and is not here"
        ));
    }
    let reconciliations = of("reconciliations/", ".json");
    for file in &reconciliations {
        pack.reconciliation(file, &seen.payloads);
    }
    let certificates = of("certificates/", ".certificate");
    pack.certificates(&certificates, &seen.certificates);
    // The last: nothing that is new goes under in it.
    for found in &known {
        pack.find(&found.told_later());
    }
    Ok(Verified {
        from: manifest.asked.from.to_string(),
        to: manifest.asked.to.to_string(),
        member: manifest.asked.member.unwrap_or_else(|| "all".into()),
        made_by: manifest.made_by,
        files: manifest.files,
        journal,
        sheets: seen.sheets,
        samples: samples.len() as u64,
        reconciliations: reconciliations.len() as u64,
        certificates: certificates.len() as u64,
        findings: pack.findings.into_told(),
    })
}

struct Pack<'p> {
    folder: &'p Path,
    key: &'p VerifierKey,
    findings: Findings,
}

/// What is looked for among the entries.
#[derive(Default)]
struct Seen {
    /// Sheets, and of how many weeks.
    sheets: (u64, u64),
    /// Whose sheets are there.
    queriers: BTreeMap<Of, BTreeSet<Querier>>,
    /// Weeks with queries of which none is.
    absent: BTreeSet<Of>,
    /// The day of the first entry.
    opened: Option<Date>,
    /// What reconciliations commit to, by journal index.
    payloads: BTreeMap<u64, Hash>,
    /// The hashes of certificates.
    certificates: BTreeSet<String>,
    /// Member and month of the samples that were drawn and belong in the pack.
    drawn: BTreeSet<(String, String)>,
}

impl Pack<'_> {
    fn find(&mut self, what: &str) {
        self.findings.add(|| what.to_owned());
    }

    /// Whether the note has the one signature line that we write, and the manifest names the key that made it.
    fn is_signed_once(&self, note: &[u8], manifest: &Manifest) -> bool {
        let lines = note.split(|byte| *byte == b'\n').count();
        lines == manifest.text().lines().count() + SIGNATURE_LINES
            && manifest.origin == self.key.name()
            && manifest.fingerprint == ids::hex(&self.key.fingerprint())
    }

    /// Holds every file against the list, and the list against the manifest; returns the files that are as they were listed:
    /// no other one is opened again.
    fn files(&mut self, manifest: &Manifest) -> Result<BTreeSet<String>> {
        let list = plain_file(&self.folder.join(SUMS), SUMS_BYTES_MAX).unwrap_or_default();
        if ids::hex(&<sha2::Sha256 as sha2::Digest>::digest(&list)) != manifest.sums {
            self.find(&format!("{SUMS} is not the list that was signed"));
        }
        let list = String::from_utf8(list).unwrap_or_default();
        let listed: BTreeMap<&str, &str> = list
            .lines()
            .filter_map(|line| line.split_once("  ").map(|(hash, path)| (path, hash)))
            .collect();
        if listed.len() as u64 != manifest.files {
            self.find(&format!(
                "{SUMS} lists another number of files than the manifest says"
            ));
        }
        let there: BTreeSet<String> = files_below(self.folder)?.into_iter().collect();
        for path in &there {
            if ![MANIFEST, SUMS].contains(&path.as_str()) && !listed.contains_key(path.as_str()) {
                self.find(&format!("{path}: was not there when it was signed"));
            }
        }
        let mut good = BTreeSet::new();
        for (path, hash) in &listed {
            let plain = there.contains(*path).then(|| self.folder.join(path));
            let file = plain
                .filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_file()))
                .and_then(|path| input::open(&path).ok());
            match file.map(input::sha256_of) {
                None => self.find(&format!("{path}: is missing, or no plain file")),
                Some(Err(_)) => self.find(&format!("{path}: cannot be read")),
                Some(Ok(found)) if found != *hash => self.find(&format!("{path}: was changed")),
                Some(Ok(_)) => {
                    good.insert((*path).to_owned());
                }
            }
        }
        Ok(good)
    }

    /// What did not verify when it was made, as it was listed then.
    fn known(&mut self, manifest: &Manifest) -> Vec<Finding> {
        let list = plain_file(&self.folder.join(FINDINGS), FINDINGS_BYTES_MAX).unwrap_or_default();
        let hash = ids::hex(&<sha2::Sha256 as sha2::Digest>::digest(&list));
        let known = String::from_utf8(list)
            .ok()
            .filter(|_| hash == manifest.findings_hash);
        let known = known.and_then(|list| finding::parse(&list));
        known
            .filter(|known| known.len() as u64 == manifest.findings)
            .unwrap_or_else(|| {
                self.find(&format!("{FINDINGS} is not the list that was signed"));
                Vec::new()
            })
    }

    /// Reads the entries once: for the older checkpoints, the queries of the weeks there are sheets of or have to be, the samples
    /// that have to be there, and what reconciliations and certificates say.
    fn journal(
        &mut self,
        (manifest, known, report): (&Manifest, &[Finding], &Report),
        registers: &Registers,
        older: &[PathBuf],
        files: &[PathBuf],
    ) -> Seen {
        let mut seen = Seen::default();
        let Some(head) = report.checkpoint.as_ref().filter(|_| report.is_sound()) else {
            self.find("sheets, samples and certificates were not judged: the journal is not what was signed");
            return seen;
        };
        let mut checkpoints: BTreeMap<u64, Vec<(Hash, String)>> = BTreeMap::new();
        for file in older {
            let note = plain_file(file, NOTE_BYTES_MAX).unwrap_or_default();
            match Checkpoint::open(&note, self.key) {
                Ok(checkpoint) => checkpoints
                    .entry(checkpoint.size())
                    .or_default()
                    .push((*checkpoint.root(), name_of(file))),
                Err(_) => self.find(&format!("{}: is not signed with this key", name_of(file))),
            }
        }
        let weeks = self.sheets(files, &mut seen.queriers);
        seen.sheets = (files.len() as u64, weeks.len() as u64);
        let mut frontier = Frontier::default();
        let found = &mut self.findings;
        let mut weeks = Weeks::new(&weeks, finding::claims(known), found);
        let is_due = |(member, week): &Of| manifest.has_week(member, *week, registers.make_hour(member));
        each_entry(&self.folder.join(JOURNAL), head.size(), |line| {
            let index = frontier.size();
            let _ = frontier.append(hash_leaf(line));
            for (root, file) in checkpoints.remove(&frontier.size()).into_iter().flatten() {
                if root != frontier.root() {
                    found.add(|| format!("{file}: is no beginning of the journal"));
                }
            }
            let Ok(entry) = Entry::parse(line) else { return };
            seen.opened.get_or_insert_with(|| taipei_day(entry.at));
            match entry.kind {
                Kind::Query => {
                    let of = (entry.member.to_owned(), Week::of(entry.at));
                    weeks.take(of, index, is_due, found);
                }
                Kind::Sample if entry.at <= manifest.made_at => {
                    let drawn = entry.reference.strip_prefix(DRAWN).and_then(Month::parse);
                    if let Some(month) = drawn.filter(|month| manifest.has_month(entry.member, *month)) {
                        seen.drawn.insert((entry.member.to_owned(), month.to_string()));
                    }
                }
                Kind::Reconciliation => {
                    seen.payloads.insert(index, entry.payload);
                }
                Kind::Certificate => {
                    seen.certificates.insert(entry.reference.to_owned());
                }
                _ => {}
            }
        });
        seen.absent = weeks.finish(found);
        for (_, file) in checkpoints.into_values().flatten() {
            found.add(|| format!("{file}: is of a longer journal than the one here"));
        }
        seen
    }

    /// Checks the proof of each sheet; returns their ranges by member and week.
    fn sheets(
        &mut self,
        files: &[PathBuf],
        queriers: &mut BTreeMap<Of, BTreeSet<Querier>>,
    ) -> BTreeMap<Of, Vec<Vec<Range>>> {
        let mut weeks: BTreeMap<Of, Vec<Vec<Range>>> = BTreeMap::new();
        for file in files {
            let text = sheets::text(file).unwrap_or_default();
            let Some(proof) = proof::read(&text) else {
                self.find(&format!("{}: is no proof of a sheet", name_of(file)));
                continue;
            };
            for finding in proof::check(&proof, self.key).findings {
                self.find(&format!("{}: {finding}", name_of(file)));
            }
            let of = (proof.member.to_owned(), proof.week);
            let querier = held::querier(proof.querier, proof.unit);
            queriers.entry(of.clone()).or_default().insert(querier);
            weeks.entry(of).or_default().push(proof.ranges);
        }
        weeks
    }

    /// Checks a sample against the rule; returns whose it is, and of which month.
    fn sample(&mut self, file: &Path, report: &Report) -> Option<(String, String)> {
        let folder = file.parent().unwrap_or(self.folder);
        let journal = self.folder.join(JOURNAL);
        match audit::verify::verify_in(folder, (&journal, report), self.key) {
            Ok(verified) => {
                for finding in verified.findings {
                    self.find(&format!(
                        "sample of {}, {}: {finding}",
                        verified.member, verified.month
                    ));
                }
                Some((verified.member, verified.month))
            }
            Err(error) => {
                self.find(&format!("{}: {error}", name_of(folder)));
                None
            }
        }
    }

    fn reconciliation(&mut self, file: &Path, payloads: &BTreeMap<u64, Hash>) {
        let shown: Option<Value> =
            plain_file(file, RECONCILIATION_BYTES_MAX).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let holds = shown.is_some_and(|shown| {
            let payload = shown["payload"].as_str().and_then(ids::unhex).unwrap_or_default();
            let committed: Hash = <sha2::Sha256 as sha2::Digest>::digest(&payload).into();
            let said: Option<Value> = payload
                .get(SALT_BYTES..)
                .and_then(|json| serde_json::from_slice(json).ok());
            let entry = shown["entry"].as_u64().and_then(|entry| payloads.get(&entry));
            entry == Some(&committed) && said.as_ref() == Some(&shown["said"])
        });
        if !holds {
            self.find(&format!("{}: is not what was entered", name_of(file)));
        }
    }

    fn certificates(&mut self, files: &[PathBuf], entered: &BTreeSet<String>) {
        let mut notes = Vec::new();
        for file in files {
            match plain_file(file, NOTE_BYTES_MAX) {
                Some(note) => {
                    let hash = <sha2::Sha256 as sha2::Digest>::digest(&note);
                    if !entered.contains(&ids::hex(&hash)) {
                        self.find(&format!("{}: is not in the journal", name_of(file)));
                    }
                    notes.push(file.clone());
                }
                None => self.find(&format!("{}: is no certificate", name_of(file))),
            }
        }
        match certificates::judge(&notes, &self.names(&notes)) {
            Ok(all) => {
                for judged in all.iter().filter(|judged| !judged.sound) {
                    self.find(&format!("{}: {}", name_of(&judged.file), judged.said));
                }
            }
            Err(error) => self.find(&error.to_string()),
        }
    }

    /// The one key under each name that the certificates say it had: a journal that was put back signs on under another origin.
    fn names(&self, files: &[PathBuf]) -> Vec<VerifierKey> {
        let notes = files.iter().filter_map(|file| plain_file(file, NOTE_BYTES_MAX));
        let origins: BTreeSet<String> = notes
            .filter_map(|note| Some(Certificate::parse(text_of(&note)?)?.origin))
            .chain([self.key.name().to_owned()])
            .collect();
        origins
            .iter()
            .filter_map(|origin| self.key.named(origin).ok())
            .collect()
    }
}

fn unusable() -> Error {
    Error::Input {
        code: "EVIDENCE-FILE",
        sentence: "there is no evidence pack in this folder: it has no manifest".into(),
        remedy: "name a folder that `mayfly evidence pack` wrote",
    }
}

/// What the reference of an entry begins with by which a sample was drawn.
const DRAWN: &str = "draw:";
/// Behind the text: an empty line, the signature, and what is behind the last line end.
const SIGNATURE_LINES: usize = 3;
/// Room for a million files.
const SUMS_BYTES_MAX: usize = 256 << 20;
/// Room for a million findings.
const FINDINGS_BYTES_MAX: usize = 256 << 20;
/// Room for the people of a thousand members.
const REGISTER_BYTES_MAX: usize = 64 << 20;
const RECONCILIATION_BYTES_MAX: usize = 1 << 20;
