//! `[tables.NAME]`: who may read and write a table, and which of its columns are hidden or read-only.

use std::str::FromStr;

use super::section::Section;
use super::{AccessLevel, ConfigError, Located};

/// A `[tables.NAME]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSection {
    /// The table's name.
    pub name: Located<String>,
    /// The least level that may read the table.
    pub read: Option<Located<AccessLevel>>,
    /// The least level that may write the table.
    pub write: Option<Located<AccessLevel>>,
    /// Whether the table is hidden from everyone.
    pub hidden: bool,
    /// The rules for its columns, in the order of the file.
    pub columns: Vec<(Located<String>, ColumnRule)>,
}

/// A rule for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRule {
    /// The column is hidden from everyone.
    Hidden,
    /// The column is shown and cannot be written.
    ReadOnly,
}

impl FromStr for ColumnRule {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "hidden" => Ok(Self::Hidden),
            "read-only" => Ok(Self::ReadOnly),
            _ => Err("hidden, read-only"),
        }
    }
}

pub(super) fn parse(whole: &Section<'_>) -> Result<Vec<TableSection>, ConfigError> {
    let Some(tables) = whole.section("tables")? else {
        return Ok(Vec::new());
    };
    let sections = tables.sections()?.into_iter();
    sections.map(|(name, section)| table(name, &section)).collect()
}

fn table(name: Located<String>, section: &Section<'_>) -> Result<TableSection, ConfigError> {
    section.has_only(&["read", "write", "hidden", "columns"])?;
    let columns = section.section("columns")?;
    Ok(TableSection {
        name,
        read: section.word("read")?,
        write: section.word("write")?,
        hidden: section.flag("hidden")?,
        columns: columns.map_or_else(|| Ok(Vec::new()), |columns| columns.words())?,
    })
}
