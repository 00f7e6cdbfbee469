//! Detects forms that pages of other sites make a browser send.
//!
//! A browser sends a form to any address without a CORS preflight, which only requests with other headers need (the Fetch
//! standard's CORS-safelisted headers). While the server has no accounts it requires no credential, so that any page that
//! one of its users opens could write through that user's browser.

use rocket::Request;
use rocket::http::Method;

/// Whether a request may be a form of another site's page. `host` is the host that it is addressed to.
pub(super) fn is_foreign(request: &Request<'_>, host: Option<&str>) -> bool {
    if request.method() != Method::Post || !could_be_form(request) {
        return false;
    }
    let headers = request.headers();
    match headers.get_one("Sec-Fetch-Site") {
        Some("same-origin" | "none") => false,
        Some(_) => true,
        // Browsers send `Sec-Fetch-Site` over TLS and to the local machine only; all send `Origin` with a form.
        None => headers
            .get("Origin")
            .any(|origin| origin.split_once("://").map(|(_, host)| host) != host),
    }
}

/// Whether a page can have this request sent without a CORS preflight.
fn could_be_form(request: &Request<'_>) -> bool {
    let headers = request.headers();
    if headers.contains("Authorization") || headers.contains("X-CSRF-Token") {
        return false;
    }
    let Some(kind) = headers.get_one("Content-Type") else {
        return true;
    };
    let kind = kind.split(';').next().unwrap_or("").trim();
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    forms.iter().any(|form| kind.eq_ignore_ascii_case(form))
}
