//! Time and randomness, passed in at the edge of the program, so that tests can choose both.

use std::io;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A source of the current time.
#[derive(Debug, Clone, Copy)]
pub struct Clock(fn() -> Timestamp);

impl Clock {
    /// The system's clock.
    pub const SYSTEM: Self = Self(Timestamp::now);

    /// A clock that reads `now`.
    pub const fn new(now: fn() -> Timestamp) -> Self {
        Self(now)
    }

    /// The current time.
    pub fn now(self) -> Timestamp {
        (self.0)()
    }
}

/// A source of random bits that cannot be predicted.
#[derive(Debug, Clone, Copy)]
pub struct Rng(fn(&mut [u8]) -> io::Result<()>);

impl Rng {
    /// The system's source (`getrandom(2)`).
    pub const SYSTEM: Self = Self(|bytes| getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string())));

    /// A source that fills buffers with `fill`.
    pub const fn new(fill: fn(&mut [u8]) -> io::Result<()>) -> Self {
        Self(fill)
    }

    /// Fills a buffer with random bytes.
    ///
    /// # Errors
    /// When the source has none.
    pub fn fill(self, bytes: &mut [u8]) -> io::Result<()> {
        (self.0)(bytes)
    }

    /// 128 random bits. Waits while the source has none: names and tokens made without them could be guessed. Linux
    /// refuses them to no process once it has booted.
    pub fn bits(self) -> u128 {
        let mut bits = [0; 16];
        while let Err(error) = self.fill(&mut bits) {
            tracing::error!(%error, "the system gives no random bits; waiting for them");
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        u128::from_ne_bytes(bits)
    }
}

/// A time in milliseconds since 1970-01-01 UTC, as Socle's own tables keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The time so many milliseconds later.
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this time; 0 when it is the later one.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0).max(0).unsigned_abs()
    }
}

impl From<Timestamp> for UnixMillis {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl From<UnixMillis> for Timestamp {
    /// 1970-01-01 for a time outside the years that a timestamp has.
    fn from(time: UnixMillis) -> Self {
        Self::from_millisecond(time.0).unwrap_or_default()
    }
}

impl Serialize for UnixMillis {
    /// RFC 3339 in UTC.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Timestamp::from(*self))
    }
}
