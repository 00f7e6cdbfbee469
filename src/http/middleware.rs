//! The fairing that every request and response passes: a request id, the headers of every response, and a line in the log.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::Method;
use rocket::{Data, Request, Response};

use super::app::App;
use super::{access_log, ingress, response_headers};

/// The longest request id that is taken from a client.
const MAX_ID: usize = 128;

/// Bytes of a body that Rocket reads before it passes a request on.
const READ_AHEAD: usize = "_method=delete".len();

/// The fairing.
pub fn fairing() -> impl Fairing {
    Middleware
}

struct Middleware;

#[rocket::async_trait]
impl Fairing for Middleware {
    fn info(&self) -> Info {
        Info {
            name: "middleware",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if poses_as_another_method(request, data).await {
            request.set_method(Method::Post);
        }
        ingress::arrive(request, is_cut_short(data).await);
        if let Some(app) = request.rocket().state::<App>() {
            app.connections.enter(request.remote());
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if let Some(app) = request.rocket().state::<App>() {
            app.connections.end(request.remote());
        }
        finish(request, response);
    }
}

/// Whether Rocket has taken the method of a form from a field named `_method`. A page of any site could make a browser send
/// such a form; here the method is that of the request line, and the field is one like others.
async fn poses_as_another_method(request: &Request<'_>, data: &mut Data<'_>) -> bool {
    let is_form = request.content_type().is_some_and(|kind| kind.is_form());
    if !is_form || request.method() == Method::Post {
        return false;
    }
    // The same bytes that Rocket reads, by the same parser.
    let beginning = data.peek(READ_AHEAD).await;
    let field = std::str::from_utf8(beginning)
        .ok()
        .and_then(|form| Form::values(form).next());
    field.is_some_and(|field| field.name == "_method")
}

/// Whether the body broke off within the bytes that Rocket reads ahead. Rocket ignores that error, and what had arrived
/// would be taken for the whole body.
async fn is_cut_short(data: &mut Data<'_>) -> bool {
    // With neither an end nor the bytes that Rocket wanted, there was an error.
    !data.peek_complete() && data.peek(READ_AHEAD).await.len() < READ_AHEAD
}

/// Adds the headers that every response has, and writes the line of the log.
pub fn finish<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    let id = request_id(request);
    access_log::finish(request, response, &id);
    response_headers::apply(request, response);
    response.set_raw_header("X-Request-Id", id);
    // A client that keeps its connection would go on sending to this process instead of to its successor.
    if request
        .rocket()
        .state::<App>()
        .is_some_and(|app| app.lifecycle.is_leaving())
    {
        response.set_raw_header("Connection", "close");
    }
}

/// The client's `X-Request-Id` when it is short and printable, else a new one: a number of this process and a counter.
fn request_id<'r>(request: &'r Request<'_>) -> Cow<'r, str> {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0_u8) as u32);
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let given = match ingress::bears_request_id(request) {
        true => request.headers().get_one("X-Request-Id"),
        false => None,
    };
    let is_usable = |id: &&str| !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    match given.filter(is_usable) {
        Some(id) => Cow::Borrowed(id),
        None => Cow::Owned(format!("{:08x}{:08x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))),
    }
}
