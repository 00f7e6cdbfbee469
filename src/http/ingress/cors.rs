//! CORS (the Fetch standard): which pages of other origins may use the API from a browser.
//!
//! They send tokens, never cookies: no response has `Access-Control-Allow-Credentials`.

use rocket::http::Method;
use rocket::{Request, Response};

use crate::config::CorsOrigins;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer";
const RESPONSE_HEADERS: &str = "ETag, Link, Location, Retry-After, X-Request-Id, X-Total-Count";
/// Seconds for which browsers cache the answer to a preflight; none caches it longer.
const MAX_AGE: &str = "7200";

/// Whether a request is a CORS preflight.
pub(super) fn is_preflight(request: &Request<'_>) -> bool {
    request.method() == Method::Options
        && request.headers().contains("Origin")
        && request.headers().contains("Access-Control-Request-Method")
}

/// The value of `Access-Control-Allow-Origin`, from the settings and never from the request; `None` when the origin is not
/// allowed.
pub(super) fn allowed<'a>(origins: &'a CorsOrigins, request: &Request<'_>) -> Option<&'a str> {
    match origins {
        CorsOrigins::None => None,
        CorsOrigins::Any => Some("*"),
        CorsOrigins::Only(origins) => {
            let origin = request.headers().get_one("Origin")?;
            origins.iter().find(|known| *known == origin).map(String::as_str)
        }
    }
}

/// Adds the headers of the answer to a preflight.
pub fn apply_preflight_headers(response: &mut Response<'_>) {
    response.set_raw_header("Access-Control-Allow-Methods", METHODS);
    response.set_raw_header("Access-Control-Allow-Headers", REQUEST_HEADERS);
    response.set_raw_header("Access-Control-Max-Age", MAX_AGE);
}

/// Adds the headers that tell a browser whether the page that sent the request may read the response.
pub(super) fn apply_headers<'r>(origins: &'r CorsOrigins, request: &Request<'_>, response: &mut Response<'r>) {
    if matches!(origins, CorsOrigins::None) {
        return;
    }
    if matches!(origins, CorsOrigins::Only(_)) {
        // Also for origins that are not allowed, or a cache would give them the answer to an allowed one.
        response.adjoin_raw_header("Vary", "Origin");
    }
    if let Some(origin) = allowed(origins, request) {
        response.set_raw_header("Access-Control-Allow-Origin", origin);
        response.set_raw_header("Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
}
