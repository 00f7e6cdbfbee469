//! Queries and forms (`application/x-www-form-urlencoded`), read strictly: bytes that are not UTF-8 and percent signs that
//! encode nothing are errors and are not replaced, since a filter with other bytes would select other rows.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A name and its value.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The names and values of `application/x-www-form-urlencoded` text, in their order.
///
/// # Errors
/// A sentence that says what cannot be read.
pub fn parse(text: &str) -> Result<Vec<Pair<'_>>, String> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<Cow<'_, str>, String> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    if let Some(stray) = text.split('%').skip(1).find(|after| !is_encoded(after)) {
        let shown: String = stray.chars().take(2).collect();
        return Err(format!("\"%{shown}\" encodes no character."));
    }
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => Ok(Cow::Owned(decoded.into_owned())),
        Err(_) => Err("The percent-encoded bytes are not UTF-8.".into()),
    }
}

/// Whether the text behind a percent sign begins with two hexadecimal digits.
fn is_encoded(after: &str) -> bool {
    after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_encodes_nothing_is_refused() {
        let pairs = parse("a=b+c&d=%C3%A9&&e").unwrap();
        assert_eq!(
            pairs,
            [
                ("a".into(), "b c".into()),
                ("d".into(), "é".into()),
                ("e".into(), "".into())
            ]
        );
        for bad in ["a=%zz", "%=1", "a=%e", "a=%ff", "a=%c3%28"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
