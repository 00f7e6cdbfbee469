//! Whether a request that a cookie authorises comes from these pages, and not from another site that makes a browser send
//! it (CSRF).
//!
//! Browsers say so in `Sec-Fetch-Site` or, older ones and those that came without TLS, in `Origin`. What has neither shows
//! the session's own token in `X-CSRF-Token`, which no other site can know.

use rocket::Request;
use rocket::http::Status;

use crate::access;
use crate::http::answer::Refusal;
use crate::http::{App, links};

/// What a browser says of where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
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
pub fn check(app: &App, request: &Request<'_>, secret: &str) -> Result<(), Refusal> {
    let shown = request.headers().get_one("X-CSRF-Token");
    match site(app, request) {
        Site::Same => Ok(()),
        Site::Foreign | Site::Unsaid
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
pub fn check_sign_in(app: &App, request: &Request<'_>) -> Result<(), Refusal> {
    match site(app, request) {
        Site::Same | Site::Unsaid => Ok(()),
        Site::Other | Site::Foreign => Err(forged()),
    }
}

fn site(app: &App, request: &Request<'_>) -> Site {
    let mut site = Site::Unsaid;
    for said in request.headers().get("Sec-Fetch-Site") {
        match said {
            "same-origin" | "none" => site = Site::Same,
            "cross-site" | "same-site" => return Site::Other,
            _ => {}
        }
    }
    if site == Site::Same {
        return site;
    }
    let own = links::origin(request, app.port);
    let mut origins = request.headers().get("Origin");
    match origins.next() {
        None => Site::Unsaid,
        Some(origin) if origin.eq_ignore_ascii_case(&own) && origins.next().is_none() => Site::Same,
        Some(_) => Site::Foreign,
    }
}

fn forged() -> Refusal {
    Refusal::new(
        Status::Forbidden,
        "CSRF Failed: this request does not come from these pages.",
    )
}
