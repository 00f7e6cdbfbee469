//! What the commands run on: the asynchronous runtime, the opened database, and the background tasks of a process.
//!
//! Servers and commands on accounts apply pending migrations first ([`open`]). Commands that only read start no writer
//! ([`open_for_reading`], [`read_access`]). `serve` and `worker` run the same background tasks ([`Background`]).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::error::CommandError;
use crate::access::{Access, PolicyStore};
use crate::clock::{Clock, Rng};
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::database::migrations::{self, Expected};
use crate::database::{Database, Options};
use crate::jobs::schedule::Schedules;
use crate::jobs::{Jobs, Pool};
use crate::schema::Catalog;
use crate::telemetry::Logs;

/// How long closing the database may take. What is not checkpointed by then stays in the write-ahead log, without loss.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long blocking threads may take to end after the runtime has stopped.
const THREAD_TIMEOUT: Duration = Duration::from_secs(1);

/// Raises the limit of open files to what the system allows this user.
pub(super) fn raise_open_files_limit() {
    let limit = Resource::RLIMIT_NOFILE;
    let raised = getrlimit(limit).and_then(|(_, hard)| setrlimit(limit, hard, hard));
    if let Err(error) = raised {
        tracing::debug!("the limit of open files stays unchanged: {error}");
    }
}

/// The runtime of a server or worker.
pub(super) fn multi_thread() -> Result<Runtime, CommandError> {
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().max(2));
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name("socle-http")
        .enable_all()
        .build();
    runtime.map_err(CommandError::System)
}

/// The runtime of a command that ends by itself.
pub(super) fn single_thread() -> Result<Runtime, CommandError> {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.map_err(CommandError::System)
}

/// Applies pending migrations and opens the database, reporting each file that was applied.
pub(super) fn open(settings: &Settings, applied: impl FnMut(&str)) -> Result<(Database, Expected), CommandError> {
    let path = settings.database_url.path();
    let report = migrations::apply(path, settings.config_dir.as_deref(), applied)?;
    Ok((open_without_migrating(settings)?, report.expected))
}

/// Opens the existing database for writing, without applying migrations.
pub(super) fn open_without_migrating(settings: &Settings) -> Result<Database, CommandError> {
    Ok(Database::open(&Options {
        path: existing(settings)?.to_path_buf(),
        synchronous: settings.sqlite_synchronous,
    })?)
}

/// Opens the existing database for reading; starts no writer.
pub(super) fn open_for_reading(settings: &Settings) -> Result<Database, CommandError> {
    Ok(Database::open_for_reading(existing(settings)?)?)
}

fn existing(settings: &Settings) -> Result<&Path, CommandError> {
    let path = settings.database_url.path();
    match path.exists() {
        true => Ok(path),
        false => Err(CommandError::NoDatabase(path.display().to_string())),
    }
}

/// Runs `work` on the accounts of the migrated database, opened for writing, then closes it.
pub(super) fn write_access<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Access) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let (database, _) = open(settings, |_| {})?;
    with_access(database, work)
}

/// Runs `work` on the accounts of the migrated database, opened for reading, then closes it.
pub(super) fn read_access<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Access) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    migrations::apply(settings.database_url.path(), settings.config_dir.as_deref(), |_| {})?;
    with_access(open_for_reading(settings)?, work)
}

fn with_access<T>(
    database: Database,
    work: impl AsyncFnOnce(&Access) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    single_thread()?.block_on(async {
        let done = work(&Access::new(database.clone(), Rng::SYSTEM)).await;
        close(&database).await;
        done
    })
}

/// What `serve` and `worker` share: the open database and the rooms above it.
pub(super) struct Backend {
    pub(super) database: Database,
    pub(super) access: Access,
    pub(super) policy: Arc<PolicyStore>,
    pub(super) jobs: Jobs,
    /// The migrations that the database must have.
    pub(super) expected: Expected,
}

impl Backend {
    /// Opens everything and puts `socle.toml` in force; with `applies_schedules` its schedules are written to the database.
    pub(super) fn open(
        settings: &Settings,
        runtime: &Runtime,
        file: ConfigFile,
        applies_schedules: bool,
    ) -> Result<Self, CommandError> {
        let (database, expected) = open(settings, |file| tracing::info!("applied {file}"))?;
        tracing::info!("the database is {}", settings.database_url.path().display());
        for note in database.notes() {
            tracing::warn!("{note}");
        }
        let jobs = Jobs::new(database.clone(), Clock::SYSTEM, Rng::SYSTEM);
        let schedules = Schedules::new(jobs.clone());
        // The whole file is validated before anything of it is written.
        schedules.of_file(&file)?;
        let policy = Arc::new(PolicyStore::open(file, Arc::new(Catalog::read(&database)?))?);
        if applies_schedules {
            let file = policy.file().borrow().clone();
            runtime.block_on(schedules.apply_file(&file))?;
        }
        Ok(Self {
            access: Access::new(database.clone(), Rng::SYSTEM),
            database,
            policy,
            jobs,
            expected,
        })
    }
}

/// The background tasks of a process that serves or works. They run until [`Background::stop`].
pub(super) struct Background {
    tasks: JoinSet<()>,
    pool: Option<Pool>,
}

impl Background {
    /// Starts the tasks that keep schema, policy and queue current; with `works` also the scheduler and the job workers.
    pub(super) fn start(backend: &Backend, settings: &Settings, works: bool) -> std::io::Result<Self> {
        let mut tasks = JoinSet::new();
        let catalog = backend.policy.catalog().clone();
        tasks.spawn(catalog.follow(backend.database.clone()));
        tasks.spawn(backend.policy.clone().follow());
        tasks.spawn(backend.jobs.clone().run_maintenance(settings.job_retention));
        let mut pool = None;
        if works {
            let schedules = Schedules::new(backend.jobs.clone());
            tasks.spawn(schedules.clone().follow(backend.policy.file()));
            tasks.spawn(schedules.run());
            pool = Some(Pool::start(backend.jobs.clone(), settings.job_workers)?);
        }
        Ok(Self { tasks, pool })
    }

    /// Stops the job workers: they claim no more jobs and have `grace` to finish those begun.
    pub(super) async fn stop_workers(&mut self, grace: Duration) {
        if let Some(pool) = self.pool.take() {
            pool.stop(grace).await;
        }
    }

    /// Ends the tasks and waits until they have ended.
    pub(super) async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Closes the database within [`CLOSE_TIMEOUT`].
pub(super) async fn close(database: &Database) {
    if tokio::time::timeout(CLOSE_TIMEOUT, database.close()).await.is_err() {
        tracing::warn!("closing the database takes long: the next start completes it");
    }
}

/// Ends the runtime and writes the last log line.
pub(super) fn end(runtime: Runtime, logs: &Logs) {
    runtime.shutdown_timeout(THREAD_TIMEOUT);
    match logs.dropped() {
        0 => tracing::info!("stopped"),
        lines => tracing::warn!("stopped; {lines} log lines were dropped because they could not be written in time"),
    }
}
