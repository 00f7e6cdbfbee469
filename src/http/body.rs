//! Bodies, received within limits of size and time.

use std::time::Duration;

use rocket::http::Status;
use rocket::{Data, Request};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use super::App;
use super::response::ApiError;
use crate::fields::Body;

/// How long a body may take to arrive, and how long nothing of it may come.
const ARRIVAL: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(15);
/// Bodies up to this size are simply taken.
const SMALL: usize = 64 * 1024;
/// Larger bodies at once; the rest wait, within their time.
const LARGE_AT_ONCE: usize = 16;

/// Room for large bodies.
pub struct Bodies(Semaphore);

impl Bodies {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(LARGE_AT_ONCE))
    }
}

/// What a body's Content-Type says it is.
enum Kind<'r> {
    Json,
    Form,
    Multipart(&'r str),
}

/// The body of a request that writes rows.
///
/// # Errors
/// 415, 413, 408, or 400 when it cannot be read.
pub async fn body(app: &App, request: &Request<'_>, data: Data<'_>) -> Result<Body, ApiError> {
    let kind = kind(request)?;
    let bytes = match tokio::time::timeout(ARRIVAL, bytes(app, request, data)).await {
        Ok(bytes) => bytes?,
        Err(_) => return Err(too_slow()),
    };
    match kind {
        Kind::Json => Ok(Body::Json(bytes)),
        Kind::Form => Ok(Body::Form(bytes)),
        Kind::Multipart(boundary) => Ok(Body::multipart(bytes, boundary).await?),
    }
}

fn kind<'r>(request: &'r Request<'_>) -> Result<Kind<'r>, ApiError> {
    let Some(given) = request.headers().get_one("Content-Type") else {
        return Ok(Kind::Json);
    };
    let (media_type, parameters) = given.split_once(';').unwrap_or((given, ""));
    let is = |other: &str| media_type.trim().eq_ignore_ascii_case(other);
    if is("application/json") {
        return Ok(Kind::Json);
    }
    if is("application/x-www-form-urlencoded") {
        return Ok(Kind::Form);
    }
    if is("multipart/form-data") {
        let boundary = parameters.split(';').filter_map(|part| part.trim().split_once('='));
        let boundary = boundary
            .into_iter()
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
        let boundary = boundary
            .map(|(_, boundary)| boundary.trim().trim_matches('"'))
            .filter(|b| !b.is_empty());
        let none = || {
            ApiError::new(
                Status::BadRequest,
                "Multipart form parse error - Invalid boundary in multipart",
            )
        };
        return boundary.map(Kind::Multipart).ok_or_else(none);
    }
    let message = format!("Unsupported media type \"{}\" in request.", media_type.trim());
    Err(ApiError::new(Status::UnsupportedMediaType, message))
}

async fn bytes(app: &App, request: &Request<'_>, data: Data<'_>) -> Result<Vec<u8>, ApiError> {
    let announced = request
        .headers()
        .get_one("Content-Length")
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > app.max_body) {
        return Err(too_large(app));
    }
    let announced = usize::try_from(announced.unwrap_or(0)).unwrap_or(usize::MAX);
    let mut stream = data.open(rocket::data::ByteUnit::from(app.max_body.saturating_add(1)));
    let mut bytes = Vec::with_capacity(announced.min(SMALL) + 1);
    let mut room = None;
    loop {
        let read = tokio::time::timeout(PAUSE, stream.read_buf(&mut bytes))
            .await
            .map_err(|_| too_slow())?;
        let read = read.map_err(|_| cut_short())?;
        if read == 0 {
            break;
        }
        app.connections.moved(request.remote());
        if bytes.len() > SMALL && room.is_none() {
            room = app.bodies.0.acquire().await.ok();
        }
    }
    if bytes.len() as u64 > app.max_body {
        return Err(too_large(app));
    }
    if bytes.len() < announced {
        return Err(cut_short());
    }
    Ok(bytes)
}

fn too_large(app: &App) -> ApiError {
    let message = format!("The body is larger than MAX_BODY allows ({} bytes).", app.max_body);
    ApiError::new(Status::PayloadTooLarge, message)
}

fn too_slow() -> ApiError {
    ApiError::new(Status::RequestTimeout, "The body did not arrive in time.")
}

fn cut_short() -> ApiError {
    ApiError::new(Status::BadRequest, "The body ended before its announced length.")
}
