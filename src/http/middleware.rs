//! What every request and answer passes: a request id, the headers all answers have, and a line in the log.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::Method;
use rocket::{Data, Request, Response};

use super::{App, access_log, ingress};

/// Longest request id taken from a client.
const LONGEST_ID: usize = 128;

/// Bytes of a body that Rocket reads before it shows a request to anyone.
const READ_AHEAD: usize = "_method=delete".len();

/// The fairing that does all this.
pub fn fairing() -> impl Fairing {
    Exchange
}

struct Exchange;

#[rocket::async_trait]
impl Fairing for Exchange {
    fn info(&self) -> Info {
        Info {
            name: "exchange",
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

/// Whether Rocket has taken the method of a form from a field named `_method`. Any page anywhere could make a browser
/// send such a form; here a method is what the request line says, and the field one that no table has.
async fn poses_as_another_method(request: &Request<'_>, data: &mut Data<'_>) -> bool {
    let is_form = request.content_type().is_some_and(|kind| kind.is_form());
    if !is_form || request.method() == Method::Post {
        return false;
    }
    // As far as Rocket looks, and with its own eyes.
    let beginning = data.peek(READ_AHEAD).await;
    let field = std::str::from_utf8(beginning)
        .ok()
        .and_then(|form| Form::values(form).next());
    field.is_some_and(|field| field.name == "_method")
}

/// Whether the body broke off within the bytes that Rocket reads ahead. Rocket passes over that, and what had come by then
/// would be taken for the whole.
async fn is_cut_short(data: &mut Data<'_>) -> bool {
    // Short of both an end and of what Rocket wanted to see, it can only have met an error.
    !data.peek_complete() && data.peek(READ_AHEAD).await.len() < READ_AHEAD
}

/// Gives an answer the headers that all answers have, and the log its line.
pub fn finish<'r>(request: &'r Request<'_>, response: &mut Response<'r>) {
    let id = request_id(request);
    access_log::finish(request, response, &id);
    ingress::apply_headers(request, response);
    response.set_raw_header("X-Request-Id", id);
    // A client that keeps its connection would go on asking this process, and not the one that takes over.
    if request
        .rocket()
        .state::<App>()
        .is_some_and(|app| app.lifecycle.is_leaving())
    {
        response.set_raw_header("Connection", "close");
    }
}

/// The client's `X-Request-Id` when it is a sane one, else a new one: unique to this process and its place in the count.
fn request_id<'r>(request: &'r Request<'_>) -> Cow<'r, str> {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0_u8) as u32);
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let given = request.headers().get_one("X-Request-Id");
    let is_sane =
        |id: &&str| !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    match given.filter(is_sane) {
        Some(id) => Cow::Borrowed(id),
        None => Cow::Owned(format!("{:08x}{:08x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))),
    }
}
