//! `socle.toml`, the file in `CONFIG_DIR` that configures what SQL cannot express: parsed into plain data with line
//! numbers.
//!
//! This room knows no other. Whether the data fits the tables is decided by `access::policy`, whether a schedule is
//! valid by `jobs::schedule`. Each top-level key of the file is parsed by a file of this folder; a new key is a field of
//! [`ConfigFile`], a word in [`KEYS`] and a line in [`ConfigFile::parse`].

mod error;
mod jobs;
mod level;
mod schedules;
mod section;
mod source;
mod tables;

use std::path::{Path, PathBuf};

pub use error::{ConfigError, Located};
pub use jobs::JobsSection;
pub use level::AccessLevel;
pub use schedules::ScheduleSection;
use section::Section;
pub use source::{FileVersion, NAME};
pub use tables::{ColumnRule, TableSection};

/// The top-level keys.
const KEYS: [&str; 3] = ["tables", "jobs", "schedules"];

/// The content of the file. A missing file has no content and is no error.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigFile {
    /// The path of the file, whether it exists or not; `None` without `CONFIG_DIR`.
    pub path: Option<PathBuf>,
    /// The version of the file that was read; `None` when there is no file.
    pub version: Option<FileVersion>,
    /// The `[tables.NAME]` sections, in the order of the file.
    pub tables: Vec<TableSection>,
    /// `[jobs]`.
    pub jobs: JobsSection,
    /// The `[[schedules]]` sections, in the order of the file.
    pub schedules: Vec<ScheduleSection>,
}

impl ConfigFile {
    /// Reads the file of a folder.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or has an unknown key or a value that is not allowed.
    pub fn read(config_dir: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = config_dir.map(|folder| folder.join(NAME)) else {
            return Ok(Self::default());
        };
        // Taken before the file is read, so that a change in between is noticed later.
        let version = FileVersion::of(&path);
        let read = match source::text(&path)? {
            Some(text) => Self::parse(&path, &text)?,
            None => Self::default(),
        };
        Ok(Self {
            path: Some(path),
            version,
            ..read
        })
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let document = toml::de::DeTable::parse(text).map_err(|error| {
            let message = error.message().replace('\n', ", ");
            ConfigError::at_span(
                path,
                text,
                error.span().unwrap_or_default(),
                format!("this is not TOML: {message}"),
            )
        })?;
        let whole = Section::whole(path, text, document.get_ref());
        whole.has_only(&KEYS)?;
        Ok(Self {
            tables: tables::parse(&whole)?,
            jobs: jobs::parse(&whole)?,
            schedules: schedules::parse(&whole)?,
            ..Self::default()
        })
    }

    /// The path for messages; without `CONFIG_DIR`, the name of the file.
    pub fn name(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(NAME))
    }

    /// An error at a line of the file, or without one, about the file as a whole.
    pub fn error_at(&self, line: impl Into<Option<usize>>, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.name(), line.into(), message)
    }

    /// Whether both have the same sections, wherever and whenever they were read.
    pub fn has_same_content_as(&self, other: &Self) -> bool {
        (&self.tables, &self.jobs, &self.schedules) == (&other.tables, &other.jobs, &other.schedules)
    }
}

#[cfg(test)]
mod tests;
