//! The text of `--help`: the commands, a table of the settings generated from their definitions, and examples.

use std::fmt::Write as _;

use super::setting::{Setting, settings};

const EXAMPLES: &str = "\
Examples:
  socle                                        serve data/socle.db on http://127.0.0.1:8000
  socle --port 9000 --config-dir ./tables      serve the tables of ./tables/V1__name.sql, …
  PORT=9000 CONFIG_DIR=./tables socle          the same, from the environment
  socle migrate --status                       list applied and pending migrations
  socle jobs list --status failed              list failed jobs with their errors
  socle user add ada --role admin              create an account; from the first on, writing needs one
  socle token create ci --role editor          create a token for a program and print it
  socle openapi > openapi.json                 write the API's description for clients and tools";

/// Replaces clap's own list of the settings by the table, for the command and each of its subcommands.
pub(super) fn add_settings_table(command: clap::Command) -> clap::Command {
    let table = table(&settings(&command));
    let hide = |command: clap::Command| {
        command.mut_args(|argument| match argument.is_global_set() {
            true => argument.hide(true),
            false => argument,
        })
    };
    hide(command)
        .mut_subcommands(|subcommand| with_settings_table(subcommand, &table))
        .after_help(format!("{table}\n{EXAMPLES}"))
}

fn with_settings_table(command: clap::Command, table: &str) -> clap::Command {
    command
        .mut_subcommands(|subcommand| with_settings_table(subcommand, table))
        .after_help(table.to_owned())
}

fn table(settings: &[Setting]) -> String {
    let mut text = String::from(
        "Settings, the same for every command. A flag wins over a variable, a variable over the default.\n\
         Instead of any variable X, X_FILE may give the path of a file that contains the value.\n\n",
    );
    let _ = writeln!(text, "  {:<32} {:<20} default", "flag", "variable");
    for setting in settings {
        let flag = match setting.value_optional {
            true => format!("--{}[=<{}>]", setting.flag, setting.value_name),
            false => format!("--{} <{}>", setting.flag, setting.value_name),
        };
        let _ = writeln!(text, "  {flag:<32} {:<20} {}", setting.variable(), setting.default);
        let _ = writeln!(text, "      {}", setting.meaning);
    }
    text
}
