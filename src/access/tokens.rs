//! Tokens: made, listed, revoked.
//!
//! A token is looked up in the database at each request, so that one that is revoked is refused by every process at once.

use jiff::{SignedDuration, Timestamp};

use super::audit::{Actor, Entry, Event};
use super::secret::{Secret, TOKEN_PREFIX};
use super::users::{self, User};
use super::{Access, AccountName, AuthMethod, Caller, Error, PAGE, Role, validation};
use crate::database::{self, CancelFlag, ReadSlot, Row, Session, Statement, Value};
use crate::fields::FieldErrors;

/// The name of tokens that are given for a password without being named.
pub const OF_SIGN_IN: &str = "sign-in";

/// Tokens that an account may have at once.
const MOST: i64 = 100;
/// Of those given for a password without a name, the ones used last are kept; programs sign in again and again.
const MAX_OF_SIGN_IN: i64 = 50;
/// How long tokens that are revoked or expired stay in lists.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

const SELECT: &str = "SELECT t.id, t.name, t.role, t.user_id, u.name, t.created_at, t.expires_at, t.last_used_at, t.revoked_at \
     FROM _tokens t LEFT JOIN _users u ON u.id = t.user_id";
const IS_LIVE: &str = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)";

/// A token, without its secret. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it may do at most.
    pub role: Role,
    /// The account it belongs to; none for one made on the command line.
    pub owner: Option<AccountName>,
    /// When it was made.
    pub created_at: i64,
    /// When it ends by itself.
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

/// A token to be made.
#[derive(Debug, Clone)]
struct NewToken {
    name: String,
    role: Role,
    owner: Option<i64>,
    expires_at: Option<i64>,
    event: Event,
    subject: String,
    /// Who has just shown a password for it.
    signed_in: Option<User>,
}

/// Whose tokens are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Every token there is.
    Everyones,
    /// Those of an account.
    Users(i64),
    /// A single one: what a token that belongs to nobody may see.
    Itself(i64),
}

impl TokenScope {
    /// What a caller may see and revoke: its own or, for an administrator who asks for it, all.
    pub fn of(caller: &Caller, all: bool) -> Self {
        if all && caller.covers(Role::Admin) {
            return Self::Everyones;
        }
        match (caller.account(), caller.who.as_ref().map(|who| &who.via)) {
            (Some(account), _) => Self::Users(account.id),
            (None, Some(AuthMethod::Token { id, .. })) => Self::Itself(*id),
            _ => Self::Itself(0),
        }
    }

    fn condition(self) -> (&'static str, Vec<Value>) {
        match self {
            Self::Everyones => ("TRUE", Vec::new()),
            Self::Users(id) => ("t.user_id = ?", vec![id.into()]),
            Self::Itself(id) => ("t.id = ?", vec![id.into()]),
        }
    }
}

