//! Responses: JSON bodies, and the one shape of every error.

use std::borrow::Cow;
use std::io::Cursor;

use rocket::http::Status;
use rocket::{Request, Response};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::app::App;
use super::{caller, negotiation};
use crate::access::{AccessLevel, Caller};
use crate::database;
use crate::fields::{BodyError, FieldErrors};
use crate::records;

/// Seconds after which a client may try again what a busy or full database refused.
const RETRY_AFTER: u64 = 1;

/// The challenge of an answer 401 (RFC 6750, section 3).
const CHALLENGE: &str = "Bearer realm=\"socle\"";
/// The same to a client whose credential is not valid.
const CHALLENGE_INVALID: &str = "Bearer realm=\"socle\", error=\"invalid_token\"";

/// Accounts and tokens are never open: otherwise the first client to arrive could take the server over.
const NO_ADMINISTRATOR: &str = "There is no administrator yet. Make one where the server runs: \
    `socle user add NAME --role admin`, or ADMIN_LOGIN and ADMIN_PASSWORD.";

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The status.
    pub status: Status,
    /// The body: fields with their messages, a list of those, or `{"detail": …}`.
    pub body: Box<Json>,
    /// Further headers.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// What only `DEBUG` shows.
    pub inner: Option<String>,
}

impl ApiError {
    /// `{"detail": message}`.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Box::new(json!({ "detail": message.into() })),
            headers: Vec::new(),
            inner: None,
        }
    }

    /// The same with a further header.
    pub fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 404, in Django REST framework's words.
    pub fn not_found() -> Self {
        Self::new(Status::NotFound, "Not found.")
    }

    /// 405 with the methods that there are.
    pub fn method_not_allowed(method: &str, allow: String) -> Self {
        Self::new(Status::MethodNotAllowed, format!("Method \"{method}\" not allowed.")).with_header("Allow", allow)
    }

    /// 406, in Django REST framework's words.
    pub fn not_acceptable() -> Self {
        Self::new(Status::NotAcceptable, "Could not satisfy the request Accept header.")
    }

    /// 400 that no client receives: the client closed the connection while its answer was made.
    pub fn client_gone() -> Self {
        Self::new(Status::BadRequest, "The client has gone.")
    }

    /// 401 for a credential that is not valid (RFC 6750, section 3).
    pub fn bad_credential(message: impl Into<String>) -> Self {
        Self::new(Status::Unauthorized, message).with_header("WWW-Authenticate", CHALLENGE_INVALID)
    }

    /// 401 to a stranger, 403 to a caller whose role does not suffice, in Django REST framework's words.
    pub fn lacking_role(caller: &Caller) -> Self {
        if caller.role.is_some() {
            let message = "You do not have permission to perform this action.";
            return Self::new(Status::Forbidden, message);
        }
        let message = match caller.is_open {
            true => NO_ADMINISTRATOR,
            false => "Authentication credentials were not provided.",
        };
        Self::new(Status::Unauthorized, message).with_header("WWW-Authenticate", CHALLENGE)
    }

    /// 429, in Django REST framework's words.
    pub fn throttled(seconds: u64) -> Self {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let message = format!("Request was throttled. Expected available in {seconds} {unit}.");
        Self::new(Status::TooManyRequests, message).with_header("Retry-After", seconds.to_string())
    }

    /// 503 that may succeed after some seconds.
    pub fn unavailable(message: impl Into<String>, seconds: u64) -> Self {
        Self::new(Status::ServiceUnavailable, message).with_header("Retry-After", seconds.to_string())
    }

    /// 500. The reason is for the log.
    pub fn internal() -> Self {
        Self::new(
            Status::InternalServerError,
            "Something went wrong inside. The log says what.",
        )
    }

    /// The response: RFC 9457 for clients that name its media type, plain JSON for all others.
    pub fn respond(self, request: &Request<'_>) -> Response<'static> {
        let mut body = *self.body;
        if let (Some(inner), Some(object)) = (self.inner, body.as_object_mut())
            && may_show_inner(request)
        {
            object.insert("debug".into(), Json::from(inner));
        }
        let is_problem = negotiation::names(request.headers(), "application/problem+json");
        let media_type = if is_problem {
            "application/problem+json"
        } else {
            "application/json"
        };
        if is_problem {
            body = problem(self.status, body);
        }
        let mut response = of_bytes(self.status, media_type, body.to_string().into_bytes());
        for (name, value) in self.headers {
            response.set_raw_header(name, value);
        }
        response
    }
}

