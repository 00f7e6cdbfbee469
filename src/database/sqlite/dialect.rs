//! SQL that only SQLite understands, as functions named for what they give.
//!
//! `records::statement` puts it into statements; a second engine has a module with the same names. The SQL functions called
//! `socle_…` are defined in `functions.rs`.

/// A column by which rows without a primary key can be put in order, unless a column of the table has taken its name.
pub const ROW_NUMBER: &str = "_rowid_";

/// Digits that a double, and so SQLite's own comparison, holds exactly.
const EXACT_DIGITS: u32 = 15;

/// A comparison of a column's text with a given text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    /// The text is found in it.
    Contains,
    /// The text is found in it, without regard to case.
    ContainsAnyCase,
    /// It begins with the text.
    StartsWith,
    /// It begins with the text, without regard to case.
    StartsWithAnyCase,
    /// It ends with the text.
    EndsWith,
    /// It is the text, without regard to case.
    EqualAnyCase,
    /// The text is found in it, without regard to case and accents.
    Search,
}

impl TextMatch {
    /// The SQL function of the column and the text.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Contains => "socle_contains",
            Self::ContainsAnyCase => "socle_icontains",
            Self::StartsWith => "socle_startswith",
            Self::StartsWithAnyCase => "socle_istartswith",
            Self::EndsWith => "socle_endswith",
            Self::EqualAnyCase => "socle_iexact",
            Self::Search => "socle_search",
        }
    }
}

/// A condition that compares a column's text with a bound one. Returns how many parameters it has; each is to be bound to
/// that text.
pub fn push_text_match(sql: &mut String, kind: TextMatch, column: impl Fn(&mut String)) -> usize {
    let call = |sql: &mut String| {
        sql.push_str(kind.function());
        sql.push('(');
        column(sql);
        sql.push_str(", ?)");
    };
    match kind {
        // The first half lets an index be used, the second decides.
        TextMatch::StartsWith => {
            sql.push('(');
            column(sql);
            sql.push_str(" >= ? AND ");
            call(sql);
            sql.push(')');
            2
        }
        _ => {
            call(sql);
            1
        }
    }
}

/// Whether a decimal of so many digits (any number of them when unknown) must be compared by [`push_decimal_key`].
pub fn needs_decimal_key(digits: Option<u32>) -> bool {
    digits.is_none_or(|digits| digits > EXACT_DIGITS)
}

/// An expression that is ordered as the exact decimal in `operand` is.
pub fn push_decimal_key(sql: &mut String, operand: impl FnOnce(&mut String)) {
    sql.push_str("socle_decimal(");
    operand(sql);
    sql.push(')');
}
