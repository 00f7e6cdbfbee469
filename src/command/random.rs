//! The system's randomness, handed to whatever makes secrets.

use std::io;

/// Fills a buffer with random bytes.
pub(super) fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}
