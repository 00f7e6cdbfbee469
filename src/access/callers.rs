//! Resolves a credential to a [`Caller`] by one read of an indexed row at each request. Nothing is cached, so that no caller
//! is admitted whom another process has shut out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::sessions::IDLE_TIMEOUT;
use super::{Access, AuthMethod, Caller, Identity, Role, milliseconds, secret, store};
use crate::database::{self, Session};

/// The resolution of `last_used_at` of tokens and `seen_at` of sessions.
const RESOLUTION: SignedDuration = SignedDuration::from_mins(1);
/// Uses that are remembered, so that none is written twice.
const MAX_USES: usize = 4096;

/// A credential as a request carries it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A token.
    Token(&'a str),
    /// The secret of a session's cookie.
    Session(&'a str),
}

/// Why a credential is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// There is no such token, or not any more.
    #[error("Invalid token.")]
    Unknown,
    /// The token has expired.
    #[error("This token has expired.")]
    Expired,
    /// The token was revoked.
    #[error("This token has been revoked.")]
    Revoked,
    /// The session has ended, or there never was one.
    #[error("The session has ended. Sign in again.")]
    Ended,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] database::Error),
}

/// When uses were last written, by table and number.
#[derive(Default)]
pub(super) struct Uses(Mutex<HashMap<(Table, i64), i64>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Table {
    Tokens,
    Sessions,
}

impl Access {
    /// The caller with a credential; an anonymous one without.
    ///
    /// # Errors
    /// Why the credential is refused. A bad credential is never treated as none.
    pub fn caller(&self, credential: Option<Credential<'_>>, now: Timestamp) -> Result<Caller, Rejection> {
        match credential {
            None => Ok(Caller::stranger(self.is_open()?)),
            Some(Credential::Token(token)) => self.of_token(token, now.as_millisecond()),
            Some(Credential::Session(cookie)) => self.of_session(cookie, now.as_millisecond()),
        }
    }

    fn of_token(&self, token: &str, now: i64) -> Result<Caller, Rejection> {
        let hash = secret::digest(token);
        let found = self.database.read(|session| store::tokens::by_hash(session, hash))?;
        let token = found.ok_or(Rejection::Unknown)?;
        if token.is_revoked {
            return Err(Rejection::Revoked);
        }
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(Rejection::Expired);
        }
        self.record_use(Table::Tokens, token.id, token.last_used_at, now);
        let role = token
            .owner
            .as_ref()
            .map_or(token.role, |(_, role)| token.role.meet(*role));
        let via = AuthMethod::Token {
            id: token.id,
            name: token.name,
            expires_at: token.expires_at,
        };
        let account = token.owner.map(|(account, _)| account);
        Ok(identified(role, Identity { account, via }))
    }

    fn of_session(&self, cookie: &str, now: i64) -> Result<Caller, Rejection> {
        let hash = secret::digest(cookie);
        let found = self.database.read(|session| store::sessions::by_hash(session, hash))?;
        let session = found.ok_or(Rejection::Ended)?;
        if session.ends_at <= now || session.seen_at + milliseconds(IDLE_TIMEOUT) <= now {
            return Err(Rejection::Ended);
        }
        self.record_use(Table::Sessions, session.id, Some(session.seen_at), now);
        let identity = Identity {
            account: Some(session.account),
            via: AuthMethod::Session { id: session.id },
        };
        Ok(identified(session.role, identity))
    }

    /// Writes down that a token or session was used, unless that was done within [`RESOLUTION`]. The request does not wait
    /// for the write.
    fn record_use(&self, table: Table, id: i64, last: Option<i64>, now: i64) {
        if !self.uses.is_due(table, id, last, now) {
            return;
        }
        let database = self.database.clone();
        tokio::spawn(async move {
            let write = move |session: &Session<'_>| match table {
                Table::Tokens => store::tokens::set_last_used(session, id, now),
                Table::Sessions => store::sessions::set_seen(session, id, now),
            };
            if let Err(error) = database.write::<_, database::Error>(write).await {
                tracing::debug!(%error, "the use of a token or session could not be written");
            }
        });
    }
}

impl Uses {
    /// Whether a use is to be written; if so, it is remembered as written. While the memory is full of recent uses, no
    /// others are written.
    fn is_due(&self, table: Table, id: i64, last: Option<i64>, now: i64) -> bool {
        let is_recent = |last: i64| now.saturating_sub(last) < milliseconds(RESOLUTION);
        if last.is_some_and(is_recent) {
            return false;
        }
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if uses.get(&(table, id)).copied().is_some_and(is_recent) {
            return false;
        }
        if uses.len() >= MAX_USES {
            uses.retain(|_, last| is_recent(*last));
        }
        if uses.len() >= MAX_USES {
            return false;
        }
        uses.insert((table, id), now);
        true
    }
}

fn identified(role: Role, identity: Identity) -> Caller {
    Caller {
        role: Some(role),
        who: Some(identity),
        is_open: false,
    }
}
