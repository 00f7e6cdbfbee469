//! The words of a CREATE TABLE statement: enough of SQL's grammar to find its CHECK rules.

/// A word of SQL with its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind<'s>,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset after its last.
    pub end: usize,
}

/// What a word is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'s> {
    /// A bare word: a keyword, a name, a function.
    Word(&'s str),
    /// A quoted name, without its quotes.
    Name(String),
    /// A string, without its quotes.
    Text(String),
    /// A number.
    Number(&'s str),
    /// Punctuation: one character, or one of `<=`, `>=`, `<>`, `!=`, `==`, `||`.
    Sign(&'s str),
}

impl Kind<'_> {
    /// Whether this is the given bare keyword.
    pub fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether this is the given punctuation.
    pub fn is_sign(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(found) if *found == sign)
    }

    /// The name that this is, bare or quoted.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) => Some(name),
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// Cuts SQL into words, comments and white space left out. Text that SQLite accepted is never cut wrong; of any other
/// text something is returned.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or(0);
    let slice = |start: usize, end: usize| sql.get(start..end).unwrap_or("");
    let mut found = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let start = place;
        let first = at(place);
        let kind = match first {
            byte if byte.is_ascii_whitespace() => {
                place += 1;
                continue;
            }
            b'-' if at(place + 1) == b'-' => {
                place += slice(place, sql.len()).find('\n').unwrap_or(sql.len() - place);
                continue;
            }
            b'/' if at(place + 1) == b'*' => {
                place += slice(place, sql.len())
                    .find("*/")
                    .map_or(sql.len() - place, |length| length + 2);
                continue;
            }
            b'\'' | b'"' | b'`' | b'[' => {
                let close = if first == b'[' { b']' } else { first };
                place += 1;
                while place < bytes.len() && (at(place) != close || (close != b']' && at(place + 1) == close)) {
                    place += if at(place) == close { 2 } else { 1 };
                }
                place += 1;
                let quote = char::from(close).to_string();
                let inner = slice(start + 1, place.saturating_sub(1)).replace(&quote.repeat(2), &quote);
                if first == b'\'' {
                    Kind::Text(inner)
                } else {
                    Kind::Name(inner)
                }
            }
            b'0'..=b'9' => {
                while at(place).is_ascii_alphanumeric() || matches!(at(place), b'.' | b'_') {
                    place += 1;
                }
                Kind::Number(slice(start, place))
            }
            b'.' if at(place + 1).is_ascii_digit() => {
                place += 1;
                while at(place).is_ascii_alphanumeric() {
                    place += 1;
                }
                Kind::Number(slice(start, place))
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                while at(place).is_ascii_alphanumeric() || matches!(at(place), b'_' | b'$') || at(place) >= 0x80 {
                    place += 1;
                }
                Kind::Word(slice(start, place))
            }
            _ => {
                let pair = matches!(
                    (first, at(place + 1)),
                    (b'<' | b'>' | b'!' | b'=', b'=') | (b'<', b'>') | (b'|', b'|')
                );
                place += if pair { 2 } else { 1 };
                Kind::Sign(slice(start, place))
            }
        };
        found.push(Token {
            kind,
            start,
            end: place,
        });
    }
    found
}
