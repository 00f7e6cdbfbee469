//! Tables as an engine describes them: plain data, from which `schema` is made.

/// A table or view.
#[derive(Debug, Clone, PartialEq)]
pub struct TableInfo {
    /// The name, as declared.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
    /// Whether rows have the engine's own hidden row number.
    pub has_rowid: bool,
    /// Whether triggers may change a row after it is written.
    pub has_triggers: bool,
    /// The CREATE statement.
    pub sql: String,
    /// Columns in their declared order, hidden ones left out.
    pub columns: Vec<ColumnInfo>,
    /// References to other tables.
    pub foreign_keys: Vec<ForeignKeyInfo>,
    /// Columns of each full UNIQUE index (partial ones and those on expressions left out), primary key included.
    pub unique: Vec<Vec<String>>,
    /// The engine's message when some kind of change cannot be compiled: a reference or a trigger names what is not there.
    pub broken: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnInfo {
    /// The name, as declared.
    pub name: String,
    /// The declared type, possibly empty.
    pub declared: String,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// The default, as SQL text.
    pub default: Option<String>,
    /// Position in the primary key, from 1; 0 for none.
    pub key: u32,
    /// Whether the engine computes it.
    pub generated: bool,
}

/// A reference from one table to another.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKeyInfo {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub table: String,
    /// The referenced columns; empty for the primary key.
    pub references: Vec<String>,
}
