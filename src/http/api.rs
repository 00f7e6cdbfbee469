//! Everything under `/api/`: which table and row an address means, what of it the caller may see and write, and which verb
//! of `records` a method is.

use std::borrow::Cow;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome, Route};
use rocket::{Data, Request, Response};
use serde_json::{Map, Value as Json, json};

use super::answer::{self, Refusal};
use super::{App, accept, guard, links, receive, stream};
use crate::access::{Caller, Level};
use crate::records::{FieldErrors, ListRequest, Rows, Seen, metadata, row_request, urlencoded};
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
        let asker = Asker::of(app, request);
        let answer = respond(&asker, request, data).await;
        let mut response = answer.unwrap_or_else(|refusal| refusal.respond(request));
        if asker.tells_apart() {
            response.adjoin_raw_header("Vary", "Authorization, Cookie");
        }
        Outcome::Success(response)
    }
}

/// Who asks, and what there is for such a one.
struct Asker<'r> {
    app: &'r App,
    caller: &'r Caller,
    /// The records that the caller may read: all that an answer is made from.
    seen: Seen<'r>,
}

impl<'r> Asker<'r> {
    fn of(app: &'r App, request: &'r Request<'_>) -> Self {
        let caller = guard::caller(request);
        Self {
            app,
            caller,
            seen: app.records.seen_by(Level::from(caller).into()),
        }
    }

    fn table(&self, name: &str) -> Result<&Table, Refusal> {
        self.seen.schema().at_path(name).ok_or_else(Refusal::not_found)
    }

    fn may_write(&self, table: &Table) -> bool {
        self.app.rules.current().may_write(self.caller, &table.name)
    }

    /// Refuses whoever may not write a table, before anything of the request is looked at.
    fn is_to_write(&self, table: &Table) -> Result<(), Refusal> {
        match self.may_write(table) {
            true => Ok(()),
            false => Err(Refusal::lacking_role(self.caller)),
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

/// What an address allows, if there is such an address for a caller who has shown nothing.
pub fn allowed_at(app: &App, path: &str) -> Option<&'static str> {
    let seen = app.records.seen_by(Level::Public.into());
    match Address::read(path)? {
        Address::Root | Address::Document => Some(READ_ONLY),
        Address::Table(name) => seen.schema().at_path(&name).map(of_table_allowed),
        Address::Row(name, _) => {
            let table = seen.schema().at_path(&name);
            table.filter(|table| table.has_rows_with_addresses()).map(|_| ROW)
        }
    }
}

fn of_table_allowed(table: &Table) -> &'static str {
    if table.is_writable() { TABLE } else { READ_ONLY }
}

async fn respond<'r>(asker: &Asker<'r>, request: &'r Request<'_>, data: Data<'r>) -> Result<Response<'r>, Refusal> {
    let query = request.uri().query().map_or("", |query| query.as_str());
    match Address::read(request.uri().path().as_str()).ok_or_else(Refusal::not_found)? {
        Address::Root => read_only(request, || root(asker, request)),
        Address::Document => read_only(request, || {
            let app = asker.app;
            Ok(app.document.respond(app, asker.seen.schema(), asker.caller.is_open))
        }),
        Address::Table(name) => of_table(asker, request, data, asker.table(&name)?, query).await,
        Address::Row(name, key) => {
            let table = Some(asker.table(&name)?).filter(|table| table.has_rows_with_addresses());
            of_row(asker, request, data, table.ok_or_else(Refusal::not_found)?, key, query).await
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
fn root<'r>(asker: &Asker<'_>, request: &Request<'_>) -> Result<Response<'r>, Refusal> {
    let base = links::origin(request, asker.app.port);
    let tables = asker.seen.schema().tables().map(|table| {
        let address = format!("{base}/api/{}/", links::segment(&table.name));
        (table.name.clone(), Json::from(address))
    });
    Ok(answer::of_json(&Json::Object(tables.collect::<Map<_, _>>())))
}

async fn of_table<'r>(
    asker: &Asker<'r>,
    request: &'r Request<'_>,
    data: Data<'r>,
    table: &Table,
    query: &str,
) -> Result<Response<'r>, Refusal> {
    let allow = of_table_allowed(table);
    match request.method() {
        Method::Get | Method::Head => list(asker, request, table, query).await,
        Method::Options => Ok(allowing(allow, &described(asker, table, false))),
        Method::Post if table.is_writable() => {
            asker.is_to_write(table)?;
            no_parameters(query)?;
            let body = receive::body(asker.app, request, data).await?;
            let written = asker.seen.insert(&table.name, &body, Timestamp::now()).await?;
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
    asker: &Asker<'r>,
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
            asker.seen.row(&table.name, key, &asked).await?
        }
        method @ (Method::Put | Method::Patch) => {
            asker.is_to_write(table)?;
            no_parameters(query)?;
            let body = receive::body(asker.app, request, data).await?;
            let partial = method == Method::Patch;
            asker
                .seen
                .update(&table.name, key, &body, partial, Timestamp::now())
                .await?
                .json
        }
        Method::Delete => {
            asker.is_to_write(table)?;
            no_parameters(query)?;
            asker.seen.delete(&table.name, key).await?;
            return Ok(Response::build().status(Status::NoContent).finalize());
        }
        Method::Options => return Ok(allowing(ROW, &described(asker, table, true))),
        method => return Err(Refusal::not_allowed(method.as_str(), ROW)),
    };
    Ok(answer::of_bytes(Status::Ok, "application/json", json))
}

async fn list<'r>(
    asker: &Asker<'r>,
    request: &'r Request<'_>,
    table: &Table,
    query: &str,
) -> Result<Response<'r>, Refusal> {
    let app = asker.app;
    let asked = ListRequest::parse(query)?;
    let format = accept::list_format(request.headers(), asked.format).ok_or_else(not_acceptable)?;
    let listing = tokio::select! {
        listing = asker.seen.list(&table.name, &asked, format) => listing?,
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

fn described(asker: &Asker<'_>, table: &Table, of_row: bool) -> Json {
    metadata::options(asker.seen.schema(), table, of_row, asker.may_write(table))
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
