//! SQL injection: SQL in every part of a request that a client controls is taken as text and changes nothing.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::roles_fixture::ServerWithRoles;
use crate::server::Server;

const PAYLOADS: [&str; 22] = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "1) OR (1=1",
    "1 OR 1=1",
    "'; DROP TABLE items; --",
    "\"; DROP TABLE items; --",
    "1; DELETE FROM items",
    "items; DELETE FROM items",
    "' UNION SELECT 1, sql, name, type FROM sqlite_schema --",
    "id UNION SELECT password FROM _users",
    "(SELECT password FROM _users LIMIT 1)",
    "x' || (SELECT group_concat(sql) FROM sqlite_schema) || '",
    "%' OR name LIKE '%",
    "name\" = name OR \"name",
    "[name] = [name]",
    "`id`",
    "CASE WHEN 1=1 THEN id ELSE name END",
    "id COLLATE NOCASE; ATTACH 'x.db' AS x",
    "load_extension('x')",
    "?1",
    "\\' OR 1=1 /*",
];

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Asserts that an answer is no failure of the server's and shows nothing of the database's own.
#[track_caller]
fn is_harmless(answer: &Answer) {
    assert!(
        answer.status < 500,
        "{} answered {} {}",
        answer.what,
        answer.status,
        answer.text()
    );
    let text = answer.text();
    for word in [
        "sqlite_schema",
        "CREATE TABLE",
        "syntax error",
        "SELECT * FROM",
        "no such column",
        "argon2",
    ] {
        let echoed = PAYLOADS.iter().any(|payload| payload.contains(word));
        assert!(echoed || !text.contains(word), "{} answered {text}", answer.what);
    }
}

fn with_rows() -> Server {
    let server = Server::start();
    for name in ["Ada", "Bob"] {
        server.post("/api/items/", json!({"name": name})).is(201);
    }
    server
}

#[test]
fn sql_in_paths_changes_nothing_and_finds_nothing() {
    let server = with_rows();
    let before = server.setup.contents();
    for payload in PAYLOADS {
        let payload = encoded(payload);
        for path in [
            format!("/{payload}"),
            format!("/api/{payload}/"),
            format!("/api/{payload}/1/"),
            format!("/api/items/{payload}/"),
            format!("/api/items{payload}/"),
            format!("/api/items/1{payload}/"),
            format!("/static/{payload}"),
        ] {
            for (method, body) in [
                ("GET", &b""[..]),
                ("OPTIONS", b""),
                ("DELETE", b""),
                ("PUT", b"{\"name\": \"changed\"}"),
                ("PATCH", b"{\"name\": \"changed\"}"),
            ] {
                let answer = server.request(method, &path, &[("Content-Type", "application/json")], body);
                is_harmless(&answer);
                let is_described = method == "OPTIONS" && answer.status == 200;
                assert!(is_described || (400..500).contains(&answer.status), "{}", answer.what);
            }
        }
    }
    assert_eq!(server.setup.contents(), before);
}

#[test]
fn sql_in_the_values_of_filters_matches_nothing() {
    let server = with_rows();
    let before = server.setup.contents();
    for payload in PAYLOADS {
        let payload = encoded(payload);
        for filter in [
            "name",
            "name__exact",
            "name__iexact",
            "name__contains",
            "name__icontains",
            "name__startswith",
            "name__istartswith",
            "name__endswith",
            "name__in",
            "search",
        ] {
            let answer = server.get(&format!("/api/items/?{filter}={payload}"));
            is_harmless(&answer);
            assert_eq!(answer.is(200).json(), json!([]), "{filter}={payload}");
        }
        for filter in [
            "id",
            "id__in",
            "id__gt",
            "id__range",
            "id__isnull",
            "created_at",
            "created_at__lt",
            "name__isnull",
            "name__range",
            "limit",
            "offset",
            "format",
            "ordering",
            "fields",
            "expand",
        ] {
            let answer = server.get(&format!("/api/items/?{filter}={payload}"));
            is_harmless(&answer);
            assert_eq!(answer.status, 400, "{filter}={payload}: {}", answer.text());
        }
        for more in [
            format!("name__ne={payload}"),
            format!("limit=1&after={payload}"),
            format!("ordering=name&limit=1&after={payload}"),
            format!("ordering=-{payload}"),
            format!("ordering=name,{payload}"),
            format!("fields=name,{payload}"),
            format!("id__in=1,{payload}"),
            format!("limit=1;{payload}"),
        ] {
            is_harmless(&server.get(&format!("/api/items/?{more}")));
        }
    }
    assert_eq!(server.setup.contents(), before);
}

