//! Who may read and write which table: the rules of `socle.toml`, checked with every method.

use serde_json::{Value, json};

use crate::accounts_fixture::ADMIN;
use crate::client::Answer;
use crate::server::{Server, Setup};
use crate::tables::NOTES_OF_PEOPLE;

/// One table for each pair of rules that the file may give.
const RULES: [(&str, Option<&str>, Option<&str>); 9] = [
    ("plain", None, None),
    ("written", None, Some("public")),
    ("kept", None, Some("viewer")),
    ("edited", None, Some("editor")),
    ("owned", None, Some("admin")),
    ("seen", Some("viewer"), None),
    ("noted", Some("viewer"), Some("viewer")),
    ("drafts", Some("editor"), None),
    ("secrets", Some("admin"), None),
];

fn setup() -> Setup {
    let tables = RULES.map(|(name, ..)| {
        format!(
            "CREATE TABLE {name} (id INTEGER PRIMARY KEY, name TEXT);
             INSERT INTO {name} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');"
        )
    });
    let sections = RULES.map(|(name, read, write)| {
        let line = |key: &str, word: Option<&str>| word.map_or(String::new(), |word| format!("{key} = '{word}'\n"));
        format!("[tables.{name}]\n{}{}", line("read", read), line("write", write))
    });
    Setup::new().tables(&tables.concat()).socle_toml(&sections.concat())
}

/// The `Authorization` of a new token with this role.
#[track_caller]
fn token(server: &Server, admin: &str, role: &str) -> String {
    server.add_token(admin, json!({"name": role, "role": role})).0
}

/// How far a word of the file, or a role, reaches.
fn level(word: &str) -> usize {
    match word {
        "viewer" | "worker" => 1,
        "editor" => 2,
        "admin" => 3,
        _ => 0,
    }
}

/// One who asks, about a row that is its own to spoil.
struct Asker<'s> {
    server: &'s Server,
    role: &'static str,
    token: Option<String>,
    row: usize,
}

impl Asker<'_> {
    fn request(&self, method: &str, path: &str) -> Answer {
        let is_write = matches!(method, "POST" | "PUT" | "PATCH");
        let body: &[u8] = if is_write { br#"{"name": "new"}"# } else { b"" };
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(self.token.as_deref().map(|token| ("Authorization", token)));
        self.server.request(method, path, &headers, body)
    }

    /// Holds what every method answers, and what is described, against a table's rules.
    #[track_caller]
    fn gets_what_the_rules_say(&self, (table, read, write): (&str, Option<&str>, Option<&str>), usual: &str) {
        let (list, row) = (format!("/api/{table}/"), format!("/api/{table}/{}/", self.row));
        let read = level(read.unwrap_or("public"));
        let write = write.map_or(level(usual).max(read), level);
        let (may_read, may_write) = (level(self.role) >= read, level(self.role) >= write);
        let refused = match (may_read, &self.token) {
            (false, _) => 404,
            (true, None) => 401,
            (true, Some(_)) => 403,
        };
        let who = self.role;
        for (method, path, good) in [
            ("GET", &list, 200),
            ("HEAD", &list, 200),
            ("OPTIONS", &list, 200),
            ("GET", &row, 200),
            ("HEAD", &row, 200),
            ("OPTIONS", &row, 200),
            ("POST", &list, 201),
            ("PUT", &row, 200),
            ("PATCH", &row, 200),
            ("DELETE", &row, 204),
        ] {
            let is_read = matches!(method, "GET" | "HEAD" | "OPTIONS");
            let is_good = if is_read { may_read } else { may_write };
            let answer = self.request(method, path);
            let expected = if is_good { good } else { refused };
            assert_eq!(answer.status, expected, "{who}: {method} {path}: {}", answer.text());
            let challenge = answer.header("www-authenticate");
            let asked_for = if expected == 401 { "Bearer realm=\"socle\"" } else { "" };
            assert_eq!(challenge, asked_for, "{who}: {method} {path}");
            if expected >= 400 && method != "HEAD" {
                assert!(
                    answer.json()["detail"].is_string(),
                    "{who}: {method} {path}: {}",
                    answer.text()
                );
            }
        }
        if may_read {
            for (path, action) in [(&list, "POST"), (&row, "PUT")] {
                // Its own row may be gone by now; what it would be is described all the same.
                let described = self.request("OPTIONS", path).is(200);
                assert_eq!(described.json().get("actions").is_some(), may_write, "{who}: {path}");
                assert!(described.header("allow").contains(action), "{who}: {path}");
            }
        }
        let root = self.request("GET", "/api/").is(200).json();
        assert_eq!(root.get(table).is_some(), may_read, "{who}: {table}: {root}");
        let paths = self.request("GET", "/api/openapi.json").is(200).json()["paths"].take();
        assert_eq!(paths.get(&list).is_some(), may_read, "{who}: {table}");
        if may_read {
            let security = |method: &str| paths[&list][method].get("security").is_some();
            assert_eq!(
                (security("get"), security("post")),
                (read > 0, write > 0),
                "{who}: {table}"
            );
        }
    }
}

/// `security` of an operation that asks for a role, shown by a token or by a session.
fn asking_for(role: &str) -> Value {
    json!([{"token": [role]}, {"session": [role]}])
}

#[test]
fn before_there_are_accounts_strangers_may_do_what_no_rule_forbids() {
    let server = setup().start();
    let stranger = Asker {
        server: &server,
        role: "stranger",
        token: None,
        row: 1,
    };
    for rules in RULES {
        stranger.gets_what_the_rules_say(rules, "public");
    }
}

