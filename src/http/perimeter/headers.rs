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
    let said = Said::of(response);
    let arrival = arrival(request);
    response.set_raw_header("X-Content-Type-Options", "nosniff");
    // Pages elsewhere may not load answers as images or scripts. What CORS allows is not touched by this.
    response.set_raw_header("Cross-Origin-Resource-Policy", "same-origin");
    response.set_raw_header("Referrer-Policy", "no-referrer");
    if !said.content_security_policy {
        response.set_raw_header("Content-Security-Policy", NO_PAGE);
    }
    if arrival.client.is_tls {
        response.set_raw_header("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    // The answer may depend on who asked.
    if arrival.bears_credential && !said.cache_control {
        response.set_raw_header("Cache-Control", "no-store");
    }
    if let Some(app) = request.rocket().state::<App>() {
        cors::dress(&app.perimeter.origins, request, response);
    }
}

/// What the maker of an answer has said.
#[derive(Default)]
struct Said {
    content_security_policy: bool,
    cache_control: bool,
}

impl Said {
    /// By one look at the few headers there are, which is cheaper than to ask for each by its name.
    fn of(response: &Response<'_>) -> Self {
        let mut said = Self::default();
        for header in response.headers().iter() {
            match header.name.len() {
                13 => said.cache_control |= header.name == "Cache-Control",
                23 => said.content_security_policy |= header.name == "Content-Security-Policy",
                _ => {}
            }
        }
        said
    }
}
