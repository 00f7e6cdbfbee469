//! Notifications about jobs: of work to claim, and of any change. Sent within the process at once, and for changes by other
//! processes when the database's watcher sees them.

use tokio::sync::watch;

use crate::database::Database;

/// Two channels whose values are counters: a receiver waits for a change of the value.
pub(super) struct Notifier {
    work: watch::Sender<u64>,
    changes: watch::Sender<u64>,
}

impl Default for Notifier {
    fn default() -> Self {
        Self {
            work: watch::Sender::new(0),
            changes: watch::Sender::new(0),
        }
    }
}

impl Notifier {
    /// Notifies that there may be jobs to claim.
    pub(super) fn announce(&self) {
        self.work.send_modify(|count| *count += 1);
        self.changed();
    }

    /// Notifies that a job has changed.
    pub(super) fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Changes when there may be jobs to claim.
    pub(super) fn work(&self) -> watch::Receiver<u64> {
        self.work.subscribe()
    }

    /// Changes when a job may have changed.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Notifies of every change of the database by any process, for as long as it is open.
    pub(super) async fn follow(&self, database: &Database) {
        let mut versions = database.versions();
        while versions.changed().await.is_ok() {
            versions.borrow_and_update();
            self.announce();
        }
    }
}
