//! The addresses under `/api/auth/`: signing in, accounts, tokens, the audit.

use serde_json::{Map, Value as Json, json};

use super::rows::reference;
use super::shared::{self, errors, json_content};
use crate::access::Role;

/// The tag of all of them.
pub(super) const TAG: &str = "access";

/// Errors that every body may meet, and every address that only some may ask.
const OF_BODIES: [&str; 4] = ["400", "408", "413", "415"];

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Anyone,
    SignedIn,
    Admin,
}

struct Operation {
    method: &'static str,
    id: &'static str,
    summary: &'static str,
    whom: For,
    body: Option<Json>,
    parameters: Vec<Json>,
    status: &'static str,
    answer: Option<Json>,
    errors: &'static [&'static str],
}

/// Their paths.
pub(super) fn paths() -> Map<String, Json> {
    let mut paths = Map::new();
    let own = [
        ("/api/auth/token/", vec![token_for_password()]),
        ("/api/auth/login/", vec![login()]),
        ("/api/auth/logout/", vec![logout()]),
        ("/api/auth/logout-all/", vec![logout_everywhere()]),
        ("/api/auth/me/", vec![me()]),
        ("/api/auth/password/", vec![password()]),
        ("/api/auth/tokens/", vec![tokens(), add_token()]),
        ("/api/auth/tokens/{id}/", vec![revoke_token()]),
        ("/api/auth/users/", vec![users(), add_user()]),
        ("/api/auth/users/{id}/", vec![user(), change_user(), remove_user()]),
        ("/api/auth/audit/", vec![audit()]),
    ];
    for (path, operations) in own {
        let mut of_path = Map::new();
        if path.contains("{id}") {
            let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } });
            of_path.insert("parameters".to_owned(), json!([id]));
        }
        let described = operations
            .into_iter()
            .map(|operation| (operation.method.to_owned(), operation.describe()));
        of_path.extend(described);
        paths.insert(path.to_owned(), Json::Object(of_path));
    }
    paths
}

impl Operation {
    fn new(method: &'static str, id: &'static str, summary: &'static str, whom: For) -> Self {
        Self {
            method,
            id,
            summary,
            whom,
            body: None,
            parameters: Vec::new(),
            status: "200",
            answer: None,
            errors: &[],
        }
    }

