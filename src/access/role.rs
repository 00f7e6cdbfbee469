//! What an account or token may do, as one word.

use std::fmt;
use std::str::FromStr;

use crate::database::{self, Row};

/// A role. An admin may do everything; an editor reads and writes rows, a worker reads rows and takes jobs, a viewer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads what strangers may not.
    Viewer,
    /// A viewer that also claims and completes jobs.
    Worker,
    /// A viewer that also writes rows and asks for jobs.
    Editor,
    /// Everything, accounts and settings included.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Worker, Self::Editor, Self::Admin];

    /// The word for it, in files, answers and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Worker => "worker",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Whether this role may do all that `other` may. Worker and editor do not cover each other.
    pub const fn covers(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Admin, _) | (_, Self::Viewer) | (Self::Worker, Self::Worker) | (Self::Editor, Self::Editor)
        )
    }

    /// What both roles may do: the right of a token of one role whose owner has the other.
    pub const fn meet(self, other: Self) -> Self {
        if self.covers(other) {
            other
        } else if other.covers(self) {
            self
        } else {
            Self::Viewer
        }
    }

    /// The role in a column of a row.
    ///
    /// # Errors
    /// When the column holds no role's name.
    pub(super) fn in_column(row: &Row<'_, '_>, column: usize) -> Result<Self, database::Error> {
        let name = row.borrowed_text(column).unwrap_or_default();
        let role = name.parse();
        role.map_err(|_| database::Error::Other(format!("\"{name}\" is not a role")))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.name() == word);
        found.ok_or_else(|| "allowed: viewer, worker, editor, admin".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_roles_share_is_covered_by_both_and_is_all_that_is() {
        for one in Role::ALL {
            for other in Role::ALL {
                let shared = one.meet(other);
                assert!(one.covers(shared) && other.covers(shared), "{one} and {other}");
                let more = Role::ALL
                    .into_iter()
                    .filter(|role| one.covers(*role) && other.covers(*role));
                assert!(more.into_iter().all(|role| shared.covers(role)), "{one} and {other}");
            }
        }
    }
}
