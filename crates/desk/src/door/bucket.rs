//! How many wrong passwords one address may send, whichever names it tries.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// So many wrong ones in a row.
const TRIES_MAX: i64 = 30;
/// One more may come after so many seconds.
const SECONDS_A_TRY: i64 = 3;
/// So many addresses are remembered. More than that at once are not one person who guesses: then
/// all are forgotten, and what each account counts by itself stays.
const ADDRESSES_MAX: usize = 10_000;

/// What stands in for a bucket: the second from which on an address has none of its tries used.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    whole_from: Mutex<BTreeMap<IpAddr, i64>>,
}

impl Bucket {
    /// Takes a try, or tells in how many seconds there is one.
    pub(crate) fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), i64> {
        let now = now.as_second();
        let mut all = self.whole_from.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES_MAX {
            all.retain(|_, whole_from| *whole_from > now);
        }
        if all.len() >= ADDRESSES_MAX {
            all.clear();
        }
        let whole_from = all.entry(network(address)).or_insert(now);
        let next = (*whole_from).max(now) + SECONDS_A_TRY;
        let over = next - now - TRIES_MAX * SECONDS_A_TRY;
        if over > 0 {
            return Err(over);
        }
        *whole_from = next;
        Ok(())
    }

    /// Gives back a try that was not wrong.
    pub(crate) fn give_back(&self, address: IpAddr) {
        let mut all = self.whole_from.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(whole_from) = all.get_mut(&network(address)) {
            *whole_from -= SECONDS_A_TRY;
        }
    }
}

/// What one machine can choose addresses from: of version 6 the first 64 bits, else the address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_thirty_tries_and_one_more_every_three_seconds() {
        let bucket = Bucket::default();
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..30 {
            assert_eq!(bucket.take(one, at(0)), Ok(()));
        }
        assert_eq!(bucket.take(one, at(0)), Err(3));
        assert_eq!(bucket.take(one, at(2)), Err(1));
        assert_eq!(bucket.take(one, at(3)), Ok(()));
        assert_eq!(bucket.take(other, at(3)), Ok(()), "others are not held up");
        bucket.give_back(one);
        assert_eq!(bucket.take(one, at(3)), Ok(()));
        assert_eq!(bucket.take(one, at(3)), Err(3));
        assert_eq!(bucket.take(one, at(10_000)), Ok(()));
    }

    #[test]
    fn all_addresses_of_one_machine_are_one() {
        let check = |one: &str, other: &str, expect: bool| {
            let [one, other] = [one, other].map(|text| network(text.parse().unwrap()));
            assert_eq!(one == other, expect, "{one} {other}");
        };
        check("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::3", "2001:db8:1:3::3", false);
        check("192.0.2.1", "::ffff:192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
    }

    #[test]
    fn so_many_addresses_are_remembered_and_no_more() {
        let bucket = Bucket::default();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for number in 0..20_000_u32 {
            assert_eq!(bucket.take(IpAddr::V4(number.into()), now), Ok(()));
        }
        assert!(bucket.whole_from.lock().unwrap().len() <= ADDRESSES_MAX);
    }
}
