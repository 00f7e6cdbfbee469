//! Throttles sign-ins that fail: by account and address together, by address, and by account.
//!
//! The pair of account and address has the lowest limit, so that passwords cannot be tried one after the other. An address
//! has a higher one, since many people may share it. An account has the highest: it is reached when passwords are tried from
//! many addresses. It does not apply to an address from which the account has signed in before, so that others cannot lock
//! the account out.
//!
//! Counts are kept by process, in a table of fixed size. When it is full, the entries with the fewest and oldest failures are
//! replaced.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

use super::milliseconds;
use super::validation::LONGEST_USERNAME;

/// Failures are counted over this time from the first of them.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// The wait after the last allowed failure. It doubles with each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// The wait for an attempt that exceeds the limit only because others are still being checked.
const PENDING_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// Failures within a window before there is a wait.
const FOR_PAIR: u32 = 10;
const FOR_ADDRESS: u32 = 30;
const FOR_ACCOUNT: u32 = 100;

/// The table: sets of entries, each for an account, an address or a pair.
const SETS: usize = 1024;
const IN_SET: usize = 8;
type Set = [Option<Entry>; IN_SET];

/// Failed sign-ins, and those in progress.
#[derive(Clone)]
pub(super) struct LoginThrottle(Arc<Inner>);

struct Inner {
    hasher: RandomState,
    sets: Mutex<Vec<Set>>,
}

/// The state of an account, an address or a pair.
#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u64,
    /// When the window began, in milliseconds since 1970.
    window_start: i64,
    failures: u32,
    /// Attempts in progress.
    pending: u32,
    /// No attempt is allowed before this time.
    blocked_until: i64,
    /// Whether this pair has signed in before.
    has_succeeded: bool,
}

/// An attempt to sign in. Dropped without a result, it counts as failed: a client that disconnects has tried as well.
pub(super) struct Attempt {
    throttle: LoginThrottle,
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

