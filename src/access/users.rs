//! Accounts: listed, made, changed and removed.

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

use super::audit::{Actor, Entry, Event};
use super::{Access, Error, PAGE, Role, validation};
use crate::database::{self, CancelFlag, ReadSlot, Row, Session, Statement, Value};
use crate::fields::FieldErrors;

const COLUMNS: &str = "id, name, email, role, created_at, updated_at";

/// An account, without its password. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where its owner is written to.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// An account to be made.
#[derive(Clone)]
pub struct NewUser {
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// What it may do.
    pub role: Role,
    /// Where its owner is written to.
    pub email: Option<String>,
}

/// What is to be changed of an account; the rest stays.
#[derive(Clone, Default)]
pub struct UserChange {
    /// What it may do.
    pub role: Option<Role>,
    /// Where its owner is written to; empty for nowhere.
    pub email: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The session that goes on when a new password ends all others.
    pub kept_session: Option<i64>,
}

/// Whether an account may be changed or removed that is the last administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastAdmin {
    /// It stays: nobody else could manage accounts over HTTP.
    Stays,
    /// It may go: whoever asks can make another one.
    MayGo,
}

impl Access {
    /// Every account, by name, read in pages of [`PAGE`].
    ///
    /// # Errors
    /// The database's.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let mut users: Vec<User> = Vec::new();
        loop {
            let after = users.last().map(|last| last.name.clone());
            let page = self.users_page(after, PAGE).await?;
            let is_last = page.len() < PAGE;
            users.extend(page);
            if is_last {
                return Ok(users);
            }
        }
    }

    /// Accounts in the order of their names: at most `limit`, after the name `after`.
    ///
    /// # Errors
    /// The database's.
    pub async fn users_page(&self, after: Option<String>, limit: usize) -> Result<Vec<User>, Error> {
        let statement = Statement::new(
            format!("SELECT {COLUMNS} FROM _users WHERE name > ? ORDER BY name LIMIT ?"),
            [after.unwrap_or_default().into(), (limit as i64).into()],
        );
        let read = move |session: &Session<'_>| session.all(&statement, user);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }

    /// An account.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database's.
    pub fn user(&self, id: i64) -> Result<User, Error> {
        self.database.read(|session| by_id(session, id))
    }

    /// The account with this name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database's.
    pub fn user_named(&self, name: &str) -> Result<User, Error> {
        self.database
            .read(|session| by_name(session, name).map(|(user, _)| user))
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, the name of another account among it.
    pub async fn add_user(&self, new: NewUser, actor: &Actor, now: Timestamp) -> Result<User, Error> {
        let name: String = new.name.nfkc().collect();
        let mut errors = FieldErrors::default();
        validation::username(&name, &mut errors);
        validation::email(new.email.as_deref(), &mut errors);
        validation::password("password", &new.password, &name, &mut errors);
        if self.user_named(&name).is_ok() {
            errors.add("username", ALREADY);
        }
        errors.into_result()?;
        let hash = self.hashing.hash(&new.password).await?;
        let actor = actor.clone();
        self.change(now, move |session| {
            let inserted = session.execute(&Statement {
                sql: "INSERT INTO _users (name, email, role, password, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING"
                    .into(),
                values: vec![
                    name.as_str().into(),
                    email_value(new.email.as_deref()),
                    new.role.name().into(),
                    hash.as_str().into(),
                    now.as_millisecond().into(),
                    now.as_millisecond().into(),
                ],
            })?;
            if inserted == 0 {
                return Err(FieldErrors::one("username", ALREADY).into());
            }
            let (user, _) = by_name(session, &name)?;
            let entry = Entry::new(Event::UserAdded, &actor, &user.name).detail(format!("role {}", user.role));
            Ok((user, vec![entry]))
        })
        .await
    }

    /// Changes an account. A new password ends its sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Fields`]; [`Error::Conflict`] when the last administrator would be none.
    pub async fn change_user(
        &self,
        id: i64,
        change: UserChange,
        last_admin: LastAdmin,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<User, Error> {
        let before = self.user(id)?;
        let mut errors = FieldErrors::default();
        validation::email(change.email.as_deref(), &mut errors);
        if let Some(password) = &change.password {
            validation::password("password", password, &before.name, &mut errors);
        }
        errors.into_result()?;
        let hash = match &change.password {
            Some(password) => Some(self.hashing.hash(password).await?),
            None => None,
        };
        let actor = actor.clone();
        self.change(now, move |session| {
            let before = by_id(session, id)?;
            let mut entries = Vec::new();
            let role = change.role.unwrap_or(before.role);
            if role != before.role {
                keep_an_admin(session, &before, last_admin)?;
            }
            let email = change
                .email
                .as_deref()
                .or(before.email.as_deref())
                .filter(|email| !email.is_empty());
            if role != before.role || email != before.email.as_deref() {
                set(
                    session,
                    id,
                    "role = ?, email = ?",
                    vec![role.name().into(), email_value(email)],
                    now,
                )?;
                let detail = match role == before.role {
                    true => "email".to_owned(),
                    false => format!("role {} to {role}", before.role),
                };
                entries.push(Entry::new(Event::UserChanged, &actor, &before.name).detail(detail));
            }
            if let Some(hash) = &hash {
                set(session, id, "password = ?", vec![hash.as_str().into()], now)?;
                end_sessions(session, id, change.kept_session)?;
                entries.push(Entry::new(Event::PasswordChanged, &actor, &before.name));
            }
            Ok((by_id(session, id)?, entries))
        })
        .await
    }

    /// Changes the password of whoever asks. Its other sessions end.
    ///
    /// # Errors
    /// [`Error::Fields`] when the new one is not good enough.
    pub async fn change_own_password(
        &self,
        user: &User,
        new: &str,
        kept_session: Option<i64>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut errors = FieldErrors::default();
        validation::password("new_password", new, &user.name, &mut errors);
        errors.into_result()?;
        let change = UserChange {
            password: Some(new.to_owned()),
            kept_session,
            ..UserChange::default()
        };
        self.change_user(user.id, change, LastAdmin::Stays, actor, now).await?;
        Ok(())
    }

    /// Removes an account with its tokens and sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when it is the last administrator.
    pub async fn remove_user(
        &self,
        id: i64,
        last_admin: LastAdmin,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let actor = actor.clone();
        self.change(now, move |session| {
            let user = by_id(session, id)?;
            keep_an_admin(session, &user, last_admin)?;
            session.execute(&Statement {
                sql: "DELETE FROM _users WHERE id = ?".into(),
                values: vec![id.into()],
            })?;
            Ok(((), vec![Entry::new(Event::UserRemoved, &actor, &user.name)]))
        })
        .await
    }
}

const ALREADY: &str = "A user with that username already exists.";

pub(super) fn email_value(email: Option<&str>) -> Value {
    email.filter(|email| !email.is_empty()).map_or(Value::Null, Value::from)
}

/// Refuses to go on when `user` is the only administrator.
fn keep_an_admin(session: &Session<'_>, user: &User, last_admin: LastAdmin) -> Result<(), Error> {
    if user.role != Role::Admin || last_admin == LastAdmin::MayGo {
        return Ok(());
    }
    let others = session.first(
        &Statement {
            sql: "SELECT count(*) FROM _users WHERE role = 'admin' AND id <> ?".into(),
            values: vec![user.id.into()],
        },
        |row| Ok::<_, database::Error>(row.integer(0)),
    )?;
    match others {
        Some(1..) => Ok(()),
        _ => Err(Error::Conflict(
            "This is the last administrator: make another one first.".to_owned(),
        )),
    }
}

/// Sets columns of an account.
pub(super) fn set(
    session: &Session<'_>,
    id: i64,
    columns: &'static str,
    mut values: Vec<Value>,
    now: Timestamp,
) -> Result<(), database::Error> {
    values.extend([now.as_millisecond().into(), id.into()]);
    session.execute(&Statement {
        sql: format!("UPDATE _users SET {columns}, updated_at = ? WHERE id = ?").into(),
        values,
    })?;
    Ok(())
}

/// Ends the sessions of an account, but for one.
pub(super) fn end_sessions(session: &Session<'_>, user: i64, kept: Option<i64>) -> Result<usize, database::Error> {
    session.execute(&Statement {
        sql: "DELETE FROM _sessions WHERE user_id = ? AND id <> ?".into(),
        values: vec![user.into(), kept.unwrap_or(0).into()],
    })
}

/// An account with the hash of its password.
pub(super) fn by_name(session: &Session<'_>, name: &str) -> Result<(User, String), Error> {
    let name: String = name.nfkc().collect();
    let found = session.first(
        &Statement {
            sql: format!("SELECT {COLUMNS}, password FROM _users WHERE name = ?").into(),
            values: vec![name.as_str().into()],
        },
        |row| Ok::<_, Error>((user(row)?, row.text(6))),
    )?;
    found.ok_or(Error::NotFound)
}

/// Refuses to go on with an account that has been changed since its password was checked: the password may be another.
pub(super) fn is_as_it_was(session: &Session<'_>, user: &User) -> Result<(), Error> {
    match by_id(session, user.id) {
        Ok(now) if now.updated_at == user.updated_at => Ok(()),
        Ok(_) | Err(Error::NotFound) => Err(Error::WrongCredentials),
        Err(error) => Err(error),
    }
}

pub(super) fn by_id(session: &Session<'_>, id: i64) -> Result<User, Error> {
    let statement = Statement {
        sql: format!("SELECT {COLUMNS} FROM _users WHERE id = ?").into(),
        values: vec![id.into()],
    };
    session.first(&statement, user)?.ok_or(Error::NotFound)
}

fn user(row: &Row<'_, '_>) -> Result<User, Error> {
    Ok(User {
        id: row.integer(0),
        name: row.text(1),
        email: row.optional_text(2),
        role: Role::in_column(row, 3)?,
        created_at: row.integer(4),
        updated_at: row.integer(5),
    })
}