#[test]
fn once_there_are_tokens_each_role_may_do_what_the_rules_say() {
    let server = setup().administrator().start();
    let admin = server.bearer_of(ADMIN);
    let tokens = ["viewer", "worker", "editor", "admin"].map(|role| (role, Some(token(&server, &admin, role))));
    for (row, (role, token)) in [("stranger", None)].into_iter().chain(tokens).enumerate() {
        let asker = Asker {
            server: &server,
            role,
            token,
            row: row + 1,
        };
        for rules in RULES {
            asker.gets_what_the_rules_say(rules, "editor");
        }
    }
}

#[test]
fn who_may_not_write_is_told_so_before_anything_else_of_the_request() {
    let server = setup().start();
    for (method, path, kind, body) in [
        ("POST", "/api/owned/", "application/json", "no json"),
        ("POST", "/api/owned/?unknown=1", "application/json", "{}"),
        ("POST", "/api/owned/", "image/png", "x"),
        ("PUT", "/api/owned/99/", "application/json", "{}"),
        ("PATCH", "/api/owned/nonsense/", "application/json", "{\"nothing\": 1}"),
    ] {
        server.send(method, path, kind, body.as_bytes()).is(401);
    }
    server.delete("/api/owned/99/").is(401);
    server.put("/api/owned/", json!({})).is(405);
    server.send("POST", "/api/secrets/", "image/png", b"x").is(404);
}

#[test]
fn a_row_is_expanded_only_for_those_who_may_read_the_other_table() {
    let rules = "[tables.people]\nread = 'viewer'\n[tables.notes]\nwrite = 'public'";
    let server = Setup::new()
        .tables(NOTES_OF_PEOPLE)
        .socle_toml(rules)
        .administrator()
        .start();
    let admin = server.bearer_of(ADMIN);
    let viewer = token(&server, &admin, "viewer");
    let as_viewer = |method: &str, path: &str| server.request(method, path, &[("Authorization", viewer.as_str())], b"");
    let refused = server.get("/api/notes/?expand=person_id").is(400).json();
    let said = "\"person_id\" is not a foreign key. This table has none.";
    assert_eq!(refused, json!({ "expand": [said] }));
    assert_eq!(
        server.get("/api/notes/1/").is(200).json(),
        json!({"id": 1, "person_id": 1})
    );
    let expanded = as_viewer("GET", "/api/notes/1/?expand=person_id").is(200).json();
    assert_eq!(expanded["person_id"]["name"], "Ada");
    let reference = |answer: Answer| answer.json()["actions"]["POST"]["person_id"].get("references").cloned();
    assert_eq!(reference(server.options("/api/notes/")), None);
    assert_eq!(reference(as_viewer("OPTIONS", "/api/notes/")), Some(json!("people")));
    // Documents are kept; each reader gets its own, whoever asked before.
    for _ in 0..2 {
        assert!(!server.get("/api/openapi.json").text().contains("people"));
        assert!(as_viewer("GET", "/api/openapi.json").text().contains("/api/people/"));
    }
}

#[test]
fn who_closes_a_server_closes_it_for_every_process() {
    let open = setup().start();
    open.post("/api/plain/", json!({"name": "n"})).is(201);
    assert!(open.options("/api/plain/").json().get("actions").is_some());
    let _closed = open.setup.clone().administrator().start();
    open.post("/api/plain/", json!({"name": "n"})).is(401);
    assert_eq!(open.options("/api/plain/").json().get("actions"), None);
    let document = open.get("/api/openapi.json").is(200);
    assert_eq!(document.header("vary"), "Authorization, Cookie");
    let security = document.json()["paths"]["/api/plain/"]["post"]["security"].take();
    assert_eq!(security, asking_for("editor"));
    let printed: Value = serde_json::from_str(&open.setup.run(&["openapi"]).success().out).unwrap();
    assert_eq!(printed["paths"]["/api/plain/"]["post"]["security"], security);
}

#[test]
fn caches_are_told_when_answers_differ_by_caller() {
    let plain = Server::start();
    assert_eq!(plain.get("/api/items/1/").header("vary"), "");
    assert_eq!(plain.get("/api/items/").header("vary"), "Accept");
    let server = setup().start();
    for path in [
        "/api/",
        "/api/openapi.json",
        "/api/plain/1/",
        "/api/secrets/",
        "/api/secrets/1/",
    ] {
        assert_eq!(server.get(path).header("vary"), "Authorization, Cookie", "{path}");
    }
    assert_eq!(
        server.get("/api/plain/").header("vary"),
        "Accept, Authorization, Cookie"
    );
}

#[test]
fn openapi_says_which_operations_ask_for_a_role() {
    let server = setup().start();
    let document = server.get("/api/openapi.json").is(200).json();
    let security = |path: &str, method: &str| document["paths"][path][method].get("security").cloned();
    assert_eq!(security("/api/plain/", "get"), None);
    assert_eq!(security("/api/plain/", "post"), None);
    assert_eq!(security("/api/kept/", "get"), None);
    assert_eq!(security("/api/kept/", "post"), Some(asking_for("viewer")));
    assert_eq!(security("/api/owned/{id}/", "delete"), Some(asking_for("admin")));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let responses = &document["paths"]["/api/owned/{id}/"]["delete"]["responses"];
    assert!(
        responses.get("401").is_some() && responses.get("403").is_some(),
        "{responses}"
    );
    // Who runs the command sees whatever is not hidden from everyone.
    let printed: Value = serde_json::from_str(&server.setup.run(&["openapi"]).success().out).unwrap();
    assert_eq!(
        printed["paths"]["/api/secrets/"]["get"]["security"],
        asking_for("admin")
    );
}
