//! The commands, one file each. `main` calls [`run`] with the parsed command line.

mod argument;
mod error;
mod healthcheck;
mod jobs;
mod migrate;
mod openapi;
mod password;
mod runtime;
mod serve;
mod signals;
mod table;
mod token;
mod user;
mod worker;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::config::{Cli, Command, Settings};
use crate::telemetry::{self, Output};
use error::CommandError;

/// Runs a command. An error is one line on standard error that says what to do next; the exit code is 2 for an invalid
/// argument and 1 for any other error.
pub fn run(cli: Cli) -> ExitCode {
    let settings = cli.settings;
    let outcome = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(settings),
        Command::Migrate { status: false } => with_logs(settings, migrate::apply),
        Command::Migrate { status: true } => with_logs(settings, migrate::status),
        Command::Healthcheck => with_logs(settings, healthcheck::run),
        Command::Jobs { what } => with_logs(settings, |settings, out| jobs::run(settings, what, out)),
        Command::Worker => worker::run(settings),
        Command::User { command } => with_logs(settings, |settings, out| user::run(settings, command, out)),
        Command::Token { command } => with_logs(settings, |settings, out| token::run(settings, command, out)),
        Command::Openapi => with_logs(settings, openapi::run),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe, as in `socle openapi | head`.
        Err(CommandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "socle: {error}");
            error.exit_code()
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
