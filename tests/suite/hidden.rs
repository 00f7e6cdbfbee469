//! Tables and columns that `socle.toml` hides. A request that names one is answered as if it did not exist, and no
//! answer contains a name or value of one.

use serde_json::{Value, json};

use crate::accounts_fixture::ADMIN;
use crate::client::Answer;
use crate::server::{Server, Setup};

/// Whatever is hidden has a name or a value with this in it, and nothing else has.
const MARK: &str = "zz";
/// Names with this in place of the mark are nowhere.
const NOWHERE: &str = "qq";

const TABLES: &str = "
    CREATE TABLE zzvaults (id INTEGER PRIMARY KEY, place TEXT);
    INSERT INTO zzvaults VALUES (1, 'zzcellar');
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO authors VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cy');
    CREATE TABLE books (
        id INTEGER PRIMARY KEY, zzcost INTEGER NOT NULL DEFAULT 5, title TEXT NOT NULL,
        zznote TEXT DEFAULT 'zzwhisper', author_id INTEGER REFERENCES authors(id),
        zzghost INTEGER REFERENCES authors(id), vault_id INTEGER REFERENCES zzvaults(id), price INTEGER,
        UNIQUE (title, price)
    );
    INSERT INTO books (id, title, zzcost, author_id, zzghost, vault_id, price) VALUES (1, 'One', 9, 1, 2, 1, 10), (2, 'Two', 1, 2, NULL, NULL, 20), (3, 'Three', 4, 1, NULL, NULL, 30);
    CREATE TABLE loans (id INTEGER PRIMARY KEY, book_id INTEGER REFERENCES books(id));
    INSERT INTO loans VALUES (1, 1);
    CREATE TABLE zzkeys (id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES authors(id));
    INSERT INTO zzkeys VALUES (1, 3);
    CREATE VIEW shelf AS SELECT id, title, zznote FROM books;";

const RULES: &str = "
    [tables.zzvaults]
    hidden = true
    [tables.zzkeys]
    hidden = true
    [tables.books.columns]
    zzcost = 'hidden'
    zznote = 'hidden'
    zzghost = 'hidden'
    [tables.shelf.columns]
    zznote = 'hidden'";

pub(crate) fn setup() -> Setup {
    Setup::new().env("DEBUG", "true").tables(TABLES).socle_toml(RULES)
}

/// Asserts that an answer holds nothing hidden, in body or headers.
#[track_caller]
pub(crate) fn clean(answer: Answer) -> Answer {
    let headers = format!("{:?}", answer.headers);
    assert!(
        !answer.text().contains(MARK) && !headers.contains(MARK),
        "{} answered {headers} {}",
        answer.what,
        answer.text()
    );
    answer
}

/// Sends a request that names something hidden, then the same that names nothing at all, and asserts that nobody could
/// tell the answers apart.
#[track_caller]
fn is_as_unknown(server: &Server, method: &str, path: &str, body: &Value) {
    let ask = |name: &str| {
        let (path, body) = (path.replace(MARK, name), body.to_string().replace(MARK, name));
        let is_write = matches!(method, "POST" | "PUT" | "PATCH");
        let body = if is_write { body.as_bytes() } else { b"" };
        let answer = server.request(method, &path, &[("Content-Type", "application/json")], body);
        let allow = answer.header("allow");
        (answer.status, allow, answer.text().replace(name, ""))
    };
    let (hidden, unknown) = (ask(MARK), ask(NOWHERE));
    assert_eq!(hidden, unknown, "{method} {path} {body}");
    assert!((400..500).contains(&hidden.0), "{method} {path} {body}: {hidden:?}");
}

#[test]
fn a_hidden_table_is_no_table_whatever_is_asked_of_it() {
    let server = setup().start();
    for path in [
        "/api/zzvaults/",
        "/api/zzvaults",
        "/api/zzvaults/1/",
        "/api/zzvaults/?limit=1",
        "/api/zzvaults/?format=csv",
    ] {
        for method in [
            "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW",
        ] {
            is_as_unknown(&server, method, path, &json!({"place": "x"}));
        }
    }
    assert_eq!(server.get("/api/zzvaults/").status, 404);
    is_as_unknown(&server, "GET", "/api/ZZVAULTS/?zz=1", &Value::Null);
}

