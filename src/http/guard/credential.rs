//! Reads the credential of a request: its `Authorization` header or, when it has none, the session's cookie.

use rocket::Request;

use super::cookie;
use crate::access::Credential;
use crate::http::ingress::Client;
use crate::http::response::ApiError;

/// The credential of a request, not yet verified.
///
/// # Errors
/// 401 for a header that cannot be read, or has another scheme than `Token` and `Bearer`: a client that sends a credential
/// must not be served as if it had none.
pub fn read<'r>(request: &'r Request<'_>, client: Client) -> Result<Option<Credential<'r>>, ApiError> {
    let mut headers = request.headers().get("Authorization");
    match (headers.next(), headers.next()) {
        (Some(header), None) => token(header).map(|token| Some(Credential::Token(token))),
        (Some(_), Some(_)) => Err(ApiError::bad_credential("There is more than one Authorization header.")),
        (None, _) => {
            let cookie = request.cookies().get(cookie::name(client));
            Ok(cookie.map(|cookie| Credential::Session(cookie.value())))
        }
    }
}

fn token(header: &str) -> Result<&str, ApiError> {
    let (scheme, token) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let is = |other: &str| scheme.eq_ignore_ascii_case(other);
    if !is("Token") && !is("Bearer") {
        return Err(ApiError::bad_credential(
            "Invalid Authorization header. Its scheme must be Token or Bearer.",
        ));
    }
    let token = token.trim();
    if token.is_empty() {
        return Err(ApiError::bad_credential(
            "Invalid token header. No credentials provided.",
        ));
    }
    if token.contains(char::is_whitespace) {
        return Err(ApiError::bad_credential(
            "Invalid token header. Token string should not contain spaces.",
        ));
    }
    Ok(token)
}
