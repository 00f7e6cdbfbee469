//! `[jobs]`: who may see jobs and ask for them.

use super::section::Section;
use super::{AccessLevel, ConfigError, Located};

/// What the file says of jobs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobsSection {
    /// Who may see a job.
    pub read: Option<Located<AccessLevel>>,
    /// Who may ask for one.
    pub write: Option<Located<AccessLevel>>,
}

pub(super) fn read(whole: &Section<'_>) -> Result<JobsSection, ConfigError> {
    let Some(section) = whole.section("jobs")? else {
        return Ok(JobsSection::default());
    };
    section.has_only(&["read", "write"])?;
    Ok(JobsSection {
        read: section.word("read")?,
        write: section.word("write")?,
    })
}
