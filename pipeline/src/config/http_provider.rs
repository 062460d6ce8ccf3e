//! `[http_provider]` of `mayfly.toml`: where the provider is, who it must be, who we are, and how long it may take. *Pure.*

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;
use rustls::pki_types::ServerName;
use serde::Deserialize;

use super::Environment;
use crate::{provider::http::Settings, tls::Files};

/// Settings of the provider that is reached over HTTP.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct HttpProvider {
    /// `https://NAME[:PORT]/PATH`; the name is the one of its certificate and is not looked up.
    url: String,
    /// Where it may be reached, and nowhere else (D20).
    addresses: Vec<IpAddr>,
    /// The CA of its certificate, relative to the data directory unless absolute.
    ca: Option<PathBuf>,
    /// Our certificate.
    certificate: Option<PathBuf>,
    /// The key of our certificate.
    key: Option<PathBuf>,
    /// How long it may take until the provider is ready for the questions.
    #[serde(default = "default_connect_seconds")]
    connect_seconds: u16,
    /// How long it may take from then until its reply is whole.
    #[serde(default = "default_reply_seconds")]
    reply_seconds: u16,
    /// How many days before the end of a certificate it is warned of.
    #[serde(default = "default_warn_days")]
    warn_days: u16,
}

impl HttpProvider {
    /// What is wrong with the settings, in a few words, if something is.
    pub(super) fn check(&self, environment: Environment) -> Result<(), &'static str> {
        self.settings(Path::new(""), environment).map(|_| ())
    }

    /// The settings as the provider wants them.
    ///
    /// # Errors
    /// What is wrong with them, in a few words.
    pub fn settings(&self, dir: &Path, environment: Environment) -> Result<Settings, &'static str> {
        let url = Url::parse(&self.url)
            .ok_or("url of [http_provider] is not https://NAME/PATH or https://NAME:PORT/PATH")?;
        if !(1..=ADDRESSES).contains(&self.addresses.len()) {
            return Err(
                "addresses of [http_provider] are not 1 to 16: nothing is asked at an address that is not named",
            );
        }
        let is_trial = environment == Environment::Sandbox && self.addresses.iter().all(IpAddr::is_loopback);
        if !url.is_tls && !is_trial {
            return Err(
                "url of [http_provider] is no https://: only a sandbox asks without TLS, and only 127.0.0.1 or ::1",
            );
        }
        let files = match (url.is_tls, &self.ca, &self.certificate, &self.key) {
            (true, Some(ca), Some(certificate), Some(key)) => Some(Files {
                ca: Some(dir.join(ca)),
                certificate: dir.join(certificate),
                key: dir.join(key),
            }),
            (true, ..) => return Err("[http_provider] does not name all of ca, certificate and key"),
            (false, None, None, None) => None,
            (false, ..) => return Err("[http_provider] names certificates, and its url is no https://"),
        };
        if !(1..=CONNECT_SECONDS).contains(&self.connect_seconds) {
            return Err("connect_seconds of [http_provider] is not 1 to 60");
        }
        if !(1..=REPLY_SECONDS).contains(&self.reply_seconds) {
            return Err("reply_seconds of [http_provider] is not 1 to 3600");
        }
        if !(1..=WARN_DAYS).contains(&self.warn_days) {
            return Err("warn_days of [http_provider] is not 1 to 365");
        }
        Ok(Settings {
            addresses: self
                .addresses
                .iter()
                .map(|ip| SocketAddr::new(*ip, url.port))
                .collect(),
            name: url.name,
            host: url.host,
            path: url.path,
            files,
            trial: environment == Environment::Sandbox,
            connect: Duration::from_secs(self.connect_seconds.into()),
            reply: Duration::from_secs(self.reply_seconds.into()),
        })
    }

    /// How long before the end of a certificate it is warned of.
    pub fn warning(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.warn_days))
    }

    /// The files that it names.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.ca, &self.certificate, &self.key].into_iter().flatten()
    }
}

/// The parts of an address that we use.
struct Url {
    is_tls: bool,
    name: String,
    host: String,
    port: u16,
    path: String,
}

