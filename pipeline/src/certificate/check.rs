//! Checks certificates with nothing but the public key, and tells whose destroyed key a sealed file was under. *Edge.*

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    path::{Path, PathBuf},
};

use mayfly_retention::{
    certificate::{Certificate, State},
    header::{HEADER, Header},
    plan::Why,
};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    ids,
    input::{self, Unopened},
    journal::note::{VerifierKey, text_of},
};

/// What one file is.
#[derive(Serialize)]
pub struct Judged {
    /// As it was named.
    pub file: PathBuf,
    /// A certificate, a sealed file, or neither.
    pub kind: FileKind,
    /// The cohort it speaks of, if it can be believed that it does.
    pub cohort: Option<String>,
    /// The number of the certificate that it is, or that certifies its key as destroyed.
    pub number: Option<u64>,
    /// What was found, in a sentence.
    pub said: String,
    /// Whether that is how it should be.
    pub sound: bool,
}

/// What a file is by its first bytes.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A signed note with a certificate.
    Certificate,
    /// A sealed file.
    Segment,
    /// Anything else.
    Neither,
}

/// Reads the public keys that certificates may be signed with: the text of a verifier key each, or a file that holds it.
///
/// # Errors
/// `CERTIFICATE-KEY`.
pub fn keys(given: &[String]) -> Result<Vec<VerifierKey>> {
    given
        .iter()
        .map(|text| {
            VerifierKey::parse(&key_text(text)).map_err(|_| Error::Input {
                code: "CERTIFICATE-KEY",
                sentence: "what stands after --key is neither a verifier key nor a file that holds one".into(),
                remedy: "give the key as `mayfly doctor` prints it, or the file `verifier-key` of a `certificate export`",
            })
        })
        .collect()
}

/// The text of the public key that `given` is, or that the file of that name holds.
pub fn key_text(given: &str) -> String {
    if VerifierKey::parse(given).is_ok() {
        return given.into();
    }
    let held = read(Path::new(given))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    held.map_or_else(|| given.into(), |text| text.trim_end().into())
}

/// Judges `files`: certificates by their signature, sealed files by the certificates among them.
///
/// # Errors
/// `CERTIFICATE-FILE` when one cannot be read: nothing was judged then.
pub fn judge(files: &[PathBuf], keys: &[VerifierKey]) -> Result<Vec<Judged>> {
    let contents = files
        .iter()
        .map(|file| read(file).map_err(|why| unreadable(file, &why)))
        .collect::<Result<Vec<_>>>()?;
    let mut signed = Signed::default();
    let first: Vec<Option<Judged>> = files
        .iter()
        .zip(&contents)
        .map(|(file, content)| (!content.starts_with(SEALED)).then(|| signed.judge(file, content, keys)))
        .collect();
    let all = files.iter().zip(&contents).zip(first);
    Ok(all
        .map(|((file, content), judged)| judged.unwrap_or_else(|| signed.find_key_of(file, content)))
        .collect())
}

/// Judges the certificate `note` alone, which somebody shows, by `key`.
pub fn judge_note(note: &str, key: &VerifierKey) -> Judged {
    Signed::default().judge(Path::new(""), note.as_bytes(), std::slice::from_ref(key))
}

/// The certificates that verified.
#[derive(Default)]
struct Signed {
    /// By commitment of the destroyed key: cohort, number and time.
    erased: HashMap<[u8; 32], (String, u64, String)>,
    /// Cohort and state of each, with its number: none has two.
    seen: BTreeMap<(String, State), u64>,
}

