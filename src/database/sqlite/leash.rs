//! What holds a read back, so that it can be run on a thread that others need, and stopped when nobody waits for it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::database::Error;

/// Steps of SQLite's virtual machine between two looks at the leash.
const STEPS_PER_LOOK: i32 = 1000;
/// A short read may take about this many thousand steps: a millisecond or so.
const SHORT_LOOKS: i64 = 30;
/// A long read may take this many thousand steps from one row to the next: some ten seconds.
const LONG_LOOKS: i64 = 1_000_000;

/// How much a read may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// A fixed number of steps in all.
    Short,
    /// A number of steps from one row to the next.
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
pub(super) struct Leash {
    looks: AtomicI64,
    cancel: Mutex<CancelFlag>,
}

impl Leash {
    /// A leash on everything that a connection does from now on.
    pub(super) fn on(connection: &mut Connection) -> Result<Arc<Self>, Error> {
        let leash = Arc::new(Self {
            looks: AtomicI64::new(LONG_LOOKS),
            cancel: Mutex::default(),
        });
        let held = leash.clone();
        connection.progress_handler(STEPS_PER_LOOK, Some(move || held.is_taut()))?;
        Ok(leash)
    }

    pub(super) fn lengthen(&self, pace: Pace, cancel: CancelFlag) {
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
