//! The commands for accounts and tokens.

use super::values;
use crate::access::Role;

/// What `socle user` can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum UserCommand {
    /// Make an account; its password is asked for, or read as one line from standard input
    Add {
        /// The name to sign in with
        name: String,
        /// What the account may do: viewer, worker, editor or admin
        #[arg(long, value_name = "ROLE", value_parser = values::role)]
        role: Role,
        /// Where its owner is written to
        #[arg(long, value_name = "EMAIL")]
        email: Option<String>,
    },
    /// Change an account's password, asked for in the same way; its sessions end
    Passwd {
        /// The account
        name: String,
    },
    /// List the accounts
    List,
    /// Remove an account with its tokens and sessions
    Remove {
        /// The account
        name: String,
    },
}

/// What `socle token` can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, alone, this once
    Create {
        /// What it is for, to know it again
        name: String,
        /// What it may do: viewer, worker, editor or admin
        #[arg(long, value_name = "ROLE", value_parser = values::role)]
        role: Role,
        /// When it ends: a time from now such as 12h or 90d, or a moment such as 2027-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List the tokens, those of accounts among them
    List,
    /// Revoke a token; every process refuses it at once
    Revoke {
        /// Its name or, where several bear that, its number
        name: String,
    },
}
