//! Job ids: UUIDs of version 7 (RFC 9562), which sort by time and cannot be guessed.

use std::fmt;
use std::str::FromStr;

use crate::clock::UnixMillis;
use serde::{Serialize, Serializer};

/// The id of a job.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(u128);

impl JobId {
    /// An id of the time and 74 of the random bits.
    pub fn new(now: UnixMillis, random: u128) -> Self {
        const RANDOM_A: u128 = 0xfff << 64;
        const RANDOM_B: u128 = (1 << 62) - 1;
        let milliseconds = u128::from(now.0.unsigned_abs()) & ((1 << 48) - 1);
        let version_and_variant = (7 << 76) | (0b10 << 62);
        Self((milliseconds << 80) | version_and_variant | (random & (RANDOM_A | RANDOM_B)))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |from: u32, bits: u32| (self.0 >> from) & ((1 << bits) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 32),
            part(80, 16),
            part(64, 16),
            part(48, 16),
            part(0, 48)
        )
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for JobId {
    type Err = ();

    /// Parses the canonical spelling only, so that a job has one address.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: String = text.chars().filter(|letter| *letter != '-').collect();
        let found = Self(u128::from_str_radix(&digits, 16).map_err(|_| ())?);
        (found.to_string() == text).then_some(found).ok_or(())
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7_that_sorts_by_time() {
        let early = JobId::new(UnixMillis(1_645_557_742_000), u128::MAX);
        assert_eq!(early.to_string(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
        let late = JobId::new(UnixMillis(1_645_557_742_001), 0);
        assert_eq!(late.to_string(), "017f22e2-79b1-7000-8000-000000000000");
        assert!(late > early);
    }

    #[test]
    fn only_the_canonical_spelling_is_parsed() {
        let id = JobId::new(UnixMillis(1_645_557_742_000), 0xabcd);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            "",
            "7",
            "counts",
            "017f22e279b070008000000000000000",
            "017F22E2-79B0-7000-8000-00000000ABCD",
            "+17f22e2-79b0-7000-8000-00000000abcd",
        ] {
            assert_eq!(bad.parse::<JobId>(), Err(()), "{bad}");
        }
    }
}
