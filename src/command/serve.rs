//! `socle serve`: the life of a server, from its first log line to its last.
//!
//! Start: logs, limits, signals, migrations, database, port, workers, then requests. Stop, on SIGTERM or SIGINT: answer
//! "not ready" for `SHUTDOWN_DELAY`, take no new connections and no more jobs and finish the open ones within
//! `SHUTDOWN_GRACE`, move the log into the database file, exit 0. A second signal ends the process at once, and so does
//! the first one during the start: a database is never harmed by that.

use std::io;
use std::net::{SocketAddr, TcpListener};

use tokio::sync::watch;

use super::error::{CommandError, ListenError};
use super::{signals, start};
use crate::config::Settings;
use crate::database::Database;
use crate::database::sqlite::migrations::Expected;
use crate::http::{self, Lifecycle, Phase};
use crate::jobs::{Ambient, Jobs, Pool};
use crate::telemetry::{self, Output};

/// Serves until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    start::raise_open_files_limit();
    let runtime = start::runtime()?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    let (database, expected) = start::database(&settings)?;
    let address = SocketAddr::new(settings.address, settings.port);
    check_port(address)?;

    let served = runtime.block_on(async {
        phase.send_replace(Phase::Serving);
        let served = serve_until_stopped(settings, database.clone(), expected, Lifecycle::new(phase.subscribe())).await;
        start::close(&database).await;
        served
    });
    start::end(runtime, &logs);
    served.map_err(|error| ListenError::new(address, error).into())
}

/// Whether the port can be listened on. Asked before the HTTP library does, whose words for it are its own.
fn check_port(address: SocketAddr) -> Result<(), ListenError> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => Err(ListenError::new(address, error)),
    }
}

/// Serves, and does jobs, until everything is finished after a signal, or the time to finish is over.
async fn serve_until_stopped(
    settings: Settings,
    database: Database,
    expected: Expected,
    lifecycle: Lifecycle,
) -> io::Result<()> {
    let grace = settings.shutdown_grace;
    let time_is_over = {
        let lifecycle = lifecycle.clone();
        async move {
            lifecycle.draining().await;
            tokio::time::sleep(grace).await;
        }
    };
    let jobs = Jobs::new(database.clone(), Ambient::SYSTEM);
    tokio::spawn(jobs.clone().look_after(settings.job_retention));
    let pool = match settings.roles.worker {
        true => Some(Pool::start(jobs.clone(), settings.job_workers)?),
        false => None,
    };
    let ending = lifecycle.clone();
    let serving = async {
        tokio::select! {
            served = http::serve(settings, database, jobs, expected, lifecycle) => served,
            () = time_is_over => {
                tracing::warn!("requests were still open after {} s: ended them", grace.as_secs_f32());
                Ok(())
            }
        }
    };
    let working = async {
        if let Some(pool) = pool {
            ending.draining().await;
            pool.stop(grace).await;
        }
    };
    tokio::pin!(serving, working);
    tokio::select! {
        // A server that could not listen, or both at their end.
        served = &mut serving => {
            if served.is_ok() {
                working.await;
            }
            served
        }
        () = &mut working => serving.await,
    }
}
