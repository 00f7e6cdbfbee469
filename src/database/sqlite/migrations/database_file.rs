//! Creating, locking and opening the database file, and the errors of doing so.

use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access, geteuid};
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};

use super::MigrationError;
use crate::database::sqlite::connection::Storage;
use crate::database::sqlite::functions;

/// How long the locks of other processes are waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// Time between two attempts to lock the folder.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Creates the folders of the database.
pub(super) fn create_folder(database: &Path) -> Result<(), MigrationError> {
    std::fs::create_dir_all(folder(database)).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::ENOSPC as i32 => full(database),
        _ => not_writable(database).unwrap_or_else(|| unwritable(database, &error.to_string())),
    })
}

/// Takes the lock that lets one process at a time migrate a database. It is held until the result is dropped.
///
/// The lock is on the folder: closing another descriptor of the database file would release SQLite's own locks on it.
/// `None` on file systems without locks, where several processes cannot share a database anyway.
pub(super) fn lock(database: &Path) -> Result<Option<File>, MigrationError> {
    let Ok(folder) = File::open(folder(database)) else {
        return Ok(None);
    };
    let started = Instant::now();
    let mut is_logged = false;
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if started.elapsed() >= LOCK_TIMEOUT => return Err(busy(database)),
            Err(TryLockError::WouldBlock) => {
                if !is_logged {
                    tracing::info!("another process is migrating {}: waiting for it", database.display());
                    is_logged = true;
                }
                std::thread::sleep(RETRY_DELAY);
            }
        }
    }
}

/// Opens the database; `None` when the file is missing or empty.
pub(super) fn open_existing(database: &Path) -> Result<Option<Connection>, MigrationError> {
    if let Ok(metadata) = database.metadata()
        && metadata.is_dir()
    {
        return Err(not_writable(database).unwrap_or_else(|| engine(database, "it is a folder".to_owned())));
    }
    match database.metadata() {
        Ok(metadata) if metadata.len() > 0 => open(database, OpenFlags::SQLITE_OPEN_READ_WRITE).map(Some),
        _ => Ok(None),
    }
}

/// Opens the database to migrate it, and creates it if it does not exist.
///
/// Foreign keys are not enforced on this connection, so that a migration can rebuild a table that others reference; they
/// are checked before its commit.
pub(super) fn open_or_create(database: &Path) -> Result<Connection, MigrationError> {
    let connection = open(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )?;
    let journal = Storage::of(database).journal_mode();
    let prepare = || {
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        match connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(())) {
            // Another process uses the file with the other journal mode: it is changed at a later start.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(()),
            other => other,
        }
    };
    prepare().map_err(|error| explain(database, &error))?;
    functions::register(&connection).map_err(|error| engine(database, error.to_string()))?;
    Ok(connection)
}

fn open(database: &Path, flags: OpenFlags) -> Result<Connection, MigrationError> {
    let open = || {
        let connection = Connection::open_with_flags(database, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(LOCK_TIMEOUT)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    open().map_err(|error| explain(database, &error))
}

/// A database file that does not exist yet. It is removed on drop unless [`NewFile::keep`] was called.
pub(super) struct NewFile {
    database: Option<PathBuf>,
}

impl NewFile {
    /// Must be called before the file is created.
    pub(super) fn watch(database: &Path) -> Self {
        Self {
            database: (!database.exists()).then(|| database.to_path_buf()),
        }
    }

    pub(super) fn keep(&mut self) {
        self.database = None;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let Some(database) = &self.database else {
            return;
        };
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = database.clone().into_os_string();
            name.push(suffix);
            let _ = std::fs::remove_file(name);
        }
    }
}

/// SQLite's message for an error, without the statement.
pub(super) fn message(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::InvalidParameterCount(..) => {
            "a parameter (?, :name, @name or $name) has no value in a migration".to_owned()
        }
        other => other.to_string(),
    }
}

/// The migration error for an error of SQLite, with what to do about it.
pub(super) fn explain(database: &Path, error: &Error) -> MigrationError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => MigrationError::NotADatabase {
            database: display(database),
        },
        Some(ErrorCode::DatabaseCorrupt) => MigrationError::Damaged {
            database: display(database),
            message: message(error),
        },
        Some(ErrorCode::DiskFull) => full(database),
        Some(ErrorCode::SystemIoFailure) if is_disk_full(database) => full(database),
        Some(ErrorCode::SystemIoFailure) => engine(database, format!("{}; its disk may be failing", message(error))),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(database),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            not_writable(database).unwrap_or_else(|| unwritable(database, &message(error)))
        }
        _ => engine(database, message(error)),
    }
}

/// The reason why this process cannot write the database, if it can be found in the file system.
fn not_writable(database: &Path) -> Option<MigrationError> {
    let refused = |why: String| {
        Some(MigrationError::NotWritable {
            database: display(database),
            why,
        })
    };
    if database.is_dir() {
        return refused(format!(
            "it is a folder; set DATABASE_URL to a file in it, such as sqlite:{}/socle.db",
            display(database)
        ));
    }
    let folder = folder(database);
    let existing = folder
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("."));
    let existing = if existing.as_os_str().is_empty() {
        Path::new(".")
    } else {
        existing
    };
    if !existing.is_dir() {
        return refused(format!(
            "{} is a file, not a folder; set DATABASE_URL to another path",
            existing.display()
        ));
    }
    for path in [database, existing] {
        let rights = if path.is_dir() {
            AccessFlags::W_OK | AccessFlags::X_OK
        } else {
            AccessFlags::W_OK | AccessFlags::R_OK
        };
        match access(path, rights) {
            Err(Errno::EROFS) => {
                return refused(format!(
                    "{} is on a read-only file system; mount a writable volume there, or set DATABASE_URL to a file on one",
                    path.display()
                ));
            }
            Err(Errno::EACCES | Errno::EPERM) => {
                let (uid, owner) = (
                    geteuid(),
                    path.metadata().map(|metadata| metadata.uid()).unwrap_or_default(),
                );
                return refused(format!(
                    "{} belongs to uid {owner}, and uid {uid} may not write there; run `chown -R {uid} {}` (on Kubernetes, set securityContext.fsGroup)",
                    path.display(),
                    existing.display()
                ));
            }
            _ => {}
        }
    }
    None
}

/// Whether the file system of the database is full. SQLite reports some full disks as I/O errors.
fn is_disk_full(database: &Path) -> bool {
    nix::sys::statvfs::statvfs(folder(database)).is_ok_and(|system| system.blocks_available() == 0)
}

fn folder(database: &Path) -> &Path {
    match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn display(database: &Path) -> String {
    database.display().to_string()
}

fn full(database: &Path) -> MigrationError {
    MigrationError::DiskFull {
        database: display(database),
    }
}

/// The database cannot be written for a reason that only the system's message describes.
fn unwritable(database: &Path, message: &str) -> MigrationError {
    MigrationError::NotWritable {
        database: display(database),
        why: format!("{message}; set DATABASE_URL to a file in a folder that can be written"),
    }
}

fn busy(database: &Path) -> MigrationError {
    MigrationError::Busy {
        database: display(database),
        seconds: LOCK_TIMEOUT.as_secs(),
    }
}

fn engine(database: &Path, message: String) -> MigrationError {
    MigrationError::Engine {
        database: display(database),
        message,
    }
}
