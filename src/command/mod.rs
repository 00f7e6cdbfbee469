//! The commands, one file each. `main` calls [`run`] with what the command line asks for.

mod accounts;
mod error;
mod healthcheck;
mod jobs;
mod migrate;
mod openapi;
mod password;
mod random;
mod serve;
mod signals;
mod start;
mod table;
mod token;
mod user;
mod worker;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::config::{Cli, Command, Settings};
use crate::telemetry::{self, Output};
use error::CommandError;

/// Runs a command to its end. What went wrong is one line on standard error, with what to do next, and exit code 1.
pub fn run(cli: Cli) -> ExitCode {
    let settings = cli.settings;
    let outcome = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(settings),
        Command::Migrate { status: false } => with_logs(settings, migrate::apply),
        Command::Migrate { status: true } => with_logs(settings, migrate::status),
        Command::Healthcheck => with_logs(settings, healthcheck::run),
        Command::Jobs { what } => with_logs(settings, |settings, out| jobs::run(settings, &what, out)),
        Command::Worker => worker::run(settings),
        Command::User { command } => with_logs(settings, |settings, out| user::run(settings, command, out)),
        Command::Token { command } => with_logs(settings, |settings, out| token::run(settings, command, out)),
        Command::Openapi => with_logs(settings, openapi::run),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has seen enough of it, as in `socle openapi | head`.
        Err(CommandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "socle: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a command whose result is its standard output, with the logs on standard error.
fn with_logs(
    settings: Settings,
    command: impl FnOnce(&Settings, &mut dyn io::Write) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let _logs = telemetry::start(&settings, Output::Stderr).map_err(CommandError::Output)?;
    let mut out = io::stdout().lock();
    command(&settings, &mut out)?;
    out.flush().map_err(CommandError::Output)
}
