//! HTTP endpoints as data: for each its address, its methods, who may call them, what they take and what they answer.
//!
//! No other file names an address of the server. `http` derives its dispatch, `Allow`, the answers to OPTIONS and 405 from
//! these descriptions, `openapi` the operations of its document. This module depends on no HTTP library.
//!
//! [`SUBJECTS`] lists everything; [`find`] looks up a path.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON objects are indexed, to which a missing name is added"
)]

pub mod auth;
mod errors;
pub mod jobs;
mod path;
pub mod records;
pub mod schema;
pub mod service;

pub use errors::ErrorAnswer;
pub use path::segment;

use serde_json::Value as Json;

use crate::access::Rule;

/// Every subject. [`find`] asks them in this order.
pub static SUBJECTS: [&Subject; 7] = [
    &auth::SUBJECT,
    &jobs::schedules::SUBJECT,
    &jobs::SUBJECT,
    &service::SUBJECT,
    &service::PAGES,
    &service::API,
    &records::SUBJECT,
];

/// The prefix of every address of the API. Jobs are served without it as well.
pub const API_BASE: &str = "/api";

/// Builds a JSON Schema or an example.
pub type SchemaFn = fn() -> Json;

/// Endpoints that belong together.
#[derive(Debug)]
pub struct Subject {
    /// The part of the program that serves it.
    pub part: Part,
    /// The prefixes of its addresses; clients may use any, the document names the first.
    pub bases: &'static [&'static str],
    /// Whether every address under its bases is its own, so that no later subject is tried.
    pub owns_bases: bool,
    /// The rule for what has none of its own: OPTIONS, and addresses and methods that there are not.
    pub otherwise: Rule,
    /// The `name` of its answers to OPTIONS.
    pub title: Option<&'static str>,
    /// The tag of its operations in the document. Operations on tables have the table's name.
    pub tag: &'static str,
    /// What it serves.
    pub endpoints: &'static [Endpoint],
}

/// A part of the program, which the setting `ROLES` may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Served by every process that listens.
    Always,
    /// Served with the role `api`.
    Api,
    /// Served with the role `pages`.
    Pages,
}

/// An address and its methods.
#[derive(Debug)]
pub struct Endpoint {
    /// The address behind a base. `{name}` stands for one segment, `{name..}` at the end for one or more. A closing slash
    /// is how the document writes it; requests are served with and without.
    pub path: &'static str,
    /// The variables of the path, in its order.
    pub variables: &'static [Parameter],
    /// One for each method but HEAD, which GET stands for, and OPTIONS, which every address has.
    pub operations: &'static [Operation],
}

/// The methods that endpoints have of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET, and HEAD.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// What a method does at an address.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// What `http` does for it.
    pub action: Action,
    /// Who may call it.
    pub rule: Rule,
    /// Its `operationId`, unique in the document; of a table, the part behind the table's name. Empty when the document
    /// leaves it out.
    pub id: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The parameters of its query.
    pub query: &'static [Parameter],
    /// The body that it takes.
    pub body: Option<Body>,
    /// Its answers that are no errors.
    pub answers: &'static [Answer],
    /// Errors besides those that follow from the rule and the body.
    pub errors: &'static [ErrorAnswer],
}

/// What `http` does for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The service itself.
    Service(service::Action),
    /// Rows of tables.
    Records(records::Action),
    /// Jobs.
    Jobs(jobs::Action),
    /// Schedules of jobs.
    Schedules(jobs::schedules::Action),
    /// Accounts, tokens and sessions.
    Auth(auth::Action),
}

/// A parameter of a path or of a query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means; may be empty.
    pub description: &'static str,
    /// Its values.
    pub schema: SchemaFn,
}

/// A body that must be sent.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// A row of the table, or several, in each media type that rows are taken in.
    Row,
    /// Fields.
    Fields {
        /// Their schema in JSON.
        json: SchemaFn,
        /// Their schema in a form, where the document describes forms.
        form: Option<SchemaFn>,
        /// An example of the JSON.
        example: Option<SchemaFn>,
    },
}

/// An answer that is no error.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// When it is given, or what it holds.
    pub description: &'static str,
    /// Its headers besides `X-Request-Id`.
    pub headers: &'static [&'static str],
    /// The schema of its body in each media type. For rows, the table's is added.
    pub content: &'static [(&'static str, SchemaFn)],
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'p> {
    /// The subject.
    pub subject: &'static Subject,
    /// The base that the path has.
    pub base: &'static str,
    /// The endpoint; `None` when the subject has no such address.
    pub endpoint: Option<&'static Endpoint>,
    /// The values of the path's variables, percent-encoded as they came.
    pub variables: [&'p str; 2],
}

