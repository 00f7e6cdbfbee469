//! Typed access to a TOML table with errors that name the line, the key, the value and what is allowed. Unknown keys and
//! values of another type are errors.

use std::path::Path;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Located, line_of};

/// Characters of a key or value that are repeated in a message.
const MAX_SHOWN: usize = 40;

/// A table of the file.
pub(super) struct Section<'f> {
    /// The dotted name, such as `tables.books`; empty for the root table.
    name: String,
    path: &'f Path,
    text: &'f str,
    table: &'f DeTable<'f>,
}

impl<'f> Section<'f> {
    /// The root table of the file.
    pub(super) fn whole(path: &'f Path, text: &'f str, table: &'f DeTable<'f>) -> Self {
        Self {
            name: String::new(),
            path,
            text,
            table,
        }
    }

    /// Checks that there are no other keys than these.
    ///
    /// # Errors
    /// The first unknown key in the order of the file.
    pub(super) fn has_only(&self, allowed: &[&str]) -> Result<(), ConfigError> {
        let unknown = self
            .table
            .keys()
            .filter(|key| !allowed.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(()),
            Some(key) => {
                let message = format!(
                    "unknown key \"{}\"; allowed: {}",
                    self.named(key.get_ref()),
                    allowed.join(", ")
                );
                Err(ConfigError::at_span(self.path, self.text, key.span(), message))
            }
        }
    }

    /// The table under a key, if there is one.
    pub(super) fn section(&self, key: &str) -> Result<Option<Section<'f>>, ConfigError> {
        self.table.get(key).map(|value| self.section_in(key, value)).transpose()
    }

    /// All tables in this one with their names, in the order of the file.
    pub(super) fn sections(&self) -> Result<Vec<(Located<String>, Section<'f>)>, ConfigError> {
        let sections = self.entries().into_iter();
        sections
            .map(|(name, value)| Ok((name.clone(), self.section_in(&name.value, value)?)))
            .collect()
    }

    /// All keys of this table with their words, in the order of the file.
    pub(super) fn words<T: FromStr<Err = &'static str>>(&self) -> Result<Vec<(Located<String>, T)>, ConfigError> {
        let words = self.entries().into_iter();
        words
            .map(|(name, value)| Ok((name.clone(), self.word_in(&name.value, value)?)))
            .collect()
    }

    /// The word under a key, if there is one; the error of `T` lists the words that are allowed.
    pub(super) fn word<T: FromStr<Err = &'static str>>(&self, key: &str) -> Result<Option<Located<T>>, ConfigError> {
        let word = |value: &Spanned<DeValue<'f>>| {
            Ok(Located {
                line: line_of(self.text, value.span().start),
                value: self.word_in(key, value)?,
            })
        };
        self.table.get(key).map(word).transpose()
    }

    /// The boolean under a key; false without it.
    pub(super) fn flag(&self, key: &str) -> Result<bool, ConfigError> {
        Ok(self.boolean(key)?.is_some_and(|flag| flag.value))
    }

    /// The tables of an array such as `[[schedules]]`, each with the line of its header.
    pub(super) fn array(&self, key: &str) -> Result<Vec<Located<Section<'f>>>, ConfigError> {
        let Some(value) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let refused = |value| self.refused(key, value, &format!("sections, [[{}]]", self.named(key)));
        let DeValue::Array(items) = value.get_ref() else {
            return Err(refused(value));
        };
        let section = |item: &'f Spanned<DeValue<'f>>| match item.get_ref() {
            DeValue::Table(table) => Ok(Located {
                line: line_of(self.text, item.span().start),
                value: Section {
                    name: self.named(key),
                    table,
                    ..*self
                },
            }),
            _ => Err(refused(item)),
        };
        items.iter().map(section).collect()
    }

    /// The string under a key, if there is one; `allowed` describes it in the error.
    pub(super) fn text(&self, key: &str, allowed: &str) -> Result<Option<Located<String>>, ConfigError> {
        self.value(key, allowed, |value| match value {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        })
    }

    /// The integer under a key, if there is one.
    pub(super) fn integer(&self, key: &str) -> Result<Option<Located<i64>>, ConfigError> {
        self.value(key, "a whole number", |value| match value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        })
    }

    /// The boolean under a key, if there is one.
    pub(super) fn boolean(&self, key: &str) -> Result<Option<Located<bool>>, ConfigError> {
        self.value(key, "true, false", |value| match value {
            DeValue::Boolean(value) => Some(*value),
            _ => None,
        })
    }

    /// The value under a key, if there is one, converted by `read`. When that gives `None`, the error is that the value is
    /// not `allowed`.
    pub(super) fn value<T>(
        &self,
        key: &str,
        allowed: &str,
        read: impl FnOnce(&DeValue<'f>) -> Option<T>,
    ) -> Result<Option<Located<T>>, ConfigError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        match read(value.get_ref()) {
            Some(read) => Ok(Some(Located {
                line: line_of(self.text, value.span().start),
                value: read,
            })),
            None => Err(self.refused(key, value, allowed)),
        }
    }

    /// The error that a required key is missing.
    pub(super) fn missing(&self, line: usize, key: &str, allowed: &str) -> ConfigError {
        let message = format!("\"{}\" is missing; allowed: {allowed}", self.named(key));
        ConfigError::new(self.path, Some(line), message)
    }

    fn section_in(&self, key: &str, value: &'f Spanned<DeValue<'f>>) -> Result<Section<'f>, ConfigError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(Section {
                name: self.named(key),
                table,
                ..*self
            }),
            _ => Err(self.refused(key, value, &format!("a section, [{}]", self.named(key)))),
        }
    }

    fn word_in<T: FromStr<Err = &'static str>>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'f>>,
    ) -> Result<T, ConfigError> {
        let word = match value.get_ref() {
            DeValue::String(word) => word.as_ref(),
            // No word is empty, so this gives the error that lists the words.
            _ => "",
        };
        word.parse().map_err(|allowed| self.refused(key, value, allowed))
    }

    fn entries(&self) -> Vec<(Located<String>, &'f Spanned<DeValue<'f>>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let located = |key: &Spanned<std::borrow::Cow<'f, str>>| Located {
            line: line_of(self.text, key.span().start),
            value: key.get_ref().to_string(),
        };
        entries.into_iter().map(|(key, value)| (located(key), value)).collect()
    }

    /// The error that a value is not what is allowed.
    fn refused(&self, key: &str, value: &Spanned<DeValue<'f>>, allowed: &str) -> ConfigError {
        let given = match value.get_ref() {
            DeValue::Table(_) => "a section".to_owned(),
            DeValue::Array(_) => "an array".to_owned(),
            DeValue::String(text) => format!("\"{}\"", shortened(text)),
            _ => shortened(self.text.get(value.span()).unwrap_or_default()),
        };
        let message = format!("\"{}\" is {given}; allowed: {allowed}", self.named(key));
        ConfigError::at_span(self.path, self.text, value.span(), message)
    }

    fn named(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => shortened(key),
            name => format!("{name}.{}", shortened(key)),
        }
    }
}

/// The first [`MAX_SHOWN`] characters, with control characters escaped so that messages stay on one line.
fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars().take(MAX_SHOWN) {
        match letter.is_control() {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
