//! The rules in force: read at the start, and again whenever the file or the tables change.
//!
//! At the start a mistake in the file is an error. Later it is a line in the log, and the rules stay as they were: a
//! server that runs must neither stop nor stand open because of a typing error.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Policy;
use super::check::{Diagnostics, check};
use crate::config_file::{ConfigError, ConfigFile, FileVersion};
use crate::schema::{Catalog, Schema};

/// Time between two looks at the file, each of which asks the system for its times and size. A change is taken when two
/// looks agree on it, so that no half-written file is read.
const PAUSE: Duration = Duration::from_millis(500);

/// The rules in force, and the tables they are about.
pub struct PolicyStore {
    catalog: Arc<Catalog>,
    file: watch::Sender<Arc<ConfigFile>>,
    rules: ArcSwap<Policy>,
}

impl PolicyStore {
    /// Puts a file's rules in force for the tables of a catalog.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn open(file: ConfigFile, catalog: Arc<Catalog>) -> Result<Self, ConfigError> {
        let rules = accepted(&file, &catalog.current())?;
        catalog.restrict(rules.restrictions());
        Ok(Self {
            catalog,
            rules: ArcSwap::from_pointee(rules),
            file: watch::Sender::new(Arc::new(file)),
        })
    }

    /// The rules as they are now.
    pub fn current(&self) -> Arc<Policy> {
        self.rules.load_full()
    }

    /// The tables that the rules are about.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The file whose rules are in force, for those who read another part of it.
    pub fn file(&self) -> watch::Receiver<Arc<ConfigFile>> {
        self.file.subscribe()
    }

    /// Follows the changes of file and tables for as long as the server runs.
    pub async fn follow(self: Arc<Self>) {
        let file = self.file.borrow().clone();
        let Some(path) = file.path.clone() else {
            return;
        };
        let mut looks = interval(PAUSE);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut read = file.version;
        let mut glimpsed = read;
        let mut seen = self.catalog.current().version;
        let mut is_refused = false;
        loop {
            looks.tick().await;
            let version = FileVersion::of(&path);
            let is_settled = std::mem::replace(&mut glimpsed, version) == version;
            let schema = self.catalog.current();
            let are_tables_new = std::mem::replace(&mut seen, schema.version) != schema.version;
            if (version != read && is_settled) || (are_tables_new && is_refused) {
                read = version;
                is_refused = self.read_again().await;
            } else if are_tables_new {
                self.hold_against(&schema);
            }
        }
    }

    /// Reads the file again, and says whether it was refused.
    async fn read_again(self: &Arc<Self>) -> bool {
        let book = self.clone();
        let read = tokio::task::spawn_blocking(move || book.take_changes()).await;
        match read {
            Ok(Ok(())) => false,
            Ok(Err(mistake)) => {
                tracing::error!("{mistake}; the rules stay as they were");
                true
            }
            Err(_) => {
                tracing::error!("reading the rules panicked; they stay as they were");
                true
            }
        }
    }

    fn take_changes(&self) -> Result<(), ConfigError> {
        let before = self.file.borrow().clone();
        let folder = before.path.as_deref().and_then(|path| path.parent());
        let file = ConfigFile::read(folder)?;
        if file.version.is_none() && before.version.is_some() {
            // More likely an accident than a wish to stand open.
            return Err(file.error_at(
                None,
                "the file is gone; an empty one, or a restart, does away with its rules",
            ));
        }
        if file.has_same_content_as(&before) {
            return Ok(());
        }
        let rules = accepted(&file, &self.catalog.current())?;
        self.catalog.restrict(rules.restrictions());
        self.rules.store(Arc::new(rules));
        tracing::info!("{} has changed: its rules are in force", file.name().display());
        self.file.send_replace(Arc::new(file));
        Ok(())
    }

    /// Says what no longer fits after another process has changed the tables. The rules for what is still there hold.
    fn hold_against(&self, schema: &Schema) {
        let Diagnostics { mistakes, warnings } = check(&self.file.borrow(), schema);
        for message in mistakes.iter().chain(&warnings) {
            tracing::warn!("the tables have changed; {message}");
        }
    }
}

/// The meaning of a file that has no mistakes. What is allowed and probably not meant goes to the log.
fn accepted(file: &ConfigFile, schema: &Schema) -> Result<Policy, ConfigError> {
    let Diagnostics { mistakes, warnings } = check(file, schema);
    if let Some(first) = mistakes.into_iter().next() {
        return Err(first);
    }
    for message in warnings {
        tracing::warn!("{message}");
    }
    Ok(Policy::of(file))
}
