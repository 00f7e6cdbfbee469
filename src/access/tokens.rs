//! Tokens: create, list, revoke.
//!
//! A token is looked up in the database at each request, so that every process refuses a revoked one at once.

use jiff::{SignedDuration, Timestamp};

use super::audit::{Actor, EventKind, NewEvent};
use super::secret::{Secret, TOKEN_PREFIX};
use super::store::tokens::{self as store, TokenRow};
use super::users::{self, User};
use super::{Access, AccountName, AuthMethod, Caller, Error, PAGE, Role, validation};
use crate::database::{CancelFlag, ReadSlot, Session};
use crate::fields::FieldErrors;

/// The name of tokens that are created at sign-in without a name.
pub const SIGN_IN_NAME: &str = "sign-in";

/// Live tokens of an account, at most.
const MAX_LIVE: i64 = 100;
/// Live tokens of an account that are named [`SIGN_IN_NAME`]: programs sign in again and again, so the least recently used
/// ones are revoked.
const MAX_SIGN_IN: i64 = 50;
/// How long revoked and expired tokens stay in lists.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A token, without its secret. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its role: what it may do at most.
    pub role: Role,
    /// The account it belongs to; `None` for one that belongs to none.
    pub owner: Option<AccountName>,
    /// When it was created.
    pub created_at: i64,
    /// When it expires.
    pub expires_at: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

impl Token {
    /// Whether it is neither revoked nor expired.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now.as_millisecond())
    }
}

/// A token to be created, whose fields were checked.
#[derive(Debug, Clone)]
struct NewToken {
    name: String,
    role: Role,
    owner: Option<i64>,
    expires_at: Option<i64>,
    event: EventKind,
    subject: String,
    /// The account that has just shown its password for the token.
    signed_in: Option<User>,
}

/// Which tokens a list or a revocation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Every token.
    All,
    /// The tokens of an account.
    Account(i64),
    /// One token.
    Token(i64),
}

impl TokenScope {
    /// The tokens that a caller may see and revoke: those of its account, a token without an account only itself; with
    /// `all`, every token for an administrator.
    pub fn of(caller: &Caller, all: bool) -> Self {
        if all && caller.covers(Role::Admin) {
            return Self::All;
        }
        match (caller.account(), caller.who.as_ref().map(|who| &who.via)) {
            (Some(account), _) => Self::Account(account.id),
            (None, Some(AuthMethod::Token { id, .. })) => Self::Token(*id),
            // No token has the number 0.
            _ => Self::Token(0),
        }
    }
}

