//! Authentication and authorization: accounts, passwords, tokens, sessions, the audit, and the policy of who may do what.
//!
//! `http` resolves the caller of a request with [`Access::caller`] and manages accounts with the other methods; `command` does
//! so beside a running server. All state is in the database, so that every process sees a change at once. Time and
//! randomness are passed in.

mod administrator;
pub mod audit;
mod caller;
mod callers;
mod error;
mod event;
pub mod expiry;
mod login_throttle;
mod password;
pub mod policy;
mod role;
mod secret;
mod sessions;
mod store;
mod tokens;
mod users;
mod validation;

use std::sync::atomic::{AtomicBool, Ordering};

pub use administrator::Administrator;
pub use caller::{AccountName, AuthMethod, Caller, Identity};
pub use callers::{Credential, Rejection};
pub use error::Error;
pub use event::{Actor, AuditEvent};
pub use policy::{AccessLevel, JobAction, Policy, PolicyStore, Rule};
pub use role::Role;
pub use secret::{Secret, csrf_token, is_same};
pub use store::tokens::{Token, TokenScope};
pub use store::users::User;
pub use users::{LastAdmin, NewUser, UserChange};

use jiff::SignedDuration;

use crate::clock::Rng;
use crate::database::{self, Database};

/// Accounts or tokens that one statement reads, at most.
const PAGE: usize = 1000;

/// Accounts, tokens and sessions, over one database.
pub struct Access {
    database: Database,
    rng: Rng,
    hashing: password::Hashing,
    throttle: login_throttle::LoginThrottle,
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
            throttle: login_throttle::LoginThrottle::new(),
            uses: callers::Uses::default(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Whether no account and no token has ever been created. A server that is closed stays so; this is cached once true.
    ///
    /// # Errors
    /// The database's.
    pub fn is_open(&self) -> Result<bool, database::Error> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let is_closed = self.database.read(store::is_closed)?;
        self.is_closed.store(is_closed, Ordering::Relaxed);
        Ok(!is_closed)
    }
}

/// A duration in milliseconds, the unit of the tables.
fn milliseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
