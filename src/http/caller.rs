//! The caller of a request, kept with the request.

use rocket::Request;

use crate::access::Caller;

/// Keeps the caller that the guard has resolved.
pub fn set<'r>(request: &'r Request<'_>, caller: Caller) -> &'r Caller {
    request.local_cache(|| caller)
}

/// The caller. Where the rule of the endpoint leaves credentials unread, it is always a stranger.
pub fn of<'r>(request: &'r Request<'_>) -> &'r Caller {
    request.local_cache(|| Caller::stranger(false))
}
