//! Answers: JSON bodies, and every error's one shape.

use std::io::Cursor;

use rocket::http::Status;
use rocket::{Request, Response};
use serde_json::{Map, Value as Json, json};

use super::{App, guard, negotiation};
use crate::access::{AccessLevel, Caller};
use crate::database;
use crate::fields::{BodyError, FieldErrors};
use crate::records;

/// Seconds after which a client may try again what a busy or full database refused.
const RETRY_AFTER: &str = "1";

/// How a stranger may show who it is.
const CHALLENGE: &str = "Bearer realm=\"socle\"";

/// Accounts and tokens are never open: else whoever comes first could take the server over.
const NO_ADMINISTRATOR: &str = "There is no administrator yet. Make one where the server runs: \
    `socle user add NAME --role admin`, or ADMIN_LOGIN and ADMIN_PASSWORD.";

/// An answer that says no.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The status.
    pub status: Status,
    /// What is wrong, as JSON: fields with their complaints, a list of those, or `{"detail": …}`.
    pub body: Box<Json>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
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

    /// 404, in Django REST framework's words.
    pub fn not_found() -> Self {
        Self::new(Status::NotFound, "Not found.")
    }

    /// 405 with what is allowed instead.
    pub fn not_allowed(method: &str, allow: &str) -> Self {
        let mut refusal = Self::new(Status::MethodNotAllowed, format!("Method \"{method}\" not allowed."));
        refusal.headers.push(("Allow", allow.to_owned()));
        refusal
    }

    /// 401 for a credential that is not taken (RFC 6750, section 3).
    pub fn bad_credential(message: impl Into<String>) -> Self {
        let mut refusal = Self::new(Status::Unauthorized, message);
        let challenge = format!("{CHALLENGE}, error=\"invalid_token\"");
        refusal.headers.push(("WWW-Authenticate", challenge));
        refusal
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
        let mut refusal = Self::new(Status::Unauthorized, message);
        refusal.headers.push(("WWW-Authenticate", CHALLENGE.to_owned()));
        refusal
    }

    /// As a response: RFC 9457 for clients that name it, plain JSON for all others.
    pub fn respond(self, request: &Request<'_>) -> Response<'static> {
        let debug = request
            .rocket()
            .state::<App>()
            .is_some_and(|app| may_show_inner(app, request));
        let mut body = *self.body;
        if let (true, Some(inner), Some(object)) = (debug, self.inner, body.as_object_mut()) {
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
        let (status, message) = match error {
            E::Busy => (Status::ServiceUnavailable, "The database is busy. Try again."),
            E::Full => (
                Status::ServiceUnavailable,
                "The disk is full: nothing was written. Reading still works.",
            ),
            E::ReadOnly => (
                Status::ServiceUnavailable,
                "The database cannot be written at the moment.",
            ),
            E::Closed => (Status::ServiceUnavailable, "The server is stopping."),
            E::Interrupted => (Status::ServiceUnavailable, "The request took too long and was stopped."),
            E::Constraint(_) | E::Refused(_) => (Status::BadRequest, "The data breaks a rule of the table."),
            E::SchemaChanged(_) => (Status::ServiceUnavailable, "The tables are being changed. Try again."),
            E::Corrupt(_) | E::Other(_) => (
                Status::InternalServerError,
                "Something went wrong inside. The log says what.",
            ),
        };
        if status == Status::InternalServerError {
            tracing::error!(%error, "the database failed");
        } else {
            tracing::debug!(%error, "refused by the database");
        }
        let mut refusal = Self::new(status, message);
        refusal.inner = Some(error.to_string());
        if status == Status::ServiceUnavailable {
            refusal.headers.push(("Retry-After", RETRY_AFTER.into()));
        }
        refusal
    }
}

/// Whether `DEBUG` may show what the database said. It may name anything there is, so where something is hidden from the
/// caller only the log has it.
fn may_show_inner(app: &App, request: &Request<'_>) -> bool {
    app.debug
        && !app
            .rules
            .current()
            .hides_from(AccessLevel::from(guard::caller(request)))
}

fn fields_json(errors: &FieldErrors) -> Json {
    let fields: Map<String, Json> = errors
        .0
        .iter()
        .map(|(field, message)| (field.clone(), json!(message)))
        .collect();
    Json::Object(fields)
}

/// RFC 9457: what belongs to fields goes under `errors`.
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

/// 200 with a JSON document.
pub fn of_json(body: &Json) -> Response<'static> {
    of_bytes(Status::Ok, "application/json", body.to_string().into_bytes())
}

/// A whole body.
pub fn of_bytes(status: Status, media_type: &'static str, body: Vec<u8>) -> Response<'static> {
    let mut response = Response::new();
    response.set_status(status);
    response.set_raw_header("Content-Type", media_type);
    // Rocket hands the body on in chunks of this size; small ones spare it a large buffer, large ones many turns.
    response.set_max_chunk_size(body.len().clamp(1, 64 * 1024));
    response.set_sized_body(body.len(), Cursor::new(body));
    response
}