impl Access {
    /// Tokens, the latest first, read in pages of [`PAGE`]. Revoked and expired ones are among them for a month.
    ///
    /// # Errors
    /// The database's.
    pub async fn tokens(&self, whose: TokenScope) -> Result<Vec<Token>, Error> {
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            let before = tokens.last().map(|last| last.id);
            let page = self.tokens_page(whose, before, PAGE).await?;
            let is_last = page.len() < PAGE;
            tokens.extend(page);
            if is_last {
                return Ok(tokens);
            }
        }
    }

    /// Tokens, the latest first: at most `limit`, with numbers below `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn tokens_page(&self, whose: TokenScope, before: Option<i64>, limit: usize) -> Result<Vec<Token>, Error> {
        let (condition, mut values) = whose.condition();
        values.extend([before.unwrap_or(i64::MAX).into(), (limit as i64).into()]);
        let sql = format!("{SELECT} WHERE {condition} AND t.id < ? ORDER BY t.id DESC LIMIT ?");
        let statement = Statement::new(sql, values);
        let read = move |session: &Session<'_>| session.all(&statement, token);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }

    /// Makes a token for whoever asks, with at most the caller's own right.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong; [`Error::Denied`] to a token that belongs to nobody.
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: &str,
        role: Option<Role>,
        expires_at: Option<Timestamp>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(Token, Secret), Error> {
        let own = caller.role.ok_or(Error::Denied("Nobody makes no token."))?;
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
        // Else a token that ends soon could be made into one that does not.
        let limit = match caller.who.as_ref().map(|who| &who.via) {
            Some(AuthMethod::Token { expires_at, .. }) => *expires_at,
            _ => None,
        };
        let asked = expires_at.map(Timestamp::as_millisecond);
        if let (Some(limit), Some(asked)) = (limit, asked)
            && asked > limit
        {
            errors.add("expires", "A token cannot make one that outlives it.");
        }
        errors.into_result()?;
        let new = NewToken {
            name: name.to_owned(),
            role,
            owner: caller.account().map(|account| account.id),
            expires_at: asked.or(limit),
            event: Event::TokenCreated,
            subject: format!("token {name}"),
            signed_in: None,
        };
        self.insert_token(new, actor, now).await
    }

    /// Makes a token for an account that has just given its password.
    ///
    /// # Errors
    /// [`Error::Fields`] with what is wrong.
    pub async fn create_token_at_sign_in(
        &self,
        user: &User,
        name: Option<&str>,
        expires_at: Option<Timestamp>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Secret, Error> {
        let name = name.unwrap_or(OF_SIGN_IN);
        let mut errors = FieldErrors::default();
        validation::token_name(name, &mut errors);
        errors.into_result()?;
        let new = NewToken {
            name: name.to_owned(),
            role: user.role,
            owner: Some(user.id),
            expires_at: expires_at.map(Timestamp::as_millisecond),
            event: Event::SignIn,
            subject: user.name.clone(),
            signed_in: Some(user.clone()),
        };
        self.insert_token(new, actor, now).await.map(|(_, secret)| secret)
    }

    /// Makes a token that belongs to no account, as the command line does.
    ///
    /// # Errors
    /// [`Error::Fields`]; [`Error::Conflict`] when such a token of this name is live.
    pub async fn create_token_of_nobody(
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
        let namesake = self.tokens(TokenScope::Everyones).await?.into_iter();
        if namesake
            .into_iter()
            .any(|token| token.owner.is_none() && token.name == name && token.is_live(now))
        {
            return Err(Error::Conflict(format!(
                "there is a token named \"{name}\" already: revoke it first, or take another name"
            )));
        }
        let new = NewToken {
            name: name.to_owned(),
            role,
            owner: None,
            expires_at: expires_at.map(Timestamp::as_millisecond),
            event: Event::TokenCreated,
            subject: format!("token {name}"),
            signed_in: None,
        };
        self.insert_token(new, actor, now).await
    }

    /// Revokes a token. One that is revoked already stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none among those meant.
    pub async fn revoke_token(&self, id: i64, whose: TokenScope, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(now, move |session| {
            let (condition, mut values) = whose.condition();
            values.insert(0, id.into());
            let statement = Statement {
                sql: format!("{SELECT} WHERE t.id = ? AND {condition}").into(),
                values,
            };
            let token = session.first(&statement, token)?.ok_or(Error::NotFound)?;
            if token.revoked_at.is_some() {
                return Ok(((), Vec::new()));
            }
            session.execute(&Statement {
                sql: "UPDATE _tokens SET revoked_at = ? WHERE id = ?".into(),
                values: vec![now.as_millisecond().into(), id.into()],
            })?;
            let mut entry = Entry::new(Event::TokenRevoked, &actor, format!("token {}", token.name));
            entry.detail = token.owner.map(|owner| format!("of {}", owner.name));
            Ok(((), vec![entry]))
        })
        .await
    }

    async fn insert_token(&self, new: NewToken, actor: &Actor, now: Timestamp) -> Result<(Token, Secret), Error> {
        let secret = Secret::new(TOKEN_PREFIX, self.rng)?;
        let (digest, actor) = (secret.digest(), actor.clone());
        let token = self
            .change(now, move |session| {
                if let Some(user) = &new.signed_in {
                    users::is_as_it_was(session, user)?;
                }
                forget_old(session, now)?;
                let id = insert(session, &new, &digest, now)?;
                if new.name == OF_SIGN_IN {
                    revoke_unused(session, new.owner, now)?;
                }
                let statement = Statement {
                    sql: format!("{SELECT} WHERE t.id = ?").into(),
                    values: vec![id.into()],
                };
                let token = session.first(&statement, token)?.ok_or(Error::NotFound)?;
                let entry = Entry::new(new.event, &actor, &new.subject);
                let detail = match new.event {
                    Event::SignIn => format!("token {}", new.name),
                    _ => format!("role {}", new.role),
                };
                Ok((token, vec![entry.detail(detail)]))
            })
            .await?;
        Ok((token, secret))
    }
}

