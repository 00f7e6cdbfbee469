//! How often signing in may fail: by account and address together, by address, and by account alone.
//!
//! An account and an address together are held tightly, so that passwords cannot be tried one after the other. An address
//! by itself has more room, since many people may share it. An account by itself has the most: it is held when passwords
//! are tried from many addresses, but never for an address from which its owner has signed in before, so that nobody can
//! lock somebody else out.
//!
//! The memory is a table of fixed size. When it is full, those who failed least and longest ago are forgotten.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

use super::validation::LONGEST_USERNAME;

/// Failures are counted over this time from the first of them.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// The wait after the last failure that is allowed; it doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Attempts beyond what is left while others are being checked come back after this.
const TURN: SignedDuration = SignedDuration::from_secs(1);

/// Failures within a window before there is a wait.
const FOR_PAIR: u32 = 10;
const FOR_ADDRESS: u32 = 30;
const FOR_ACCOUNT: u32 = 100;

/// The table: sets of a few entries each, an entry for each account, address or pair.
const SETS: usize = 1024;
const IN_SET: usize = 8;
type Set = [Option<Entry>; IN_SET];

/// Who has failed to sign in.
#[derive(Clone)]
pub(super) struct LoginThrottle(Arc<Inner>);

struct Inner {
    hasher: RandomState,
    sets: Mutex<Vec<Set>>,
}

/// What is known of an account, an address or a pair.
#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u64,
    /// When the first of the failures was, in milliseconds since 1970.
    begun: i64,
    failures: u32,
    /// Attempts whose outcome is not known yet.
    open: u32,
    /// No attempt before this moment.
    until: i64,
    /// Whether this pair has signed in.
    is_known: bool,
}

/// An attempt to sign in. It counts as failed unless it is said to have succeeded, or to have come to nothing.
pub(super) struct Attempt {
    limits: LoginThrottle,
    counted: [Option<(u64, u32)>; 3],
    pair: u64,
    now: i64,
}

