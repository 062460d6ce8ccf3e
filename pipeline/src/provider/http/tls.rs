//! Keys and certificates from their files, and TLS as both sides speak it: certificates on both sides, no others taken. *Edge.*

use std::{
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
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
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    time_provider::TimeProvider,
};
use x509_cert::der::Decode;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The three files of one side: whom it trusts, who it is, and its key.
#[derive(Clone)]
pub struct Files {
    /// The CA that the other side's certificate must be of, and no other is trusted (PEM).
    pub ca: PathBuf,
    /// Our certificate, with those between it and its CA (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM), open to nobody else.
    pub key: PathBuf,
}

/// One side's certificates, read and found to be such.
pub(super) struct Papers {
    roots: Arc<RootCertStore>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    /// Until when the CA and our certificate are good, and since when.
    pub(super) validity: Vec<Validity>,
}

/// From when until when a certificate is good.
#[derive(Clone)]
pub(super) struct Validity {
    /// The setting that names its file, or whose it is.
    pub(super) what: &'static str,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Papers {
    /// Reads `files`.
    ///
    /// # Errors
    /// `PROVIDER-CERTIFICATE` naming the file that is not there or is no such thing, `KEY-PERMISSIONS`.
    pub(super) fn read(files: &Files) -> Result<Self> {
        let cas = certificates("`ca`", &files.ca)?;
        let chain = certificates("`certificate`", &files.certificate)?;
        let mut roots = RootCertStore::empty();
        for ca in &cas {
            let taken = roots.add(ca.clone());
            taken.map_err(|_| unusable("`ca`", &files.ca, "holds a certificate that cannot be read"))?;
        }
        // Of several CAs, as while one takes over from another, the last to end counts; of a chain, its weakest link.
        let of_cas = span("`ca`", &files.ca, &cas)?;
        let of_chain = span("`certificate`", &files.certificate, &chain)?;
        let until = |span: &Validity| span.until;
        let all = [
            of_cas.into_iter().max_by_key(until),
            of_chain.into_iter().min_by_key(until),
        ];
        check_closed(&files.key)?;
        let key = PrivateKeyDer::from_pem_slice(&read("`key`", &files.key)?)
            .map_err(|_| unusable("`key`", &files.key, "holds no private key in PEM"))?;
        Ok(Self {
            roots: Arc::new(roots),
            chain,
            key,
            validity: all.into_iter().flatten().collect(),
        })
    }

    /// TLS as the one who asks speaks it, at the time that `moment` tells.
    ///
    /// # Errors
    /// `PROVIDER-CERTIFICATE` if the key is not the certificate's.
    pub(super) fn asking(self, moment: Arc<Moment>) -> Result<ClientConfig> {
        let builder = ClientConfig::builder_with_details(algorithms(), moment)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Bug("TLS has no versions"))?;
        let mut config = builder
            .with_root_certificates(self.roots)
            .with_client_auth_cert(self.chain, self.key)
            .map_err(|_| mismatch())?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// TLS as the one who is asked speaks it: nobody is heard without a certificate of the CA.
    ///
    /// # Errors
    /// As [`asking`](Self::asking).
    pub(super) fn answering(self, moment: Arc<Moment>) -> Result<ServerConfig> {
        let verifier = WebPkiClientVerifier::builder_with_provider(self.roots, algorithms())
            .build()
            .map_err(|_| Error::Bug("nobody is trusted"))?;
        let builder = ServerConfig::builder_with_details(algorithms(), moment)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Bug("TLS has no versions"))?;
        let mut config = builder
            .with_client_cert_verifier(verifier)
            .with_single_cert(self.chain, self.key)
            .map_err(|_| mismatch())?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

/// The moment at which certificates are judged: by our clock, which a sandbox may have set.
#[derive(Debug)]
pub(super) struct Moment(AtomicI64);

impl Moment {
    pub(super) fn new(at: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at.as_second())))
    }

    pub(super) fn set(&self, at: Timestamp) {
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
fn span(what: &'static str, path: &Path, found: &[CertificateDer<'_>]) -> Result<Vec<Validity>> {
    let all: Option<Vec<_>> = found.iter().map(|found| validity(what, found)).collect();
    all.ok_or_else(|| unusable(what, path, "holds a certificate that cannot be read"))
}

/// From when until when `certificate` is good, which people know as `what`.
pub(super) fn validity(what: &'static str, certificate: &CertificateDer<'_>) -> Option<Validity> {
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

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let bytes = read(what, path)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(unusable(what, path, "holds no certificate in PEM")),
    }
}

fn read(what: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let not_read = |_| unusable(what, path, "cannot be read");
    let file = fs::File::open(path).map_err(not_read)?;
    // Room from the beginning, so that no growing leaves a copy of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    file.take(MAX_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(not_read)?;
    Ok(bytes)
}

fn check_closed(key: &Path) -> Result<()> {
    match fs::metadata(key) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Err(Error::Operator {
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

fn unusable(what: &str, path: &Path, why: &str) -> Error {
    Error::Operator {
        code: "PROVIDER-CERTIFICATE",
        sentence: format!("{} ({what}) {why}", path.display()),
        remedy: "name a PEM file with the right content that this account may read; pipeline/README.md tells which",
    }
}

fn mismatch() -> Error {
    Error::Operator {
        code: "PROVIDER-CERTIFICATE",
        sentence: "`key` is not the key of `certificate`, or is of a kind that TLS does not use".into(),
        remedy: "name the key that the certificate was issued for: RSA, ECDSA or Ed25519, in PEM",
    }
}

const PROTOCOL: &[u8] = b"http/1.1";
/// The largest of these files.
const MAX_BYTES: usize = 1 << 20;
