//! `[http]` of `mayfly.toml`: where the door stands, who may stand between it and its callers, and what it lets in. *Pure.*

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

/// Settings of the HTTP door.
#[derive(Deserialize, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct HttpDoor {
    /// Address and port, or `off`.
    listen: String,
    /// Proxies that end TLS in front of it: only they may come from elsewhere, and what they say of the caller is believed.
    pub proxies: Vec<IpAddr>,
    /// Connections at one time.
    pub connections: u16,
}

impl Default for HttpDoor {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8720".into(),
            proxies: Vec::new(),
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
        if self.listen == "off" {
            return Ok(None);
        }
        let place: SocketAddr = self
            .listen
            .parse()
            .map_err(|_| "the HTTP door listens at no address: IP:PORT, such as 127.0.0.1:8720, or off")?;
        // A password, a token, an answer: none of them crosses a network in plain.
        if !place.ip().is_loopback() && self.proxies.is_empty() {
            return Err(
                "the HTTP door listens beyond this machine and names no proxy that ends TLS: name its address in proxies of [http], or listen at 127.0.0.1",
            );
        }
        Ok(Some(place))
    }

    /// Whether whoever connects from `peer` is let in at all: this machine, and the proxies.
    pub fn lets_in(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        peer.is_loopback() || self.proxies.iter().any(|proxy| proxy.to_canonical() == peer)
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
        let crowded = HttpDoor {
            connections: 513,
            ..HttpDoor::default()
        };
        assert!(crowded.place().is_err());
    }

    #[test]
    fn only_this_machine_and_the_proxies_are_let_in() {
        let behind = door("192.0.2.1:443", &["192.0.2.9"]);
        let lets_in = |peer: &str| behind.lets_in(peer.parse().unwrap());
        assert!(lets_in("127.0.0.1") && lets_in("::1") && lets_in("192.0.2.9"));
        assert!(lets_in("::ffff:192.0.2.9"));
        assert!(!lets_in("192.0.2.8") && !lets_in("::ffff:192.0.2.8"));
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
