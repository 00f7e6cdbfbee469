//! `socle serve`: the life of a server, from its first log line to its last.
//!
//! Start: logs, limits, signals, migrations, database, port, workers, then requests. Stop, on SIGTERM or SIGINT: answer
//! "not ready" for `SHUTDOWN_DELAY`, take no new connections and no more jobs and finish the open ones within
//! `SHUTDOWN_GRACE`, move the log into the database file, exit 0. A second signal ends the process at once, and so does
//! the first one during the start: a database is never harmed by that.

use std::io;
use std::net::{SocketAddr, TcpListener};

use jiff::Timestamp;
use tokio::sync::watch;

use super::error::{CommandError, ListenError};
use super::{random, signals, start};
use crate::access::{Access, Administrator};
use crate::clock::{Clock, Rng};
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::http::{self, Lifecycle, Phase, Services};
use crate::jobs::{Jobs, Pool};
use crate::telemetry::{self, Output};

/// Serves until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    start::raise_open_files_limit();
    let runtime = start::runtime()?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    // Read before anything is changed, and held against the tables once they are there.
    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let (database, expected) = start::database(&settings)?;
    let jobs = Jobs::new(database.clone(), Clock::SYSTEM, Rng::SYSTEM);
    let services = Services {
        rules: start::rules(&runtime, file, &database, &jobs, settings.roles.worker)?,
        access: Access::new(database.clone(), random::fill),
        database: database.clone(),
        jobs,
        expected,
    };
    let address = SocketAddr::new(settings.address, settings.port);
    check_port(address)?;

    let served = runtime.block_on(async {
        ensure_administrator(&settings, &services.access).await?;
        phase.send_replace(Phase::Serving);
        let lifecycle = Lifecycle::new(phase.subscribe());
        let served = serve_until_stopped(settings, services, lifecycle).await;
        start::close(&database).await;
        Ok::<_, CommandError>(served)
    });
    start::end(runtime, &logs);
    served?.map_err(|error| ListenError::new(address, error).into())
}

/// Makes the administrator that the settings name, or brings the account up to date.
async fn ensure_administrator(settings: &Settings, access: &Access) -> Result<(), CommandError> {
    let (Some(name), Some(password)) = (&settings.admin_login, &settings.admin_password) else {
        return Ok(());
    };
    let wanted = Administrator {
        name: name.clone(),
        password: password.reveal().to_owned(),
        email: settings.admin_email.clone(),
    };
    let ensured = access.ensure_administrator(wanted, Timestamp::now()).await;
    ensured.map_err(CommandError::Administrator)
}

/// Whether the port can be listened on. Asked before the HTTP library does, whose words for it are its own.
fn check_port(address: SocketAddr) -> Result<(), ListenError> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) => Err(ListenError::new(address, error)),
    }
}

/// Serves, and does jobs, until everything is finished after a signal, or the time to finish is over.
async fn serve_until_stopped(settings: Settings, services: Services, lifecycle: Lifecycle) -> io::Result<()> {
    let grace = settings.shutdown_grace;
    let time_is_over = {
        let lifecycle = lifecycle.clone();
        async move {
            lifecycle.draining().await;
            tokio::time::sleep(grace).await;
        }
    };
    let jobs = services.jobs.clone();
    tokio::spawn(jobs.clone().run_maintenance(settings.job_retention));
    let pool = match settings.roles.worker {
        true => {
            start::schedules(&jobs, &services.rules);
            Some(Pool::start(jobs, settings.job_workers)?)
        }
        false => None,
    };
    let ending = lifecycle.clone();
    let serving = async {
        tokio::select! {
            served = http::serve(settings, services, lifecycle) => served,
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
