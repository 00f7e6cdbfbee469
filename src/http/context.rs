//! What every handler gets: the request, its caller, the variables of its address and the time.

use jiff::Timestamp;
use rocket::http::Status;
use rocket::{Request, Response};

use super::app::App;
use super::ingress;
use super::negotiation;
use super::response::ApiError;
use crate::access::{Actor, Caller, Rule};
use crate::fields::{FieldErrors, message, urlencoded};

/// A request that the guard has admitted.
pub struct RequestContext<'a, 'r> {
    /// The shared state.
    pub app: &'a App,
    /// The request.
    pub request: &'a Request<'r>,
    /// Who sends it.
    pub caller: &'a Caller,
    /// The base of the endpoint's address, of those that the subject has.
    pub base: &'static str,
    /// The values of the variables in the address, percent-encoded.
    pub variables: [&'a str; 2],
    /// The time at which it was admitted.
    pub now: Timestamp,
}

impl<'a> RequestContext<'a, '_> {
    /// The query, without its question mark.
    pub fn query(&self) -> &'a str {
        self.request.uri().query().map_or("", |query| query.as_str())
    }

    /// The path, as the client sent it.
    pub fn path(&self) -> &'a str {
        self.request.uri().path().as_str()
    }

    /// Whether the caller may do what stands under a rule that is about no table.
    pub fn permits(&self, rule: Rule) -> bool {
        self.app.rules.current().permits(rule, self.caller, "")
    }

    /// The caller, for the audit.
    pub fn actor(&self) -> Actor {
        Actor {
            name: self.caller.name(),
            address: Some(ingress::client(self.request).address),
        }
    }

    /// The number in the address.
    ///
    /// # Errors
    /// 404 when it is no number.
    pub fn id(&self) -> Result<i64, ApiError> {
        let [id, _] = self.variables;
        id.parse().map_err(|_| ApiError::not_found())
    }

    /// Refuses every parameter.
    ///
    /// # Errors
    /// 400 with the first.
    pub fn no_parameters(&self) -> Result<(), ApiError> {
        let parameters =
            urlencoded::parse(self.query()).map_err(|message| ApiError::new(Status::BadRequest, message))?;
        match parameters.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(FieldErrors::one(name, message::unknown_parameter(&[])).into()),
        }
    }

    /// Refuses a client that does not accept JSON.
    ///
    /// # Errors
    /// 406.
    pub fn accepts_json(&self) -> Result<(), ApiError> {
        match negotiation::accepts_json(self.request.headers()) {
            true => Ok(()),
            false => Err(ApiError::not_acceptable()),
        }
    }

    /// Tells caches when other callers may get another answer. While everyone may do everything, none do.
    pub fn add_vary(&self, response: &mut Response<'_>) {
        if !self.caller.is_open || self.app.rules.current().tells_readers_apart() {
            response.adjoin_raw_header("Vary", "Authorization, Cookie");
        }
    }
}
