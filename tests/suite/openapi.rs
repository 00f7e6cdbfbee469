//! `/api/openapi.json`: a valid document of the tables as they are now.

use std::process::Command;

use serde_json::{Value, json};
use socle::access::Role;

use crate::accounts_fixture::closed;
use crate::roles_fixture::ServerWithRoles;
use crate::server::Server;
use crate::tables::{LIBRARY, READINGS};

fn library() -> Server {
    Server::with_tables(LIBRARY)
}

/// Follows `$ref` until there is none.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        None => value,
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("a reference within the document");
            resolve(
                document,
                document
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("{reference} leads nowhere")),
            )
        }
    }
}

/// The schema of one property of the body of an operation.
fn property<'a>(document: &'a Value, path: &str, method: &str, name: &str) -> &'a Value {
    let body = resolve(document, &document["paths"][path][method]["requestBody"]);
    let schema = resolve(document, &body["content"]["application/json"]["schema"]);
    let object = ["anyOf", "oneOf"]
        .iter()
        .find_map(|way| schema[*way].as_array())
        .map_or(schema, |ways| {
            ways.iter()
                .map(|way| resolve(document, way))
                .find(|way| way["properties"].is_object())
                .expect("an object")
        });
    resolve(document, &object["properties"][name])
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_document_is_openapi_3_1_of_every_table() {
    let server = Server::with(|setup| {
        setup
            .tables(LIBRARY)
            .env("APP_TITLE", "Bibliothèque")
            .env("APP_VERSION", "9.9")
    });
    let answer = server.get("/api/openapi.json").is(200);
    assert!(answer.header("content-type").contains("json"));
    let document = answer.json();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1.")),
        "{}",
        document["openapi"]
    );
    assert_eq!(
        (&document["info"]["title"], &document["info"]["version"]),
        (&json!("Bibliothèque"), &json!("9.9"))
    );
    let paths = document["paths"].as_object().expect("paths");
    for table in ["items", "authors", "books", "loans", "available_books"] {
        assert!(paths.contains_key(&format!("/api/{table}/")), "{table}");
    }
    assert!(
        !paths
            .keys()
            .any(|path| path.contains("refinery") || path.contains("sqlite"))
    );
    let row = paths
        .keys()
        .find(|path| path.starts_with("/api/items/{"))
        .expect("a row of items");
    for method in ["get", "put", "patch", "delete"] {
        assert!(document["paths"][row][method].is_object(), "{method}");
    }
    assert!(document["paths"]["/api/available_books/"]["post"].is_null());
}

#[test]
fn the_document_holds_the_constraints_of_the_tables() {
    let server = library();
    let document = server.get("/api/openapi.json").is(200).json();
    let books = |name| property(&document, "/api/books/", "post", name);
    assert_eq!(
        (&books("title")["maxLength"], types(books("title"))),
        (&json!(200), vec!["string"])
    );
    assert_eq!(books("language")["enum"], json!(["fr", "en", "de"]));
    assert_eq!(books("language")["default"], "fr");
    assert_eq!(books("published")["format"], "date");
    assert!(types(books("published")).contains(&"null"), "{}", books("published"));
    let born = property(&document, "/api/authors/", "post", "born");
    assert_eq!((&born["minimum"], &born["maximum"]), (&json!(-3000), &json!(2100)));
    let text = document.to_string();
    assert!(text.contains("\"readOnly\":true") && text.contains("\"date-time\""));
}

#[test]
fn the_document_names_what_is_required() {
    let server = library();
    let document = server.get("/api/openapi.json").is(200).json();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let requires = |wanted: &[&str]| {
        schemas.values().any(|schema| {
            let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            wanted.iter().all(|name| required.iter().any(|one| one == name))
                && schema["properties"]["isbn"].is_object()
                && !required.iter().any(|one| one == "price")
        })
    };
    assert!(requires(&["isbn", "title", "author_id"]), "{schemas:?}");
}

