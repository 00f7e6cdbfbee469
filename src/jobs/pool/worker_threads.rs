//! The threads that run handlers. A handler that panics fails its attempt and nothing else.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::sync::mpsc;

use crate::jobs::{Context, Failure, Handler, JobId};

/// A job on its way to a thread.
pub(super) struct Task {
    pub(super) handler: &'static dyn Handler,
    pub(super) context: Context,
}

/// What came of a job.
pub(super) struct Completion {
    pub(super) id: JobId,
    pub(super) result: Result<Json, Failure>,
    pub(super) took: Duration,
}

/// The threads, and the jobs that wait for one.
pub(super) struct WorkerThreads(Arc<SharedQueue>);

#[derive(Default)]
struct SharedQueue {
    state: Mutex<Queue>,
    called: Condvar,
}

#[derive(Default)]
struct Queue {
    tasks: VecDeque<Task>,
    is_closed: bool,
}

impl WorkerThreads {
    /// Starts so many threads, which report through what is given back.
    pub(super) fn start(count: usize) -> io::Result<(Self, mpsc::UnboundedReceiver<Completion>)> {
        let queue = Arc::new(SharedQueue::default());
        // Never more reports than jobs that were claimed, which the keeper bounds.
        let (reports, received) = mpsc::unbounded_channel();
        for number in 1..=count {
            let (queue, reports) = (queue.clone(), reports.clone());
            std::thread::Builder::new()
                .name(format!("job-worker-{number}"))
                .spawn(move || queue.work(&reports))?;
        }
        Ok((Self(queue), received))
    }

    /// Puts jobs onto the pile.
    pub(super) fn give(&self, tasks: impl IntoIterator<Item = Task>) {
        self.0.state().tasks.extend(tasks);
        self.0.called.notify_all();
    }

    /// Takes all jobs off the pile that no thread has begun.
    pub(super) fn take_back(&self) -> Vec<JobId> {
        let tasks = std::mem::take(&mut self.0.state().tasks);
        tasks.iter().map(|task| task.context.lease.id).collect()
    }

    /// Whether jobs wait for a thread.
    pub(super) fn are_full(&self) -> bool {
        !self.0.state().tasks.is_empty()
    }
}

impl Drop for WorkerThreads {
    fn drop(&mut self) {
        self.0.state().is_closed = true;
        self.0.called.notify_all();
    }
}

impl SharedQueue {
    fn state(&self) -> MutexGuard<'_, Queue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread.
    fn work(&self, reports: &mpsc::UnboundedSender<Completion>) {
        while let Some(Task { handler, context }) = self.next() {
            context.state.is_begun.store(true, Ordering::Relaxed);
            let began = Instant::now();
            let run = AssertUnwindSafe(|| handler.run(&context));
            let result = catch_unwind(run)
                .unwrap_or_else(|_| Err(Failure::Retry("The handler failed by a mistake of its own.".to_owned())));
            let report = Completion {
                id: context.lease.id,
                result,
                took: began.elapsed(),
            };
            if reports.send(report).is_err() {
                return;
            }
        }
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(task) = state.tasks.pop_front() {
                return Some(task);
            }
            state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
