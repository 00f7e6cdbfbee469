//! Roles of accounts and tokens.

use std::fmt;
use std::str::FromStr;

/// A role: a set of rights with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Reads what anonymous callers may not.
    Viewer,
    /// A viewer that also submits, claims and completes jobs.
    Worker,
    /// A viewer that also writes rows and submits jobs.
    Editor,
    /// Everything, accounts and settings included.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Worker, Self::Editor, Self::Admin];

    /// Its name in files, requests, answers and commands.
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

    /// The role of what both roles may do: that of a token with one role whose account has the other.
    pub const fn meet(self, other: Self) -> Self {
        if self.covers(other) {
            other
        } else if other.covers(self) {
            self
        } else {
            Self::Viewer
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.name() == name);
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
