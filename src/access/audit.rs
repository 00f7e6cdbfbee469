//! The audit of accounts: a row in `_audit` and a line in the log for each sign-in, failed sign-in and change.
//!
//! A change and its row commit together. Neither contains a secret.

use std::net::IpAddr;

use jiff::Timestamp;

use super::store::audit as store;
use super::{Access, Error};
use crate::database::{CancelFlag, ReadSlot, Session};

/// Events that are kept; the oldest are deleted.
const KEPT: i64 = 100_000;
/// Events that are read at once, at most.
pub const MAX_EVENTS: i64 = 1000;

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

    fn log(&self) {
        let event = self.kind.name();
        let actor = self.actor.name.as_deref().unwrap_or("-");
        let address = self
            .actor
            .address
            .map(|address| address.to_string())
            .unwrap_or_default();
        let detail = self.detail.as_deref().unwrap_or_default();
        let subject = &self.subject;
        match self.kind {
            // A command prints what it has done.
            _ if self.actor == Actor::command_line() => {
                tracing::debug!(target: "socle::audit", event, actor, subject, detail);
            }
            EventKind::SignInFailed | EventKind::SignInHeld => {
                tracing::warn!(target: "socle::audit", event, actor, subject, address, detail);
            }
            _ => tracing::info!(target: "socle::audit", event, actor, subject, address, detail),
        }
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

impl Access {
    /// Makes a change and writes its events, both or neither. `work` may run more than once.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        now: Timestamp,
        mut work: impl FnMut(&Session<'_>) -> Result<(T, Vec<NewEvent>), Error> + Send + 'static,
    ) -> Result<T, Error> {
        let change = move |session: &Session<'_>| {
            let (result, events) = work(session)?;
            let mut events_of_change = events.iter();
            events_of_change.try_for_each(|event| store::insert(session, event, KEPT, now.as_millisecond()))?;
            Ok::<_, Error>((result, events))
        };
        let (result, events) = self.database.write(change).await?;
        events.iter().for_each(NewEvent::log);
        Ok(result)
    }

    /// Writes an event. When the database refuses it, it is in the log alone.
    pub(super) async fn record(&self, event: NewEvent, now: Timestamp) {
        let row = event.clone();
        let insert = move |session: &Session<'_>| store::insert(session, &row, KEPT, now.as_millisecond());
        let written = self.database.write(insert).await;
        event.log();
        if let Err(error) = written {
            tracing::warn!(%error, "an event of accounts could not be written to the database");
        }
    }

    /// Events, the latest first: at most `limit` of them, with numbers below `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit(&self, limit: i64, before: Option<i64>) -> Result<Vec<AuditEvent>, Error> {
        let limit = limit.clamp(0, MAX_EVENTS);
        let before = before.unwrap_or(i64::MAX);
        let read = move |session: &Session<'_>| Ok(store::page(session, before, limit)?);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }
}
