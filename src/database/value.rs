//! What goes into a statement and what comes out of a row.

use std::borrow::Cow;

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A 64-bit integer; booleans are 0 and 1.
    Integer(i64),
    /// A finite double.
    Real(f64),
    /// UTF-8 text, NUL characters included.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
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
    /// The value as the engine would hand it back.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }
    }
}

/// A value in a row, borrowed from the engine until the next row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'r> {
    /// SQL NULL.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A double; infinities can come out of a user's own SQL.
    Real(f64),
    /// Text as the engine holds it: meant to be UTF-8, but nothing forces a user's own SQL to keep to that.
    Text(&'r [u8]),
    /// Bytes.
    Blob(&'r [u8]),
}

impl ValueRef<'_> {
    /// An owned copy. Text that is not UTF-8 has its bad bytes replaced.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(value) => Value::Integer(value),
            Self::Real(value) => Value::Real(value),
            Self::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            Self::Blob(bytes) => Value::Blob(bytes.to_vec()),
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
