//! Whether a request that a cookie authorises comes from these pages, and not from another site that makes a browser send
//! it (CSRF).
//!
//! Browsers say so in `Sec-Fetch-Site` or, older ones and those that came without TLS, in `Origin`. What has neither shows
//! the session's own token in `X-CSRF-Token`, which no other site can know.

use rocket::Request;
use rocket::http::Status;

use crate::access;
use crate::http::app::App;
use crate::http::links;
use crate::http::response::ApiError;

/// What a browser says of where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FetchSite {
    /// From here.
    Same,
    /// From elsewhere: there is nothing that could outweigh it.
    Other,
    /// From another origin, says a header that has been known to be wrong behind proxies.
    Foreign,
    /// Nothing.
    Unsaid,
}

/// Refuses an unsafe request that may be another site's.
///
/// # Errors
/// 403.
pub fn check(app: &App, request: &Request<'_>, secret: &str) -> Result<(), ApiError> {
    let shown = request.headers().get_one("X-CSRF-Token");
    match site(app, request) {
        FetchSite::Same => Ok(()),
        FetchSite::Foreign | FetchSite::Unsaid
            if shown.is_some_and(|shown| access::is_same(shown, &access::csrf_token(secret))) =>
        {
            Ok(())
        }
        _ => Err(forged()),
    }
}

/// Refuses to sign a browser in at another site's wish. Programs, which say nothing of sites, may sign in.
///
/// # Errors
/// 403.
pub fn check_sign_in(app: &App, request: &Request<'_>) -> Result<(), ApiError> {
    match site(app, request) {
        FetchSite::Same | FetchSite::Unsaid => Ok(()),
        FetchSite::Other | FetchSite::Foreign => Err(forged()),
    }
}

fn site(app: &App, request: &Request<'_>) -> FetchSite {
    let mut site = FetchSite::Unsaid;
    for message in request.headers().get("Sec-Fetch-Site") {
        match message {
            "same-origin" | "none" => site = FetchSite::Same,
            "cross-site" | "same-site" => return FetchSite::Other,
            _ => {}
        }
    }
    if site == FetchSite::Same {
        return site;
    }
    let own = links::origin(request, app.port);
    let mut origins = request.headers().get("Origin");
    match origins.next() {
        None => FetchSite::Unsaid,
        Some(origin) if origin.eq_ignore_ascii_case(&own) && origins.next().is_none() => FetchSite::Same,
        Some(_) => FetchSite::Foreign,
    }
}

fn forged() -> ApiError {
    ApiError::new(
        Status::Forbidden,
        "CSRF Failed: this request does not come from these pages.",
    )
}