#[test]
fn sql_in_the_names_of_parameters_is_refused() {
    let server = with_rows();
    let before = server.setup.contents();
    for payload in PAYLOADS {
        let payload = encoded(payload);
        for query in [
            format!("{payload}=1"),
            format!("name{payload}=1"),
            format!("name__{payload}=1"),
            format!("{payload}__exact=1"),
            format!("name__exact__{payload}=1"),
        ] {
            let answer = server.get(&format!("/api/items/?{query}"));
            is_harmless(&answer);
            assert_eq!(answer.status, 400, "{query}: {}", answer.text());
            for (method, path) in [
                ("POST", "/api/items/"),
                ("PATCH", "/api/items/1/"),
                ("DELETE", "/api/items/1/"),
            ] {
                let body = if method == "DELETE" {
                    &b""[..]
                } else {
                    b"{\"name\": \"changed\"}"
                };
                let path = format!("{path}?{query}");
                let answer = server.request(method, &path, &[("Content-Type", "application/json")], body);
                is_harmless(&answer);
                assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text());
            }
        }
    }
    assert_eq!(server.setup.contents(), before);
}

#[test]
fn sql_in_the_names_of_fields_is_refused() {
    let server = with_rows();
    let before = server.setup.contents();
    for payload in PAYLOADS {
        for name in [
            payload.to_owned(),
            format!("name\", \"{payload}"),
            format!("name = {payload}"),
        ] {
            let body = json!({"name": "changed", name.clone(): 1});
            let form = format!("name=changed&{}=1", encoded(&name));
            for (method, path) in [
                ("POST", "/api/items/"),
                ("PUT", "/api/items/1/"),
                ("PATCH", "/api/items/1/"),
            ] {
                let answer = server.send(method, path, "application/json", body.to_string().as_bytes());
                is_harmless(&answer);
                assert_eq!(answer.status, 400, "{method} {body}");
                let answer = server.send(method, path, "application/x-www-form-urlencoded", form.as_bytes());
                is_harmless(&answer);
                assert_eq!(answer.status, 400, "{method} {form}");
            }
            is_harmless(&server.post("/api/items/", json!([{"name": "changed"}, body])).is(400));
        }
    }
    assert_eq!(server.setup.contents(), before);
}

#[test]
fn sql_in_the_values_of_fields_is_stored_verbatim() {
    let server = with_rows();
    for payload in PAYLOADS {
        let made = server
            .post("/api/items/", json!({"name": payload, "description": payload}))
            .is(201);
        assert_eq!(made.json()["name"], payload);
        let path = made.location();
        let changed = server
            .patch(&path, json!({"name": format!("{payload}{payload}")}))
            .is(200);
        assert_eq!(changed.json()["name"], format!("{payload}{payload}"));
        let found = server.rows(&format!("/api/items/?description={}", encoded(payload)));
        assert_eq!(found.len(), 1, "{payload}");
        server.delete(&path).is(204);
        for wrong in [json!({"id": payload}), json!({"created_at": payload})] {
            is_harmless(&server.patch("/api/items/1/", wrong));
        }
    }
    let names: Vec<Value> = server.column("/api/items/", "name");
    assert_eq!(names, ["Ada", "Bob"]);
}

