//! Everything under `/api/`: which table and row an address means, what of it the caller may see and write, and which verb
//! of `records` a method is.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::{Map, Value as Json, json};

use super::response::{self, ApiError};
use super::{App, body, guard, links, negotiation, stream};
use crate::access::{AccessLevel, Caller};
use crate::fields::{FieldErrors, message, urlencoded};
use crate::records::{ListRequest, Rows, ScopedRecords, metadata, row_request};
use crate::schema::Table;

/// What a GET-only address allows.
pub const READ_ONLY: &str = "GET, HEAD, OPTIONS";
const TABLE: &str = "GET, POST, HEAD, OPTIONS";
const ROW: &str = "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
/// Every method that Rocket knows.
pub const METHODS: [Method; 9] = [
    Method::Get,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
    Method::Head,
    Method::Options,
    Method::Trace,
    Method::Connect,
];

/// One route for each method, all to the same handler: the tables are not known when routes are made.
pub fn routes() -> Vec<Route> {
    METHODS
        .map(|method| Route::ranked(-20, method, "/<path..>", Api))
        .into()
}

#[derive(Clone)]
struct Api;

#[rocket::async_trait]
impl Handler for Api {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error(Status::InternalServerError);
        };
        let context = RequestContext::of(app, request);
        let answer = respond(&context, request, data).await;
        let mut response = answer.unwrap_or_else(|error| error.respond(request));
        if context.tells_apart() {
            response.adjoin_raw_header("Vary", "Authorization, Cookie");
        }
        Outcome::Success(response)
    }
}

/// Who asks, and what there is for such a one.
struct RequestContext<'r> {
    app: &'r App,
    caller: &'r Caller,
    /// The records that the caller may read: all that an answer is made from.
    seen: ScopedRecords<'r>,
}

impl<'r> RequestContext<'r> {
    fn of(app: &'r App, request: &'r Request<'_>) -> Self {
        let caller = guard::caller(request);
        Self {
            app,
            caller,
            seen: app.records.seen_by(AccessLevel::from(caller).into()),
        }
    }

    fn table(&self, name: &str) -> Result<&Arc<Table>, ApiError> {
        self.seen.schema().at_path(name).ok_or_else(ApiError::not_found)
    }

    fn may_write(&self, table: &Table) -> bool {
        self.app.rules.current().may_write(self.caller, &table.name)
    }

    /// Refuses whoever may not write a table, before anything of the request is looked at.
    fn is_to_write(&self, table: &Table) -> Result<(), ApiError> {
        match self.may_write(table) {
            true => Ok(()),
            false => Err(ApiError::lacking_role(self.caller)),
        }
    }

    /// Whether another caller may get another answer: caches are to know. While everyone may do everything nobody does.
    fn tells_apart(&self) -> bool {
        !self.caller.is_open || self.app.rules.current().tells_readers_apart()
    }
}

/// What an address under `/api/` means.
enum Address<'r> {
    Root,
    OpenApiCache,
    Table(Cow<'r, str>),
    Row(Cow<'r, str>, &'r str),
}

impl<'r> Address<'r> {
    /// Reads a raw path. The key stays percent-encoded, since a slash or comma in it is part of a value.
    fn read(path: &'r str) -> Option<Self> {
        let path = path.strip_prefix("/api")?;
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Some(Self::Root);
        }
        let decoded = |name: &'r str| percent_decode_str(name).decode_utf8().ok();
        match path.split_once('/') {
            None if path == "openapi.json" => Some(Self::OpenApiCache),
            None => decoded(path).map(Self::Table),
            Some((_, key)) if key.is_empty() || key.contains('/') => None,
            Some((table, key)) => Some(Self::Row(decoded(table)?, key)),
        }
    }
}

/// What an address allows, if there is such an address for a caller who has shown nothing.
pub fn allowed_at(app: &App, path: &str) -> Option<&'static str> {
    let seen = app.records.seen_by(AccessLevel::Public.into());
    match Address::read(path)? {
        Address::Root | Address::OpenApiCache => Some(READ_ONLY),
        Address::Table(name) => seen.schema().at_path(&name).map(|table| of_table_allowed(table)),
        Address::Row(name, _) => {
            let table = seen.schema().at_path(&name);
            table.filter(|table| table.has_rows_with_addresses()).map(|_| ROW)
        }
    }
}

fn of_table_allowed(table: &Table) -> &'static str {
    if table.is_writable() { TABLE } else { READ_ONLY }
}

async fn respond<'r>(
    context: &RequestContext<'r>,
    request: &'r Request<'_>,
    data: Data<'r>,
) -> Result<Response<'r>, ApiError> {
    let query = request.uri().query().map_or("", |query| query.as_str());
    match Address::read(request.uri().path().as_str()).ok_or_else(ApiError::not_found)? {
        Address::Root => read_only(request, || root(context, request)),
        Address::OpenApiCache => read_only(request, || {
            let app = context.app;
            Ok(app.document.respond(app, context.seen.schema(), context.caller.is_open))
        }),
        Address::Table(name) => of_table(context, request, data, context.table(&name)?, query).await,
        Address::Row(name, key) => {
            let table = Some(context.table(&name)?).filter(|table| table.has_rows_with_addresses());
            of_row(
                context,
                request,
                data,
                table.ok_or_else(ApiError::not_found)?,
                key,
                query,
            )
            .await
        }
    }
}

