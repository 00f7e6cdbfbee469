//! The guard: every request for an endpoint passes it, with the rule that the endpoint's description names.
//!
//! [`admit`] refuses invalid credentials and forged requests, and holds the caller against the rule. The rules of tables
//! are decided by the handler of records, which knows the table.

pub mod cookie;
mod credential;
pub mod origin;

use jiff::Timestamp;
use rocket::Request;
use rocket::http::Method;

use super::app::App;
use super::response::ApiError;
use super::{caller, ingress};
use crate::access::{Caller, Credential, Rejection, Rule};

/// The caller of a request, if it may call what stands under `rule`.
///
/// # Errors
/// 401 for an invalid credential or none, 403 for a role that does not suffice and for a request that may be forged.
pub fn admit<'r>(app: &App, request: &'r Request<'_>, rule: Rule, now: Timestamp) -> Result<&'r Caller, ApiError> {
    if rule == Rule::Anyone {
        return Ok(caller::of(request));
    }
    let caller = caller::set(request, resolve(app, request, now)?);
    match rule {
        Rule::Anyone | Rule::AnyValid | Rule::ReadTable | Rule::WriteTable => Ok(caller),
        Rule::Jobs(_) | Rule::SignedIn | Rule::Admin => match app.rules.current().permits(rule, caller, "") {
            true => Ok(caller),
            false => Err(ApiError::lacking_role(caller)),
        },
    }
}

/// The caller, unless the credential is invalid or the request may be forged.
fn resolve(app: &App, request: &Request<'_>, now: Timestamp) -> Result<Caller, ApiError> {
    let client = ingress::client(request);
    let credential = match ingress::bears_credential(request) {
        true => credential::read(request, client)?,
        false => None,
    };
    let caller = app.access.caller(credential, now).map_err(|rejection| {
        let ends_cookie = rejection == Rejection::Ended;
        let error = ApiError::from(rejection);
        match ends_cookie {
            // The next request of the page is a stranger's, instead of being refused again.
            true => error.with_header("Set-Cookie", cookie::ended(client)),
            false => error,
        }
    })?;
    match credential {
        Some(Credential::Session(secret)) if is_unsafe(request.method()) => origin::check(app, request, secret)?,
        _ => {}
    }
    Ok(caller)
}

/// Whether a method may change something (RFC 9110, 9.2.1).
fn is_unsafe(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Head | Method::Options | Method::Trace)
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Database(error) => crate::records::Error::Database(error).into(),
            rejection => Self::bad_credential(rejection.to_string()),
        }
    }
}
