//! Where the queue has time and randomness from, so that tests can choose both.

use jiff::Timestamp;

use super::UnixMillis;

/// Where time and randomness come from.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// The time.
    pub now: fn() -> UnixMillis,
    /// 128 bits that nobody can guess.
    pub random: fn() -> u128,
}

impl Edge {
    /// The system's clock and its source of randomness.
    pub const SYSTEM: Self = Self {
        now: || Timestamp::now().into(),
        random,
    };
}

fn random() -> u128 {
    let mut bits = [0; 16];
    // Linux gives these to every process, always. Without them names and tokens could be guessed: better none.
    while getrandom::fill(&mut bits).is_err() {
        tracing::error!("the system gives no random bits; waiting for them");
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    u128::from_ne_bytes(bits)
}
