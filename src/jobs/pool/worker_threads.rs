//! The threads that run handlers, and the queue of tasks they take from. A handler that panics fails its attempt alone.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::sync::mpsc;

use crate::jobs::{Context, Failure, Handler, JobId};

/// A claimed job with its handler.
pub(super) struct Task {
    pub(super) handler: &'static dyn Handler,
    pub(super) context: Context,
}

/// A task that a thread has finished.
pub(super) struct Completion {
    pub(super) id: JobId,
    pub(super) result: Result<Json, Failure>,
    pub(super) took: Duration,
}

/// The threads and their queue. Dropping it ends each thread after its current task.
pub(super) struct WorkerThreads(Arc<TaskQueue>);

#[derive(Default)]
struct TaskQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    tasks: VecDeque<Task>,
    is_closed: bool,
}

impl WorkerThreads {
    /// Starts `count` threads. Their completions arrive on the receiver.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub(super) fn start(count: usize) -> io::Result<(Self, mpsc::UnboundedReceiver<Completion>)> {
        let threads = Self(Arc::default());
        // Bounded by the number of claimed jobs, which the dispatcher limits.
        let (completions, receiver) = mpsc::unbounded_channel();
        for number in 1..=count {
            let (queue, completions) = (threads.0.clone(), completions.clone());
            std::thread::Builder::new()
                .name(format!("job-worker-{number}"))
                .spawn(move || queue.run(&completions))?;
        }
        Ok((threads, receiver))
    }

    /// Queues tasks.
    pub(super) fn push(&self, tasks: impl IntoIterator<Item = Task>) {
        self.0.state().tasks.extend(tasks);
        self.0.changed.notify_all();
    }

    /// Removes all tasks that no thread has started.
    pub(super) fn clear(&self) -> Vec<JobId> {
        let tasks = std::mem::take(&mut self.0.state().tasks);
        tasks.iter().map(|task| task.context.lease.id).collect()
    }

    /// Whether tasks wait for a thread.
    pub(super) fn has_backlog(&self) -> bool {
        !self.0.state().tasks.is_empty()
    }
}

impl Drop for WorkerThreads {
    fn drop(&mut self) {
        self.0.state().is_closed = true;
        self.0.changed.notify_all();
    }
}

impl TaskQueue {
    fn state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loop of a thread: runs tasks until the queue is closed.
    fn run(&self, completions: &mpsc::UnboundedSender<Completion>) {
        while let Some(Task { handler, context }) = self.next() {
            context.state.is_started.store(true, Ordering::Relaxed);
            let started = Instant::now();
            let run = AssertUnwindSafe(|| handler.run(&context));
            let result = catch_unwind(run)
                .unwrap_or_else(|_| Err(Failure::Retry("The handler failed by a mistake of its own.".to_owned())));
            let completion = Completion {
                id: context.lease.id,
                result,
                took: started.elapsed(),
            };
            if completions.send(completion).is_err() {
                return;
            }
        }
    }

    /// Waits for the next task; `None` once the queue is closed.
    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(task) = state.tasks.pop_front() {
                return Some(task);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
