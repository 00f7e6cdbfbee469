//! Server-sent events (the HTML standard, 9.2): the form of an event, and a response that streams them.

use bytes::Bytes;
use rocket::http::Method;
use rocket::{Request, Response};
use tokio::sync::mpsc;

use super::app::App;
use super::stream;
use crate::endpoints::jobs::EVENT_STREAM;

/// A comment, which clients ignore. Sent during silence, so that nothing on the way takes the stream for dead.
pub const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// An event whose data is JSON.
pub fn event(id: &str, json: &str) -> Bytes {
    // JSON from a client may have line breaks between its tokens; each line of an event has its own field name.
    let mut event = format!("id: {id}\n");
    for line in json.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event.into()
}

/// A response that streams events until their sender is dropped. `open` is not called for HEAD.
///
/// # Errors
/// Those of `open`.
pub fn response<'r, E>(
    app: &App,
    request: &Request<'_>,
    open: impl FnOnce() -> Result<mpsc::Receiver<Bytes>, E>,
) -> Result<Response<'r>, E> {
    let mut response = match request.method() {
        Method::Head => {
            let mut response = Response::new();
            response.set_raw_header("Content-Type", EVENT_STREAM);
            response
        }
        _ => stream::response(app, request, EVENT_STREAM, open()?),
    };
    response.set_raw_header("Cache-Control", "no-store");
    // Proxies such as nginx would otherwise collect events before they pass them on.
    response.set_raw_header("X-Accel-Buffering", "no");
    Ok(response)
}
