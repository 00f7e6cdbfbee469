//! Who may read and write each table, what is hidden, and who may use jobs: `socle.toml` as a policy.
//!
//! A [`Policy`] is made from one state of the file, [`check`] checks a file against a schema, and a [`PolicyStore`] holds the
//! policy in force while the server runs.

mod check;
mod restrictions;
mod rule;
mod store;

use std::collections::HashMap;

pub use rule::{JobAction, Rule};
pub use store::PolicyStore;

use super::{Caller, Role};
pub use crate::config_file::AccessLevel;
use crate::config_file::{ColumnRule, ConfigFile, Located, TableSection};
use crate::schema::{Reader, Restriction, TableRestriction};

/// Who may do what with tables and jobs.
#[derive(Debug, Default)]
pub struct Policy {
    /// By the table's name in lower case.
    tables: HashMap<String, TableRule>,
    jobs: JobsRule,
    tells_readers_apart: bool,
}

/// Who may read and submit jobs, where the file says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobsRule {
    /// The least level for reading a job.
    pub read: Option<AccessLevel>,
    /// The least level for submitting one.
    pub write: Option<AccessLevel>,
}

#[derive(Debug)]
struct TableRule {
    read: AccessLevel,
    write: Option<AccessLevel>,
    is_hidden: bool,
    hidden: Vec<String>,
    read_only: Vec<String>,
}

impl Policy {
    fn of(file: &ConfigFile) -> Self {
        let tables = file
            .tables
            .iter()
            .map(|section| (section.name.value.to_ascii_lowercase(), TableRule::of(section)));
        let value = |level: Option<Located<AccessLevel>>| level.map(|level| level.value);
        let tables: HashMap<_, _> = tables.collect();
        Self {
            tells_readers_apart: tables
                .values()
                .any(|rule| !rule.is_hidden && rule.read > AccessLevel::Public),
            tables,
            jobs: JobsRule {
                read: value(file.jobs.read),
                write: value(file.jobs.write),
            },
        }
    }

    /// The file's rule for jobs.
    pub fn jobs(&self) -> JobsRule {
        self.jobs
    }

    /// The least level for reading a table. Tables that are hidden from everyone are not considered.
    pub fn reading(&self, table: &str) -> AccessLevel {
        self.of_table(table).map_or(AccessLevel::Public, |rule| rule.read)
    }

    /// The least level for writing a table: that of the file; else editor, or public while the server is open, but not less than
    /// the level for reading it.
    pub fn writing(&self, table: &str, is_open: bool) -> AccessLevel {
        let default = if is_open {
            AccessLevel::Public
        } else {
            AccessLevel::Editor
        };
        match self.of_table(table) {
            None => default,
            Some(rule) => rule.write.unwrap_or(default.max(rule.read)),
        }
    }

    /// Whether a caller may write a table that it may read.
    pub fn may_write(&self, caller: &Caller, table: &str) -> bool {
        AccessLevel::from(caller) >= self.writing(table, caller.is_open)
    }

    /// Whether some callers may read what others may not.
    pub fn tells_readers_apart(&self) -> bool {
        self.tells_readers_apart
    }

    /// Whether anything is hidden from callers of this level.
    pub fn hides_from(&self, level: AccessLevel) -> bool {
        let hides = |rule: &TableRule| rule.is_hidden || rule.read > level || !rule.hidden.is_empty();
        self.tables.values().any(hides)
    }

    /// What is hidden from callers of this level.
    pub fn restriction(&self, level: AccessLevel) -> Restriction {
        let mut restriction = Restriction::default();
        for (name, rule) in &self.tables {
            if rule.is_hidden || rule.read > level {
                restriction.cut(name, TableRestriction::Whole);
            } else if !(rule.hidden.is_empty() && rule.read_only.is_empty()) {
                let (hidden, read_only) = (rule.hidden.clone(), rule.read_only.clone());
                restriction.cut(name, TableRestriction::Columns { hidden, read_only });
            }
        }
        restriction
    }

    fn restrictions(&self) -> Vec<Restriction> {
        AccessLevel::ALL.map(|level| self.restriction(level)).into()
    }

    fn of_table(&self, table: &str) -> Option<&TableRule> {
        self.tables.get(&table.to_ascii_lowercase())
    }
}

impl TableRule {
    fn of(section: &TableSection) -> Self {
        let named = |wanted: ColumnRule| {
            let columns = section.columns.iter().filter(move |(_, rule)| *rule == wanted);
            columns.map(|(name, _)| name.value.clone()).collect()
        };
        Self {
            read: section.read.map_or(AccessLevel::Public, |level| level.value),
            write: section.write.map(|level| level.value),
            is_hidden: section.hidden,
            hidden: named(ColumnRule::Hidden),
            read_only: named(ColumnRule::ReadOnly),
        }
    }
}

impl From<&Caller> for AccessLevel {
    /// The level of a caller where tables are concerned: that of a worker is viewer.
    fn from(caller: &Caller) -> Self {
        match caller.role {
            None => Self::Public,
            Some(Role::Viewer | Role::Worker) => Self::Viewer,
            Some(Role::Editor) => Self::Editor,
            Some(Role::Admin) => Self::Admin,
        }
    }
}

impl From<AccessLevel> for Reader {
    fn from(level: AccessLevel) -> Self {
        Self(level as usize)
    }
}
