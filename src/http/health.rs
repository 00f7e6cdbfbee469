//! Whether the server is well: for people (`/health`), and for Kubernetes' probes (`/livez`, `/readyz`).

use rocket::http::Status;
use rocket::{Response, Route, State, get, routes};
use serde_json::{Map, Value as Json, json};

use super::{App, response};
use crate::database::Error;

/// The routes.
pub fn routes() -> Vec<Route> {
    routes![health, healthz, livez, readyz]
}

/// The health of all that an answer depends on.
#[get("/health")]
async fn health(app: &State<App>) -> Whole {
    let mut checks = checks(app).await;
    checks.retain(|(name, _)| *name != "shutdown");
    report(app, &checks)
}

#[get("/healthz")]
async fn healthz(app: &State<App>) -> Whole {
    health(app).await
}

/// Alive: the process answers. Restarting it would mend nothing that this does not see.
#[get("/livez")]
fn livez() -> Whole {
    Whole(response::of_json(&json!({ "status": "ok" })))
}

/// Ready: migrated, able to write, and not about to stop.
#[get("/readyz")]
async fn readyz(app: &State<App>) -> Whole {
    report(app, &checks(app).await)
}

/// A finished response, as a responder.
struct Whole(Response<'static>);

impl<'r> rocket::response::Responder<'r, 'static> for Whole {
    fn respond_to(self, _: &'r rocket::Request<'_>) -> rocket::response::Result<'static> {
        Ok(self.0)
    }
}

async fn checks(app: &App) -> Vec<(&'static str, Result<(), &'static str>)> {
    let database = match app.records.database().check() {
        Ok(()) => app.records.database().write(|_| Ok::<_, Error>(())).await,
        unreadable => unreadable,
    };
    let database = match database {
        Ok(()) => Ok(()),
        Err(Error::Full) => Err("the disk is full"),
        Err(Error::Busy) => Err("another process holds the database"),
        Err(_) => Err("the database does not answer"),
    };
    let migrated = app.records.database().read(|session| app.expected.holds(session));
    let stopping = app.lifecycle.is_leaving();
    vec![
        ("database", database),
        (
            "migrations",
            if migrated == Ok(true) {
                Ok(())
            } else {
                Err("migrations that this process started with are gone")
            },
        ),
        (
            "shutdown",
            if stopping {
                Err("the server is stopping")
            } else {
                Ok(())
            },
        ),
    ]
}

fn report(app: &App, checks: &[(&'static str, Result<(), &'static str>)]) -> Whole {
    let is_well = checks.iter().all(|(_, found)| found.is_ok());
    let shown: Map<String, Json> = checks
        .iter()
        .map(|(name, found)| ((*name).to_owned(), Json::from(found.err().unwrap_or("ok"))))
        .collect();
    let body = json!({
        "status": if is_well { "ok" } else { "error" },
        "version": app.version,
        "access": app.access(),
        "checks": shown,
    });
    let status = if is_well {
        Status::Ok
    } else {
        Status::ServiceUnavailable
    };
    let mut response = response::of_bytes(status, "application/json", body.to_string().into_bytes());
    response.set_raw_header("Cache-Control", "no-store");
    Whole(response)
}
