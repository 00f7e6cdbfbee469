//! How often each client may ask: a bucket for each address, by the generic cell rate algorithm.
//!
//! A client's whole state is the moment at which its bucket will be full again. A request moves that moment on by the
//! time between two requests at the rate; one that would move it further ahead than the whole bucket is refused. The table
//! has a fixed number of places, so a flood of addresses costs no memory: a new client takes, of the few places that its
//! address may have, the one whose bucket is fullest.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Groups of places, each with a lock of its own.
const GROUPS: usize = 4096;
/// Places in a group.
const PLACES: usize = 8;

/// The buckets of all clients.
pub(super) struct Limiter {
    started: Instant,
    /// Nanoseconds between two requests at the rate.
    interval: u64,
    /// Nanoseconds that an empty bucket takes to fill.
    whole: u64,
    hasher: RandomState,
    groups: Box<[Mutex<[Place; PLACES]>]>,
}

/// A client, known by the hash of its address, and the nanosecond at which its bucket is full.
#[derive(Clone, Copy, Default)]
struct Place {
    client: u64,
    full_at: u64,
}

impl Limiter {
    /// As many `requests` at once, and as many again `per` time.
    pub(super) fn new(requests: u32, per: Duration) -> Self {
        let whole = nanoseconds(per);
        Self {
            started: Instant::now(),
            interval: whole / u64::from(requests.max(1)),
            whole,
            hasher: RandomState::new(),
            groups: std::iter::repeat_with(Mutex::default).take(GROUPS).collect(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The time after which another will be taken, when this one is over the limit.
    pub(super) fn take(&self, client: IpAddr, at: Instant) -> Result<(), Duration> {
        // Keyed anew by each process: nobody can choose addresses that share a place.
        let client = self.hasher.hash_one(client) | 1;
        let now = nanoseconds(at.saturating_duration_since(self.started));
        let Some(group) = self.groups.get((client >> 32) as usize % GROUPS) else {
            return Ok(());
        };
        let mut group = group.lock().unwrap_or_else(PoisonError::into_inner);
        let place = match group.iter().position(|place| place.client == client) {
            Some(known) => group.get_mut(known),
            None => group.iter_mut().min_by_key(|place| place.full_at),
        };
        let Some(place) = place else { return Ok(()) };
        if place.client != client {
            *place = Place { client, full_at: now };
        }
        let full_at = place.full_at.max(now) + self.interval;
        match full_at.saturating_sub(now + self.whole) {
            0 => {
                place.full_at = full_at;
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
    fn a_flood_of_addresses_takes_no_place_from_a_client_over_its_limit() {
        let limiter = Limiter::new(5, Duration::from_secs(3600));
        let now = limiter.started;
        while limiter.take(address(0), now).is_ok() {}
        for number in 1..200_000 {
            assert_eq!(limiter.take(address(number), now), Ok(()));
        }
        assert!(limiter.take(address(0), now).is_err());
    }
}
