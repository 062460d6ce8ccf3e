//! What a row or an import line claims of a consent, and what is already known of a registered one. *Pure.*

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::phone::Phone;
use crate::subject::{SubjectId, SubjectName};

/// What a row claims. `None` where the cell was empty or unusable; the parser has noted why.
pub struct Claim {
    /// The member's own number for the consent.
    pub consent_ref: Option<String>,
    /// The subject's identity number.
    pub subject_id: Option<SubjectId>,
    /// The subject's name.
    pub subject_name: Option<SubjectName>,
    /// The subject's birth date.
    pub birth_date: Option<Date>,
    /// The consent itself, or a reference to a registered one.
    pub terms: Terms,
}

/// The consent columns of a row.
pub enum Terms {
    /// All of them are empty: the consent is to be registered already.
    Registered,
    /// They say how the consent was given.
    Given(Given),
}

/// How a consent was given, as the row says.
#[derive(Default)]
pub struct Given {
    /// `consent_channel`.
    pub channel: Option<Channel>,
    /// `consented_at`.
    pub consented_at: Option<Timestamp>,
    /// Whether `consent_ip` or `consent_phone` holds anything at all, readable or not: an unreadable one is a fault of
    /// its own and not also `CNS-SOURCE`.
    pub source_present: bool,
    /// `consent_ip`.
    pub source_ip: Option<IpAddr>,
    /// `consent_phone`.
    pub source_phone: Option<Phone>,
    /// `form_id`.
    pub form_id: Option<String>,
    /// `form_version`.
    pub form_version: Option<String>,
    /// `form_sha256`.
    pub form_sha256: Option<[u8; 32]>,
    /// `idv_method`.
    pub idv_method: Option<IdvMethod>,
    /// `idv_result`.
    pub idv_result: Option<IdvResult>,
    /// `idv_at`.
    pub idv_at: Option<Timestamp>,
    /// `idv_ref`.
    pub idv_ref: Option<String>,
}

/// What is registered of a consent in plain columns: enough to hold it against every rule again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredTerms {
    /// How the subject consented.
    pub channel: Channel,
    /// When.
    pub consented_at: Timestamp,
    /// Whether an address or a telephone number was recorded.
    pub has_source: bool,
    /// The form agreed to.
    pub form_id: String,
    /// Its version.
    pub form_version: String,
    /// The hash of the text agreed to, where the member gave one.
    pub form_sha256: Option<[u8; 32]>,
    /// How the subject's identity was verified.
    pub idv_method: IdvMethod,
    /// What that found.
    pub idv_result: IdvResult,
    /// When.
    pub idv_at: Timestamp,
}

/// What the caller has looked up about the registered consent of this member with the claim's `consent_ref`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The store's own number of the consent.
    pub consent_no: i64,
    /// Whether the claim's identity number is the registered one.
    pub same_subject: bool,
    /// Whether the claim's terms have the registered content tag; `None` when the claim gives no or no whole terms.
    pub same_content: Option<bool>,
    /// What was registered.
    pub terms: RegisteredTerms,
    /// Whether the subject withdrew it.
    pub withdrawn: bool,
    /// How many uses for the asked item are consumed or reserved.
    pub uses_taken: i64,
}

impl Given {
    /// What the store keeps in plain columns; `None` when the terms are not complete.
    pub fn registered_terms(&self) -> Option<RegisteredTerms> {
        Some(RegisteredTerms {
            channel: self.channel?,
            consented_at: self.consented_at?,
            has_source: self.source_ip.is_some() || self.source_phone.is_some(),
            form_id: self.form_id.clone()?,
            form_version: self.form_version.clone()?,
            form_sha256: self.form_sha256,
            idv_method: self.idv_method?,
            idv_result: self.idv_result?,
            idv_at: self.idv_at?,
        })
    }

    /// Whether every required cell was read.
    pub fn is_complete(&self) -> bool {
        self.channel.is_some()
            && self.consented_at.is_some()
            && self.form_id.is_some()
            && self.form_version.is_some()
            && self.idv_method.is_some()
            && self.idv_result.is_some()
            && self.idv_at.is_some()
    }

    /// Appends bytes over the terms and the birth date that are equal exactly when the contents are: each field in
    /// order, with its length before it and a mark of its own when absent. The caller makes a keyed tag of them
    /// (`CNS-CONFLICT`). Left out: number and name of the subject, who have a keyed index of their own (D17) and may
    /// lose characters (D23); and `form_sha256`, which is optional and held against the form itself. Instants count
    /// to the microsecond, as they are stored.
    pub fn canonical_bytes(&self, birth: Option<Date>, out: &mut Vec<u8>) {
        let micros = |at: Option<Timestamp>| at.map(|at| at.as_microsecond().to_be_bytes());
        out.extend_from_slice(b"mayfly consent content 1\n");
        put(
            out,
            birth.map(|day| {
                (i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day()))
                    .to_be_bytes()
            }),
        );
        put(out, self.channel.map(Channel::as_str));
        put(out, micros(self.consented_at));
        put(out, self.source_ip.map(octets).as_deref());
        put(out, self.source_phone.as_ref().map(Phone::expose));
        put(out, self.form_id.as_deref());
        put(out, self.form_version.as_deref());
        put(out, self.idv_method.map(IdvMethod::as_str));
        put(out, self.idv_result.map(IdvResult::as_str));
        put(out, micros(self.idv_at));
        put(out, self.idv_ref.as_deref());
    }
}

/// The octets of an address; an IPv4 address written as IPv6 is the same address.
fn octets(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn put(out: &mut Vec<u8>, field: Option<impl AsRef<[u8]>>) {
    match field {
        None => out.extend_from_slice(&ABSENT.to_be_bytes()),
        Some(bytes) => {
            let bytes = bytes.as_ref();
            let length = u32::try_from(bytes.len()).expect("Invariant: a cell is shorter than 4 GiB");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
}

/// Stands where a length would stand; no cell is that long.
const ABSENT: u32 = u32::MAX;

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
