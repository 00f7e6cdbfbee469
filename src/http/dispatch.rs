//! The one route of the server: finds the endpoint of a request, has the guard admit the caller, and calls the handler.

use rocket::http::{Method as HttpMethod, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::{Map, Value as Json, json};

use super::app::App;
use super::context::RequestContext;
use super::refusal::{not_found, turned_away};
use super::response::{self, ApiError};
use super::{auth, guard, jobs, method, records, service};
use crate::endpoints::{self, Action, Endpoint, Found};

/// The route, for each method that Rocket knows.
pub fn routes() -> Vec<Route> {
    use HttpMethod::{Connect, Delete, Get, Head, Options, Patch, Post, Put, Trace};
    let methods = [Get, Post, Put, Patch, Delete, Head, Options, Trace, Connect];
    methods.map(|method| Route::new(method, "/<path..>", Dispatch)).into()
}

#[derive(Clone)]
struct Dispatch;

#[rocket::async_trait]
impl Handler for Dispatch {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error(Status::InternalServerError);
        };
        let response = respond(app, request, data).await;
        Outcome::Success(response.unwrap_or_else(|error| error.respond(request)))
    }
}

async fn respond<'r>(app: &'r App, request: &'r Request<'_>, data: Data<'r>) -> Result<Response<'r>, ApiError> {
    if let Some(response) = turned_away(request) {
        return Ok(response);
    }
    let Some(found) = endpoints::find(request.uri().path().as_str(), |part| app.serves(part)) else {
        return Ok(not_found(request));
    };
    let operation = found
        .endpoint
        .zip(method::of(request.method()))
        .and_then(|(endpoint, method)| endpoint.operation(method));
    let now = app.clock.now();
    let rule = operation.map_or(found.subject.otherwise, |operation| operation.rule);
    let context = RequestContext {
        app,
        request,
        caller: guard::admit(app, request, rule, now)?,
        base: found.base,
        variables: found.variables,
        now,
    };
    let Some(endpoint) = found.endpoint else {
        return Err(ApiError::not_found());
    };
    // Other handlers than that of records are boxed, so that the future of a request for a row is small.
    match operation.map(|operation| operation.action) {
        _ if found.subject.is_of_tables() => Ok(records::respond(&context, endpoint, data).await),
        Some(Action::Service(action)) => Box::pin(service::respond(&context, action)).await,
        Some(Action::Auth(action)) => Ok(Box::pin(auth::respond(&context, action, data)).await),
        Some(Action::Jobs(action)) => Box::pin(jobs::respond(&context, action, data)).await,
        Some(Action::Schedules(action)) => Box::pin(jobs::schedules::respond(&context, action, data)).await,
        Some(Action::Records(_)) | None => other_method(&context, &found, endpoint),
    }
}

/// OPTIONS, or a method that the address does not have.
fn other_method<'r>(
    context: &RequestContext<'_, '_>,
    found: &Found<'_>,
    endpoint: &'static Endpoint,
) -> Result<Response<'r>, ApiError> {
    let allow = endpoints::allow(endpoint.operations.iter().map(|operation| operation.method));
    if context.request.method() != HttpMethod::Options {
        return Err(ApiError::method_not_allowed(context.request.method().as_str(), allow));
    }
    let mut description = Map::new();
    if let Some(title) = found.subject.title {
        description.insert("name".to_owned(), json!(title));
    }
    description.insert("renders".to_owned(), json!(["application/json"]));
    // As for tables: actions are described to callers who may take them.
    for operation in endpoint.operations {
        if let Action::Jobs(action) = operation.action
            && let Some(fields) = jobs::fields_of(action)
            && context.permits(operation.rule)
        {
            description.insert("actions".to_owned(), json!({ operation.method.name(): fields }));
        }
    }
    Ok(response::options(allow, &Json::Object(description)))
}
