//! A server that is closed, with an account of each role, as the attacks on it and the tests of access need it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::{Server, Setup};

/// The accounts, which are called by their roles.
pub(crate) const ROLES: [&str; 4] = ["viewer", "worker", "editor", "admin"];

/// A closed server and a token of each account.
pub(crate) struct Closed {
    pub(crate) server: Server,
    tokens: BTreeMap<&'static str, String>,
}

/// What a browser holds after signing in.
pub(crate) struct Session {
    /// `name=value`.
    pub(crate) cookie: String,
    pub(crate) csrf_token: String,
}

/// The password of an account.
pub(crate) fn password(name: &str) -> String {
    format!("the long password of {name}")
}

impl Closed {
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::with(|setup| setup)
    }

    #[track_caller]
    pub(crate) fn with(describe: impl FnOnce(Setup) -> Setup) -> Self {
        let server = Server::with(|setup| {
            let setup = setup
                .env("ADMIN_LOGIN", "admin")
                .env("ADMIN_PASSWORD", &password("admin"));
            describe(setup)
        });
        let mut closed = Self {
            server,
            tokens: BTreeMap::new(),
        };
        let admin = closed.token_of("admin");
        closed.tokens.insert("admin", admin);
        for role in ROLES.into_iter().filter(|role| *role != "admin") {
            let account = json!({"username": role, "password": password(role), "role": role});
            closed.as_role("admin", "POST", "/api/auth/users/", &account).is(201);
            let token = closed.token_of(role);
            closed.tokens.insert(role, token);
        }
        closed
    }

    /// The token that was made for an account at the start.
    pub(crate) fn token(&self, role: &str) -> &str {
        &self.tokens[role]
    }

    /// A new token of an account, for its password.
    #[track_caller]
    pub(crate) fn token_of(&self, name: &str) -> String {
        let given = json!({"username": name, "password": password(name)});
        let answer = self.server.post("/api/auth/token/", given).is(200);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    /// Signs in as the pages do.
    #[track_caller]
    pub(crate) fn session_of(&self, name: &str) -> Session {
        let given = json!({"username": name, "password": password(name)});
        let answer = self.server.post("/api/auth/login/", given).is(200);
        let cookie = answer.header("set-cookie");
        Session {
            cookie: cookie.split(';').next().expect("a cookie").to_owned(),
            csrf_token: answer.json()["csrf_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// A request with an account's token; a body of null is none.
    #[track_caller]
    pub(crate) fn as_role(&self, role: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.with_token(self.token(role), method, path, body)
    }

    /// A request with any token.
    #[track_caller]
    pub(crate) fn with_token(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = format!("Token {token}");
        let mut headers = vec![("Authorization", authorization.as_str())];
        let mut text = String::new();
        if !body.is_null() {
            headers.push(("Content-Type", "application/json"));
            text = body.to_string();
        }
        self.server.ask(method, path, &headers, text.as_bytes())
    }

    /// The id of an account.
    #[track_caller]
    pub(crate) fn id_of(&self, name: &str) -> i64 {
        let users = self
            .as_role("admin", "GET", "/api/auth/users/", &Value::Null)
            .is(200)
            .json();
        let found = users
            .as_array()
            .expect("accounts")
            .iter()
            .find(|user| user["username"] == name);
        found.expect("the account")["id"].as_i64().expect("an id")
    }

    /// Names and roles of all accounts.
    #[track_caller]
    pub(crate) fn accounts(&self) -> Vec<(String, String)> {
        let users = self
            .as_role("admin", "GET", "/api/auth/users/", &Value::Null)
            .is(200)
            .json();
        let text = |user: &Value, field: &str| user[field].as_str().expect("a text").to_owned();
        let users = users.as_array().expect("accounts").clone();
        users
            .iter()
            .map(|user| (text(user, "username"), text(user, "role")))
            .collect()
    }
}
