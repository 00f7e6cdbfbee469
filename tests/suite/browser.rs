//! A headless Chromium, driven through chromedriver's WebDriver interface (W3C) by the client the suite has anyway.
//!
//! For tests marked `#[ignore = "needs Chromium"]`; `chromium` and `chromedriver` must be in `PATH`.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Process;
use crate::server::eventually;

/// The key under which WebDriver gives an element's reference.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One window, closed with the browser when the test ends.
pub(crate) struct Browser {
    agent: ureq::Agent,
    session: String,
    _profile: TempDir,
    _driver: Process,
}

impl Browser {
    #[track_caller]
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("chromedriver");
        command
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let driver = Process::start(command);
        let port = eventually("the port that chromedriver listens on", || {
            let said = driver.output();
            let (_, after) = said.split_once("started successfully on port ")?;
            Some(after.split_once('.')?.0.parse::<u16>().expect("a port"))
        });
        let mut browser = Self {
            agent: crate::client::agent(),
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: profile,
            _driver: driver,
        };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", browser._profile.path().display()),
        ];
        let session = browser.post(
            "",
            json!({"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": {"args": arguments},
                "goog:loggingPrefs": {"browser": "ALL"},
            }}}),
        );
        let id = session["sessionId"].as_str().expect("a session");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.post("/url", json!({"url": url}));
    }

    pub(crate) fn back(&self) {
        self.post("/back", json!({}));
    }

    /// Clicks, as a mouse would, the first element that a CSS selector finds, as soon as there is one.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/click"), json!({}));
    }

    /// Types into the first element that a CSS selector finds.
    #[track_caller]
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/value"), json!({"text": text}));
    }

    /// What a JavaScript expression is worth in the page.
    #[track_caller]
    pub(crate) fn value(&self, expression: &str) -> Value {
        self.post(
            "/execute/sync",
            json!({"script": format!("return {expression}"), "args": []}),
        )
    }

    /// Waits until a JavaScript expression is true in the page.
    #[track_caller]
    pub(crate) fn wait_until(&self, expression: &str) {
        eventually(expression, || (self.value(expression) == true).then_some(()));
    }

    /// What a promise of the page comes to.
    #[track_caller]
    pub(crate) fn resolved(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; Promise.resolve({expression}).then(done, (error) => done(String(error)))"
        );
        self.post("/execute/async", json!({"script": script, "args": []}))
    }

    /// Runs a script in the page, as its own scripts run.
    #[track_caller]
    pub(crate) fn inject(&self, script: &str) {
        self.post("/execute/sync", json!({"script": script, "args": []}));
    }

    /// Presses keys where the keyboard is; WebDriver has code points for those without a letter.
    #[track_caller]
    pub(crate) fn press(&self, keys: &str) {
        self.type_into(":focus", keys);
    }

    /// A command of the Chrome DevTools Protocol, for what WebDriver has no word for.
    #[track_caller]
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }

    /// The width of the window and the colour scheme that the person prefers.
    #[track_caller]
    pub(crate) fn looks(&self, width: u32, scheme: &str) {
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media);
    }

    /// What the console holds so far: errors of scripts, violations of the policy, failed loads.
    pub(crate) fn console(&self) -> Vec<Value> {
        match self.post("/se/log", json!({"type": "browser"})) {
            Value::Array(entries) => entries,
            other => panic!("no log: {other}"),
        }
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        eventually(selector, || {
            let body = json!({"using": "css selector", "value": selector});
            let found = self.try_post("/element", body).ok()?;
            Some(found[ELEMENT].as_str().expect("a reference").to_owned())
        })
    }

    #[track_caller]
    fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body)
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A command's value, or what WebDriver says is wrong.
    fn try_post(&self, path: &str, body: Value) -> Result<Value, Value> {
        let mut response = self
            .agent
            .post(format!("{}{path}", self.session))
            .content_type("application/json")
            .send(body.to_string())
            .expect("chromedriver answers");
        let text = response.body_mut().read_to_string().expect("an answer");
        let value = serde_json::from_str::<Value>(&text).expect("JSON")["value"].take();
        if response.status().is_success() {
            Ok(value)
        } else {
            Err(value)
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium outlives a chromedriver that is killed, so it is asked to go first.
        let _ = self.agent.delete(&self.session).call();
    }
}
