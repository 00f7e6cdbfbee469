//! Errors of the file, each one line with the path and the line number.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A value with its line number; the first line is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<T> {
    /// The line number.
    pub line: usize,
    /// The value.
    pub value: T,
}

/// An error of the file: the path, the line if there is one, and the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl ConfigError {
    /// An error on a line, or without one, about the file as a whole.
    pub fn new(path: &Path, line: Option<usize>, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }

    pub(super) fn at_span(path: &Path, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(path, Some(line_of(text, span.start)), message)
    }

    /// The line number, if the error is about a line.
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.path.display(), self.message),
            None => write!(f, "{}: {}", self.path.display(), self.message),
        }
    }
}

/// The line number of a byte offset.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    1 + memchr::memchr_iter(b'\n', before).count()
}
