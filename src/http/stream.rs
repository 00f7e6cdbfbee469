//! A list on its way out, chunk by chunk, at the client's pace.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use rocket::{Request, Response};
use tokio::io::{AsyncRead, ReadBuf};

use super::App;
use super::connections::{Connections, InFlight};
use crate::records::Chunks;

/// Bytes that Rocket asks for at a time.
const CHUNK: usize = 16 * 1024;

/// A response that hands on chunks as they are read, and stops the reading when the client goes away.
pub fn response<'r>(app: &App, request: &Request<'_>, media_type: &'static str, chunks: Chunks) -> Response<'r> {
    let mut response = Response::new();
    response.set_raw_header("Content-Type", media_type);
    response.set_max_chunk_size(CHUNK);
    let (connections, peer) = (app.connections.clone(), request.remote());
    response.set_streamed_body(Body {
        gone: Box::pin(async move { connections.gone(peer).await }),
        chunks,
        current: Bytes::new(),
        connections: app.connections.clone(),
        in_flight: app.connections.begin(request.remote()),
    });
    response
}

struct Body {
    /// Resolves when the client has gone: while no row is found, nothing else would say so.
    gone: Pin<Box<dyn Future<Output = ()> + Send>>,
    chunks: Chunks,
    current: Bytes,
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
            match self.chunks.poll_next(context) {
                Poll::Pending => {
                    ready!(self.gone.as_mut().poll(context));
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
                Poll::Ready(Some(Ok(chunk))) => self.current = chunk,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(error))) => {
                    // Rocket would end the body as if it were whole; a cut connection tells the client that it is not.
                    self.connections.cut(self.in_flight.peer());
                    return Poll::Ready(Err(io::Error::other(error.to_string())));
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
