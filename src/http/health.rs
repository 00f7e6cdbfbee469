//! The health of the server: for people and monitors (`/health`), and for Kubernetes' probes (`/readyz`).

use rocket::Response;
use rocket::http::Status;
use serde_json::{Map, Value as Json, json};

use super::app::App;
use super::response;
use crate::database::Error;

/// A check by its name, and what is wrong.
type Check = (&'static str, Result<(), &'static str>);

/// The health of everything that answers depend on.
pub async fn health(app: &App) -> Response<'static> {
    report(app, &[database(app).await, migrations(app)])
}

/// Whether requests should be sent here: healthy, and not about to stop.
pub async fn ready(app: &App) -> Response<'static> {
    let shutdown = match app.lifecycle.is_leaving() {
        true => Err("the server is stopping"),
        false => Ok(()),
    };
    report(app, &[database(app).await, migrations(app), ("shutdown", shutdown)])
}

async fn database(app: &App) -> Check {
    let database = app.records.database();
    let answered = match database.check() {
        Ok(()) => database.write(|_| Ok::<_, Error>(())).await,
        unreadable => unreadable,
    };
    let state = match answered {
        Ok(()) => Ok(()),
        Err(Error::Full) => Err("the disk is full"),
        Err(Error::Busy) => Err("another process holds the database"),
        Err(_) => Err("the database does not answer"),
    };
    ("database", state)
}

fn migrations(app: &App) -> Check {
    let are_applied = app.records.database().read(|session| app.expected.holds(session));
    let state = match are_applied {
        Ok(true) => Ok(()),
        _ => Err("migrations that this process started with are gone"),
    };
    ("migrations", state)
}

fn report(app: &App, checks: &[Check]) -> Response<'static> {
    let is_well = checks.iter().all(|(_, state)| state.is_ok());
    let states: Map<String, Json> = checks
        .iter()
        .map(|(name, state)| ((*name).to_owned(), Json::from(state.err().unwrap_or("ok"))))
        .collect();
    let (status, word) = match is_well {
        true => (Status::Ok, "ok"),
        false => (Status::ServiceUnavailable, "error"),
    };
    let body = json!({
        "status": word,
        "version": app.version,
        "access": app.access_state(),
        "checks": states,
    });
    let mut response = response::json(status, &body);
    response.set_raw_header("Cache-Control", "no-store");
    response
}
