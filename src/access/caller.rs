//! Who sends a request, and with what right.

use super::Role;

/// The sender of a request, as far as it has shown who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What it may do at the moment; none for a stranger.
    pub role: Option<Role>,
    /// Who it is; none for a stranger.
    pub who: Option<Identity>,
    /// Whether no account and no token has ever been made: then strangers may write where no rule says otherwise.
    pub is_open: bool,
}

/// Who a caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account; none for a token that was made on the command line and belongs to nobody.
    pub account: Option<AccountName>,
    /// How it showed that.
    pub via: AuthMethod,
}

/// An account, named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// What a caller showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMethod {
    /// A token.
    Token {
        /// Its number.
        id: i64,
        /// Its name.
        name: String,
        /// When it ends, in milliseconds since 1970.
        expires_at: Option<i64>,
    },
    /// A session's cookie.
    Session {
        /// The session's number.
        id: i64,
    },
}

impl Caller {
    /// One who has shown nothing.
    pub const fn stranger(is_open: bool) -> Self {
        Self {
            role: None,
            who: None,
            is_open,
        }
    }

    /// Whether the caller may do what `role` may.
    pub fn covers(&self, role: Role) -> bool {
        self.role.is_some_and(|own| own.covers(role))
    }

    /// The account, when it is one that asks.
    pub fn account(&self) -> Option<&AccountName> {
        self.who.as_ref().and_then(|who| who.account.as_ref())
    }

    /// What to call the caller in histories: the account's name or, for a token of nobody's, `token NAME`.
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
