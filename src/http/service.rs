//! The service itself: what it is, its tables, its OpenAPI document, and the files of its pages.

use rocket::Response;
use rocket::http::Status;
use serde_json::{Map, Value as Json, json};

use super::context::RequestContext;
use super::refusal::not_found;
use super::response::{self, ApiError};
use super::{health, links, negotiation, pages};
use crate::access::AccessLevel;
use crate::endpoints::service::Action;
use crate::endpoints::{API_BASE, records, service};

/// Answers an operation of the service.
pub async fn respond<'r>(context: &RequestContext<'r, '_>, action: Action) -> Result<Response<'r>, ApiError> {
    let (app, request) = (context.app, context.request);
    match action {
        Action::Root if app.roles.pages && negotiation::names(request.headers(), "text/html") => {
            Ok(pages::index(request))
        }
        Action::Root => describe(context),
        Action::Health => Ok(health::health(app).await),
        Action::Live => Ok(response::json(Status::Ok, &json!({ "status": "ok" }))),
        Action::Ready => Ok(health::ready(app).await),
        Action::File => {
            let [path, _] = context.variables;
            Ok(pages::file(request, path).unwrap_or_else(|| not_found(request)))
        }
        Action::Icon => Ok(pages::favicon(request).unwrap_or_else(|| not_found(request))),
        Action::Tables => Ok(for_reader(context, tables)),
        Action::Document => Ok(for_reader(context, document)),
    }
}

/// `/` to a client that is no browser.
fn describe<'r>(context: &RequestContext<'_, '_>) -> Result<Response<'r>, ApiError> {
    context.accepts_json()?;
    let app = context.app;
    let origin = links::origin(context.request, app.port);
    let mut body = json!({
        "service": app.title,
        "version": app.version,
        "environment": app.environment,
        "access": app.access_state(),
        "timestamp": context.now.round(jiff::Unit::Second).unwrap_or_default().to_string(),
    });
    let api = [
        ("api", format!("{API_BASE}/")),
        ("openapi", format!("{API_BASE}{}", service::DOCUMENT)),
    ];
    let api = api.into_iter().filter(|_| app.roles.api);
    if let Some(object) = body.as_object_mut() {
        for (name, path) in api.chain([("health", service::HEALTH.to_owned())]) {
            object.insert(name.to_owned(), format!("{origin}{path}").into());
        }
    }
    let mut response = response::json(Status::Ok, &body);
    response.set_raw_header("Vary", "Accept");
    Ok(response)
}

/// An answer that depends on what the caller may read.
fn for_reader<'r>(
    context: &RequestContext<'_, '_>,
    answer: impl FnOnce(&RequestContext<'_, '_>) -> Response<'r>,
) -> Response<'r> {
    let mut response = match context.accepts_json() {
        Ok(()) => answer(context),
        Err(error) => error.respond(context.request),
    };
    context.add_vary(&mut response);
    response
}

/// The tables and their addresses.
fn tables<'r>(context: &RequestContext<'_, '_>) -> Response<'r> {
    let origin = links::origin(context.request, context.app.port);
    let records = context.app.records.seen_by(AccessLevel::from(context.caller).into());
    let tables = records.schema().tables().map(|table| {
        let address = format!("{origin}{}", records::address_of(&table.name));
        (table.name.clone(), Json::from(address))
    });
    response::json(Status::Ok, &Json::Object(tables.collect::<Map<_, _>>()))
}

/// The OpenAPI document of what the caller may read.
fn document<'r>(context: &RequestContext<'_, '_>) -> Response<'r> {
    let app = context.app;
    let records = app.records.seen_by(AccessLevel::from(context.caller).into());
    let policy = app.rules.current();
    let document = app.document.document(
        records.schema(),
        policy,
        context.caller.is_open,
        &app.title,
        &app.version,
    );
    response::of_bytes(Status::Ok, "application/json", document.to_vec())
}
