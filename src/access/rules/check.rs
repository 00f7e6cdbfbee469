//! The file held against the tables that there are: what it names must be there, and what it asks for must make sense.

use super::views;
use crate::config::file::{ColumnRule, ConfigFile, Level, Lined, Mistake, TableSection};
use crate::schema::{Schema, Table};

/// Names that are listed in a message.
const MOST_NAMES: usize = 30;

/// What there is to say of a file.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What is wrong, in the order of the lines.
    pub(super) mistakes: Vec<Mistake>,
    /// What is allowed and probably not meant.
    pub(super) warnings: Vec<Mistake>,
}

/// Holds a file against a schema.
pub(super) fn check(file: &ConfigFile, schema: &Schema) -> Findings {
    let mut findings = Findings::default();
    for (place, section) in file.tables.iter().enumerate() {
        let earlier = file.tables.get(..place).unwrap_or_default();
        match schema.named(&section.name.value) {
            None => findings.mistakes.push(unknown_table(file, schema, &section.name)),
            Some(table) => check_table(file, section, earlier, table, &mut findings),
        }
    }
    findings.mistakes.sort_by_key(Mistake::line);
    findings.warnings.extend(views::warnings(file, schema));
    findings
}

fn unknown_table(file: &ConfigFile, schema: &Schema, name: &Lined<String>) -> Mistake {
    let unserved = schema
        .unserved
        .iter()
        .find(|(unserved, _)| unserved.eq_ignore_ascii_case(&name.value));
    let said = match unserved {
        Some((unserved, reason)) => format!("the table \"{unserved}\" is not served: {reason}"),
        None => {
            let known = listed(schema.tables().map(|table| table.name.as_str()));
            format!("there is no table \"{}\"; tables: {known}", name.value)
        }
    };
    file.mistake(name.line, said)
}

fn check_table(
    file: &ConfigFile,
    section: &TableSection,
    earlier: &[TableSection],
    table: &Table,
    findings: &mut Findings,
) {
    let line = section.name.line;
    if let Some(first) = earlier.iter().find(|other| is_same(&other.name, &section.name)) {
        let said = format!(
            "the table \"{}\" has a section already, on line {}",
            table.name, first.name.line
        );
        findings.mistakes.push(file.mistake(line, said));
    }
    let read = section.read.map_or(Level::Public, |level| level.value);
    if let Some(write) = section.write.filter(|write| write.value < read) {
        let allowed = Level::ALL.into_iter().filter(|level| *level >= read).map(Level::name);
        let said = format!(
            "\"tables.{}.write\" is \"{}\", which is wider than its read, \"{read}\"; allowed: {}",
            section.name.value,
            write.value,
            listed(allowed)
        );
        findings.mistakes.push(file.mistake(write.line, said));
    }
    for (place, (name, rule)) in section.columns.iter().enumerate() {
        let earlier = section.columns.get(..place).unwrap_or_default();
        check_column(file, table, name, *rule, earlier, findings);
    }
    let is_hidden = |name: &str| {
        let mut columns = section.columns.iter();
        columns.any(|(column, rule)| *rule == ColumnRule::Hidden && column.value.eq_ignore_ascii_case(name))
    };
    if table.columns.iter().all(|column| is_hidden(&column.name)) {
        let said = format!(
            "nothing of \"{}\" would be left; allowed: hidden = true for the whole table",
            table.name
        );
        findings.mistakes.push(file.mistake(line, said));
    }
}

fn check_column(
    file: &ConfigFile,
    table: &Table,
    name: &Lined<String>,
    rule: ColumnRule,
    earlier: &[(Lined<String>, ColumnRule)],
    findings: &mut Findings,
) {
    let mut wrong = |said: String| findings.mistakes.push(file.mistake(name.line, said));
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
        let said = "a column of the key cannot be hidden: rows are addressed by it; allowed: read-only";
        wrong(format!("\"{}\" is hidden, but {said}", column.name));
    }
    if table.is_writable() && column.is_required() {
        let what = match rule {
            ColumnRule::Hidden => "hidden",
            ColumnRule::ReadOnly => "read-only",
        };
        let said = format!(
            "no row can be added to \"{}\": its column \"{}\" is {what}, must have a value and has no default",
            table.name, column.name
        );
        findings.warnings.push(file.mistake(name.line, said));
    }
}

fn is_same(one: &Lined<String>, other: &Lined<String>) -> bool {
    one.value.eq_ignore_ascii_case(&other.value)
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