impl LoginThrottle {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            hasher: RandomState::new(),
            sets: Mutex::new(vec![[None; IN_SET]; SETS]),
        }))
    }

    /// Begins an attempt, or says for how many seconds there may be none.
    pub(super) fn begin(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<Attempt, u64> {
        let account = account_key(account);
        let address = address_key(address);
        let now = now.as_millisecond();
        let pair = self.key(("pair", &account, address));
        let mut table = self.lock();
        let is_known = table.find(pair).is_some_and(|entry| entry.is_known);
        let counted = [
            Some((pair, FOR_PAIR)),
            Some((self.key(("address", address)), FOR_ADDRESS)),
            Some((self.key(("account", &account)), FOR_ACCOUNT)).filter(|_| !is_known),
        ];
        let waits = counted.iter().flatten().filter_map(|(key, allowed)| {
            let mut entry = table.find(*key)?;
            entry.renew(now);
            entry.wait(*allowed, now)
        });
        if let Some(wait) = waits.max() {
            return Err(u64::try_from(wait).unwrap_or_default().div_ceil(1000).max(1));
        }
        for (key, _) in counted.iter().flatten() {
            table.change(*key, now, |entry| entry.open = entry.open.saturating_add(1));
        }
        drop(table);
        Ok(Attempt {
            limits: self.clone(),
            counted,
            pair,
            now,
        })
    }

    fn key(&self, of: impl std::hash::Hash) -> u64 {
        self.0.hasher.hash_one(of)
    }

    fn lock(&self) -> Table<'_> {
        Table(self.0.sets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Attempt {
    /// It succeeded: what failed before it is forgiven to this account at this address.
    pub(super) fn succeeded(mut self) {
        self.close();
        let pair = self.pair;
        self.limits.lock().change(pair, self.now, |entry| {
            entry.failures = 0;
            entry.until = 0;
            entry.is_known = true;
        });
    }

    /// Nobody found out whether it was right.
    pub(super) fn came_to_nothing(mut self) {
        self.close();
    }

    /// It failed. Says whether that was one too many.
    pub(super) fn failed(mut self) -> bool {
        self.fail()
    }

    fn close(&mut self) {
        let mut table = self.limits.lock();
        for (key, _) in std::mem::take(&mut self.counted).into_iter().flatten() {
            table.change(key, self.now, |entry| entry.open = entry.open.saturating_sub(1));
        }
    }

    fn fail(&mut self) -> bool {
        let mut table = self.limits.lock();
        let mut is_held = false;
        for (key, allowed) in std::mem::take(&mut self.counted).into_iter().flatten() {
            table.change(key, self.now, |entry| {
                entry.open = entry.open.saturating_sub(1);
                entry.failures = entry.failures.saturating_add(1);
                if entry.failures >= allowed {
                    entry.until = self.now.saturating_add(wait_after(entry.failures - allowed));
                    is_held = true;
                }
            });
        }
        is_held
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        // A client that went away before the answer has tried all the same.
        self.fail();
    }
}

/// Milliseconds to wait after so many failures more than are allowed.
fn wait_after(more: u32) -> i64 {
    let first = i64::try_from(FIRST_WAIT.as_millis()).unwrap_or(i64::MAX);
    let longest = i64::try_from(LONGEST_WAIT.as_millis()).unwrap_or(i64::MAX);
    first
        .saturating_mul(1_i64.checked_shl(more.min(20)).unwrap_or(i64::MAX))
        .min(longest)
}

impl Entry {
    fn new(key: u64, now: i64) -> Self {
        Self {
            key,
            begun: now,
            failures: 0,
            open: 0,
            until: 0,
            is_known: false,
        }
    }

    /// Forgets failures when their time and the wait for them are over.
    fn renew(&mut self, now: i64) {
        let window = i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX);
        if now >= self.until && now.saturating_sub(self.begun) >= window {
            self.failures = 0;
            self.begun = now;
        }
    }

    /// Milliseconds for which there may be no attempt.
    fn wait(&self, allowed: u32, now: i64) -> Option<i64> {
        if now < self.until {
            return Some(self.until - now);
        }
        // Beyond the limit one attempt after the other.
        let left = allowed.saturating_sub(self.failures).max(1);
        let turn = i64::try_from(TURN.as_millis()).unwrap_or(i64::MAX);
        (self.open >= left).then_some(turn)
    }

    /// What is worth keeping most is greatest.
    fn worth(&self) -> (bool, bool, u32, i64) {
        (self.open > 0, self.is_known, self.failures, self.begun)
    }
}

/// The table, locked.
struct Table<'a>(MutexGuard<'a, Vec<Set>>);

impl Table<'_> {
    fn find(&self, key: u64) -> Option<Entry> {
        let set = self.0.get(place(key))?;
        set.iter().flatten().find(|entry| entry.key == key).copied()
    }

    /// Changes an entry. One that is not there yet takes the place of the least worthy.
    fn change(&mut self, key: u64, now: i64, change: impl FnOnce(&mut Entry)) {
        let mut entry = self.find(key).unwrap_or_else(|| Entry::new(key, now));
        entry.renew(now);
        change(&mut entry);
        let Some(set) = self.0.get_mut(place(key)) else {
            return;
        };
        // Nothing is less than something: an empty place comes before the least worthy.
        let slot = set.iter_mut().min_by_key(|slot| match slot {
            Some(other) if other.key == key => None,
            other => Some(other.map(|other| other.worth())),
        });
        if let Some(slot) = slot {
            *slot = Some(entry);
        }
    }
}

fn place(key: u64) -> usize {
    usize::try_from(key % SETS as u64).unwrap_or_default()
}

/// One key for however an account's name is written.
fn account_key(name: &str) -> String {
    name.chars()
        .take(LONGEST_USERNAME)
        .nfkc()
        .collect::<String>()
        .to_lowercase()
}

