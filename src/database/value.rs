//! Logical values, bound to statements and read from rows: a decimal is a decimal and a timestamp a timestamp, however an
//! engine stores them. Each engine has one module that encodes and decodes them.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::Decimal;
use crate::clock::UnixMillis;

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A 64-bit integer.
    Integer(i64),
    /// A finite double.
    Real(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// UTF-8 text, NUL characters included.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A moment of the years 0 to 9999, stored to the microsecond.
    Timestamp(Timestamp),
    /// A calendar date of the years 0 to 9999.
    Date(Date),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document, valid by itself.
    Json(String),
}

/// The logical type by which a column's values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// No type: a value is what the engine says it is.
    Any,
    /// True or false.
    Boolean,
    /// A 64-bit integer.
    Integer,
    /// A double.
    Real,
    /// An exact decimal.
    Decimal,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A moment.
    Timestamp,
    /// A calendar date.
    Date,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
}

/// A value in a row, borrowed from the engine until the next row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'r> {
    /// SQL NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A 64-bit integer.
    Integer(i64),
    /// A double; infinities can come out of a user's own SQL.
    Real(f64),
    /// An exact decimal.
    Decimal(DecimalRef<'r>),
    /// Text as the engine holds it: UTF-8, unless a user's own SQL wrote other bytes.
    Text(&'r [u8]),
    /// Bytes.
    Bytes(&'r [u8]),
    /// A moment.
    Timestamp(TimestampRef<'r>),
    /// A calendar date of the years 0 to 9999.
    Date(Date),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document, which another program may have written and left invalid.
    Json(&'r str),
}

/// A decimal in a row, not yet written out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DecimalRef<'r> {
    /// A whole number.
    Integer(i64),
    /// The decimal that is the shortest to give this finite double.
    Real(f64),
    /// Digits with sign, point or exponent, and nothing else.
    Digits(&'r str),
}

/// A moment in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimestampRef<'r> {
    /// A moment as text, which need not exist (30 February).
    Text {
        /// `YYYY-MM-DD`: digits and hyphens alone.
        date: &'r str,
        /// `HH:MM:SS`, perhaps with decimals and an offset: digits and `:.+-Zz` alone.
        time: &'r str,
        /// Whether the time ends with an offset; without one it is in UTC.
        has_zone: bool,
    },
    /// A moment of the years 0 to 9999.
    Moment(Timestamp),
}

impl From<UnixMillis> for Value {
    fn from(time: UnixMillis) -> Self {
        Self::Integer(time.0)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    /// `None` is NULL.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, T::into)
    }
}

impl Value {
    /// The value as a row would show it.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Boolean(truth) => ValueRef::Boolean(*truth),
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Decimal(value) => ValueRef::Decimal(DecimalRef::Digits(value.as_str())),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Bytes(value),
            Self::Timestamp(moment) => ValueRef::Timestamp(TimestampRef::Moment(*moment)),
            Self::Date(date) => ValueRef::Date(*date),
            Self::Uuid(uuid) => ValueRef::Uuid(*uuid),
            Self::Json(json) => ValueRef::Json(json),
        }
    }
}

impl ValueRef<'_> {
    /// An owned copy. Text that is not UTF-8 has its bad bytes replaced; a decimal or moment that cannot be read as one
    /// becomes its text.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(truth) => Value::Boolean(truth),
            Self::Integer(value) => Value::Integer(value),
            Self::Real(value) => Value::Real(value),
            Self::Decimal(value) => value.to_value(),
            Self::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Self::Timestamp(moment) => moment.to_value(),
            Self::Date(date) => Value::Date(date),
            Self::Uuid(uuid) => Value::Uuid(uuid),
            Self::Json(json) => Value::Json(json.to_owned()),
        }
    }
}

impl DecimalRef<'_> {
    fn to_value(self) -> Value {
        let digits: Cow<'_, str> = match self {
            Self::Integer(whole) => whole.to_string().into(),
            Self::Real(real) => real.to_string().into(),
            Self::Digits(digits) => digits.into(),
        };
        Decimal::parse(&digits).map_or_else(|| Value::Text(digits.into_owned()), Value::Decimal)
    }
}

impl TimestampRef<'_> {
    fn to_value(self) -> Value {
        match self {
            Self::Text { date, time, has_zone } => {
                let text = format!("{date}T{time}{}", if has_zone { "" } else { "Z" });
                text.parse().map_or(Value::Text(text), Value::Timestamp)
            }
            Self::Moment(moment) => Value::Timestamp(moment),
        }
    }
}

/// SQL text with its bound values, in the order of its `?` marks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statement {
    /// The text, borrowed when it is a constant. Identifiers in it come from the schema; values never stand in it.
    pub sql: Cow<'static, str>,
    /// One value for each `?`.
    pub values: Vec<Value>,
}

impl Statement {
    /// A statement with its values.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl Into<Vec<Value>>) -> Self {
        Self {
            sql: sql.into(),
            values: values.into(),
        }
    }

    /// A statement without values.
    pub fn plain(sql: impl Into<Cow<'static, str>>) -> Self {
        Self::new(sql, [])
    }
}
