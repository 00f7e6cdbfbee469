//! SQLite behind the door: one writer, read-only readers, and a watch on what other processes change.

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
    /// After it is in the log; a power cut may take the last moments, never the file.
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

/// An open database. Cheap to clone; all clones are one.
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

    /// What the operator should know of how the file is served, a line each.
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

    /// Runs a read of any length on a thread of its own. The number of such reads is bounded; one more waits.
    ///
    /// # Errors
    /// [`Error::Busy`] when no place came free in time; [`Error::Interrupted`] when `cancel` was raised, or when the
    /// read went on for very long without finding a row.
    pub async fn read_long<T, E>(
        &self,
        place: ReadSlot,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = self.inner.readers.place(place).await?;
        let database = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let answer = database.inner.readers.read_long(cancel, work);
            drop(place);
            answer
        });
        task.await
            .unwrap_or_else(|_| Err(Error::Other("a read panicked".into()).into()))
    }

    /// Whether long reads wait for a place: those that wait for their own client should then not wait long.
    pub fn is_contended(&self) -> bool {
        self.inner.readers.are_contended()
    }

    /// Hands `work` to the writer and waits until what it did is committed. `work` may be run more than once: when a
    /// commit that it shared with others fails, each is tried again alone. When it answers with an error nothing of it
    /// is kept, and nobody else's work is harmed.
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

    /// The tables there are, and the schema version they were read at.
    ///
    /// # Errors
    /// When the schema cannot be read.
    pub fn table_info(&self) -> Result<(i64, Vec<TableInfo>), Error> {
        self.inner.readers.read_long(CancelFlag::default(), introspect::tables)
    }

    /// Versions of schema and data, changed by any process; a change is seen within a fraction of a second. A database
    /// that was opened for reading reports no changes.
    pub fn versions(&self) -> watch::Receiver<Versions> {
        match &self.inner.watcher {
            Some(watcher) => watcher.versions(),
            None => watch::channel(Versions::default()).1,
        }
    }

    /// Whether the file answers to a trivial read.
    ///
    /// # Errors
    /// What the engine says when it does not.
    pub fn check(&self) -> Result<(), Error> {
        self.read(|session| session.query(&Statement::plain("SELECT 1"), |_| Ok(())))
    }

    /// Finishes what was asked for, then moves the log into the file and closes it. Later writes are refused.
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
