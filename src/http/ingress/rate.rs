//! Limits the rate of requests by client: a token bucket for each address, as the generic cell rate algorithm (GCRA).
//!
//! The state of a client is the time at which its bucket will be full again. A request advances that time by the interval
//! between two requests at the rate; one that would advance it beyond the capacity of the bucket is refused. The table has
//! a fixed size, so that many addresses cost no memory: the hash of an address selects a group of slots, and a new client
//! replaces the slot of that group whose bucket is fullest.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Groups of slots, each with its own lock.
const GROUPS: usize = 4096;
/// Slots in a group.
const SLOTS: usize = 8;

/// The buckets of all clients.
pub(super) struct Limiter {
    started: Instant,
    /// Nanoseconds between two requests at the rate.
    interval: u64,
    /// Nanoseconds in which an empty bucket fills.
    capacity: u64,
    hasher: RandomState,
    groups: Box<[Mutex<[Slot; SLOTS]>]>,
}

/// The hash of a client's address, and the nanosecond at which its bucket is full.
#[derive(Clone, Copy, Default)]
struct Slot {
    client: u64,
    full_at: u64,
}

impl Limiter {
    /// Allows `requests` at once, and refills as many in the time `per`.
    pub(super) fn new(requests: u32, per: Duration) -> Self {
        let capacity = nanoseconds(per);
        Self {
            started: Instant::now(),
            interval: capacity / u64::from(requests.max(1)),
            capacity,
            hasher: RandomState::new(),
            groups: std::iter::repeat_with(Mutex::default).take(GROUPS).collect(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When it is over the limit: the time until the next one is allowed.
    pub(super) fn take(&self, client: IpAddr, at: Instant) -> Result<(), Duration> {
        // The hasher is seeded by each process, so that clients cannot choose addresses that share a group.
        let client = self.hasher.hash_one(client) | 1;
        let now = nanoseconds(at.saturating_duration_since(self.started));
        let Some(group) = self.groups.get((client >> 32) as usize % GROUPS) else {
            return Ok(());
        };
        let mut group = group.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match group.iter().position(|slot| slot.client == client) {
            Some(known) => group.get_mut(known),
            None => group.iter_mut().min_by_key(|slot| slot.full_at),
        };
        let Some(slot) = slot else { return Ok(()) };
        if slot.client != client {
            *slot = Slot { client, full_at: now };
        }
        let full_at = slot.full_at.max(now) + self.interval;
        match full_at.saturating_sub(now + self.capacity) {
            0 => {
                slot.full_at = full_at;
                Ok(())
            }
            wait => Err(Duration::from_nanos(wait)),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn a_client_may_send_a_bucket_at_once_and_then_at_the_rate() {
        let limiter = Limiter::new(10, Duration::from_secs(1));
        let at = |milliseconds| limiter.started + Duration::from_millis(milliseconds);
        for _ in 0..10 {
            assert_eq!(limiter.take(address(1), at(0)), Ok(()));
        }
        assert_eq!(limiter.take(address(1), at(0)), Err(Duration::from_millis(100)));
        assert_eq!(limiter.take(address(1), at(60)), Err(Duration::from_millis(40)));
        assert_eq!(limiter.take(address(1), at(100)), Ok(()));
        assert!(limiter.take(address(1), at(100)).is_err());
        assert_eq!(limiter.take(address(2), at(100)), Ok(()));
        for _ in 0..10 {
            assert_eq!(limiter.take(address(1), at(5000)), Ok(()));
        }
        assert!(limiter.take(address(1), at(5000)).is_err());
    }

    #[test]
    fn many_addresses_do_not_replace_a_client_over_its_limit() {
        let limiter = Limiter::new(5, Duration::from_secs(3600));
        let now = limiter.started;
        while limiter.take(address(0), now).is_ok() {}
        for number in 1..200_000 {
            assert_eq!(limiter.take(address(number), now), Ok(()));
        }
        assert!(limiter.take(address(0), now).is_err());
    }
}
