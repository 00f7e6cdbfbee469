//! Budgets of reads: short reads are limited in steps, so that they can run on asynchronous threads; long ones in time, and
//! they can be cancelled.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::database::Error;

/// Steps of SQLite's virtual machine between two checks.
const STEPS_PER_CHECK: i32 = 1000;
/// Checks in a short read, which then takes about a millisecond.
const SHORT_CHECKS: i64 = 30;
/// How long a long read may take from one row to the next. It is a time, not a number of steps, since the client's timeout is
/// one as well.
const LONG: Duration = Duration::from_secs(10);

/// How much a read may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadKind {
    /// A fixed number of steps in all.
    Short,
    /// A time from one row to the next.
    Long,
}

/// Cancels a long read.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Stops the read at its next check, at most a thousand steps away.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The budget of a connection's current read, shared with SQLite's progress callback.
pub(super) struct ReadBudget {
    /// Checks that a short read has left.
    checks: AtomicI64,
    begun: Instant,
    /// When a long read must have found its next row, in milliseconds from `begun`. It is set by the first check after a
    /// row, so that a row does not cost a look at the clock.
    until: AtomicU64,
    cancel: Mutex<CancelFlag>,
}

/// No check since the last row.
const UNSET: u64 = 0;

impl ReadBudget {
    /// Installs a budget on a connection.
    pub(super) fn on(connection: &mut Connection) -> Result<Arc<Self>, Error> {
        let read_budget = Arc::new(Self {
            checks: AtomicI64::new(i64::MAX),
            begun: Instant::now(),
            until: AtomicU64::new(UNSET),
            cancel: Mutex::default(),
        });
        let held = read_budget.clone();
        connection.progress_handler(STEPS_PER_CHECK, Some(move || held.should_interrupt()))?;
        Ok(read_budget)
    }

    /// Begins a read.
    pub(super) fn reset(&self, kind: ReadKind, cancel: CancelFlag) {
        self.checks.store(
            match kind {
                ReadKind::Short => SHORT_CHECKS,
                ReadKind::Long => i64::MAX,
            },
            Ordering::Relaxed,
        );
        self.refill();
        if kind == ReadKind::Long {
            *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel;
        }
    }

    /// Restarts the time of a long read, which has found a row.
    pub(super) fn refill(&self) {
        self.until.store(UNSET, Ordering::Relaxed);
    }

    fn should_interrupt(&self) -> bool {
        self.checks.fetch_sub(1, Ordering::Relaxed) <= 0
            || self.is_over()
            || self.cancel.lock().unwrap_or_else(PoisonError::into_inner).is_raised()
    }

    fn is_over(&self) -> bool {
        let now = self.begun.elapsed();
        match self.until.load(Ordering::Relaxed) {
            UNSET => {
                let until = u64::try_from((now + LONG).as_millis()).unwrap_or(u64::MAX);
                self.until.store(until, Ordering::Relaxed);
                false
            }
            until => now >= Duration::from_millis(until),
        }
    }
}
