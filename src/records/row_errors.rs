//! Errors of the rows of an array.

use super::error::Error;
use crate::fields::FieldErrors;

/// Wrong rows after which the rest of an array is not looked at.
const MAX_WRONG_ROWS: usize = 100;

/// Errors by row: one entry for each row looked at, empty for valid ones.
#[derive(Default)]
pub(super) struct RowErrors {
    rows: Vec<FieldErrors>,
    count: usize,
}

impl RowErrors {
    /// Records the outcome of a row; `None` when its fields are wrong.
    ///
    /// # Errors
    /// The rows so far, when there are [`MAX_WRONG_ROWS`] wrong ones; any other error than that of fields.
    pub(super) fn record<T>(&mut self, row: Result<T, Error>) -> Result<Option<T>, Error> {
        match row {
            Ok(value) => {
                self.rows.push(FieldErrors::default());
                Ok(Some(value))
            }
            Err(Error::Fields(errors)) => {
                self.rows.push(errors);
                self.count += 1;
                match self.count < MAX_WRONG_ROWS {
                    true => Ok(None),
                    false => Err(Error::Rows(std::mem::take(&mut self.rows))),
                }
            }
            Err(other) => Err(other),
        }
    }

    /// Ends the array.
    ///
    /// # Errors
    /// The rows, when any is wrong.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.count {
            0 => Ok(()),
            _ => Err(Error::Rows(self.rows)),
        }
    }
}
