//! One line in the log for each request: when its answer is made or, for one that is streamed, when it has ended.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use rocket::http::Status;
use rocket::response::Body;
use rocket::{Request, Response};
use tokio::io::{AsyncRead, ReadBuf};

use super::ingress;

/// Writes the line of an answer, or has it written at the end of its stream.
pub fn finish<'r>(request: &Request<'_>, response: &mut Response<'r>, id: &str) {
    // Probes ask every other second; what they were told is news only when it is not 200.
    let is_quiet = response.status() == Status::Ok && ingress::is_probe(request);
    let is_wanted = match is_quiet {
        true => tracing::enabled!(target: "socle::request", tracing::Level::DEBUG),
        false => tracing::enabled!(target: "socle::request", tracing::Level::INFO),
    };
    if !is_wanted {
        return;
    }
    let line = Line {
        is_quiet,
        begun: ingress::arrived_at(request),
        method: request.method().as_str(),
        path: request.uri().path().as_str().to_owned(),
        status: response.status().code,
        id: id.to_owned(),
    };
    let body = response.body();
    if body.is_none() || body.preset_size().is_some() {
        return line.write(body.preset_size().unwrap_or(0));
    }
    let chunk = body.max_chunk_size();
    let body = std::mem::take(response.body_mut());
    response.set_streamed_body(Logged { body, line, bytes: 0 });
    response.set_max_chunk_size(chunk);
}

struct Line {
    /// Written at the level DEBUG.
    is_quiet: bool,
    begun: Instant,
    method: &'static str,
    path: String,
    status: u16,
    id: String,
}

impl Line {
    fn write(&self, bytes: usize) {
        let duration = self.begun.elapsed();
        let duration_ms = (duration.as_micros() as f64) / 1000.0;
        // An event's level is part of its place in the code.
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: "socle::request",
                    $level,
                    method = self.method,
                    path = self.path,
                    status = self.status,
                    duration_ms,
                    bytes,
                    request_id = self.id,
                )
            };
        }
        match self.is_quiet {
            true => line!(tracing::Level::DEBUG),
            false => line!(tracing::Level::INFO),
        }
    }
}

/// A streamed body that is counted, and whose line is written when it ends or its client goes.
struct Logged<'r> {
    body: Body<'r>,
    line: Line,
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
