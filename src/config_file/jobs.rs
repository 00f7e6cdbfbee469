//! The `[jobs]` section: the access levels for reading and submitting jobs.

use super::section::Section;
use super::{AccessLevel, ConfigError, Located};

/// The `[jobs]` section.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobsSection {
    /// The least level that may read jobs.
    pub read: Option<Located<AccessLevel>>,
    /// The least level that may submit jobs.
    pub write: Option<Located<AccessLevel>>,
}

pub(super) fn parse(whole: &Section<'_>) -> Result<JobsSection, ConfigError> {
    let Some(section) = whole.section("jobs")? else {
        return Ok(JobsSection::default());
    };
    section.has_only(&["read", "write"])?;
    Ok(JobsSection {
        read: section.word("read")?,
        write: section.word("write")?,
    })
}
