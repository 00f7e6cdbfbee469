//! A tokenizer of SQL, as far as it takes to find the CHECK rules of a CREATE TABLE statement.

/// A token of SQL with its position in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: Kind<'s>,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset after its last.
    pub end: usize,
}

/// A kind of token.
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

/// The tokens of SQL text, without comments and white space. They are right for text that SQLite has accepted; for any other
/// text they may not be, but there is no error.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let at = |offset: usize| bytes.get(offset).copied().unwrap_or(0);
    let slice = |start: usize, end: usize| sql.get(start..end).unwrap_or("");
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let start = offset;
        let first = at(offset);
        let kind = match first {
            byte if byte.is_ascii_whitespace() => {
                offset += 1;
                continue;
            }
            b'-' if at(offset + 1) == b'-' => {
                offset += slice(offset, sql.len()).find('\n').unwrap_or(sql.len() - offset);
                continue;
            }
            b'/' if at(offset + 1) == b'*' => {
                offset += slice(offset, sql.len())
                    .find("*/")
                    .map_or(sql.len() - offset, |length| length + 2);
                continue;
            }
            b'\'' | b'"' | b'`' | b'[' => {
                let close = if first == b'[' { b']' } else { first };
                offset += 1;
                while offset < bytes.len() && (at(offset) != close || (close != b']' && at(offset + 1) == close)) {
                    offset += if at(offset) == close { 2 } else { 1 };
                }
                offset += 1;
                let quote = char::from(close).to_string();
                let inner = slice(start + 1, offset.saturating_sub(1)).replace(&quote.repeat(2), &quote);
                if first == b'\'' {
                    Kind::Text(inner)
                } else {
                    Kind::Name(inner)
                }
            }
            b'0'..=b'9' => {
                while at(offset).is_ascii_alphanumeric() || matches!(at(offset), b'.' | b'_') {
                    offset += 1;
                }
                Kind::Number(slice(start, offset))
            }
            b'.' if at(offset + 1).is_ascii_digit() => {
                offset += 1;
                while at(offset).is_ascii_alphanumeric() {
                    offset += 1;
                }
                Kind::Number(slice(start, offset))
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                while at(offset).is_ascii_alphanumeric() || matches!(at(offset), b'_' | b'$') || at(offset) >= 0x80 {
                    offset += 1;
                }
                Kind::Word(slice(start, offset))
            }
            _ => {
                let pair = matches!(
                    (first, at(offset + 1)),
                    (b'<' | b'>' | b'!' | b'=', b'=') | (b'<', b'>') | (b'|', b'|')
                );
                offset += if pair { 2 } else { 1 };
                Kind::Sign(slice(start, offset))
            }
        };
        found.push(Token {
            kind,
            start,
            end: offset,
        });
    }
    found
}