/// An IPv6 network is what one client has; an IPv4 address is one in whatever clothes it comes.
pub(super) fn address_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + number))
    }

    fn fail(limits: &LoginThrottle, account: &str, address: IpAddr, now: Timestamp, times: u32) {
        for time in 0..times {
            let attempt = limits.begin(account, address, now);
            attempt
                .unwrap_or_else(|wait| panic!("attempt {time} must wait {wait} s"))
                .failed();
        }
    }

    #[test]
    fn after_ten_failures_each_further_attempt_waits_twice_as_long() {
        let limits = LoginThrottle::new();
        fail(&limits, "ada", HERE, at(0), 9);
        assert!(limits.begin("Ada", HERE, at(1)).unwrap().failed());
        assert_eq!(limits.begin("ada", HERE, at(1)).err(), Some(30));
        assert!(limits.begin("ada", HERE, at(31)).unwrap().failed());
        assert_eq!(limits.begin("ada", HERE, at(32)).err(), Some(59));
        limits.begin("ada", HERE, at(91)).unwrap().succeeded();
        fail(&limits, "ada", HERE, at(92), 9);
    }

    #[test]
    fn failures_are_forgotten_in_time() {
        let limits = LoginThrottle::new();
        for window in 0..5 {
            fail(&limits, "ada", HERE, at(window * 900), 9);
        }
    }

    #[test]
    fn one_address_is_held_whatever_the_account_and_others_are_not() {
        let limits = LoginThrottle::new();
        for number in 0..30 {
            fail(&limits, &format!("user{number}"), HERE, at(0), 1);
        }
        assert_eq!(limits.begin("somebody", HERE, at(0)).err(), Some(30));
        limits.begin("somebody", address(1), at(0)).unwrap().succeeded();
    }

    #[test]
    fn an_account_that_many_addresses_try_is_open_to_those_that_know_it() {
        let limits = LoginThrottle::new();
        limits.begin("ada", HERE, at(0)).unwrap().succeeded();
        for number in 0..100 {
            fail(&limits, "ada", address(number), at(0), 1);
        }
        assert!(limits.begin("ada", address(200), at(0)).is_err());
        limits.begin("ada", HERE, at(0)).unwrap().succeeded();
    }

    #[test]
    fn attempts_at_the_same_time_do_not_pass_the_limit() {
        let limits = LoginThrottle::new();
        let open: Vec<_> = (0..10).map(|_| limits.begin("ada", HERE, at(0)).unwrap()).collect();
        assert_eq!(limits.begin("ada", HERE, at(0)).err(), Some(1));
        drop(open);
        assert_eq!(
            limits.begin("ada", HERE, at(0)).err(),
            Some(30),
            "those who leave have tried"
        );
        let limits = LoginThrottle::new();
        (0..20).for_each(|_| limits.begin("ada", HERE, at(0)).unwrap().came_to_nothing());
    }

    #[test]
    fn an_ipv6_network_is_one_client_and_a_mapped_address_the_one_it_maps() {
        let limits = LoginThrottle::new();
        for host in 0..10 {
            fail(
                &limits,
                "ada",
                format!("2001:db8:1:2::{host}").parse().unwrap(),
                at(0),
                1,
            );
        }
        assert!(
            limits
                .begin("ada", "2001:db8:1:2:ffff::1".parse().unwrap(), at(0))
                .is_err()
        );
        assert!(limits.begin("ada", "2001:db8:1:3::1".parse().unwrap(), at(0)).is_ok());
        assert_eq!(address_key("::ffff:192.0.2.1".parse().unwrap()), HERE);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_memory_and_frees_nobody_who_is_held() {
        let limits = LoginThrottle::new();
        fail(&limits, "ada", HERE, at(0), 10);
        for number in 0..100_000 {
            if let Ok(attempt) = limits.begin(&format!("user{number}"), address(number), at(1)) {
                attempt.failed();
            }
        }
        assert!(limits.begin("ada", HERE, at(2)).is_err());
        assert_eq!(limits.lock().0.len(), SETS);
    }
}
