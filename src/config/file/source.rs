//! The file itself: its text within bounds, and whether it is still the one that was read.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ConfigError;

/// The file's name.
pub const NAME: &str = "socle.toml";

/// Far more than rules for every table of a database, far less than a file that is there by mistake.
const LARGEST: u64 = 256 * 1024;

/// Which file lies at a path and in which state. Links are followed, so that the exchange of a mounted ConfigMap's
/// `..data` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion {
    file: (u64, u64),
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl FileVersion {
    /// The stamp of the file at `path`, if there is one.
    pub fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            file: (found.dev(), found.ino()),
            size: found.size(),
            written: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// The text of the file, if there is one.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |error: std::io::Error| {
        let user = nix::unistd::geteuid();
        let message = format!(
            "it cannot be read by user {user}: {error}; allowed: a text file in CONFIG_DIR that this user may read"
        );
        ConfigError::new(path, None, message)
    };
    // A link that leads nowhere is a mistake; no file at all is none.
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(unreadable)?,
    };
    // Asked before it is opened: opening a pipe would wait for whoever writes into it.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(ConfigError::new(path, None, "this is not a file; allowed: a text file"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    if read.map_err(unreadable)? as u64 > LARGEST {
        let message = format!("the file is too large; allowed: at most {} KiB", LARGEST / 1024);
        return Err(ConfigError::new(path, None, message));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let before = error
            .as_bytes()
            .get(..error.utf8_error().valid_up_to())
            .unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        ConfigError::new(path, Some(line), "this is not UTF-8; allowed: text in UTF-8")
    })
}