#[test]
fn a_hidden_column_is_no_column_wherever_it_is_named() {
    let server = setup().start();
    for query in [
        "zzcost=9",
        "zzcost__gt=1",
        "zzcost__in=1,2",
        "zzcost__range=1,2",
        "zzcost__isnull=false",
        "zznote__icontains=w",
        "zznote__startswith=a",
        "ordering=zzcost",
        "ordering=-zzcost",
        "ordering=title,zzcost",
        "fields=zzcost",
        "fields=id,zzcost",
        "expand=zzghost",
        "expand=author_id,zzghost",
    ] {
        for table in ["books", "shelf"] {
            is_as_unknown(&server, "GET", &format!("/api/{table}/?{query}"), &Value::Null);
        }
    }
    for query in ["fields=zzcost", "expand=zzghost", "zzcost=1"] {
        is_as_unknown(&server, "GET", &format!("/api/books/1/?{query}"), &Value::Null);
    }
    for (method, path) in [
        ("POST", "/api/books/"),
        ("PUT", "/api/books/1/"),
        ("PATCH", "/api/books/1/"),
    ] {
        is_as_unknown(&server, method, path, &json!({"title": "t", "zzcost": 1}));
        is_as_unknown(&server, method, path, &json!({"zznote": null}));
    }
    is_as_unknown(
        &server,
        "POST",
        "/api/books/",
        &json!([{"title": "t", "zzcost": 1}, {"title": "u"}]),
    );
    let form = server
        .send(
            "POST",
            "/api/books/",
            "application/x-www-form-urlencoded",
            b"title=t&zzcost=1",
        )
        .is(400);
    assert_eq!(
        form.json()["zzcost"][0],
        "This table has no such field. Fields: title, author_id, vault_id, price."
    );
}

#[test]
fn no_answer_holds_what_is_hidden_in_any_format() {
    let server = setup().start();
    for path in [
        "/api/",
        "/api/openapi.json",
        "/",
        "/health",
        "/api/books/",
        "/api/books/?limit=1",
        "/api/books/1/",
        "/api/books/?format=csv",
        "/api/books/?format=ndjson",
        "/api/books/?ordering=-price&limit=2&after=",
        "/api/shelf/",
        "/api/shelf/?format=csv",
        "/api/loans/?expand=book_id",
        "/api/loans/?expand=book_id&format=csv",
        "/api/loans/?expand=book_id&format=ndjson",
        "/api/loans/1/?expand=book_id",
        "/api/books/?expand=author_id",
        "/api/loans/?fields=book_id&expand=book_id",
    ] {
        clean(server.get(path).is(200));
        clean(server.head(path).is(200));
    }
    for path in ["/api/books/", "/api/books/1/", "/api/shelf/", "/api/loans/"] {
        clean(server.options(path).is(200));
    }
    assert_eq!(
        server.options("/api/books/").json()["actions"]["POST"]["vault_id"].get("references"),
        None
    );
    assert_eq!(
        server.get("/api/books/1/").json(),
        json!({"id": 1, "title": "One", "author_id": 1, "vault_id": 1, "price": 10})
    );
    let document = setup().run(&["openapi"]).success();
    assert!(
        !document.out.contains(MARK) && document.out.contains("/api/books/"),
        "{}",
        document.out
    );
}

#[test]
fn a_reference_to_a_hidden_table_is_a_plain_number_and_is_still_enforced() {
    let server = setup().start();
    let refused = clean(server.get("/api/books/?expand=vault_id").is(400)).json();
    assert_eq!(
        refused,
        json!({"expand": ["\"vault_id\" is not a foreign key. Allowed: author_id."]})
    );
    let refused = clean(server.post("/api/books/", json!({"title": "t", "vault_id": 7})).is(400)).json();
    assert_eq!(
        refused,
        json!({"vault_id": ["Invalid pk \"7\" - object does not exist."]})
    );
    clean(server.post("/api/books/", json!({"title": "t", "vault_id": 1})).is(201));
}

#[test]
fn searching_and_counting_look_past_what_is_hidden() {
    let server = setup().start();
    assert_eq!(server.ids("/api/books/?search=three"), [3]);
    for path in [
        "/api/books/?search=zzwhisper&limit=5",
        "/api/shelf/?search=zzwhisper&limit=5",
    ] {
        let found = server.get(path).is(200);
        assert_eq!(
            (found.text().as_str(), found.header("x-total-count").as_str()),
            ("[]", "0")
        );
    }
    let link = server
        .get("/api/books/?ordering=title&limit=1&after=")
        .is(200)
        .link("next")
        .unwrap();
    assert_eq!(server.ids(&link), [3]);
    // A cursor of another order, such as one that a hidden column would give, is none.
    let cursor = server
        .get("/api/books/?ordering=title,price&limit=1&after=")
        .link("next")
        .unwrap();
    server.get(&cursor.replace("title%2Cprice", "title")).is(404);
}

