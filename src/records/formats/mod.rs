//! How rows are written: JSON, newline-delimited JSON, CSV.

pub mod csv;
pub mod json;
pub mod value;

use std::sync::Arc;

use crate::database::Row;
use crate::schema::{ColumnType, Table};

/// A way to write rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180, with a line of names first.
    Csv,
}

impl Format {
    /// The format with this name in `format=`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "ndjson" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The media type of a list in this format.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Which values a row has and how each is written.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// The fields, in the order of the statement's columns.
    pub fields: Vec<Field>,
}

/// A field of a row.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its name as a JSON key with the colon.
    pub json_key: String,
    /// What it holds.
    pub kind: ColumnType,
    /// The fields of the row it points to, when that is to be written in its place. The statement then gives the
    /// field's own value, whether there is such a row, and the row's values.
    pub expanded: Option<Vec<Field>>,
}

impl Shape {
    /// All columns of a table.
    pub fn of(table: &Table) -> Self {
        Self {
            fields: (0..table.columns.len())
                .filter_map(|place| Field::of(table, place))
                .collect(),
        }
    }
}

impl Field {
    /// One column of a table.
    pub fn of(table: &Table, place: usize) -> Option<Self> {
        table.columns.get(place).map(|column| Self {
            name: column.name.clone(),
            json_key: column.json_key.clone(),
            kind: column.kind,
            expanded: None,
        })
    }
}

/// Writes a list, row by row, into a buffer that its owner empties as it likes.
pub struct ListWriter {
    format: Format,
    shape: Arc<Shape>,
    rows: u64,
}

impl ListWriter {
    /// A writer of rows of this shape.
    pub fn new(format: Format, shape: Arc<Shape>) -> Self {
        Self { format, shape, rows: 0 }
    }

    /// What stands before the first row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => out.push(b'['),
            Format::Csv => csv::write_names(&self.shape, out),
            Format::Ndjson => {}
        }
    }

    /// One row.
    pub fn row(&mut self, row: &Row<'_, '_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => {
                if self.rows > 0 {
                    out.push(b',');
                }
                json::write_row(row, &self.shape, out);
            }
            Format::Ndjson => {
                json::write_row(row, &self.shape, out);
                out.push(b'\n');
            }
            Format::Csv => csv::write_row(row, &self.shape, out),
        }
        self.rows += 1;
    }

    /// What stands after the last row.
    pub fn end(&self, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.push(b']');
        }
    }
}
