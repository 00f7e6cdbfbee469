//! Protection against cross-site request forgery (CSRF) for requests that a session's cookie authenticates.
//!
//! Browsers send `Sec-Fetch-Site` or, when they are old or use no TLS, only `Origin`. A request without these headers must
//! have the session's CSRF token in `X-CSRF-Token`, which pages of other sites cannot read.

use rocket::Request;
use rocket::http::Status;

use crate::access;
use crate::http::app::App;
use crate::http::links;
use crate::http::response::ApiError;

/// The site of the page that sent a request, by the browser's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FetchSite {
    /// The server's own origin, or none: the user opened the address.
    SameOrigin,
    /// Another origin by `Sec-Fetch-Site`. A CSRF token does not outweigh it.
    CrossSite,
    /// Another origin by `Origin` alone, which may be wrong behind a proxy. A CSRF token outweighs it.
    OtherOrigin,
    /// Not known: the request has neither header.
    Unknown,
}

/// Refuses a request of an unsafe method that a page of another site may have sent. `secret` is the session's.
///
/// # Errors
/// 403.
pub fn check(app: &App, request: &Request<'_>, secret: &str) -> Result<(), ApiError> {
    let token = request.headers().get_one("X-CSRF-Token");
    match site(app, request) {
        FetchSite::SameOrigin => Ok(()),
        FetchSite::OtherOrigin | FetchSite::Unknown
            if token.is_some_and(|token| access::is_same(token, &access::csrf_token(secret))) =>
        {
            Ok(())
        }
        _ => Err(forged()),
    }
}

/// Refuses a sign-in that a page of another site may have sent. Clients that send neither header are no browsers, and pass.
///
/// # Errors
/// 403.
pub fn check_sign_in(app: &App, request: &Request<'_>) -> Result<(), ApiError> {
    match site(app, request) {
        FetchSite::SameOrigin | FetchSite::Unknown => Ok(()),
        FetchSite::CrossSite | FetchSite::OtherOrigin => Err(forged()),
    }
}

fn site(app: &App, request: &Request<'_>) -> FetchSite {
    let mut site = FetchSite::Unknown;
    for value in request.headers().get("Sec-Fetch-Site") {
        match value {
            "same-origin" | "none" => site = FetchSite::SameOrigin,
            "cross-site" | "same-site" => return FetchSite::CrossSite,
            _ => {}
        }
    }
    if site == FetchSite::SameOrigin {
        return site;
    }
    let own = links::origin(request, app.port);
    let mut origins = request.headers().get("Origin");
    match origins.next() {
        None => FetchSite::Unknown,
        Some(origin) if origin.eq_ignore_ascii_case(&own) && origins.next().is_none() => FetchSite::SameOrigin,
        Some(_) => FetchSite::OtherOrigin,
    }
}

fn forged() -> ApiError {
    ApiError::new(
        Status::Forbidden,
        "CSRF Failed: this request does not come from these pages.",
    )
}
