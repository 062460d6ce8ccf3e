//! The whole consent as the bytes that are sealed, and back. *Pure.*

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::cells;
use crate::code_list::{Channel, IdvMethod, IdvResult};
use crate::error::ConsentError;
use crate::json_text::JsonObject;
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
    let mut object = JsonObject::begin(out);
    if write_fields(claim, &mut object).is_none() {
        out.zeroize();
        return Err(ConsentError::ClaimIncomplete);
    }
    object.end();
    Ok(())
}

/// The fields of [`SealedText`], in its order.
fn write_fields(claim: &Claim, object: &mut JsonObject<'_>) -> Option<()> {
    let Terms::Given(given) = &claim.terms else {
        return None;
    };
    object.bare("v", VERSION);
    object.text("consent_ref", claim.consent_ref.as_deref()?);
    object.text("subject_id", claim.subject_id.as_ref()?.expose());
    object.text("subject_name", claim.subject_name.as_ref()?.expose());
    object.plain("birth_date", claim.birth_date?);
    object.text("consent_channel", given.channel?.as_str());
    object.plain("consented_at", given.consented_at?);
    if let Some(address) = given.source_ip {
        object.plain("consent_ip", address);
    }
    object.perhaps("consent_phone", given.source_phone.as_ref().map(Phone::expose));
    object.text("form_id", given.form_id.as_deref()?);
    object.text("form_version", given.form_version.as_deref()?);
    if let Some(hash) = &given.form_sha256 {
        object.text("form_sha256", &hex(hash));
    }
    object.text("idv_method", given.idv_method?.as_str());
    object.text("idv_result", given.idv_result?.as_str());
    object.plain("idv_at", given.idv_at?);
    object.perhaps("idv_ref", given.idv_ref.as_deref());
    Some(())
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
#[derive(Deserialize)]
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
    #[serde(default)]
    consent_ip: Option<std::net::IpAddr>,
    #[serde(borrow, default)]
    consent_phone: Option<Cow<'a, str>>,
    #[serde(borrow)]
    form_id: Cow<'a, str>,
    #[serde(borrow)]
    form_version: Cow<'a, str>,
    #[serde(borrow, default)]
    form_sha256: Option<Cow<'a, str>>,
    #[serde(borrow)]
    idv_method: Cow<'a, str>,
    #[serde(borrow)]
    idv_result: Cow<'a, str>,
    idv_at: Timestamp,
    #[serde(borrow, default)]
    idv_ref: Option<Cow<'a, str>>,
}

impl SealedText<'_> {
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
