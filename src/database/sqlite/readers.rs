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

/// Long reads at once whose whole answer fits into memory: they end by themselves.
const PAGES: usize = 8;
/// Long reads at once that go at a client's pace.
const STREAMS: usize = 32;
/// How long a long read waits for its place.
const PLACE_WAIT: Duration = Duration::from_secs(20);
/// Connections kept for the next reader, short or long.
const KEPT: usize = 4;

struct Reader {
    connection: Connection,
    read_budget: Arc<ReadBudget>,
    counts: RefCell<Counts>,
}

/// What a long read waits for a place among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadSlot {
    /// Reads whose answer is held in memory before any of it is sent.
    Page,
    /// Reads that wait for their client again and again.
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

    /// A place among the long reads.
    pub(super) async fn place(&self, place: ReadSlot) -> Result<OwnedSemaphorePermit, Error> {
        let places = match place {
            ReadSlot::Page => &self.pages,
            ReadSlot::Stream => &self.streams,
        };
        if let Ok(place) = places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let _waiting = WaitingReader::among(&self.waiting);
        match tokio::time::timeout(PLACE_WAIT, places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Err(Error::Busy),
        }
    }

    /// Whether reads wait for a place.
    pub(super) fn are_contended(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    pub(super) fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Session<'_>) -> Result<T, E>) -> Result<T, E> {
        self.lend(ReadKind::Short, CancelFlag::default(), work)
    }

    pub(super) fn read_long<T, E: From<Error>>(
        &self,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.lend(ReadKind::Long, cancel, work)
    }

    pub(super) fn close(&self) {
        for kind_of_read in [ReadKind::Short, ReadKind::Long] {
            self.idle(kind_of_read)
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
    }

    fn idle(&self, kind_of_read: ReadKind) -> &Mutex<Vec<Reader>> {
        match kind_of_read {
            ReadKind::Short => &self.short,
            ReadKind::Long => &self.long,
        }
    }

    fn lend<T, E: From<Error>>(
        &self,
        kind_of_read: ReadKind,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self
            .idle(kind_of_read)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.open(kind_of_read)?,
        };
        reader.read_budget.lengthen(kind_of_read, cancel);
        let session = Session::leashed(&reader.connection, &reader.read_budget, kind_of_read, &reader.counts);
        let answer = work(&session);
        // An interrupted snapshot leaves its transaction open; such a connection is not worth keeping.
        if reader.connection.is_autocommit() {
            self.put_back(reader, kind_of_read);
        }
        answer
    }

    fn open(&self, kind_of_read: ReadKind) -> Result<Reader, Error> {
        let mut connection = connection::reader(&self.path, kind_of_read)?;
        let read_budget = ReadBudget::on(&mut connection)?;
        Ok(Reader {
            connection,
            read_budget,
            counts: RefCell::default(),
        })
    }

    fn put_back(&self, reader: Reader, kind_of_read: ReadKind) {
        let mut idle = self.idle(kind_of_read).lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(reader);
        }
    }
}

/// Counted among those that wait, for as long as it lives.
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
