//! A column as the API offers it, and the names under which it appears.

use std::fmt;

use super::column_type::ColumnType;
use super::rule::Rule;
use super::sql_tokens::tokens;
use crate::database::table_info::ColumnInfo;

/// A name from the schema, quoted for SQL. Nothing a client sends can become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident(String);

impl Ident {
    /// Quotes a name as SQL does, doubling the quotes inside it.
    pub(super) fn quote(name: &str) -> Self {
        Self(format!("\"{}\"", name.replace('"', "\"\"")))
    }

    /// A name from the schema that is not a served table's or column's own, such as a referenced column's.
    pub fn of_schema(name: &str) -> Self {
        Self::quote(name)
    }
}

impl Ident {
    /// The quoted name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a column's value is not the client's to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerManaged {
    /// SQLite's own row number.
    Key,
    /// Computed from other columns.
    Generated,
    /// `created_at`: the time of the row's first write.
    Created,
    /// `updated_at`: the time of its last.
    Updated,
    /// A restriction says so: the value is shown, and nobody's over HTTP to set.
    ReadOnly,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name, in SQL and in JSON.
    pub name: String,
    /// The name, quoted for SQL.
    pub ident: Ident,
    /// The name as a JSON key with its colon: `"name":`.
    pub json_key: String,
    /// What it holds.
    pub kind: ColumnType,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// The default, as SQL text from the schema.
    pub default: Option<String>,
    /// Who gives its value, when it is not the client.
    pub kept: Option<ServerManaged>,
    /// Bounds and choices that its CHECK rules amount to.
    pub rules: Vec<Rule>,
    /// Whether it belongs to the primary key.
    pub in_key: bool,
}

impl Column {
    pub(super) fn from_table_info(info: &ColumnInfo, is_made_key: bool) -> Self {
        let declared = ColumnType::declared(&info.declared);
        let is_time = matches!(
            declared,
            ColumnType::Timestamp | ColumnType::Text { .. } | ColumnType::Any
        );
        let kept = match info.name.as_str() {
            _ if is_made_key => Some(ServerManaged::Key),
            _ if info.generated => Some(ServerManaged::Generated),
            "created_at" if is_time => Some(ServerManaged::Created),
            "updated_at" if is_time => Some(ServerManaged::Updated),
            _ => None,
        };
        let kind = match kept {
            Some(ServerManaged::Created | ServerManaged::Updated) => ColumnType::Timestamp,
            _ => declared,
        };
        Self {
            ident: Ident::quote(&info.name),
            json_key: format!("{}:", serde_json::Value::String(info.name.clone())),
            name: info.name.clone(),
            kind,
            // SQLite lets a key that is no row number be NULL, for old times' sake; an API must not.
            not_null: info.not_null || info.key > 0,
            default: info
                .default
                .as_deref()
                .filter(|default| !default.eq_ignore_ascii_case("NULL"))
                .map(expression),
            kept,
            rules: Vec::new(),
            in_key: info.key > 0,
        }
    }

    /// Whether a client's value is taken.
    pub fn is_writable(&self) -> bool {
        self.kept.is_none()
    }

    /// Whether a new row must come with it.
    pub fn is_required(&self) -> bool {
        self.is_writable() && self.not_null && self.default.is_none()
    }

    /// The name for people: `created_at` is "Created at".
    pub fn label(&self) -> String {
        label(&self.name)
    }

    /// The values it takes, when a CHECK lists them.
    pub fn choices(&self) -> Option<&[String]> {
        self.rules.iter().find_map(|rule| match rule {
            Rule::OneOf(choices) => Some(choices.as_slice()),
            _ => None,
        })
    }
}

/// A default as an expression. SQLite takes a bare or quoted word there as text; elsewhere it would be a column.
fn expression(default: &str) -> String {
    const KEYWORDS: [&str; 5] = ["TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    match tokens(default).as_slice() {
        [word] if !KEYWORDS.iter().any(|keyword| word.kind.is(keyword)) => match word.kind.name() {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => default.to_owned(),
        },
        _ => default.to_owned(),
    }
}

/// A name as people write it.
pub(super) fn label(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}
