//! The HTTP client of the suite, and [`Answer`], the response of every kind of client.

use std::time::Duration;

use serde_json::Value;
use ureq::Body;
use ureq::http::{HeaderMap, Request, Response};

use crate::server::Server;

/// A client that follows no redirect, takes no status for an error and reuses no connection.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .allow_non_standard_methods(true)
        .timeout_global(Some(Duration::from_secs(120)))
        .build()
        .new_agent()
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn get_as(&self, path: &str, accept: &str) -> Answer {
        self.request("GET", path, &[("Accept", accept)], b"")
    }

    #[track_caller]
    pub(crate) fn head(&self, path: &str) -> Answer {
        self.request("HEAD", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn options(&self, path: &str) -> Answer {
        self.request("OPTIONS", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, "application/json", body.to_string().as_bytes())
    }

    #[track_caller]
    pub(crate) fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, "application/json", body.to_string().as_bytes())
    }

    #[track_caller]
    pub(crate) fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, "application/json", body.to_string().as_bytes())
    }

    #[track_caller]
    pub(crate) fn send(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
        self.request(method, path, &[("Content-Type", content_type)], body)
    }

    /// One request with exactly these headers besides the client's own `Host`, `User-Agent` and `Accept: */*`.
    #[track_caller]
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_request(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same for tests in which the server may disappear.
    pub(crate) fn try_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = if matches!(method, "POST" | "PUT" | "PATCH") {
            self.agent.run(request.body(body)?)?
        } else {
            assert!(body.is_empty(), "the client sends no body with {method}");
            self.agent.run(request.body(())?)?
        };
        Answer::read(method, path, response)
    }

    /// The rows that a list answers.
    #[track_caller]
    pub(crate) fn rows(&self, path: &str) -> Vec<Value> {
        match self.get(path).is(200).json() {
            Value::Array(rows) => rows,
            other => panic!("GET {path} is not a list: {other}"),
        }
    }

    /// One column of a list, in its order.
    #[track_caller]
    pub(crate) fn column(&self, path: &str, name: &str) -> Vec<Value> {
        self.rows(path).into_iter().map(|mut row| row[name].take()).collect()
    }

    /// The `id`s of a list, in its order.
    #[track_caller]
    pub(crate) fn ids(&self, path: &str) -> Vec<i64> {
        self.column(path, "id")
            .iter()
            .map(|id| id.as_i64().expect("an integer id"))
            .collect()
    }
}

/// A complete response, read by whichever client.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) what: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads a response to its end.
    pub(crate) fn read(method: &str, path: &str, mut response: Response<Body>) -> Result<Self, ureq::Error> {
        Ok(Self {
            what: format!("{method} {path}"),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.body_mut().with_config().limit(u64::MAX).read_to_vec()?,
        })
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.what, self.text());
        self
    }

    /// Asserts a 4xx status.
    #[track_caller]
    pub(crate) fn refused(self) -> Self {
        assert!(
            (400..500).contains(&self.status),
            "{} answered {} {}",
            self.what,
            self.status,
            self.text()
        );
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} answered no JSON ({error}): {}", self.what, self.text()))
    }

    /// The value of a header: several are joined with commas, a missing one is empty.
    pub(crate) fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The path and query that `Link` gives for a relation (RFC 8288), if it gives one.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let links = self.header("link");
        let (target, _) = links
            .split(", <")
            .filter_map(|link| link.trim_start_matches('<').split_once('>'))
            .find(|(_, parameters)| parameters.contains(&format!("rel=\"{relation}\"")))?;
        Some(path_of(target))
    }

    /// The path that `Location` names.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        let location = self.header("location");
        assert!(!location.is_empty(), "{} answered no Location", self.what);
        path_of(&location)
    }
}

/// The part of an address after scheme and host, if it has them.
fn path_of(address: &str) -> String {
    match address.split_once("://") {
        None => address.to_owned(),
        Some((_, rest)) => rest
            .find('/')
            .map_or_else(|| "/".to_owned(), |slash| rest[slash..].to_owned()),
    }
}