fn read_only<'r>(
    request: &Request<'_>,
    get: impl FnOnce() -> Result<Response<'r>, ApiError>,
) -> Result<Response<'r>, ApiError> {
    match request.method() {
        Method::Get | Method::Head if !negotiation::takes_json(request.headers()) => Err(not_acceptable()),
        Method::Get | Method::Head => get(),
        Method::Options => Ok(allowing(
            READ_ONLY,
            &json!({ "name": "API", "renders": ["application/json"] }),
        )),
        method => Err(ApiError::not_allowed(method.as_str(), READ_ONLY)),
    }
}

/// The tables and where they are.
fn root<'r>(context: &RequestContext<'_>, request: &Request<'_>) -> Result<Response<'r>, ApiError> {
    let base = links::origin(request, context.app.port);
    let tables = context.seen.schema().tables().map(|table| {
        let address = format!("{base}/api/{}/", links::segment(&table.name));
        (table.name.clone(), Json::from(address))
    });
    Ok(response::of_json(&Json::Object(tables.collect::<Map<_, _>>())))
}

async fn of_table<'r>(
    context: &RequestContext<'r>,
    request: &'r Request<'_>,
    data: Data<'r>,
    table: &Arc<Table>,
    query: &str,
) -> Result<Response<'r>, ApiError> {
    let allow = of_table_allowed(table);
    match request.method() {
        Method::Get | Method::Head => list(context, request, table, query).await,
        Method::Options => Ok(allowing(allow, &described(context, table, false))),
        Method::Post if table.is_writable() => {
            context.is_to_write(table)?;
            no_parameters(query)?;
            let body = body::body(context.app, request, data).await?;
            let written = context.seen.insert(table, &body, Timestamp::now()).await?;
            let mut response = response::of_bytes(Status::Created, "application/json", written.json);
            if let Some(key) = written.key {
                response.set_raw_header("Location", format!("/api/{}/{key}/", links::segment(&table.name)));
            }
            Ok(response)
        }
        method => Err(ApiError::not_allowed(method.as_str(), allow)),
    }
}

async fn of_row<'r>(
    context: &RequestContext<'r>,
    request: &'r Request<'_>,
    data: Data<'r>,
    table: &Arc<Table>,
    key: &str,
    query: &str,
) -> Result<Response<'r>, ApiError> {
    let json = match request.method() {
        Method::Get | Method::Head => {
            let asked = row_request(query)?;
            if asked.format.is_none() && !negotiation::takes_json(request.headers()) {
                return Err(not_acceptable());
            }
            context.seen.row(table, key, &asked).await?
        }
        method @ (Method::Put | Method::Patch) => {
            context.is_to_write(table)?;
            no_parameters(query)?;
            let body = body::body(context.app, request, data).await?;
            let partial = method == Method::Patch;
            context
                .seen
                .update(table, key, &body, partial, Timestamp::now())
                .await?
                .json
        }
        Method::Delete => {
            context.is_to_write(table)?;
            no_parameters(query)?;
            context.seen.delete(table, key).await?;
            return Ok(Response::build().status(Status::NoContent).finalize());
        }
        Method::Options => return Ok(allowing(ROW, &described(context, table, true))),
        method => return Err(ApiError::not_allowed(method.as_str(), ROW)),
    };
    Ok(response::of_bytes(Status::Ok, "application/json", json))
}

async fn list<'r>(
    context: &RequestContext<'r>,
    request: &'r Request<'_>,
    table: &Arc<Table>,
    query: &str,
) -> Result<Response<'r>, ApiError> {
    let app = context.app;
    let asked = ListRequest::parse(query)?;
    let format = negotiation::list_format(request.headers(), asked.format).ok_or_else(not_acceptable)?;
    let listing = tokio::select! {
        listing = context.seen.list(table, &asked, format) => listing?,
        // Rocket does not say that a client has gone before the answer began.
        () = app.connections.gone(request.remote()) => return Err(ApiError::new(Status::BadRequest, "The client has gone.")),
    };
    let mut response = match listing.rows {
        Rows::Whole(body) => response::of_bytes(Status::Ok, format.media_type(), body),
        Rows::Stream(chunks) => stream::response(app, request, format.media_type(), chunks),
    };
    response.set_raw_header("Vary", "Accept");
    if let Some(total) = listing.head.total {
        response.set_raw_header("X-Total-Count", total.to_string());
        let links = links::pages(request.uri().path().as_str(), query, &asked, &listing.head);
        if !links.is_empty() {
            response.set_raw_header("Link", links);
        }
    }
    Ok(response)
}

fn described(context: &RequestContext<'_>, table: &Table, of_row: bool) -> Json {
    metadata::options(context.seen.schema(), table, of_row, context.may_write(table))
}

/// Refuses every parameter.
///
/// # Errors
/// 400 with the first of them.
pub fn no_parameters(query: &str) -> Result<(), ApiError> {
    let parameters = urlencoded::parse(query).map_err(|message| ApiError::new(Status::BadRequest, message))?;
    match parameters.into_iter().next() {
        None => Ok(()),
        Some((name, _)) => Err(FieldErrors::one(name, message::unknown_parameter(&[])).into()),
    }
}

/// 406.
pub fn not_acceptable() -> ApiError {
    ApiError::new(Status::NotAcceptable, "Could not satisfy the request Accept header.")
}

/// What OPTIONS answers.
pub fn allowing(allow: &'static str, body: &Json) -> Response<'static> {
    let mut response = response::of_json(body);
    response.set_raw_header("Allow", allow);
    response
}
