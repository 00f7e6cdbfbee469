//! The headers of every answer that tell browsers and caches what may be done with it.

use rocket::{Request, Response};

use super::{arrival, cors};
use crate::http::App;

/// Of answers that are no page: nothing in them may run or be framed, were a browser to show them. Pages have their own.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
/// A year of nothing but TLS, said to those who come by it.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// Adds to an answer what all answers have, and leaves what its maker has said.
pub fn dress<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    // Pages elsewhere may not load answers as images or scripts. What CORS allows is not touched by this.
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    add(response, "Content-Security-Policy", NO_PAGE);
    add(response, "Referrer-Policy", "no-referrer");
    if arrival(request).client.is_tls {
        response.set_raw_header("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    if bears_credential(request) {
        add(response, "Cache-Control", "no-store");
    }
    if let Some(app) = request.rocket().state::<App>() {
        cors::dress(&app.perimeter.origins, request, response);
    }
}

/// Whether the answer may depend on who asked.
fn bears_credential(request: &Request<'_>) -> bool {
    request.headers().contains("Authorization") || request.headers().contains("Cookie")
}

fn add(response: &mut Response<'_>, name: &'static str, value: &'static str) {
    if !response.headers().contains(name) {
        response.set_raw_header(name, value);
    }
}
