//! The headers of every response that tell browsers and caches what may be done with it.

use rocket::{Request, Response};

use super::ingress;

/// For responses that are no page: nothing in them may run or be framed if a browser shows them. Pages have a policy of
/// their own.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
/// HSTS for one year, sent over TLS only.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Adds the headers that every response has, and keeps those that its handler set.
pub fn apply<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    let present = Present::of(response);
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    // Other origins may not load answers as images or scripts. Requests that CORS allows are not affected.
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_raw_header("Referrer-Policy", "no-referrer");
    if !present.content_security_policy {
        response.set_raw_header("Content-Security-Policy", NO_PAGE);
    }
    if ingress::client(request).is_tls {
        response.set_raw_header("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    // The answer may depend on the caller.
    if ingress::bears_credential(request) && !present.cache_control {
        response.set_raw_header("Cache-Control", "no-store");
    }
    ingress::apply_cors_headers(request, response);
}

/// The headers that the handler of a response set.
#[derive(Default)]
struct Present {
    content_security_policy: bool,
    cache_control: bool,
}

impl Present {
    /// One pass over the few headers there are costs less than a lookup of each name.
    fn of(response: &Response<'_>) -> Self {
        let mut present = Self::default();
        for header in response.headers().iter() {
            match header.name.len() {
                13 => present.cache_control |= header.name == "Cache-Control",
                23 => present.content_security_policy |= header.name == "Content-Security-Policy",
                _ => {}
            }
        }
        present
    }
}
