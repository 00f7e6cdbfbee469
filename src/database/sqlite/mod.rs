//! SQLite: one writer, read-only readers, and a watcher of changes by other processes.

mod connection;
mod decimal_key;
pub mod dialect;
mod encoding;
mod errors;
mod functions;
mod introspect;
pub mod migrations;
mod read_budget;
mod readers;
mod row;
mod session;
mod watcher;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use super::table_info::TableInfo;
use super::{Error, Statement};
pub use read_budget::CancelFlag;
pub use readers::ReadSlot;
use readers::Readers;
pub use row::Row;
pub use session::Session;
pub use watcher::Versions;
use watcher::Watcher;
use writer::Writer;

/// When a write counts as done (`PRAGMA synchronous`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// After it is on the disk.
    Full,
    /// After it is in the log: a power cut may lose the last commits, but does not damage the file.
    Normal,
}

/// Where the database is and how it is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file. It exists and is migrated before it is opened here.
    pub path: PathBuf,
    /// When a write counts as done.
    pub synchronous: Synchronous,
}

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Readers,
    /// Missing in a database that was opened for reading.
    writer: Option<Writer>,
    watcher: Option<Watcher>,
    notes: Vec<String>,
}

impl Database {
    /// Opens the file and starts the writer and the watcher, each on a thread of its own.
    ///
    /// # Errors
    /// When the file is not there, is not a database, or cannot be written.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let storage = connection::Storage::of(&options.path);
        let writer = Writer::start(options, storage)?;
        let readers = Readers::new(options.path.clone())?;
        let watcher = Watcher::start(options)?;
        Ok(Self {
            inner: Arc::new(Inner {
                readers,
                writer: Some(writer),
                watcher: Some(watcher),
                notes: storage.notes(),
            }),
        })
    }

    /// Opens the file for reading: starts no thread, and every write is [`Error::ReadOnly`].
    ///
    /// # Errors
    /// When the file is not there or is not a database.
    pub fn open_for_reading(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Readers::new(path.to_path_buf())?,
                writer: None,
                watcher: None,
                notes: Vec::new(),
            }),
        })
    }

    /// Notes for the operator on how the file is served, a line each.
    pub fn notes(&self) -> &[String] {
        &self.inner.notes
    }

    /// Runs a short read on this thread. It may use a bounded number of steps of the engine, so that it can be called
    /// from asynchronous code.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the budget is used up: ask again with [`Database::read_long`].
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Session<'_>) -> Result<T, E>) -> Result<T, E> {
        self.inner.readers.read(work)
    }

    /// Runs a read of any length on a thread of its own. The number of such reads is bounded; others wait for a slot.
    ///
    /// # Errors
    /// [`Error::Busy`] when no slot came free in time; [`Error::Interrupted`] when `cancel` was raised, or when the
    /// read took too long to find its next row.
    pub async fn read_long<T, E>(
        &self,
        slot: ReadSlot,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = self.inner.readers.acquire(slot).await?;
        let database = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let answer = database.inner.readers.read_long(cancel, work);
            drop(permit);
            answer
        });
        task.await
            .unwrap_or_else(|_| Err(Error::Other("a read panicked".into()).into()))
    }

    /// Whether long reads wait for a slot: streams should then not wait long for their clients.
    pub fn is_contended(&self) -> bool {
        self.inner.readers.are_contended()
    }

    /// Runs `work` on the writer and waits until it is committed. `work` may be run more than once: when a commit that it
    /// shared with others fails, each is tried again alone. When it returns an error, its changes are rolled back and
    /// those of others are not.
    ///
    /// # Errors
    /// `work`'s own; [`Error::Busy`] when the queue is full or another process holds the file; [`Error::Full`];
    /// [`Error::Closed`] after [`Database::close`].
    pub async fn write<T, E>(&self, work: impl FnMut(&Session<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match (&self.inner.writer, &self.inner.watcher) {
            (Some(writer), Some(watcher)) if !watcher.is_lost() => writer.write(work).await,
            _ => Err(Error::ReadOnly.into()),
        }
    }

    /// All tables and views, and the schema version they were read at.
    ///
    /// # Errors
    /// When the schema cannot be read.
    pub fn table_info(&self) -> Result<(i64, Vec<TableInfo>), Error> {
        self.inner.readers.read_long(CancelFlag::default(), introspect::tables)
    }

    /// The versions of schema and data. A change by any process arrives within a fraction of a second.
    /// A database that was opened for reading reports none.
    pub fn versions(&self) -> watch::Receiver<Versions> {
        match &self.inner.watcher {
            Some(watcher) => watcher.versions(),
            None => watch::channel(Versions::default()).1,
        }
    }

    /// Runs a trivial read.
    ///
    /// # Errors
    /// The engine's, when the file cannot be read.
    pub fn check(&self) -> Result<(), Error> {
        self.read(|session| session.query(&Statement::plain("SELECT 1"), |_| Ok(())))
    }

    /// Finishes the queued writes, moves the log into the file and closes it. Later writes are refused.
    pub async fn close(&self) {
        if let Some(watcher) = &self.inner.watcher {
            watcher.stop();
        }
        self.inner.readers.close();
        if let Some(writer) = &self.inner.writer {
            writer.close().await;
        }
    }
}
