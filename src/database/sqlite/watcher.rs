//! Detects changes of the file by any process, by polling SQLite's two version numbers.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use super::Options;
use super::connection;
use super::read_budget::ReadKind;
use crate::database::Error;

/// Time between two polls, each of which costs a few microseconds.
const PAUSE: Duration = Duration::from_millis(100);

/// Versions of the file's content. They change; they do not always grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Versions {
    /// Changed by every CREATE, ALTER and DROP.
    pub schema: i64,
    /// Changed by every commit.
    pub data: i64,
}

pub(super) struct Watcher {
    versions: watch::Receiver<Versions>,
    stopped: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Watcher {
    pub(super) fn start(options: &Options) -> Result<Self, Error> {
        let connection = connection::reader(&options.path, ReadKind::Long)?;
        let (sender, versions) = watch::channel(poll(&connection)?);
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = stopped.clone();
        let lost = Arc::new(AtomicBool::new(false));
        let (path, found, is_lost) = (options.path.clone(), identity(&options.path), lost.clone());
        let thread = std::thread::Builder::new()
            .name("watcher".into())
            .spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::thread::park_timeout(PAUSE);
                    if identity(&path) != found && !is_lost.swap(true, Ordering::Relaxed) {
                        tracing::error!(
                            "{} was deleted or replaced while it was served: nothing more is written; restart Socle",
                            path.display()
                        );
                    }
                    // A file that is busy or missing is polled again.
                    if let Ok(polled) = poll(&connection) {
                        sender.send_if_modified(|versions| std::mem::replace(versions, polled) != polled);
                    }
                }
            })
            .map_err(|error| Error::Other(format!("no thread for the watcher: {error}")))?;
        Ok(Self {
            versions,
            stopped,
            lost,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) fn versions(&self) -> watch::Receiver<Versions> {
        self.versions.clone()
    }

    /// Whether the file at the path is no longer the one that is open: writes to it would be lost.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Stops polling and closes the connection.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// The device and inode of a file.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

fn poll(connection: &Connection) -> Result<Versions, Error> {
    let number =
        |sql: &str| -> Result<i64, Error> { Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?) };
    Ok(Versions {
        data: number("PRAGMA data_version")?,
        schema: number("PRAGMA schema_version")?,
    })
}
