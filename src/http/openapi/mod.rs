//! The OpenAPI 3.1 document of the tables as they are: what `/api/openapi.json` serves and `socle openapi` prints.
//!
//! [`document`] is a pure function of the schema that a reader sees and of who may do what with it. It says what the server does and no more: a value that the document
//! allows is taken, one that it forbids is refused, a parameter that it does not list is unknown.

#![allow(
    clippy::indexing_slicing,
    reason = "what is indexed is a JSON object made a few lines before, and a name it has not is added to it"
)]

mod auth;
mod example;
mod fixed;
mod job_schemas;
mod jobs;
mod names;
mod operations;
mod parameters;
mod rows;
mod schedules;
mod security;
mod shared;
#[cfg(test)]
mod tests;
mod value;

use serde_json::{Map, Value as Json, json};

use crate::schema::Schema;
use names::Named;
pub use security::Rights;

const DESCRIPTION: &str = "\
Every table of the database over HTTP, with and without the closing slash of an address. \
Answers are JSON unless `Accept` or `format` asks otherwise. Errors are `{\"field\": [\"what is wrong\"]}` for fields and \
parameters, every one of them at once, and `{\"detail\": \"what is wrong\"}` for the rest; a client that accepts \
`application/problem+json` gets RFC 9457 instead. `HEAD` answers as `GET` does, without a body; a method that an address \
does not have is answered 405 with `Allow`.";

/// The document of the tables in `schema`, each operation with who may do it. `server` is the address that clients reach the API at, when it is known.
pub fn document(schema: &Schema, rights: &Rights<'_>, title: &str, version: &str, server: Option<&str>) -> Json {
    let tables = names::of(schema);
    let mut paths = fixed::paths();
    paths.extend(jobs::paths(rights));
    paths.extend(auth::paths());
    for named in &tables {
        paths.extend(operations::paths(schema, rights, named));
    }
    paths.extend(schedules::paths(rights));
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "description": DESCRIPTION },
        "servers": [{ "url": server.unwrap_or("/") }],
        "tags": tags(&tables),
        "paths": paths,
        "components": {
            "schemas": schemas(schema, &tables),
            "parameters": shared::parameters(),
            "headers": shared::headers(),
            "responses": shared::responses(),
            "securitySchemes": security::schemes(),
        },
    })
}

fn tags(tables: &[Named<'_>]) -> Json {
    let of_tables = tables.iter().map(|named| {
        let what = if named.table.is_view { "View" } else { "Table" };
        json!({ "name": named.table.name, "description": format!("{what} `{}`.", named.table.name) })
    });
    let service = json!({ "name": fixed::TAG, "description": "The service itself: what it is and how it is." });
    let jobs = json!({ "name": jobs::TAG, "description": jobs::ABOUT });
    let access =
        json!({ "name": auth::TAG, "description": "Signing in, accounts, tokens, and what happened to them." });
    of_tables.chain([jobs, access, service]).collect()
}

fn schemas(schema: &Schema, tables: &[Named<'_>]) -> Json {
    let mut schemas = Map::new();
    for named in tables {
        schemas.extend(rows::schemas(schema, tables, named));
    }
    schemas.extend(schedules::schemas());
    schemas.extend(shared::schemas());
    schemas.extend(job_schemas::schemas());
    schemas.extend(auth::schemas());
    Json::Object(schemas)
}