fn insert(session: &Session<'_>, new: &NewToken, digest: &[u8], now: Timestamp) -> Result<i64, Error> {
    let optional = |number: Option<i64>| number.map_or(Value::Null, Value::from);
    let live = session.first(
        &Statement {
            sql: format!("SELECT count(*) FROM _tokens WHERE user_id IS ? AND {IS_LIVE}").into(),
            values: vec![optional(new.owner), now.as_millisecond().into()],
        },
        |row| Ok::<_, database::Error>(row.integer(0)),
    )?;
    if new.owner.is_some() && live.unwrap_or_default() >= MOST {
        let message = format!("This account has {MOST} tokens: revoke some of them first.");
        return Err(FieldErrors::one("name", message).into());
    }
    let inserted = session.first(
        &Statement {
            sql: "INSERT INTO _tokens (hash, name, role, user_id, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) \
                  RETURNING id"
                .into(),
            values: vec![
                Value::Bytes(digest.to_vec()),
                new.name.as_str().into(),
                new.role.name().into(),
                optional(new.owner),
                now.as_millisecond().into(),
                optional(new.expires_at),
            ],
        },
        |row| Ok::<_, database::Error>(row.integer(0)),
    )?;
    inserted.ok_or(Error::NotFound)
}

/// Deletes tokens that ended so long ago that nobody asks for them.
fn forget_old(session: &Session<'_>, now: Timestamp) -> Result<(), database::Error> {
    let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN).as_millisecond();
    session.execute(&Statement {
        sql: "DELETE FROM _tokens WHERE revoked_at < ? OR expires_at < ?".into(),
        values: vec![before.into(), before.into()],
    })?;
    Ok(())
}

/// Revokes an account's unnamed tokens but for those that were used last.
fn revoke_unused(session: &Session<'_>, owner: Option<i64>, now: Timestamp) -> Result<(), database::Error> {
    session.execute(&Statement {
        sql: format!(
            "UPDATE _tokens SET revoked_at = ? WHERE id IN (SELECT id FROM _tokens WHERE user_id IS ? AND name = ? \
             AND {IS_LIVE} ORDER BY coalesce(last_used_at, created_at) DESC, id DESC LIMIT -1 OFFSET ?)"
        )
        .into(),
        values: vec![
            now.as_millisecond().into(),
            owner.map_or(Value::Null, Value::from),
            OF_SIGN_IN.into(),
            now.as_millisecond().into(),
            MAX_OF_SIGN_IN.into(),
        ],
    })?;
    Ok(())
}

fn token(row: &Row<'_, '_>) -> Result<Token, Error> {
    let owner = row.optional_integer(3).map(|id| AccountName { id, name: row.text(4) });
    Ok(Token {
        id: row.integer(0),
        name: row.text(1),
        role: Role::in_column(row, 2)?,
        owner,
        created_at: row.integer(5),
        expires_at: row.optional_integer(6),
        last_used_at: row.optional_integer(7),
        revoked_at: row.optional_integer(8),
    })
}