    fn describe(self) -> Json {
        let security = match self.whom {
            For::Anyone => json!([]),
            For::SignedIn | For::Admin => json!([{ "bearer": [] }, { "session": [] }]),
        };
        let mut good = json!({ "description": "Done.", "headers": shared::headers_of(&["X-Request-Id"]) });
        if let Some(answer) = self.answer {
            good["content"] = json_content(answer);
        }
        let mut known = vec!["400", "406", "503"];
        known.extend(self.errors);
        if self.whom != For::Anyone {
            known.extend(["401", "403"]);
        }
        if self.body.is_some() {
            known.extend(OF_BODIES);
        }
        let mut responses = Map::from_iter([(self.status.to_owned(), good)]);
        responses.extend(errors(&known));
        let mut operation = json!({
            "operationId": format!("auth.{}", self.id), "summary": self.summary, "tags": [TAG], "security": security,
            "responses": responses,
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if let Some(body) = self.body {
            operation["requestBody"] = json!({
                "required": true,
                "content": {
                    "application/json": { "schema": body },
                    "application/x-www-form-urlencoded": { "schema": as_form(body.clone()) },
                },
            });
        }
        operation
    }
}

fn token_for_password() -> Operation {
    let mut body = credentials();
    body["properties"]["name"] = token_name(json!(["string", "null"]));
    body["properties"]["expires"] = expires();
    Operation {
        body: Some(body),
        answer: Some(object(json!({ "token": { "type": "string" } }))),
        errors: &["429"],
        ..Operation::new("post", "token", "A token for a name and a password.", For::Anyone)
    }
}

fn login() -> Operation {
    let summary = "Sign in: sets the cookie of a session.";
    Operation {
        body: Some(credentials()),
        answer: Some(with(caller(), "csrf_token", json!({ "type": "string" }))),
        errors: &["403", "429"],
        ..Operation::new("post", "login", summary, For::Anyone)
    }
}

fn logout() -> Operation {
    Operation {
        status: "204",
        ..Operation::new("post", "logout", "End this session.", For::SignedIn)
    }
}

fn logout_everywhere() -> Operation {
    Operation {
        status: "204",
        ..Operation::new("post", "logout_all", "End every session of the account.", For::SignedIn)
    }
}

fn me() -> Operation {
    Operation {
        answer: Some(json!({ "anyOf": [caller(), with(caller(), "csrf_token", json!({ "type": "string" }))] })),
        ..Operation::new("get", "me", "Who asks, and with which role.", For::SignedIn)
    }
}

fn password() -> Operation {
    let summary = "Change one's own password. Other sessions end.";
    let body = taken(json!({ "old_password": { "type": "string", "minLength": 1 }, "new_password": new_password() }));
    Operation {
        body: Some(body),
        status: "204",
        errors: &["429"],
        ..Operation::new("post", "password", summary, For::SignedIn)
    }
}

fn tokens() -> Operation {
    let all = json!({
        "name": "all", "in": "query", "schema": { "type": "boolean" }, "description": "Everyone's, for administrators.",
    });
    Operation {
        parameters: vec![all],
        answer: Some(json!({ "type": "array", "items": reference("auth.token") })),
        ..Operation::new("get", "tokens", "One's own tokens.", For::SignedIn)
    }
}

fn add_token() -> Operation {
    let mut role = role();
    role["type"] = json!(["string", "null"]);
    role["enum"] = Role::ALL
        .map(|role| Some(role.name()))
        .into_iter()
        .chain([None])
        .collect();
    let mut body = taken(json!({ "name": token_name(json!("string")), "role": role, "expires": expires() }));
    body["required"] = json!(["name"]);
    let answer = json!({ "allOf": [reference("auth.token"), object(json!({ "token": { "type": "string" } }))] });
    Operation {
        body: Some(body),
        status: "201",
        answer: Some(answer),
        ..Operation::new(
            "post",
            "add_token",
            "Make a token. It is shown this once.",
            For::SignedIn,
        )
    }
}

fn revoke_token() -> Operation {
    Operation {
        status: "204",
        errors: &["404"],
        ..Operation::new("delete", "revoke_token", "Revoke a token.", For::SignedIn)
    }
}

fn users() -> Operation {
    Operation {
        answer: Some(json!({ "type": "array", "items": reference("auth.user") })),
        ..Operation::new("get", "users", "The accounts.", For::Admin)
    }
}

fn add_user() -> Operation {
    let mut body = taken(json!({
        "username": { "type": "string", "minLength": 1, "maxLength": 150 }, "password": new_password(), "role": role(),
        "email": email(),
    }));
    body["required"] = json!(["username", "password", "role"]);
    Operation {
        body: Some(body),
        status: "201",
        answer: Some(reference("auth.user")),
        ..Operation::new("post", "add_user", "Make an account.", For::Admin)
    }
}

fn user() -> Operation {
    Operation {
        answer: Some(reference("auth.user")),
        errors: &["404"],
        ..Operation::new("get", "user", "An account.", For::Admin)
    }
}

fn change_user() -> Operation {
    let mut body = taken(json!({ "role": role(), "email": email(), "password": new_password() }));
    body["required"] = json!([]);
    Operation {
        body: Some(body),
        answer: Some(reference("auth.user")),
        errors: &["404", "409"],
        ..Operation::new(
            "patch",
            "change_user",
            "Change an account. A new password ends its sessions.",
            For::Admin,
        )
    }
}

fn remove_user() -> Operation {
    Operation {
        status: "204",
        errors: &["404", "409"],
        ..Operation::new(
            "delete",
            "remove_user",
            "Remove an account with its tokens and sessions.",
            For::Admin,
        )
    }
}

fn audit() -> Operation {
    let parameter = |name: &str, description: &str, schema: Json| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let parameters = vec![
        parameter(
            "limit",
            "At most so many.",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
        ),
        parameter(
            "before",
            "Only what happened before the event with this id.",
            json!({ "type": "integer", "format": "int64", "minimum": 1 }),
        ),
    ];
    Operation {
        parameters,
        answer: Some(json!({ "type": "array", "items": reference("auth.event") })),
        ..Operation::new(
            "get",
            "audit",
            "What happened to accounts and tokens, the latest first.",
            For::Admin,
        )
    }
}

/// The schemas that several of them share.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let id = json!({ "type": "integer", "format": "int64" });
    let text = json!({ "type": "string" });
    let text_or_null = json!({ "type": ["string", "null"] });
    let moment = json!({ "type": "string", "format": "date-time" });
    let moment_or_null = json!({ "type": ["string", "null"], "format": "date-time" });
    let user = json!({
        "id": id, "username": text, "email": text_or_null, "role": role(), "created_at": moment, "updated_at": moment,
    });
    let token = json!({
        "id": id, "name": text, "role": role(), "username": text_or_null, "created_at": moment,
        "expires_at": moment_or_null, "last_used_at": moment_or_null, "revoked_at": moment_or_null,
    });
    let event = json!({
        "id": id, "at": moment, "event": text, "actor": text_or_null, "subject": text_or_null, "address": text_or_null,
        "detail": text_or_null,
    });
    let named = [("auth.user", user), ("auth.token", token), ("auth.event", event)];
    named
        .map(|(name, properties)| (name.to_owned(), object(properties)))
        .into()
}

/// The same body as a form, which cannot say null.
fn as_form(mut body: Json) -> Json {
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

/// Who asks, as `me` and `login` answer it.
fn caller() -> Json {
    let token = object(json!({ "id": { "type": "integer", "format": "int64" }, "name": { "type": "string" } }));
    object(json!({
        "username": { "type": ["string", "null"] }, "role": role(), "email": { "type": ["string", "null"] },
        "via": { "type": "string", "enum": ["token", "session"] },
        "token": { "anyOf": [token, { "type": "null" }] },
    }))
}

fn credentials() -> Json {
    let mut body = taken(json!({
        "username": { "type": "string", "minLength": 1 }, "password": { "type": "string", "minLength": 1 },
    }));
    body["example"] = json!({ "username": "ada", "password": "correct horse battery" });
    body
}

/// An object all of whose properties are there.
fn object(properties: Json) -> Json {
    let names: Vec<_> = properties
        .as_object()
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default();
    json!({ "type": "object", "properties": properties, "required": names })
}

/// A body, which takes no other properties.
fn taken(properties: Json) -> Json {
    let mut body = object(properties);
    body["additionalProperties"] = json!(false);
    body
}

fn with(mut object: Json, name: &str, schema: Json) -> Json {
    object["properties"][name] = schema;
    if let Some(required) = object["required"].as_array_mut() {
        required.push(json!(name));
    }
    object
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
