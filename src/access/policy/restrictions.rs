//! Warnings about views that show what the file restricts in a table. A view is a table of its own to the policy, so the
//! rules of the tables that it reads do not apply to it.

use crate::config_file::{AccessLevel, ColumnRule, ConfigError, ConfigFile, TableSection};
use crate::schema::{Schema, Table};

/// A warning for each view that bypasses the rules of a table.
pub(super) fn warnings(file: &ConfigFile, schema: &Schema) -> Vec<ConfigError> {
    let views = schema.tables().filter(|table| table.is_view);
    let pairs = views.flat_map(|view| view.mentions.iter().map(move |table| (view, table)));
    let found = pairs.filter_map(|(view, table)| {
        let section = section(file, table).filter(|_| *table != view.name)?;
        let message = bypass(view, self::section(file, &view.name), section)?;
        Some(file.error_at(section.name.line, message))
    });
    found.collect()
}

fn section<'f>(file: &'f ConfigFile, table: &str) -> Option<&'f TableSection> {
    let mut sections = file.tables.iter();
    sections.find(|section| section.name.value.eq_ignore_ascii_case(table))
}

/// How a view bypasses the section of a table that it reads, if it does.
fn bypass(view: &Table, own: Option<&TableSection>, table: &TableSection) -> Option<String> {
    let (view_name, name) = (&view.name, &table.name.value);
    if own.is_some_and(|own| own.hidden) {
        return None;
    }
    // A section for the view decides who may read it.
    if own.is_none() && (table.hidden || table.read.is_some_and(|read| read.value > AccessLevel::Public)) {
        return Some(format!(
            "the view \"{view_name}\" shows anyone what it reads from \"{name}\"; give it a section of its own, \
             [tables.{view_name}]"
        ));
    }
    let is_hidden = |section: &TableSection, name: &str| {
        let mut columns = section.columns.iter();
        columns.any(|(column, rule)| *rule == ColumnRule::Hidden && column.value.eq_ignore_ascii_case(name))
    };
    let mut columns = view.columns.iter().map(|column| column.name.as_str());
    let shown = columns.find(|column| is_hidden(table, column) && !own.is_some_and(|own| is_hidden(own, column)))?;
    Some(format!(
        "the view \"{view_name}\" shows a column \"{shown}\", which is hidden in \"{name}\"; hide it there as well, in \
         [tables.{view_name}.columns]"
    ))
}
