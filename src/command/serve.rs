//! `socle serve`: the life of a server, from its first log line to its last.
//!
//! Start: logs, limits, signals, migrations, database, port, then requests. Stop, on SIGTERM or SIGINT: answer "not
//! ready" for `SHUTDOWN_DELAY`, take no new connections and finish the open ones within `SHUTDOWN_GRACE`, move the log
//! into the database file, exit 0. A second signal ends the process at once, and so does the first one during the
//! start: a database is never harmed by that.

mod signals;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::error::{CommandError, ListenError};
use super::random;
use crate::access::{Access, Administrator, RuleBook};
use crate::config::Settings;
use crate::config::file::ConfigFile;
use crate::database::sqlite::migrations::{self, Expected};
use crate::database::{Database, Options};
use crate::http::{self, Lifecycle, Phase};
use crate::schema::Catalog;
use crate::telemetry::{self, Output};

/// How long closing the database may take; what is left then is in its log, and safe there.
const CLOSING: Duration = Duration::from_secs(10);
/// How long work on other threads may take to notice that the server has stopped.
const LEAVING: Duration = Duration::from_secs(1);

/// Serves until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    raise_open_files_limit();
    let runtime = runtime().map_err(CommandError::System)?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    // Read before anything is changed, and held against the tables once they are there.
    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let expected = migrate(settings.database_url.path(), settings.config_dir.as_deref())?;
    let database = open(&settings)?;
    let catalog = Arc::new(Catalog::read(&database)?);
    let rules = Arc::new(RuleBook::open(file, catalog)?);
    let access = Access::new(database.clone(), random::fill);
    let address = SocketAddr::new(settings.address, settings.port);
    check_port(address)?;

    let served = runtime.block_on(async {
        ensure_administrator(&settings, &access).await?;
        phase.send_replace(Phase::Serving);
        let lifecycle = Lifecycle::new(phase.subscribe());
        let served = serve_until_stopped(settings, database.clone(), access, rules, expected, lifecycle).await;
        if tokio::time::timeout(CLOSING, database.close()).await.is_err() {
            tracing::warn!("closing the database takes long: leaving the rest to the next start");
        }
        Ok::<_, CommandError>(served)
    });
    runtime.shutdown_timeout(LEAVING);
    match logs.dropped() {
        0 => tracing::info!("stopped"),
        lines => tracing::warn!("stopped; {lines} log lines were dropped because they could not be written in time"),
    }
    served?.map_err(|error| ListenError::new(address, error).into())
}

/// As many open connections as the system lets this user have.
fn raise_open_files_limit() {
    let limit = Resource::RLIMIT_NOFILE;
    let raised = getrlimit(limit).and_then(|(_, hard)| setrlimit(limit, hard, hard));
    if let Err(error) = raised {
        tracing::debug!("the limit of open files stays as it is: {error}");
    }
}

fn runtime() -> io::Result<Runtime> {
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().max(2));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("socle-http")
        .enable_all()
        .build()
}

fn migrate(database_file: &Path, config_dir: Option<&Path>) -> Result<Expected, CommandError> {
    let report = migrations::apply(database_file, config_dir, |file| tracing::info!("applied {file}"))?;
    tracing::info!("the database is {}", database_file.display());
    Ok(report.expected)
}

fn open(settings: &Settings) -> Result<Database, CommandError> {
    let database = Database::open(&Options {
        path: settings.database_url.path().to_path_buf(),
        synchronous: settings.sqlite_synchronous,
    })?;
    for note in database.notes() {
        tracing::warn!("{note}");
    }
    Ok(database)
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

/// Serves until everything is finished after a signal, or the time to finish is over.
async fn serve_until_stopped(
    settings: Settings,
    database: Database,
    access: Access,
    rules: Arc<RuleBook>,
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
    tokio::select! {
        served = http::serve(settings, database, access, rules, expected, lifecycle) => served,
        () = time_is_over => {
            tracing::warn!("requests were still open after {} s: ended them", grace.as_secs_f32());
            Ok(())
        }
    }
}