impl Signed {
    fn judge(&mut self, file: &Path, content: &[u8], keys: &[VerifierKey]) -> Judged {
        let certificate = match opened(content, keys) {
            Ok(certificate) => certificate,
            Err((kind, said)) => return bad(file, kind, said),
        };
        let facts = &certificate.facts;
        let cohort = facts.cohort.name();
        let earlier = self
            .seen
            .insert((cohort.clone(), facts.state), certificate.number);
        let mut faults: Vec<String> = facts.faults().iter().map(ToString::to_string).collect();
        if earlier.is_some_and(|number| number != certificate.number) {
            faults.push("another certificate says the same of this cohort".into());
        }
        if let (State::Erased, Some(commitment), Some(at)) =
            (facts.state, facts.commitment, facts.key_destroyed_at)
        {
            let found = (cohort.clone(), certificate.number, at.to_string());
            self.erased.insert(commitment, found);
        }
        let late = if facts.is_late() {
            ", after the legal limit"
        } else {
            ""
        };
        let early = match facts.why {
            Why::Over => "",
            Why::TimeLost => ", early, because nobody knew the time",
        };
        let said = if faults.is_empty() {
            format!(
                "certificate {}: {cohort} {}{late}{early}; {} segments, {} records, strength {}",
                certificate.number,
                facts.state.name(),
                facts.segments.expected,
                facts.records.expected,
                facts.strength.name()
            )
        } else {
            format!(
                "certificate {} of {cohort} is signed, but {}",
                certificate.number,
                faults.join(", ")
            )
        };
        Judged {
            file: file.into(),
            kind: FileKind::Certificate,
            cohort: Some(cohort),
            number: Some(certificate.number),
            said,
            sound: faults.is_empty(),
        }
    }

    fn find_key_of(&self, file: &Path, content: &[u8]) -> Judged {
        let Ok(header) = Header::parse(content) else {
            return bad(
                file,
                FileKind::Segment,
                "a sealed file whose header is damaged".into(),
            );
        };
        let named = header.place.cohort.name();
        match self.erased.get(&header.cohort_commitment) {
            Some((cohort, number, at)) if *cohort == named => Judged {
                file: file.into(),
                kind: FileKind::Segment,
                cohort: Some(named),
                number: Some(*number),
                said: format!(
                    "a sealed file of {cohort}, whose key was destroyed {at}: certificate {number}"
                ),
                sound: true,
            },
            Some((cohort, number, _)) => bad(
                file,
                FileKind::Segment,
                format!(
                    "a sealed file that says it is of {named}, under the key of {cohort} (certificate {number})"
                ),
            ),
            None => bad(
                file,
                FileKind::Segment,
                format!("a sealed file that says it is of {named}; no certificate among these is of its key"),
            ),
        }
    }
}

/// The certificate in a signed note, or what the file is instead and why.
fn opened(content: &[u8], keys: &[VerifierKey]) -> std::result::Result<Certificate, (FileKind, String)> {
    let Some(text) = text_of(content) else {
        return Err((
            FileKind::Neither,
            "neither a signed note nor a sealed file".into(),
        ));
    };
    // The faults of a signature name journal checkpoints; here the sentence is ours.
    let Some(key) = keys.iter().find(|key| key.open(content).is_ok()) else {
        return Err((
            FileKind::Certificate,
            "not signed with this key, or changed after it was signed".into(),
        ));
    };
    match Certificate::parse(text) {
        Some(certificate)
            if certificate.origin == key.name() && certificate.public_key == key.fingerprint() =>
        {
            Ok(certificate)
        }
        Some(_) => Err((
            FileKind::Certificate,
            format!(
                "signed with this key, and names another one; this one is {}",
                ids::hex(&key.fingerprint())
            ),
        )),
        None => Err((
            FileKind::Neither,
            "signed with this key, and no certificate".into(),
        )),
    }
}

fn bad(file: &Path, kind: FileKind, said: String) -> Judged {
    Judged {
        file: file.into(),
        kind,
        cohort: None,
        number: None,
        said,
        sound: false,
    }
}

/// The first bytes of a file: no certificate and no header is longer.
fn read(file: &Path) -> std::result::Result<Vec<u8>, Unopened> {
    let opened = input::open(file)?;
    let mut content = Vec::new();
    let read = opened.take(BYTES_READ).read_to_end(&mut content);
    read.map(|_| content).map_err(|_| Unopened::Other)
}

fn unreadable(file: &Path, why: &Unopened) -> Error {
    let why = match why {
        Unopened::Missing => "is not there",
        Unopened::Denied => "may not be read by this account",
        Unopened::Kind => "is no file",
        Unopened::Other => "cannot be read",
    };
    Error::Input {
        code: "CERTIFICATE-FILE",
        sentence: format!("{} {why}; nothing was verified", input::name_of(file)),
        remedy: "name files of a `certificate export`, or sealed files (`.seg`) of a copy",
    }
}

const SEALED: &[u8] = b"mayfly-seal\n";
/// More than a certificate with 64 signatures has; a longer file is none.
const BYTES_READ: u64 = 131_073;
const _: () = assert!(HEADER < BYTES_READ as usize);
