//! The wire form of a value, the same in every format: a decimal with the places of its column, a moment as RFC 3339 in UTC,
//! bytes in base64. A format adds its own quotes and escapes.

use std::io::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::temporal::DateTimePrinter;

use crate::database::{DecimalRef, TimestampRef, ValueRef};
use crate::schema::ColumnType;

const SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
const MICROSECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
const DATES: DateTimePrinter = DateTimePrinter::new();

/// How a format writes each kind of text.
pub(super) trait ValueFormat {
    /// NULL.
    fn null(out: &mut Vec<u8>);
    /// A number or a truth value: never in quotes, never escaped.
    fn literal(out: &mut Vec<u8>, text: &[u8]);
    /// Text that `write` appends, of letters, digits and `+-.:/=` alone: nothing in it has to be escaped.
    fn plain(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>));
    /// Any text; it need not be UTF-8.
    fn text(out: &mut Vec<u8>, text: &[u8]);
    /// A JSON document, which may be invalid.
    fn document(out: &mut Vec<u8>, json: &str);
}

/// Appends a value of a column of this type.
pub(super) fn write<F: ValueFormat>(value: ValueRef<'_>, kind: ColumnType, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => F::null(out),
        ValueRef::Boolean(true) => F::literal(out, b"true"),
        ValueRef::Boolean(false) => F::literal(out, b"false"),
        ValueRef::Integer(number) => F::literal(out, itoa::Buffer::new().format(number).as_bytes()),
        ValueRef::Real(number) if number.is_finite() => {
            F::literal(out, ryu::Buffer::new().format_finite(number).as_bytes());
        }
        // JSON has no infinities; SQL can make them (`9e999`).
        ValueRef::Real(_) => F::null(out),
        ValueRef::Decimal(decimal) => F::plain(out, |out| write_decimal(decimal, kind.decimal_places(), out)),
        ValueRef::Text(text) => F::text(out, text),
        ValueRef::Bytes(bytes) => F::plain(out, |out| write_base64(bytes, out)),
        ValueRef::Timestamp(moment) => F::plain(out, |out| write_timestamp(moment, out)),
        ValueRef::Date(date) => F::plain(out, |out| {
            // Writing into memory does not fail, here and below.
            let _ = DATES.print_date(&date, out);
        }),
        ValueRef::Uuid(uuid) => F::plain(out, |out| {
            out.extend_from_slice(uuid.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
        }),
        ValueRef::Json(json) => F::document(out, json),
    }
}

/// A value's wire form without a format's quotes and escapes, as a message or an address shows it. NULL is `null`.
pub fn to_text(value: ValueRef<'_>, kind: ColumnType) -> String {
    let mut out = Vec::new();
    write::<Bare>(value, kind, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// No quotes, no escapes.
struct Bare;

impl ValueFormat for Bare {
    fn null(out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }

    fn literal(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(text);
    }

    fn plain(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        write(out);
    }

    fn text(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(text);
    }

    fn document(out: &mut Vec<u8>, json: &str) {
        out.extend_from_slice(json.as_bytes());
    }
}

/// A decimal with at least `places` digits after the point.
fn write_decimal(decimal: DecimalRef<'_>, places: usize, out: &mut Vec<u8>) {
    let start = out.len();
    match decimal {
        DecimalRef::Integer(whole) => out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes()),
        DecimalRef::Real(real) => {
            let _ = write!(out, "{real}");
        }
        DecimalRef::Digits(digits) => out.extend_from_slice(digits.as_bytes()),
    }
    let written = out.get(start..).unwrap_or_default();
    if places == 0 || memchr::memchr2(b'e', b'E', written).is_some() {
        return;
    }
    let there = memchr::memchr(b'.', written).map(|point| written.len() - point - 1);
    if there.is_none() {
        out.push(b'.');
    }
    out.extend(std::iter::repeat_n(b'0', places.saturating_sub(there.unwrap_or(0))));
}

/// A moment as RFC 3339: what names no offset is in UTC.
fn write_timestamp(moment: TimestampRef<'_>, out: &mut Vec<u8>) {
    match moment {
        TimestampRef::Text { date, time, has_zone } => {
            out.extend_from_slice(date.as_bytes());
            out.push(b'T');
            out.extend_from_slice(time.as_bytes());
            if !has_zone {
                out.push(b'Z');
            }
        }
        TimestampRef::Moment(moment) => {
            let precise = if moment.subsec_nanosecond() == 0 {
                SECONDS
            } else {
                MICROSECONDS
            };
            let _ = precise.print_timestamp(&moment, out);
        }
    }
}

fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // The room is exactly what is written.
    let _ = STANDARD.encode_slice(bytes, out.get_mut(start..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::{ColumnType, DecimalRef, TimestampRef, ValueRef, to_text};

    #[test]
    fn decimals_have_the_places_of_their_column() {
        let kind = ColumnType::Decimal {
            digits: Some(10),
            places: Some(2),
        };
        for (decimal, written) in [
            (DecimalRef::Integer(7), "7.00"),
            (DecimalRef::Real(22.5), "22.50"),
            (DecimalRef::Real(0.125), "0.125"),
            (DecimalRef::Digits("12345678901234567.89"), "12345678901234567.89"),
            (DecimalRef::Digits("1e400"), "1e400"),
        ] {
            assert_eq!(to_text(ValueRef::Decimal(decimal), kind), written);
        }
    }

    #[test]
    fn moments_are_written_as_rfc_3339() {
        let text = |date, time, has_zone| TimestampRef::Text { date, time, has_zone };
        for (moment, written) in [
            (text("2026-01-31", "12:00:00", false), "2026-01-31T12:00:00Z"),
            (text("2026-01-31", "12:00:00.25", false), "2026-01-31T12:00:00.25Z"),
            (text("2026-01-31", "12:00:00+01:00", true), "2026-01-31T12:00:00+01:00"),
            (
                TimestampRef::Moment("2026-01-31T12:00:00.25Z".parse().unwrap()),
                "2026-01-31T12:00:00.250000Z",
            ),
            (
                TimestampRef::Moment("2026-01-31T12:00:00Z".parse().unwrap()),
                "2026-01-31T12:00:00Z",
            ),
        ] {
            assert_eq!(to_text(ValueRef::Timestamp(moment), ColumnType::Timestamp), written);
        }
    }

    #[test]
    fn bytes_are_written_in_base64() {
        for (bytes, written) in [(&b""[..], ""), (b"\0", "AA=="), (b"text", "dGV4dA==")] {
            assert_eq!(to_text(ValueRef::Bytes(bytes), ColumnType::Blob), written);
        }
    }
}
