//! From a credential to a [`Caller`]: one point read at each request, and no memory of it that could be stale.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{Access, AccountName, AuthMethod, Caller, Identity, Role, secret, sessions};
use crate::database::{self, Row, Session, Statement, Value};

/// How exact `last_used_at` of tokens and `seen_at` of sessions are.
const EXACTNESS: SignedDuration = SignedDuration::from_mins(1);
/// Uses remembered so that they are not written twice.
const REMEMBERED: usize = 4096;

/// What a request shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A token.
    Token(&'a str),
    /// The secret of a session's cookie.
    Session(&'a str),
}

/// Why a credential is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// It was never given out, or is forgotten.
    #[error("Invalid token.")]
    Unknown,
    /// Its time is over.
    #[error("This token has expired.")]
    Expired,
    /// It was revoked.
    #[error("This token has been revoked.")]
    Revoked,
    /// The session is over, or never was.
    #[error("The session has ended. Sign in again.")]
    Ended,
    /// The database did not say.
    #[error(transparent)]
    Database(#[from] database::Error),
}

/// Which uses were written down, and when.
#[derive(Default)]
pub(super) struct Uses(Mutex<HashMap<(Table, i64), i64>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Table {
    Tokens,
    Sessions,
}

impl Access {
    /// Who shows this credential.
    ///
    /// # Errors
    /// Why it is not taken: there is no caller with a bad credential, not even a stranger.
    pub fn caller(&self, credential: Option<Credential<'_>>, now: Timestamp) -> Result<Caller, Rejection> {
        match credential {
            None => Ok(Caller::stranger(self.is_open()?)),
            Some(Credential::Token(token)) => self.of_token(token, now),
            Some(Credential::Session(cookie)) => self.of_session(cookie, now),
        }
    }

    fn of_token(&self, token: &str, now: Timestamp) -> Result<Caller, Rejection> {
        let statement = Statement {
            sql: "SELECT t.id, t.name, t.role, t.expires_at, t.revoked_at, t.last_used_at, u.id, u.name, u.role \
                  FROM _tokens t LEFT JOIN _users u ON u.id = t.user_id WHERE t.hash = ?"
                .into(),
            values: vec![Value::Blob(secret::digest(token))],
        };
        let now = now.as_millisecond();
        let found = self.database.read(|session| {
            session.first(&statement, |row| {
                let expires_at = row.optional_integer(3);
                if row.optional_integer(4).is_some() {
                    return Err(Rejection::Revoked);
                }
                if expires_at.is_some_and(|end| end <= now) {
                    return Err(Rejection::Expired);
                }
                let via = AuthMethod::Token {
                    id: row.integer(0),
                    name: row.text(1),
                    expires_at,
                };
                let own = Role::in_column(row, 2)?;
                let account = account(row, 6)?;
                let role = account.as_ref().map_or(own, |(_, role)| own.meet(*role));
                Ok((row.optional_integer(5), role, account, via))
            })
        })?;
        let (last_used, role, account, via) = found.ok_or(Rejection::Unknown)?;
        if let AuthMethod::Token { id, .. } = via {
            self.used(Table::Tokens, id, last_used, now);
        }
        let account = account.map(|(account, _)| account);
        Ok(known(role, Identity { account, via }))
    }

    fn of_session(&self, cookie: &str, now: Timestamp) -> Result<Caller, Rejection> {
        let statement = Statement {
            sql: "SELECT s.id, s.seen_at, s.ends_at, u.id, u.name, u.role \
                  FROM _sessions s JOIN _users u ON u.id = s.user_id WHERE s.hash = ?"
                .into(),
            values: vec![Value::Blob(secret::digest(cookie))],
        };
        let now = now.as_millisecond();
        let idle = i64::try_from(sessions::IDLE.as_millis()).unwrap_or_default();
        let found = self.database.read(|session| {
            session.first(&statement, |row| {
                let seen_at = row.integer(1);
                if row.integer(2) <= now || seen_at + idle <= now {
                    return Err(Rejection::Ended);
                }
                let (account, role) = account(row, 3)?.ok_or(Rejection::Ended)?;
                Ok((row.integer(0), seen_at, account, role))
            })
        })?;
        let (id, seen_at, account, role) = found.ok_or(Rejection::Ended)?;
        self.used(Table::Sessions, id, Some(seen_at), now);
        let who = Identity {
            account: Some(account),
            via: AuthMethod::Session { id },
        };
        Ok(known(role, who))
    }

    /// Writes down that something was used, when that was not done in the last minute. The answer does not wait for it.
    fn used(&self, table: Table, id: i64, last: Option<i64>, now: i64) {
        let is_recent = |last: i64| now.saturating_sub(last) < i64::try_from(EXACTNESS.as_millis()).unwrap_or_default();
        if last.is_some_and(is_recent) {
            return;
        }
        let mut uses = self.uses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if uses.get(&(table, id)).copied().is_some_and(is_recent) {
            return;
        }
        if uses.len() >= REMEMBERED {
            uses.retain(|_, last| is_recent(*last));
        }
        if uses.len() >= REMEMBERED {
            return;
        }
        uses.insert((table, id), now);
        drop(uses);
        let database = self.database.clone();
        tokio::spawn(async move {
            let sql = match table {
                Table::Tokens => "UPDATE _tokens SET last_used_at = ? WHERE id = ?",
                Table::Sessions => "UPDATE _sessions SET seen_at = ? WHERE id = ?",
            };
            let statement = Statement {
                sql: sql.into(),
                values: vec![now.into(), id.into()],
            };
            let write = move |session: &Session<'_>| session.execute(&statement);
            if let Err(error) = database.write::<_, database::Error>(write).await {
                tracing::debug!(%error, "the use of a token or session could not be written down");
            }
        });
    }
}

fn known(role: Role, who: Identity) -> Caller {
    Caller {
        role: Some(role),
        who: Some(who),
        is_open: false,
    }
}

/// The account in three columns, when there is one.
fn account(row: &Row<'_, '_>, first: usize) -> Result<Option<(AccountName, Role)>, database::Error> {
    let Some(id) = row.optional_integer(first) else {
        return Ok(None);
    };
    let name = row.text(first + 1);
    Ok(Some((AccountName { id, name }, Role::in_column(row, first + 2)?)))
}
