//! `[http]` of `mayfly.toml`: where the door stands, who may stand between it and its callers, and what it lets in. *Pure.*

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use jiff::SignedDuration;
use serde::Deserialize;

use crate::tls::Files;

/// Settings of the HTTP door.
#[derive(Deserialize, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct HttpDoor {
    /// Address and port, or `off`.
    listen: String,
    /// Proxies that end TLS in front of it: only they may come from elsewhere, and what they say of the caller is believed.
    pub proxies: Vec<IpAddr>,
    /// Its certificate, with those between it and its CA (PEM), relative to the data directory unless absolute.
    certificate: Option<PathBuf>,
    /// The key of that (PEM).
    key: Option<PathBuf>,
    /// The CA of the certificates that members' systems show (PEM).
    client_ca: Option<PathBuf>,
    /// How many days before the end of one of these certificates it is warned of.
    warn_days: u16,
    /// From where `/metrics` may be asked besides this machine.
    pub metrics: Vec<IpAddr>,
    /// Connections at one time.
    pub connections: u16,
}

impl Default for HttpDoor {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8720".into(),
            proxies: Vec::new(),
            metrics: Vec::new(),
            certificate: None,
            key: None,
            client_ca: None,
            warn_days: 30,
            connections: 256,
        }
    }
}

impl HttpDoor {
    /// These settings with the address `listen`, if one is given on the command line.
    pub fn at(mut self, listen: Option<String>) -> Self {
        self.listen = listen.unwrap_or(self.listen);
        self
    }

    /// Where it stands; `None`: nowhere.
    ///
    /// # Errors
    /// What is wrong with the settings, in a few words.
    pub fn place(&self) -> Result<Option<SocketAddr>, &'static str> {
        if !(1..=CONNECTIONS_MAX).contains(&self.connections) {
            return Err("connections of [http] is not between 1 and 512");
        }
        if !(1..=WARN_DAYS_MAX).contains(&self.warn_days) {
            return Err("warn_days of [http] is not between 1 and 365");
        }
        match (&self.certificate, &self.key) {
            (Some(_), Some(_)) if !self.proxies.is_empty() => {
                return Err(
                    "[http] names both a certificate and proxies: TLS ends at the door or before it, and not at both",
                );
            }
            (Some(_), Some(_)) => {}
            (None, None) if self.client_ca.is_none() => {}
            _ => {
                return Err(
                    "[http] names some of certificate, key and client_ca: the last needs both, and each the other",
                );
            }
        }
        if self.listen == "off" {
            return Ok(None);
        }
        let place: SocketAddr = self
            .listen
            .parse()
            .map_err(|_| "the HTTP door listens at no address: IP:PORT, such as 127.0.0.1:8720, or off")?;
        // A password, a token, an answer: none of them crosses a network in plain.
        if !place.ip().is_loopback() && self.proxies.is_empty() && !self.is_tls() {
            return Err(
                "the HTTP door listens beyond this machine in plain: give certificate and key in [http], name the proxy that ends TLS in proxies, or listen at 127.0.0.1",
            );
        }
        Ok(Some(place))
    }

    /// Whether it speaks TLS itself.
    pub fn is_tls(&self) -> bool {
        self.certificate.is_some()
    }

    /// How long before the end of a certificate it is warned of.
    pub fn warning(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.warn_days))
    }

    /// The files of TLS, in the data directory `dir` unless they are absolute.
    pub fn files(&self, dir: &Path) -> Option<Files> {
        Some(Files {
            ca: self.client_ca.as_ref().map(|ca| dir.join(ca)),
            certificate: dir.join(self.certificate.as_ref()?),
            key: dir.join(self.key.as_ref()?),
        })
    }

    /// Whether whoever connects from `peer` is let in at all: over TLS anybody, else this machine, and the proxies.
    pub fn lets_in(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.is_tls() || peer.is_loopback() || self.proxies.iter().any(|proxy| proxy.to_canonical() == peer)
    }

    /// Whether what `peer` tells of its own line (X-Forwarded-Proto) is that a part of the way was in plain. Only a proxy is asked.
    pub fn was_plain(&self, peer: IpAddr, schemes: &str) -> bool {
        let peer = peer.to_canonical();
        let is_proxy = self.proxies.iter().any(|proxy| proxy.to_canonical() == peer);
        let mut schemes = schemes.split(',').map(str::trim);
        is_proxy && schemes.any(|scheme| scheme.eq_ignore_ascii_case("http"))
    }

    /// Who called, as far as it is known: `peer`, or if that is a proxy, the last address of `forwarded` (X-Forwarded-For)
    /// that is no proxy. What stands before that anybody may have written.
    pub fn caller(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        let is_proxy = |address: IpAddr| self.proxies.iter().any(|proxy| proxy.to_canonical() == address);
        let mut caller = peer.to_canonical();
        for hop in forwarded.rsplit(',').take(HOPS_MAX) {
            if !is_proxy(caller) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(address) => caller = address.to_canonical(),
                Err(_) => break,
            }
        }
        caller
    }
}

