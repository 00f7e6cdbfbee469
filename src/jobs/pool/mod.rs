//! The worker pool of a process: runs the jobs of built-in kinds, in `socle serve` or `socle worker`.
//!
//! A fixed number of threads ([`worker_threads`]) run handlers. One task ([`dispatcher`]) claims jobs for them, renews the
//! leases and writes the results, in batches that are one write each ([`write_batch`]): while jobs are short, many results
//! and the next claim share one commit. [`prefetch_limit`] bounds how many jobs are claimed ahead.

mod dispatcher;
mod prefetch_limit;
#[cfg(test)]
mod tests;
mod worker_threads;
mod write_batch;

use std::io;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Jobs;
use dispatcher::Dispatcher;
use worker_threads::WorkerThreads;

/// A running pool. Dropped without [`Pool::stop`], its jobs become claimable again when their leases expire.
pub struct Pool {
    stop: watch::Sender<Option<Duration>>,
    dispatcher: JoinHandle<()>,
}

impl Pool {
    /// Starts `workers` threads and the dispatcher. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(jobs: Jobs, workers: usize) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(None);
        let (threads, completions) = WorkerThreads::start(workers)?;
        let dispatcher = Dispatcher::new(jobs, threads, completions, workers);
        Ok(Self {
            stop,
            dispatcher: tokio::spawn(dispatcher.run(stopped)),
        })
    }

    /// Stops claiming, releases the jobs that no thread has started, and waits `grace` for the others. Those still running
    /// then are released as well, so that other processes need not wait for their leases to expire.
    pub async fn stop(self, grace: Duration) {
        self.stop.send_replace(Some(grace));
        if self.dispatcher.await.is_err() {
            tracing::error!(
                "the dispatcher of the workers panicked; their jobs are claimable again when the leases expire"
            );
        }
    }
}
