//! Keys and certificates from their files, and TLS as each of our sides speaks it: no authority is trusted but the one named. *Edge.*

use std::{
    fs,
    io::Read,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{NoClientAuth, NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
    time_provider::TimeProvider,
};
use sha2::{Digest, Sha256};
use x509_cert::der::Decode;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The files of one side: whom it trusts, who it is, and its key.
#[derive(Clone)]
pub struct Files {
    /// The CA that the other side's certificate must be of, and no other is trusted (PEM); none: nobody is asked for one.
    pub ca: Option<PathBuf>,
    /// Our certificate, with those between it and its CA (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM), open to nobody else.
    pub key: PathBuf,
}

/// One side's certificates, read and found to be such.
pub(crate) struct Papers {
    /// Whose they are: the code of what is wrong with them.
    code: &'static str,
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// Until when the CA and our certificate are good, and since when.
    pub(crate) validity: Vec<Validity>,
}

/// From when until when a certificate is good.
#[derive(Clone)]
pub(crate) struct Validity {
    /// The setting that names its file, or whose it is.
    pub(crate) what: &'static str,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Papers {
    /// Reads `files`.
    ///
    /// # Errors
    /// `code` naming the file that is not there or is no such thing, `KEY-PERMISSIONS`.
    pub(crate) fn read(files: &Files, code: &'static str) -> Result<Self> {
        let unusable = |wrong: Wrong<'_>| wrong.told(code);
        let mut roots = RootCertStore::empty();
        let mut of_cas = Vec::new();
        if let Some(path) = &files.ca {
            let cas = certificates("`ca`", path).map_err(unusable)?;
            for ca in &cas {
                let taken = roots.add(ca.clone());
                taken.map_err(|_| unusable(Wrong("`ca`", path, UNREADABLE)))?;
            }
            of_cas = span("`ca`", path, &cas).map_err(unusable)?;
        }
        let chain = certificates("`certificate`", &files.certificate).map_err(unusable)?;
        // Of several CAs, as while one takes over from another, the last to end counts; of a chain, its weakest link.
        let of_chain = span("`certificate`", &files.certificate, &chain).map_err(unusable)?;
        let until = |span: &Validity| span.until;
        let all = [
            of_cas.into_iter().max_by_key(until),
            of_chain.into_iter().min_by_key(until),
        ];
        check_closed(&files.key)?;
        let key = PrivateKeyDer::from_pem_slice(&read("`key`", &files.key).map_err(unusable)?)
            .map_err(|_| unusable(Wrong("`key`", &files.key, "holds no private key in PEM")))?;
        Ok(Self {
            code,
            roots: Arc::new(roots),
            chain,
            key,
            validity: all.into_iter().flatten().collect(),
        })
    }

    /// TLS as the one who asks speaks it, at the time that `moment` tells.
    ///
    /// # Errors
    /// Their code if the key is not the certificate's.
    pub(crate) fn asking(self, moment: Arc<Moment>) -> Result<ClientConfig> {
        let builder = ClientConfig::builder_with_details(algorithms(), moment)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Bug("TLS has no versions"))?;
        let mut config = builder
            .with_root_certificates(self.roots)
            .with_client_auth_cert(self.chain, self.key)
            .map_err(|_| mismatch(self.code))?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// TLS as the one who is asked speaks it: nobody is heard without a certificate of the CA.
    ///
    /// # Errors
    /// As [`asking`](Self::asking).
    pub(crate) fn answering(self, moment: Arc<Moment>) -> Result<ServerConfig> {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&self.roots), algorithms());
        let verifier = verifier.build().map_err(|_| Error::Bug("nobody is trusted"))?;
        self.server(moment, verifier)
    }

    /// The same, where whoever has no certificate is heard too; one that is shown has to be of the CA.
    ///
    /// # Errors
    /// As [`asking`](Self::asking).
    pub(crate) fn open_to_all(self, moment: Arc<Moment>) -> Result<ServerConfig> {
        if self.roots.is_empty() {
            return self.server(moment, Arc::new(NoClientAuth));
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::clone(&self.roots), algorithms());
        let verifier = verifier.allow_unauthenticated().build();
        self.server(moment, verifier.map_err(|_| Error::Bug("nobody is trusted"))?)
    }

    fn server(self, moment: Arc<Moment>, verifier: Arc<dyn ClientCertVerifier>) -> Result<ServerConfig> {
        let builder = ServerConfig::builder_with_details(algorithms(), moment)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Bug("TLS has no versions"))?;
        let mut config = builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(self.chain, self.key)
            .map_err(|_| mismatch(self.code))?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

