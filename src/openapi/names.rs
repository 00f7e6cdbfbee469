//! Names of tables where OpenAPI takes fewer characters than SQL does.

use crate::schema::{Schema, Table};

/// A table and the name that its components and operations bear.
pub(super) struct Named<'s> {
    /// The table.
    pub(super) table: &'s Table,
    /// Letters, digits, `_` and `-`, unlike any other table's. Components of the document's own have a dot instead.
    pub(super) name: String,
}

impl Named<'_> {
    /// A reference to one of its components: its rows when `part` is empty, else `name.part`.
    pub(super) fn component(&self, part: &str) -> String {
        match part {
            "" => self.name.clone(),
            part => format!("{}.{part}", self.name),
        }
    }

    /// The name of an operation on it.
    pub(super) fn operation(&self, verb: &str) -> String {
        format!("{}_{verb}", self.name)
    }
}

/// Every table served, named.
pub(super) fn of(schema: &Schema) -> Vec<Named<'_>> {
    let mut tables: Vec<Named<'_>> = Vec::new();
    for table in schema.tables() {
        let safe: String = table
            .name
            .chars()
            .map(|letter| if is_safe(letter) { letter } else { '_' })
            .collect();
        let is_taken = |name: &str| tables.iter().any(|other| other.name == name);
        let numbered = (2..).map(|number| format!("{safe}_{number}"));
        let name = std::iter::once(safe.clone())
            .chain(numbered)
            .find(|name| !is_taken(name))
            .unwrap_or(safe.clone());
        tables.push(Named { table, name });
    }
    tables
}

/// Whether a name can stand between the braces of a path as it is.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_safe)
}

fn is_safe(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}
