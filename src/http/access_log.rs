//! One line in the log for each request: written when its response is made or, when that is streamed, when it has ended.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use rocket::http::Status;
use rocket::response::Body;
use rocket::{Request, Response};
use tokio::io::{AsyncRead, ReadBuf};

use super::ingress;

/// Writes the line of a response, or has it written at the end of its stream.
pub fn finish<'r>(request: &Request<'_>, response: &mut Response<'r>, id: &str) {
    // Probes come every other second; only answers other than 200 are of interest.
    let is_quiet = response.status() == Status::Ok && ingress::is_probe(request);
    let is_wanted = match is_quiet {
        true => tracing::enabled!(target: "socle::request", tracing::Level::DEBUG),
        false => tracing::enabled!(target: "socle::request", tracing::Level::INFO),
    };
    if !is_wanted {
        return;
    }
    let body = response.body();
    let line = Line {
        is_quiet,
        begun: ingress::arrived_at(request),
        method: request.method().as_str(),
        path: Cow::Borrowed(request.uri().path().as_str()),
        status: response.status().code,
        id: Cow::Borrowed(id),
    };
    if body.is_none() || body.preset_size().is_some() {
        return line.write(body.preset_size().unwrap_or(0));
    }
    let line = line.into_owned();
    let chunk = body.max_chunk_size();
    let body = std::mem::take(response.body_mut());
    response.set_streamed_body(Logged { body, line, bytes: 0 });
    response.set_max_chunk_size(chunk);
}

struct Line<'a> {
    /// Written at the level DEBUG.
    is_quiet: bool,
    begun: Instant,
    method: &'static str,
    path: Cow<'a, str>,
    status: u16,
    id: Cow<'a, str>,
}

impl Line<'_> {
    fn into_owned(self) -> Line<'static> {
        Line {
            path: self.path.into_owned().into(),
            id: self.id.into_owned().into(),
            ..self
        }
    }

    fn write(&self, bytes: usize) {
        let duration = self.begun.elapsed();
        let duration_ms = (duration.as_micros() as f64) / 1000.0;
        // `tracing` wants the level of an event to be a constant.
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "socle::request",
                    $level,
                    method = self.method,
                    path = &*self.path,
                    status = self.status,
                    duration_ms,
                    bytes,
                    request_id = &*self.id,
                )
            };
        }
        match self.is_quiet {
            true => line!(tracing::Level::DEBUG),
            false => line!(tracing::Level::INFO),
        }
    }
}

/// A streamed body that is counted, and whose line is written when it ends or the client closes its connection.
struct Logged<'r> {
    body: Body<'r>,
    line: Line<'static>,
    bytes: usize,
}

impl AsyncRead for Logged<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.body).poll_read(context, buffer);
        self.bytes += buffer.filled().len() - before;
        read
    }
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.line.write(self.bytes);
    }
}
