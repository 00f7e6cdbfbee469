//! What `--help` prints: the commands, a table of the settings made from their definitions, and examples.

use std::fmt::Write as _;

use super::parse::variable_name;

const EXAMPLES: &str = "\
Examples:
  socle                                        serve data/socle.db on http://127.0.0.1:8000
  socle --port 9000 --config-dir ./tables      serve the tables of ./tables/V1__name.sql, …
  PORT=9000 CONFIG_DIR=./tables socle          the same, from the environment
  socle migrate --status                       what is applied, what is pending
  socle jobs list --status failed              what went wrong
  socle user add ada --role admin              the first account closes the server
  socle token create ci --role editor          a token for a program, printed once
  socle openapi > openapi.json                 the API's description, for clients and tools";

/// One setting, as `--help` lists it.
pub(super) struct Setting {
    /// clap's name for it.
    pub(super) id: String,
    /// The flag, without its dashes.
    pub(super) flag: String,
    value_name: String,
    value_optional: bool,
    default: String,
    meaning: String,
}

/// The settings of a command, in the order of their definition.
pub(super) fn settings(command: &clap::Command) -> Vec<Setting> {
    let settings = command.get_arguments().filter(|argument| argument.is_global_set());
    settings
        .filter_map(|argument| {
            Some(Setting {
                id: argument.get_id().to_string(),
                flag: argument.get_long()?.to_owned(),
                value_name: argument
                    .get_value_names()
                    .and_then(|names| names.first())
                    .map(ToString::to_string)?,
                value_optional: argument.is_require_equals_set(),
                default: argument
                    .get_default_values()
                    .first()
                    .map_or_else(|| "unset".to_owned(), |value| value.to_string_lossy().into_owned()),
                meaning: argument.get_help().map(ToString::to_string).unwrap_or_default(),
            })
        })
        .collect()
}

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
        .mut_subcommands(|subcommand| dress_subcommand(subcommand, &table))
        .after_help(format!("{table}\n{EXAMPLES}"))
}

fn dress_subcommand(command: clap::Command, table: &str) -> clap::Command {
    command
        .mut_subcommands(|subcommand| dress_subcommand(subcommand, table))
        .after_help(table.to_owned())
}

fn table(settings: &[Setting]) -> String {
    let mut text = String::from(
        "Settings, the same for every command. A flag wins over a variable, a variable over the default.\n\
         Any variable X may come as X_FILE instead: the path of a file that holds the value.\n\n",
    );
    let _ = writeln!(text, "  {:<32} {:<20} default", "flag", "variable");
    for setting in settings {
        let flag = match setting.value_optional {
            true => format!("--{}[=<{}>]", setting.flag, setting.value_name),
            false => format!("--{} <{}>", setting.flag, setting.value_name),
        };
        let _ = writeln!(
            text,
            "  {flag:<32} {:<20} {}",
            variable_name(&setting.flag),
            setting.default
        );
        let _ = writeln!(text, "      {}", setting.meaning);
    }
    text
}
