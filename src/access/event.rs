//! Events of accounts, as the audit records them.

use std::net::IpAddr;

/// Who causes an event, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The account's name, `token NAME`, `command line` or `settings`; `None` for an unknown caller.
    pub name: Option<String>,
    /// The client's address; `None` for what did not come over HTTP.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// A command, run beside the database.
    pub fn command_line() -> Self {
        Self {
            name: Some("command line".to_owned()),
            address: None,
        }
    }

    /// The settings `ADMIN_LOGIN`, `ADMIN_PASSWORD` and `ADMIN_EMAIL`.
    pub fn settings() -> Self {
        Self {
            name: Some("settings".to_owned()),
            address: None,
        }
    }
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// An account signed in: a session, or a token for a password.
    SignIn,
    /// A sign-in failed.
    SignInFailed,
    /// So many sign-ins failed that the next must wait.
    SignInHeld,
    /// An account ended a session of its own.
    SignOut,
    /// An account ended all of its sessions.
    SignOutEverywhere,
    /// An account was created.
    UserAdded,
    /// The role or email address of an account was changed.
    UserChanged,
    /// The password of an account was changed.
    PasswordChanged,
    /// An account was deleted.
    UserRemoved,
    /// A token was created.
    TokenCreated,
    /// A token was revoked.
    TokenRevoked,
}

impl EventKind {
    /// Its name in rows and log lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignInHeld => "sign_in_held",
            Self::SignOut => "sign_out",
            Self::SignOutEverywhere => "sign_out_everywhere",
            Self::UserAdded => "user_added",
            Self::UserChanged => "user_changed",
            Self::PasswordChanged => "password_changed",
            Self::UserRemoved => "user_removed",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
        }
    }
}

/// An event to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewEvent {
    pub(super) kind: EventKind,
    pub(super) actor: Actor,
    /// The account or token concerned; empty when there is none.
    pub(super) subject: String,
    pub(super) detail: Option<String>,
}

impl NewEvent {
    pub(super) fn new(kind: EventKind, actor: &Actor, subject: impl Into<String>) -> Self {
        Self {
            kind,
            actor: actor.clone(),
            subject: subject.into(),
            detail: None,
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An event that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When it was, in milliseconds since 1970.
    pub at: i64,
    /// The name of its kind.
    pub event: String,
    /// Who caused it.
    pub actor: Option<String>,
    /// The account or token concerned.
    pub subject: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// Details, in words.
    pub detail: Option<String>,
}
