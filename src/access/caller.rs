//! The caller of a request: its identity and role.

use super::Role;

/// The sender of a request, as its credential identifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its current role; `None` for an anonymous caller.
    pub role: Option<Role>,
    /// Who it is; `None` for an anonymous caller.
    pub who: Option<Identity>,
    /// Whether no account and no token has ever been created: then anonymous callers may write where no rule forbids it.
    pub is_open: bool,
}

/// An identified caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account; `None` for a token that belongs to none, as those of the command line.
    pub account: Option<AccountName>,
    /// How it was authenticated.
    pub via: AuthMethod,
}

/// An account by number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// How a caller was authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMethod {
    /// By a token.
    Token {
        /// Its number.
        id: i64,
        /// Its name.
        name: String,
        /// When it expires, in milliseconds since 1970.
        expires_at: Option<i64>,
    },
    /// By the cookie of a session.
    Session {
        /// Its number.
        id: i64,
    },
}

impl Caller {
    /// An anonymous caller.
    pub const fn stranger(is_open: bool) -> Self {
        Self {
            role: None,
            who: None,
            is_open,
        }
    }

    /// Whether the caller may do all that `role` may.
    pub fn covers(&self, role: Role) -> bool {
        self.role.is_some_and(|own| own.covers(role))
    }

    /// The caller's account, if it has one.
    pub fn account(&self) -> Option<&AccountName> {
        self.who.as_ref().and_then(|who| who.account.as_ref())
    }

    /// The caller's name in the audit and in histories: the account's or, for a token without an account, `token NAME`.
    pub fn name(&self) -> Option<String> {
        self.who.as_ref().map(Identity::name)
    }
}

impl Identity {
    fn name(&self) -> String {
        match (&self.account, &self.via) {
            (Some(account), _) => account.name.clone(),
            (None, AuthMethod::Token { name, .. }) => format!("token {name}"),
            (None, AuthMethod::Session { id }) => format!("session {id}"),
        }
    }
}
