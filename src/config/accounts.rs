//! The subcommands for accounts and tokens.

/// The subcommands of `socle user`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum UserCommand {
    /// Create an account; its password is asked for, or read as one line from standard input
    Add {
        /// The name to sign in with
        name: String,
        /// What the account may do: viewer, worker, editor or admin
        #[arg(long, value_name = "ROLE")]
        role: String,
        /// The email address of its owner
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

/// The subcommands of `socle token`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum TokenCommand {
    /// Create a token and print it; it cannot be shown again
    Create {
        /// Its name, which identifies it in lists
        name: String,
        /// What it may do: viewer, worker, editor or admin
        #[arg(long, value_name = "ROLE")]
        role: String,
        /// When it expires: a duration from now such as 12h or 90d, or a time such as 2027-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List the tokens, including those of accounts
    List,
    /// Revoke a token; every process refuses it at once
    Revoke {
        /// Its name or, if several tokens have that name, its number
        name: String,
    },
}
