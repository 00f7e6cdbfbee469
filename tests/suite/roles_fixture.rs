//! A closed server with one account for each role.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::accounts_fixture::ADMIN;
use crate::client::Answer;
use crate::server::{Server, Setup};

const ROLES: [&str; 4] = ["viewer", "worker", "editor", "admin"];

/// A closed server and the token of one account for each role, whose name is its role.
pub(crate) struct ServerWithRoles {
    pub(crate) server: Server,
    bearers: BTreeMap<&'static str, String>,
}

impl ServerWithRoles {
    #[track_caller]
    pub(crate) fn start() -> Self {
        Self::with(|setup| setup)
    }

    #[track_caller]
    pub(crate) fn with(describe: impl FnOnce(Setup) -> Setup) -> Self {
        let server = describe(Setup::new().administrator()).start();
        let first = server.bearer_of(ADMIN);
        let bearers: BTreeMap<_, _> = ROLES
            .map(|role| {
                server.add_user(&first, role, role);
                (role, server.bearer_of(role))
            })
            .into();
        let closed = Self { server, bearers };
        // The account `admin` remains as the only administrator.
        let path = format!("/api/auth/users/{}/", closed.id_of(ADMIN));
        closed.as_role("admin", "DELETE", &path, &Value::Null).is(204);
        closed
    }

    /// The token of an account.
    pub(crate) fn token(&self, role: &str) -> &str {
        self.bearers[role].trim_start_matches("Bearer ")
    }

    /// A request with an account's token.
    #[track_caller]
    pub(crate) fn as_role(&self, role: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.server.request_as(&self.bearers[role], method, path, body.clone())
    }

    /// The id of an account.
    #[track_caller]
    pub(crate) fn id_of(&self, name: &str) -> i64 {
        let users = self.users();
        let found = users.iter().find(|user| user["username"] == name);
        found.expect("the account")["id"].as_i64().expect("a number")
    }

    /// Names and roles of all accounts.
    #[track_caller]
    pub(crate) fn accounts(&self) -> Vec<(String, String)> {
        let text = |user: &Value, field: &str| user[field].as_str().expect("a text").to_owned();
        let users = self.users();
        users
            .iter()
            .map(|user| (text(user, "username"), text(user, "role")))
            .collect()
    }

    #[track_caller]
    fn users(&self) -> Vec<Value> {
        let users = self.as_role("admin", "GET", "/api/auth/users/", &Value::Null).is(200);
        users.json().as_array().expect("accounts").clone()
    }
}