/// A certificate by which a caller is known.
pub struct Known {
    /// SHA-256 of it.
    pub fingerprint: [u8; 32],
    /// Until when it is good.
    pub until: Timestamp,
}

impl Known {
    /// The first certificate in the PEM file `path`.
    ///
    /// # Errors
    /// `TOKEN-CERTIFICATE`.
    pub fn read(path: &Path) -> Result<Self> {
        let unusable = |wrong: Wrong<'_>| wrong.told("TOKEN-CERTIFICATE");
        let found = certificates("--certificate", path).map_err(unusable)?;
        let first = found
            .first()
            .and_then(|first| Some((first, validity("", first)?)));
        let (first, validity) = first.ok_or_else(|| unusable(Wrong("--certificate", path, UNREADABLE)))?;
        Ok(Self {
            fingerprint: fingerprint(first),
            until: validity.until,
        })
    }
}

/// By what `certificate` is known: SHA-256 of it.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

/// The moment at which certificates are judged: by our clock, which a sandbox may have set.
#[derive(Debug)]
pub(crate) struct Moment(AtomicI64);

impl Moment {
    pub(crate) fn new(at: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at.as_second())))
    }

    pub(crate) fn set(&self, at: Timestamp) {
        self.0.store(at.as_second(), Ordering::Relaxed);
    }
}

impl TimeProvider for Moment {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.load(Ordering::Relaxed)).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// From when until when each of `found` is good; they are of the file `path`, which the setting `what` names.
fn span<'p>(what: &'static str, path: &'p Path, found: &[CertificateDer<'_>]) -> Found<'p, Vec<Validity>> {
    let all: Option<Vec<_>> = found.iter().map(|found| validity(what, found)).collect();
    all.ok_or(Wrong(what, path, UNREADABLE))
}

/// From when until when `certificate` is good, which people know as `what`.
pub(crate) fn validity(what: &'static str, certificate: &CertificateDer<'_>) -> Option<Validity> {
    let instant = |time: x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
        Timestamp::from_second(seconds).ok()
    };
    let read = x509_cert::Certificate::from_der(certificate).ok()?;
    let validity = read.tbs_certificate.validity;
    Some(Validity {
        what,
        from: instant(validity.not_before)?,
        until: instant(validity.not_after)?,
    })
}

fn algorithms() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn certificates<'p>(what: &'static str, path: &'p Path) -> Found<'p, Vec<CertificateDer<'static>>> {
    let bytes = read(what, path)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Wrong(what, path, "holds no certificate in PEM")),
    }
}

fn read<'p>(what: &'static str, path: &'p Path) -> Found<'p, Zeroizing<Vec<u8>>> {
    let not_read = |_| Wrong(what, path, "cannot be read");
    let file = fs::File::open(path).map_err(not_read)?;
    // Room from the beginning, so that no growing leaves a copy of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    file.take(MAX_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(not_read)?;
    Ok(bytes)
}

/// A key is its owner's; what root keeps, a group may read, as services are handed their credentials.
fn check_closed(key: &Path) -> Result<()> {
    let open = |found: &fs::Metadata| match found.uid() {
        0 => 0o037,
        _ => 0o077,
    };
    match fs::metadata(key) {
        Ok(found) if found.permissions().mode() & open(&found) != 0 => Err(Error::Operator {
            code: "KEY-PERMISSIONS",
            sentence: format!(
                "the key of the certificate, {}, is open to other accounts",
                key.display()
            ),
            remedy: "give the file to the service account and set its mode to 0600",
        }),
        _ => Ok(()),
    }
}

/// What is wrong with which file, and the setting that names it.
struct Wrong<'p>(&'static str, &'p Path, &'static str);

type Found<'p, T> = std::result::Result<T, Wrong<'p>>;

impl Wrong<'_> {
    fn told(self, code: &'static str) -> Error {
        let Self(what, path, why) = self;
        Error::Operator {
            code,
            sentence: format!("{} ({what}) {why}", path.display()),
            remedy: "name a PEM file with the right content that this account may read; pipeline/README.md tells which",
        }
    }
}

fn mismatch(code: &'static str) -> Error {
    Error::Operator {
        code,
        sentence: "`key` is not the key of `certificate`, or is of a kind that TLS does not use".into(),
        remedy: "name the key that the certificate was issued for: RSA, ECDSA or Ed25519, in PEM",
    }
}

const UNREADABLE: &str = "holds a certificate that cannot be read";
const PROTOCOL: &[u8] = b"http/1.1";
/// The largest of these files.
const MAX_BYTES: usize = 1 << 20;