#[test]
fn a_list_names_every_parameter_and_every_operation_its_errors() {
    let server = library();
    let document = server.get("/api/openapi.json").is(200).json();
    let list = &document["paths"]["/api/books/"]["get"];
    let shared = document["paths"]["/api/books/"]["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let own = list["parameters"].as_array().expect("parameters");
    let names: Vec<_> = own
        .iter()
        .chain(&shared)
        .map(|one| resolve(&document, one)["name"].as_str().expect("a name"))
        .collect();
    for name in [
        "limit",
        "offset",
        "after",
        "ordering",
        "search",
        "fields",
        "expand",
        "format",
        "title",
        "price__gte",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for (path, method, statuses) in [
        ("/api/books/", "get", &["200", "400", "406"][..]),
        ("/api/books/", "post", &["201", "400", "413", "415"]),
        ("/api/books/{isbn}/", "get", &["200", "404"]),
        ("/api/books/{isbn}/", "delete", &["204", "404", "409"]),
    ] {
        let responses = document["paths"][path][method]["responses"]
            .as_object()
            .unwrap_or_else(|| panic!("{method} {path}"));
        for status in statuses {
            assert!(
                responses.contains_key(*status),
                "{method} {path} does not name {status}"
            );
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let server = library();
    let document = server.get("/api/openapi.json").is(200).json();
    fn visit(document: &Value, value: &Value, names: &mut Vec<String>) {
        if let Some(reference) = value["$ref"].as_str() {
            assert!(resolve(document, value).is_object(), "{reference}");
        }
        // Links name operations too; only an operation has responses.
        let own = value["operationId"].as_str().filter(|_| value["responses"].is_object());
        names.extend(own.map(str::to_owned));
        match value {
            Value::Array(list) => list.iter().for_each(|one| visit(document, one, names)),
            Value::Object(map) => map.values().for_each(|one| visit(document, one, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    visit(&document, &document, &mut names);
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(count >= 5 * 4 && names.len() == count, "{names:?}");
}

#[test]
fn every_security_scheme_that_the_document_names_is_defined() {
    let server = closed().start();
    let document = server.get("/api/openapi.json").is(200).json();
    let schemes = &document["components"]["securitySchemes"];
    let mut count = 0;
    for (_, _, operation) in operations(&document) {
        for requirement in operation["security"].as_array().into_iter().flatten() {
            for name in requirement.as_object().expect("a requirement").keys() {
                assert!(schemes[name].is_object(), "{name} of {}", operation["operationId"]);
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_roles_that_the_document_names_are_those_that_are_enforced() {
    let toml = "[tables.items]\nread = \"viewer\"\nwrite = \"admin\"\n[jobs]\nwrite = \"editor\"\n";
    for toml in ["", toml] {
        let closed = ServerWithRoles::with(|setup| setup.socle_toml(toml));
        let document = closed
            .as_role("admin", "GET", "/api/openapi.json", &Value::Null)
            .is(200)
            .json();
        for (path, method, operation) in operations(&document) {
            let path = of_nothing(path);
            let named: Option<Vec<Role>> = operation["security"].as_array().map(|requirements| {
                let roles = requirements
                    .iter()
                    .filter_map(|requirement| requirement["token"][0].as_str());
                roles.map(|role| role.parse().expect("a role")).collect()
            });
            let what = format!("{method} {path}: {}", operation["security"]);
            let answer = closed.server.request(&method, &path, &[], b"");
            // A table that a stranger may not read does not exist for it.
            let is_refused =
                answer.status == 401 || (path.starts_with("/api/items") && answer.text().contains("Not found"));
            assert!(is_refused || named.is_none(), "a stranger: {what} {}", answer.status);
            assert!(answer.status != 401 || named.is_some(), "a stranger: {what}");
            for role in Role::ALL {
                let answer = closed.as_role(role.name(), &method, &path, &Value::Null);
                let is_named = named
                    .as_ref()
                    .is_none_or(|named| named.iter().any(|least| role.covers(*least)));
                assert_eq!(answer.status != 403, is_named, "{role}: {what} {}", answer.text());
            }
        }
    }
}

/// The operations of a document with their paths and methods.
fn operations(document: &Value) -> Vec<(&str, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, operations)| {
        let operations = operations.as_object().expect("operations").iter();
        let operations = operations.filter(|(method, _)| *method != "parameters");
        operations.map(move |(method, operation)| (path.as_str(), method.to_ascii_uppercase(), operation))
    });
    operations.collect()
}

/// A path whose variables name something that does not exist.
fn of_nothing(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{job_id}" => "00000000-0000-7000-8000-000000000000",
        variable if variable.starts_with('{') => "1000",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn the_command_prints_the_same_document() {
    let server = library();
    let printed = server.setup.run(&["openapi"]).success();
    let printed: Value = serde_json::from_str(&printed.out).expect("JSON alone on standard output");
    let served = server.get("/api/openapi.json").is(200).json();
    assert_eq!(
        (&printed["paths"], &printed["components"]),
        (&served["paths"], &served["components"])
    );
}

#[test]
#[ignore = "needs openapi-spec-validator"]
fn a_public_validator_finds_the_document_valid() {
    let server = library();
    let file = server.setup.home().join("openapi.json");
    std::fs::write(&file, server.get("/api/openapi.json").is(200).body).expect("the document is kept");
    let said = Command::new("openapi-spec-validator")
        .arg(&file)
        .output()
        .expect("openapi-spec-validator starts");
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}

/// Runs schemathesis, with every check and phase, against what the server describes of itself.
#[track_caller]
fn schemathesis_finds_nothing(server: &Server) {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis.toml");
    let said = Command::new("schemathesis")
        .args(["--config-file", config])
        .args(["run", &server.url("/api/openapi.json")])
        .args(["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"])
        .args(["--max-examples", "200", "--continue-on-failure"])
        // A claim would wait for a job as long as it is asked to.
        .args(["--exclude-operation-id", "jobs.claim"])
        .args(["--generation-deterministic", "--no-color"])
        .current_dir(server.setup.home())
        .output()
        .expect("schemathesis starts");
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
#[ignore = "needs schemathesis"]
fn schemathesis_finds_nothing_in_the_default_table() {
    schemathesis_finds_nothing(&Server::start());
}

#[test]
#[ignore = "needs schemathesis"]
fn schemathesis_finds_nothing_in_columns_of_every_type() {
    let server = Server::with_tables(READINGS);
    schemathesis_finds_nothing(&server);
}

#[test]
#[ignore = "needs schemathesis"]
fn schemathesis_finds_nothing_in_a_library() {
    let server = library();
    server
        .post("/api/authors/", json!([{"name": "Colette"}, {"name": "Sappho"}]))
        .is(201);
    let book = json!({"isbn": "9782070360000", "title": "Chéri", "author_id": 1});
    server.post("/api/books/", book).is(201);
    schemathesis_finds_nothing(&server);
}

#[test]
#[ignore = "needs schemathesis"]
fn schemathesis_finds_nothing_where_rules_keep_things_back() {
    let server = library();
    server.post("/api/authors/", json!([{"name": "Colette"}])).is(201);
    let rules = "[tables.books.columns]\nprice = 'read-only'\nlanguage = 'hidden'\ncreated_at = 'hidden'\n\
                 [tables.available_books]\nread = 'viewer'";
    let restricted = server.setup.clone().socle_toml(rules).start();
    schemathesis_finds_nothing(&restricted);
}
