//! The kinds that Socle does itself, one file each.

mod uppercase;

use super::Handler;

/// Every built-in kind. The first is the one that a job without a kind has.
pub(super) static HANDLERS: [&dyn Handler; 1] = [&uppercase::Uppercase];
