//! All SQL on `_jobs`: named functions that run in the session of their caller.
//!
//! Every change of state is one statement that names the state it leaves, so that two processes never both succeed. The
//! statements are in the SQL that SQLite and PostgreSQL share; [`sqlite`] holds the few that are not.

pub(super) mod lease;
pub mod list;
pub(super) mod maintenance;
pub(super) mod queue;
pub(super) mod row;
mod sqlite;
pub(super) mod submission;
