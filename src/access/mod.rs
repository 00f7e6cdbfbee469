//! Who may do what: accounts, their passwords, tokens and sessions, and what happened to them.
//!
//! `http` asks [`Access::caller`] who sends a request and manages accounts through the other verbs; `command` does the same
//! beside a running server. The truth is in the database, so that every process sees a change at once. Time and randomness
//! are handed in.

mod administrator;
pub mod audit;
mod caller;
mod callers;
mod error;
pub mod expiry;
mod login_throttle;
mod password;
pub mod policy;
mod role;
mod secret;
mod sessions;
mod tokens;
mod users;
mod validation;

use std::sync::atomic::{AtomicBool, Ordering};

pub use administrator::Administrator;
pub use audit::Actor;
pub use caller::{AccountName, AuthMethod, Caller, Identity};
pub use callers::{Credential, Rejection};
pub use error::Error;
pub use policy::{AccessLevel, Policy, PolicyStore};
pub use role::Role;
pub use secret::{Secret, csrf_token, is_same};
pub use tokens::{Token, TokenScope};
pub use users::{LastAdmin, NewUser, User, UserChange};

use crate::clock::Rng;
use crate::database::{self, Database, Statement};

/// Accounts or tokens that one statement reads at most.
const PAGE: usize = 1000;

/// Accounts, tokens and sessions, over one database.
pub struct Access {
    database: Database,
    rng: Rng,
    hashing: password::Hashing,
    limits: login_throttle::LoginThrottle,
    uses: callers::Uses,
    is_closed: AtomicBool,
}

impl Access {
    /// The accounts in `database`; new secrets are made with `rng`.
    pub fn new(database: Database, rng: Rng) -> Self {
        Self {
            database,
            rng,
            hashing: password::Hashing::new(rng),
            limits: login_throttle::LoginThrottle::new(),
            uses: callers::Uses::default(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Whether no account and no token has ever been made. What is closed once stays closed, and is remembered.
    ///
    /// # Errors
    /// The database's.
    pub fn is_open(&self) -> Result<bool, database::Error> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let is_closed = self.database.read(|session| {
            session.first(&Statement::plain("SELECT EXISTS (SELECT 1 FROM _access)"), |row| {
                Ok::<_, database::Error>(row.boolean(0))
            })
        })?;
        let is_closed = is_closed == Some(true);
        self.is_closed.store(is_closed, Ordering::Relaxed);
        Ok(!is_closed)
    }
}
