//! `socle worker`: built-in jobs and schedules without a server, on the same database.
//!
//! On SIGTERM or SIGINT it claims no more jobs, gives back those not begun, and lets the others finish within
//! `SHUTDOWN_GRACE`; what runs longer goes back to the queue. A second signal ends the process at once.

use tokio::sync::watch;

use super::error::CommandError;
use super::runtime::{self, Backend, Background};
use super::signals;
use crate::config::Settings;
use crate::config_file::ConfigFile;
use crate::http::{Lifecycle, Phase};
use crate::telemetry::{self, Output};

/// Works until a signal asks for the end.
pub(super) fn run(settings: Settings) -> Result<(), CommandError> {
    let logs = telemetry::start(&settings, Output::Stdout).map_err(CommandError::Output)?;
    let runtime = runtime::multi_thread()?;
    let phase = watch::Sender::new(Phase::Starting);
    signals::listen(&runtime, phase.clone(), settings.shutdown_delay).map_err(CommandError::System)?;

    let file = ConfigFile::read(settings.config_dir.as_deref())?;
    let backend = Backend::open(&settings, &runtime, file, true)?;
    let worked = runtime.block_on(async {
        let mut background = Background::start(&backend, &settings, true)?;
        tracing::info!("working on jobs, {} concurrently", settings.job_workers);
        phase.send_replace(Phase::Serving);
        Lifecycle::new(phase.subscribe()).draining().await;
        background.stop_workers(settings.shutdown_grace).await;
        background.stop().await;
        runtime::close(&backend.database).await;
        Ok(())
    });
    runtime::end(runtime, &logs);
    worked.map_err(CommandError::System)
}
