//! `socle migrate`: applies pending migrations, or lists the state of all of them.

use std::io::Write;

use super::error::CommandError;
use super::table;
use crate::config::Settings;
use crate::database::migrations::{self, State, Status};

/// Applies the pending migrations and prints each file once it is applied.
pub(super) fn apply(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let database = settings.database_url.path();
    // An output that cannot be written must not stop the remaining migrations.
    let mut printed = Ok(());
    let report = migrations::apply(database, settings.config_dir.as_deref(), |file| {
        if printed.is_ok() {
            printed = writeln!(out, "applied {file}");
        }
    })?;
    printed.map_err(CommandError::Output)?;
    if report.applied.is_empty() {
        writeln!(out, "nothing to apply: {} is up to date", database.display()).map_err(CommandError::Output)?;
    }
    Ok(())
}

/// Prints a table of all migrations, then fails with what [`apply`] would refuse, if anything.
pub(super) fn status(settings: &Settings, out: &mut dyn Write) -> Result<(), CommandError> {
    let config_dir = settings.config_dir.as_deref();
    let overview = migrations::overview(settings.database_url.path(), config_dir)?;
    let folder = config_dir.map_or_else(|| "CONFIG_DIR".to_owned(), |folder| folder.display().to_string());
    let rows: Vec<[String; 4]> = overview.migrations.iter().map(|status| row(status, &folder)).collect();
    let heads = ["migration", "from", "state", "applied on"];
    table::print(heads, &rows, out).map_err(CommandError::Output)?;
    overview.problem.map_or(Ok(()), |problem| Err(problem.into()))
}

fn row(status: &Status, folder: &str) -> [String; 4] {
    let from = if status.built_in { "built in" } else { folder };
    let (state, when) = match &status.state {
        State::Applied(when) => ("applied", when.as_str()),
        State::Changed(when) => ("changed since", when.as_str()),
        State::Missing(when) => ("file is missing", when.as_str()),
        State::Pending => ("pending", ""),
    };
    [&status.file, from, state, when].map(ToOwned::to_owned)
}
