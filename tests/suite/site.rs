//! A Socle that something else started, Docker or Kubernetes, seen through its address.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Request;

use crate::client::Answer;
use crate::server::eventually;

/// An address, and the connections that a client keeps to it.
#[derive(Clone)]
pub(crate) struct Site {
    base: String,
    agent: ureq::Agent,
}

impl Site {
    /// A client that uses its connection again for as long as the server lets it, as browsers and libraries do.
    pub(crate) fn new(address: &str) -> Self {
        Self::keeping(address, 1)
    }

    /// A client that connects anew for each request, as a shell script does.
    pub(crate) fn without_keep_alive(address: &str) -> Self {
        Self::keeping(address, 0)
    }

    fn keeping(address: &str, idle_connections: usize) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(idle_connections)
            .max_idle_connections_per_host(idle_connections)
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .new_agent();
        Self {
            base: format!("http://{address}"),
            agent,
        }
    }

    /// One request, never sent twice. `Err` says that no complete answer came.
    pub(crate) fn try_ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let mut response = match body {
            Some(body) => self.agent.run(
                request
                    .header("Content-Type", "application/json")
                    .body(body.to_string())?,
            )?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok(Answer {
            what: format!("{method} {path}"),
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.body_mut().with_config().limit(u64::MAX).read_to_vec()?,
        })
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_ask("GET", path, None)
            .unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_ask("POST", path, Some(body))
            .unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// Waits until it is ready to serve.
    #[track_caller]
    pub(crate) fn ready(self) -> Self {
        eventually("the server is ready", || {
            self.try_ask("GET", "/readyz", None).ok().filter(|a| a.status == 200)
        });
        self
    }

    /// The README's first request: makes an item, and says under which id.
    #[track_caller]
    pub(crate) fn makes_an_item(&self) -> i64 {
        let item = json!({"name": "Mon Item", "description": "Description de mon item"});
        let made = self.post("/api/items/", &item).is(201).json();
        assert_eq!(
            (&made["name"], &made["description"]),
            (&item["name"], &item["description"])
        );
        made["id"].as_i64().expect("an integer id")
    }

    /// Asserts that the item which [`Site::makes_an_item`] made is there.
    #[track_caller]
    pub(crate) fn has_the_item(&self, id: i64) {
        assert_eq!(
            self.get(&format!("/api/items/{id}/")).is(200).json()["name"],
            "Mon Item"
        );
    }
}
