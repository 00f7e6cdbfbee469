//! How far a caller may see or write, as a word of the file.

use std::fmt;
use std::str::FromStr;

/// A kind of caller, each of which may do all that those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Anyone.
    Public,
    /// Who has shown a credential.
    Viewer,
    /// Who may write rows.
    Editor,
    /// Who may do everything.
    Admin,
}

impl AccessLevel {
    /// Every level, the least first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Viewer, Self::Editor, Self::Admin];

    /// The word for it.
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
        let found = Self::ALL.into_iter().find(|level| level.name() == word);
        found.ok_or("public, viewer, editor, admin")
    }
}
