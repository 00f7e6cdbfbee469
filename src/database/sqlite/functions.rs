//! SQL functions that lookups and search need and SQLite lacks: Unicode-aware text matching, and the order of exact decimals.
//! `dialect` writes the calls.

use std::cell::RefCell;
use std::sync::Arc;

use memchr::memmem;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::decimal_key::decimal_key;
use super::dialect::TextMatch;
use crate::database::Error;

/// The comparison of letters.
#[derive(Clone, Copy, PartialEq)]
enum Letters {
    /// Exact.
    Exact,
    /// Without regard to case, by Unicode's rules.
    AnyCase,
    /// Without regard to case and accents.
    Bare,
}

#[derive(Clone, Copy)]
enum Position {
    Whole,
    Start,
    End,
    Anywhere,
}

const MATCHERS: [(TextMatch, Letters, Position); 7] = [
    (TextMatch::Contains, Letters::Exact, Position::Anywhere),
    (TextMatch::ContainsAnyCase, Letters::AnyCase, Position::Anywhere),
    (TextMatch::StartsWith, Letters::Exact, Position::Start),
    (TextMatch::StartsWithAnyCase, Letters::AnyCase, Position::Start),
    (TextMatch::EndsWith, Letters::Exact, Position::End),
    (TextMatch::EqualAnyCase, Letters::AnyCase, Position::Whole),
    (TextMatch::Search, Letters::Bare, Position::Anywhere),
];

thread_local! {
    static FOLDED: RefCell<String> = const { RefCell::new(String::new()) };
}

pub(super) fn register(connection: &Connection) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    for (kind, letters, position) in MATCHERS {
        connection.create_scalar_function(kind.function(), 2, flags, move |context| {
            matches(context, letters, position)
        })?;
    }
    connection.create_scalar_function("socle_decimal", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Null => ToSqlOutput::Owned(SqliteValue::Null),
            value => ToSqlOutput::Owned(SqliteValue::Blob(decimal_key(&as_text(value)))),
        })
    })?;
    Ok(())
}

fn matches(context: &Context<'_>, letters: Letters, position: Position) -> rusqlite::Result<Option<bool>> {
    let haystack = context.get_raw(0);
    if matches!(haystack, ValueRef::Null | ValueRef::Blob(_)) {
        return Ok(None);
    }
    // The needle is folded once for the statement, not once for each row.
    let needle: Arc<String> = context.get_or_create_aux(1, |value| {
        let mut folded = String::new();
        fold(&as_text(value), letters, &mut folded);
        Ok::<_, rusqlite::Error>(folded)
    })?;
    let text = as_text(haystack);
    if letters == Letters::Exact {
        return Ok(Some(found(&text, &needle, position)));
    }
    FOLDED.with_borrow_mut(|folded| {
        folded.clear();
        fold(&text, letters, folded);
        Ok(Some(found(folded, &needle, position)))
    })
}

fn found(text: &str, needle: &str, position: Position) -> bool {
    match position {
        Position::Whole => text == needle,
        Position::Start => text.starts_with(needle),
        Position::End => text.ends_with(needle),
        Position::Anywhere => memmem::find(text.as_bytes(), needle.as_bytes()).is_some(),
    }
}

fn as_text(value: ValueRef<'_>) -> std::borrow::Cow<'_, str> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
        ValueRef::Integer(number) => number.to_string().into(),
        ValueRef::Real(number) => number.to_string().into(),
        ValueRef::Null => "".into(),
    }
}

fn fold(text: &str, letters: Letters, out: &mut String) {
    if letters == Letters::Exact {
        out.push_str(text);
    } else if text.is_ascii() {
        out.extend(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
    } else if letters == Letters::AnyCase {
        out.extend(text.chars().flat_map(any_case));
    } else {
        let bare = text
            .nfkd()
            .filter(|letter| !is_combining_mark(*letter))
            .flat_map(any_case);
        for letter in bare {
            match letter {
                // Letters that Unicode does not decompose but that are often typed without their marks.
                'œ' => out.push_str("oe"),
                'æ' => out.push_str("ae"),
                'ø' => out.push('o'),
                'đ' | 'ð' => out.push('d'),
                'ł' => out.push('l'),
                'ı' => out.push('i'),
                other => out.push(other),
            }
        }
    }
}

/// Upper and then lower case, which makes ß equal to SS, and the two lower-case sigmas equal.
fn any_case(letter: char) -> impl Iterator<Item = char> {
    letter.to_uppercase().flat_map(char::to_lowercase)
}