    /// Begins an attempt, or returns for how many seconds none is allowed.
    pub(super) fn begin(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<Attempt, u64> {
        let account = account_key(account);
        let address = address_key(address);
        let now = now.as_millisecond();
        let pair = self.key(("pair", &account, address));
        let mut table = self.lock();
        let has_succeeded = table.find(pair).is_some_and(|entry| entry.has_succeeded);
        let counted = [
            Some((pair, FOR_PAIR)),
            Some((self.key(("address", address)), FOR_ADDRESS)),
            Some((self.key(("account", &account)), FOR_ACCOUNT)).filter(|_| !has_succeeded),
        ];
        let waits = counted.iter().flatten().filter_map(|(key, limit)| {
            let mut entry = table.find(*key)?;
            entry.start_window_if_due(now);
            entry.wait(*limit, now)
        });
        if let Some(wait) = waits.max() {
            return Err(u64::try_from(wait).unwrap_or_default().div_ceil(1000).max(1));
        }
        for (key, _) in counted.iter().flatten() {
            table.change(*key, now, |entry| entry.pending = entry.pending.saturating_add(1));
        }
        drop(table);
        Ok(Attempt {
            throttle: self.clone(),
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
    /// Ends an attempt that succeeded, and clears the failures of the pair.
    pub(super) fn succeeded(mut self) {
        self.close();
        let pair = self.pair;
        self.throttle.lock().change(pair, self.now, |entry| {
            entry.failures = 0;
            entry.blocked_until = 0;
            entry.has_succeeded = true;
        });
    }

    /// Ends an attempt whose password could not be checked. It is not counted.
    pub(super) fn cancel(mut self) {
        self.close();
    }

    /// Ends an attempt that failed. Returns whether a limit is reached.
    pub(super) fn failed(mut self) -> bool {
        self.fail()
    }

    fn close(&mut self) {
        let mut table = self.throttle.lock();
        for (key, _) in std::mem::take(&mut self.counted).into_iter().flatten() {
            table.change(key, self.now, |entry| entry.pending = entry.pending.saturating_sub(1));
        }
    }

    fn fail(&mut self) -> bool {
        let mut table = self.throttle.lock();
        let mut is_throttled = false;
        for (key, limit) in std::mem::take(&mut self.counted).into_iter().flatten() {
            table.change(key, self.now, |entry| {
                entry.pending = entry.pending.saturating_sub(1);
                entry.failures = entry.failures.saturating_add(1);
                if entry.failures >= limit {
                    entry.blocked_until = self.now.saturating_add(wait_after(entry.failures - limit));
                    is_throttled = true;
                }
            });
        }
        is_throttled
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.fail();
    }
}

/// Milliseconds to wait after so many failures beyond the limit.
fn wait_after(excess: u32) -> i64 {
    let doublings = 1_i64.checked_shl(excess.min(20)).unwrap_or(i64::MAX);
    let wait = milliseconds(FIRST_WAIT).saturating_mul(doublings);
    wait.min(milliseconds(LONGEST_WAIT))
}

impl Entry {
    fn new(key: u64, now: i64) -> Self {
        Self {
            key,
            window_start: now,
            failures: 0,
            pending: 0,
            blocked_until: 0,
            has_succeeded: false,
        }
    }

    /// Starts a new window when the last one and the wait are over.
    fn start_window_if_due(&mut self, now: i64) {
        if now >= self.blocked_until && now.saturating_sub(self.window_start) >= milliseconds(WINDOW) {
            self.failures = 0;
            self.window_start = now;
        }
    }

    /// Milliseconds for which no attempt is allowed.
    fn wait(&self, limit: u32, now: i64) -> Option<i64> {
        if now < self.blocked_until {
            return Some(self.blocked_until - now);
        }
        // At the limit one attempt at a time is allowed.
        let left = limit.saturating_sub(self.failures).max(1);
        (self.pending >= left).then_some(milliseconds(PENDING_WAIT))
    }

    /// The order in which entries are kept: the least is replaced first.
    fn priority(&self) -> (bool, bool, u32, i64) {
        (self.pending > 0, self.has_succeeded, self.failures, self.window_start)
    }
}

/// The table, locked.
struct Table<'a>(MutexGuard<'a, Vec<Set>>);

impl Table<'_> {
    fn find(&self, key: u64) -> Option<Entry> {
        let set = self.0.get(set_index(key))?;
        set.iter().flatten().find(|entry| entry.key == key).copied()
    }

    /// Changes an entry. A new one takes a free slot of its set, or replaces the entry of least priority.
    fn change(&mut self, key: u64, now: i64, change: impl FnOnce(&mut Entry)) {
        let mut entry = self.find(key).unwrap_or_else(|| Entry::new(key, now));
        entry.start_window_if_due(now);
        change(&mut entry);
        let Some(set) = self.0.get_mut(set_index(key)) else {
            return;
        };
        // `None` is less than any priority: a free slot comes first.
        let slot = set.iter_mut().min_by_key(|slot| match slot {
            Some(other) if other.key == key => None,
            other => Some(other.map(|other| other.priority())),
        });
        if let Some(slot) = slot {
            *slot = Some(entry);
        }
    }
}

fn set_index(key: u64) -> usize {
    usize::try_from(key % SETS as u64).unwrap_or_default()
}

/// An account's name as the table compares it: NFKC, without regard to case.
fn account_key(name: &str) -> String {
    name.chars()
        .take(LONGEST_USERNAME)
        .nfkc()
        .collect::<String>()
        .to_lowercase()
}

/// An address as the table compares it: of IPv6 the network, since a client has one of 64 bits; a mapped IPv4 address as IPv4.
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

    fn fail(throttle: &LoginThrottle, account: &str, address: IpAddr, now: Timestamp, times: u32) {
        for time in 0..times {
            let attempt = throttle.begin(account, address, now);
            attempt
                .unwrap_or_else(|wait| panic!("attempt {time} must wait {wait} s"))
                .failed();
        }
    }

    #[test]
    fn after_ten_failures_each_further_attempt_waits_twice_as_long() {
        let throttle = LoginThrottle::new();
        fail(&throttle, "ada", HERE, at(0), 9);
        assert!(throttle.begin("Ada", HERE, at(1)).unwrap().failed());
        assert_eq!(throttle.begin("ada", HERE, at(1)).err(), Some(30));
        assert!(throttle.begin("ada", HERE, at(31)).unwrap().failed());
        assert_eq!(throttle.begin("ada", HERE, at(32)).err(), Some(59));
        throttle.begin("ada", HERE, at(91)).unwrap().succeeded();
        fail(&throttle, "ada", HERE, at(92), 9);
    }

    #[test]
    fn failures_are_forgotten_in_time() {
        let throttle = LoginThrottle::new();
        for window in 0..5 {
            fail(&throttle, "ada", HERE, at(window * 900), 9);
        }
    }

    #[test]
    fn one_address_is_throttled_whatever_the_account_and_others_are_not() {
        let throttle = LoginThrottle::new();
        for number in 0..30 {
            fail(&throttle, &format!("user{number}"), HERE, at(0), 1);
        }
        assert_eq!(throttle.begin("somebody", HERE, at(0)).err(), Some(30));
        throttle.begin("somebody", address(1), at(0)).unwrap().succeeded();
    }

    #[test]
    fn an_account_that_many_addresses_try_is_open_to_those_that_know_it() {
        let throttle = LoginThrottle::new();
        throttle.begin("ada", HERE, at(0)).unwrap().succeeded();
        for number in 0..100 {
            fail(&throttle, "ada", address(number), at(0), 1);
        }
        assert!(throttle.begin("ada", address(200), at(0)).is_err());
        throttle.begin("ada", HERE, at(0)).unwrap().succeeded();
    }

    #[test]
    fn attempts_at_the_same_time_do_not_pass_the_limit() {
        let throttle = LoginThrottle::new();
        let open: Vec<_> = (0..10).map(|_| throttle.begin("ada", HERE, at(0)).unwrap()).collect();
        assert_eq!(throttle.begin("ada", HERE, at(0)).err(), Some(1));
        drop(open);
        assert_eq!(
            throttle.begin("ada", HERE, at(0)).err(),
            Some(30),
            "those who leave have tried"
        );
        let throttle = LoginThrottle::new();
        (0..20).for_each(|_| throttle.begin("ada", HERE, at(0)).unwrap().cancel());
    }

    #[test]
    fn an_ipv6_network_is_one_client_and_a_mapped_address_the_one_it_maps() {
        let throttle = LoginThrottle::new();
        for host in 0..10 {
            fail(
                &throttle,
                "ada",
                format!("2001:db8:1:2::{host}").parse().unwrap(),
                at(0),
                1,
            );
        }
        assert!(
            throttle
                .begin("ada", "2001:db8:1:2:ffff::1".parse().unwrap(), at(0))
                .is_err()
        );
        assert!(throttle.begin("ada", "2001:db8:1:3::1".parse().unwrap(), at(0)).is_ok());
        assert_eq!(address_key("::ffff:192.0.2.1".parse().unwrap()), HERE);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_memory_and_frees_nobody_who_is_throttled() {
        let throttle = LoginThrottle::new();
        fail(&throttle, "ada", HERE, at(0), 10);
        for number in 0..100_000 {
            if let Ok(attempt) = throttle.begin(&format!("user{number}"), address(number), at(1)) {
                attempt.failed();
            }
        }
        assert!(throttle.begin("ada", HERE, at(2)).is_err());
        assert_eq!(throttle.lock().0.len(), SETS);
    }
}
