//! Access to the database: the only module that knows an engine.
//!
//! Callers run a [`Statement`] (SQL text and bound values) and read [`Row`]s; values are logical, and how an engine keeps them
//! is its own business. Short reads run on the calling thread ([`Database::read`]), long ones on a thread of their own
//! ([`Database::read_long`]). Writes go through the one writer of the process ([`Database::write`]), which commits the work of
//! several callers together and answers after the commit. SQL text that one engine alone understands is in [`dialect`].

mod decimal;
mod error;
mod sqlite;
pub mod table_info;
mod value;

pub use decimal::Decimal;
pub use error::{Constraint, Error};
pub use sqlite::{CancelFlag, Database, Options, ReadSlot, Row, Session, Synchronous, Versions, dialect, migrations};
pub use value::{DecimalRef, Statement, TimestampRef, Value, ValueRef, ValueType};
