//! The wrong rows of an array, sorted out from the good ones.

use super::error::Error;
use crate::fields::FieldErrors;

/// Wrong rows of an array that are looked into; who sends more of them has seen enough.
const MAX_WRONG_ROWS: usize = 100;

/// What is wrong with the rows of an array, one entry for each row looked at.
#[derive(Default)]
pub(super) struct RowErrors {
    rows: Vec<FieldErrors>,
    count: usize,
}

impl RowErrors {
    /// Notes how a row went and hands on what came of a good one. Enough wrong rows, or any other error, end the array.
    pub(super) fn sort_out<T>(&mut self, row: Result<T, Error>) -> Result<Option<T>, Error> {
        match row {
            Ok(good) => {
                self.rows.push(FieldErrors::default());
                Ok(Some(good))
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

    /// The wrong rows as an error, if there are any.
    pub(super) fn none_or_error(self) -> Result<(), Error> {
        match self.count {
            0 => Ok(()),
            _ => Err(Error::Rows(self.rows)),
        }
    }
}
