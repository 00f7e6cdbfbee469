//! Rows of tables: each operation is one verb of `records`, on the tables that the caller may read.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rocket::http::{Method as HttpMethod, Status};
use rocket::{Data, Response};

use super::app::App;
use super::context::RequestContext;
use super::response::{self, ApiError};
use super::{body, links, method, negotiation, stream};
use crate::access::AccessLevel;
use crate::endpoints::records::{Action, address_of, operations_of};
use crate::endpoints::{self, Endpoint, Found};
use crate::records::{ListRequest, Rows, ScopedRecords, metadata, row_request};
use crate::schema::Table;

/// Answers a request for a table or a row.
pub async fn respond<'r>(
    context: &RequestContext<'r, '_>,
    endpoint: &'static Endpoint,
    data: Data<'r>,
) -> Response<'r> {
    let records = context.app.records.seen_by(AccessLevel::from(context.caller).into());
    let answer = answer(context, &records, endpoint, data).await;
    let mut response = answer.unwrap_or_else(|error| error.respond(context.request));
    context.add_vary(&mut response);
    response
}

async fn answer<'r>(
    context: &RequestContext<'r, '_>,
    records: &ScopedRecords<'r>,
    endpoint: &'static Endpoint,
    data: Data<'r>,
) -> Result<Response<'r>, ApiError> {
    let table = table(records, context.variables)?;
    let [_, key] = context.variables;
    let method = method::of(context.request.method());
    let operation = operations_of(endpoint, table).find(|operation| Some(operation.method) == method);
    let Some(operation) = operation else {
        return other_method(context, records, endpoint, table);
    };
    // Before anything else of the request is read. What may not be read is not among the tables.
    if !context
        .app
        .rules
        .current()
        .permits(operation.rule, context.caller, &table.name)
    {
        return Err(ApiError::lacking_role(context.caller));
    }
    match operation.action {
        endpoints::Action::Records(Action::List) => list(context, records, table).await,
        endpoints::Action::Records(Action::Read) => read(context, records, table, key).await,
        // Boxed, so that the future of a request that only reads is small.
        endpoints::Action::Records(action) => Box::pin(write(context, records, table, key, action, data)).await,
        _ => Err(ApiError::not_found()),
    }
}

/// The table at an address.
///
/// # Errors
/// 404 when the caller may not read it or there is none, and for rows that have no address.
fn table<'s>(records: &'s ScopedRecords<'_>, [name, key]: [&str; 2]) -> Result<&'s Arc<Table>, ApiError> {
    let name = percent_decode_str(name)
        .decode_utf8()
        .map_err(|_| ApiError::not_found())?;
    let table = records.schema().at_path(&name).ok_or_else(ApiError::not_found)?;
    match !key.is_empty() && !table.has_rows_with_addresses() {
        true => Err(ApiError::not_found()),
        false => Ok(table),
    }
}

/// OPTIONS, or a method that the address does not have.
fn other_method<'r>(
    context: &RequestContext<'_, '_>,
    records: &ScopedRecords<'_>,
    endpoint: &'static Endpoint,
    table: &Arc<Table>,
) -> Result<Response<'r>, ApiError> {
    let allow = endpoints::allow(operations_of(endpoint, table).map(|operation| operation.method));
    if context.request.method() != HttpMethod::Options {
        return Err(ApiError::method_not_allowed(context.request.method().as_str(), allow));
    }
    let [_, key] = context.variables;
    let may_write = context.app.rules.current().may_write(context.caller, &table.name);
    let description = metadata::options(records.schema(), table, !key.is_empty(), may_write);
    Ok(response::options(allow, &description))
}

/// The methods of an address, for a caller without credentials.
pub fn allow(app: &App, found: &Found<'_>) -> Option<String> {
    let endpoint = found.endpoint?;
    if !found.subject.is_of_tables() {
        return Some(endpoints::allow(
            endpoint.operations.iter().map(|operation| operation.method),
        ));
    }
    let records = app.records.seen_by(AccessLevel::Public.into());
    let table = table(&records, found.variables).ok()?;
    Some(endpoints::allow(
        operations_of(endpoint, table).map(|operation| operation.method),
    ))
}

async fn list<'r>(
    context: &RequestContext<'r, '_>,
    records: &ScopedRecords<'r>,
    table: &Arc<Table>,
) -> Result<Response<'r>, ApiError> {
    let (app, request) = (context.app, context.request);
    let query = ListRequest::parse(context.query())?;
    let format = negotiation::list_format(request.headers(), query.format).ok_or_else(ApiError::not_acceptable)?;
    let listing = tokio::select! {
        listing = records.list(table, &query, format) => listing?,
        // Rocket does not report that a client has gone before the answer begins.
        () = app.connections.gone(request.remote()) => return Err(ApiError::client_gone()),
    };
    let mut response = match listing.rows {
        Rows::Whole(body) => response::of_bytes(Status::Ok, format.media_type(), body),
        Rows::Stream(chunks) => stream::response(app, request, format.media_type(), chunks),
    };
    response.set_raw_header("Vary", "Accept");
    if let Some(total) = listing.head.total {
        response.set_raw_header("X-Total-Count", total.to_string());
        let links = links::pages(context.path(), context.query(), &query, &listing.head);
        if !links.is_empty() {
            response.set_raw_header("Link", links);
        }
    }
    Ok(response)
}

async fn read<'r>(
    context: &RequestContext<'_, '_>,
    records: &ScopedRecords<'_>,
    table: &Arc<Table>,
    key: &str,
) -> Result<Response<'r>, ApiError> {
    let query = row_request(context.query())?;
    if query.format.is_none() {
        context.accepts_json()?;
    }
    let row = records.row(table, key, &query).await?;
    Ok(response::of_bytes(Status::Ok, "application/json", row))
}

async fn write<'r>(
    context: &RequestContext<'_, '_>,
    records: &ScopedRecords<'_>,
    table: &Arc<Table>,
    key: &str,
    action: Action,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    context.no_parameters()?;
    if action == Action::Delete {
        records.delete(table, key).await?;
        return Ok(response::no_content());
    }
    let body = body::receive(context.app, context.request, data).await?;
    if action == Action::Create {
        let written = records.insert(table, &body, context.now).await?;
        let mut response = response::of_bytes(Status::Created, "application/json", written.json);
        if let Some(key) = written.key {
            response.set_raw_header("Location", format!("{}{key}/", address_of(&table.name)));
        }
        return Ok(response);
    }
    let is_partial = action == Action::Change;
    let written = records.update(table, key, &body, is_partial, context.now).await?;
    Ok(response::of_bytes(Status::Ok, "application/json", written.json))
}
