//! Streams of chunks: from a read on a thread of its own to its client, through a bounded queue.

use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;

use super::Error;
use crate::database::{self, CancelFlag, Database};

/// Chunks that may wait for the client.
const CHUNKS_AHEAD: usize = 2;
/// How long a client may leave a chunk waiting, without and with other reads waiting for a slot.
const STALLED: Duration = Duration::from_secs(30);
const STALLED_CONTENDED: Duration = Duration::from_secs(2);
/// How long a list may take in all: its snapshot keeps the write-ahead log from being reset.
const LONGEST: Duration = Duration::from_secs(900);

/// Chunks of a list that is being read. Dropping it cancels the read.
pub struct Chunks {
    parts: mpsc::Receiver<Part>,
    _cancel: CancelGuard,
    ended: bool,
}

/// What passes through the queue.
pub(super) enum Part {
    /// A chunk of the list.
    Chunk(Bytes),
    /// Its end: without it the list is not whole.
    End,
}

impl Chunks {
    /// The next chunk; nothing after the last.
    ///
    /// An error means that the read stopped before its end: what was sent so far must not pass for the whole.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let part = ready!(self.parts.poll_recv(context));
        self.ended = !matches!(part, Some(Part::Chunk(_)));
        Poll::Ready(match part {
            Some(Part::Chunk(chunk)) => Some(Ok(chunk)),
            Some(Part::End) => None,
            None => Some(Err(Error::Database(database::Error::Interrupted))),
        })
    }
}

/// Cancels a read when it is dropped.
#[derive(Default)]
pub(super) struct CancelGuard(CancelFlag);

impl CancelGuard {
    /// The flag that is raised.
    pub(super) fn flag(&self) -> CancelFlag {
        self.0.clone()
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.raise();
    }
}

/// The sending end: what a read does with its chunks.
pub(super) struct Sink {
    parts: mpsc::Sender<Part>,
    database: Database,
    handle: Handle,
    begun: Instant,
}

/// Both ends of a new stream. Called on the runtime; the sink is for a thread that may block.
pub(super) fn channel(database: &Database, cancel: CancelGuard) -> (Sink, Chunks) {
    let (sender, parts) = mpsc::channel(CHUNKS_AHEAD);
    let sink = Sink {
        parts: sender,
        database: database.clone(),
        handle: Handle::current(),
        begun: Instant::now(),
    };
    let chunks = Chunks {
        parts,
        _cancel: cancel,
        ended: false,
    };
    (sink, chunks)
}

impl Sink {
    /// Waits until there is room in the queue.
    ///
    /// # Errors
    /// When the client has gone, has left a chunk waiting for too long, or the list has taken too long.
    pub(super) fn send(&self, mut part: Part) -> Result<(), Error> {
        let interrupted = Error::Database(database::Error::Interrupted);
        let offered = Instant::now();
        loop {
            match self
                .handle
                .block_on(self.parts.send_timeout(part, Duration::from_secs(1)))
            {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Closed(_)) => return Err(interrupted),
                Err(SendTimeoutError::Timeout(unsent)) => part = unsent,
            }
            let limit = if self.database.is_contended() {
                STALLED_CONTENDED
            } else {
                STALLED
            };
            if offered.elapsed() >= limit || self.begun.elapsed() >= LONGEST {
                return Err(interrupted);
            }
        }
    }
}
