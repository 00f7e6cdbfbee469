//! Everything under `/api/`: which table and row an address means, and which verb of `records` a method is.

use std::borrow::Cow;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::{Map, Value as Json, json};

use super::answer::{self, Refusal};
use super::{App, accept, links, receive, stream};
use crate::records::{FieldErrors, ListRequest, Rows, metadata, row_request, urlencoded};
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
        let answer = respond(app, request, data).await;
        Outcome::Success(answer.unwrap_or_else(|refusal| refusal.respond(request)))
    }
}

/// What an address under `/api/` means.
enum Address<'r> {
    Root,
    Document,
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
            None if path == "openapi.json" => Some(Self::Document),
            None => decoded(path).map(Self::Table),
            Some((_, key)) if key.is_empty() || key.contains('/') => None,
            Some((table, key)) => Some(Self::Row(decoded(table)?, key)),
        }
    }
}

/// What an address allows, if there is such an address.
pub fn allowed_at(app: &App, path: &str) -> Option<&'static str> {
    let schema = app.records.schema();
    match Address::read(path)? {
        Address::Root | Address::Document => Some(READ_ONLY),
        Address::Table(name) => schema.at_path(&name).map(of_table_allowed),
        Address::Row(name, _) => schema
            .at_path(&name)
            .filter(|table| table.has_rows_with_addresses())
            .map(|_| ROW),
    }
}

fn of_table_allowed(table: &Table) -> &'static str {
    if table.is_writable() { TABLE } else { READ_ONLY }
}

async fn respond<'r>(app: &'r App, request: &'r Request<'_>, data: Data<'r>) -> Result<Response<'r>, Refusal> {
    let query = request.uri().query().map_or("", |query| query.as_str());
    match Address::read(request.uri().path().as_str()).ok_or_else(Refusal::not_found)? {
        Address::Root => read_only(request, || root(app, request)),
        Address::Document => read_only(request, || Ok(app.document.respond(app, request))),
        Address::Table(name) => {
            let schema = app.records.schema();
            let table = schema.at_path(&name).ok_or_else(Refusal::not_found)?;
            of_table(app, request, data, table, query).await
        }
        Address::Row(name, key) => {
            let schema = app.records.schema();
            let table = schema.at_path(&name).filter(|table| table.has_rows_with_addresses());
            of_row(app, request, data, table.ok_or_else(Refusal::not_found)?, key, query).await
        }
    }
}

fn read_only<'r>(
    request: &Request<'_>,
    get: impl FnOnce() -> Result<Response<'r>, Refusal>,
) -> Result<Response<'r>, Refusal> {
    match request.method() {
        Method::Get | Method::Head if !accept::takes_json(request.headers()) => Err(not_acceptable()),
        Method::Get | Method::Head => get(),
        Method::Options => Ok(allowing(
            READ_ONLY,
            &json!({ "name": "API", "renders": ["application/json"] }),
        )),
        method => Err(Refusal::not_allowed(method.as_str(), READ_ONLY)),
    }
}

/// The tables and where they are.
fn root<'r>(app: &App, request: &Request<'_>) -> Result<Response<'r>, Refusal> {
    let base = links::origin(request, app.port);
    let schema = app.records.schema();
    let tables = schema.tables().map(|table| {
        let address = format!("{base}/api/{}/", links::segment(&table.name));
        (table.name.clone(), Json::from(address))
    });
    Ok(answer::of_json(&Json::Object(tables.collect::<Map<_, _>>())))
}

async fn of_table<'r>(
    app: &'r App,
    request: &'r Request<'_>,
    data: Data<'r>,
    table: &Table,
    query: &str,
) -> Result<Response<'r>, Refusal> {
    let allow = of_table_allowed(table);
    match request.method() {
        Method::Get | Method::Head => list(app, request, table, query).await,
        Method::Options => Ok(allowing(allow, &metadata::options(&app.records.schema(), table, false))),
        Method::Post if table.is_writable() => {
            no_parameters(query)?;
            let body = receive::body(app, request, data).await?;
            let written = app.records.insert(&table.name, &body, Timestamp::now()).await?;
            let mut response = answer::of_bytes(Status::Created, "application/json", written.json);
            if let Some(key) = written.key {
                response.set_raw_header("Location", format!("/api/{}/{key}/", links::segment(&table.name)));
            }
            Ok(response)
        }
        method => Err(Refusal::not_allowed(method.as_str(), allow)),
    }
}

async fn of_row<'r>(
    app: &'r App,
    request: &'r Request<'_>,
    data: Data<'r>,
    table: &Table,
    key: &str,
    query: &str,
) -> Result<Response<'r>, Refusal> {
    let json = match request.method() {
        Method::Get | Method::Head => {
            let asked = row_request(query)?;
            if asked.format.is_none() && !accept::takes_json(request.headers()) {
                return Err(not_acceptable());
            }
            app.records.row(&table.name, key, &asked).await?
        }
        method @ (Method::Put | Method::Patch) => {
            no_parameters(query)?;
            let body = receive::body(app, request, data).await?;
            let partial = method == Method::Patch;
            app.records
                .update(&table.name, key, &body, partial, Timestamp::now())
                .await?
                .json
        }
        Method::Delete => {
            no_parameters(query)?;
            app.records.delete(&table.name, key).await?;
            return Ok(Response::build().status(Status::NoContent).finalize());
        }
        Method::Options => return Ok(allowing(ROW, &metadata::options(&app.records.schema(), table, true))),
        method => return Err(Refusal::not_allowed(method.as_str(), ROW)),
    };
    Ok(answer::of_bytes(Status::Ok, "application/json", json))
}

async fn list<'r>(app: &'r App, request: &'r Request<'_>, table: &Table, query: &str) -> Result<Response<'r>, Refusal> {
    let asked = ListRequest::parse(query)?;
    let format = accept::list_format(request.headers(), asked.format).ok_or_else(not_acceptable)?;
    let listing = tokio::select! {
        listing = app.records.list(&table.name, &asked, format) => listing?,
        // Rocket does not say that a client has gone before the answer began.
        () = app.connections.gone(request.remote()) => return Err(Refusal::new(Status::BadRequest, "The client has gone.")),
    };
    let mut response = match listing.rows {
        Rows::Whole(body) => answer::of_bytes(Status::Ok, format.media_type(), body),
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

/// Refuses every parameter.
///
/// # Errors
/// 400 with the first of them.
pub fn no_parameters(query: &str) -> Result<(), Refusal> {
    let parameters = urlencoded::parse(query).map_err(|said| Refusal::new(Status::BadRequest, said))?;
    match parameters.into_iter().next() {
        None => Ok(()),
        Some((name, _)) => Err(FieldErrors::one(name, "Unknown parameter. This method takes none.").into()),
    }
}

/// 406.
pub fn not_acceptable() -> Refusal {
    Refusal::new(Status::NotAcceptable, "Could not satisfy the request Accept header.")
}

/// What OPTIONS answers.
pub fn allowing(allow: &'static str, body: &Json) -> Response<'static> {
    let mut response = answer::of_json(body);
    response.set_raw_header("Allow", allow);
    response
}
