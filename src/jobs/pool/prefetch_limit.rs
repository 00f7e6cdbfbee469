//! The number of jobs that a pool holds at once: many while jobs are short, so that they share writes; one for each worker
//! while they are long, so that other processes can claim the rest.

use std::time::Duration;

/// The run time of the jobs that are claimed ahead for each worker.
const AHEAD: Duration = Duration::from_millis(20);
/// The most jobs that are claimed ahead for each worker.
const MAX_AHEAD: f64 = 64.0;
/// The weight of the latest job in the moving average of run times.
const WEIGHT: f64 = 0.2;

/// The limit, derived from an exponential moving average of run times.
pub(super) struct PrefetchLimit {
    workers: usize,
    mean: Option<Duration>,
}

impl PrefetchLimit {
    pub(super) fn new(workers: usize) -> Self {
        Self { workers, mean: None }
    }

    /// Adds a run time to the average.
    pub(super) fn record(&mut self, took: Duration) {
        self.mean = Some(match self.mean {
            None => took,
            Some(mean) => mean.mul_f64(1.0 - WEIGHT) + took.mul_f64(WEIGHT),
        });
    }

    /// Resets the average to that of long jobs, after claimed jobs had to be released.
    pub(super) fn record_stall(&mut self) {
        self.mean = Some(AHEAD);
    }

    /// The most jobs to hold.
    fn limit(&self) -> usize {
        let ahead = self.mean.map_or(1.0, |mean| {
            (AHEAD.as_secs_f64() / mean.as_secs_f64().max(1e-9)).clamp(1.0, MAX_AHEAD)
        });
        self.workers * ahead as usize
    }

    /// The number of jobs to claim while `held` are held: 0 until half of the limit is free, so that each claim fetches
    /// several jobs.
    pub(super) fn to_claim(&self, held: usize) -> usize {
        let limit = self.limit();
        match held <= limit - (limit / 2).max(1) {
            true => limit - held,
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_jobs_are_claimed_one_for_each_worker_and_short_ones_in_batches() {
        let mut limit = PrefetchLimit::new(2);
        assert_eq!((limit.to_claim(0), limit.to_claim(1), limit.to_claim(2)), (2, 1, 0));
        for _ in 0..50 {
            limit.record(Duration::from_micros(10));
        }
        assert_eq!(
            (limit.to_claim(0), limit.to_claim(64), limit.to_claim(65)),
            (128, 64, 0)
        );
        limit.record_stall();
        assert_eq!((limit.to_claim(0), limit.to_claim(2)), (2, 0));
        for _ in 0..100 {
            limit.record(Duration::from_secs(60));
        }
        assert_eq!((limit.to_claim(0), limit.to_claim(2)), (2, 0));
    }
}
