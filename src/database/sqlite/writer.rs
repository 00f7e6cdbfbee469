//! The one writer of the process, with group commit: it runs the queued jobs in one transaction with a savepoint for each,
//! commits once, and only then answers. Many clients share one wait for the disk.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connection::{self, Storage};
use super::{Options, Session};
use crate::database::Error;

/// Jobs that may wait in the queue.
const QUEUE: usize = 1024;
/// Jobs in one commit.
const GROUP: usize = 256;
/// Time between two runs of PRAGMA optimize.
const OPTIMIZE: Duration = Duration::from_secs(3600);
/// How long a caller waits for room in the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Task>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A write job without its types.
trait Task: Send {
    /// Runs the work; returns whether its changes are kept.
    fn run(&mut self, session: &Session<'_>) -> bool;
    /// Replaces the result by an error, unless it is an error already.
    fn fail(&mut self, error: Error);
    /// Sends the result to the caller.
    fn answer(self: Box<Self>);
}

struct WriteJob<W, T, E> {
    work: W,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<W, T, E> Task for WriteJob<W, T, E>
where
    W: FnMut(&Session<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, session: &Session<'_>) -> bool {
        if self.caller.is_closed() {
            // The caller has gone and nothing was promised: the work is not begun.
            self.result = Some(Err(Error::Interrupted.into()));
            return false;
        }
        let work = std::panic::AssertUnwindSafe(|| (self.work)(session));
        let result =
            std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::Other("a write panicked".into()).into()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn fail(&mut self, error: Error) {
        if !matches!(self.result, Some(Err(_))) {
            self.result = Some(Err(error.into()));
        }
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(Error::Closed.into()));
        // The caller may have gone; the commit stands.
        let _ = self.caller.send(result);
    }
}

impl Writer {
    pub(super) fn start(options: &Options, storage: Storage) -> Result<Self, Error> {
        let connection = connection::writer(options, storage)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || run(connection, waiting))
            .map_err(|error| Error::Other(format!("no thread for the writer: {error}")))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn write<T, E>(
        &self,
        work: impl FnMut(&Session<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let queue = queue.ok_or(Error::Closed)?;
        let (caller, answer) = oneshot::channel();
        let job = Box::new(WriteJob {
            work,
            result: None,
            caller,
        });
        match queue.send_timeout(job, QUEUE_WAIT).await {
            Ok(()) => {}
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => return Err(Error::Busy.into()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => return Err(Error::Closed.into()),
        }
        drop(queue);
        answer.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Refuses new jobs, and waits until the queued ones are done and the log is moved into the file.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn run(connection: Connection, mut waiting: mpsc::Receiver<Box<dyn Task>>) {
    let mut group = Vec::with_capacity(GROUP);
    let mut optimized = Instant::now();
    while let Some(first) = waiting.blocking_recv() {
        group.push(first);
        if let Err(error) = commit_together(&connection, &mut group, &mut waiting) {
            abandon(&connection);
            let one_of_them = matches!(error, Error::Constraint(_) | Error::Refused(_));
            if one_of_them && group.len() > 1 {
                commit_each(&connection, &mut group);
            } else {
                group.iter_mut().for_each(|task| task.fail(error.clone()));
            }
        }
        group.drain(..).for_each(Task::answer);
        if optimized.elapsed() > OPTIMIZE {
            // It concerns speed alone: a failure is ignored.
            let _ = connection.execute_batch("PRAGMA optimize");
            optimized = Instant::now();
        }
    }
    // A failure loses nothing: the log is read at the next start.
    let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Runs the group, and jobs that arrive meanwhile, in one transaction.
fn commit_together(
    connection: &Connection,
    group: &mut Vec<Box<dyn Task>>,
    waiting: &mut mpsc::Receiver<Box<dyn Task>>,
) -> Result<(), Error> {
    execute(connection, "BEGIN IMMEDIATE")?;
    let mut done = 0;
    loop {
        while let Some(task) = group.get_mut(done) {
            run_in_savepoint(connection, task.as_mut())?;
            done += 1;
        }
        match waiting.try_recv() {
            Ok(next) if group.len() < GROUP => group.push(next),
            Ok(next) => {
                // The group is full with this one.
                group.push(next);
                if let Some(task) = group.last_mut() {
                    run_in_savepoint(connection, task.as_mut())?;
                }
                break;
            }
            Err(_) => break,
        }
    }
    execute(connection, "COMMIT")
}

/// Runs each job in a transaction of its own, after a shared commit has failed.
fn commit_each(connection: &Connection, group: &mut [Box<dyn Task>]) {
    for task in group {
        let outcome = execute(connection, "BEGIN IMMEDIATE")
            .and_then(|()| run_in_savepoint(connection, task.as_mut()))
            .and_then(|()| execute(connection, "COMMIT"));
        if let Err(error) = outcome {
            abandon(connection);
            task.fail(error);
        }
    }
}

fn run_in_savepoint(connection: &Connection, task: &mut dyn Task) -> Result<(), Error> {
    execute(connection, "SAVEPOINT job")?;
    let keep = task.run(&Session::new(connection));
    if connection.is_autocommit() {
        // The job ended the whole transaction (RAISE(ROLLBACK), a full disk): the others must run again.
        return Err(Error::Refused("A trigger of the table ended the transaction.".into()));
    }
    if !keep {
        execute(connection, "ROLLBACK TO job")?;
    }
    execute(connection, "RELEASE job")
}

fn abandon(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
}

fn execute(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}
