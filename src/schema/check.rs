//! CHECK rules, read from a table's CREATE statement: which columns each mentions, and the bounds and choices of
//! the simple ones. The database enforces all of them; here they let an error name its field and the API describe its input.

use super::column::Column;
use super::rule::Rule;
use super::sql_tokens::{Kind, Token, tokens};

/// A CHECK rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its expression, as SQL text.
    pub expression: String,
    /// Indexes of the columns it mentions.
    pub columns: Vec<usize>,
    /// Its bounds and choices of single columns, when it consists of nothing else.
    pub rules: Vec<(usize, Rule)>,
}

/// The CHECK rules of a CREATE TABLE statement.
pub fn read(sql: &str, columns: &[Column]) -> Vec<Check> {
    let words = tokens(sql);
    let mut checks = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        index += 1;
        let opens = words.get(index).is_some_and(|next| next.kind.is_sign("("));
        if !word.kind.is("CHECK") || !opens {
            continue;
        }
        let Some(length) = closing(words.get(index..).unwrap_or_default()) else {
            break;
        };
        let inner = words.get(index + 1..index + length).unwrap_or_default();
        let named = index >= 3 && words.get(index - 3).is_some_and(|word| word.kind.is("CONSTRAINT"));
        let name = words
            .get(index.wrapping_sub(2))
            .filter(|_| named)
            .and_then(|word| word.kind.name());
        if let (Some(first), Some(last)) = (inner.first(), inner.last()) {
            checks.push(Check {
                name: name.map(str::to_owned),
                expression: sql.get(first.start..last.end).unwrap_or("").to_owned(),
                columns: mentioned(inner, columns),
                rules: rules(inner, columns).unwrap_or_default(),
            });
        }
        index += length;
    }
    checks
}

/// The index of the bracket that closes the one at the start of `words`.
fn closing(words: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    words.iter().position(|word| {
        if word.kind.is_sign("(") {
            depth += 1;
        } else if word.kind.is_sign(")") {
            depth -= 1;
        }
        depth == 0
    })
}

fn mentioned(words: &[Token<'_>], columns: &[Column]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let is_function = words.get(index + 1).is_some_and(|next| next.kind.is_sign("("));
        if let Some(column) = column_at(&word.kind, columns).filter(|_| !is_function)
            && !found.contains(&column)
        {
            found.push(column);
        }
    }
    found
}

fn column_at(word: &Kind<'_>, columns: &[Column]) -> Option<usize> {
    let name = word.name()?;
    columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
}

/// The bounds and choices of an expression; `None` when any part of it is something else.
fn rules(words: &[Token<'_>], columns: &[Column]) -> Option<Vec<(usize, Rule)>> {
    let words = unwrapped(words);
    let alternatives = split(words, "OR");
    if alternatives.len() > 1 {
        // `x IS NULL OR rule of x`: NULL passes any CHECK, so the first half has no effect.
        let (nulls, others): (Vec<_>, Vec<_>) = alternatives.into_iter().partition(|part| is_null_test(part));
        let [only] = others.as_slice() else { return None };
        let found = rules(only, columns)?;
        let same = |part: &&[Token<'_>]| part.first().and_then(|word| column_at(&word.kind, columns));
        let tested = nulls.iter().map(same).collect::<Option<Vec<_>>>()?;
        return found.iter().all(|(column, _)| tested.contains(column)).then_some(found);
    }
    let parts = split(words, "AND");
    if parts.len() > 1 {
        let found = parts
            .into_iter()
            .map(|part| rules(part, columns))
            .collect::<Option<Vec<_>>>()?;
        return Some(found.concat());
    }
    plain(words, columns)
}

/// The words without brackets around all of them.
fn unwrapped<'w, 's>(words: &'w [Token<'s>]) -> &'w [Token<'s>] {
    match words {
        [first, inner @ .., _] if first.kind.is_sign("(") && closing(words) == Some(words.len() - 1) => {
            unwrapped(inner)
        }
        _ => words,
    }
}

