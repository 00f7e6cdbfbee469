//! The workers of this process: they do the built-in kinds, beside a server or in `socle worker`.
//!
//! A bounded number of threads, the [`worker_threads`], run handlers; one task, the [`dispatcher`], claims jobs for them, renews
//! their leases, and writes what came of them. It does so in rounds, each a single write: while jobs are short, many
//! results and the next jobs share one wait for the disk.

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

/// Running workers. [`Pool::stop`] ends them well; without it their jobs are free when the leases run out.
pub struct Pool {
    stop: watch::Sender<Option<Duration>>,
    dispatcher: JoinHandle<()>,
}

impl Pool {
    /// Starts so many workers, on threads of their own.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(jobs: Jobs, workers: usize) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(None);
        let (worker_threads, reports) = WorkerThreads::start(workers)?;
        let dispatcher = Dispatcher::new(jobs, worker_threads, reports, workers);
        Ok(Self {
            stop,
            dispatcher: tokio::spawn(dispatcher.run(stopped)),
        })
    }

    /// Takes no more jobs, gives those back that were not begun, and the others once they have not ended within
    /// `patience`: nobody waits for a lease.
    pub async fn stop(self, patience: Duration) {
        self.stop.send_replace(Some(patience));
        if self.dispatcher.await.is_err() {
            tracing::error!("the keeper of the workers panicked; their jobs are free when the leases run out");
        }
    }
}
