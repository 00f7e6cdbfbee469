//! `socle worker`: built-in jobs and schedules without a server, from the same database.
//!
//! On SIGTERM or SIGINT it takes no more jobs, gives back those that it has not begun, and lets the others end within
//! `SHUTDOWN_GRACE`; what runs longer goes back to the queue. A second signal ends it at once.

use tokio::sync::watch;

use super::error::CommandError;
use super::{signals, start};
use crate::clock::{Clock, Rng};
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::http::{Lifecycle, Phase};
use crate::jobs::{Jobs, Pool};
use crate::telemetry::{self, Output};

/// Works until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    let runtime = start::runtime()?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let (database, _) = start::database(&settings)?;
    let jobs = Jobs::new(database.clone(), Clock::SYSTEM, Rng::SYSTEM);
    let rules = start::rules(&runtime, file, &database, &jobs, true)?;
    let worked = runtime.block_on(async {
        tokio::spawn(rules.clone().follow());
        start::schedules(&jobs, &rules);
        tokio::spawn(jobs.clone().run_maintenance(settings.job_retention));
        let pool = Pool::start(jobs, settings.job_workers)?;
        tracing::info!("working on jobs, {} at once", settings.job_workers);
        phase.send_replace(Phase::Serving);
        Lifecycle::new(phase.subscribe()).draining().await;
        pool.stop(settings.shutdown_grace).await;
        start::close(&database).await;
        Ok(())
    });
    start::end(runtime, &logs);
    worked.map_err(CommandError::System)
}
