//! The schemas of accounts, tokens and audit events, and of the bodies that create and change them.

use serde_json::{Value as Json, json};

use crate::access::Role;
use crate::access::audit::MAX_EVENTS;
use crate::endpoints::schema::{fields, id, nullable_text, nullable_timestamp, object, reference, text, timestamp};

/// The components.
pub fn components() -> Vec<(&'static str, Json)> {
    let user = json!({
        "id": id(), "username": text(), "email": nullable_text(), "role": role(), "created_at": timestamp(),
        "updated_at": timestamp(),
    });
    let token = json!({
        "id": id(), "name": text(), "role": role(), "username": nullable_text(), "created_at": timestamp(),
        "expires_at": nullable_timestamp(), "last_used_at": nullable_timestamp(), "revoked_at": nullable_timestamp(),
    });
    let event = json!({
        "id": id(), "at": timestamp(), "event": text(), "actor": nullable_text(), "subject": nullable_text(),
        "address": nullable_text(), "detail": nullable_text(),
    });
    vec![
        ("auth.user", object(user)),
        ("auth.token", object(token)),
        ("auth.event", object(event)),
    ]
}

/// A name and a password.
pub(super) fn credentials() -> Json {
    let non_empty = json!({ "type": "string", "minLength": 1 });
    let properties = json!({ "username": non_empty, "password": non_empty });
    let mut body = fields(properties, &["username", "password"]);
    body["example"] = json!({ "username": "ada", "password": "correct horse battery" });
    body
}

/// A name and a password, and what the token is to be.
pub(super) fn token_request() -> Json {
    let mut body = credentials();
    body["properties"]["name"] = token_name(json!(["string", "null"]));
    body["properties"]["expires"] = expires();
    body
}

/// The secret of a token.
pub(super) fn token() -> Json {
    object(json!({ "token": text() }))
}

/// Fields of a token to be created.
pub(super) fn new_token() -> Json {
    let mut role = role();
    role["type"] = json!(["string", "null"]);
    let names = Role::ALL.map(|role| Some(role.name()));
    role["enum"] = names.into_iter().chain([None]).collect();
    let name = token_name(json!("string"));
    fields(json!({ "name": name, "role": role, "expires": expires() }), &["name"])
}

/// A token with its secret.
pub(super) fn created_token() -> Json {
    json!({ "allOf": [reference("auth.token"), token()] })
}

/// The passwords of a change.
pub(super) fn password_change() -> Json {
    let properties = json!({ "old_password": { "type": "string", "minLength": 1 }, "new_password": new_password() });
    fields(properties, &["old_password", "new_password"])
}

/// Fields of an account to be created.
pub(super) fn new_user() -> Json {
    let properties = json!({
        "username": { "type": "string", "minLength": 1, "maxLength": 150 }, "password": new_password(), "role": role(),
        "email": email(),
    });
    fields(properties, &["username", "password", "role"])
}

/// Fields of an account to be changed.
pub(super) fn user_change() -> Json {
    fields(
        json!({ "role": role(), "email": email(), "password": new_password() }),
        &[],
    )
}

/// The caller.
fn caller() -> Json {
    let token = object(json!({ "id": id(), "name": text() }));
    object(json!({
        "username": nullable_text(), "role": role(), "email": nullable_text(),
        "via": { "type": "string", "enum": ["token", "session"] },
        "token": { "anyOf": [token, { "type": "null" }] },
    }))
}

/// The caller, with the token of its session against forged requests.
pub(super) fn caller_in_session() -> Json {
    let mut caller = caller();
    caller["properties"]["csrf_token"] = text();
    if let Some(required) = caller["required"].as_array_mut() {
        required.push(json!("csrf_token"));
    }
    caller
}

/// The caller, in a session or not.
pub(super) fn me() -> Json {
    json!({ "anyOf": [caller(), caller_in_session()] })
}

/// The number of audit events in an answer.
pub(super) fn audit_limit() -> Json {
    json!({ "type": "integer", "minimum": 1, "maximum": MAX_EVENTS })
}

/// A body as a form, which has no null.
pub(super) fn as_form(mut body: Json) -> Json {
    let properties = body["properties"].as_object_mut();
    for schema in properties.into_iter().flat_map(|properties| properties.values_mut()) {
        for list in ["type", "enum"] {
            if let Some(list) = schema.get_mut(list).and_then(Json::as_array_mut) {
                list.retain(|item| !item.is_null() && item != "null");
            }
        }
    }
    body
}

fn role() -> Json {
    json!({ "type": "string", "enum": Role::ALL.map(Role::name) })
}

fn email() -> Json {
    json!({ "type": ["string", "null"], "format": "email", "maxLength": 254 })
}

fn new_password() -> Json {
    json!({ "type": "string", "minLength": 8, "maxLength": 1024, "description": "None of the 1,000 commonest." })
}

fn token_name(kind: Json) -> Json {
    json!({ "type": kind, "minLength": 1, "maxLength": 100 })
}

fn expires() -> Json {
    json!({ "type": ["string", "null"], "description": "A time from now such as `12h` or `90d`, or a moment (RFC 3339).", "example": "90d" })
}
