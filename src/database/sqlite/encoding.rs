//! Encoding of logical values in SQLite's storage classes, and decoding by the type of a column.
//!
//! SQLite has five storage classes and may convert between them by the affinity of a column. Each logical type has one
//! form in which it is written:
//!
//! | type | stored as |
//! |---|---|
//! | boolean | integer 0 or 1 |
//! | timestamp | text `YYYY-MM-DD HH:MM:SS` in UTC, with six decimals unless they are zero, as SQLite's own functions write it |
//! | date | text `YYYY-MM-DD` |
//! | UUID | text in lower case with hyphens |
//! | decimal | integer or double where that gives back every digit, else the bytes of its digits |
//! | JSON | text; a bare number as a decimal is |
//!
//! DECIMAL and JSON columns have NUMERIC affinity, which turns text that looks like a number into an integer or a double;
//! it leaves bytes alone. Reading takes more forms than these, since other programs write to the file as well: what is not
//! in a form of the column's type is read as the storage class says.

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef as Stored};
use uuid::Uuid;

use crate::database::{DecimalRef, TimestampRef, Value, ValueRef, ValueType};

/// A value as it is bound to a parameter; copied only where its form differs.
pub(super) fn encode(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => Stored::Null,
        Value::Boolean(truth) => Stored::Integer((*truth).into()),
        Value::Integer(number) => Stored::Integer(*number),
        Value::Real(number) => Stored::Real(*number),
        Value::Decimal(decimal) => decimal_or_bytes(decimal.as_str()),
        Value::Text(text) => Stored::Text(text.as_bytes()),
        Value::Bytes(bytes) => Stored::Blob(bytes),
        Value::Timestamp(moment) => return ToSqlOutput::Owned(Owned::Text(timestamp_text(*moment))),
        Value::Date(date) => return ToSqlOutput::Owned(Owned::Text(date.to_string())),
        Value::Uuid(uuid) => return ToSqlOutput::Owned(Owned::Text(uuid.to_string())),
        Value::Json(json) if json.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            decimal_or_bytes(json)
        }
        Value::Json(json) => Stored::Text(json.as_bytes()),
    })
}

/// A number as an integer or a double that gives back these digits, else as their bytes.
fn decimal_or_bytes(digits: &str) -> Stored<'_> {
    if let Some(whole) = digits
        .parse::<i64>()
        .ok()
        .filter(|whole| itoa::Buffer::new().format(*whole) == digits)
    {
        return Stored::Integer(whole);
    }
    match digits.parse::<f64>() {
        Ok(real) if real.is_finite() && real.to_string() == digits => Stored::Real(real),
        _ => Stored::Blob(digits.as_bytes()),
    }
}

/// `YYYY-MM-DD HH:MM:SS`, with six decimals unless they are zero.
fn timestamp_text(moment: Timestamp) -> String {
    const SECONDS: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));
    const MICROSECONDS: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(6));
    let time = TimeZone::UTC.to_datetime(moment);
    match time.subsec_nanosecond() / 1000 {
        0 => SECONDS.datetime_to_string(&time),
        _ => MICROSECONDS.datetime_to_string(&time),
    }
}

/// A stored value by its storage class alone.
pub(super) fn stored(value: Stored<'_>) -> ValueRef<'_> {
    match value {
        Stored::Null => ValueRef::Null,
        Stored::Integer(number) => ValueRef::Integer(number),
        Stored::Real(number) => ValueRef::Real(number),
        Stored::Text(text) => ValueRef::Text(text),
        Stored::Blob(bytes) => ValueRef::Bytes(bytes),
    }
}

/// A stored value by the type of its column.
pub(super) fn decode(value: Stored<'_>, kind: ValueType) -> ValueRef<'_> {
    let by_type = match (kind, value) {
        (ValueType::Boolean, Stored::Integer(number)) => Some(ValueRef::Boolean(number != 0)),
        (ValueType::Decimal, value) => decimal(value).map(ValueRef::Decimal),
        (ValueType::Timestamp, value) => timestamp(value).map(ValueRef::Timestamp),
        (ValueType::Date, Stored::Text(text)) => date(text).map(ValueRef::Date),
        (ValueType::Uuid, Stored::Text(text)) => uuid(text).map(ValueRef::Uuid),
        (ValueType::Bytes, Stored::Text(text)) => Some(ValueRef::Bytes(text)),
        (ValueType::Json, Stored::Text(text) | Stored::Blob(text)) => {
            std::str::from_utf8(text).ok().map(ValueRef::Json)
        }
        _ => None,
    };
    by_type.unwrap_or_else(|| stored(value))
}

fn decimal(value: Stored<'_>) -> Option<DecimalRef<'_>> {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    match value {
        Stored::Integer(number) => Some(DecimalRef::Integer(number)),
        Stored::Real(number) if number.is_finite() => Some(DecimalRef::Real(number)),
        Stored::Text(digits) | Stored::Blob(digits) if !digits.is_empty() && digits.iter().all(is_digit) => {
            std::str::from_utf8(digits).ok().map(DecimalRef::Digits)
        }
        _ => None,
    }
}

/// Text as SQLite or RFC 3339 writes a moment, or seconds since 1970.
fn timestamp(value: Stored<'_>) -> Option<TimestampRef<'_>> {
    match value {
        Stored::Text(text) => timestamp_parts(text),
        Stored::Integer(seconds) => moment(seconds as f64).map(TimestampRef::Moment),
        Stored::Real(seconds) => moment(seconds).map(TimestampRef::Moment),
        _ => None,
    }
}

fn timestamp_parts(text: &[u8]) -> Option<TimestampRef<'_>> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() >= 19)?;
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix([' ', 'T'])?;
    let is_date = date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let mut has_zone = false;
    let is_time = time.bytes().all(|byte| match byte {
        b'0'..=b'9' | b':' | b'.' => true,
        b'Z' | b'z' | b'+' | b'-' => {
            has_zone = true;
            true
        }
        _ => false,
    });
    (is_date && is_time).then_some(TimestampRef::Text { date, time, has_zone })
}

fn moment(seconds: f64) -> Option<Timestamp> {
    let micros = (seconds * 1e6).round();
    let moment = Timestamp::from_microsecond(micros as i64).ok();
    moment.filter(|moment| micros.is_finite() && (0..=9999).contains(&TimeZone::UTC.to_datetime(*moment).year()))
}

fn date(text: &[u8]) -> Option<Date> {
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
    civil::Date::new(number(&[y0, y1, y2, y3])?, month as i8, day as i8).ok()
}

/// Only the form in which UUIDs are stored: to SQLite another form is another text.
fn uuid(text: &[u8]) -> Option<Uuid> {
    let is_stored_form = text.len() == 36 && !text.iter().any(u8::is_ascii_uppercase);
    is_stored_form.then(|| Uuid::try_parse_ascii(text).ok()).flatten()
}

#[cfg(test)]
mod tests;