/// Files and databases need descriptors too: 1,024 are what a process gets.
const CONNECTIONS_MAX: u16 = 512;
const WARN_DAYS_MAX: u16 = 365;
const HOPS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn door(listen: &str, proxies: &[&str]) -> HttpDoor {
        HttpDoor {
            listen: listen.into(),
            proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
            ..HttpDoor::default()
        }
    }

    #[test]
    fn in_plain_it_stands_on_this_machine_or_behind_a_named_proxy() {
        #[track_caller]
        fn check(listen: &str, proxies: &[&str], expected: Result<bool, ()>) {
            let place = door(listen, proxies).place();
            assert_eq!(
                place.map(|place| place.is_some()).map_err(drop),
                expected,
                "{listen}"
            );
        }
        check("127.0.0.1:8720", &[], Ok(true));
        check("[::1]:0", &[], Ok(true));
        check("off", &[], Ok(false));
        check("0.0.0.0:80", &[], Err(()));
        check("[::]:80", &[], Err(()));
        check("192.0.2.1:443", &[], Err(()));
        check("192.0.2.1:443", &["192.0.2.9"], Ok(true));
        check("localhost:80", &[], Err(()));
        check("", &[], Err(()));
        let tls = |certificate: Option<&str>, key: Option<&str>, client_ca: Option<&str>| HttpDoor {
            certificate: certificate.map(PathBuf::from),
            key: key.map(PathBuf::from),
            client_ca: client_ca.map(PathBuf::from),
            ..door("0.0.0.0:443", &[])
        };
        assert!(tls(Some("a"), Some("b"), None).place().is_ok());
        assert!(tls(Some("a"), Some("b"), Some("c")).place().is_ok());
        for half in [
            tls(Some("a"), None, None),
            tls(None, Some("b"), Some("c")),
            tls(None, None, Some("c")),
        ] {
            assert!(half.place().is_err());
        }
        let both = HttpDoor {
            proxies: vec!["192.0.2.9".parse().unwrap()],
            ..tls(Some("a"), Some("b"), None)
        };
        assert!(both.place().is_err());
        let crowded = HttpDoor {
            connections: 513,
            ..HttpDoor::default()
        };
        assert!(crowded.place().is_err());
        for (warn_days, is_good) in [(0, false), (1, true), (365, true), (366, false)] {
            let warning = HttpDoor {
                warn_days,
                ..HttpDoor::default()
            };
            assert_eq!(warning.place().is_ok(), is_good, "{warn_days}");
        }
    }

    #[test]
    fn only_this_machine_and_the_proxies_are_let_in() {
        let behind = door("192.0.2.1:443", &["192.0.2.9"]);
        let lets_in = |peer: &str| behind.lets_in(peer.parse().unwrap());
        assert!(lets_in("127.0.0.1") && lets_in("::1") && lets_in("192.0.2.9"));
        assert!(lets_in("::ffff:192.0.2.9"));
        assert!(!lets_in("192.0.2.8") && !lets_in("::ffff:192.0.2.8"));
        let over_tls = HttpDoor {
            certificate: Some("a".into()),
            key: Some("b".into()),
            ..door("192.0.2.1:443", &[])
        };
        assert!(over_tls.lets_in("192.0.2.8".parse().unwrap()));
        let was_plain = |peer: &str, schemes: &str| behind.was_plain(peer.parse().unwrap(), schemes);
        assert!(was_plain("192.0.2.9", "http") && was_plain("::ffff:192.0.2.9", "https, HTTP"));
        assert!(!was_plain("192.0.2.9", "https") && !was_plain("192.0.2.9", ""));
        // Nobody else is believed.
        assert!(!was_plain("127.0.0.1", "http"));
    }

    #[test]
    fn who_called_is_what_the_last_proxy_saw() {
        #[track_caller]
        fn check(proxies: &[&str], peer: &str, forwarded: &str, expected: &str) {
            let caller = door("127.0.0.1:80", proxies).caller(peer.parse().unwrap(), forwarded);
            assert_eq!(caller, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded}");
        }
        check(&[], "127.0.0.1", "203.0.113.5", "127.0.0.1");
        check(&["127.0.0.1"], "127.0.0.1", "203.0.113.5", "203.0.113.5");
        check(
            &["127.0.0.1"],
            "127.0.0.1",
            "198.51.100.1, 203.0.113.5",
            "203.0.113.5",
        );
        check(
            &["127.0.0.1", "10.0.0.2"],
            "127.0.0.1",
            "203.0.113.5, 10.0.0.2",
            "203.0.113.5",
        );
        check(&["127.0.0.1"], "127.0.0.1", "", "127.0.0.1");
        check(&["127.0.0.1"], "127.0.0.1", "nobody", "127.0.0.1");
        check(&["10.0.0.2"], "127.0.0.1", "203.0.113.5", "127.0.0.1");
    }
}
