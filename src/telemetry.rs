//! Logs: output, format and filter.
//!
//! Commands start the logs before anything else. Lines pass through a bounded queue to a thread of their own, so that a
//! stalled reader of the output loses lines and does not delay requests. Messages of libraries that use the `log` crate
//! are not written.

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::{AsFd, OwnedFd};

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::config::{LogFormat, Settings};

/// The capacity of the queue in lines; further lines are dropped and counted.
const MAX_QUEUED_LINES: usize = 16 * 1024;

/// The largest number of bytes in one write to the output.
const BUFFER_BYTES: usize = 64 * 1024;

/// The output of the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output, for servers and workers.
    Stdout,
    /// Standard error, for commands that print a result.
    Stderr,
}

/// The running logs. Dropping it writes the queued lines, for at most a second; later lines are lost.
#[must_use = "log lines are lost once this is dropped"]
pub struct Logs {
    worker: Option<(WorkerGuard, ErrorCounter)>,
}

impl Logs {
    /// The number of lines dropped so far because the queue was full.
    pub fn dropped(&self) -> usize {
        self.worker.as_ref().map_or(0, |(_, counter)| counter.dropped_lines())
    }
}

/// Starts the logs with the format and filter of the settings. With `LOG_LEVEL=off` nothing is started, and every log
/// statement costs one comparison.
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
        .buffered_lines_limit(MAX_QUEUED_LINES)
        .thread_name("socle-logs")
        .finish(BufWriter::with_capacity(BUFFER_BYTES, open(output)?));
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
    // A second start in one process, as in unit tests, keeps the first.
    let _ = Registry::default().with(layer.with_filter(filter)).try_init();
    log_panics();
    Ok(Logs { worker })
}

/// The output without the standard library's line buffer.
fn open(output: Output) -> io::Result<File> {
    let descriptor: OwnedFd = match output {
        Output::Stdout => io::stdout().as_fd().try_clone_to_owned()?,
        Output::Stderr => io::stderr().as_fd().try_clone_to_owned()?,
    };
    Ok(File::from(descriptor))
}

/// Logs panics as one line each, in the format of all lines.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "socle::panic", place, "a bug in Socle: {message}");
    }));
}
