//! Reading the file within a size limit, and detecting that it has changed.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::ConfigError;

/// The name of the file in `CONFIG_DIR`.
pub const NAME: &str = "socle.toml";

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// The identity, size and times of a file: two that differ are two versions of its content. Symbolic links are followed,
/// so that the replacement of a mounted ConfigMap's `..data` is detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion {
    file: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileVersion {
    /// The version of the file at `path`, if there is one.
    pub fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            file: (found.dev(), found.ino()),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// The text of the file; `None` when there is no file.
pub(super) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |error: std::io::Error| {
        let user = nix::unistd::geteuid();
        let message = format!(
            "it cannot be read by user {user}: {error}; allowed: a text file in CONFIG_DIR that this user may read"
        );
        ConfigError::new(path, None, message)
    };
    // A dangling symbolic link is an error; a missing file is not.
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found => found.map_err(unreadable)?,
    };
    // Checked before it is opened: opening a named pipe blocks until it has a writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(ConfigError::new(path, None, "this is not a file; allowed: a text file"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    if read.map_err(unreadable)? as u64 > MAX_BYTES {
        let message = format!("the file is too large; allowed: at most {} KiB", MAX_BYTES / 1024);
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
