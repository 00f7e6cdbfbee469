//! The administrator account that the settings name: created or updated at the start.

use jiff::Timestamp;

use super::audit::Actor;
use super::password::Verdict;
use super::users::{self, LastAdmin, NewUser, UserChange};
use super::{Access, Error, Role};

/// The account that the settings name.
#[derive(Clone)]
pub struct Administrator {
    /// `ADMIN_LOGIN`
    pub name: String,
    /// `ADMIN_PASSWORD`
    pub password: String,
    /// `ADMIN_EMAIL`; without it the account keeps the address it has.
    pub email: Option<String>,
}

impl Access {
    /// Creates the account or makes it what the settings say. Writes nothing when it is so already.
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
                    // Another process with the same settings has created it first.
                    Err(Error::Fields(_)) if self.user_named(&wanted.name).is_ok() => Ok(()),
                    added => added.map(drop),
                };
            }
            Err(error) => return Err(error),
        };
        let is_right = self.hashing.check(&wanted.password, Some(hash)).await? != Verdict::Wrong;
        let email = wanted.email.filter(|email| Some(email) != user.email.as_ref());
        if is_right && email.is_none() && user.role == Role::Admin {
            return Ok(());
        }
        let change = UserChange {
            role: Some(Role::Admin),
            email,
            password: (!is_right).then_some(wanted.password),
            kept_session: None,
        };
        self.change_user(user.id, change, LastAdmin::MayGo, &actor, now)
            .await
            .map(drop)
    }
}
