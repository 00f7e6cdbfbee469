//! Read-only connections: a few shared by short reads, a bounded number for long ones.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{self, Storage};
use super::session::{Counts, Pace, Session};
use crate::database::Error;

/// Steps of SQLite's virtual machine between two looks at the leash.
const STEPS_PER_LOOK: i32 = 1000;
/// A short read may take about this many thousand steps: a millisecond or so.
const SHORT_LOOKS: i64 = 30;
/// A long read may take this many thousand steps from one row to the next: some ten seconds.
const LONG_LOOKS: i64 = 1_000_000;
/// Long reads at once.
const LONG_READS: usize = 32;
/// How long a long read waits for its place.
const PLACE_WAIT: Duration = Duration::from_secs(20);
/// Connections kept for the next reader.
const KEPT: usize = 6;

/// Raised by whoever no longer wants a long read's rows.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Stops the read at its next look, at most a thousand steps away.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What holds a read back; shared with SQLite's progress callback.
pub(super) struct Leash {
    looks: AtomicI64,
    cancel: Mutex<CancelFlag>,
}

impl Leash {
    fn lengthen(&self, pace: Pace, cancel: CancelFlag) {
        self.looks.store(
            match pace {
                Pace::Short => SHORT_LOOKS,
                Pace::Long => LONG_LOOKS,
            },
            Ordering::Relaxed,
        );
        if pace == Pace::Long {
            *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel;
        }
    }

    /// A long read found a row: it may look as long again for the next.
    pub(super) fn refill(&self) {
        self.looks.store(LONG_LOOKS, Ordering::Relaxed);
    }

    fn is_taut(&self) -> bool {
        self.looks.fetch_sub(1, Ordering::Relaxed) <= 0
            || self.cancel.lock().unwrap_or_else(PoisonError::into_inner).is_raised()
    }
}

struct Reader {
    connection: Connection,
    leash: Arc<Leash>,
    counts: RefCell<Counts>,
}

/// All read-only connections of the process.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, _storage: Storage) -> Result<Self, Error> {
        let readers = Self {
            path,
            idle: Mutex::new(Vec::with_capacity(KEPT)),
            places: Arc::new(Semaphore::new(LONG_READS)),
        };
        // The first connection is opened now, so that a file that cannot be read stops the start.
        let first = readers.open()?;
        readers.put_back(first);
        Ok(readers)
    }

    /// A place among the long reads.
    pub(super) async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        match tokio::time::timeout(PLACE_WAIT, self.places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Err(Error::Busy),
        }
    }

    pub(super) fn read<T, E: From<Error>>(&self, work: impl FnOnce(&Session<'_>) -> Result<T, E>) -> Result<T, E> {
        self.lend(Pace::Short, CancelFlag::default(), work)
    }

    pub(super) fn read_long<T, E: From<Error>>(
        &self,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.lend(Pace::Long, cancel, work)
    }

    pub(super) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn lend<T, E: From<Error>>(
        &self,
        pace: Pace,
        cancel: CancelFlag,
        work: impl FnOnce(&Session<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.open()?,
        };
        reader.leash.lengthen(pace, cancel);
        let session = Session::leashed(&reader.connection, &reader.leash, pace, &reader.counts);
        let answer = work(&session);
        if pace == Pace::Long {
            reader.leash.lengthen(Pace::Long, CancelFlag::default());
        }
        // An interrupted snapshot leaves its transaction open; such a connection is not worth keeping.
        if reader.connection.is_autocommit() {
            self.put_back(reader);
        }
        answer
    }

    fn open(&self) -> Result<Reader, Error> {
        let mut connection = connection::reader(&self.path)?;
        let leash = Arc::new(Leash {
            looks: AtomicI64::new(LONG_LOOKS),
            cancel: Mutex::default(),
        });
        let held = leash.clone();
        connection.progress_handler(STEPS_PER_LOOK, Some(move || held.is_taut()))?;
        Ok(Reader {
            connection,
            leash,
            counts: RefCell::default(),
        })
    }

    fn put_back(&self, reader: Reader) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(reader);
        }
    }
}
