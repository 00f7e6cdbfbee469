//! What happened to accounts: a row in `_audit` and a line in the log for each sign-in, failure and change.
//!
//! A change and its row commit together. Neither ever holds a secret.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{Access, Error};
use crate::database::{self, CancelFlag, ReadSlot, Session, Statement, Value};

/// Rows kept; the oldest go first.
const KEPT: i64 = 100_000;
/// Rows that one question is answered with at most.
pub const MOST: i64 = 1000;

/// Who does something, and from where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The account's name, `token NAME`, or a way in that has no name; none for a stranger.
    pub name: Option<String>,
    /// The client's address; none for what did not come over HTTP.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Whoever may run commands beside the database.
    pub fn command_line() -> Self {
        Self {
            name: Some("command line".to_owned()),
            address: None,
        }
    }

    /// `ADMIN_LOGIN` and its companions.
    pub fn settings() -> Self {
        Self {
            name: Some("settings".to_owned()),
            address: None,
        }
    }
}

/// What can happen to accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An account signed in: a session, or a token for a password.
    SignIn,
    /// Somebody failed to.
    SignInFailed,
    /// So many failed that the next must wait.
    SignInHeld,
    /// A session was ended by its own account.
    SignOut,
    /// All of an account's sessions were.
    SignOutEverywhere,
    /// An account was made.
    UserAdded,
    /// Its role or email was changed.
    UserChanged,
    /// Its password was changed.
    PasswordChanged,
    /// It was removed.
    UserRemoved,
    /// A token was made.
    TokenCreated,
    /// A token was revoked.
    TokenRevoked,
}

impl Event {
    /// The word for it, in rows and log lines.
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

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) event: Event,
    pub(super) actor: Actor,
    /// The account or token that it was done to; empty when there is none.
    pub(super) subject: String,
    pub(super) detail: Option<String>,
}

impl Entry {
    pub(super) fn new(event: Event, actor: &Actor, subject: impl Into<String>) -> Self {
        Self {
            event,
            actor: actor.clone(),
            subject: subject.into(),
            detail: None,
        }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn insert(&self, session: &Session<'_>, at: Timestamp) -> Result<(), database::Error> {
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from);
        session.execute(&Statement {
            sql: "INSERT INTO _audit (at, event, actor, subject, address, detail) VALUES (?, ?, ?, ?, ?, ?)".into(),
            values: vec![
                at.as_millisecond().into(),
                self.event.name().into(),
                text(self.actor.name.as_deref()),
                text(Some(&self.subject)),
                text(self.actor.address.map(|address| address.to_string()).as_deref()),
                text(self.detail.as_deref()),
            ],
        })?;
        session.execute(&Statement {
            sql: "DELETE FROM _audit WHERE id <= (SELECT max(id) FROM _audit) - ?".into(),
            values: vec![KEPT.into()],
        })?;
        Ok(())
    }

    fn log(&self) {
        let event = self.event.name();
        let actor = self.actor.name.as_deref().unwrap_or("-");
        let address = self
            .actor
            .address
            .map(|address| address.to_string())
            .unwrap_or_default();
        let detail = self.detail.as_deref().unwrap_or_default();
        let subject = &self.subject;
        match self.event {
            // A command says itself what it has done.
            _ if self.actor == Actor::command_line() => {
                tracing::debug!(target: "socle::audit", event, actor, subject, detail);
            }
            Event::SignInFailed | Event::SignInHeld => {
                tracing::warn!(target: "socle::audit", event, actor, subject, address, detail);
            }
            _ => tracing::info!(target: "socle::audit", event, actor, subject, address, detail),
        }
    }
}

/// A row of the audit, to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub event: String,
    /// Who did it.
    pub actor: Option<String>,
    /// The account or token it was done to.
    pub subject: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// More.
    pub detail: Option<String>,
}

impl Access {
    /// Makes a change and writes down what happened, both or neither. `work` may be run more than once.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        now: Timestamp,
        mut work: impl FnMut(&Session<'_>) -> Result<(T, Vec<Entry>), Error> + Send + 'static,
    ) -> Result<T, Error> {
        let change = move |session: &Session<'_>| {
            let (answer, entries) = work(session)?;
            entries.iter().try_for_each(|entry| entry.insert(session, now))?;
            Ok::<_, Error>((answer, entries))
        };
        let (answer, entries) = self.database.write(change).await?;
        entries.iter().for_each(Entry::log);
        Ok(answer)
    }

    /// Writes down what happened. When the database does not take it, the log has it at least.
    pub(super) async fn note(&self, entry: Entry, now: Timestamp) {
        let noted = entry.clone();
        let written = self.database.write(move |session| noted.insert(session, now)).await;
        entry.log();
        if let Err(error) = written {
            tracing::warn!(%error, "an event of accounts could not be kept in the database");
        }
    }

    /// What happened, the latest first: at most `limit` rows, before the row `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn audit(&self, limit: i64, before: Option<i64>) -> Result<Vec<AuditEvent>, Error> {
        let limit = limit.clamp(0, MOST);
        let statement = Statement {
            sql: "SELECT id, at, event, actor, subject, address, detail FROM _audit WHERE id < ? ORDER BY id DESC LIMIT ?".into(),
            values: vec![before.unwrap_or(i64::MAX).into(), limit.into()],
        };
        let read = move |session: &Session<'_>| {
            let mut rows = Vec::new();
            session.query(&statement, |row| {
                rows.push(AuditEvent {
                    id: row.integer(0),
                    at: row.integer(1),
                    event: row.text(2),
                    actor: row.optional_text(3),
                    subject: row.optional_text(4),
                    address: row.optional_text(5),
                    detail: row.optional_text(6),
                });
                Ok::<_, Error>(())
            })?;
            Ok(rows)
        };
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }
}
