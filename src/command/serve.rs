//! `socle serve`: start and shutdown of a server.
//!
//! Start: logs, limits, signals, migrations, database, port, background tasks, then requests. Stop, on SIGTERM or SIGINT:
//! answer "not ready" for `SHUTDOWN_DELAY`, take no new connections and no more jobs, finish the open ones within
//! `SHUTDOWN_GRACE`, checkpoint the log into the database file, exit 0. A second signal ends the process at once, and so
//! does the first one during the start; neither harms the database.

use std::io;
use std::net::{SocketAddr, TcpListener};

use tokio::sync::watch;

use super::error::{CommandError, ListenError};
use super::runtime::{self, Backend, Background};
use super::signals;
use crate::access::{Access, Administrator};
use crate::clock::Clock;
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::http::{self, Lifecycle, Phase, Services};
use crate::telemetry::{self, Output};

/// Serves until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    runtime::raise_open_files_limit();
    let runtime = runtime::multi_thread()?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    // Read before anything is changed, and validated against the tables once they exist.
    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let backend = Backend::open(&settings, &runtime, file, settings.roles.worker)?;
    let address = SocketAddr::new(settings.address, settings.port);
    check_port(address)?;

    let served = runtime.block_on(async {
        ensure_administrator(&settings, &backend.access).await?;
        phase.send_replace(Phase::Serving);
        let database = backend.database.clone();
        let served = serve_until_stopped(settings, backend, Lifecycle::new(phase.subscribe())).await;
        runtime::close(&database).await;
        Ok::<_, CommandError>(served)
    });
    runtime::end(runtime, &logs);
    served?.map_err(|error| ListenError::new(address, error).into())
}

/// Creates the administrator that the settings name, or updates the account.
async fn ensure_administrator(settings: &Settings, access: &Access) -> Result<(), CommandError> {
    let (Some(name), Some(password)) = (&settings.admin_login, &settings.admin_password) else {
        return Ok(());
    };
    let wanted = Administrator {
        name: name.clone(),
        password: password.reveal().to_owned(),
        email: settings.admin_email.clone(),
    };
    let ensured = access.ensure_administrator(wanted, Clock::SYSTEM.now()).await;
    ensured.map_err(CommandError::Administrator)
}

/// Whether the port can be listened on. Checked before the HTTP library does, whose messages are less clear.
fn check_port(address: SocketAddr) -> Result<(), ListenError> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => Err(ListenError::new(address, error)),
    }
}

/// Serves requests and works on jobs until both have finished after a signal, or `SHUTDOWN_GRACE` is over.
async fn serve_until_stopped(settings: Settings, backend: Backend, lifecycle: Lifecycle) -> io::Result<()> {
    let grace = settings.shutdown_grace;
    let mut background = Background::start(&backend, &settings, settings.roles.worker)?;
    let services = Services {
        rules: backend.policy,
        access: backend.access,
        database: backend.database,
        jobs: backend.jobs,
        expected: backend.expected,
        clock: Clock::SYSTEM,
    };
    let grace_is_over = {
        let lifecycle = lifecycle.clone();
        async move {
            lifecycle.draining().await;
            tokio::time::sleep(grace).await;
        }
    };
    let ending = lifecycle.clone();
    let serving = async {
        tokio::select! {
            served = http::serve(settings, services, lifecycle) => served,
            () = grace_is_over => {
                tracing::warn!("requests were still open after {} s: ended them", grace.as_secs_f32());
                Ok(())
            }
        }
    };
    let working = async {
        ending.draining().await;
        background.stop_workers(grace).await;
    };
    tokio::pin!(serving);
    let served = {
        tokio::pin!(working);
        tokio::select! {
            served = &mut serving => {
                // A server that could not listen ends without a signal.
                if served.is_ok() {
                    working.await;
                }
                served
            }
            () = &mut working => serving.await,
        }
    };
    background.stop().await;
    served
}
