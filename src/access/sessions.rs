//! Signing in with a password, and the sessions that browsers get for it.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::audit::{Actor, EventKind, NewEvent};
use super::password::{self, Verdict};
use super::secret::{Secret, digest};
use super::store::{sessions as store, users as user_store};
use super::users::{self, User};
use super::{Access, Error, milliseconds, validation};
use crate::database::{self, Session};

/// A session ends when it was not used for this long, to the minute.
pub(super) const IDLE_TIMEOUT: SignedDuration = SignedDuration::from_hours(12);
/// A session ends this long after signing in, however much it is used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Sessions of an account at once; beyond them the oldest ends.
const MAX_SESSIONS: i64 = 50;

impl Access {
    /// The account that a name and a password belong to.
    ///
    /// An unknown name takes as long as a wrong password, and the error is the same.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`]; [`Error::TooManyAttempts`] before anything is checked; [`Error::Crowded`].
    pub async fn sign_in(&self, name: &str, password: &str, address: IpAddr, now: Timestamp) -> Result<User, Error> {
        let attempt = self
            .throttle
            .begin(name, address, now)
            .map_err(Error::TooManyAttempts)?;
        // Text that no account can have is not hashed: its length would cost time.
        let is_too_long = name.chars().nth(validation::LONGEST_USERNAME).is_some() || password::is_too_long(password);
        let (name, password) = if is_too_long { ("", "") } else { (name, password) };
        let (known, verdict) = match self.verify(name, password).await {
            Ok(verified) => verified,
            Err(error) => {
                attempt.cancel();
                return Err(error);
            }
        };
        match known {
            Some((user, hash)) if verdict != Verdict::Wrong => {
                attempt.succeeded();
                if verdict == Verdict::NeedsRehash {
                    self.rehash(user.id, hash, password).await?;
                }
                Ok(user)
            }
            known => {
                let is_throttled = attempt.failed();
                self.record_failure(known.map(|(user, _)| user), address, is_throttled, now)
                    .await;
                Err(Error::WrongCredentials)
            }
        }
    }

    /// Opens a session and returns the secret of its cookie. The session of the `previous` cookie, whichever account's it was,
    /// ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_session(
        &self,
        user: &User,
        previous: Option<&str>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Secret, Error> {
        let secret = Secret::new("", self.rng)?;
        let (hash, previous) = (secret.digest(), previous.map(digest));
        let (user, actor) = (user.clone(), actor.clone());
        self.change(now, move |session| {
            users::require_unchanged(session, &user)?;
            let at = now.as_millisecond();
            let ends_at = now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX).as_millisecond();
            if let Some(previous) = &previous {
                store::delete_by_hash(session, previous)?;
            }
            store::delete_ended(session, at, at - milliseconds(IDLE_TIMEOUT))?;
            store::insert(session, &hash, user.id, ends_at, at)?;
            store::delete_oldest(session, user.id, MAX_SESSIONS)?;
            let event = NewEvent::new(EventKind::SignIn, &actor, &user.name).detail("session");
            Ok(((), vec![event]))
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
            store::delete(session, id)?;
            let subject = actor.name.clone().unwrap_or_default();
            Ok(((), vec![NewEvent::new(EventKind::SignOut, &actor, subject)]))
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
            let ended = store::delete_of_user(session, user, None)?;
            let subject = actor.name.clone().unwrap_or_default();
            let event = NewEvent::new(EventKind::SignOutEverywhere, &actor, subject);
            Ok(((), vec![event.detail(format!("{ended} sessions"))]))
        })
        .await
    }

    /// The account with a name and the hash of its password, and whether the password is right.
    async fn verify(&self, name: &str, password: &str) -> Result<(Option<(User, String)>, Verdict), Error> {
        let known = self.database.read(|session| match users::by_name(session, name) {
            Err(Error::NotFound) => Ok(None),
            found => found.map(Some),
        })?;
        let hash = known.as_ref().map(|(_, hash)| hash.clone());
        let verdict = self.hashing.check(password, hash).await?;
        Ok((known, verdict))
    }

    /// Replaces a hash that was made with outdated parameters, unless the password was changed meanwhile.
    async fn rehash(&self, id: i64, old: String, password: &str) -> Result<(), Error> {
        let new = self.hashing.hash(password).await?;
        let replace = move |session: &Session<'_>| user_store::replace_hash(session, id, &old, &new);
        self.database.write::<_, database::Error>(replace).await?;
        Ok(())
    }

    /// Records a failed sign-in. A name that no account has is not recorded: people type passwords into the wrong field.
    async fn record_failure(&self, known: Option<User>, address: IpAddr, is_throttled: bool, now: Timestamp) {
        let actor = Actor {
            name: None,
            address: Some(address),
        };
        let name = known.map(|user| user.name);
        let detail = name.as_ref().map_or("unknown username", |_| "wrong password");
        let subject = name.unwrap_or_default();
        let event = NewEvent::new(EventKind::SignInFailed, &actor, &subject);
        self.record(event.detail(detail), now).await;
        if is_throttled {
            let event = NewEvent::new(EventKind::SignInHeld, &actor, subject);
            self.record(event.detail("too many failures: further ones must wait"), now)
                .await;
        }
    }
}
