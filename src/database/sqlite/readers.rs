//! Read-only connections: a few shared by short reads, a bounded number for long ones.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection;
use super::read_budget::{CancelFlag, ReadBudget, ReadKind};
use super::session::{Counts, Session};
use crate::database::Error;

/// Long reads at once whose answer is held in memory: they do not wait for clients.
const PAGES: usize = 8;
/// Long reads at once that wait for their clients.
const STREAMS: usize = 32;
/// How long a long read waits for its slot.
const SLOT_WAIT: Duration = Duration::from_secs(20);
/// Idle connections kept open, of each kind.
const MAX_IDLE: usize = 4;

struct Reader {
    connection: Connection,
    read_budget: Arc<ReadBudget>,
    counts: RefCell<Counts>,
}

/// A class of long reads, each with a bounded number of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadSlot {
    /// Reads whose answer is held in memory before any of it is sent.
    Page,
    /// Reads that wait for their client between chunks.
    Stream,
}

/// All read-only connections of the process.
pub(super) struct Readers {
    path: PathBuf,
    short: Mutex<Vec<Reader>>,
    long: Mutex<Vec<Reader>>,
    pages: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Result<Self, Error> {
        let readers = Self {
            path,
            short: Mutex::default(),
            long: Mutex::default(),
            pages: Arc::new(Semaphore::new(PAGES)),
            streams: Arc::new(Semaphore::new(STREAMS)),
            waiting: AtomicUsize::new(0),
        };
        // The first connection is opened now, so that a file that cannot be read stops the start.
        let first = readers.open(ReadKind::Short)?;
        readers.put_back(first, ReadKind::Short);
        Ok(readers)
    }

    /// Waits for a slot.
    ///
    /// # Errors
    /// [`Error::Busy`] when none came free in time.
    pub(super) async fn acquire(&self, slot: ReadSlot) -> Result<OwnedSemaphorePermit, Error> {
        let slots = match slot {
            ReadSlot::Page => &self.pages,
            ReadSlot::Stream => &self.streams,
        };
        if let Ok(permit) = slots.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = WaitingReader::among(&self.waiting);
        match tokio::time::timeout(SLOT_WAIT, slots.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Err(Error::Busy),
        }
    }

    /// Whether reads wait for a slot.
    pub(super) fn are_contended(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    pub(super) fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Session<'_>) -> Result<T, E>) -> Result<T, E> {
        self.with_reader(ReadKind::Short, CancelFlag::default(), work)
    }

    pub(super) fn read_long<T, E: From<Error>>(
        &self,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_reader(ReadKind::Long, cancel, work)
    }

    pub(super) fn close(&self) {
        for kind in [ReadKind::Short, ReadKind::Long] {
            self.idle(kind).lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    fn idle(&self, kind: ReadKind) -> &Mutex<Vec<Reader>> {
        match kind {
            ReadKind::Short => &self.short,
            ReadKind::Long => &self.long,
        }
    }

    fn with_reader<T, E: From<Error>>(
        &self,
        kind: ReadKind,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle(kind).lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.open(kind)?,
        };
        reader.read_budget.reset(kind, cancel);
        let session = Session::limited(&reader.connection, &reader.read_budget, kind, &reader.counts);
        let answer = work(&session);
        // An interrupted snapshot leaves its transaction open: such a connection is closed.
        if reader.connection.is_autocommit() {
            self.put_back(reader, kind);
        }
        answer
    }

    fn open(&self, kind: ReadKind) -> Result<Reader, Error> {
        let mut connection = connection::reader(&self.path, kind)?;
        let read_budget = ReadBudget::on(&mut connection)?;
        Ok(Reader {
            connection,
            read_budget,
            counts: RefCell::default(),
        })
    }

    fn put_back(&self, reader: Reader, kind: ReadKind) {
        let mut idle = self.idle(kind).lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(reader);
        }
    }
}

/// Counts a waiting read for as long as it lives.
struct WaitingReader<'a>(&'a AtomicUsize);

impl<'a> WaitingReader<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for WaitingReader<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
