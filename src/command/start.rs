//! What `serve` and `worker` begin and end with.

use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use super::error::CommandError;
use crate::access::PolicyStore;
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::database::migrations::{self, Expected};
use crate::database::{Database, Options};
use crate::jobs::Jobs;
use crate::jobs::schedule::Schedules;
use crate::schema::Catalog;
use crate::telemetry::Logs;

/// How long closing the database may take; what is left then is in its log, and safe there.
const CLOSING: Duration = Duration::from_secs(10);
/// How long work on other threads may take to notice that the process is at its end.
const LEAVING: Duration = Duration::from_secs(1);

/// As many open connections as the system lets this user have.
pub(super) fn raise_open_files_limit() {
    let limit = Resource::RLIMIT_NOFILE;
    let raised = getrlimit(limit).and_then(|(_, hard)| setrlimit(limit, hard, hard));
    if let Err(error) = raised {
        tracing::debug!("the limit of open files stays as it is: {error}");
    }
}

pub(super) fn runtime() -> Result<Runtime, CommandError> {
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().max(2));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("socle-http")
        .enable_all()
        .build();
    runtime.map_err(CommandError::System)
}

/// Brings the database up to date and opens it.
pub(super) fn database(settings: &Settings) -> Result<(Database, Expected), CommandError> {
    let path = settings.database_url.path();
    let report = migrations::apply(path, settings.config_dir.as_deref(), |file| {
        tracing::info!("applied {file}")
    })?;
    tracing::info!("the database is {}", path.display());
    let database = Database::open(&Options {
        path: path.to_path_buf(),
        synchronous: settings.sqlite_synchronous,
    })?;
    for note in database.notes() {
        tracing::warn!("{note}");
    }
    Ok((database, report.expected))
}

/// Puts the file's rules in force and, where this process lets schedules tick, its schedules into the database.
pub(super) fn rules(
    runtime: &Runtime,
    file: ConfigFile,
    database: &Database,
    jobs: &Jobs,
    is_worker: bool,
) -> Result<Arc<PolicyStore>, CommandError> {
    let schedules = Schedules::new(jobs.clone());
    // Nothing is written before all of the file is known to be right.
    schedules.of_file(&file)?;
    let rules = Arc::new(PolicyStore::open(file, Arc::new(Catalog::read(database)?))?);
    if is_worker {
        let file = rules.file().borrow().clone();
        runtime.block_on(schedules.apply_file(&file))?;
    }
    Ok(rules)
}

/// Lets schedules tick, and follow the file, for as long as the database is open.
pub(super) fn schedules(jobs: &Jobs, rules: &PolicyStore) {
    let schedules = Schedules::new(jobs.clone());
    tokio::spawn(schedules.clone().follow(rules.file()));
    tokio::spawn(schedules.run());
}

/// Closes the database, within its time.
pub(super) async fn close(database: &Database) {
    if tokio::time::timeout(CLOSING, database.close()).await.is_err() {
        tracing::warn!("closing the database takes long: leaving the rest to the next start");
    }
}

/// The last line.
pub(super) fn end(runtime: Runtime, logs: &Logs) {
    runtime.shutdown_timeout(LEAVING);
    match logs.dropped() {
        0 => tracing::info!("stopped"),
        lines => tracing::warn!("stopped; {lines} log lines were dropped because they could not be written in time"),
    }
}
