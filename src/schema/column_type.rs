//! What a column holds, read from its declared type.

use crate::database::ValueType;

/// What a column holds. The wire form of each is in `records::formats`, validation in `input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A 64-bit integer.
    Integer,
    /// A double.
    Real,
    /// Text, at most `max` characters long.
    Text {
        /// From VARCHAR(n), CHAR(n) and the like.
        max: Option<u32>,
    },
    /// True or false.
    Boolean,
    /// A calendar date.
    Date,
    /// A moment.
    Timestamp,
    /// An exact decimal, a string on the wire.
    Decimal {
        /// Digits in all.
        digits: Option<u32>,
        /// Digits after the point.
        places: Option<u32>,
    },
    /// A JSON document, embedded in the row.
    Json,
    /// A UUID.
    Uuid,
    /// Bytes, in base64 on the wire.
    Blob,
    /// Any value: a column without a type, or an expression of a view.
    Any,
}

impl ColumnType {
    /// Reads a declared type. Names that are not listed here follow
    /// [SQLite's rules of affinity](https://sqlite.org/datatype3.html#determination_of_column_affinity).
    pub fn declared(declared: &str) -> Self {
        let upper = declared.to_ascii_uppercase();
        let (name, rest) = upper.split_once('(').unwrap_or((&upper, ""));
        let mut sizes = rest
            .trim_end_matches(|c| c != ')')
            .trim_end_matches(')')
            .split(',')
            .map(|n| n.trim().parse::<u32>().ok());
        let (first, second) = (sizes.next().flatten(), sizes.next().flatten());
        let has = |part: &str| name.contains(part);
        match name.trim() {
            "" | "ANY" => Self::Any,
            "BOOLEAN" | "BOOL" => Self::Boolean,
            "DATE" => Self::Date,
            "TIME" => Self::Text { max: None },
            "DECIMAL" | "NUMERIC" | "DEC" | "NUMBER" => Self::Decimal {
                digits: first,
                // As in standard SQL, DECIMAL(5) has no places.
                places: first.map(|_| second.unwrap_or(0)),
            },
            "JSON" | "JSONB" => Self::Json,
            "UUID" => Self::Uuid,
            "BYTEA" | "BINARY" | "VARBINARY" => Self::Blob,
            _ if has("TIMESTAMP") || has("DATETIME") => Self::Timestamp,
            _ if has("INT") => Self::Integer,
            _ if has("CHAR") => Self::Text { max: first },
            _ if has("CLOB") || has("TEXT") => Self::Text { max: None },
            _ if has("BLOB") => Self::Blob,
            _ if has("REAL") || has("FLOA") || has("DOUB") => Self::Real,
            _ => Self::Any,
        }
    }

    /// The logical type by which its values are read.
    pub fn value_type(self) -> ValueType {
        match self {
            Self::Integer => ValueType::Integer,
            Self::Real => ValueType::Real,
            Self::Text { .. } => ValueType::Text,
            Self::Boolean => ValueType::Boolean,
            Self::Date => ValueType::Date,
            Self::Timestamp => ValueType::Timestamp,
            Self::Decimal { .. } => ValueType::Decimal,
            Self::Json => ValueType::Json,
            Self::Uuid => ValueType::Uuid,
            Self::Blob => ValueType::Bytes,
            Self::Any => ValueType::Any,
        }
    }

    /// Digits after the point that a decimal is written with at least.
    pub fn decimal_places(self) -> usize {
        match self {
            Self::Decimal { places, .. } => places.unwrap_or(0) as usize,
            _ => 0,
        }
    }

    /// Whether lookups on parts of the text (contains, startswith, …) apply.
    pub fn is_textual(self) -> bool {
        matches!(self, Self::Text { .. } | Self::Uuid | Self::Any)
    }

    /// Whether its values have an order.
    pub fn is_ordered(self) -> bool {
        !matches!(self, Self::Boolean | Self::Json | Self::Blob)
    }
}

#[cfg(test)]
mod tests {
    use super::ColumnType as T;

    #[test]
    fn declared_types_are_understood_as_sqlite_users_write_them() {
        let cases = [
            ("INTEGER", T::Integer),
            ("bigint", T::Integer),
            ("VARCHAR(255)", T::Text { max: Some(255) }),
            ("NVARCHAR ( 7 )", T::Text { max: Some(7) }),
            ("TEXT", T::Text { max: None }),
            ("double precision", T::Real),
            (
                "DECIMAL(10,2)",
                T::Decimal {
                    digits: Some(10),
                    places: Some(2),
                },
            ),
            (
                "numeric",
                T::Decimal {
                    digits: None,
                    places: None,
                },
            ),
            ("TIMESTAMP WITH TIME ZONE", T::Timestamp),
            ("DATETIME", T::Timestamp),
            ("date", T::Date),
            ("bool", T::Boolean),
            ("JSON", T::Json),
            ("uuid", T::Uuid),
            ("BLOB", T::Blob),
            ("", T::Any),
            ("WHATEVER", T::Any),
        ];
        for (declared, kind) in cases {
            assert_eq!(T::declared(declared), kind, "{declared}");
        }
    }
}
