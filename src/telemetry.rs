//! Logs: where the lines go, how they look, and which are written.
//!
//! Called by the commands before anything else happens. Lines pass through a bounded queue to a thread of their own, so
//! that a reader of the log that stops reading costs lines, never answers. What libraries write through the `log` crate
//! is not taken in: Socle says in its own words what an operator needs to know.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::{AsFd, OwnedFd};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::config::{LogFormat, Settings};

/// Lines that may wait to be written; further ones are dropped and counted.
const QUEUED_LINES: usize = 16 * 1024;

/// Bytes gathered for one write to the log when lines come faster than that.
const BUFFER: usize = 64 * 1024;

/// Where log lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output, as containers expect of a server.
    Stdout,
    /// Standard error, for commands whose standard output is their result.
    Stderr,
}

/// Keeps the logs going; dropping it writes out what is queued, for at most a second.
#[must_use = "log lines are lost once this is dropped"]
pub struct Logs {
    worker: Option<(WorkerGuard, ErrorCounter)>,
}

impl Logs {
    /// How many lines were dropped so far because they came faster than they could be written.
    pub fn dropped(&self) -> usize {
        self.worker.as_ref().map_or(0, |(_, counter)| counter.dropped_lines())
    }
}

/// Starts the logs as the settings say. With `LOG_LEVEL=off` nothing is started, and every log statement in the program
/// costs one comparison.
///
/// # Errors
///
/// When the output cannot be opened, such as when standard output is closed.
pub fn start(settings: &Settings, output: Output) -> io::Result<Logs> {
    if settings.log_level.is_off() {
        return Ok(Logs { worker: None });
    }
    let (lines, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUED_LINES)
        .thread_name("socle-logs")
        .finish(BufWriter::with_capacity(BUFFER, open(output)?));
    let worker = Some((guard, lines.error_counter()));

    let filter = settings.log_level.targets().clone();
    let layer = match settings.log_format {
        LogFormat::Text => fmt::layer().with_writer(lines).boxed(),
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(lines)
            .boxed(),
    };
    // A second start, as tests in one process make it, leaves the first in place.
    let _ = Registry::default().with(layer.with_filter(filter)).try_init();
    log_panics();
    Ok(Logs { worker })
}

/// The output without the line buffer that the standard library puts before it.
fn open(output: Output) -> io::Result<File> {
    let descriptor: OwnedFd = match output {
        Output::Stdout => io::stdout().as_fd().try_clone_to_owned()?,
        Output::Stderr => io::stderr().as_fd().try_clone_to_owned()?,
    };
    Ok(File::from(descriptor))
}

/// Makes a panic one log line, in the format of all others.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "socle::panic", place, "a mistake in Socle itself: {message}");
    }));
}
