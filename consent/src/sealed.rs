//! The whole consent as the bytes that are sealed, and back. *Pure.*

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::cells;
use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::error::ConsentError;
use crate::phone::Phone;
use crate::record::{Claim, Given, Terms};
use crate::subject::{SubjectId, SubjectName};

/// Writes the whole of a given consent as one JSON object. The buffer is emptied first and can serve for many
/// consents; it should have room for [`SEALED_MAX_BYTES`], so that it never moves and leaves a copy behind.
///
/// # Errors
/// `ClaimIncomplete` when the claim refers to a registered consent or lacks a part.
pub fn write(claim: &Claim, out: &mut Zeroizing<Vec<u8>>) -> Result<(), ConsentError> {
    out.zeroize();
    out.reserve(SEALED_MAX_BYTES);
    let text = SealedText::of(claim).ok_or(ConsentError::ClaimIncomplete)?;
    serde_json::to_writer(&mut **out, &text).map_err(|_| ConsentError::ClaimIncomplete)
}

/// Reads back what [`write()`] wrote; the terms are always given.
///
/// # Errors
/// `SealedText` when the bytes are anything else.
pub fn read(bytes: &[u8]) -> Result<Claim, ConsentError> {
    let text: SealedText<'_> = serde_json::from_slice(bytes).map_err(|_| ConsentError::SealedText)?;
    text.into_claim().ok_or(ConsentError::SealedText)
}

/// An upper bound of what [`write()`] writes: every text at its longest, in four-byte characters or escaped.
pub const SEALED_MAX_BYTES: usize = 2_048;

/// The object's fields; they have the names of the batch file's columns.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedText<'a> {
    v: u8,
    #[serde(borrow)]
    consent_ref: Cow<'a, str>,
    #[serde(borrow)]
    subject_id: Cow<'a, str>,
    #[serde(borrow)]
    subject_name: Cow<'a, str>,
    birth_date: Date,
    #[serde(borrow)]
    consent_channel: Cow<'a, str>,
    consented_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    consent_ip: Option<std::net::IpAddr>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    consent_phone: Option<Cow<'a, str>>,
    #[serde(borrow)]
    form_id: Cow<'a, str>,
    #[serde(borrow)]
    form_version: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    form_sha256: Option<Cow<'a, str>>,
    #[serde(borrow)]
    idv_method: Cow<'a, str>,
    #[serde(borrow)]
    idv_result: Cow<'a, str>,
    idv_at: Timestamp,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    idv_ref: Option<Cow<'a, str>>,
}

impl<'a> SealedText<'a> {
    fn of(claim: &'a Claim) -> Option<SealedText<'a>> {
        let Terms::Given(given) = &claim.terms else {
            return None;
        };
        Some(SealedText {
            v: VERSION,
            consent_ref: claim.consent_ref.as_deref()?.into(),
            subject_id: claim.subject_id.as_ref()?.expose().into(),
            subject_name: claim.subject_name.as_ref()?.expose().into(),
            birth_date: claim.birth_date?,
            consent_channel: given.channel?.as_str().into(),
            consented_at: given.consented_at?,
            consent_ip: given.source_ip,
            consent_phone: given.source_phone.as_ref().map(|phone| phone.expose().into()),
            form_id: given.form_id.as_deref()?.into(),
            form_version: given.form_version.as_deref()?.into(),
            form_sha256: given.form_sha256.map(|hash| hex(&hash).into()),
            idv_method: given.idv_method?.as_str().into(),
            idv_result: given.idv_result?.as_str().into(),
            idv_at: given.idv_at?,
            idv_ref: given.idv_ref.as_deref().map(Cow::from),
        })
    }

    fn into_claim(self) -> Option<Claim> {
        if self.v != VERSION {
            return None;
        }
        let given = Given {
            channel: Some(Channel::parse(&self.consent_channel).ok()?),
            consented_at: Some(self.consented_at),
            source_present: self.consent_ip.is_some() || self.consent_phone.is_some(),
            source_ip: self.consent_ip,
            source_phone: self.consent_phone.map(|digits| Phone::from_digits(&digits)),
            form_id: Some(self.form_id.into_owned()),
            form_version: Some(self.form_version.into_owned()),
            form_sha256: match self.form_sha256 {
                Some(hash) => Some(cells::sha256(&hash).ok()?),
                None => None,
            },
            idv_method: Some(IdvMethod::parse(&self.idv_method).ok()?),
            idv_result: Some(IdvResult::parse(&self.idv_result).ok()?),
            idv_at: Some(self.idv_at),
            idv_ref: self.idv_ref.map(Cow::into_owned),
        };
        Some(Claim {
            consent_ref: Some(self.consent_ref.into_owned()),
            subject_id: Some(SubjectId::parse(&self.subject_id).ok()?),
            subject_name: Some(SubjectName::parse(&self.subject_name).ok()?),
            birth_date: Some(self.birth_date),
            terms: Terms::Given(given),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

const VERSION: u8 = 1;

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
