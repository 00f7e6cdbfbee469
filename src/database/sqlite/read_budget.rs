//! What holds a read back, so that it can be run on a thread that others need, and stopped when nobody waits for it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::database::Error;

/// Steps of SQLite's virtual machine between two looks at the leash.
const STEPS_PER_LOOK: i32 = 1000;
/// A short read may take about this many thousand steps: a millisecond or so.
const SHORT_LOOKS: i64 = 30;
/// A long read may take this long from one row to the next. It is a time, not a number of steps, so that a busy machine
/// answers as soon as an idle one: what waits for the answer has its own time.
const LONG: Duration = Duration::from_secs(10);

/// How much a read may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadKind {
    /// A fixed number of steps in all.
    Short,
    /// A time from one row to the next.
    Long,
}

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
pub(super) struct ReadBudget {
    /// Looks that a short read has left.
    looks: AtomicI64,
    begun: Instant,
    /// When a long read has looked for its next row long enough, in milliseconds from `begun`; not known before the first
    /// look, as no row should have to ask for the time.
    until: AtomicU64,
    cancel: Mutex<CancelFlag>,
}

/// The long read has just begun to look for its next row.
const NOT_KNOWN: u64 = 0;

impl ReadBudget {
    /// A leash on everything that a connection does from now on.
    pub(super) fn on(connection: &mut Connection) -> Result<Arc<Self>, Error> {
        let read_budget = Arc::new(Self {
            looks: AtomicI64::new(i64::MAX),
            begun: Instant::now(),
            until: AtomicU64::new(NOT_KNOWN),
            cancel: Mutex::default(),
        });
        let held = read_budget.clone();
        connection.progress_handler(STEPS_PER_LOOK, Some(move || held.should_interrupt()))?;
        Ok(read_budget)
    }

    pub(super) fn lengthen(&self, kind_of_read: ReadKind, cancel: CancelFlag) {
        self.looks.store(
            match kind_of_read {
                ReadKind::Short => SHORT_LOOKS,
                ReadKind::Long => i64::MAX,
            },
            Ordering::Relaxed,
        );
        self.refill();
        if kind_of_read == ReadKind::Long {
            *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel;
        }
    }

    /// A long read found a row: it may look as long again for the next.
    pub(super) fn refill(&self) {
        self.until.store(NOT_KNOWN, Ordering::Relaxed);
    }

    fn should_interrupt(&self) -> bool {
        self.looks.fetch_sub(1, Ordering::Relaxed) <= 0
            || self.is_over()
            || self.cancel.lock().unwrap_or_else(PoisonError::into_inner).is_raised()
    }

    fn is_over(&self) -> bool {
        let now = self.begun.elapsed();
        match self.until.load(Ordering::Relaxed) {
            NOT_KNOWN => {
                let until = u64::try_from((now + LONG).as_millis()).unwrap_or(u64::MAX);
                self.until.store(until, Ordering::Relaxed);
                false
            }
            until => now >= Duration::from_millis(until),
        }
    }
}