impl Url {
    /// Reads `https://NAME[:PORT]/PATH`: no account, no query, no fragment.
    fn parse(text: &str) -> Option<Self> {
        let (is_tls, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            _ => return None,
        };
        let (host, path) = rest.split_at(rest.find('/')?);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if text.len() > URL_BYTES || !path.bytes().all(is_plain) {
            return None;
        }
        // The colons of an address in brackets are its own.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        let port = match port {
            None if is_tls => 443,
            None => 80,
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok()?,
            Some(_) => return None,
        };
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name);
        ServerName::try_from(bare).ok()?;
        Some(Self {
            is_tls,
            name: bare.to_owned(),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        })
    }
}

fn default_connect_seconds() -> u16 {
    10
}

fn default_reply_seconds() -> u16 {
    300
}

fn default_warn_days() -> u16 {
    30
}

const ADDRESSES: usize = 16;
const CONNECT_SECONDS: u16 = 60;
const REPLY_SECONDS: u16 = 3600;
const WARN_DAYS: u16 = 365;
const URL_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str, environment: Environment) -> Result<Settings, String> {
        let provider: HttpProvider = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        provider
            .settings(Path::new("/srv"), environment)
            .map_err(str::to_owned)
    }

    #[test]
    fn an_address_has_a_name_a_port_and_a_path() {
        #[track_caller]
        fn check(url: &str, expected: Option<(&str, u16, &str)>) {
            let url = Url::parse(url);
            let parts = url
                .as_ref()
                .map(|url| (url.name.as_str(), url.port, url.path.as_str()));
            assert_eq!(parts, expected);
        }
        check("https://bli.example/v1/q", Some(("bli.example", 443, "/v1/q")));
        check("https://bli.example:8443/", Some(("bli.example", 8443, "/")));
        check("http://127.0.0.1:80/x", Some(("127.0.0.1", 80, "/x")));
        check("https://[::1]:9/x", Some(("::1", 9, "/x")));
        check("https://[::1]/x", Some(("::1", 443, "/x")));
        for none in [
            "",
            "bli.example/x",
            "ftp://bli.example/x",
            "https://bli.example",
            "https:///x",
            "https://me@bli.example/x",
            "https://bli.example:/x",
            "https://bli.example:+1/x",
            "https://bli.example:65536/x",
            "https://bli.example/x?y",
            "https://bli.example/x#y",
            "https://bli.example/x y",
            "https://勞保局.example/x",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn settings_that_would_ask_in_plain_or_elsewhere_are_refused() {
        const FILES: &str = "ca = \"ca.pem\"\ncertificate = \"us.pem\"\nkey = \"us.key\"\n";
        #[track_caller]
        fn check(text: &str, environment: Environment, says: &str) {
            match settings(text, environment) {
                Ok(_) => assert_eq!(says, "", "{text}"),
                Err(refused) => assert!(!says.is_empty() && refused.contains(says), "{text}: {refused}"),
            }
        }
        let tls = |more: &str| {
            format!("url = \"https://bli.example/q\"\naddresses = [\"192.0.2.7\"]\n{FILES}{more}")
        };
        let plain = |address: &str| format!("url = \"http://localhost:1/q\"\naddresses = [\"{address}\"]\n");
        let (sandbox, production) = (Environment::Sandbox, Environment::Production);
        check(&tls(""), production, "");
        check(&plain("127.0.0.1"), sandbox, "");
        check(&plain("::1"), sandbox, "");
        check(&plain("127.0.0.1"), production, "no https://");
        check(&plain("192.0.2.7"), sandbox, "no https://");
        check(
            &format!("{}{FILES}", plain("127.0.0.1")),
            sandbox,
            "names certificates",
        );
        check(
            &tls("").replace("key =", "#"),
            production,
            "all of ca, certificate and key",
        );
        check(&tls("").replace("[\"192.0.2.7\"]", "[]"), production, "addresses");
        check(&tls("").replace("192.0.2.7", "bli.example"), production, "IP");
        check(&tls("connect_seconds = 0"), production, "connect_seconds");
        check(&tls("reply_seconds = 3601"), production, "reply_seconds");
        check(&tls("warn_days = 0"), production, "warn_days");
        check(&tls("proxy = \"x\""), production, "unknown field");
        let read = settings(&tls(""), production).unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!(read.files.unwrap().key, Path::new("/srv/us.key"));
        assert_eq!(read.addresses, ["192.0.2.7:443".parse().unwrap()]);
    }
}
