//! The headers of every answer that tell browsers and caches what may be done with it.

use rocket::{Request, Response};

use super::{cors, request_info};
use crate::http::App;

/// Of answers that are no page: nothing in them may run or be framed, were a browser to show them. Pages have their own.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
/// A year of nothing but TLS, said to those who come by it.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Adds to an answer what all answers have, and leaves what its maker has said.
pub fn apply_headers<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    let present = ResponseHeaders::of(response);
    let request_info = request_info(request);
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    // Pages elsewhere may not load answers as images or scripts. What CORS allows is not touched by this.
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_raw_header("Referrer-Policy", "no-referrer");
    if !present.content_security_policy {
        response.set_raw_header("Content-Security-Policy", NO_PAGE);
    }
    if request_info.client.is_tls {
        response.set_raw_header("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    // The answer may depend on who asked.
    if request_info.bears_credential && !present.cache_control {
        response.set_raw_header("Cache-Control", "no-store");
    }
    if let Some(app) = request.rocket().state::<App>() {
        cors::dress(&app.ingress.origins, request, response);
    }
}

/// What the maker of an answer has said.
#[derive(Default)]
struct ResponseHeaders {
    content_security_policy: bool,
    cache_control: bool,
}

impl ResponseHeaders {
    /// By one look at the few headers there are, which is cheaper than to ask for each by its name.
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
