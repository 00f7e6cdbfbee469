//! HTTP: takes requests apart, calls the other rooms, and writes responses. The only room that names Rocket.
//!
//! [`serve`] runs it. Every request passes `middleware` and `ingress`, and then `dispatch`, which finds its endpoint, has
//! `guard` admit the caller and calls the handler: `records`, `service`, `auth` or `jobs`.

mod access_log;
mod app;
mod auth;
mod body;
mod caller;
mod catchers;
mod connections;
mod context;
mod dispatch;
mod event_stream;
mod fields;
mod guard;
mod health;
mod ingress;
mod jobs;
mod lifecycle;
mod links;
mod method;
mod middleware;
mod negotiation;
mod openapi_cache;
mod pages;
mod records;
mod refusal;
mod response;
mod response_headers;
mod service;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::config::{Ident, LogLevel, Shutdown};
use rocket::fairing::AdHoc;

use crate::config::Settings;
use app::App;
pub use app::Services;
use connections::Connections;
use ingress::Ingress;
pub use lifecycle::{Lifecycle, Phase};

/// The warning about a server without accounts.
const OPEN: &str = "anyone who reaches the port may read and write. To close it, create an administrator with \
    `socle user add NAME --role admin`, or set ADMIN_LOGIN and ADMIN_PASSWORD";

/// Listens, and answers requests until `lifecycle` is draining and every open request is answered.
///
/// # Errors
/// When the address cannot be listened on, or the database does not answer.
pub async fn serve(settings: Settings, services: Services, lifecycle: Lifecycle) -> io::Result<()> {
    let catalog = services.rules.catalog().clone();
    for (table, reason) in &catalog.current().unserved {
        tracing::warn!("the table \"{table}\" is not served: {reason}");
    }
    for (table, reason) in &catalog.current().broken {
        tracing::warn!("the table \"{table}\" refers to what is not there, and changes of it will fail: {reason}");
    }
    if services.access.is_open().map_err(io::Error::other)? {
        tracing::warn!("open: {OPEN}");
    }
    let config = config(&settings);
    let ingress = Ingress::new(&settings);
    let app = App::new(settings, services, lifecycle.clone());
    let connections = app.connections.clone();
    let rocket = rocket::custom(config)
        .manage(ingress)
        .manage(app)
        .mount("/", dispatch::routes())
        .register("/", catchers::catchers())
        .attach(rocket::shield::Shield::new())
        .attach(middleware::fairing())
        .attach(liftoff(connections.clone()));
    let rocket = rocket.ignite().await.map_err(system_error)?;
    let shutdown = rocket.shutdown();
    tokio::select! {
        launched = rocket.launch() => launched.map(drop).map_err(system_error),
        () = drained(&lifecycle, shutdown, &connections) => Ok(()),
    }
}

/// Starts what needs an open port.
fn liftoff(connections: Arc<Connections>) -> AdHoc {
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
        // The command handles signals.
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

/// Resolves when the server is draining and every request is answered and every stream ended.
async fn drained(lifecycle: &Lifecycle, shutdown: rocket::Shutdown, connections: &Connections) {
    lifecycle.draining().await;
    shutdown.notify();
    // A response counts as ended when it is handed to the connection; this pause lets it reach the network.
    let mut quiet = 0;
    while quiet < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        quiet = if connections.in_flight() == 0 { quiet + 1 } else { 0 };
    }
}

fn system_error(error: rocket::Error) -> io::Error {
    // Rocket's error panics when it is dropped without having been inspected; `kind` inspects it.
    match error.kind() {
        rocket::error::ErrorKind::Bind(reason) | rocket::error::ErrorKind::Io(reason) => {
            io::Error::new(reason.kind(), reason.to_string())
        }
        other => io::Error::other(other.to_string()),
    }
}