/// The endpoint at a path, among those of the parts that are served.
pub fn find<'p>(path: &'p str, is_served: impl Fn(Part) -> bool) -> Option<Found<'p>> {
    for subject in SUBJECTS.iter().filter(|subject| is_served(subject.part)) {
        for base in subject.bases {
            let Some(rest) = path::below(path, base) else { continue };
            let matching = |endpoint: &'static Endpoint| Some((endpoint, path::variables(endpoint.path, rest)?));
            let found = |endpoint, variables| Found {
                subject,
                base,
                endpoint,
                variables,
            };
            match subject.endpoints.iter().find_map(matching) {
                Some((endpoint, variables)) => return Some(found(Some(endpoint), variables)),
                None if subject.owns_bases => return Some(found(None, [""; 2])),
                None => {}
            }
        }
    }
    None
}

/// The value of `Allow` for an address with these methods.
pub fn allow(methods: impl Iterator<Item = Method>) -> String {
    let mut names: Vec<&str> = methods.map(Method::name).collect();
    if names.contains(&Method::Get.name()) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}

impl Subject {
    /// Whether its addresses, methods and schemas are those of tables.
    pub fn is_of_tables(&self) -> bool {
        std::ptr::eq(self, &records::SUBJECT)
    }
}

impl Method {
    /// As a request line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Endpoint {
    /// Its operation of a method.
    pub fn operation(&self, method: Method) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.method == method)
    }
}

impl Operation {
    /// An operation that takes nothing and is yet to answer.
    const fn new(method: Method, action: Action, rule: Rule, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            action,
            rule,
            id,
            summary,
            query: &[],
            body: None,
            answers: &[],
            errors: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Option<(&'static str, Option<&'static str>, [&str; 2])> {
        let found = find(path, |_| true)?;
        Some((
            found.base,
            found.endpoint.map(|endpoint| endpoint.path),
            found.variables,
        ))
    }

    #[test]
    fn a_path_leads_to_one_endpoint_with_and_without_a_closing_slash() {
        assert_eq!(at("/"), Some(("", Some("/"), ["", ""])));
        assert_eq!(at("/health/"), Some(("", Some("/health"), ["", ""])));
        assert_eq!(at("/api"), Some(("/api", Some("/"), ["", ""])));
        assert_eq!(at("/api/items/"), Some(("/api", Some("/{table}/"), ["items", ""])));
        assert_eq!(
            at("/api/items/a%2Fb"),
            Some(("/api", Some("/{table}/{key}/"), ["items", "a%2Fb"]))
        );
        assert_eq!(at("/api/jobs/counts"), Some(("/api/jobs", Some("/counts"), ["", ""])));
        assert_eq!(
            at("/jobs/7/retry/"),
            Some(("/jobs", Some("/{job_id}/retry"), ["7", ""]))
        );
        assert_eq!(
            at("/jobs/schedules/a"),
            Some(("/jobs/schedules", Some("/{name}/"), ["a", ""]))
        );
        assert_eq!(
            at("/static/a/b.js"),
            Some(("", Some("/static/{path..}"), ["a/b.js", ""]))
        );
    }

    #[test]
    fn what_is_no_endpoint_is_left_to_the_subject_that_owns_the_base() {
        assert_eq!(at("/api/auth/nothing"), Some(("/api/auth", None, ["", ""])));
        assert_eq!(at("/jobs/7/what"), Some(("/jobs", None, ["", ""])));
        assert_eq!(at("/api/items/1/2"), Some(("/api", None, ["", ""])));
        assert_eq!((at("/nothing"), at("/jobsmore"), at("/apis")), (None, None, None));
    }

    #[test]
    fn allow_names_the_methods_and_those_that_follow() {
        assert_eq!(
            allow([Method::Get, Method::Post].into_iter()),
            "GET, POST, HEAD, OPTIONS"
        );
        assert_eq!(allow([Method::Delete].into_iter()), "DELETE, OPTIONS");
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_and_an_answer() {
        let operations = SUBJECTS.iter().flat_map(|subject| subject.endpoints);
        let operations = operations.flat_map(|endpoint| endpoint.operations);
        let mut ids: Vec<_> = operations
            .filter(|operation| !operation.id.is_empty())
            .inspect(|operation| assert!(!operation.answers.is_empty(), "{}", operation.id))
            .map(|operation| operation.id)
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn the_variables_of_a_path_are_described() {
        for endpoint in SUBJECTS.iter().flat_map(|subject| subject.endpoints) {
            let named: Vec<_> = endpoint.variables.iter().map(|variable| variable.name).collect();
            let written = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{'));
            let written: Vec<_> = written.map(|part| part.trim_end_matches(['}', '.'])).collect();
            assert_eq!(named, written, "{}", endpoint.path);
        }
    }
}
