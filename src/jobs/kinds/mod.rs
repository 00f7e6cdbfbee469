//! The built-in kinds, a file each.

mod uppercase;

use super::Handler;

/// Every built-in kind. The first is the default of jobs without a kind.
pub(super) static HANDLERS: [&dyn Handler; 1] = [&uppercase::Uppercase];
