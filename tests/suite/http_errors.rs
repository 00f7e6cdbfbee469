//! Requests that are refused before they reach a table: their status, and one shape of body that reveals nothing
//! internal.

use serde_json::json;

use crate::validation_errors::{car_with, cars};

#[test]
fn what_is_not_there_is_404_with_a_detail() {
    let server = cars();
    for path in [
        "/api/cars/99/",
        "/api/planes/",
        "/api/planes/1/",
        "/api/cars/1/wheels/",
        "/nothing",
        "/api/cars/1/2/3",
    ] {
        let answer = server.get(path).is(404);
        assert!(answer.json()["detail"].is_string(), "{path}");
        assert!(answer.header("content-type").starts_with("application/json"), "{path}");
    }
    server.delete("/api/planes/1/").is(404);
    server.post("/api/planes/", json!({})).is(404);
}

#[test]
fn a_method_that_is_not_allowed_is_405_with_those_that_are() {
    let server = cars();
    let list = ["GET", "HEAD", "OPTIONS", "POST"];
    let row = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"];
    for (method, path, expected) in [
        ("PUT", "/api/cars/", &list[..]),
        ("PATCH", "/api/cars/", &list),
        ("DELETE", "/api/cars/", &list),
        ("POST", "/api/cars/1/", &row),
    ] {
        let answer = server.request(method, path, &[], b"").is(405);
        assert!(answer.json()["detail"].is_string(), "{method} {path}");
        let header = answer.header("allow");
        let mut allowed: Vec<_> = header.split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, expected, "{method} {path}");
    }
    for path in ["/api/", "/health", "/livez", "/readyz", "/api/openapi.json"] {
        let answer = server.post(path, json!({})).is(405);
        assert!(
            answer.header("allow").contains("GET"),
            "{path}: {}",
            answer.header("allow")
        );
    }
}

#[test]
fn what_cannot_be_answered_or_read_is_refused_by_its_status() {
    let server = cars();
    assert!(server.get_as("/api/cars/", "image/png").is(406).json()["detail"].is_string());
    assert!(server.get_as("/api/cars/1/", "application/pdf, image/*").is(406).json()["detail"].is_string());
    for kind in ["text/xml", "application/octet-stream", "nonsense"] {
        assert!(
            server.send("POST", "/api/cars/", kind, b"x").is(415).json()["detail"].is_string(),
            "{kind}"
        );
    }
    let long = car_with(json!({"shelf": "x".repeat(65 * 1024)}));
    assert!(server.post("/api/cars/", long.clone()).is(413).json()["detail"].is_string());
    server.patch("/api/cars/1/", long).is(413);
    server
        .patch("/api/cars/1/", json!({"shelf": "x".repeat(60 * 1024)}))
        .is(200);
}

#[test]
fn a_body_that_is_no_json_is_named_so() {
    let server = cars();
    let deep = "[".repeat(30_000);
    let bodies: [&[u8]; 12] = [
        b"",
        b" ",
        b"{",
        b"{\"plate\": }",
        b"{} {}",
        b"{\"plate\": \"a\",}",
        b"{'plate': 1}",
        b"plate=1",
        b"\xff\xfe",
        b"{\"plate\": \"\xff\"}",
        b"{\"plate\": \"a\nb\"}",
        deep.as_bytes(),
    ];
    for body in bodies {
        for (method, path) in [("POST", "/api/cars/"), ("PATCH", "/api/cars/1/")] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let refused = server.send(method, path, "application/json", body).is(400).json();
            let detail = refused["detail"]
                .as_str()
                .unwrap_or_else(|| panic!("{method} {shown} answered {refused}"));
            assert!(
                detail.starts_with("JSON parse error - "),
                "{method} {shown} answered {detail}"
            );
        }
    }
}

#[test]
fn json_that_is_no_object_is_named_so() {
    let server = cars();
    for body in ["5", "null", "true", "\"text\"", "1.5"] {
        let refused = server
            .send("POST", "/api/cars/", "application/json", body.as_bytes())
            .is(400)
            .json();
        assert!(
            refused["non_field_errors"][0]
                .as_str()
                .is_some_and(|text| text.starts_with("Invalid data.")),
            "{refused}"
        );
    }
    for method in ["PUT", "PATCH"] {
        let refused = server
            .send(method, "/api/cars/1/", "application/json", b"[]")
            .is(400)
            .json();
        assert!(refused["non_field_errors"][0].is_string(), "{refused}");
    }
}

#[test]
fn a_client_that_asks_for_problems_gets_them_as_rfc_9457_has_them() {
    let server = cars();
    let accept = ("Accept", "application/problem+json");
    for (method, path, status) in [
        ("GET", "/api/cars/99/", 404),
        ("DELETE", "/api/cars/", 405),
        ("DELETE", "/api/owners/1/", 409),
        ("GET", "/nothing", 404),
    ] {
        let answer = server.request(method, path, &[accept], b"").is(status);
        assert!(
            answer.header("content-type").starts_with("application/problem+json"),
            "{path}"
        );
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{problem}"
        );
    }
    let headers = [
        ("Accept", "application/json, application/problem+json"),
        ("Content-Type", "application/json"),
    ];
    let answer = server
        .request("POST", "/api/cars/", &headers, br#"{"plate": "AB-123"}"#)
        .is(400);
    assert!(answer.header("content-type").starts_with("application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["status"], 400);
    assert!(
        problem.to_string().contains("cars with this plate already exists."),
        "{problem}"
    );
    let good = server.request("GET", "/api/cars/1/", &headers[..1], b"").is(200);
    assert!(good.header("content-type").starts_with("application/json"));
}

#[test]
fn no_answer_shows_sql_a_path_or_a_stack() {
    let server = cars();
    let refused = [
        server.get("/api/cars/?plate'=1"),
        server.get("/api/cars/?ordering=plate'%3B--"),
        server.get("/api/cars/?seats=1%20OR%201=1"),
        server.get("/api/cars/?after=%27&limit=1"),
        server.get("/api/'%3B%20DROP%20TABLE%20cars%3B--/"),
        server.get("/api/cars/1'%20OR%20'1'='1/"),
        server.post(
            "/api/cars/",
            json!({"plate'": 1, "plate": "AB-123", "owner_id": 9, "colour": "pink", "seats": -1}),
        ),
        server.post(
            "/api/cars/",
            car_with(json!({"made": "2026-02-01", "sold": "2026-01-01"})),
        ),
        server.post("/api/cars/", car_with(json!({"shelf": "A", "slot": 1}))),
        server.post("/api/cars/", car_with(json!({"plate": "GHOST"}))),
        server.delete("/api/owners/1/"),
        server.send("POST", "/api/cars/", "application/json", b"{"),
        server.send("POST", "/api/cars/", "multipart/form-data", b"{"),
        server.get("/../../etc/passwd"),
    ];
    let home = server.setup.home().display().to_string();
    for answer in refused {
        let answer = answer.refused();
        let text = answer.text().to_lowercase();
        let ours = [
            "select ",
            "insert into",
            "update ",
            "sqlite",
            "constraint",
            "rusqlite",
            ".rs",
            "panicked",
            "refinery",
        ];
        for mark in ours.iter().chain([&home.as_str()]) {
            assert!(!text.contains(mark), "{} shows {mark:?}: {text}", answer.what);
        }
    }
    assert_eq!(server.rows("/api/cars/").len(), 1);
}
