//! Form bodies: `application/x-www-form-urlencoded` and `multipart/form-data`.

use serde_json::json;

use crate::client::Answer;
use crate::server::Server;
use crate::tables::GUESTS;

const BOUNDARY: &str = "----a-boundary";

fn guests() -> Server {
    Server::with_tables(GUESTS)
}

fn form(server: &Server, method: &str, path: &str, body: &str) -> Answer {
    server.send(method, path, "application/x-www-form-urlencoded", body.as_bytes())
}

fn part(disposition: &str, headers: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn multipart(server: &Server, method: &str, path: &str, parts: &[Vec<u8>]) -> Answer {
    let body = [parts.concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat();
    server.send(
        method,
        path,
        &format!("multipart/form-data; boundary={BOUNDARY}"),
        &body,
    )
}

#[test]
fn a_form_makes_a_row() {
    let server = guests();
    let row = form(
        &server,
        "POST",
        "/api/guests/",
        "name=Zo%C3%A9+Le+Goff&age=34&vegan=on&arrives=2026-05-01&fee=12.5&note=a%26b",
    )
    .is(201)
    .json();
    assert_eq!(
        (&row["name"], &row["age"], &row["vegan"]),
        (&json!("Zoé Le Goff"), &json!(34), &json!(true))
    );
    assert_eq!(
        (&row["arrives"], &row["fee"], &row["note"]),
        (&json!("2026-05-01"), &json!("12.50"), &json!("a&b"))
    );
}

#[test]
fn an_empty_field_of_a_form_is_null_or_an_empty_text() {
    let server = guests();
    let row = form(&server, "POST", "/api/guests/", "name=n&age=&arrives=&fee=&note=")
        .is(201)
        .json();
    assert_eq!(
        (&row["age"], &row["arrives"], &row["fee"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!((&row["note"], &row["vegan"]), (&json!(""), &json!(false)));
}

#[test]
fn a_form_says_true_and_false_in_the_ways_of_forms() {
    let server = guests();
    for (text, value) in [
        ("true", true),
        ("1", true),
        ("on", true),
        ("yes", true),
        ("True", true),
        ("false", false),
        ("0", false),
        ("off", false),
        ("no", false),
    ] {
        let row = form(&server, "POST", "/api/guests/", &format!("name=n&vegan={text}"))
            .is(201)
            .json();
        assert_eq!(row["vegan"], value, "{text}");
    }
}

#[test]
fn a_form_is_checked_as_json_is() {
    let server = guests();
    let refused = form(
        &server,
        "POST",
        "/api/guests/",
        "age=old&vegan=perhaps&arrives=soon&fee=NaN&colour=red",
    )
    .is(400)
    .json();
    assert_eq!(refused["name"], json!(["This field is required."]));
    assert_eq!(refused["age"], json!(["A valid integer is required."]));
    assert_eq!(refused["vegan"], json!(["Must be a valid boolean."]));
    assert_eq!(refused["fee"], json!(["A valid number is required."]));
    assert!(
        refused["arrives"].is_array() && refused["colour"].is_array(),
        "{refused}"
    );
    form(&server, "POST", "/api/guests/", "name=%ff").is(400);
    assert_eq!(server.get("/api/guests/").json(), json!([]));
}

#[test]
fn a_form_replaces_and_changes_rows() {
    let server = guests();
    form(&server, "POST", "/api/guests/", "name=n&age=1").is(201);
    assert_eq!(
        form(&server, "PATCH", "/api/guests/1/", "name=m").is(200).json()["age"],
        1
    );
    assert_eq!(
        form(&server, "PUT", "/api/guests/1/", "name=o").is(200).json()["age"],
        json!(null)
    );
}

#[test]
fn a_multipart_form_makes_a_row_and_its_file_is_the_bytes_of_a_blob() {
    let server = guests();
    let row = multipart(
        &server,
        "POST",
        "/api/guests/",
        &[
            part("name=\"name\"", "", "Zoé".as_bytes()),
            part("name=\"age\"", "", b"7"),
            part(
                "name=\"photo\"; filename=\"p.png\"",
                "Content-Type: image/png\r\n",
                b"\x00\x01\xff\r\n--not the end\r\n",
            ),
        ],
    )
    .is(201)
    .json();
    assert_eq!((&row["name"], &row["age"]), (&json!("Zoé"), &json!(7)));
    assert_eq!(row["photo"], "AAH/DQotLW5vdCB0aGUgZW5kDQo=");
    assert_eq!(server.get("/api/guests/1/").json(), row);
}

#[test]
fn a_multipart_form_is_checked_as_json_is() {
    let server = guests();
    let refused = multipart(
        &server,
        "POST",
        "/api/guests/",
        &[part("name=\"age\"", "", b"x"), part("name=\"wings\"", "", b"2")],
    );
    let errors = refused.is(400).json();
    assert!(
        errors["age"].is_array() && errors["name"].is_array() && errors["wings"].is_array(),
        "{errors}"
    );
    multipart(
        &server,
        "POST",
        "/api/guests/",
        &[part("name=\"name\"", "", b"\xff\xfe")],
    )
    .is(400);
    assert_eq!(server.get("/api/guests/").json(), json!([]));
}

#[test]
fn a_multipart_body_that_is_none_is_refused() {
    let server = guests();
    for (kind, body) in [
        ("multipart/form-data", &b"name=x"[..]),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=b", b"nothing of the kind"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\ncut",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\n\r\nwithout a name\r\n--b--\r\n",
        ),
    ] {
        server.send("POST", "/api/guests/", kind, body).is(400);
    }
    assert_eq!(server.get("/api/guests/").json(), json!([]));
}

#[test]
fn a_form_cannot_pass_for_another_method() {
    let server = guests();
    form(&server, "POST", "/api/guests/", "name=kept").is(201);
    for method in ["delete", "put", "patch", "DELETE"] {
        form(
            &server,
            "POST",
            "/api/guests/1/",
            &format!("_method={method}&name=changed"),
        )
        .is(405);
        form(&server, "POST", "/api/guests/1/", &format!("_method={method}")).is(405);
        let refused = form(&server, "POST", "/api/guests/", &format!("_method={method}&name=n"))
            .is(400)
            .json();
        assert!(refused["_method"][0].is_string(), "{refused}");
    }
    assert_eq!(server.column("/api/guests/", "name"), ["kept"]);
}
