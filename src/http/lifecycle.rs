//! Where the server is in its life, as the command that runs it says.

use tokio::sync::watch;

/// A part of the server's life. They come in this order, and none comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Migrating and opening the database.
    Starting,
    /// Answering, and ready.
    Serving,
    /// Answering, but telling balancers to look elsewhere.
    Leaving,
    /// Finishing what was begun; no new connections.
    Draining,
}

/// The phase, to look at or to wait for.
#[derive(Debug, Clone)]
pub struct Lifecycle(watch::Receiver<Phase>);

impl Lifecycle {
    /// A life whose phases come through `phases`.
    pub fn new(phases: watch::Receiver<Phase>) -> Self {
        Self(phases)
    }

    /// Whether balancers should look elsewhere.
    pub fn is_leaving(&self) -> bool {
        *self.0.borrow() >= Phase::Leaving
    }

    /// Waits until the server is to finish.
    pub async fn draining(&self) {
        // Nobody left to say so is no reason to stop.
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
