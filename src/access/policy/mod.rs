//! What `socle.toml` means for the tables that there are: who may read and write each, and what is hidden.
//!
//! [`Policy`] are the meaning of one state of the file, [`check`] holds a file against a schema, and a [`PolicyStore`] is
//! what is in force while the server runs.

mod check;
mod restrictions;
mod store;

use std::collections::HashMap;

pub use store::PolicyStore;

use super::{Caller, Role};
pub use crate::config_file::AccessLevel;
use crate::config_file::{ColumnRule, ConfigFile, Located, TableSection};
use crate::schema::{Reader, Restriction, TableRestriction};

/// Who may do what with tables and jobs.
#[derive(Debug, Default)]
pub struct Policy {
    /// By the table's name in small letters.
    tables: HashMap<String, TableRule>,
    jobs: JobsRule,
    tells_readers_apart: bool,
}

/// Who may see jobs and ask for them, where the file says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobsRule {
    /// Who may see a job.
    pub read: Option<AccessLevel>,
    /// Who may ask for one.
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

    /// What the file says of jobs.
    pub fn jobs(&self) -> JobsRule {
        self.jobs
    }

    /// The least that a caller must be to read a table. It tells nothing of tables that are hidden from everyone.
    pub fn reading(&self, table: &str) -> AccessLevel {
        self.of_table(table).map_or(AccessLevel::Public, |rule| rule.read)
    }

    /// The least that a caller must be to write a table: what the file says; else an editor, or anyone while there are no
    /// accounts, but nobody who may not read it.
    pub fn writing(&self, table: &str, is_open: bool) -> AccessLevel {
        let usual = if is_open {
            AccessLevel::Public
        } else {
            AccessLevel::Editor
        };
        match self.of_table(table) {
            None => usual,
            Some(rule) => rule.write.unwrap_or(usual.max(rule.read)),
        }
    }

    /// Whether a caller may write a table that it may read.
    pub fn may_write(&self, caller: &Caller, table: &str) -> bool {
        AccessLevel::from(caller) >= self.writing(table, caller.is_open)
    }

    /// Whether some callers read what others may not.
    pub fn tells_readers_apart(&self) -> bool {
        self.tells_readers_apart
    }

    /// Whether there is anything that callers of this level do not see.
    pub fn hides_from(&self, level: AccessLevel) -> bool {
        let hides = |rule: &TableRule| rule.is_hidden || rule.read > level || !rule.hidden.is_empty();
        self.tables.values().any(hides)
    }

    /// What callers of this level do not see.
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
    /// What a caller counts as where tables are concerned: a worker is a viewer.
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