#[test]
fn sql_in_headers_changes_nothing() {
    let server = with_rows();
    let before = server.setup.contents();
    for payload in PAYLOADS {
        for header in [
            "Accept",
            "Accept-Language",
            "Authorization",
            "Content-Type",
            "Cookie",
            "If-Match",
            "If-None-Match",
            "Idempotency-Key",
            "Last-Event-ID",
            "Origin",
            "Prefer",
            "Range",
            "Referer",
            "User-Agent",
            "X-Forwarded-For",
            "X-HTTP-Method-Override",
            "X-Request-Id",
        ] {
            for (name, value) in [(header, payload.to_owned()), (header, format!("socle={payload}"))] {
                is_harmless(&server.request("GET", "/api/items/", &[(name, &value)], b""));
            }
        }
        let token = format!("Token {payload}");
        is_harmless(&server.request("GET", "/api/items/", &[("Authorization", &token)], b""));
    }
    assert_eq!(server.setup.contents(), before);
}

#[test]
fn sql_in_requests_about_accounts_signs_nobody_in_and_changes_nothing() {
    let closed = ServerWithRoles::start();
    let server = &closed.server;
    let own = closed.id_of("viewer");
    let before = closed.accounts();
    for (n, payload) in PAYLOADS.into_iter().enumerate() {
        let in_path = encoded(payload);
        for path in [
            format!("/api/auth/users/{in_path}/"),
            format!("/api/auth/users/{own}{in_path}/"),
            format!("/api/auth/tokens/{in_path}/"),
        ] {
            for (method, body) in [
                ("GET", Value::Null),
                ("PATCH", json!({"role": "admin"})),
                ("DELETE", Value::Null),
            ] {
                let answer = closed.as_role("admin", method, &path, &body);
                is_harmless(&answer);
                answer.refused();
            }
        }
        for query in [
            format!("limit={in_path}"),
            format!("before={in_path}"),
            format!("{in_path}=1"),
            format!("limit=1&{in_path}"),
        ] {
            let answer = closed.as_role("admin", "GET", &format!("/api/auth/audit/?{query}"), &Value::Null);
            is_harmless(&answer);
            answer.is(400);
        }
        let all = format!("/api/auth/tokens/?all={in_path}");
        is_harmless(&closed.as_role("admin", "GET", &all, &Value::Null).is(400));
        let path = format!("/api/auth/users/{own}/");
        for change in [
            json!({"role": payload}),
            json!({payload: "admin"}),
            json!({"email": 1, payload: 1}),
        ] {
            let answer = closed.as_role("admin", "PATCH", &path, &change);
            is_harmless(&answer);
            answer.is(400);
        }
        let named = json!({"name": payload, "role": "viewer"});
        let made = closed
            .as_role("admin", "POST", "/api/auth/tokens/", &named)
            .is(201)
            .json();
        assert_eq!((&made["name"], &made["role"]), (&json!(payload), &json!("viewer")));
        // A few only: guessing is held up.
        if n < 4 {
            for (username, password) in [(payload, "x"), ("admin", payload), (payload, payload)] {
                let given = json!({"username": username, "password": password});
                for path in ["/api/auth/token/", "/api/auth/login/"] {
                    let answer = server.post(path, given.clone());
                    is_harmless(&answer);
                    assert!(matches!(answer.status, 400 | 429), "{path} {given}: {}", answer.status);
                }
            }
        }
        for header in [
            ("Authorization", format!("Token {payload}")),
            ("Authorization", format!("Token socle_{payload}")),
            ("Cookie", format!("socle={payload}")),
            ("Cookie", format!("socle={in_path}")),
        ] {
            let answer = server.request("GET", "/api/auth/me/", &[(header.0, &header.1)], b"");
            is_harmless(&answer);
            assert_eq!(answer.status, 401, "{header:?}");
        }
    }
    assert_eq!(closed.accounts(), before);
}