impl Access {
    /// Tokens, the latest first, read in pages of [`PAGE`]. Revoked and expired ones are included for 30 days.
    ///
    /// # Errors
    /// The database's.
    pub async fn tokens(&self, scope: TokenScope) -> Result<Vec<Token>, Error> {
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            let after = tokens.last().map(|last| last.id);
            let page = self.tokens_page(scope, after, PAGE).await?;
            let is_last = page.len() < PAGE;
            tokens.extend(page);
            if is_last {
                return Ok(tokens);
            }
        }
    }

    /// Tokens, the latest first: at most `limit`, after the one with the number `after`.
    ///
    /// # Errors
    /// The database's.
    pub async fn tokens_page(&self, scope: TokenScope, after: Option<i64>, limit: usize) -> Result<Vec<Token>, Error> {
        let before = after.unwrap_or(i64::MAX);
        let read = move |session: &Session<'_>| Ok(store::page(session, scope, before, limit)?);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }

    /// Live tokens with a name, of every account and of none, the latest first; at most [`PAGE`].
    ///
    /// # Errors
    /// The database's.
    pub fn live_tokens_named(&self, name: &str, now: Timestamp) -> Result<Vec<Token>, Error> {
        let now = now.as_millisecond();
        self.database
            .read(|session| Ok(store::live_by_name(session, name, now, PAGE)?))
    }

    /// The token with a number.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database's.
    pub fn token(&self, id: i64) -> Result<Token, Error> {
        self.database.read(|session| by_id(session, TokenScope::All, id))
    }

    /// Creates a token of the calling account, with at most the caller's role and no later expiry than the caller's own.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; [`Error::Denied`] to tokens without an account, unless their role
    /// is admin.
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: &str,
        role: Option<Role>,
        expires_at: Option<Timestamp>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(Token, Secret), Error> {
        let own = caller
            .role
            .ok_or(Error::Denied("Only a signed-in caller can create tokens."))?;
        if caller.account().is_none() && own != Role::Admin {
            return Err(Error::Denied(
                "This token belongs to no account: it cannot make others.",
            ));
        }
        let role = role.unwrap_or(own);
        let mut errors = FieldErrors::default();
        validation::token_name(name, &mut errors);
        if !own.covers(role) {
            let message = format!("Your own role is {own}: a token cannot have the role {role}.");
            errors.add("role", message);
        }
        // A token that expires must not be able to create one that outlives it.
        let limit = match caller.who.as_ref().map(|who| &who.via) {
            Some(AuthMethod::Token { expires_at, .. }) => *expires_at,
            _ => None,
        };
        let requested = expires_at.map(Timestamp::as_millisecond);
        if let (Some(limit), Some(requested)) = (limit, requested)
            && requested > limit
        {
            errors.add("expires", "A token cannot make one that outlives it.");
        }
        errors.into_result()?;
        let new = NewToken {
            name: name.to_owned(),
            role,
            owner: caller.account().map(|account| account.id),
            expires_at: requested.or(limit),
            event: EventKind::TokenCreated,
            subject: format!("token {name}"),
            signed_in: None,
        };
        self.insert_token(new, actor, now, |_| Ok(())).await
    }

    /// Creates a token of an account that has just shown its password.
    ///
    /// # Errors
    /// [`Error::Fields`] with what is wrong; [`Error::WrongCredentials`] when the account was changed meanwhile.
    pub async fn create_token_at_sign_in(
        &self,
        user: &User,
        name: Option<&str>,
        expires_at: Option<Timestamp>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Secret, Error> {
        let name = name.unwrap_or(SIGN_IN_NAME);
        let mut errors = FieldErrors::default();
        validation::token_name(name, &mut errors);
        errors.into_result()?;
        let new = NewToken {
            name: name.to_owned(),
            role: user.role,
            owner: Some(user.id),
            expires_at: expires_at.map(Timestamp::as_millisecond),
            event: EventKind::SignIn,
            subject: user.name.clone(),
            signed_in: Some(user.clone()),
        };
        let created = self.insert_token(new, actor, now, |_| Ok(())).await;
        created.map(|(_, secret)| secret)
    }

    /// Creates a token that belongs to no account, for the command line.
    ///
    /// # Errors
    /// [`Error::Fields`]; [`Error::Conflict`] when a live token without an account has the name.
    pub async fn create_token_without_account(
        &self,
        name: &str,
        role: Role,
        expires_at: Option<Timestamp>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(Token, Secret), Error> {
        let mut errors = FieldErrors::default();
        validation::token_name(name, &mut errors);
        errors.into_result()?;
        let new = NewToken {
            name: name.to_owned(),
            role,
            owner: None,
            expires_at: expires_at.map(Timestamp::as_millisecond),
            event: EventKind::TokenCreated,
            subject: format!("token {name}"),
            signed_in: None,
        };
        let name = name.to_owned();
        let is_free = move |session: &Session<'_>| {
            if !store::has_live_without_account(session, &name, now.as_millisecond())? {
                return Ok(());
            }
            Err(Error::Conflict(format!(
                "there is a token named \"{name}\" already: revoke it first, or take another name"
            )))
        };
        self.insert_token(new, actor, now, is_free).await
    }

    /// Revokes a token in a scope. One that is revoked already stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the scope has no such token.
    pub async fn revoke_token(&self, id: i64, scope: TokenScope, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(now, move |session| {
            let token = by_id(session, scope, id)?;
            if token.revoked_at.is_some() {
                return Ok(((), Vec::new()));
            }
            store::revoke(session, id, now.as_millisecond())?;
            let mut event = NewEvent::new(EventKind::TokenRevoked, &actor, format!("token {}", token.name));
            event.detail = token.owner.map(|owner| format!("of {}", owner.name));
            Ok(((), vec![event]))
        })
        .await
    }

    /// Writes a token once `check`, which runs in the same write, has passed. The cap on tokens holds because writes are
    /// serial.
    async fn insert_token(
        &self,
        new: NewToken,
        actor: &Actor,
        now: Timestamp,
        check: impl Fn(&Session<'_>) -> Result<(), Error> + Send + 'static,
    ) -> Result<(Token, Secret), Error> {
        let secret = Secret::new(TOKEN_PREFIX, self.rng)?;
        let (hash, actor) = (secret.digest(), actor.clone());
        let token = self
            .change(now, move |session| {
                let at = now.as_millisecond();
                if let Some(user) = &new.signed_in {
                    users::require_unchanged(session, user)?;
                }
                check(session)?;
                let oldest = now.checked_sub(RETENTION).unwrap_or(Timestamp::MIN);
                store::delete_ended(session, oldest.as_millisecond())?;
                if let Some(owner) = new.owner
                    && store::count_live(session, owner, at)? >= MAX_LIVE
                {
                    let message = format!("This account has {MAX_LIVE} tokens: revoke some of them first.");
                    return Err(FieldErrors::one("name", message).into());
                }
                let row = TokenRow {
                    name: &new.name,
                    role: new.role,
                    owner: new.owner,
                    expires_at: new.expires_at,
                };
                let id = store::insert(session, &row, &hash, at)?;
                if new.name == SIGN_IN_NAME {
                    store::revoke_least_used(session, new.owner, SIGN_IN_NAME, MAX_SIGN_IN, at)?;
                }
                let token = by_id(session, TokenScope::All, id)?;
                let detail = match new.event {
                    EventKind::SignIn => format!("token {}", new.name),
                    _ => format!("role {}", new.role),
                };
                let event = NewEvent::new(new.event, &actor, &new.subject).detail(detail);
                Ok((token, vec![event]))
            })
            .await?;
        Ok((token, secret))
    }
}

fn by_id(session: &Session<'_>, scope: TokenScope, id: i64) -> Result<Token, Error> {
    store::by_id(session, scope, id)?.ok_or(Error::NotFound)
}
