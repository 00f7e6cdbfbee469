//! Metrics of the queue as plain data: counters of this process, and gauges read from the database.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::store::list::Counts;
use super::{Outcome, State};

/// The most kinds with counters of their own, which bounds memory; further kinds are counted as [`OTHER`].
pub const KINDS: usize = 64;
/// The label of further kinds.
pub const OTHER: &str = "other";
/// The upper bounds of the run time histogram's buckets, in milliseconds.
pub const BOUNDS_MS: [i64; 12] = [
    1, 5, 25, 100, 500, 1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000,
];

/// The counters of one kind since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KindCounters {
    /// Jobs submitted.
    pub submitted: u64,
    /// Attempts started.
    pub claimed: u64,
    /// Jobs done.
    pub done: u64,
    /// Attempts that failed and whose jobs were queued again.
    pub retried: u64,
    /// Jobs that failed after their last attempt.
    pub failed: u64,
    /// Running jobs that were cancelled.
    pub cancelled: u64,
    /// Attempts whose lease expired.
    pub expired: u64,
    /// Attempts by run time: a bucket for each of [`BOUNDS_MS`], and one for longer run times.
    pub run_times: [u64; BOUNDS_MS.len() + 1],
    /// The sum of all run times in milliseconds.
    pub run_time_sum_ms: u64,
}

/// The state of the queue, the same in every process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Gauges {
    /// Numbers of jobs by kind and state.
    pub depth: Counts,
    /// The time since the oldest claimable job became claimable, by kind, in milliseconds.
    pub oldest_ms: BTreeMap<String, u64>,
}

/// All metrics at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The counters of this process, by kind.
    pub counters: BTreeMap<String, KindCounters>,
    /// The gauges.
    pub gauges: Gauges,
}

/// The counters of this process.
#[derive(Default)]
pub(super) struct Counters(Mutex<BTreeMap<String, KindCounters>>);

impl Counters {
    /// Applies `update` to the counters of a kind.
    pub(super) fn count(&self, kind: &str, update: impl FnOnce(&mut KindCounters)) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counters) = kinds.get_mut(kind) {
            return update(counters);
        }
        let kind = if kinds.len() < KINDS { kind } else { OTHER };
        update(kinds.entry(kind.to_owned()).or_default());
    }

    /// Counts the outcome of an attempt, unless it had been reported before.
    pub(super) fn record(&self, outcome: &Outcome) {
        let Some(took) = outcome.took_ms else { return };
        self.count(&outcome.kind, |counters| {
            match outcome.state {
                State::Done => counters.done += 1,
                State::Failed => counters.failed += 1,
                State::Cancelled => counters.cancelled += 1,
                State::Queued | State::Processing => counters.retried += 1,
            }
            let bucket = BOUNDS_MS.iter().position(|bound| took <= *bound);
            if let Some(bucket) = counters.run_times.get_mut(bucket.unwrap_or(BOUNDS_MS.len())) {
                *bucket += 1;
            }
            counters.run_time_sum_ms += took.unsigned_abs();
        });
    }

    pub(super) fn snapshot(&self) -> BTreeMap<String, KindCounters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
