//! The administrator that settings name: made or brought up to date at the start.

use jiff::Timestamp;

use super::audit::Actor;
use super::password::Verdict;
use super::users::{self, LastAdmin, NewUser, UserChange};
use super::{Access, Error, Role};

/// What the settings say.
#[derive(Clone)]
pub struct Administrator {
    /// `ADMIN_LOGIN`
    pub name: String,
    /// `ADMIN_PASSWORD`
    pub password: String,
    /// `ADMIN_EMAIL`; the account's own stays when there is none.
    pub email: Option<String>,
}

impl Access {
    /// Makes sure that there is this administrator. Writes nothing when all is as it should be.
    ///
    /// # Errors
    /// [`Error::Fields`] when the account has to be changed and a value is not allowed; the database's.
    pub async fn ensure_administrator(&self, wanted: Administrator, now: Timestamp) -> Result<(), Error> {
        let actor = Actor::settings();
        let known = self.database.read(|session| users::by_name(session, &wanted.name));
        let (user, hash) = match known {
            Ok(known) => known,
            Err(Error::NotFound) => {
                let new = NewUser {
                    name: wanted.name.clone(),
                    password: wanted.password.clone(),
                    role: Role::Admin,
                    email: wanted.email.clone(),
                };
                return match self.add_user(new, &actor, now).await {
                    // Another process that starts with the same settings was faster.
                    Err(Error::Fields(_)) if self.user_named(&wanted.name).is_ok() => Ok(()),
                    added => added.map(drop),
                };
            }
            Err(error) => return Err(error),
        };
        let is_same = self.hashing.check(&wanted.password, Some(hash)).await? != Verdict::Wrong;
        let email = wanted.email.filter(|email| Some(email) != user.email.as_ref());
        if is_same && email.is_none() && user.role == Role::Admin {
            return Ok(());
        }
        let change = UserChange {
            role: Some(Role::Admin),
            email,
            password: (!is_same).then_some(wanted.password),
            kept_session: None,
        };
        self.change_user(user.id, change, LastAdmin::MayGo, &actor, now)
            .await
            .map(drop)
    }
}
