//! `[tables.NAME]`: who may read and write a table, and which of its columns are hidden or read-only.

use std::str::FromStr;

use super::section::Section;
use super::{AccessLevel, ConfigError, Located};

/// What the file says of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSection {
    /// The table's name.
    pub name: Located<String>,
    /// Who may read it.
    pub read: Option<Located<AccessLevel>>,
    /// Who may write it.
    pub write: Option<Located<AccessLevel>>,
    /// Whether it is not offered to anyone.
    pub hidden: bool,
    /// What the file says of its columns.
    pub columns: Vec<(Located<String>, ColumnRule)>,
}

/// What the file says of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRule {
    /// It is not there, for anyone.
    Hidden,
    /// It is shown and never taken.
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

pub(super) fn read(whole: &Section<'_>) -> Result<Vec<TableSection>, ConfigError> {
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
