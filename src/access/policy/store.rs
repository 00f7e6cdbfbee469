//! The policy in force: read at the start, and again when the file or the tables change.
//!
//! At the start an error in the file stops the program. Later it is logged and the policy stays as it is: a running server
//! must neither stop nor open because of a typing error.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Policy;
use super::check::{Diagnostics, check};
use crate::config_file::{ConfigError, ConfigFile, FileVersion};
use crate::schema::{Catalog, Schema};

/// The interval at which the times and size of the file are polled. A change is applied when two polls agree on it, so that no
/// half-written file is read.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The policy in force, and the catalog that it restricts.
pub struct PolicyStore {
    catalog: Arc<Catalog>,
    file: watch::Sender<Arc<ConfigFile>>,
    policy: ArcSwap<Policy>,
}

impl PolicyStore {
    /// Applies the policy of a file to the tables of a catalog.
    ///
    /// # Errors
    /// The first error in the file.
    pub fn open(file: ConfigFile, catalog: Arc<Catalog>) -> Result<Self, ConfigError> {
        let policy = policy_of(&file, &catalog.current())?;
        catalog.restrict(policy.restrictions());
        Ok(Self {
            catalog,
            policy: ArcSwap::from_pointee(policy),
            file: watch::Sender::new(Arc::new(file)),
        })
    }

    /// The current policy.
    pub fn current(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// The catalog that the policy restricts.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The file whose policy is in force, for readers of its other parts.
    pub fn file(&self) -> watch::Receiver<Arc<ConfigFile>> {
        self.file.subscribe()
    }

    /// Follows changes of the file and of the tables until the task is dropped.
    pub async fn follow(self: Arc<Self>) {
        let file = self.file.borrow().clone();
        let Some(path) = file.path.clone() else {
            return;
        };
        let mut polls = interval(POLL_INTERVAL);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut read = file.version;
        let mut polled = read;
        let mut schema_version = self.catalog.current().version;
        let mut has_errors = false;
        loop {
            polls.tick().await;
            let version = FileVersion::of(&path);
            let is_settled = std::mem::replace(&mut polled, version) == version;
            let schema = self.catalog.current();
            let is_schema_new = std::mem::replace(&mut schema_version, schema.version) != schema.version;
            if (version != read && is_settled) || (is_schema_new && has_errors) {
                read = version;
                has_errors = self.reload().await;
            } else if is_schema_new {
                self.warn_of_changes(&schema);
            }
        }
    }

    /// Reads the file again. Returns whether it has errors.
    async fn reload(self: &Arc<Self>) -> bool {
        let store = self.clone();
        let read = tokio::task::spawn_blocking(move || store.apply_changes()).await;
        match read {
            Ok(Ok(())) => false,
            Ok(Err(error)) => {
                tracing::error!("{error}; the rules stay as they were");
                true
            }
            Err(_) => {
                tracing::error!("reading the rules panicked; they stay as they were");
                true
            }
        }
    }

    fn apply_changes(&self) -> Result<(), ConfigError> {
        let before = self.file.borrow().clone();
        let folder = before.path.as_deref().and_then(|path| path.parent());
        let file = ConfigFile::read(folder)?;
        if file.version.is_none() && before.version.is_some() {
            // More likely an accident than the intention to open the server.
            return Err(file.error_at(
                None,
                "the file is gone; an empty one, or a restart, does away with its rules",
            ));
        }
        if file.has_same_content_as(&before) {
            return Ok(());
        }
        let policy = policy_of(&file, &self.catalog.current())?;
        self.catalog.restrict(policy.restrictions());
        self.policy.store(Arc::new(policy));
        tracing::info!("{} has changed: its rules are in force", file.name().display());
        self.file.send_replace(Arc::new(file));
        Ok(())
    }

    /// Logs what no longer fits after another process has changed the tables. The rules of what is left stay in force.
    fn warn_of_changes(&self, schema: &Schema) {
        let Diagnostics { errors, warnings } = check(&self.file.borrow(), schema);
        for message in errors.iter().chain(&warnings) {
            tracing::warn!("the tables have changed; {message}");
        }
    }
}

/// The policy of a file without errors. Warnings are logged.
fn policy_of(file: &ConfigFile, schema: &Schema) -> Result<Policy, ConfigError> {
    let Diagnostics { errors, warnings } = check(file, schema);
    if let Some(first) = errors.into_iter().next() {
        return Err(first);
    }
    for message in warnings {
        tracing::warn!("{message}");
    }
    Ok(Policy::of(file))
}
