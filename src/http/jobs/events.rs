//! A job followed as server-sent events, from where it stands to its end.
//!
//! Each event is the whole job, so whoever connects again has missed nothing that matters. The stream ends with the job;
//! a browser, which connects again by itself, is then told with 204 that there is no more.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use rocket::http::{Method, Status};
use rocket::{Request, Response};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::ApiError;
use crate::http::connections::{Connections, InFlight};
use crate::http::{App, Lifecycle};
use crate::jobs::{Error, Job, JobId, Jobs};

/// The media type.
pub(super) const MEDIA_TYPE: &str = "text/event-stream";
/// Streams at once.
const STREAMS: usize = 256;
/// Time between two looks at the same job, however much happens to all of them.
const PAUSE: Duration = Duration::from_millis(50);
/// Silence after which a comment is sent, so that nothing between here and the client takes the stream for dead.
const SILENCE: Duration = Duration::from_secs(15);

/// Room for streams.
pub struct Streams(Arc<Semaphore>);

impl Streams {
    pub(in crate::http) fn new() -> Self {
        Self(Arc::new(Semaphore::new(STREAMS)))
    }
}

/// The stream of a job.
pub(super) fn respond<'r>(app: &App, request: &Request<'_>, id: JobId) -> Result<Response<'r>, ApiError> {
    let job = app.jobs.find(id)?;
    let seen = request.headers().get_one("Last-Event-ID");
    if job.status.is_finished() && seen == Some(&version(&job)) {
        return Ok(Response::build().status(Status::NoContent).finalize());
    }
    let mut response = Response::new();
    response.set_raw_header("Content-Type", MEDIA_TYPE);
    response.set_raw_header("Cache-Control", "no-store");
    // Proxies in the manner of nginx would gather events before they hand them on.
    response.set_raw_header("X-Accel-Buffering", "no");
    if request.method() == Method::Head {
        return Ok(response);
    }
    let Ok(place) = app.streams.0.clone().try_acquire_owned() else {
        return Err(Error::Crowded("Too many streams are open. Try again.").into());
    };
    let (events, received) = mpsc::channel(1);
    let follower = Follower {
        jobs: app.jobs.clone(),
        lifecycle: app.lifecycle.clone(),
        events,
        _place: place,
    };
    tokio::spawn(follower.follow(job));
    let (connections, peer) = (app.connections.clone(), request.remote());
    response.set_streamed_body(Body {
        events: received,
        current: Bytes::new(),
        gone: Box::pin(async move { connections.gone(peer).await }),
        in_flight: app.connections.begin(peer),
        connections: app.connections.clone(),
    });
    Ok(response)
}

/// Which state of the job an event shows.
fn version(job: &Job) -> String {
    format!("{}-{}-{}", job.status.name(), job.attempts, job.updated_at.0)
}

fn event(job: &Job) -> Bytes {
    let shown = serde_json::to_string(job).unwrap_or_default();
    // JSON that a client sent may have line breaks between its parts; each line of an event needs its own beginning.
    let mut event = format!("id: {}\n", version(job));
    for line in shown.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event.into()
}

/// Looks at a job whenever something has changed, and writes what is new.
struct Follower {
    jobs: Jobs,
    lifecycle: Lifecycle,
    events: mpsc::Sender<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    async fn follow(self, mut job: Job) {
        let mut changes = self.jobs.changes();
        let mut sent = None;
        loop {
            changes.borrow_and_update();
            let shown = event(&job);
            if sent.as_ref() != Some(&shown) {
                if self.events.send(shown.clone()).await.is_err() {
                    return;
                }
                sent = Some(shown);
            }
            if job.status.is_finished() || !self.has_changed(&mut changes).await {
                return;
            }
            // Gone with its retention, or not to be read: the client asks again and is told so.
            job = match self.jobs.find(job.job_id) {
                Ok(job) => job,
                Err(_) => return,
            };
        }
    }

    /// Waits for a change of any job; false when there is nobody to tell any more.
    async fn has_changed(&self, changes: &mut tokio::sync::watch::Receiver<u64>) -> bool {
        tokio::time::sleep(PAUSE).await;
        loop {
            tokio::select! {
                changed = changes.changed() => return changed.is_ok(),
                () = tokio::time::sleep(SILENCE) => {
                    if self.events.send(Bytes::from_static(b":\n\n")).await.is_err() {
                        return false;
                    }
                }
                () = self.events.closed() => return false,
                () = self.lifecycle.draining() => return false,
            }
        }
    }
}

struct Body {
    events: mpsc::Receiver<Bytes>,
    current: Bytes,
    /// Resolves when the client has gone: while nothing happens, nothing else would say so.
    gone: Pin<Box<dyn Future<Output = ()> + Send>>,
    connections: Arc<Connections>,
    in_flight: InFlight,
}

impl AsyncRead for Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.current.is_empty() {
            match self.events.poll_recv(context) {
                Poll::Pending => {
                    ready!(self.gone.as_mut().poll(context));
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
                Poll::Ready(Some(event)) => self.current = event,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
            }
        }
        self.connections.moved(self.in_flight.peer());
        let length = buffer.remaining().min(self.current.len());
        buffer.put_slice(self.current.get(..length).unwrap_or_default());
        self.current.advance(length);
        Poll::Ready(Ok(()))
    }
}
