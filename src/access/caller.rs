//! Who sends a request, and with what right.

use super::Role;

/// The sender of a request, as far as it has shown who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account's or token's role; none for a stranger.
    pub role: Option<Role>,
    /// Whether no account and no token has ever been made: then strangers may write where no rule says otherwise.
    pub is_open: bool,
}

impl Caller {
    /// One who has shown nothing.
    pub const fn stranger(is_open: bool) -> Self {
        Self { role: None, is_open }
    }
}
