//! Receives the bodies of requests, within limits of size and time.

use std::time::Duration;

use rocket::http::Status;
use rocket::{Data, Request};
use tokio::io::AsyncReadExt;

use super::app::App;
use super::response::ApiError;
use crate::fields::Body;

/// How long a body may take to arrive, and how long nothing of it may come.
const ARRIVAL: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(15);
/// Bodies up to this size are received at any time; of larger ones, only so many at once.
const SMALL: usize = 64 * 1024;

/// The form of a body, by its Content-Type.
enum Kind {
    Json,
    Form,
    Multipart { boundary: String },
}

/// Receives the body of a request.
///
/// # Errors
/// 415, 413, 408, or 400 when it cannot be read.
pub async fn receive(app: &App, request: &Request<'_>, data: Data<'_>) -> Result<Body, ApiError> {
    let kind = kind(request)?;
    let bytes = match tokio::time::timeout(ARRIVAL, bytes(app, request, data)).await {
        Ok(bytes) => bytes?,
        Err(_) => return Err(too_slow()),
    };
    match kind {
        Kind::Json => Ok(Body::Json(bytes)),
        Kind::Form => Ok(Body::Form(bytes)),
        Kind::Multipart { boundary } => Ok(Body::multipart(bytes, &boundary).await?),
    }
}

fn kind(request: &Request<'_>) -> Result<Kind, ApiError> {
    let Some(content_type) = request.headers().get_one("Content-Type") else {
        return Ok(Kind::Json);
    };
    let media_type = content_type.split(';').next().unwrap_or("").trim();
    let is = |other: &str| media_type.eq_ignore_ascii_case(other);
    if is("application/json") {
        return Ok(Kind::Json);
    }
    if is("application/x-www-form-urlencoded") {
        return Ok(Kind::Form);
    }
    if is("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type)
            .ok()
            .filter(|boundary| !boundary.is_empty());
        return match boundary {
            Some(boundary) => Ok(Kind::Multipart { boundary }),
            None => Err(ApiError::new(
                Status::BadRequest,
                "Multipart form parse error - Invalid boundary in multipart",
            )),
        };
    }
    let message = format!("Unsupported media type \"{media_type}\" in request.");
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
    let mut permit = None;
    loop {
        let read = tokio::time::timeout(PAUSE, stream.read_buf(&mut bytes))
            .await
            .map_err(|_| too_slow())?;
        let read = read.map_err(|_| cut_short())?;
        if read == 0 {
            break;
        }
        app.connections.moved(request.remote());
        if bytes.len() > SMALL && permit.is_none() {
            permit = app.large_bodies.acquire().await.ok();
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
