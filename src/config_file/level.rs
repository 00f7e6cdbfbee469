//! Access levels, as `read` and `write` name them.

use std::fmt;
use std::str::FromStr;

/// An access level. Each includes the rights of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Everyone, without credentials.
    Public,
    /// Callers with a valid credential.
    Viewer,
    /// Callers that may write rows.
    Editor,
    /// Callers that may do everything.
    Admin,
}

impl AccessLevel {
    /// All levels, the widest audience first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Viewer, Self::Editor, Self::Admin];

    /// The name used in the file and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AccessLevel {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let level = Self::ALL.into_iter().find(|level| level.name() == word);
        level.ok_or("public, viewer, editor, admin")
    }
}