#[test]
fn rows_without_a_key_are_not_put_in_the_order_of_a_hidden_column() {
    let sql = "CREATE TABLE notes (_rowid_ INTEGER, name TEXT); INSERT INTO notes VALUES (3, 'a'), (1, 'b'), (2, 'c');";
    let setup = Setup::new()
        .tables(sql)
        .socle_toml("[tables.notes.columns]\n_rowid_ = 'hidden'");
    assert_eq!(setup.start().column("/api/notes/", "name"), ["a", "b", "c"]);
}

#[test]
fn what_is_written_leaves_hidden_columns_as_they_are() {
    let server = setup().start();
    let made = clean(server.post("/api/books/", json!({"title": "New"})).is(201));
    assert_eq!(
        made.json(),
        json!({"id": 4, "title": "New", "author_id": null, "vault_id": null, "price": null})
    );
    assert_eq!(made.location(), "/api/books/4/");
    clean(server.put("/api/books/1/", json!({"title": "Uno"})).is(200));
    clean(server.patch("/api/books/2/", json!({"price": 21})).is(200));
    clean(
        server
            .post("/api/books/", json!([{"title": "A"}, {"title": "B"}]))
            .is(201),
    );
    std::fs::remove_file(server.setup.config_dir().join("socle.toml")).unwrap();
    let whole = server.setup.start();
    let row = |id: i64| whole.get(&format!("/api/books/{id}/")).is(200).json();
    let hidden = |row: &Value| (row["zzcost"].clone(), row["zznote"].clone(), row["zzghost"].clone());
    assert_eq!(hidden(&row(1)), (json!(9), json!("zzwhisper"), json!(2)));
    assert_eq!((&row(1)["title"], &row(1)["author_id"]), (&json!("Uno"), &Value::Null));
    assert_eq!(hidden(&row(2)), (json!(1), json!("zzwhisper"), Value::Null));
    assert_eq!(hidden(&row(4)), (json!(5), json!("zzwhisper"), Value::Null));
}

#[test]
fn hidden_times_are_still_set_by_the_server() {
    let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, updated_at TIMESTAMP NOT NULL, name TEXT, created_at TIMESTAMP NOT NULL);
               CREATE VIEW times AS SELECT id, created_at AS made, updated_at AS changed, name FROM notes;";
    let rules = "[tables.notes.columns]\ncreated_at = 'hidden'\nupdated_at = 'hidden'";
    let server = Setup::new().tables(sql).socle_toml(rules).start();
    assert!(!server.output().contains("no row can be added"), "{}", server.output());
    assert_eq!(
        server.post("/api/notes/", json!({"name": "a"})).is(201).json(),
        json!({"id": 1, "name": "a"})
    );
    let times = || server.get("/api/times/?id=1").json()[0].clone();
    let first = times();
    assert!(
        first["made"].is_string() && first["made"] == first["changed"],
        "{first}"
    );
    assert_eq!(
        server.put("/api/notes/1/", json!({"name": "b"})).is(200).json(),
        json!({"id": 1, "name": "b"})
    );
    let second = times();
    assert_eq!((&second["made"], &second["name"]), (&first["made"], &json!("b")));
    assert_ne!(second["changed"], first["changed"]);
}

#[test]
fn a_column_that_others_point_to_is_hidden_from_them_too() {
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, zzcode TEXT UNIQUE, name TEXT);
               CREATE TABLE notes (id INTEGER PRIMARY KEY, code TEXT REFERENCES people(ZZCODE));
               INSERT INTO people VALUES (1, 'a', 'Ada'); INSERT INTO notes VALUES (1, 'a');";
    let setup = Setup::new().tables(sql);
    let expanded = setup.start().get("/api/notes/?expand=code").is(200).json();
    assert_eq!(expanded[0]["code"]["name"], "Ada");
    let server = setup.socle_toml("[tables.people.columns]\nzzcode = 'hidden'").start();
    clean(server.get("/api/notes/?expand=code").is(400));
    clean(server.get("/api/openapi.json").is(200));
}

#[test]
fn administrators_see_no_more_of_what_is_hidden() {
    let server = setup().administrator().start();
    let admin = server.bearer_of(ADMIN);
    let ask = |path: &str| clean(server.request("GET", path, &[("Authorization", &admin)], b""));
    for path in [
        "/api/",
        "/api/openapi.json",
        "/api/books/",
        "/api/books/1/",
        "/api/loans/?expand=book_id",
    ] {
        ask(path).is(200);
    }
    for (path, status) in [
        ("/api/zzvaults/", 404),
        ("/api/zzvaults/1/", 404),
        ("/api/books/?expand=vault_id", 400),
    ] {
        ask(path).is(status);
    }
    server
        .request("GET", "/api/books/?zzcost=9", &[("Authorization", &admin)], b"")
        .is(400);
}
