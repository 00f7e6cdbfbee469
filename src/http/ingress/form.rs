//! Forms that pages of other sites make a browser send.
//!
//! A browser sends a form to wherever a page says, and asks nobody: not even CORS, which keeps only other kinds of requests
//! back (the Fetch standard's CORS-safelisted headers). Whoever opens such a page can reach the server, and so would the
//! page; while the server is open to all who reach it, no credential would be missed.

use rocket::Request;
use rocket::http::Method;

/// Whether this may be a form of another site's page. `host` is what the request is addressed to.
pub(super) fn is_foreign(request: &Request<'_>, host: Option<&str>) -> bool {
    if request.method() != Method::Post || !could_be_form(request) {
        return false;
    }
    let headers = request.headers();
    match headers.get_one("Sec-Fetch-Site") {
        Some("same-origin" | "none") => false,
        Some(_) => true,
        // Browsers say it to TLS and to this machine only; the origin they all say.
        None => headers
            .get("Origin")
            .any(|origin| origin.split_once("://").map(|(_, host)| host) != host),
    }
}

/// Whether a page could have this sent without a question: by its headers it is no more than a form.
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
