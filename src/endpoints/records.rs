//! Rows of tables. The addresses are the same for every table; the schemas of bodies and answers are the table's, which
//! `openapi` adds.

use super::schema::text;
use super::{API_BASE, Action as Any, Answer, Body, Endpoint, ErrorAnswer as E, Method, Operation, Parameter, Part};
use super::{Rule, Subject, segment};
use crate::schema::Table;

/// What `http` does for these operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// List rows.
    List,
    /// Add rows.
    Create,
    /// Read a row.
    Read,
    /// Replace a row.
    Replace,
    /// Change fields of a row.
    Change,
    /// Delete a row.
    Delete,
}

/// Every table. The tag of an operation is the table's name.
pub static SUBJECT: Subject = Subject {
    part: Part::Api,
    bases: &[API_BASE],
    owns_bases: true,
    otherwise: Rule::AnyValid,
    title: None,
    tag: "",
    endpoints: &[TABLE, ROW],
};

/// A table.
pub const TABLE: Endpoint = Endpoint {
    path: "/{table}/",
    variables: &[TABLE_NAME],
    operations: &[
        Operation {
            answers: &[Answer {
                status: 200,
                description: "The rows; as NDJSON, one on each line.",
                headers: &["X-Total-Count", "Link"],
                content: &[],
            }],
            errors: &[E::BadRequest, E::NotFound, E::NotAcceptable, E::ServiceUnavailable],
            ..operation(Method::Get, Action::List, Rule::ReadTable, "list", "List rows.")
        },
        Operation {
            body: Some(Body::Row),
            answers: &[Answer {
                status: 201,
                description: "The row, or the rows, as they are kept.",
                headers: &["Location"],
                content: &[],
            }],
            errors: &[E::BadRows, E::NotFound, E::ServiceUnavailable],
            ..operation(
                Method::Post,
                Action::Create,
                Rule::WriteTable,
                "create",
                "Add a row, or with a JSON array several: all of them or none.",
            )
        },
    ],
};

/// A row.
pub const ROW: Endpoint = Endpoint {
    path: "/{table}/{key}/",
    variables: &[
        TABLE_NAME,
        Parameter {
            name: "key",
            description: "The row's key.",
            schema: text,
        },
    ],
    operations: &[
        Operation {
            answers: &[THE_ROW],
            errors: &[E::BadRequest, E::NotFound, E::NotAcceptable, E::ServiceUnavailable],
            ..operation(Method::Get, Action::Read, Rule::ReadTable, "read", "Read a row.")
        },
        Operation {
            body: Some(Body::Row),
            answers: &[THE_ROW],
            errors: &[E::NotFound, E::ServiceUnavailable],
            ..operation(
                Method::Put,
                Action::Replace,
                Rule::WriteTable,
                "replace",
                "Replace a row: fields that are not given take their default.",
            )
        },
        Operation {
            body: Some(Body::Row),
            answers: &[THE_ROW],
            errors: &[E::NotFound, E::ServiceUnavailable],
            ..operation(
                Method::Patch,
                Action::Change,
                Rule::WriteTable,
                "change",
                "Change fields of a row.",
            )
        },
        Operation {
            answers: &[Answer {
                status: 204,
                description: "The row is gone.",
                headers: &[],
                content: &[],
            }],
            errors: &[E::BadRequest, E::NotFound, E::Conflict, E::ServiceUnavailable],
            ..operation(
                Method::Delete,
                Action::Delete,
                Rule::WriteTable,
                "delete",
                "Delete a row.",
            )
        },
    ],
};

const TABLE_NAME: Parameter = Parameter {
    name: "table",
    description: "The table's name, or the path that `socle.toml` gives it.",
    schema: text,
};

const THE_ROW: Answer = Answer {
    status: 200,
    description: "The row.",
    headers: &[],
    content: &[],
};

const fn operation(method: Method, action: Action, rule: Rule, id: &'static str, summary: &'static str) -> Operation {
    Operation::new(method, Any::Records(action), rule, id, summary)
}

/// The operations of an endpoint that a table has: a table that cannot be written is only read.
pub fn operations_of(endpoint: &'static Endpoint, table: &Table) -> impl Iterator<Item = &'static Operation> {
    let is_writable = table.is_writable();
    let operations = endpoint.operations.iter();
    operations.filter(move |operation| is_writable || operation.rule != Rule::WriteTable)
}

/// The address of a table.
pub fn address_of(table: &str) -> String {
    format!("{API_BASE}/{}/", segment(table))
}
