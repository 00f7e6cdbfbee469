//! Streamed bodies: chunks are sent as they are made, at the client's pace. Lists and server-sent events share this.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use rocket::{Request, Response};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

use super::app::App;
use super::connections::{Connections, InFlight};
use crate::records::Chunks;

/// Bytes that Rocket asks for at a time.
const CHUNK: usize = 16 * 1024;

/// What makes the chunks of a streamed body.
pub trait ChunkSource: Send + Unpin + 'static {
    /// The next chunk, `None` at the end, or the error that ended it early.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>>;
}

impl ChunkSource for Chunks {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let chunk = ready!(self.poll_next(context));
        Poll::Ready(chunk.map(|chunk| chunk.map_err(|error| io::Error::other(error.to_string()))))
    }
}

impl ChunkSource for mpsc::Receiver<Bytes> {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.poll_recv(context).map(|chunk| chunk.map(Ok))
    }
}

/// A response with a streamed body. When the client closes its connection, the source is dropped; when the source fails,
/// the connection is closed, since the client would otherwise take the body for whole.
pub fn response<'r>(
    app: &App,
    request: &Request<'_>,
    media_type: &'static str,
    source: impl ChunkSource,
) -> Response<'r> {
    let mut response = Response::new();
    response.set_raw_header("Content-Type", media_type);
    response.set_max_chunk_size(CHUNK);
    let (connections, peer) = (app.connections.clone(), request.remote());
    response.set_streamed_body(Body {
        gone: Box::pin(async move { connections.gone(peer).await }),
        source,
        current: Bytes::new(),
        connections: app.connections.clone(),
        in_flight: app.connections.begin(peer),
    });
    response
}

struct Body<S> {
    /// Resolves when the client has closed its connection. While there is no chunk to send, nothing else would tell.
    gone: Pin<Box<dyn Future<Output = ()> + Send>>,
    source: S,
    current: Bytes,
    connections: Arc<Connections>,
    in_flight: InFlight,
}

impl<S: ChunkSource> AsyncRead for Body<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.current.is_empty() {
            match self.source.poll_chunk(context) {
                Poll::Pending => {
                    ready!(self.gone.as_mut().poll(context));
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
                Poll::Ready(Some(Ok(chunk))) => self.current = chunk,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(error))) => {
                    // Rocket would end the body as if it were whole.
                    self.connections.cut(self.in_flight.peer());
                    return Poll::Ready(Err(error));
                }
            }
        }
        self.connections.moved(self.in_flight.peer());
        let length = buffer.remaining().min(self.current.len());
        buffer.put_slice(self.current.get(..length).unwrap_or_default());
        self.current.advance(length);
        Poll::Ready(Ok(()))
    }
}
