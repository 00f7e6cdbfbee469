//! Bounds and choices of a single column, from CHECK rules.

use std::borrow::Cow;

use crate::database::Value;
use crate::fields::message;

/// Whole numbers below this are exact as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A bound or choice of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// One of these values, as text.
    OneOf(Vec<String>),
    /// At least this number.
    Min(f64),
    /// More than this number.
    ExclusiveMin(f64),
    /// At most this number.
    Max(f64),
    /// Less than this number.
    ExclusiveMax(f64),
    /// At least so many characters.
    MinLength(u64),
    /// At most so many characters.
    MaxLength(u64),
}

impl Rule {
    /// How a value breaks the rule, if it does. Rules that do not apply to the value's type are left to the database.
    pub fn validate(&self, value: &Value) -> Option<String> {
        let number = match value {
            Value::Boolean(truth) => Some(f64::from(u8::from(*truth))),
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            Value::Decimal(decimal) => Some(decimal.to_f64()),
            _ => None,
        };
        // Where doubles are not exact, the database decides.
        let number = number.filter(|number| number.abs() < EXACT);
        let text = match value {
            Value::Text(text) => Some(Cow::Borrowed(text.as_str())),
            Value::Json(json) if json.starts_with(['{', '[', '"']) => Some(Cow::Borrowed(json.as_str())),
            Value::Date(date) => Some(Cow::Owned(date.to_string())),
            Value::Uuid(uuid) => Some(Cow::Owned(uuid.to_string())),
            _ => None,
        };
        // SQLite's length() of a text ends at its first NUL.
        let length = text
            .as_ref()
            .map(|text| text.chars().take_while(|letter| *letter != '\0').count() as u64);
        match (self, number, length) {
            (Self::Min(bound), Some(n), _) if n < *bound => Some(message::min_value(bound)),
            (Self::ExclusiveMin(bound), Some(n), _) if n <= *bound => Some(message::exclusive_min_value(bound)),
            (Self::Max(bound), Some(n), _) if n > *bound => Some(message::max_value(bound)),
            (Self::ExclusiveMax(bound), Some(n), _) if n >= *bound => Some(message::exclusive_max_value(bound)),
            (Self::MinLength(least), _, Some(n)) if n < *least => Some(message::min_length(least)),
            (Self::MaxLength(most), _, Some(n)) if n > *most => Some(message::max_length(most)),
            (Self::OneOf(choices), Some(number), _) => {
                let known: Option<Vec<f64>> = choices.iter().map(|choice| choice.parse().ok()).collect();
                let is_other = known.is_some_and(|known| !known.contains(&number));
                is_other.then(|| message::invalid_choice(number))
            }
            // A column may compare without regard to case, which only the database knows.
            (Self::OneOf(choices), ..) => {
                let text = text.filter(|text| !choices.iter().any(|choice| choice.eq_ignore_ascii_case(text)))?;
                Some(message::invalid_choice(text))
            }
            _ => None,
        }
    }
}
