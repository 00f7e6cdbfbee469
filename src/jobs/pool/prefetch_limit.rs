//! How many jobs to hold at once: many while they are short, so that they share writes; no more than there are workers
//! while they are long, so that other processes have the rest.

use std::time::Duration;

/// The work that a worker may have before it.
const AHEAD: Duration = Duration::from_millis(20);
/// Jobs that a worker may have before it.
const MAX_AHEAD: f64 = 64.0;
/// How much the last job counts among all before it.
const WEIGHT: f64 = 0.2;

/// What is known of how long jobs take.
pub(super) struct PrefetchLimit {
    workers: usize,
    mean: Option<Duration>,
}

impl PrefetchLimit {
    pub(super) fn new(workers: usize) -> Self {
        Self { workers, mean: None }
    }

    /// A job took so long.
    pub(super) fn took(&mut self, took: Duration) {
        self.mean = Some(match self.mean {
            None => took,
            Some(mean) => mean.mul_f64(1.0 - WEIGHT) + took.mul_f64(WEIGHT),
        });
    }

    /// Jobs had to be given back: they are long, whatever was known.
    pub(super) fn stalled(&mut self) {
        self.mean = Some(AHEAD);
    }

    /// Jobs to hold at most.
    pub(super) fn most(&self) -> usize {
        let ahead = self.mean.map_or(1.0, |mean| {
            (AHEAD.as_secs_f64() / mean.as_secs_f64().max(1e-9)).clamp(1.0, MAX_AHEAD)
        });
        self.workers * ahead as usize
    }

    /// Jobs to claim now, with so many held: none until half of them are done, so that claims are worth their write.
    pub(super) fn room(&self, held: usize) -> usize {
        let most = self.most();
        match held <= most - (most / 2).max(1) {
            true => most - held,
            false => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_jobs_are_claimed_one_for_each_worker_and_short_ones_in_batches() {
        let mut prefetch_limit = PrefetchLimit::new(2);
        assert_eq!(
            (prefetch_limit.room(0), prefetch_limit.room(1), prefetch_limit.room(2)),
            (2, 1, 0)
        );
        for _ in 0..50 {
            prefetch_limit.took(Duration::from_micros(10));
        }
        assert_eq!(
            (prefetch_limit.room(0), prefetch_limit.room(64), prefetch_limit.room(65)),
            (128, 64, 0)
        );
        prefetch_limit.stalled();
        assert_eq!((prefetch_limit.room(0), prefetch_limit.room(2)), (2, 0));
        for _ in 0..100 {
            prefetch_limit.took(Duration::from_secs(60));
        }
        assert_eq!((prefetch_limit.room(0), prefetch_limit.room(2)), (2, 0));
    }
}
