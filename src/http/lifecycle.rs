//! The phases of the server, set by the command that runs it.

use tokio::sync::watch;

/// A phase. They come in this order, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Migrating and opening the database.
    Starting,
    /// Answering, and ready.
    Serving,
    /// Answering, and reporting to load balancers that it is not ready.
    Leaving,
    /// Finishing open requests; no new connections.
    Draining,
}

/// The current phase, to be read or waited for.
#[derive(Debug, Clone)]
pub struct Lifecycle(watch::Receiver<Phase>);

impl Lifecycle {
    /// Follows the phases that are sent through `phases`.
    pub fn new(phases: watch::Receiver<Phase>) -> Self {
        Self(phases)
    }

    /// Whether load balancers must stop sending requests.
    pub fn is_leaving(&self) -> bool {
        *self.0.borrow() >= Phase::Leaving
    }

    /// Waits until the server finishes its open requests.
    pub async fn draining(&self) {
        // When the sender is gone, no phase follows: this never resolves.
        if self
            .0
            .clone()
            .wait_for(|phase| *phase == Phase::Draining)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}
