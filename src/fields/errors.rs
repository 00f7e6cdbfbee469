//! What is wrong with a request, by field.

use std::fmt;

/// The key under which Django REST framework reports what belongs to no single field.
pub const NON_FIELD: &str = "non_field_errors";

/// Fields that one answer reports. A request with more of them is addressed to the wrong place.
const MAX_FIELDS: usize = 100;

/// What is wrong, by field or parameter, in the order found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldErrors(pub Vec<(String, Vec<String>)>);

impl FieldErrors {
    /// One message about one field.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds a message about a field. A message that the field has already is not added again.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, all)) if all.contains(&message) => {}
            Some((_, all)) => all.push(message),
            None => self.0.push((field, vec![message])),
        }
    }

    /// Adds the errors of `other` for fields that have none here.
    pub fn add_missing(&mut self, other: Self) {
        for (field, messages) in other.0 {
            if !self.has(&field) {
                self.0.push((field, messages));
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there are as many fields as one answer reports: unknown names need not be looked at any more.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MAX_FIELDS
    }

    /// Whether something is wrong with this field already.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(known, _)| known == field)
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// Everything that is.
    pub fn into_result(self) -> Result<(), Self> {
        match self.is_empty() {
            true => Ok(()),
            false => Err(self),
        }
    }
}

impl fmt::Display for FieldErrors {
    /// One line for the command line: `name: message` for each message, with spaces between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.iter().flat_map(|(field, messages)| {
            let lines = messages.iter();
            lines.map(move |message| (field, message))
        });
        for (place, (field, message)) in all.enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{field}: {message}")?;
        }
        Ok(())
    }
}
