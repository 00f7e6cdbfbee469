//! Accounts: list, create, change, delete.

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization as _;

use super::audit::{Actor, EventKind, NewEvent};
use super::store::sessions;
use super::store::users::{self as store, UserRow};
use super::{Access, Error, PAGE, Role, validation};
use crate::database::{CancelFlag, ReadSlot, Session};
use crate::fields::FieldErrors;

/// What a name that another account has is answered with.
const NAME_TAKEN: &str = "A user with that username already exists.";

/// An account, without its password. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its email address.
    pub email: Option<String>,
    /// Its role.
    pub role: Role,
    /// When it was created.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// An account to be created.
#[derive(Clone)]
pub struct NewUser {
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// Its role.
    pub role: Role,
    /// Its email address.
    pub email: Option<String>,
}

/// A change of an account. Fields that are `None` stay as they are.
#[derive(Clone, Default)]
pub struct UserChange {
    /// Its role.
    pub role: Option<Role>,
    /// Its email address; an empty one removes it.
    pub email: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The session that goes on when a new password ends all others.
    pub kept_session: Option<i64>,
}

/// Whether the last administrator may be changed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastAdmin {
    /// It may not: no other account could manage accounts over HTTP.
    Stays,
    /// It may: the command line and the settings can create another.
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
        let after = after.unwrap_or_default();
        let read = move |session: &Session<'_>| Ok(store::page(session, &after, limit)?);
        self.database
            .read_long(ReadSlot::Page, CancelFlag::default(), read)
            .await
    }

    /// The account with a number.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database's.
    pub fn user(&self, id: i64) -> Result<User, Error> {
        self.database.read(|session| by_id(session, id))
    }

    /// The account with a name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database's.
    pub fn user_named(&self, name: &str) -> Result<User, Error> {
        self.database
            .read(|session| by_name(session, name).map(|(user, _)| user))
    }

    /// Creates an account.
    ///
    /// # Errors
    /// [`Error::Fields`] with everything that is wrong, a name that is taken included.
    pub async fn add_user(&self, new: NewUser, actor: &Actor, now: Timestamp) -> Result<User, Error> {
        let name = normalized(&new.name);
        let mut errors = FieldErrors::default();
        validation::username(&name, &mut errors);
        validation::email(new.email.as_deref(), &mut errors);
        validation::password("password", &new.password, &name, &mut errors);
        if self.user_named(&name).is_ok() {
            errors.add("username", NAME_TAKEN);
        }
        errors.into_result()?;
        let hash = self.hashing.hash(&new.password).await?;
        let actor = actor.clone();
        self.change(now, move |session| {
            let row = UserRow {
                name: &name,
                email: new.email.as_deref().filter(|email| !email.is_empty()),
                role: new.role,
                password: &hash,
            };
            // The first check spares a hash, this one decides: another process may have been faster.
            if !store::insert(session, &row, now.as_millisecond())? {
                return Err(FieldErrors::one("username", NAME_TAKEN).into());
            }
            let (user, _) = by_name(session, &name)?;
            let event = NewEvent::new(EventKind::UserAdded, &actor, &user.name).detail(format!("role {}", user.role));
            Ok((user, vec![event]))
        })
        .await
    }

    /// Changes an account. A new password ends its sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Fields`]; [`Error::Conflict`] when no administrator would be left.
    pub async fn change_user(
        &self,
        id: i64,
        change: UserChange,
        last_admin: LastAdmin,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<User, Error> {
        let known = self.user(id)?;
        let mut errors = FieldErrors::default();
        validation::email(change.email.as_deref(), &mut errors);
        if let Some(password) = &change.password {
            validation::password("password", password, &known.name, &mut errors);
        }
        errors.into_result()?;
        let hash = match &change.password {
            Some(password) => Some(self.hashing.hash(password).await?),
            None => None,
        };
        let actor = actor.clone();
        self.change(now, move |session| {
            let at = now.as_millisecond();
            let before = by_id(session, id)?;
            let mut events = Vec::new();
            let role = change.role.unwrap_or(before.role);
            if role != before.role {
                require_other_admin(session, &before, last_admin)?;
            }
            let email = change.email.as_deref().or(before.email.as_deref());
            let email = email.filter(|email| !email.is_empty());
            if role != before.role || email != before.email.as_deref() {
                store::set_role_and_email(session, id, role, email, at)?;
                let detail = match role == before.role {
                    true => "email".to_owned(),
                    false => format!("role {} to {role}", before.role),
                };
                events.push(NewEvent::new(EventKind::UserChanged, &actor, &before.name).detail(detail));
            }
            if let Some(hash) = &hash {
                store::set_password(session, id, hash, at)?;
                sessions::delete_of_user(session, id, change.kept_session)?;
                events.push(NewEvent::new(EventKind::PasswordChanged, &actor, &before.name));
            }
            Ok((by_id(session, id)?, events))
        })
        .await
    }

    /// Changes the password of the calling account, which has just shown the old one. Its other sessions end.
    ///
    /// # Errors
    /// [`Error::Fields`] when the new password breaks a rule.
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

    /// Deletes an account with its tokens and sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when no administrator would be left.
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
            require_other_admin(session, &user, last_admin)?;
            store::delete(session, id)?;
            Ok(((), vec![NewEvent::new(EventKind::UserRemoved, &actor, &user.name)]))
        })
        .await
    }
}

/// Refuses a write that would leave no administrator, unless the last one may go. Holds because writes are serial.
fn require_other_admin(session: &Session<'_>, user: &User, last_admin: LastAdmin) -> Result<(), Error> {
    let may_go = user.role != Role::Admin || last_admin == LastAdmin::MayGo;
    match may_go || store::has_other_admin(session, user.id)? {
        true => Ok(()),
        false => Err(Error::Conflict(
            "This is the last administrator: make another one first.".to_owned(),
        )),
    }
}

/// Refuses a write for an account that was changed after its password was checked: the password may be another. Holds
/// because writes are serial.
pub(super) fn require_unchanged(session: &Session<'_>, user: &User) -> Result<(), Error> {
    match store::by_id(session, user.id)? {
        Some(current) if current.updated_at == user.updated_at => Ok(()),
        _ => Err(Error::WrongCredentials),
    }
}

fn by_id(session: &Session<'_>, id: i64) -> Result<User, Error> {
    store::by_id(session, id)?.ok_or(Error::NotFound)
}

/// The account with a name, and the PHC string of its password.
pub(super) fn by_name(session: &Session<'_>, name: &str) -> Result<(User, String), Error> {
    store::by_name(session, &normalized(name))?.ok_or(Error::NotFound)
}

/// A username in the form in which it is stored and compared, Unicode's NFKC.
fn normalized(name: &str) -> String {
    name.nfkc().collect()
}
