//! Who is woken when: workers by new work, watchers by any change. Both inside the process at once, and across
//! processes through the database's own watcher.

use tokio::sync::watch;

use crate::database::Database;

/// Two counts that grow: waiting for one to change is waiting for something to do.
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
    /// There may be jobs to claim.
    pub(super) fn announce(&self) {
        self.work.send_modify(|count| *count += 1);
        self.changed();
    }

    /// Something about some job is another than before.
    pub(super) fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Changes whenever there may be jobs to claim.
    pub(super) fn work(&self) -> watch::Receiver<u64> {
        self.work.subscribe()
    }

    /// Changes whenever anything about some job may have.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Hands on what other processes do, for as long as the database is open.
    pub(super) async fn follow(&self, database: &Database) {
        let mut versions = database.versions();
        while versions.changed().await.is_ok() {
            versions.borrow_and_update();
            self.announce();
        }
    }
}
