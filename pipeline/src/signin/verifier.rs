//! What is kept of a password: Argon2id over it, with a salt of its own and a key that the database does not have. *Pure.*

use argon2::{Algorithm, Argon2, Params, Version};
use mayfly_retention::{Key32, index::KeyedIndex};
use zeroize::Zeroizing;

use super::Password;
use crate::{
    error::{Error, Result},
    ids::hex,
};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// Makes and checks verifiers under the index key of one house: a stolen database alone lets nobody guess.
pub struct Verifiers {
    pepper: Zeroizing<[u8; 32]>,
    token: KeyedIndex,
    certificate: KeyedIndex,
    proof: KeyedIndex,
}

impl Verifiers {
    /// Those of the house with this index key.
    pub fn new(index_key: &Key32) -> Self {
        Self {
            pepper: Zeroizing::new(KeyedIndex::new(index_key, "password pepper").digest(b"")),
            token: KeyedIndex::new(index_key, "session token"),
            certificate: KeyedIndex::new(index_key, "certificate of a system"),
            proof: KeyedIndex::new(index_key, "page of a session"),
        }
    }

    /// The verifier of `password` with `salt`: a byte that tells the parameters, the salt, the hash.
    ///
    /// # Errors
    /// Only our own mistakes.
    pub fn make(&self, password: &Password, salt: [u8; SALT_BYTES]) -> Result<Vec<u8>> {
        let mut verifier = vec![FORMAT];
        verifier.extend_from_slice(&salt);
        verifier.extend_from_slice(self.hash(password, &salt)?.as_slice());
        Ok(verifier)
    }

    /// Whether `password` is the one that `kept` was made of. The work is the same where nothing is kept.
    ///
    /// # Errors
    /// Only our own mistakes.
    pub fn matches(&self, kept: Option<&[u8]>, password: &Password) -> Result<bool> {
        let known = kept.filter(|kept| kept.len() == VERIFIER_BYTES && kept[0] == FORMAT);
        let verifier = known.unwrap_or(&NOBODY);
        let hash = self.hash(password, &verifier[1..=SALT_BYTES])?;
        let differs = hash
            .iter()
            .zip(&verifier[1 + SALT_BYTES..])
            .fold(0, |differs, (one, other)| differs | (one ^ other));
        Ok(differs == 0 && known.is_some())
    }

    /// What is kept of a token: without the key it leads to none.
    pub fn of_token(&self, token: &str) -> Vec<u8> {
        self.token.digest(token.as_bytes()).to_vec()
    }

    /// What is kept of a certificate with this fingerprint: no token is ever that.
    pub fn of_certificate(&self, fingerprint: &[u8; 32]) -> Vec<u8> {
        self.certificate.digest(fingerprint).to_vec()
    }

    /// What only a page of the session of `token` knows: a request that shows it comes from one (CSRF).
    pub fn proof(&self, token: &str) -> String {
        hex(&self.proof.digest(token.as_bytes()))
    }

    /// Whether `shown` is that.
    pub fn proves(&self, token: &str, shown: &str) -> bool {
        let proof = self.proof(token);
        let pairs = proof.bytes().zip(shown.bytes());
        proof.len() == shown.len() && pairs.fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
    }

    fn hash(&self, password: &Password, salt: &[u8]) -> Result<Zeroizing<[u8; HASH_BYTES]>> {
        let failed = |_| Error::Bug("a password could not be hashed");
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(failed)?;
        let argon = Argon2::new_with_secret(
            self.pepper.as_slice(),
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        );
        let mut hash = Zeroizing::new([0; HASH_BYTES]);
        let argon = argon.map_err(failed)?;
        argon
            .hash_password_into(password.expose().as_bytes(), salt, hash.as_mut_slice())
            .map_err(failed)?;
        Ok(hash)
    }
}

/// Argon2id with these parameters; OWASP's first choice for it.
const FORMAT: u8 = 1;
const MEMORY_KIB: u32 = 19 << 10;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_BYTES: usize = 32;
const VERIFIER_BYTES: usize = 1 + SALT_BYTES + HASH_BYTES;
/// Stands where an account has no password; no password matches it.
const NOBODY: [u8; VERIFIER_BYTES] = [FORMAT; VERIFIER_BYTES];

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.into())
    }

    #[test]
    fn a_password_is_known_by_its_verifier_and_the_key_of_the_house() {
        let ours = Verifiers::new(&Key32::from_bytes(&[7; 32]));
        let kept = ours.make(&password("Tide-9-Harbour"), [3; SALT_BYTES]).unwrap();
        assert!(ours.matches(Some(&kept), &password("Tide-9-Harbour")).unwrap());
        assert!(!ours.matches(Some(&kept), &password("Tide-9-harbour")).unwrap());
        assert_ne!(
            kept,
            ours.make(&password("Tide-9-Harbour"), [4; SALT_BYTES]).unwrap()
        );
        // The database of one house tells nothing at another's.
        let theirs = Verifiers::new(&Key32::from_bytes(&[8; 32]));
        assert!(!theirs.matches(Some(&kept), &password("Tide-9-Harbour")).unwrap());
    }

    /// Whoever is not there costs what everybody costs: the same hash, with the same parameters.
    #[test]
    fn nobody_is_checked_like_anybody_and_never_matches() {
        let ours = Verifiers::new(&Key32::from_bytes(&[7; 32]));
        let kept = ours.make(&password("Tide-9-Harbour"), [3; SALT_BYTES]).unwrap();
        assert_eq!((kept.len(), kept[0]), (NOBODY.len(), NOBODY[0]));
        assert!(!ours.matches(None, &password("Tide-9-Harbour")).unwrap());
        assert!(
            !ours
                .matches(Some(&kept[1..]), &password("Tide-9-Harbour"))
                .unwrap()
        );
        // Not even one whose hash is what stands for nobody.
        let hash = ours.hash(&password("x"), &NOBODY[1..=SALT_BYTES]).unwrap();
        assert_ne!(hash.as_slice(), &NOBODY[1 + SALT_BYTES..]);
    }

    /// The library calls that `hash` makes, with the input of the test vector of RFC 9106, 5.3.
    #[test]
    fn the_hash_is_that_of_rfc_9106() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .output_len(32)
            .build()
            .unwrap();
        let argon = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut hash = [0; 32];
        argon.hash_password_into(&[1; 32], &[2; 16], &mut hash).unwrap();
        let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(crate::ids::hex(&hash), expected);
    }
}
