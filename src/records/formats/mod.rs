//! Formats of rows: JSON, newline-delimited JSON, CSV.

pub mod csv;
pub mod json;
pub mod value;

use super::request::Format;
use super::selection::Selection;
use crate::database::Row;

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
