//! The document of hand-made tables.

use serde_json::{Value as Json, json};

use super::{Rights, document};
use crate::access::Policy;
use crate::database::table_info::{ColumnInfo, ForeignKeyInfo, TableInfo};
use crate::schema::Schema;

/// A column declared as `name type`, in the key at `key`.
fn column(declaration: &str, key: u32) -> ColumnInfo {
    let (name, declared) = declaration.split_once(' ').unwrap_or((declaration, ""));
    let (declared, not_null) = match declared.strip_suffix(" NOT NULL") {
        Some(declared) => (declared, true),
        None => (declared, false),
    };
    ColumnInfo {
        name: name.to_owned(),
        declared: declared.to_owned(),
        not_null,
        default: None,
        key,
        generated: false,
    }
}

fn table(name: &str, columns: Vec<ColumnInfo>, checks: &str) -> TableInfo {
    TableInfo {
        name: name.to_owned(),
        is_view: false,
        has_rowid: true,
        has_triggers: false,
        sql: format!("CREATE TABLE t (x, {checks})"),
        columns,
        foreign_keys: Vec::new(),
        unique: Vec::new(),
        broken: None,
    }
}

fn library() -> Schema {
    let mut description = column("description TEXT NOT NULL", 0);
    description.default = Some("'none'".into());
    let authors = table(
        "authors",
        vec![
            column("id INTEGER", 1),
            column("name VARCHAR(20) NOT NULL", 0),
            description,
            column("created_at TIMESTAMP NOT NULL", 0),
        ],
        "CHECK (length(name) >= 2)",
    );
    let mut books = table(
        "books",
        vec![
            column("isbn TEXT", 1),
            column("author_id INTEGER NOT NULL", 0),
            column("price DECIMAL(6,2)", 0),
            column("kind TEXT NOT NULL", 0),
            column("pages INTEGER", 0),
            column("notes JSON", 0),
        ],
        "CHECK (kind IN ('novel', 'essay')), CHECK (pages > 10 AND pages <= 5000), CHECK (price >= 0)",
    );
    books.foreign_keys.push(ForeignKeyInfo {
        columns: vec!["author_id".into()],
        table: "authors".into(),
        references: Vec::new(),
    });
    let places = table(
        "shelf places",
        vec![column("shelf TEXT", 1), column("place INTEGER", 2)],
        "",
    );
    let other = table("shelf_places", vec![column("limit INTEGER", 1)], "");
    let mut view = table("titles", vec![column("title TEXT", 0)], "");
    view.is_view = true;
    Schema::from_table_info(1, &[authors, books, places, other, view])
}

fn made() -> Json {
    let policy = Policy::default();
    let rights = Rights {
        policy: &policy,
        is_open: true,
    };
    document(&library(), &rights, "Library", "1.2", Some("https://example.org"))
}

fn parameters(document: &Json, path: &str) -> Vec<String> {
    let list = document["paths"][path]["get"]["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let name = |parameter: &Json| match parameter["$ref"].as_str() {
        Some(reference) => reference.trim_start_matches("#/components/parameters/").to_owned(),
        None => parameter["name"].as_str().unwrap_or_default().to_owned(),
    };
    list.iter().map(name).collect()
}

#[test]
fn every_table_has_the_operations_that_it_can_do() {
    let document = made();
    let methods = |path: &str| -> Vec<String> {
        let operations = document["paths"][path].as_object();
        operations
            .into_iter()
            .flatten()
            .map(|(method, _)| method.clone())
            .filter(|name| name != "parameters")
            .collect()
    };
    assert_eq!(methods("/api/authors/"), ["get", "post", "options"]);
    assert_eq!(methods("/api/authors/{id}/"), ["get", "put", "patch", "delete"]);
    assert_eq!(methods("/api/shelf%20places/{key}/"), ["get", "put", "patch", "delete"]);
    assert_eq!(methods("/api/titles/"), ["get", "options"]);
    assert_eq!(
        (&document["servers"][0]["url"], &document["info"]["title"]),
        (&json!("https://example.org"), &json!("Library"))
    );
}

#[test]
fn names_of_components_are_safe_and_unlike_each_other() {
    let document = made();
    let schemas = document["components"]["schemas"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for name in [
        "shelf_places.new",
        "shelf_places_2.new",
        "books.replacement",
        "books.new.form",
    ] {
        assert!(schemas.contains_key(name), "{name}");
    }
    let is_safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    assert!(schemas.keys().all(|name| name.chars().all(is_safe)));
}

#[test]
fn a_body_says_what_is_required_and_what_the_rules_are() {
    let document = made();
    let schemas = &document["components"]["schemas"];
    let author = &schemas["authors.new"];
    assert_eq!(
        (&author["required"], &author["additionalProperties"]),
        (&json!(["name"]), &json!(false))
    );
    assert_eq!(
        author["properties"]["name"],
        json!({ "type": "string", "maxLength": 20, "minLength": 2 })
    );
    assert_eq!(author["properties"]["description"]["default"], "none");
    assert_eq!(author["properties"]["created_at"]["readOnly"], true);
    assert_eq!(schemas["authors.change"]["required"], Json::Null);
    let ignored = &schemas["authors.change.form"]["properties"]["id"];
    assert_eq!((&ignored["readOnly"], &ignored["type"]), (&Json::Null, &Json::Null));
    let book = &schemas["books.new"]["properties"];
    assert_eq!(book["kind"]["enum"], json!(["novel", "essay"]));
    assert_eq!(
        (&book["pages"]["type"], &book["pages"]["maximum"]),
        (&json!(["integer", "null"]), &json!(5000))
    );
    assert_eq!(book["pages"]["exclusiveMinimum"], 10);
    assert_eq!(book["price"]["anyOf"][0]["pattern"], "^0*[0-9]{1,4}(\\.[0-9]{1,2})?$");
    assert_eq!(book["price"]["anyOf"][1]["exclusiveMaximum"], 10000);
    assert_eq!(schemas["books.replacement"]["properties"]["isbn"]["readOnly"], true);
    assert_eq!(schemas["books.replacement"]["required"], json!(["author_id", "kind"]));
}

#[test]
fn a_list_takes_every_lookup_of_every_column() {
    let document = made();
    let of_books = parameters(&document, "/api/books/");
    for name in [
        "limit",
        "after",
        "search",
        "expand",
        "isbn",
        "isbn__icontains",
        "pages__range",
        "notes__isnull",
    ] {
        assert!(of_books.iter().any(|known| known == name), "{name}: {of_books:?}");
    }
    assert!(!of_books.iter().any(|name| name == "notes" || name == "pages__contains"));
    let of_places = parameters(&document, "/api/shelf_places/");
    assert_eq!(of_places.iter().filter(|name| *name == "limit").count(), 1);
    assert!(of_places.iter().any(|name| name == "limit__exact"));
    assert!(
        !parameters(&document, "/api/titles/")
            .iter()
            .any(|name| name == "after" || name == "expand")
    );
}

#[test]
fn examples_are_as_the_rules_ask() {
    let document = made();
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["authors.new"]["example"],
        json!({ "name": "Name", "description": "Description" })
    );
    assert_eq!(
        schemas["books.new"]["example"],
        json!({ "isbn": "Isbn", "author_id": 1, "price": "9.50", "kind": "novel", "pages": 11, "notes": { "key": "value" } })
    );
    assert_eq!(schemas["books.change"]["example"]["author_id"], Json::Null);
}
