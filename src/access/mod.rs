//! Who may do what. `http` asks it who a caller is; the rules of tables, jobs and accounts are kept here.

mod caller;
mod role;
pub mod rules;

pub use caller::Caller;
pub use role::Role;
pub use rules::{RuleBook, Rules};
