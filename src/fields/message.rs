//! The messages about fields and parameters, each in one place: Django REST framework's words where it has any.

use std::fmt::Display;

/// A field without a value that must have one.
pub const REQUIRED: &str = "This field is required.";
/// `null` for a field that does not take it.
pub const NULL: &str = "This field may not be null.";
/// An empty text for a field that does not take it.
pub const BLANK: &str = "This field may not be blank.";
/// Anything but a text.
pub const NOT_A_STRING: &str = "Not a valid string.";
/// Anything but a list of texts.
pub const NOT_A_LIST_OF_STRINGS: &str = "Expected a list of strings.";
/// Anything but a whole number.
pub const NOT_AN_INTEGER: &str = "A valid integer is required.";
/// Anything but a number.
pub const NOT_A_NUMBER: &str = "A valid number is required.";
/// Anything but true or false.
pub const NOT_A_BOOLEAN: &str = "Must be a valid boolean.";
/// Anything but a UUID.
pub const NOT_A_UUID: &str = "Must be a valid UUID.";
/// Text for a BLOB that is not base64.
pub const NOT_BASE64: &str = "Not valid base64.";
/// Text that is not JSON.
pub const NOT_JSON: &str = "Value must be valid JSON.";
/// A whole number beyond 64 bits.
pub const TOO_LARGE: &str = "Ensure this value fits in 64 bits.";
/// Anything but a day.
pub const NOT_A_DATE: &str = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";
/// Anything but a moment.
pub const NOT_A_DATETIME: &str =
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
/// A body or value that is not a JSON object or form.
pub const NOT_AN_OBJECT: &str = "Invalid data. Expected an object.";
/// A body that is neither an object nor an array.
pub const NOT_AN_OBJECT_OR_ARRAY: &str = "Invalid data. Expected an object or an array of objects.";
/// A parameter that comes twice.
pub const REPEATED_PARAMETER: &str = "Give this parameter once.";

/// A text with too few characters.
pub fn min_length(least: impl Display) -> String {
    format!("Ensure this field has at least {least} characters.")
}

/// A text with too many characters.
pub fn max_length(most: impl Display) -> String {
    format!("Ensure this field has no more than {most} characters.")
}

/// A number below a bound that is allowed itself.
pub fn min_value(bound: impl Display) -> String {
    format!("Ensure this value is greater than or equal to {bound}.")
}

/// A number at or below a bound that is not allowed itself.
pub fn exclusive_min_value(bound: impl Display) -> String {
    format!("Ensure this value is greater than {bound}.")
}

/// A number above a bound that is allowed itself.
pub fn max_value(bound: impl Display) -> String {
    format!("Ensure this value is less than or equal to {bound}.")
}

/// A number at or above a bound that is not allowed itself.
pub fn exclusive_max_value(bound: impl Display) -> String {
    format!("Ensure this value is less than {bound}.")
}

/// A number outside of a range that has both ends.
pub fn range(least: impl Display, most: impl Display) -> String {
    format!("Ensure this value is from {least} to {most}.")
}

/// A parameter that is not a whole number within a range.
pub fn whole_number(least: impl Display, most: impl Display) -> String {
    format!("A whole number from {least} to {most} is required.")
}

/// A value that is not one of those allowed.
pub fn invalid_choice(value: impl Display) -> String {
    format!("\"{value}\" is not a valid choice.")
}

/// A value that another row, account or schedule has.
pub fn taken(what: impl Display, field: impl Display) -> String {
    format!("{what} with this {field} already exists.")
}

/// A field that a request may not have.
pub fn unknown_field(known: &[&str]) -> String {
    format!("There is no such field. Fields: {}.", known.join(", "))
}

/// A field that a table or a kind of job does not have.
pub fn unknown_field_of(owner: &str, known: &[&str]) -> String {
    format!("This {owner} has no such field. Fields: {}.", known.join(", "))
}

/// A parameter that a request may not have.
pub fn unknown_parameter(known: &[&str]) -> String {
    match known {
        [] => "Unknown parameter. This method takes none.".to_owned(),
        known => format!("Unknown parameter. Allowed: {}.", known.join(", ")),
    }
}
