//! The only door to an engine.
//!
//! The rooms above say what they want as a [`Statement`] (SQL text and bound values) and get [`Row`]s back; they never
//! see which engine answers. Reading happens on the thread that asks ([`Database::read`]) or, when it may take long, on
//! a thread of its own ([`Database::read_long`]). Writing goes through the one writer of the process
//! ([`Database::write`]), which commits what several callers ask for together and answers after the commit.

mod error;
mod sqlite;
pub mod table_info;
mod value;

pub use error::{Constraint, Error};
pub use sqlite::{CancelFlag, Database, Options, ReadSlot, Row, Session, Synchronous, Versions, migrations};
pub use value::{Statement, Value, ValueRef};
