//! The OpenAPI 3.1 document of the tables as they are: `/api/openapi.json` serves it, `socle openapi` prints it.
//!
//! [`document`] is a pure function of the schema that a reader sees, the policy and the descriptions of the endpoints. It
//! states exactly what the server does: a value that the document allows is accepted, one that it forbids is refused, a
//! parameter that it does not list is unknown.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON objects are indexed, to which a missing name is added"
)]

mod components;
mod example;
mod names;
mod operation;
mod parameters;
mod purpose;
mod rows;
mod security;
mod tables;
#[cfg(test)]
mod tests;
mod value;

use serde_json::{Map, Value as Json, json};

use crate::endpoints::{self, SUBJECTS, auth, jobs, service};
use crate::schema::Schema;
use names::Named;
pub use security::Rights;

const DESCRIPTION: &str = "\
Every table of the database over HTTP, with and without the closing slash of an address. \
Answers are JSON unless `Accept` or `format` asks otherwise. Errors are `{\"field\": [\"what is wrong\"]}` for fields and \
parameters, every one of them at once, and `{\"detail\": \"what is wrong\"}` for the rest; a client that accepts \
`application/problem+json` gets RFC 9457 instead. `HEAD` answers as `GET` does, without a body; a method that an address \
does not have is answered 405 with `Allow`.";

/// The document of the tables in `schema`, each operation with the roles that may call it. `server` is the address at
/// which clients reach the API, when it is known.
pub fn document(schema: &Schema, rights: &Rights<'_>, title: &str, version: &str, server: Option<&str>) -> Json {
    let tables = names::of(schema);
    let mut paths = Map::new();
    for subject in SUBJECTS {
        if subject.is_of_tables() {
            paths.extend(tables.iter().flat_map(|named| tables::paths(schema, rights, named)));
        } else {
            paths.extend(operation::paths(subject, rights));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "description": DESCRIPTION },
        "servers": [{ "url": server.unwrap_or("/") }],
        "tags": tags(&tables),
        "paths": paths,
        "components": {
            "schemas": schemas(schema, &tables),
            "parameters": components::parameters(),
            "headers": components::headers(),
            "responses": components::responses(),
            "securitySchemes": security::schemes(),
        },
    })
}

fn tags(tables: &[Named<'_>]) -> Json {
    let of_tables = tables.iter().map(|named| {
        let what = if named.table.is_view { "View" } else { "Table" };
        json!({ "name": named.table.name, "description": format!("{what} `{}`.", named.table.name) })
    });
    let fixed = [
        (
            jobs::TAG,
            "Work that outlives the request: asked for, followed, and done by workers built in or your own. Everything \
             here is also under `/api/jobs`.",
        ),
        (auth::TAG, "Signing in, accounts, tokens, and what happened to them."),
        (service::TAG, "The service itself: what it is and how it is."),
    ];
    let fixed = fixed.map(|(name, description)| json!({ "name": name, "description": description }));
    of_tables.chain(fixed).collect()
}

fn schemas(schema: &Schema, tables: &[Named<'_>]) -> Json {
    let mut schemas = Map::new();
    for named in tables {
        schemas.extend(rows::schemas(schema, tables, named));
    }
    let fixed = [
        endpoints::jobs::schedules::components(),
        components::schemas(),
        endpoints::jobs::schemas::components(),
        endpoints::auth::components(),
    ];
    let fixed = fixed.into_iter().flatten();
    schemas.extend(fixed.map(|(name, schema)| (name.to_owned(), schema)));
    Json::Object(schemas)
}
