//! Opening connections: pragmas, and the journal mode that the file system allows.

use std::path::Path;
use std::time::Duration;

use nix::sys::statfs::{FsType, statfs};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::read_budget::ReadKind;
use super::{Options, Synchronous, functions};
use crate::database::Error;

/// Page cache of a short reader; the system's own cache backs it.
const READER_CACHE_KIB: i64 = 1024;
/// Page cache of a long reader, which reads each page about once.
const LONG_READER_CACHE_KIB: i64 = 128;
/// Page cache of the writer, which touches every index.
const WRITER_CACHE_KIB: i64 = 4096;
/// Bytes of the file that a short reader maps into memory, which saves copies.
const MMAP_BYTES: i64 = 8 << 20;
/// Pages in the log after which the writer checkpoints.
const CHECKPOINT_PAGES: i64 = 1000;
/// Size to which a larger log is truncated when it is reset.
const LOG_LIMIT_BYTES: i64 = 16 << 20;
/// Prepared statements cached by each connection.
const STATEMENTS: usize = 64;
/// Pause and number of retries for a lock that another process holds.
const BUSY_PAUSE: Duration = Duration::from_millis(1);
const BUSY_TRIES: i32 = 5000;

/// The kind of file system that holds the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// Shared memory between processes: the write-ahead log is safe.
    Local,
    /// A network file system: no shared memory, so a rollback journal.
    Network,
}

impl Storage {
    /// Looks at the file system that holds `path` or, when there is no such file yet, its folder.
    pub(super) fn of(path: &Path) -> Self {
        let found = statfs(path).or_else(|_| statfs(path.parent().unwrap_or(Path::new("."))));
        match found {
            Ok(found) if is_network(found.filesystem_type()) => Self::Network,
            _ => Self::Local,
        }
    }

    pub(super) fn notes(self) -> Vec<String> {
        match self {
            Self::Local => Vec::new(),
            Self::Network => vec![
                "the database is on a network file system: it is served with a rollback journal, and only one process may use it"
                    .to_owned(),
            ],
        }
    }

    pub(super) fn journal_mode(self) -> &'static str {
        match self {
            Self::Local => "WAL",
            Self::Network => "TRUNCATE",
        }
    }
}

fn is_network(kind: FsType) -> bool {
    // From statfs(2): NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, Ceph.
    const NETWORK: [i64; 8] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x0102_1997,
        0x5346_414f,
        0x00c3_6400,
    ];
    NETWORK.contains(&kind.0)
}

/// The writer's connection.
pub(super) fn writer(options: &Options, storage: Storage) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&options.path, flags)?;
    prepare(&mut connection, WRITER_CACHE_KIB, 0)?;
    keep_plans(&connection)?;
    let journal = storage.journal_mode();
    connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_LIMIT_BYTES)?;
    // Rows that PRAGMA optimize looks at in each index, as SQLite's documentation advises.
    connection.pragma_update(None, "analysis_limit", 400)?;
    Ok(connection)
}

/// A read-only connection.
pub(super) fn reader(path: &Path, kind: ReadKind) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    match kind {
        ReadKind::Short => {
            prepare(&mut connection, READER_CACHE_KIB, MMAP_BYTES)?;
            keep_plans(&connection)?;
        }
        ReadKind::Long => {
            prepare(&mut connection, LONG_READER_CACHE_KIB, 0)?;
            // A long read may sort more than memory should hold.
            connection.pragma_update(None, "temp_store", "FILE")?;
        }
    }
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Makes SQLite plan a statement once, not again for each bound value: after PRAGMA optimize has sampled an index, it would
/// otherwise compile every statement that uses it on each run, which costs more than a short read. A read for which the
/// plan is bad is repeated as a long read, which is planned for its values.
fn keep_plans(connection: &Connection) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn prepare(connection: &mut Connection, cache_kib: i64, mmap_bytes: i64) -> Result<(), Error> {
    connection.busy_handler(Some(|tries| {
        std::thread::sleep(BUSY_PAUSE);
        tries < BUSY_TRIES
    }))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "mmap_size", mmap_bytes)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // For readers as well, which compile changes for introspection.
    connection.pragma_update(None, "foreign_keys", true)?;
    functions::register(connection)
}
