//! How often one address may fail to sign in within an hour, whatever accounts it tries. *Pure.*

use std::{collections::BTreeMap, net::IpAddr};

/// Failures by address, in the hour of each.
pub(super) struct Tries {
    failed: BTreeMap<IpAddr, Hour>,
    most: u32,
}

struct Hour {
    since: i64,
    failures: u32,
}

impl Tries {
    pub(super) fn new(most: u32) -> Self {
        Self {
            failed: BTreeMap::new(),
            most,
        }
    }

    /// Whether `address` may try once more at `now`, in microseconds.
    pub(super) fn may(&self, address: IpAddr, now: i64) -> bool {
        let hour = self.failed.get(&group(address));
        hour.is_none_or(|hour| now - hour.since >= HOUR_MICROS || hour.failures < self.most)
    }

    /// Notes a failure of `address`. When there are too many to remember, those whose hour is over are forgotten, and if none is,
    /// whoever failed the least.
    pub(super) fn note(&mut self, address: IpAddr, now: i64) {
        let address = group(address);
        if self.failed.len() >= ADDRESSES && !self.failed.contains_key(&address) {
            self.failed.retain(|_, hour| now - hour.since < HOUR_MICROS);
            let least = self.failed.iter().min_by_key(|(_, hour)| hour.failures);
            if let Some(least) = least
                .map(|(address, _)| *address)
                .filter(|_| self.failed.len() >= ADDRESSES)
            {
                self.failed.remove(&least);
            }
        }
        let hour = self.failed.entry(address).or_insert(Hour {
            since: now,
            failures: 0,
        });
        if now - hour.since >= HOUR_MICROS {
            (hour.since, hour.failures) = (now, 0);
        }
        hour.failures = hour.failures.saturating_add(1);
    }
}

/// An IPv6 caller has as many addresses as they like below their /64.
fn group(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => {
            let [a, b, c, d, ..] = long.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

const HOUR_MICROS: i64 = 3_600_000_000;
const ADDRESSES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_fails_so_often_an_hour_and_no_more() {
        let mut tries = Tries::new(3);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for failure in 0..3 {
            assert!(tries.may(one, failure));
            tries.note(one, failure);
        }
        assert!(!tries.may(one, HOUR_MICROS - 1));
        assert!(tries.may(other, HOUR_MICROS - 1));
        assert!(tries.may(one, HOUR_MICROS));
        tries.note(one, HOUR_MICROS);
        assert!(tries.may(one, HOUR_MICROS + 1));
    }

    #[test]
    fn neighbours_in_a_network_of_one_caller_count_together_and_memory_has_an_end() {
        let mut tries = Tries::new(1);
        tries.note("2001:db8::1".parse().unwrap(), 0);
        assert!(!tries.may("2001:db8::2".parse().unwrap(), 1));
        assert!(tries.may("2001:db8:0:1::1".parse().unwrap(), 1));
        for number in 0..2 * ADDRESSES as u32 {
            tries.note(IpAddr::from(number.to_be_bytes()), 1);
        }
        assert_eq!(tries.failed.len(), ADDRESSES);
    }
}
