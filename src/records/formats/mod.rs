//! Formats of rows: JSON, newline-delimited JSON, CSV.

pub mod csv;
pub mod json;
pub mod value;

use super::selection::Selection;
use crate::database::Row;

/// A format of rows.
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

/// Writes a list, row by row, into a buffer that its owner may empty between rows.
pub struct ListWriter<'s> {
    format: Format,
    selection: &'s Selection,
    rows: u64,
}

impl<'s> ListWriter<'s> {
    /// A writer of rows of this selection.
    pub fn new(format: Format, selection: &'s Selection) -> Self {
        Self {
            format,
            selection,
            rows: 0,
        }
    }

    /// Writes what stands before the first row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => out.push(b'['),
            Format::Csv => csv::write_names(self.selection, out),
            Format::Ndjson => {}
        }
    }

    /// Writes one row.
    pub fn row(&mut self, row: &Row<'_, '_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Json => {
                if self.rows > 0 {
                    out.push(b',');
                }
                json::write_row(row, self.selection, out);
            }
            Format::Ndjson => {
                json::write_row(row, self.selection, out);
                out.push(b'\n');
            }
            Format::Csv => csv::write_row(row, self.selection, out),
        }
        self.rows += 1;
    }

    /// Writes what stands after the last row.
    pub fn end(&self, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            out.push(b']');
        }
    }
}
