//! The only room that knows Rocket: it takes requests apart, calls `records`, and writes answers.
//!
//! [`serve`] runs it. Everything under `/api/` goes through [`api`], one handler for all tables; the rest are ordinary
//! routes. Every answer, errors and pages included, passes [`middleware`], which logs it and gives it its headers.

mod access_log;
mod api;
mod auth;
mod body;
mod connections;
mod fallback;
mod fields;
mod guard;
mod health;
mod ingress;
mod jobs;
mod lifecycle;
mod links;
mod middleware;
mod negotiation;
pub mod openapi;
mod openapi_cache;
mod pages;
mod response;
mod service;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::Route;
use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::fairing::AdHoc;

use crate::access::{Access, PolicyStore};
use crate::config::{Roles, Settings};
use crate::database::Database;
use crate::database::migrations::Expected;
use crate::jobs::Jobs;
use crate::records::Records;
use connections::Connections;
use guard::{Rule, guarded, log_rules};
use ingress::Ingress;
pub use lifecycle::{Lifecycle, Phase};
use openapi_cache::OpenApiCache;

/// What an operator should know of a server without accounts.
const OPEN: &str = "whoever reaches the port may read and write. To close it, make an administrator with \
    `socle user add NAME --role admin`, or set ADMIN_LOGIN and ADMIN_PASSWORD";

/// What answers stand on.
pub struct Services {
    /// The database.
    pub database: Database,
    /// Accounts, tokens and sessions.
    pub access: Access,
    /// Who may do what with which table, and the tables themselves.
    pub rules: Arc<PolicyStore>,
    /// The queue.
    pub jobs: Jobs,
    /// The migrations that the database is to have.
    pub expected: Expected,
}

/// What every route may need.
pub struct App {
    records: Records,
    access: Access,
    rules: Arc<PolicyStore>,
    jobs: Jobs,
    roles: Roles,
    title: String,
    version: String,
    environment: String,
    debug: bool,
    max_body: u64,
    port: u16,
    lifecycle: Lifecycle,
    expected: Expected,
    connections: Arc<Connections>,
    ingress: Ingress,
    document: OpenApiCache,
    bodies: body::Bodies,
    streams: jobs::Streams,
}

/// Listens and answers until `lifecycle` says that the server is to finish, and then until what was begun is finished.
///
/// # Errors
/// When the address cannot be listened on, or the database does not answer.
pub async fn serve(settings: Settings, services: Services, lifecycle: Lifecycle) -> io::Result<()> {
    let Services {
        database,
        access,
        rules,
        jobs,
        expected,
    } = services;
    let catalog = rules.catalog().clone();
    for (table, reason) in &catalog.current().unserved {
        tracing::warn!("the table \"{table}\" is not served: {reason}");
    }
    for (table, reason) in &catalog.current().broken {
        tracing::warn!("the table \"{table}\" refers to what is not there, and changes of it will fail: {reason}");
    }
    if access.is_open().map_err(io::Error::other)? {
        tracing::warn!("open: {OPEN}");
    }
    let connections = Arc::new(Connections::new());
    let rocket = rocket::custom(config(&settings))
        .manage(App {
            ingress: Ingress::new(&settings),
            records: Records::new(database, catalog),
            access,
            rules,
            jobs,
            roles: settings.roles,
            title: settings.app_title,
            version: settings.app_version,
            environment: settings.app_environment,
            debug: settings.debug,
            max_body: settings.max_body.0,
            port: settings.port,
            lifecycle: lifecycle.clone(),
            expected,
            connections: connections.clone(),
            document: OpenApiCache::default(),
            bodies: body::Bodies::new(),
            streams: jobs::Streams::new(),
        })
        .register("/", fallback::catchers())
        .attach(rocket::shield::Shield::new())
        .attach(middleware::fairing())
        .attach(lift_off(connections.clone()));
    let rocket = mounts(settings.roles)
        .into_iter()
        .fold(rocket, |rocket, (base, rule, routes)| {
            rocket.mount(base, guarded(rule, routes))
        });
    let rocket = rocket.ignite().await.map_err(system_error)?;
    log_rules(rocket.routes());
    let shutdown = rocket.shutdown();
    tokio::select! {
        launched = rocket.launch() => launched.map(drop).map_err(system_error),
        () = drained(&lifecycle, shutdown, &connections) => Ok(()),
    }
}

/// Every route of these parts of Socle, with the rule it stands under. Nothing is mounted that is not named here.
fn mounts(roles: Roles) -> Vec<(&'static str, Rule, Vec<Route>)> {
    let api = [
        ("/api", Rule::ByTable, api::routes()),
        ("/api/jobs", Rule::ByJobs, jobs::routes()),
        ("/jobs", Rule::ByJobs, jobs::routes()),
    ];
    let pages = [("/", Rule::Anyone, pages::routes())];
    let always = [
        ("/", Rule::Anyone, health::routes()),
        ("/", Rule::Anyone, service::routes()),
        ("/", Rule::Anyone, fallback::routes()),
    ];
    let api = api.into_iter().chain(auth::mounts()).filter(|_| roles.api);
    let pages = pages.into_iter().filter(|_| roles.pages);
    api.chain(pages).chain(always).collect()
}

impl App {
    /// Whether strangers may write, as `/` and `/health` say it.
    fn access(&self) -> &'static str {
        match self.access.is_open() {
            Ok(true) => "open",
            Ok(false) => "closed",
            Err(_) => "unknown",
        }
    }
}

/// What happens once the port is listened on.
fn lift_off(connections: Arc<Connections>) -> AdHoc {
    AdHoc::on_liftoff("listening", move |rocket| {
        let address = SocketAddr::new(rocket.config().address, rocket.config().port);
        connections.start_reaping(address.port());
        tracing::info!("listening on http://{address}");
        Box::pin(async {})
    })
}

fn config(settings: &Settings) -> rocket::Config {
    rocket::Config {
        address: settings.address,
        port: settings.port,
        ident: Ident::none(),
        log_level: LogLevel::Off,
        cli_colors: false,
        keep_alive: 60,
        // Signals are the command's business.
        shutdown: Shutdown {
            ctrlc: false,
            signals: Default::default(),
            grace: u32::try_from(settings.shutdown_grace.as_secs())
                .unwrap_or(u32::MAX)
                .max(1),
            mercy: 1,
            ..Shutdown::default()
        },
        ..rocket::Config::release_default()
    }
}

/// Resolves when the server was told to finish and has: every request answered and every stream ended.
async fn drained(lifecycle: &Lifecycle, shutdown: rocket::Shutdown, connections: &Connections) {
    lifecycle.draining().await;
    shutdown.notify();
    // An answer counts as given when it is handed to the connection; a moment more lets it reach the wire.
    let mut quiet = 0;
    while quiet < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        quiet = if connections.in_flight() == 0 { quiet + 1 } else { 0 };
    }
}

fn system_error(error: rocket::Error) -> io::Error {
    // Rocket's error complains loudly when it is dropped unseen; `kind` has looked at it.
    match error.kind() {
        rocket::error::ErrorKind::Bind(reason) | rocket::error::ErrorKind::Io(reason) => {
            io::Error::new(reason.kind(), reason.to_string())
        }
        other => io::Error::other(other.to_string()),
    }
}
