//! `socle.toml`, the file in `CONFIG_DIR` that says of tables what SQL cannot: read into plain data with line numbers.
//!
//! What it means for the tables that there are is not decided here: `access/rules` does that for tables. Each part of
//! the file has a file of its own beside this one, which takes a [`Section`] apart; a new part is a field of
//! [`ConfigFile`], a word in [`PARTS`] and a line in [`ConfigFile::parse`].

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

/// The parts that the file may have.
const PARTS: [&str; 3] = ["tables", "jobs", "schedules"];

/// What the file says. A folder without the file says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigFile {
    /// Where it is, or would be; none without `CONFIG_DIR`.
    pub path: Option<PathBuf>,
    /// Which state of the file this was read from; none when there is no file.
    pub stamp: Option<FileVersion>,
    /// `[tables.NAME]`, each.
    pub tables: Vec<TableSection>,
    /// `[jobs]`.
    pub jobs: JobsSection,
    /// `[[schedules]]`, each.
    pub schedules: Vec<ScheduleSection>,
}

impl ConfigFile {
    /// Reads the file of a folder.
    ///
    /// # Errors
    /// When it cannot be read, or with the first line of it that is wrong.
    pub fn read(config_dir: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = config_dir.map(|folder| folder.join(NAME)) else {
            return Ok(Self::default());
        };
        // Looked at before it is read: a change in between is then seen as one.
        let stamp = FileVersion::of(&path);
        let read = match source::text(&path)? {
            Some(text) => Self::parse(&path, &text)?,
            None => Self::default(),
        };
        Ok(Self {
            path: Some(path),
            stamp,
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
        whole.has_only(&PARTS)?;
        Ok(Self {
            tables: tables::read(&whole)?,
            jobs: jobs::read(&whole)?,
            schedules: schedules::read(&whole)?,
            ..Self::default()
        })
    }

    /// Its path, or what it would be called.
    pub fn name(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(NAME))
    }

    /// What is wrong with the file at this line; without one, as a whole.
    pub fn mistake(&self, line: impl Into<Option<usize>>, message: impl Into<String>) -> ConfigError {
        ConfigError::new(self.name(), line.into(), message)
    }

    /// Whether it says the same as another.
    pub fn says_as(&self, other: &Self) -> bool {
        (&self.tables, &self.jobs, &self.schedules) == (&other.tables, &other.jobs, &other.schedules)
    }
}

#[cfg(test)]
mod tests;
