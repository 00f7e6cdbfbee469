//! Checks `socle.toml` against the schema: the tables and columns that it names must exist, and its rules must not
//! contradict each other.

use super::restrictions;
use crate::config_file::{AccessLevel, ColumnRule, ConfigError, ConfigFile, Located, TableSection};
use crate::schema::{Schema, Table};

/// Names that a message lists, at most.
const MAX_NAMES: usize = 30;

/// Errors and warnings about a file.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    /// Errors, in the order of the lines.
    pub(super) errors: Vec<ConfigError>,
    /// What is allowed and probably not intended.
    pub(super) warnings: Vec<ConfigError>,
}

/// Checks a file against a schema.
pub(super) fn check(file: &ConfigFile, schema: &Schema) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (index, section) in file.tables.iter().enumerate() {
        let earlier = file.tables.get(..index).unwrap_or_default();
        match schema.named(&section.name.value) {
            None => diagnostics.errors.push(unknown_table(file, schema, &section.name)),
            Some(table) => check_table(file, section, earlier, table, &mut diagnostics),
        }
    }
    diagnostics.errors.sort_by_key(ConfigError::line);
    diagnostics.warnings.extend(restrictions::warnings(file, schema));
    diagnostics
}

fn unknown_table(file: &ConfigFile, schema: &Schema, name: &Located<String>) -> ConfigError {
    let unserved = schema
        .unserved
        .iter()
        .find(|(unserved, _)| unserved.eq_ignore_ascii_case(&name.value));
    let message = match unserved {
        Some((unserved, reason)) => format!("the table \"{unserved}\" is not served: {reason}"),
        None => {
            let known = listed(schema.tables().map(|table| table.name.as_str()));
            format!("there is no table \"{}\"; tables: {known}", name.value)
        }
    };
    file.error_at(name.line, message)
}

fn check_table(
    file: &ConfigFile,
    section: &TableSection,
    earlier: &[TableSection],
    table: &Table,
    diagnostics: &mut Diagnostics,
) {
    let line = section.name.line;
    if let Some(first) = earlier.iter().find(|other| is_same(&other.name, &section.name)) {
        let message = format!(
            "the table \"{}\" has a section already, on line {}",
            table.name, first.name.line
        );
        diagnostics.errors.push(file.error_at(line, message));
    }
    let read = section.read.map_or(AccessLevel::Public, |level| level.value);
    if let Some(write) = section.write.filter(|write| write.value < read) {
        let allowed = AccessLevel::ALL
            .into_iter()
            .filter(|level| *level >= read)
            .map(AccessLevel::name);
        let message = format!(
            "\"tables.{}.write\" is \"{}\", which is wider than its read, \"{read}\"; allowed: {}",
            section.name.value,
            write.value,
            listed(allowed)
        );
        diagnostics.errors.push(file.error_at(write.line, message));
    }
    for (index, (name, rule)) in section.columns.iter().enumerate() {
        let earlier = section.columns.get(..index).unwrap_or_default();
        check_column(file, table, name, *rule, earlier, diagnostics);
    }
    let is_hidden = |name: &str| {
        let mut columns = section.columns.iter();
        columns.any(|(column, rule)| *rule == ColumnRule::Hidden && column.value.eq_ignore_ascii_case(name))
    };
    if table.columns.iter().all(|column| is_hidden(&column.name)) {
        let message = format!(
            "nothing of \"{}\" would be left; allowed: hidden = true for the whole table",
            table.name
        );
        diagnostics.errors.push(file.error_at(line, message));
    }
}

fn check_column(
    file: &ConfigFile,
    table: &Table,
    name: &Located<String>,
    rule: ColumnRule,
    earlier: &[(Located<String>, ColumnRule)],
    diagnostics: &mut Diagnostics,
) {
    let mut wrong = |message: String| diagnostics.errors.push(file.error_at(name.line, message));
    let found = table
        .columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(&name.value));
    let Some(column) = found else {
        let known = listed(table.columns.iter().map(|column| column.name.as_str()));
        return wrong(format!(
            "the table \"{}\" has no column \"{}\"; columns: {known}",
            table.name, name.value
        ));
    };
    if let Some((first, _)) = earlier.iter().find(|(other, _)| is_same(other, name)) {
        wrong(format!(
            "the column \"{}\" has a rule already, on line {}",
            column.name, first.line
        ));
    }
    if rule == ColumnRule::Hidden && column.in_key {
        let message = "a column of the key cannot be hidden: rows are addressed by it; allowed: read-only";
        wrong(format!("\"{}\" is hidden, but {message}", column.name));
    }
    if table.is_writable() && column.is_required() {
        let what = match rule {
            ColumnRule::Hidden => "hidden",
            ColumnRule::ReadOnly => "read-only",
        };
        let message = format!(
            "no row can be added to \"{}\": its column \"{}\" is {what}, must have a value and has no default",
            table.name, column.name
        );
        diagnostics.warnings.push(file.error_at(name.line, message));
    }
}

fn is_same(one: &Located<String>, other: &Located<String>) -> bool {
    one.value.eq_ignore_ascii_case(&other.value)
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.collect();
    let more = names.len().saturating_sub(MAX_NAMES);
    names.truncate(MAX_NAMES);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
