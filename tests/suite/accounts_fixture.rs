//! Accounts of a [`Server`]: creating them, and signing in with tokens or, as a browser does, with cookies.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::{Server, Setup};

/// The administrator of [`closed`], and the password of every account.
pub(crate) const ADMIN: &str = "ada";
pub(crate) const PASSWORD: &str = "correct horse battery";

impl Setup {
    /// Gives the server an administrator, which closes it to strangers.
    pub(crate) fn administrator(self) -> Self {
        self.env("ADMIN_LOGIN", ADMIN).env("ADMIN_PASSWORD", PASSWORD)
    }
}

/// The setup of a closed server: one that has an administrator.
pub(crate) fn closed() -> Setup {
    Setup::new().administrator()
}

/// A browser that has signed in.
pub(crate) struct Browser<'s> {
    server: &'s Server,
    /// The value of the `Cookie` header.
    pub(crate) cookie: String,
    pub(crate) csrf_token: String,
}

impl Server {
    /// The `Authorization` of a new token of this account.
    #[track_caller]
    pub(crate) fn bearer_of(&self, name: &str) -> String {
        let answer = self.post("/api/auth/token/", json!({"username": name, "password": PASSWORD}));
        bearer(&answer.is(200))
    }

    /// One request with this `Authorization`, and a JSON body when there is one.
    #[track_caller]
    pub(crate) fn request_as(&self, authorization: &str, method: &str, path: &str, body: Value) -> Answer {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let headers = [("Authorization", authorization), ("Content-Type", "application/json")];
        self.request(method, path, &headers, body.as_bytes())
    }

    #[track_caller]
    pub(crate) fn get_with(&self, authorization: &str, path: &str) -> Answer {
        self.request_as(authorization, "GET", path, Value::Null)
    }

    /// Creates an account and gives its id.
    #[track_caller]
    pub(crate) fn add_user(&self, admin: &str, name: &str, role: &str) -> i64 {
        let body = json!({"username": name, "password": PASSWORD, "role": role});
        let user = self.request_as(admin, "POST", "/api/auth/users/", body).is(201).json();
        user["id"].as_i64().expect("the account's number")
    }

    /// Creates a token over the API and gives its `Authorization` and its id.
    #[track_caller]
    pub(crate) fn add_token(&self, maker: &str, body: Value) -> (String, i64) {
        let answer = self.request_as(maker, "POST", "/api/auth/tokens/", body).is(201);
        let id = answer.json()["id"].as_i64().expect("the token's number");
        (bearer(&answer), id)
    }

    #[track_caller]
    pub(crate) fn browser_of(&self, name: &str) -> Browser<'_> {
        self.browser_with(name, &[])
    }

    /// The same with further headers.
    #[track_caller]
    pub(crate) fn browser_with(&self, name: &str, headers: &[(&str, &str)]) -> Browser<'_> {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        let body = json!({"username": name, "password": PASSWORD}).to_string();
        let answer = self
            .request("POST", "/api/auth/login/", &headers, body.as_bytes())
            .is(200);
        Browser {
            server: self,
            cookie: cookie(&answer),
            csrf_token: answer.json()["csrf_token"].as_str().expect("a token").to_owned(),
        }
    }

    /// The audit events, newest first: event, actor, subject, detail.
    #[track_caller]
    pub(crate) fn events(&self, admin: &str) -> Vec<[String; 4]> {
        let events = self.get_with(admin, "/api/auth/audit/").is(200).json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let events = events.as_array().expect("events").iter();
        events
            .map(|event| ["event", "actor", "subject", "detail"].map(|name| text(&event[name])))
            .collect()
    }
}

impl Browser<'_> {
    /// A request as one of the server's own pages sends it.
    #[track_caller]
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> Answer {
        self.request_from(&[("Sec-Fetch-Site", "same-origin")], method, path, body)
    }

    /// A request with the cookie and these headers.
    #[track_caller]
    pub(crate) fn request_from(&self, headers: &[(&str, &str)], method: &str, path: &str, body: &str) -> Answer {
        let own = [("Cookie", self.cookie.as_str()), ("Content-Type", "application/json")];
        self.server
            .request(method, path, &[&own[..], headers].concat(), body.as_bytes())
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "")
    }
}

/// The `Authorization` of a token that an answer shows.
#[track_caller]
pub(crate) fn bearer(answer: &Answer) -> String {
    format!("Bearer {}", answer.json()["token"].as_str().expect("a token"))
}

/// `name=value` of the cookie that an answer sets.
pub(crate) fn cookie(answer: &Answer) -> String {
    let header = answer.header("set-cookie");
    header.split(';').next().unwrap_or_default().to_owned()
}
