//! What an operator watches, as plain figures: counts of this process, and the state of the queue from the database.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::Outcome;
use super::State;
use super::store::list::Counts;

/// Kinds that are told apart; what comes after them is counted together, as [`OTHER`].
pub const KINDS: usize = 64;
/// The kind under which all further kinds are counted.
pub const OTHER: &str = "other";
/// The upper bounds of the run times that are told apart, in milliseconds.
pub const BOUNDS_MS: [i64; 12] = [
    1, 5, 25, 100, 500, 1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000,
];

/// What this process has seen of one kind since it started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OfKind {
    /// Jobs put into the queue.
    pub submitted: u64,
    /// Attempts begun.
    pub claimed: u64,
    /// Jobs done.
    pub done: u64,
    /// Attempts that failed and are tried again.
    pub retried: u64,
    /// Jobs that failed for good.
    pub failed: u64,
    /// Jobs called off while they ran.
    pub cancelled: u64,
    /// Attempts whose lease ran out.
    pub expired: u64,
    /// Attempts by how long they took: one place for each of [`BOUNDS_MS`], and one for all that took longer.
    pub run_times: [u64; BOUNDS_MS.len() + 1],
    /// How long all attempts together took, in milliseconds.
    pub run_time_sum_ms: u64,
}

/// The state of the queue, whichever process did what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Gauges {
    /// Jobs by kind and state.
    pub depth: Counts,
    /// How long the job that has waited longest has been claimable, by kind, in milliseconds.
    pub oldest_ms: BTreeMap<String, u64>,
}

/// Everything there is to print.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Counts of this process, by kind.
    pub counters: BTreeMap<String, OfKind>,
    /// The state of the queue.
    pub gauges: Gauges,
}

/// The counts of this process.
#[derive(Default)]
pub(super) struct Counters(Mutex<BTreeMap<String, OfKind>>);

impl Counters {
    /// Counts something of a kind.
    pub(super) fn count(&self, kind: &str, what: impl FnOnce(&mut OfKind)) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kinds.get_mut(kind) {
            return what(known);
        }
        let kind = if kinds.len() < KINDS { kind } else { OTHER };
        what(kinds.entry(kind.to_owned()).or_default());
    }

    /// Counts what an attempt led to.
    pub(super) fn record(&self, outcome: &Outcome) {
        let Some(took) = outcome.took_ms else { return };
        self.count(&outcome.kind, |of_kind| {
            match outcome.state {
                State::Done => of_kind.done += 1,
                State::Failed => of_kind.failed += 1,
                State::Cancelled => of_kind.cancelled += 1,
                State::Queued | State::Processing => of_kind.retried += 1,
            }
            let place = BOUNDS_MS.iter().position(|bound| took <= *bound);
            if let Some(bucket) = of_kind.run_times.get_mut(place.unwrap_or(BOUNDS_MS.len())) {
                *bucket += 1;
            }
            of_kind.run_time_sum_ms += took.unsigned_abs();
        });
    }

    pub(super) fn snapshot(&self) -> BTreeMap<String, OfKind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