/// Whether `DEBUG` may show what the database reported. That may name anything there is, so where something is hidden from
/// the caller only the log has it.
fn may_show_inner(request: &Request<'_>) -> bool {
    let Some(app) = request.rocket().state::<App>().filter(|app| app.debug) else {
        return false;
    };
    !app.rules.current().hides_from(AccessLevel::from(caller::of(request)))
}

impl From<records::Error> for ApiError {
    fn from(error: records::Error) -> Self {
        match error {
            records::Error::Fields(errors) => Self::of_fields(&errors),
            records::Error::Rows(rows) => Self {
                body: Box::new(rows.iter().map(fields_json).collect()),
                ..Self::new(Status::BadRequest, "")
            },
            records::Error::Malformed(message) => Self::new(Status::BadRequest, message),
            records::Error::NotFound => Self::not_found(),
            records::Error::InvalidCursor => Self::new(Status::NotFound, error.to_string()),
            records::Error::Conflict(message) => Self::new(Status::Conflict, message),
            records::Error::Database(error) => Self::of_database(&error),
        }
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Malformed(message) => Self::new(Status::BadRequest, message),
            BodyError::Fields(errors) => Self::of_fields(&errors),
        }
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::of_fields(&errors)
    }
}

impl ApiError {
    fn of_fields(errors: &FieldErrors) -> Self {
        Self {
            body: Box::new(fields_json(errors)),
            ..Self::new(Status::BadRequest, "")
        }
    }

    fn of_database(error: &database::Error) -> Self {
        use database::Error as E;
        let message = match error {
            E::Busy => "The database is busy. Try again.",
            E::Full => "The disk is full: nothing was written. Reading still works.",
            E::ReadOnly => "The database cannot be written at the moment.",
            E::Closed => "The server is stopping.",
            E::Interrupted => "The request took too long and was stopped.",
            E::SchemaChanged(_) => "The tables are being changed. Try again.",
            E::Constraint(_) | E::Refused(_) => {
                tracing::debug!(%error, "refused by the database");
                return Self {
                    inner: Some(error.to_string()),
                    ..Self::new(Status::BadRequest, "The data breaks a rule of the table.")
                };
            }
            E::Corrupt(_) | E::Other(_) => {
                tracing::error!(%error, "the database failed");
                return Self {
                    inner: Some(error.to_string()),
                    ..Self::internal()
                };
            }
        };
        tracing::debug!(%error, "refused by the database");
        Self {
            inner: Some(error.to_string()),
            ..Self::unavailable(message, RETRY_AFTER)
        }
    }
}

fn fields_json(errors: &FieldErrors) -> Json {
    let fields: Map<String, Json> = errors
        .0
        .iter()
        .map(|(field, message)| (field.clone(), json!(message)))
        .collect();
    Json::Object(fields)
}

/// RFC 9457. Messages about fields stand under `errors`.
fn problem(status: Status, body: Json) -> Json {
    let mut problem = Map::new();
    problem.insert("type".into(), json!("about:blank"));
    problem.insert("title".into(), json!(status.reason_lossy()));
    problem.insert("status".into(), json!(status.code));
    match body {
        Json::Object(object) if object.get("detail").is_some_and(Json::is_string) => problem.extend(object),
        errors => {
            problem.insert("detail".into(), json!("The request is wrong: see errors."));
            problem.insert("errors".into(), errors);
        }
    }
    Json::Object(problem)
}

/// A response with a JSON body. Values that are no plain data, which none here are, would give an empty one.
pub fn json(status: Status, body: &impl Serialize) -> Response<'static> {
    of_bytes(status, "application/json", serde_json::to_vec(body).unwrap_or_default())
}

/// 204.
pub fn no_content() -> Response<'static> {
    let mut response = Response::new();
    response.set_status(Status::NoContent);
    response
}

/// The answer to OPTIONS.
pub fn options(allow: String, description: &Json) -> Response<'static> {
    let mut response = json(Status::Ok, description);
    response.set_raw_header("Allow", allow);
    response
}

/// A response with a whole body.
pub fn of_bytes(status: Status, media_type: &'static str, body: Vec<u8>) -> Response<'static> {
    let mut response = Response::new();
    response.set_status(status);
    response.set_raw_header("Content-Type", media_type);
    // Rocket hands the body on in chunks of this size: small bodies need no large buffer, large ones few turns.
    response.set_max_chunk_size(body.len().clamp(1, 64 * 1024));
    response.set_sized_body(body.len(), Cursor::new(body));
    response
}
