//! `/`: the pages to a browser, what this service is to anything else.

use jiff::Timestamp;
use rocket::http::Status;
use rocket::response::Responder;
use rocket::{Request, Response, Route, State, get, routes};
use serde_json::json;

use super::response::{self, ApiError};
use super::{App, links, negotiation, pages};

/// The route.
pub fn routes() -> Vec<Route> {
    routes![root]
}

#[get("/")]
fn root(app: &State<App>) -> Service<'_> {
    Service(app)
}

struct Service<'a>(&'a App);

impl<'r> Responder<'r, 'static> for Service<'_> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self(app) = self;
        if app.roles.pages && negotiation::names(request.headers(), "text/html") {
            return Ok(pages::index(request));
        }
        if !negotiation::takes_json(request.headers()) {
            let message = "Could not satisfy the request Accept header.";
            return Ok(ApiError::new(Status::NotAcceptable, message).respond(request));
        }
        Ok(describe(app, request))
    }
}

fn describe(app: &App, request: &Request<'_>) -> Response<'static> {
    let origin = links::origin(request, app.port);
    let mut body = json!({
        "service": app.title,
        "version": app.version,
        "environment": app.environment,
        "access": app.access(),
        "timestamp": Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string(),
    });
    let api = [("api", "/api/"), ("openapi", "/api/openapi.json")];
    let api = api.into_iter().filter(|_| app.roles.api);
    if let Some(object) = body.as_object_mut() {
        for (name, path) in api.chain([("health", "/health")]) {
            object.insert(name.to_owned(), format!("{origin}{path}").into());
        }
    }
    let mut response = response::of_json(&body);
    response.set_raw_header("Vary", "Accept");
    response
}
