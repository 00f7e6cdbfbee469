//! Signing in with a password, and the sessions of those who do it in a browser.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::audit::{Actor, Entry, Event};
use super::password::{self, Verdict};
use super::secret::{Secret, digest};
use super::users::{self, User};
use super::{Access, Error, validation};
use crate::database::{self, Session, Statement, Value};

/// A session ends when it is not used for so long, to the minute.
pub(super) const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// A session ends so long after signing in, however much it is used.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Sessions that an account may have at once; the oldest ends.
const MOST: i64 = 50;

impl Access {
    /// The account that this name and password belong to.
    ///
    /// Unknown names take as long as wrong passwords, and neither says which it was.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`]; [`Error::TooManyAttempts`] before anything is checked; [`Error::Crowded`].
    pub async fn sign_in(&self, name: &str, password: &str, address: IpAddr, now: Timestamp) -> Result<User, Error> {
        let attempt = self.limits.begin(name, address, now).map_err(Error::TooManyAttempts)?;
        // What no account can have is not worth the work that its letters would make.
        let is_too_long = name.chars().nth(validation::LONGEST_USERNAME).is_some() || password::is_too_long(password);
        let (name, password) = if is_too_long { ("", "") } else { (name, password) };
        let (known, verdict) = match self.checked(name, password).await {
            Ok(checked) => checked,
            Err(error) => {
                attempt.came_to_nothing();
                return Err(error);
            }
        };
        match known {
            Some((user, hash)) if verdict != Verdict::Wrong => {
                attempt.succeeded();
                if verdict == Verdict::NeedsRehash {
                    self.hash_again(user.id, hash, password).await?;
                }
                Ok(user)
            }
            known => {
                let is_held = attempt.failed();
                self.note_failure(known.map(|(user, _)| user), address, is_held, now)
                    .await;
                Err(Error::WrongCredentials)
            }
        }
    }

    /// Opens a session and gives the secret of its cookie. A session that the client had before, whoever's it was, ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_session(
        &self,
        user: &User,
        before: Option<&str>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Secret, Error> {
        let secret = Secret::new("", self.rng)?;
        let (hash, before) = (secret.digest(), before.map(digest));
        let (user, actor) = (user.clone(), actor.clone());
        self.change(now, move |session| {
            users::is_as_it_was(session, &user)?;
            let at = now.as_millisecond();
            let idle = i64::try_from(IDLE.as_millis()).unwrap_or_default();
            let ends = now.checked_add(LONGEST).unwrap_or(Timestamp::MAX).as_millisecond();
            let old = before.clone().map_or(Value::Null, Value::Bytes);
            let run = |sql: &'static str, values: Vec<Value>| {
                let sql = sql.into();
                session.execute(&Statement { sql, values })
            };
            run(
                "DELETE FROM _sessions WHERE hash = ? OR ends_at <= ? OR seen_at <= ?",
                vec![old, at.into(), (at - idle).into()],
            )?;
            run(
                "INSERT INTO _sessions (hash, user_id, created_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?)",
                vec![
                    Value::Bytes(hash.clone()),
                    user.id.into(),
                    at.into(),
                    at.into(),
                    ends.into(),
                ],
            )?;
            run(
                "DELETE FROM _sessions WHERE id IN \
                 (SELECT id FROM _sessions WHERE user_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?)",
                vec![user.id.into(), MOST.into()],
            )?;
            Ok((
                (),
                vec![Entry::new(Event::SignIn, &actor, &user.name).detail("session")],
            ))
        })
        .await?;
        Ok(secret)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's.
    pub async fn close_session(&self, id: i64, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(now, move |session| {
            session.execute(&Statement {
                sql: "DELETE FROM _sessions WHERE id = ?".into(),
                values: vec![id.into()],
            })?;
            let subject = actor.name.clone().unwrap_or_default();
            Ok(((), vec![Entry::new(Event::SignOut, &actor, subject)]))
        })
        .await
    }

    /// Ends every session of an account.
    ///
    /// # Errors
    /// The database's.
    pub async fn close_sessions(&self, user: i64, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(now, move |session| {
            let ended = users::end_sessions(session, user, None)?;
            let subject = actor.name.clone().unwrap_or_default();
            let entry = Entry::new(Event::SignOutEverywhere, &actor, subject);
            Ok(((), vec![entry.detail(format!("{ended} sessions"))]))
        })
        .await
    }

    async fn checked(&self, name: &str, password: &str) -> Result<(Option<(User, String)>, Verdict), Error> {
        let known = self.database.read(|session| match users::by_name(session, name) {
            Err(Error::NotFound) => Ok(None),
            found => found.map(Some),
        })?;
        let hash = known.as_ref().map(|(_, hash)| hash.clone());
        let verdict = self.hashing.check(password, hash).await?;
        Ok((known, verdict))
    }

    /// Replaces a hash that was made with other parameters, unless somebody has changed the password meanwhile.
    async fn hash_again(&self, id: i64, old: String, password: &str) -> Result<(), Error> {
        let new = self.hashing.hash(password).await?;
        let replace = move |session: &Session<'_>| {
            session.execute(&Statement {
                sql: "UPDATE _users SET password = ? WHERE id = ? AND password = ?".into(),
                values: vec![new.as_str().into(), id.into(), old.as_str().into()],
            })
        };
        self.database.write::<_, database::Error>(replace).await?;
        Ok(())
    }

    /// A name that no account has is not written down: people type passwords into the wrong field.
    async fn note_failure(&self, known: Option<User>, address: IpAddr, is_held: bool, now: Timestamp) {
        let actor = Actor {
            name: None,
            address: Some(address),
        };
        let name = known.map(|user| user.name);
        let detail = name.as_ref().map_or("unknown username", |_| "wrong password");
        let subject = name.unwrap_or_default();
        self.note(Entry::new(Event::SignInFailed, &actor, &subject).detail(detail), now)
            .await;
        if is_held {
            let entry = Entry::new(Event::SignInHeld, &actor, subject);
            self.note(entry.detail("too many failures: further ones must wait"), now)
                .await;
        }
    }
}
