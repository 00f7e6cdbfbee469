//! Keys as they stand in addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::formats::value;
use crate::database::{Row, ValueRef};
use crate::schema::Table;

/// All but RFC 3986's unreserved characters.
const IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The key of a row that holds every column of its table: each part in its wire form, percent-encoded, commas between them.
pub fn of_row(row: &Row<'_, '_>, table: &Table) -> String {
    let mut address = String::new();
    for (part, index) in table.key.iter().enumerate() {
        if part > 0 {
            address.push(',');
        }
        let Some(column) = table.columns.get(*index) else {
            continue;
        };
        match row.decode(*index, column.kind.value_type()) {
            ValueRef::Integer(number) => address.push_str(itoa::Buffer::new().format(number)),
            other => {
                let text = value::to_text(other, column.kind);
                address.extend(percent_encode(text.as_bytes(), IN_SEGMENT));
            }
        }
    }
    address
}
