//! Validation errors of a row: all of them at once, by field.

use serde_json::{Value, json};

use crate::server::Server;
use crate::tables::CARS;

/// Also what [`crate::http_errors`] asks of.
pub(crate) fn cars() -> Server {
    Server::with(|setup| setup.tables(CARS).env("MAX_BODY", "64KiB"))
}

fn car() -> Value {
    json!({"plate": "NEW", "owner_id": 1, "colour": "blue"})
}

/// A good car with some of its fields changed.
pub(crate) fn car_with(changes: Value) -> Value {
    let mut car = car();
    car.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    car
}

#[test]
fn every_failing_field_is_reported_at_once() {
    let server = cars();
    let refused = server
        .post(
            "/api/cars/",
            json!({"plate": "AB-123", "owner_id": 99, "seats": -1, "made": "yesterday", "wings": 2}),
        )
        .is(400)
        .json();
    assert_eq!(refused["plate"], json!(["cars with this plate already exists."]));
    assert_eq!(
        refused["owner_id"],
        json!(["Invalid pk \"99\" - object does not exist."])
    );
    assert_eq!(
        refused["seats"],
        json!(["Ensure this value is greater than or equal to 0."])
    );
    assert_eq!(refused["colour"], json!(["This field is required."]));
    assert!(refused["made"][0].is_string(), "{refused}");
    let unknown = refused["wings"][0].as_str().unwrap_or_else(|| panic!("{refused}"));
    assert!(
        unknown.contains("no such field") && unknown.contains("plate") && unknown.contains("colour"),
        "{unknown}"
    );
    assert_eq!(refused.as_object().map(serde_json::Map::len), Some(6), "{refused}");
    assert_eq!(server.rows("/api/cars/").len(), 1);
}

#[test]
fn each_rule_of_the_table_is_reported_under_its_field() {
    let server = cars();
    for (changes, expected) in [
        (
            json!({"plate": "AB-123"}),
            json!({"plate": ["cars with this plate already exists."]}),
        ),
        (
            json!({"plate": null}),
            json!({"plate": ["This field may not be null."]}),
        ),
        (
            json!({"plate": "123456789"}),
            json!({"plate": ["Ensure this field has no more than 8 characters."]}),
        ),
        (
            json!({"owner_id": 2}),
            json!({"owner_id": ["Invalid pk \"2\" - object does not exist."]}),
        ),
        (
            json!({"colour": "pink"}),
            json!({"colour": ["\"pink\" is not a valid choice."]}),
        ),
        (
            json!({"seats": -1}),
            json!({"seats": ["Ensure this value is greater than or equal to 0."]}),
        ),
    ] {
        let body = car_with(changes);
        assert_eq!(
            server.post("/api/cars/", body.clone()).is(400).json(),
            expected,
            "POST {body}"
        );
    }
    server.post("/api/cars/", car()).is(201);
    for (changes, expected) in [
        (
            json!({"plate": "AB-123"}),
            json!({"plate": ["cars with this plate already exists."]}),
        ),
        (
            json!({"owner_id": 2, "seats": -5}),
            json!({
                "owner_id": ["Invalid pk \"2\" - object does not exist."],
                "seats": ["Ensure this value is greater than or equal to 0."]
            }),
        ),
    ] {
        assert_eq!(
            server.patch("/api/cars/2/", changes.clone()).is(400).json(),
            expected,
            "PATCH {changes}"
        );
        assert_eq!(
            server.put("/api/cars/2/", car_with(changes.clone())).is(400).json(),
            expected,
            "PUT {changes}"
        );
    }
    server.put("/api/cars/2/", car()).is(200);
}

#[test]
fn a_rule_over_several_columns_names_them() {
    let server = cars();
    let dates = server
        .post(
            "/api/cars/",
            car_with(json!({"made": "2026-02-01", "sold": "2026-01-01"})),
        )
        .is(400)
        .text();
    assert!(dates.contains("made") && dates.contains("sold"), "{dates}");
    let place = server
        .post("/api/cars/", car_with(json!({"shelf": "A", "slot": 1})))
        .is(400)
        .text();
    assert!(place.contains("shelf") && place.contains("slot"), "{place}");
    let ghost = server
        .post("/api/cars/", car_with(json!({"plate": "GHOST"})))
        .refused()
        .text();
    assert!(ghost.contains("Ghosts do not drive."), "{ghost}");
    assert_eq!(server.rows("/api/cars/").len(), 1);
}

#[test]
fn a_row_that_others_refer_to_is_not_deleted() {
    let server = cars();
    assert!(server.delete("/api/owners/1/").is(409).json()["detail"].is_string());
    server.get("/api/owners/1/").is(200);
    server.delete("/api/cars/1/").is(204);
    server.delete("/api/owners/1/").is(204);
}
