//! The settings as data: flag, variable, default and meaning of each, read from the definitions of the command line.

/// One setting, as `--help` lists it.
pub(super) struct Setting {
    /// clap's name for it.
    pub(super) id: String,
    /// The flag, without its dashes.
    pub(super) flag: String,
    /// The placeholder of its value.
    pub(super) value_name: String,
    /// Whether the flag alone has a meaning.
    pub(super) value_optional: bool,
    /// The default, or `unset`.
    pub(super) default: String,
    /// The first line of its documentation.
    pub(super) meaning: String,
}

impl Setting {
    /// Its environment variable: `database-url` has `DATABASE_URL`.
    pub(super) fn variable(&self) -> String {
        variable_name(&self.flag)
    }
}

/// The environment variable of a flag given without its dashes.
pub(super) fn variable_name(flag: &str) -> String {
    flag.to_ascii_uppercase().replace('-', "_")
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