/// The parts between the occurrences of a keyword outside brackets and outside BETWEEN … AND ….
fn split<'w, 's>(words: &'w [Token<'s>], keyword: &str) -> Vec<&'w [Token<'s>]> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut between) = (0, 0_i32, false);
    for (index, word) in words.iter().enumerate() {
        if word.kind.is_sign("(") {
            depth += 1;
        } else if word.kind.is_sign(")") {
            depth -= 1;
        } else if depth == 0 && word.kind.is("BETWEEN") {
            between = true;
        } else if depth == 0 && between && word.kind.is("AND") {
            between = false;
        } else if depth == 0 && word.kind.is(keyword) {
            parts.push(words.get(start..index).unwrap_or_default());
            start = index + 1;
        }
    }
    parts.push(words.get(start..).unwrap_or_default());
    parts
}

fn is_null_test(words: &[Token<'_>]) -> bool {
    matches!(words, [_, is, null] if is.kind.is("IS") && null.kind.is("NULL"))
}

fn plain(words: &[Token<'_>], columns: &[Column]) -> Option<Vec<(usize, Rule)>> {
    // length(column) …
    if let [function, open, name, close, rest @ ..] = words
        && function.kind.is("length")
        && open.kind.is_sign("(")
        && close.kind.is_sign(")")
    {
        let column = column_at(&name.kind, columns)?;
        let rules = comparison(rest)?.into_iter().map(|rule| {
            Some(match rule {
                Rule::Min(n) => Rule::MinLength(n.ceil().max(0.0) as u64),
                Rule::ExclusiveMin(n) => Rule::MinLength((n.floor() + 1.0).max(0.0) as u64),
                Rule::Max(n) if n >= 0.0 => Rule::MaxLength(n.floor() as u64),
                Rule::ExclusiveMax(n) if n > 0.0 => Rule::MaxLength((n.ceil() - 1.0) as u64),
                _ => return None,
            })
        });
        return rules.map(|rule| rule.map(|rule| (column, rule))).collect();
    }
    let (name, rest) = words.split_first()?;
    let column = column_at(&name.kind, columns)?;
    if let [is_in, open, list @ .., close] = rest
        && is_in.kind.is("IN")
        && open.kind.is_sign("(")
        && close.kind.is_sign(")")
    {
        let choices = list
            .split(|word| word.kind.is_sign(","))
            .map(literal)
            .collect::<Option<Vec<_>>>()?;
        return Some(vec![(column, Rule::OneOf(choices))]);
    }
    Some(comparison(rest)?.into_iter().map(|rule| (column, rule)).collect())
}

fn comparison(words: &[Token<'_>]) -> Option<Vec<Rule>> {
    let (operator, rest) = words.split_first()?;
    if operator.kind.is("BETWEEN") {
        let cut = rest.iter().position(|word| word.kind.is("AND"))?;
        let (low, high) = (number(rest.get(..cut)?)?, number(rest.get(cut + 1..)?)?);
        return Some(vec![Rule::Min(low), Rule::Max(high)]);
    }
    let Kind::Sign(sign) = operator.kind else { return None };
    let bound = number(rest)?;
    Some(vec![match sign {
        ">=" => Rule::Min(bound),
        ">" => Rule::ExclusiveMin(bound),
        "<=" => Rule::Max(bound),
        "<" => Rule::ExclusiveMax(bound),
        _ => return None,
    }])
}

fn number(words: &[Token<'_>]) -> Option<f64> {
    match words {
        [sign, rest @ ..] if sign.kind.is_sign("-") => number(rest).map(|number| -number),
        [
            Token {
                kind: Kind::Number(digits),
                ..
            },
        ] => digits.parse().ok(),
        _ => None,
    }
}

fn literal(words: &[Token<'_>]) -> Option<String> {
    match words {
        [
            Token {
                kind: Kind::Text(text), ..
            },
        ] => Some(text.clone()),
        [
            Token {
                kind: Kind::Number(digits),
                ..
            },
        ] => Some((*digits).to_owned()),
        [
            sign,
            Token {
                kind: Kind::Number(digits),
                ..
            },
        ] if sign.kind.is_sign("-") => Some(format!("-{digits}")),
        _ => None,
    }
}
